def kick(route, rng):
    """Exchanges two places."""
    i, j = rng.sample(range(len(route)), 2)
    route[i], route[j] = route[j], route[i]
    return route, [route[i], route[j], route[i - 1], route[j - 1]]
