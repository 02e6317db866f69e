#include <cstdio>
#define BLOCK 128
#define UNROLL (4)  // weco-free comment
#define NAME "x"
#if __CUDA_ARCH__ >= 700
#endif
constexpr int TILE = 16;
static const float kScale = 0.125f;
enum Mode { FAST = 3 };

__global__ void add(float *a, int n) {
    __shared__ float tile[256];
    int i = blockIdx.x * 256 + threadIdx.x;
    float damp = 0.97f;
    for (int j = 0; j < n; j += 4) a[i] = a[3] * damp - 1.5f;
    switch (n) { case 5: return; }
}

int main() {
    int grid = 64;
    add<<<grid, 256>>>(nullptr, 100);
    return 0;
}
