def construct(size, distance):
    """Puts each place where it makes the shortest detour, of a few stretches."""
    route = [0, 1]
    for place in range(2, size):
        step = max(1, len(route) // 12)
        detours = []
        for at in range(0, len(route), step):
            a, b = route[at], route[(at + 1) % len(route)]
            detours.append((distance(a, place) + distance(place, b) - distance(a, b), at))
        route.insert(min(detours)[1] + 1, place)
    return route
