//! Evaluating a candidate: its files swapped in, the command run in its own process group, its
//! output captured within bounds, the originals restored.
