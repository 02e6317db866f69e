//! weco's client: a thin command line and terminal interface over the daemon's socket.

pub mod ui;
