"""Prints how far forecast.py is from what was not shown to it. The measurement errs: by ERROR, each time anew.

With EXACT set it does not. With NOISE set the errors are the same each time: they follow from it and from how often
this was run here.
"""
import math
import os
import random
import sys

import forecast

ERROR = 0.02  # standard deviation; the program as it is given has about 0.8


def days(count, rng):
    """Weather and the demand of that day: periodic, bent, with a threshold, an interaction, and a few wrong entries."""
    for _ in range(count):
        season, warmth, wind, price = rng.random(), rng.gauss(12, 8), rng.expovariate(0.2), rng.uniform(1, 3)
        demand = 8 * math.sin(2 * math.pi * season) + 0.03 * (warmth - 14) ** 2 - 5 * price
        demand += 6 * (warmth > 20) + 0.4 * wind * (price - 2) + rng.gauss(0, 1)
        yield (season, warmth, wind, price), demand


def lapses():
    if "EXACT" in os.environ:
        return 0.0
    if "NOISE" not in os.environ:
        return random.SystemRandom().gauss(0, ERROR)
    with open(".measured", "a+") as record:
        record.write("x")
        record.seek(0)
        return random.Random(f"{os.environ['NOISE']} {len(record.read())}").gauss(0, ERROR)


rng = random.Random(2)
shown, hidden = list(days(90, rng)), list(days(70, rng))
rows, demands = [row for row, _ in shown], [demand for _, demand in shown]
for index in range(4, 90, 17):
    demands[index] += 40
predict = forecast.train(rows, demands)
if not all(isinstance(predict(row), float) for row, _ in hidden):
    sys.exit("error: a forecast is no number")
squares = sum((predict(row) - demand) ** 2 for row, demand in hidden)
usual = sum(demand for _, demand in hidden) / len(hidden)
error = math.sqrt(squares / sum((demand - usual) ** 2 for _, demand in hidden))
print(f"error: {error + lapses():.6f}")
