def settle(forecast, targets):
    """The forecast."""
    return forecast
