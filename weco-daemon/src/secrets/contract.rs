//! What every vault promises, shown of each; and what holds of [`Secrets`] over each.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use tempfile::TempDir;
use weco_core::run::RunId;

use super::{MemoryVault, RunSecrets, Secrets, Vault, VaultError};
use crate::os::keyring::KernelVault;

/// The kernel's vault for a directory of the test's own; nothing of it is left behind.
struct Kernel {
    vault: KernelVault,
    home: TempDir,
}

impl Kernel {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { vault: KernelVault::of(home.path()), home }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        let _ = self.vault.clear();
    }
}

/// A vault where there is none.
struct Nowhere;

impl Vault for Nowhere {
    fn load(&self) -> Result<Option<Vec<u8>>, VaultError> {
        Err(VaultError::Refused("not here".to_owned()))
    }

    fn store(&self, _: &[u8]) -> Result<(), VaultError> {
        self.load().map(|_| ())
    }

    fn clear(&self) -> Result<(), VaultError> {
        self.load().map(|_| ())
    }
}

fn run(number: u128) -> RunId {
    RunId(uuid::Uuid::from_u128(number))
}

fn secrets(value: &str) -> RunSecrets {
    let odd = OsString::from_vec(vec![0xff, 0, 0xfe]);
    let environment =
        vec![("PATH".into(), "/bin".into()), ("MY_TOKEN".into(), value.into()), ("ODD_KEY".into(), odd)];
    RunSecrets::new(&environment, BTreeMap::from([("openai".to_owned(), format!("sk-{value}"))]))
}

fn keeps_one_payload(vault: &dyn Vault) {
    assert_eq!(vault.load(), Ok(None));
    assert_eq!(vault.clear(), Ok(()), "nothing to clear is fine");
    for payload in [&b"a"[..], b"longer\0\xff", &[7; 4000], b"b"] {
        assert_eq!(vault.store(payload), Ok(()));
        assert_eq!(vault.load().unwrap().as_deref(), Some(payload));
    }
    assert_eq!(vault.store(&[7; 40_000]), Err(VaultError::Full));
    assert_eq!(vault.load().unwrap().as_deref(), Some(&b"b"[..]), "what was there still is");
    // More than an ordinary user's quota, and less than a key may hold.
    let expected = match vault.store(&[7; 30_000]) {
        Err(VaultError::Full) => vec![b'b'],
        stored => stored.map(|()| vec![7; 30_000]).unwrap(),
    };
    assert_eq!(vault.load(), Ok(Some(expected)), "all or nothing");
    assert_eq!(vault.clear(), Ok(()));
    assert_eq!(vault.load(), Ok(None));
    assert_eq!(vault.store(b"again"), Ok(()));
    assert_eq!(vault.load().unwrap().as_deref(), Some(&b"again"[..]));
    assert_eq!(vault.clear(), Ok(()));
}

fn survives_a_restart(open: &dyn Fn() -> Box<dyn Vault>) {
    let first = Secrets::open(open());
    first.keep(run(1), &secrets("hunter22"));
    first.keep(run(2), &secrets("hunter22"));
    first.keep(run(3), &secrets("other"));
    first.keep(run(3), &secrets("changed"));
    first.release(run(2));
    drop(first);

    let second = Secrets::open(open());
    assert_eq!(second.get(run(1)).as_deref(), Some(&secrets("hunter22")));
    assert_eq!(second.get(run(2)), None);
    assert_eq!(second.get(run(3)).as_deref(), Some(&secrets("changed")));
    second.seal();
    second.release(run(3));
    drop(second);

    let third = Secrets::open(open());
    assert!(third.get(run(3)).is_some(), "a daemon that stops leaves them to the next");
    third.retain(|id| id == run(1));
    assert_eq!((third.get(run(1)).is_some(), third.get(run(3))), (true, None));
    third.release(run(1));
    assert_eq!(open().load(), Ok(None), "nothing is left when no run is");
}

/// What is promised where the vault does not work.
fn falls_back_to_memory(open: &dyn Fn() -> Box<dyn Vault>) {
    let first = Secrets::open(open());
    first.keep(run(1), &secrets("hunter22"));
    assert_eq!(first.get(run(1)).as_deref(), Some(&secrets("hunter22")));
    first.release(run(1));
    assert_eq!(first.get(run(1)), None);
    first.keep(run(1), &secrets("hunter22"));
    drop(first);
    assert_eq!(Secrets::open(open()).get(run(1)), None);
}

#[test]
fn memory() {
    keeps_one_payload(&MemoryVault::default());
    let vault = MemoryVault::default();
    survives_a_restart(&|| Box::new(vault.clone()));
    falls_back_to_memory(&|| Box::new(MemoryVault::default()));
}

#[test]
fn the_kernel() {
    let kernel = Kernel::new();
    let open = || Box::new(kernel.vault.clone()) as Box<dyn Vault>;
    match kernel.vault.store(b"probe") {
        Ok(()) => {
            kernel.vault.clear().unwrap();
            keeps_one_payload(&kernel.vault);
            survives_a_restart(&open);
            let other = Kernel::new();
            kernel.vault.store(b"mine").unwrap();
            assert_eq!(other.vault.load(), Ok(None), "each state directory has its own");
        }
        Err(_) => falls_back_to_memory(&open),
    }
}

#[test]
fn another_spelling_of_the_directory_means_the_same_key() {
    let kernel = Kernel::new();
    let again = KernelVault::of(&kernel.home.path().join("."));
    assert_eq!(format!("{again:?}"), format!("{:?}", kernel.vault));
}

#[test]
fn where_there_is_none() {
    falls_back_to_memory(&|| Box::new(Nowhere));
}

#[test]
fn what_does_not_fit_is_held_in_memory_and_the_rest_stays() {
    let vault = MemoryVault::with_limit(1500);
    let open = || Box::new(vault.clone()) as Box<dyn Vault>;
    let first = Secrets::open(open());
    first.keep(run(1), &secrets(&"a".repeat(500)));
    first.keep(run(2), &secrets(&"b".repeat(500)));
    first.keep(run(3), &secrets(&"a".repeat(500)));
    // A set that would have fitted is replaced by one that does not: the old one must not come back.
    first.keep(run(3), &secrets(&"c".repeat(500)));
    assert!((1..=3).all(|number| first.get(run(number)).is_some()), "in memory all are");
    let second = Secrets::open(open());
    let kept: Vec<_> = (1..=3).map(|number| second.get(run(number)).is_some()).collect();
    assert_eq!(kept, [true, false, false]);
    first.release(run(1));
    first.keep(run(2), &secrets(&"b".repeat(500)));
    assert!(Secrets::open(open()).get(run(2)).is_some(), "there is room again");
}

#[test]
fn what_another_version_wrote_does_no_harm() {
    let vault = MemoryVault::default();
    vault.store(b"\x09something else").unwrap();
    let secrets_of = Secrets::open(Box::new(vault.clone()));
    assert_eq!(secrets_of.get(run(1)), None);
    secrets_of.keep(run(1), &secrets("hunter22"));
    assert!(Secrets::open(Box::new(vault)).get(run(1)).is_some());
}

#[test]
fn nothing_secret_is_shown() {
    let held = secrets("hunter22");
    let all = Secrets::in_memory();
    all.keep(run(1), &held);
    let shown = format!("{held:?} {all:?} {:?}", MemoryVault::default());
    assert!(shown.contains("MY_TOKEN") && shown.contains("openai"), "{shown}");
    assert!(!shown.contains("hunter22") && !shown.contains("PATH"), "{shown}");
}
