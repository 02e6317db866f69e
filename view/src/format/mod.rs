//! How numbers, times and foreign text are written, everywhere a run is shown.

mod number;
mod text;
mod time;

pub use number::{Precision, dollars, exact, improvement, metric, significant, spread, tokens};
pub use text::{
    end_cut, middle_cut, one_line, one_line_cut, path_from, sanitise, short_id, untab, visible, width, wrap,
};
pub use time::{about, clock, words};
