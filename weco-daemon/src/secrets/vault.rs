/// Why a vault does not do what it is asked. Never names what was to be kept.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no room for so much.
    #[error("there is no room in it")]
    Full,
    /// It is not to be had here.
    #[error("{0}")]
    Refused(String),
}

/// A place for one payload that outlives this process, but not the machine's power.
pub trait Vault: Send + Sync {
    /// What is in it, if anything.
    ///
    /// # Errors
    /// `Refused` if it cannot be read.
    fn load(&self) -> Result<Option<Vec<u8>>, VaultError>;

    /// Puts `payload`, which is not empty, in the place of what was there.
    ///
    /// # Errors
    /// Then what was there still is.
    fn store(&self, payload: &[u8]) -> Result<(), VaultError>;

    /// Leaves nothing in it. Fine if there is nothing.
    ///
    /// # Errors
    /// `Refused` if that cannot be done.
    fn clear(&self) -> Result<(), VaultError>;
}
