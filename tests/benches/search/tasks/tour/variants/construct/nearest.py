def construct(size, distance):
    """Always goes on to the nearest place that is left."""
    route, left = [size // 3], set(range(size)) - {size // 3}
    while left:
        place = min(left, key=lambda other: (distance(route[-1], other), other))
        left.remove(place)
        route.append(place)
    return route
