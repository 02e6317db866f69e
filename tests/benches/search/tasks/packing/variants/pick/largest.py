def pick(seen, rooms):
    """The largest, while there are small ones for the gaps."""
    return seen.index(max(seen))
