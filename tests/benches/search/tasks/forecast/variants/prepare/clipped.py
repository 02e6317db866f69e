def prepare(rows, targets):
    """Draws extreme targets in."""
    ordered = sorted(targets)
    cut = len(ordered) // 14
    low, high = ordered[cut], ordered[-1 - cut]
    return rows, [min(high, max(low, target)) for target in targets]
