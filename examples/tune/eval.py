"""Lands from sixteen different approaches and prints the mean score of the landings (100 is perfect)."""

import math
import sys

from autopilot import steer

GRAVITY = 1.62  # m/s²
ENGINE = 4.5  # m/s²
ENGINE_LAG = 0.5  # s
TURN_RATE = 0.35  # rad/s
STEP = 0.1  # s
LIMIT = 1000  # steps
FUEL = 150.0  # m/s of speed changes


def approaches():
    """Sixteen starts, spread over the sky without chance: x (m), height (m), vx, vy (m/s)."""
    for i in range(16):
        a, b, c, d = ((i * k) % 16 / 15.0 for k in (1, 3, 7, 9))
        yield -300.0 + 600.0 * a, 200.0 + 300.0 * b, -25.0 + 50.0 * c, -20.0 * d


def land(x, y, vx, vy):
    """Flies until touchdown; returns the landing's score, from 0 to 100."""
    thrust, tilt, fuel = 0.0, 0.0, FUEL
    steps = 0
    while y > 0.0 and steps < LIMIT:
        wanted, lean = steer(x, y, vx, vy, tilt)
        wanted = max(0.0, min(ENGINE, wanted)) if fuel > 0.0 else 0.0
        thrust += (wanted - thrust) * STEP / ENGINE_LAG
        tilt += max(-TURN_RATE * STEP, min(TURN_RATE * STEP, lean - tilt))
        fuel -= thrust * STEP
        vx += thrust * math.sin(tilt) * STEP
        vy += (thrust * math.cos(tilt) - GRAVITY) * STEP
        x += vx * STEP
        y += vy * STEP
        steps += 1
    if y > 0.0:
        return 0.0
    hit = math.hypot(vx, vy) + 10.0 * abs(tilt)
    softness = math.exp(-((hit / 6.0) ** 2)) * 0.6 + 0.4 / (1.0 + hit / 4.0)
    aim = 1.0 / (1.0 + (x / 15.0) ** 2)
    thrift = max(fuel, 0.0) / FUEL
    return 100.0 * softness * (0.2 + 0.5 * aim + 0.3 * thrift)


def main():
    scores = [land(*start) for start in approaches()]
    print(f"landings better than 60: {sum(score > 60 for score in scores)} of {len(scores)}")
    print(f"score: {sum(scores) / len(scores):.4f}")


if __name__ == "__main__":
    sys.exit(main())
