"""Prints how long the round trips of tour.py are, as a share of what chance would make of so many places."""
import math
import random
import sys

import tour

LOOKS = 9_000  # at distances, for each map


class Distances:
    """Tells the distance between two places, and counts how often it was asked."""

    def __init__(self, places):
        self.table = [[math.dist(a, b) for b in places] for a in places]
        self.left = LOOKS

    def __call__(self, a, b):
        self.left -= 1
        return self.table[a][b]


def maps():
    """A map of places anywhere, and one of clusters."""
    rng = random.Random(5)
    yield [(rng.random(), rng.random()) for _ in range(44)]
    centres = [(rng.random(), rng.random()) for _ in range(7)]
    near = lambda value: min(1.0, max(0.0, rng.gauss(value, 0.07)))
    yield [(near(x), near(y)) for x, y in (rng.choice(centres) for _ in range(44))]


def measured(places):
    distance = Distances(places)
    route = tour.solve(len(places), distance)
    if sorted(route) != list(range(len(places))):
        sys.exit("error: this is no round trip through all places")
    if distance.left < 0:
        sys.exit(f"error: {-distance.left} more looks at distances than the {LOOKS} that are allowed")
    length = sum(distance.table[a][b] for a, b in zip(route, route[1:] + route[:1]))
    return length / math.sqrt(len(places))


lengths = [measured(places) for places in maps()]
print("each:", *(f"{length:.4f}" for length in lengths))
print(f"length: {sum(lengths) / len(lengths):.6f}")
