"""Forecasts demand from (season, warmth, wind, price)."""
import math

POWER = 1         # weco: [1, 2, 3] -- of each figure
PERIODS = 0       # weco: 0..4 -- waves over the season
PAIRS = False     # weco: [True, False]
PENALTY = 30.0    # weco: 1e-3..1e3 log
CLIP = 99.0       # weco: 1..99 log -- standard deviations that are believed
SHRINK = 0.7      # weco: 0..1 -- towards the mean
BEND = 20.0       # weco: 0..30 -- warmth at which a term begins
BENT = False      # weco: [True, False]


def prepare(rows, targets):
    """The rows that are learnt from."""
    mean = sum(targets) / len(targets)
    spread = math.sqrt(sum((target - mean) ** 2 for target in targets) / len(targets))
    kept = [(row, target) for row, target in zip(rows, targets) if abs(target - mean) <= CLIP * spread]
    return [row for row, _ in kept], [target for _, target in kept]


def features(row):
    """What the model sees of a row."""
    season, warmth, wind, price = row
    plain = [season, warmth / 10, wind / 5, price]
    seen = [value ** power for value in plain for power in range(1, POWER + 1)]
    for period in range(1, PERIODS + 1):
        angle = 2 * math.pi * period * season
        seen += [math.sin(angle), math.cos(angle)]
    if PAIRS:
        seen += [plain[i] * plain[j] for i in range(4) for j in range(i)]
    if BENT:
        seen.append(max(0.0, warmth - BEND) / 5)
    return seen


def solve(matrix, right):
    """Gaussian elimination with pivots."""
    rows = [list(row) + [value] for row, value in zip(matrix, right)]
    size = len(rows)
    for k in range(size):
        pivot = max(range(k, size), key=lambda index: abs(rows[index][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for other in range(k + 1, size):
            factor = rows[other][k] / rows[k][k]
            if factor:
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[k])]
    answer = [0.0] * size
    for k in reversed(range(size)):
        answer[k] = (rows[k][size] - sum(rows[k][j] * answer[j] for j in range(k + 1, size))) / rows[k][k]
    return answer


def ridge(seen, targets, weights, penalty):
    """Least squares with a penalty on everything but the mean."""
    seen = [[1.0] + row for row in seen]
    size = len(seen[0])
    matrix = [[sum(w * row[i] * row[j] for row, w in zip(seen, weights)) for j in range(size)] for i in range(size)]
    for k in range(size):
        matrix[k][k] += penalty if k else 1e-9
    right = [sum(w * row[i] * target for row, target, w in zip(seen, targets, weights)) for i in range(size)]
    return solve(matrix, right)


def fit(seen, targets):
    """A function from features to a forecast."""
    coefficients = ridge(seen, targets, [1.0] * len(seen), PENALTY)
    return lambda row: coefficients[0] + sum(c * value for c, value in zip(coefficients[1:], row))


def settle(forecast, targets):
    """What is said in the end."""
    mean = sum(targets) / len(targets)
    return mean + SHRINK * (forecast - mean)


def train(rows, targets):
    rows, targets = prepare(rows, targets)
    model = fit([features(row) for row in rows], targets)
    return lambda row: float(settle(model(features(row)), targets))
