//! Workspaces away from the user's directory, so that several versions can be measured at once.
//!
//! ```text
//!   <state>/workspaces/<run>/<slot>/tree   what is in the user's directory, or in its repository
//!                                  /tmp    TMPDIR of the evaluation
//! ```
//!
//! A tree holds everything that the directory holds when it is made, changed and ignored files too, so that a command
//! finds there what it finds in place. Files share their blocks with the originals where the file system can do that.
//! In a repository the tree is registered as a git worktree of it, without checking anything out: git's own commands
//! work in it and see the user's branch as the user has it. Where git cannot do that, the tree is a plain copy.
//!
//! What an evaluation leaves behind in its tree stays for the next one in the same slot, as it does in the user's
//! directory: results of a build, for one.
//!
//! What is large and only read is shared by a symbolic link instead, as the configuration says.

mod config;
mod copy;
mod error;
mod survey;
mod workspaces;
mod worktree;

#[cfg(test)]
mod tests;

pub use config::WorkspacesConfig;
pub use error::IsolateError;
pub use workspaces::Workspaces;
pub(crate) use workspaces::{Made, Origin};
