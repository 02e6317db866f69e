def opens(item, room, open_bins):
    """The first bins are opened quickly, so that there is a choice of gaps."""
    return open_bins < 8 and room - item > 6
