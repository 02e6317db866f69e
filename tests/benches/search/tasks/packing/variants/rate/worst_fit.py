def rate(item, room, age):
    """Where the most room is left."""
    return room - item
