//! What belongs to the operating system alone.

pub mod pin;
pub mod proc;
