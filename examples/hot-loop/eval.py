"""Checks `distance` against a reference, then prints how many times faster it is (best of several rounds)."""

import random
import sys
import time

from distance import distance

ROUNDS = 5


def reference(a, b):
    """The textbook's table, kept here so that the yardstick does not change."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if i == 0:
                table[i][j] = j
            elif j == 0:
                table[i][j] = i
            else:
                change = 0 if a[i - 1] == b[j - 1] else 1
                table[i][j] = min(
                    table[i - 1][j] + 1,
                    table[i][j - 1] + 1,
                    table[i - 1][j - 1] + change,
                )
    return table[len(a)][len(b)]


def edited(text, rng):
    """The text after some typing errors."""
    letters = list(text)
    for _ in range(rng.randrange(len(text) // 4 + 2)):
        at = rng.randrange(len(letters) + 1)
        letters[at : at + rng.randrange(3)] = rng.choices("abcdé ", k=rng.randrange(3))
    return "".join(letters)


def pairs(seed, count, length):
    rng = random.Random(seed)
    for _ in range(count):
        text = "".join(rng.choices("abcdé ", k=rng.randrange(length // 2, length)))
        other = edited(text, rng) if rng.random() < 0.7 else "".join(rng.choices("abcd", k=length))
        yield text, other


def check():
    cases = [("", ""), ("", "abc"), ("abc", ""), ("a", "b"), ("kitten", "sitting"), ("ab" * 40, "ba" * 40)]
    # New texts every time: an answer learned by heart is none.
    cases += pairs(random.SystemRandom().randrange(2**32), 40, 40)
    for a, b in cases:
        expected, got = reference(a, b), distance(a, b)
        if got != expected:
            sys.exit(f"wrong: distance({a!r}, {b!r}) is {expected}, not {got!r}")


def seconds(function, cases):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for a, b in cases:
            function(a, b)
        best = min(best, time.perf_counter() - start)
    return best


def main():
    check()
    cases = list(pairs(7, 6, 120))
    print(f"speedup: {seconds(reference, cases) / seconds(distance, cases):.3f}")


if __name__ == "__main__":
    main()
