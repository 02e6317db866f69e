//! A run on the whole screen, for people.
//!
//! ```text
//! updates, keys, signals, time ──> follow (select!) ──> app::App (what the user looks at)
//!                                        │
//!                                        └─ at most 10 times a second ──> draw::draw(view, app, now)
//! ```

mod app;
mod draft;
mod draw;
mod editing;
mod editor;
mod follow;
mod header;
mod input;
mod keys;
mod layout;
mod look;
mod plot;
mod proposal;
mod review;
mod screen;
mod show;
mod step;
mod theme;
mod tree;
mod verdict;

pub use follow::follow;
pub(super) use theme::{BEST, BUGGY, TRIED, Theme, wants_color};

#[cfg(test)]
mod tests;
