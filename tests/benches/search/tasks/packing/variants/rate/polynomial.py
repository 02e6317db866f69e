def rate(item, room, age):
    """A weighted sum of powers of what is left."""
    left = (room - item) / 100
    return -1.2 * left + 0.8 * left * left - 0.3 * (item / 100) * left + 0.05 * age
