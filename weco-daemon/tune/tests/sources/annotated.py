BLOCK = 32  # weco: 1..64
# The learning rate.
# weco: 1e-5..1.0 log
LR = 0.01
MODE = "fast"  # choices: "fast", 'safe'
buffer = [0] * 64  # weco: 16..256 pow2
a, b = 3, 0.5  # weco: 1..9; 0.0..1.0
UNTOUCHED = 12
KEPT = 5  # weco: fixed
depth = 4  # one of 2, 4, 8
