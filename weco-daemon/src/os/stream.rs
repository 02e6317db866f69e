//! Whether standard error is a stream to systemd's journal, which keeps the time of each line itself.

use std::io;

use nix::sys::stat::fstat;

/// Whether what `JOURNAL_STREAM` names is our standard error: the variable alone proves nothing, for
/// children inherit it and may be redirected.
pub fn is_journal() -> bool {
    let named = std::env::var("JOURNAL_STREAM").unwrap_or_default();
    fstat(io::stderr()).is_ok_and(|found| names(&named, found.st_dev, found.st_ino))
}

/// Whether `variable`, such as `8:12345`, names this device and inode.
fn names(variable: &str, device: u64, inode: u64) -> bool {
    let parts = variable
        .split_once(':')
        .and_then(|(device, inode)| Some((device.parse::<u64>().ok()?, inode.parse::<u64>().ok()?)));
    parts == Some((device, inode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_file_is_the_journal() {
        assert!(names("8:12345", 8, 12345));
        for other in ["", "8", "8:", "8:1234", "9:12345", "8:12345:1", "x:y"] {
            assert!(!names(other, 8, 12345), "{other}");
        }
    }
}
