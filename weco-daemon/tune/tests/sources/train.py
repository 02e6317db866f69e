#!/usr/bin/env python3
"""Trains at a rate of 0.1 for 10 epochs."""
from __future__ import annotations
import math, sys

__version__ = "1.2.3"
SEED = 42
BLOCK = 32
LR: float = 1e-3
MASK = 0xFF
WEIGHTS = [0.2, 0.3, -0.5]
TABLE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
USE_CACHE = True
config = {"layers": 4, "dropout": 0.1, "name": "base", 3: "key", "nested": {"depth": 6}}


def train(data, epochs=10, *, momentum: float = 0.9, verbose=False):
    total = 0
    scale = 1.5
    found = False
    for i in range(0, len(data) - 1):
        if data[i + 1] > 0.75 * scale and i % 2 == 0:
            total += data[0] ** 2
        if i == 17:
            break
        chunk = data[i:64]
    clip = lambda x: max(-1.0, min(x, 3.5))
    print(f"{total:10.3f}", 100)
    model = build(hidden=128, axis=1, rate=-0.05)
    return 0 if total else -1


if __name__ == "__main__":
    sys.exit(train([]) or 3)
