def improve(route, touched, near, distance):
    """Leaves all to the kicks."""
    return route
