//! Finds the tunable literals of source code and searches them: the proposer that needs no model.
