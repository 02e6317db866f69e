def improve(route, touched, near, distance):
    """Reverses stretches and moves places, at places whose neighbours have changed."""
    size, queue = len(route), list(touched)
    while queue:
        a = queue.pop()
        for step in (1, -1):
            at = route.index(a)
            b = route[(at + step) % size]
            ab = distance(a, b)
            for c in near[a][:9]:
                if distance.left < RESERVE:
                    return route
                ac = distance(a, c)
                if ac >= ab:
                    break
                d = route[(route.index(c) + step) % size]
                if d != a and ac + distance(b, d) < ab + distance(c, d) - 1e-9:
                    i, j = sorted((route.index(a), route.index(c)))
                    if step == 1:
                        route[i + 1:j + 1] = route[i + 1:j + 1][::-1]
                    else:
                        route[i:j] = route[i:j][::-1]
                    queue += [a, b, c, d]
                    break
    return route
