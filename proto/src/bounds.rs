//! How much a run may be asked for at most: what both sides check.

/// The most models of one run: beyond that it would hardly learn what each is worth.
pub const MAX_MODELS: usize = 8;

/// The most often that the command is run for one version.
pub const MAX_REPEATS: u32 = 100;
