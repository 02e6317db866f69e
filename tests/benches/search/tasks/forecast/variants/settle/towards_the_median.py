def settle(forecast, targets):
    """Draws the forecast towards the median."""
    median = sorted(targets)[len(targets) // 2]
    return median + 0.9 * (forecast - median)
