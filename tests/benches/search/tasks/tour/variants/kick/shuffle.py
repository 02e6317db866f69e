def kick(route, rng):
    """Shuffles a stretch."""
    length = 7
    start = rng.randrange(len(route) - length)
    stretch = route[start:start + length]
    rng.shuffle(stretch)
    return route[:start] + stretch + route[start + length:], stretch + [route[start - 1]]
