//! The files a run may rewrite: found, read and checked alike by the client, which answers at once, and
//! by the daemon, which trusts no client.

mod check;
mod error;
mod read;
mod suggest;

pub use check::{SourceFile, validate};
pub use error::SourceError;
pub use read::read_texts;

pub(crate) use suggest::{did_you_mean, similar_files};

/// Most files of one run.
pub const MAX_FILES: usize = 10;

/// Largest source file, in bytes: the 200 KB that users are told, with 1024 bytes each.
pub const MAX_FILE_BYTES: u64 = 200 * crate::text_file::KB;

/// Largest sum over all files of a run, in bytes: the 500 KB that users are told, with 1024 bytes each.
pub const MAX_TOTAL_BYTES: u64 = 500 * crate::text_file::KB;
