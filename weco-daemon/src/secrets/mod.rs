//! The secrets of live runs: values of variables that look like secrets, and keys given by `--api-key`.
//!
//! They are in memory and in a [`Vault`] that outlives the daemon but not the machine, so that a restarted
//! daemon can go on with its runs. They are never on a disk.
//!
//! ```text
//!  start, resume ──keep──▶ Secrets ──payload──▶ Vault (kernel keyring)
//!  run ended ────release──▶   │                   │
//!  recovery ◀──────get────────┘◀──────load────────┘
//! ```

mod memory;
mod payload;
mod recall;
mod run_secrets;
mod store;
mod vault;

pub use memory::MemoryVault;
pub use recall::{Lacking, Recalled, recall};
pub use run_secrets::RunSecrets;
pub use store::Secrets;
pub use vault::{Vault, VaultError};

#[cfg(test)]
mod contract;
