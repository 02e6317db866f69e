def fit(seen, targets):
    """Least squares with a small penalty."""
    coefficients = ridge(seen, targets, [1.0] * len(seen), 0.5)
    return lambda row: coefficients[0] + sum(c * value for c, value in zip(coefficients[1:], row))
