"""A lunar lander's autopilot: from where it is and how it moves to engine and tilt.

Each setting's comment gives the range in which a tuner may look.
"""

# Fall this many metres per second for every square root of a metre of height...
DESCENT_RATE = 0.6  # weco: 0.2..2.5
# ...but below this height (m)
FLARE_HEIGHT = 40.0  # weco: 1.0..60.0
# no faster than this (m/s).
TOUCHDOWN_SPEED = 3.5  # weco: 0.2..5.0

# Engine: acceleration (m/s²) for every m/s of falling too fast.
THRUST_GAIN = 0.15  # weco: 0.05..5.0 log

# Steering: wanted sideways speed (1/s) for every metre off the pad, at most MAX_DRIFT m/s,
DRIFT_GAIN = 0.02  # weco: 0.005..0.5 log
MAX_DRIFT = 30.0  # weco: 2.0..40.0
# the tilt (rad) for every m/s that the sideways speed is off,
TILT_GAIN = 0.3  # weco: 0.005..0.5 log
# and the largest tilt (rad).
MAX_TILT = 0.8  # weco: 0.05..0.9

GRAVITY = 1.62


def clamp(value, low, high):
    return max(low, min(high, value))


def steer(x, height, vx, vy, tilt):
    """Wanted engine acceleration (m/s²) and tilt (rad, positive pushes right)."""
    fall = DESCENT_RATE * max(height, 0.0) ** 0.5
    if height < FLARE_HEIGHT:
        fall = min(fall, TOUCHDOWN_SPEED)
    thrust = GRAVITY + THRUST_GAIN * (-fall - vy)
    drift = clamp(-DRIFT_GAIN * x, -MAX_DRIFT, MAX_DRIFT)
    return thrust, clamp(TILT_GAIN * (drift - vx), -MAX_TILT, MAX_TILT)
