def kick(route, rng):
    """Exchanges two stretches anywhere: the double bridge."""
    i, j, k = sorted(rng.sample(range(1, len(route)), 3))
    other = route[:i] + route[j:k] + route[i:j] + route[k:]
    return other, [route[0], route[i - 1], route[i], route[j - 1], route[j], route[k - 1], route[k]]
