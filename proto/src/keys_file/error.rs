use std::io;
use std::path::{Path, PathBuf};

/// A keys file that cannot be trusted, read or written. Repeats nothing of its content.
#[derive(Debug, thiserror::Error)]
pub enum KeysFileError {
    /// A link could be pointed at something else between two looks.
    #[error("the keys file '{}' is a symbolic link", .0.display())]
    Link(PathBuf),
    /// A directory, a device, a pipe or a socket.
    #[error("the keys file '{}' is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// Its owner knows the keys, and may change them.
    #[error("the keys file '{}' belongs to another user (uid {owner})", .path.display())]
    ForeignOwner {
        /// Which file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Its permissions let others read or write it.
    #[error("the keys file '{}' is open to other users (mode {mode:03o})", .path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Larger than any keys need.
    #[error("the keys file '{}' is larger than {limit} bytes", .path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// Not what a keys file looks like.
    #[error("the keys file '{}' cannot be understood: line {line} is not of the form provider = \"key\"", .path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where, from 1.
        line: usize,
    },
    /// An entry of a provider holds something that is no key.
    #[error("the keys file '{}' has no usable key for {provider}: {why}", .path.display())]
    NoKey {
        /// Which file.
        path: PathBuf,
        /// Whose entry.
        provider: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The system refused.
    #[error("cannot {action} the keys file '{}': {source}", .path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl KeysFileError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Exposed { path, .. } => format!("chmod 600 '{}'", path.display()),
            Self::Link(path) | Self::NotAFile(path) | Self::ForeignOwner { path, .. } => {
                format!("move '{}' away, then weco keys set <provider>", path.display())
            }
            Self::TooLarge { path, .. } | Self::Malformed { path, .. } => {
                format!("correct '{}', or move it away, then weco keys set <provider>", path.display())
            }
            Self::NoKey { provider, .. } => format!("weco keys set {provider}"),
            Self::Io { .. } => "check the permissions and the room of its directory".to_owned(),
        }
    }

    pub(super) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io("read", path)
    }

    pub(super) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io("write", path)
    }

    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
