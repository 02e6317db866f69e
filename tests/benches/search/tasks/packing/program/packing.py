"""Packs items from a belt into bins. `belt.seen` are the items in reach, of which `belt.take(index)` takes one."""

PICK = "first"   # weco: ["first", "largest", "smallest"]
SPARE = 100      # weco: 0..100 -- room that is left counts against a bin up to here
TIGHT = 0.0      # weco: 0..5 -- what a bin that is full to the brim is worth
LARGE = 0        # weco: 0..100 -- larger items begin a bin of their own,
GAP = 100        # weco: 0..100 -- if less room than this would be left elsewhere
OPEN = 3         # weco: 1..30 -- bins that are looked at
OLDEST = False   # weco: [True, False]


def pick(seen, rooms):
    """Which of the items that are seen comes next."""
    if PICK == "largest":
        return seen.index(max(seen))
    if PICK == "smallest":
        return seen.index(min(seen))
    return 0


def rate(item, room, age):
    """How good it is to put an item where there is so much room; `age` from 0 (new) to 1."""
    left = room - item
    return -min(left, SPARE) / 100 + (TIGHT if left == 0 else 0.0)


def opens(item, room, open_bins):
    """Whether an item begins a bin although it would fit into the best one, which has so much room."""
    return item > LARGE > 0 and room - item < GAP


def sweep(rooms):
    """The bins that are looked at."""
    order = list(range(len(rooms)))
    return order[:OPEN] if OLDEST else order[-OPEN:]


def pack(belt, capacity):
    bins, rooms = [], []
    while belt.seen:
        item = belt.take(pick(belt.seen, rooms))
        fitting = [index for index in sweep(rooms) if rooms[index] >= item]
        best = max(fitting, key=lambda index: rate(item, rooms[index], 1 - index / len(rooms)), default=None)
        if best is None or opens(item, rooms[best], len(rooms)):
            bins.append([])
            rooms.append(capacity)
            best = len(bins) - 1
        bins[best].append(item)
        rooms[best] -= item
    return bins
