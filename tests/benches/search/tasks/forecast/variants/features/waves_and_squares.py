def features(row):
    """The season as a wave, warmth with its square."""
    season, warmth, wind, price = row
    angle, warm = 6.2832 * season, (warmth - 12) / 8
    return [math.sin(angle), math.cos(angle), warm, warm * warm, wind / 5, price - 2]
