def opens(item, room, open_bins):
    """Large items begin a bin, unless they fill one."""
    return item > 50 and room - item > 5
