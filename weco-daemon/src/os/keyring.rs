//! The kernel's memory for secrets of this user. It outlives every process and ends with the machine, and
//! nothing of it is ever on a disk.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use linux_keyutils::{Key, KeyError, KeyRing, KeyRingIdentifier};

use crate::secrets::{Vault, VaultError};

/// One key of the user keyring: a user has 200 keys and 20,000 bytes in all (keyrings(7)), which are shared
/// with everything else of the user's.
#[derive(Clone, Debug)]
pub struct KernelVault {
    description: String,
}

impl KernelVault {
    /// The key that belongs to the state directory `state_dir`. Nothing is created by naming it.
    pub fn of(state_dir: &Path) -> Self {
        // Another spelling of the path means the same directory.
        let path = state_dir.canonicalize().unwrap_or_else(|_| state_dir.to_owned());
        let hash = blake3::hash(path.as_os_str().as_bytes()).to_hex();
        Self { description: format!("weco:{}", &hash[..32]) }
    }

    /// Does `work` with the user keyring.
    ///
    /// A key may be used by whoever possesses it: whose session, process or thread keyring leads to it. A
    /// session that login made leads to the user keyring; one that systemd made for a service does not. Then
    /// the keyring is linked to this process's own, which begins empty and dies with it.
    fn with_ring<T>(&self, work: impl Fn(KeyRing) -> Result<T, KeyError>) -> Result<T, VaultError> {
        let ring = KeyRing::from_special_id(KeyRingIdentifier::User, true).map_err(refused)?;
        match work(ring) {
            Err(KeyError::AccessDenied) => {
                KeyRing::from_special_id(KeyRingIdentifier::Process, true)
                    .and_then(|own| own.link_keyring(ring))
                    .map_err(refused)?;
                work(ring).map_err(refused)
            }
            result => result.map_err(refused),
        }
    }

    fn find(&self, ring: KeyRing) -> Result<Option<Key>, KeyError> {
        match ring.search(&self.description) {
            Ok(key) => Ok(Some(key)),
            Err(KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Vault for KernelVault {
    fn load(&self) -> Result<Option<Vec<u8>>, VaultError> {
        self.with_ring(|ring| self.find(ring)?.map(|key| key.read_to_vec()).transpose())
    }

    /// Replaces what was there as a whole, or not at all.
    fn store(&self, payload: &[u8]) -> Result<(), VaultError> {
        self.with_ring(|ring| ring.add_key(&self.description, payload).map(|_| ()))
    }

    fn clear(&self) -> Result<(), VaultError> {
        self.with_ring(|ring| match self.find(ring)? {
            Some(key) => key.invalidate(),
            None => Ok(()),
        })
    }
}

fn refused(error: KeyError) -> VaultError {
    match error {
        // The system's own text for it is about disks. A payload over 32,767 bytes is an invalid argument.
        KeyError::QuotaExceeded | KeyError::InvalidArguments => VaultError::Full,
        error => VaultError::Refused(format!("the kernel says {error}")),
    }
}
