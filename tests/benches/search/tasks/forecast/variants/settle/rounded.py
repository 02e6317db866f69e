def settle(forecast, targets):
    """In whole fives, as it is ordered."""
    return round(forecast / 5) * 5
