def kick(route, rng):
    """Begins again with any order."""
    rng.shuffle(route)
    return route, list(route)
