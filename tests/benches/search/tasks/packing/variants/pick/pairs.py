def pick(seen, rooms):
    """One of two that fill a bin together, or else the largest."""
    slack = 3
    for first, item in enumerate(seen):
        for second in range(first + 1, len(seen)):
            for room in rooms:
                if 0 <= room - item - seen[second] <= slack:
                    return first
    return seen.index(max(seen))
