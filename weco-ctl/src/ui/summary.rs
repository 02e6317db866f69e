//! The end of a run, for the scrollback.
