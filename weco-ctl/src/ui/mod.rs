//! What people see while a run goes on, and when it has ended.
//!
//! ```text
//!                                ┌─> plain::follow     lines, for agents and logs
//! RunUpdate ──> view::RunView ───┼─> rich::follow      a screen, for people
//!   (stream)    (pure fold)      └─> summary, failure  the end, for the scrollback and stderr
//! ```
//!
//! Everything drawn is a function of a [`RunView`] and the time; all text in a view is safe for a terminal.

pub mod failure;
pub mod format;
pub mod plain;
pub mod prompt;
pub mod rich;
pub mod summary;
pub mod view;

mod follow;
mod secret;

#[cfg(test)]
mod fixture;

pub use follow::{Action, Ending, Followed, Updates};
pub use secret::{Typed, type_secret};
pub use view::RunView;
