//! The metric's curve over the steps: best so far as a line, what was tried as marks.
//!
//! ```text
//! RunView ──┐                              ┌─> rich::plot   in a panel
//!           ├─> Curve ─> Scale ─> draw ────┤
//! nodes ────┘   (points)          (cells)  └─> plot         as lines of text
//! ```

mod axes;
mod draw;
mod points;
mod scale;

pub(super) use axes::Ticks;
pub use points::{Curve, Outcome, Point};
pub(super) use scale::Scale;
