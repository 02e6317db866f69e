def improve(route, touched, near, distance):
    """Moves single places next to near ones while that helps."""
    queue = list(touched)
    while queue:
        place = queue.pop()
        for other in near[place]:
            if distance.left < RESERVE:
                return route
            at = route.index(place)
            before, after = route[at - 1], route[(at + 1) % len(route)]
            follower = route[(route.index(other) + 1) % len(route)]
            if other in (before, place) or follower == place:
                continue
            saved = distance(before, place) + distance(place, after) - distance(before, after)
            if distance(other, place) + distance(place, follower) - distance(other, follower) < saved - 1e-9:
                route.remove(place)
                route.insert(route.index(other) + 1, place)
                queue += [before, after, other]
                break
    return route
