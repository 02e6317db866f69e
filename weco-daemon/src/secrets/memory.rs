use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::vault::{Vault, VaultError};

/// A vault in this process's memory, for where the kernel has none and for tests. Clones share it.
#[derive(Clone)]
pub struct MemoryVault {
    payload: Arc<Mutex<Option<Vec<u8>>>>,
    limit: usize,
}

impl Default for MemoryVault {
    /// With as much room as a kernel key has at most.
    fn default() -> Self {
        Self::with_limit(32_767)
    }
}

impl fmt::Debug for MemoryVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryVault").finish_non_exhaustive()
    }
}

impl MemoryVault {
    /// A vault for payloads up to `limit` bytes.
    pub fn with_limit(limit: usize) -> Self {
        Self { payload: Arc::default(), limit }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<u8>>> {
        self.payload.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for MemoryVault {
    fn load(&self) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.lock().clone())
    }

    fn store(&self, payload: &[u8]) -> Result<(), VaultError> {
        if payload.len() > self.limit {
            return Err(VaultError::Full);
        }
        *self.lock() = Some(payload.to_vec());
        Ok(())
    }

    fn clear(&self) -> Result<(), VaultError> {
        *self.lock() = None;
        Ok(())
    }
}
