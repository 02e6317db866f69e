//! The keys file: keys of model providers for runs without anybody there, in a file that only its owner can
//! read. The one place on disk where weco keeps secrets, and only those that the user put there.

mod error;
mod file;
mod keys;

pub use error::KeysFileError;
pub use file::KeysFile;
pub use keys::Keys;
