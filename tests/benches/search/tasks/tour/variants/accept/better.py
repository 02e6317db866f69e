def accept(new, old, share, rng):
    """Only what is shorter."""
    return new < old
