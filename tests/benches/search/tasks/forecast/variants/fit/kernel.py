def fit(seen, targets):
    """A mean of all days, weighted by likeness."""
    width = 0.6

    def model(row):
        weights = [math.exp(-sum((a - b) ** 2 for a, b in zip(row, other)) / width) + 1e-9 for other in seen]
        return sum(w * target for w, target in zip(weights, targets)) / sum(weights)

    return model
