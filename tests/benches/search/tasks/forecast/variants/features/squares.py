def features(row):
    """The figures and their squares."""
    season, warmth, wind, price = row
    plain = [season - 0.5, (warmth - 12) / 8, wind / 5, price - 2]
    return plain + [value * value for value in plain]
