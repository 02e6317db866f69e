def fit(seen, targets):
    """Always the same."""
    mean = sum(targets) / len(targets)
    return lambda row: mean
