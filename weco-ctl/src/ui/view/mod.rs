//! What is known of a run, folded from its updates.

mod facts;
mod fold;
mod node;
mod read;
mod timing;

pub use facts::{End, Run, Warning};
pub use fold::RunView;
pub use node::{Evaluation, Exit, Node, State};

#[cfg(test)]
mod tests;
