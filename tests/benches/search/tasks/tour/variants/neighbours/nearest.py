def neighbours(size, distance):
    """The nearest places; each pair is looked at once."""
    known = {}
    for a in range(size):
        for b in range(a):
            known[a, b] = known[b, a] = distance(a, b)
    count = 12
    return [sorted((b for b in range(size) if b != a), key=lambda b: known[a, b])[:count] for a in range(size)]
