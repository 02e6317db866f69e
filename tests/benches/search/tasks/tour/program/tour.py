"""Finds a short round trip. `distance(a, b)` may be asked `distance.left` times more; asking more often is refused."""
import random

START = "given"  # weco: ["given", "nearest"]
NEAR = 40        # weco: 2..43 log
LONGEST = 43     # weco: 2..43
KICK = 30        # weco: 3..40 log
WARMTH = 0.1     # weco: 0..0.1
REVERSED = True  # weco: [True, False]
RESERVE = 300    # weco: fixed


def construct(size, distance):
    """A first round trip."""
    route, left = [0], set(range(1, size))
    while left:
        place = min(left) if START == "given" else min(left, key=lambda other: (distance(route[-1], other), other))
        left.remove(place)
        route.append(place)
    return route


def neighbours(size, distance):
    """For each place the places that are tried next to it."""
    near = []
    for place in range(size):
        others = [(distance(place, other), other) for other in range(size) if other != place]
        near.append([other for _, other in sorted(others)[:NEAR]])
    return near


def improve(route, touched, near, distance):
    """Reverses stretches while that makes the round trip shorter."""
    size, better = len(route), True
    while better:
        better = False
        where = {place: index for index, place in enumerate(route)}
        for place in route[:]:
            for other in near[place]:
                if distance.left < RESERVE:
                    return route
                i, j = sorted((where[place], where[other]))
                if not 1 < j - i <= LONGEST or (i == 0 and j == size - 1):
                    continue
                a, b, c, d = route[i], route[i + 1], route[j], route[(j + 1) % size]
                if distance(a, c) + distance(b, d) < distance(a, b) + distance(c, d) - 1e-9:
                    route[i + 1:j + 1] = route[i + 1:j + 1][::-1]
                    where = {place: index for index, place in enumerate(route)}
                    better = True
    return route


def kick(route, rng):
    """Disturbs a stretch; answers the round trip and the places whose neighbours are others now."""
    size = len(route)
    length = min(KICK, size - 1)
    start = rng.randrange(size - length)
    stretch = route[start:start + length]
    if REVERSED:
        stretch.reverse()
    else:
        rng.shuffle(stretch)
    return route[:start] + stretch + route[start + length:], stretch


def accept(new, old, share, rng):
    """Whether to go on from the new length; `share` of the looks is left."""
    return new < old * (1 + WARMTH * share)


def length(route, distance):
    return sum(distance(a, b) for a, b in zip(route, route[1:] + route[:1]))


def solve(size, distance):
    rng, looks = random.Random(1), distance.left
    near = neighbours(size, distance)
    route = improve(construct(size, distance), list(range(size)), near, distance)
    now = length(route, distance)
    best, shortest = route, now
    while distance.left > RESERVE + size:
        other, touched = kick(list(route), rng)
        other = improve(other, touched, near, distance)
        then = length(other, distance)
        if then < shortest:
            best, shortest = list(other), then
        if accept(then, now, distance.left / looks, rng):
            route, now = other, then
    return best
