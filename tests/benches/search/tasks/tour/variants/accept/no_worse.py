def accept(new, old, share, rng):
    """What is no longer."""
    return new <= old + 1e-9
