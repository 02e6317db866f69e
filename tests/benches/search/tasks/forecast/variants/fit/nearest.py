def fit(seen, targets):
    """The mean of the days that are most alike."""
    count = 7

    def model(row):
        near = sorted((sum((a - b) ** 2 for a, b in zip(row, other)), target) for other, target in zip(seen, targets))
        return sum(target for _, target in near[:count]) / count

    return model
