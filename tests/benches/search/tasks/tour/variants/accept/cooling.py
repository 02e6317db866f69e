def accept(new, old, share, rng):
    """Sometimes what is longer, the less often the less is left."""
    heat = 0.015 * share + 1e-6
    return new < old or rng.random() < 2.718 ** ((old - new) / (old * heat))
