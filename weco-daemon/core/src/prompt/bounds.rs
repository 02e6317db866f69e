//! How much of each thing a prompt shows.

/// The end of the parent's output, in characters: a traceback and the lines before it. The
/// published tree searches show as much.
pub const MAX_OUTPUT_CHARS: usize = 2_500;

/// The user's instructions, in characters: five thousand tokens, more than any that help.
pub const MAX_INSTRUCTIONS_CHARS: usize = 20_000;

/// The evaluation command, in characters: room for a small script on the command line.
pub const MAX_COMMAND_CHARS: usize = 4_000;

/// The examples of a dataset that a version did worst on, in characters: about two thousand tokens.
pub const MAX_EXAMPLES_CHARS: usize = 8_000;

/// Steps that led to a version that are listed.
pub const MAX_PATH: usize = 8;

/// Approaches that are listed.
pub const MAX_APPROACHES: usize = 12;

/// Earlier steps that are listed: with [`MAX_TRIED_CHARS`] about two thousand tokens, which leaves
/// room for the code in the window of a small local model.
pub const MAX_TRIED: usize = 30;

/// The plan of an earlier step, and separately its failure, in characters: a sentence or two.
pub const MAX_TRIED_CHARS: usize = 200;

/// The parent's plan or failure, or why an answer was unusable, in characters.
pub const MAX_REASON_CHARS: usize = 1_000;

/// Files with more lines are better changed by SEARCH/REPLACE: writing them out costs minutes and
/// models begin to leave parts out.
pub const LONG_FILE_LINES: usize = 300;
