def fit(seen, targets):
    """Small steps, each at one threshold of one figure."""
    rate, rounds = 0.3, 24
    mean = sum(targets) / len(targets)
    left, steps = [target - mean for target in targets], []
    for turn in range(rounds):
        best = None
        for figure in range(len(seen[0])):
            values = sorted(row[figure] for row in seen)
            for cut in (values[len(values) // 4], values[len(values) // 2], values[3 * len(values) // 4]):
                low = [r for row, r in zip(seen, left) if row[figure] <= cut]
                high = [r for row, r in zip(seen, left) if row[figure] > cut]
                if low and high:
                    a, b = sum(low) / len(low), sum(high) / len(high)
                    gain = a * a * len(low) + b * b * len(high)
                    if best is None or gain > best[0]:
                        best = (gain, figure, cut, a * rate, b * rate)
        _, figure, cut, a, b = best
        steps.append(best[1:])
        left = [r - (a if row[figure] <= cut else b) for row, r in zip(seen, left)]
    return lambda row: mean + sum(a if row[figure] <= cut else b for figure, cut, a, b in steps)
