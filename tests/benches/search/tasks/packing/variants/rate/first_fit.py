def rate(item, room, age):
    """The oldest bin."""
    return age
