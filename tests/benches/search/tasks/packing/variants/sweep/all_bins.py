def sweep(rooms):
    """All of them."""
    return list(range(len(rooms)))
