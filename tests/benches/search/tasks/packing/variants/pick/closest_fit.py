def pick(seen, rooms):
    """The one that leaves the least room somewhere, or else the largest."""
    best = None
    for index, item in enumerate(seen):
        for room in rooms:
            if item <= room and (best is None or room - item < best[0]):
                best = (room - item, index)
    if best is None or best[0] > 4:
        return seen.index(max(seen))
    return best[1]
