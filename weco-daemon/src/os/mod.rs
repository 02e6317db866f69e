//! What belongs to the operating system alone: locks, the socket, signals, processes.

pub mod activation;
pub mod exhausted;
pub mod keyring;
pub mod lock;
pub mod notify;
pub mod pin;
pub mod proc;
pub mod signals;
pub mod socket;
pub mod stream;
pub mod takeover;
