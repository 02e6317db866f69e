def features(row):
    """The figures, and each times each."""
    season, warmth, wind, price = row
    plain = [season - 0.5, (warmth - 12) / 8, wind / 5, price - 2]
    return plain + [plain[i] * plain[j] for i in range(4) for j in range(i + 1)]
