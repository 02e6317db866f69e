//! What belongs to the operating system alone: locks, the socket, signals, processes.

pub mod exhausted;
pub mod lock;
pub mod pin;
pub mod proc;
pub mod signals;
pub mod socket;
