//! What a comparison found, as tables and as CSV.

mod csv;
mod statistics;
mod summary;
mod table;

pub use csv::write as write_csv;
pub use statistics::{Estimate, ranks};
pub use summary::{CellResult, Row, Summary};
pub use table::render as render_table;
