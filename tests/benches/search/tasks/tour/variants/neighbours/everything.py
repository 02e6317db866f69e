def neighbours(size, distance):
    """All other places, which needs no look."""
    return [[other for other in range(size) if other != place] for place in range(size)]
