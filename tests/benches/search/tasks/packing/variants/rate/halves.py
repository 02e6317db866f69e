def rate(item, room, age):
    """Leaves gaps of about the items' own size."""
    left = room - item
    if left <= 2:
        return 2.0
    ratio = left / item
    return 1.0 / (1.0 + abs(ratio - round(ratio)) * 6) - left / 140
