//! A run's lines on standard output.

mod follow;

pub use follow::follow;
pub use weco_view::plain::{Printer, reconnected, reconnecting};

#[cfg(test)]
mod tests;
