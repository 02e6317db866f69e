use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weco_core::run::{NodeId, RunId};

use super::memory::MemoryVault;
use super::payload::{self, ByRun};
use super::run_secrets::RunSecrets;
use super::vault::{Vault, VaultError};
use crate::environment::Environment;

/// The secrets of all live runs, by run.
///
/// What the vault does not take is held in memory only, and the log says so once: such a run does not survive
/// a crash of the daemon by itself, but all else is the same.
pub struct Secrets {
    vault: Box<dyn Vault>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    held: ByRun,
    /// Environments of evaluations that someone approved; in memory alone.
    lent: BTreeMap<(RunId, NodeId), Environment>,
    /// Runs whose secrets are in the vault.
    vaulted: BTreeSet<RunId>,
    /// The daemon stops: what is in the vault stays there for the next one.
    sealed: bool,
    complained: bool,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// What `vault` has kept since the last daemon.
    pub fn open(vault: Box<dyn Vault>) -> Self {
        let mut inner = Inner::default();
        match vault.load() {
            Ok(None) => {}
            Ok(Some(bytes)) => match payload::decode(&bytes) {
                Ok(held) => inner = Inner { vaulted: held.keys().copied().collect(), held, ..inner },
                Err(error) => inner.complain(&error),
            },
            Err(error) => inner.complain(&error),
        }
        Self { vault, inner: Mutex::new(inner) }
    }

    /// Secrets that do not outlive this process.
    pub fn in_memory() -> Self {
        Self::open(Box::new(MemoryVault::default()))
    }

    /// Holds the secrets of a run until it is released.
    pub fn keep(&self, run: RunId, secrets: &RunSecrets) {
        let mut inner = self.lock();
        let same = inner.held.get(&run).is_some_and(|held| **held == *secrets);
        if same && inner.vaulted.contains(&run) {
            return;
        }
        // Runs from the same shell share one set.
        let shared = inner.held.values().find(|held| ***held == *secrets).cloned();
        inner.held.insert(run, shared.unwrap_or_else(|| Arc::new(secrets.clone())));
        inner.vaulted.insert(run);
        if let Err(error) = self.write(&inner) {
            inner.vaulted.remove(&run);
            // An older set of the run's may be there; it must not come back.
            let _ = self.write(&inner);
            inner.complain(&error);
        }
    }

    /// Holds the environment that someone gives for one evaluation, until the run is released.
    pub fn lend(&self, run: RunId, node: NodeId, environment: Environment) {
        self.lock().lent.insert((run, node), environment);
    }

    /// The environment that was given for an evaluation, if this process has it.
    pub fn lent(&self, run: RunId, node: NodeId) -> Option<Environment> {
        self.lock().lent.get(&(run, node)).cloned()
    }

    /// Forgets the environment that was given for an evaluation.
    pub fn take_back(&self, run: RunId, node: NodeId) {
        self.lock().lent.remove(&(run, node));
    }

    /// The secrets of a run, if they are held.
    pub fn get(&self, run: RunId) -> Option<Arc<RunSecrets>> {
        self.lock().held.get(&run).cloned()
    }

    /// Forgets the secrets of a run that has ended.
    pub fn release(&self, run: RunId) {
        let mut inner = self.lock();
        if inner.sealed {
            return;
        }
        inner.held.remove(&run);
        inner.lent.retain(|(lent, _), _| *lent != run);
        if inner.vaulted.remove(&run) {
            self.write_or_complain(&mut inner);
        }
    }

    /// Forgets the secrets of all runs but those that `is_wanted`.
    pub fn retain(&self, is_wanted: impl Fn(RunId) -> bool) {
        let mut inner = self.lock();
        let before = inner.vaulted.len();
        inner.held.retain(|run, _| is_wanted(*run));
        inner.vaulted.retain(|run| is_wanted(*run));
        if inner.vaulted.len() < before {
            self.write_or_complain(&mut inner);
        }
    }

    /// From now on nothing is released: runs are no longer live because the daemon stops, and go on with the
    /// next one.
    pub fn seal(&self) {
        self.lock().sealed = true;
    }

    fn write(&self, inner: &Inner) -> Result<(), VaultError> {
        let vaulted = inner.held.iter().filter(|(run, _)| inner.vaulted.contains(run));
        let all: ByRun = vaulted.map(|(run, secrets)| (*run, Arc::clone(secrets))).collect();
        if all.is_empty() { self.vault.clear() } else { self.vault.store(&payload::encode(&all)) }
    }

    fn write_or_complain(&self, inner: &mut Inner) {
        if let Err(error) = self.write(inner) {
            inner.complain(&error);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Says once why secrets are not in the vault.
    fn complain(&mut self, error: &dyn std::error::Error) {
        if !std::mem::replace(&mut self.complained, true) {
            tracing::warn!(
                "secrets of runs are held in memory only, because the user's kernel keyring cannot keep them: \
                 {error}; should this daemon be killed, runs with secrets that it does not find elsewhere wait \
                 for `weco resume`"
            );
        }
    }
}
