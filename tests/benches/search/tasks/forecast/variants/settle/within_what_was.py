def settle(forecast, targets):
    """No more and no less than there ever was, but for a little."""
    slack = 3.0
    return min(max(targets) + slack, max(min(targets) - slack, forecast))
