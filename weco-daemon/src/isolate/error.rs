use std::io;
use std::path::{Path, PathBuf};

use crate::os::exhausted::is_exhausted;

/// Why there is no workspace.
#[derive(Debug, thiserror::Error)]
pub enum IsolateError {
    /// Something of it cannot be made.
    #[error("a workspace cannot be made: cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It would hold too much.
    #[error("a workspace of {} would hold {}, more than {}; the largest in it: {largest}", top.display(), bytes(*size), bytes(*limit))]
    Large {
        /// What it would be a copy of.
        top: PathBuf,
        /// Bytes.
        size: u64,
        /// Most bytes.
        limit: u64,
        /// What is largest directly below the top.
        largest: String,
    },
    /// A version could not be put in a source's place there.
    #[error("the source {file} cannot be replaced in a workspace: {} is shared with the directory, or left out", path.display())]
    NotCopied {
        /// The source, as it is named.
        file: String,
        /// It, or what it is in, relative to the top.
        path: PathBuf,
    },
    /// The run was stopped meanwhile.
    #[error("a workspace was not made: the run was stopped")]
    Stopped,
}

impl IsolateError {
    pub(super) fn io(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// Whether the same may work later: the machine is out of something.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Io { source, .. } if is_exhausted(source))
    }

    /// What to do about it; may be empty.
    pub fn hint(&self) -> String {
        match self {
            Self::Large { .. } => "let workspaces share what is large and only read, in config.toml: [workspaces] \
                                   share = [\"data\"]; or leave it out with omit, or allow more with max_size_mb"
                .to_owned(),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "make it readable, or share it or leave it out in config.toml: [workspaces] share = [\"…\"]"
                    .to_owned()
            }
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "free some room, or share what is large in config.toml: [workspaces] share = [\"data\"]".to_owned()
            }
            Self::NotCopied { .. } => "have it copied: see [workspaces] share and omit in config.toml; or measure in place: \
                                       without -p and --isolate"
                .to_owned(),
            Self::Io { .. } | Self::Stopped => String::new(),
        }
    }
}

/// A size for people.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [(&str, u32); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match UNITS.into_iter().find(|(_, shift)| count >> shift > 0) {
        Some((unit, shift)) => {
            let tenths = (u128::from(count) * 10) >> shift;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{count} bytes"),
    }
}
