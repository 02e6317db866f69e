//! Completion: a shell asks `weco` what the word that is being typed may become.
//!
//! ```text
//! shell's script (script) ──> weco -- <words> (entry) ──> clap_complete's engine ──> equip: what an argument takes
//!                                                                                     │
//!                            daemon, if it runs (ask) <── runs, nodes (candidates) <──┘
//! ```
//!
//! Nothing here starts a daemon, waits long, or writes to standard error: whoever presses Tab wants to go on
//! typing.

mod ask;
mod candidates;
mod entry;
mod equip;
mod line;
mod script;

pub(crate) use entry::complete;
pub(crate) use script::script;

/// The variable that says which shell asks; nothing is completed without it.
const VARIABLE: &str = "WECO_COMPLETE";
