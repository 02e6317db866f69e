def accept(new, old, share, rng):
    """Whatever comes."""
    return True
