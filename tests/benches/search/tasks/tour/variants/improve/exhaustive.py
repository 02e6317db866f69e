def improve(route, touched, near, distance):
    """Tries to reverse every stretch, and begins anew after each gain."""
    size, better = len(route), True
    while better:
        better = False
        for i in range(size - 2):
            for j in range(i + 2, size - (i == 0)):
                if distance.left < RESERVE:
                    return route
                a, b, c, d = route[i], route[i + 1], route[j], route[(j + 1) % size]
                if distance(a, c) + distance(b, d) < distance(a, b) + distance(c, d) - 1e-9:
                    route[i + 1:j + 1] = route[i + 1:j + 1][::-1]
                    better = True
    return route
