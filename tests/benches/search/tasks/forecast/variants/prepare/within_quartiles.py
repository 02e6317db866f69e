def prepare(rows, targets):
    """Leaves out what is far outside of the middle half."""
    ordered = sorted(targets)
    low, high = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    reach = 1.5 * (high - low)
    kept = [(row, t) for row, t in zip(rows, targets) if low - reach <= t <= high + reach]
    return [row for row, _ in kept], [t for _, t in kept]
