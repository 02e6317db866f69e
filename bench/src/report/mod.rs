//! What a comparison found, as tables and as CSV.

mod advantage;
mod csv;
mod picture;
mod statistics;
mod summary;
mod table;

pub use advantage::render as render_advantage;
pub use csv::write as write_csv;
pub use picture::{CannotDraw, draw};
pub use statistics::{Estimate, median, ranks};
pub use summary::{CellResult, Row, Summary};
pub use table::render as render_table;
