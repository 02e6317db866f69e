//! What is known of a run, folded from its updates.

mod fold;
mod node;
mod timing;

pub use fold::{Edit, End, Run, RunView};
pub use node::{Evaluation, Exit, Node, State};

#[cfg(test)]
mod tests;
