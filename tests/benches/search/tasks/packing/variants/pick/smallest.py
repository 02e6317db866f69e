def pick(seen, rooms):
    """The smallest."""
    return seen.index(min(seen))
