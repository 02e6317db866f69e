def rate(item, room, age):
    """Where the least room is left."""
    return item - room
