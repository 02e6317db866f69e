def improve(route, touched, near, distance):
    """Reverses stretches at places whose neighbours have changed, and at no others; stops looking early."""
    size, queue = len(route), list(touched)
    where = {place: index for index, place in enumerate(route)}
    while queue:
        a = queue.pop()
        b = route[(where[a] + 1) % size]
        ab = distance(a, b)
        for c in near[a]:
            if distance.left < RESERVE:
                return route
            ac = distance(a, c)
            if ac >= ab:
                break
            d = route[(where[c] + 1) % size]
            if ac + distance(b, d) < ab + distance(c, d) - 1e-9:
                i, j = sorted((where[a], where[c]))
                route[i + 1:j + 1] = route[i + 1:j + 1][::-1]
                where = {place: index for index, place in enumerate(route)}
                queue += [a, b, c, d]
                break
    return route
