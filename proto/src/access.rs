//! What the operating system would let us do, without doing it.

use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{AccessFlags, faccessat};

/// Whether files can be created, replaced and removed in the directory `path`.
pub(crate) fn can_change_entries(path: &Path) -> Result<(), Errno> {
    allowed(path, AccessFlags::W_OK | AccessFlags::X_OK)
}

/// Whether the file `path` can be written.
pub(crate) fn can_write(path: &Path) -> Result<(), Errno> {
    allowed(path, AccessFlags::W_OK)
}

fn allowed(path: &Path, mode: AccessFlags) -> Result<(), Errno> {
    faccessat(AT_FDCWD, path, mode, AtFlags::AT_EACCESS)
}

/// `errno` as the end of a sentence.
pub(crate) fn reason(errno: Errno) -> String {
    errno.desc().to_lowercase()
}

/// Tests of permissions that also mean something when root runs them.
#[cfg(test)]
pub(crate) mod testing {
    use nix::unistd::{Uid, geteuid, setfsuid};

    /// Runs `body` without root's right to go anywhere. The kernel keeps that right per thread.
    pub(crate) fn unprivileged<T: Send>(body: impl FnOnce() -> T + Send) -> T {
        let root = geteuid().is_root();
        std::thread::scope(|scope| {
            let thread = scope.spawn(move || {
                if root {
                    setfsuid(Uid::from_raw(65534));
                }
                body()
            });
            thread.join().unwrap()
        })
    }
}
