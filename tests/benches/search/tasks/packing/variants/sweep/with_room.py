def sweep(rooms):
    """Those with some room left."""
    return [index for index, room in enumerate(rooms) if room > 7]
