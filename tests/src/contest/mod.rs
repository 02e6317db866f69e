//! Which search finds the better program, played with the real programs: real tasks in Python, measured as processes,
//! by the built-in proposer and by a scripted programmer behind a loopback model server.

mod entry;
mod estimate;
mod play;
mod report;
mod task;

pub use entry::{Entry, Proposer, Result};
pub use play::play;
pub use report::{csv, differences, means};
pub use task::{Goal, Task, Terms};
