def opens(item, room, open_bins):
    """Only if it fits nowhere."""
    return False
