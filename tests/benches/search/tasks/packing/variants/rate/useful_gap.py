def rate(item, room, age):
    """Least room, but gaps that no usual item fits into are bad."""
    left = room - item
    if left == 0:
        return 1.5
    if left < 11:
        return -0.4 - left / 40
    return -left / 100
