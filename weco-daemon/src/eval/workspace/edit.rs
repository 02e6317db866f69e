//! What someone else did to a source.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::source::Source;

/// A change to a source that was not the run's. None is ever lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// The user saved a new version, which stays where it is. Store `content` durably, then
    /// [`adopt`](super::Workspace::adopt) the edit.
    InPlace {
        /// The source.
        path: String,
        /// Absolute.
        kept_at: PathBuf,
        /// What it holds now; not always UTF-8.
        content: Arc<[u8]>,
    },
    /// Something else was found at the path and was moved; the original is back.
    Moved {
        /// The source.
        path: String,
        /// Where it is now; absolute if the kept place was given so.
        kept_at: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The source was deleted; the original is back.
    Deleted {
        /// The source.
        path: String,
        /// Absolute.
        kept_at: PathBuf,
    },
}

impl Edit {
    pub(super) fn in_place(root: &Path, source: &Source, content: Vec<u8>) -> Self {
        Self::InPlace { path: source.path.clone(), kept_at: source.absolute(root), content: content.into() }
    }

    /// The source.
    pub fn path(&self) -> &str {
        match self {
            Self::InPlace { path, .. } | Self::Moved { path, .. } | Self::Deleted { path, .. } => path,
        }
    }

    /// Where the edited text, or the restored original, is now.
    pub fn kept_at(&self) -> &Path {
        match self {
            Self::InPlace { kept_at, .. } | Self::Moved { kept_at, .. } | Self::Deleted { kept_at, .. } => {
                kept_at
            }
        }
    }

    /// One sentence for people.
    pub fn message(&self) -> String {
        match self {
            Self::InPlace { path, .. } => {
                format!("{path} was edited during the run; the edit stays in place")
            }
            Self::Moved { path, kept_at, what } => {
                let kept_at = kept_at.display();
                format!(
                    "{path} was {what} after an evaluation; that is kept at {kept_at}, and the original is back"
                )
            }
            Self::Deleted { path, .. } => {
                format!("{path} was gone after an evaluation; the original is back")
            }
        }
    }
}
