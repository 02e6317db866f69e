/* Filter, version 2. */
#include <stdio.h>
#define TAPS 24
#define GAIN 1.75
static const int window = 48;
struct opts { int depth; };
static struct opts defaults = { .depth = 12 };
int run(int *x, unsigned n) {
    unsigned step = 8u;
    long limit = 100000L;
    double q = -.5e-2;
    x[0] = x[2] & 0xff;
    return n > 10 ? (int)(q * 3) : 0;
}
