//! The daemon as the client sees it: where it is, how to reach it, how to start it.

mod executable;
mod handle;
mod start;
mod systemctl;
mod unit;
mod unit_files;

pub(crate) use handle::Daemon;
pub(crate) use systemctl::{Systemctl, managed_pid};
pub(crate) use unit::{SERVICE, SOCKET, Unit};
pub(crate) use unit_files::{Before, UnitFiles};
