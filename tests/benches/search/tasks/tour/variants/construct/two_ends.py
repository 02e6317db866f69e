def construct(size, distance):
    """Grows a path at that of its ends which has the nearer place."""
    route, left = [0], set(range(1, size))
    while left:
        head = min((distance(route[0], other), other) for other in left)
        tail = min((distance(route[-1], other), other) for other in left)
        place = min(head, tail)[1]
        left.remove(place)
        if tail <= head:
            route.append(place)
        else:
            route.insert(0, place)
    return route
