def sweep(rooms):
    """The last one alone."""
    return [len(rooms) - 1] if rooms else []
