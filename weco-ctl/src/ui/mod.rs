//! What people see while a run goes on, and when it has ended.
//!
//! ```text
//!                                ┌─> plain::follow     lines, for agents and logs
//! RunUpdate ──> view::RunView ───┼─> rich::follow      a screen, for people
//!   (stream)    (weco-view)      └─> summary, failure  the end, for the scrollback and stderr
//! ```
//!
//! Everything drawn is a function of a [`RunView`] and the time; all text in a view is safe for a terminal.

pub mod choose;
pub mod curve;
pub mod derivation;
pub mod diff;
pub mod failure;
pub mod plain;
pub mod plot;
pub mod prompt;
pub mod results;
pub mod rich;
pub mod runs;
pub mod summary;
pub mod terminal;

mod follow;
mod secret;

pub use follow::{Action, Answer, Change, Ending, Followed, OnInterrupt, Updates};
pub use secret::{Typed, type_secret};
pub use weco_view::{self as view, RunView, format};
