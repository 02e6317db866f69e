const TOL = 1e-6
step = 0.1; A' * 3.5
f(x; n=12) = x^2 + n
