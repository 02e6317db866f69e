alpha <- 0.05
fit <- lm(y ~ x, maxit = 50L, verbose = TRUE)
