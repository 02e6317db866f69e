%%% this is { not [ C++ at ( all
int BLOCK = 64 @@ ~~ ??? )))
RATE = 0.5
