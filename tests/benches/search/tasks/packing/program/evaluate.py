"""Prints how well packing.py fills bins with items that come along on a belt."""
import random
import sys

import packing

CAPACITY = 100
SEEN = 6  # items on the belt


class Belt:
    """Items that come one after another; the first few are seen and can be taken."""

    def __init__(self, items):
        self.coming, self.seen = items[SEEN:], items[:SEEN]

    def take(self, index):
        item = self.seen.pop(index)
        if self.coming:
            self.seen.append(self.coming.pop(0))
        return item


def deliveries():
    rng = random.Random(11)
    yield [min(CAPACITY, max(1, round(rng.weibullvariate(45, 3)))) for _ in range(110)]
    yield [rng.randint(8, 62) for _ in range(110)]
    yield [rng.choice((12, 17, 26, 34, 35, 51, 52)) for _ in range(110)]
    yield [round(rng.triangular(5, 95, 30)) for _ in range(110)]


def measured(items):
    bins = packing.pack(Belt(list(items)), CAPACITY)
    if sorted(item for packed in bins for item in packed) != sorted(items):
        sys.exit("error: not every item is in one bin")
    if any(sum(packed) > CAPACITY for packed in bins):
        sys.exit("error: a bin holds more than it can")
    # Full bins count more than as many that are half full (Falkenauer and Delchambre, 1992).
    return 100 * sum((sum(packed) / CAPACITY) ** 2 for packed in bins) / len(bins)


fills = [measured(items) for items in deliveries()]
print("each:", *(f"{fill:.3f}" for fill in fills))
print(f"fill: {sum(fills) / len(fills):.5f}")
