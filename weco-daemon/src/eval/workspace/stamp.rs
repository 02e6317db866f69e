//! Modification times that build tools and Python's cache cannot mistake; see the module above.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A modification time since the epoch; times before it count as the epoch itself.
pub(super) type Mtime = Duration;

pub(super) fn now() -> Mtime {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Gives the versions of one file their times.
#[derive(Debug)]
pub(super) struct Stamps {
    python: bool,
    /// The last whole second given to a version of a Python file.
    last: u64,
    /// The user's own, once seen.
    original: Option<Mtime>,
}

impl Stamps {
    pub(super) fn for_file(name: &str) -> Self {
        let python = name.ends_with(".py") || name.ends_with(".pyw");
        Self { python, last: 0, original: None }
    }

    /// The user's file was seen with this time.
    pub(super) fn saw_original(&mut self, mtime: Mtime) {
        self.original = Some(mtime);
    }

    /// A version in the file's place had this time, perhaps one of a daemon before this.
    pub(super) fn saw_version(&mut self, mtime: Mtime) {
        if self.python {
            self.last = self.last.max(mtime.as_secs());
        }
    }

    /// For a new version.
    pub(super) fn next(&mut self) -> Mtime {
        if !self.python {
            return now();
        }
        let after = self.last.max(self.original.unwrap_or_default().as_secs()) + 1;
        self.last = now().as_secs().max(after);
        Duration::from_secs(self.last)
    }

    /// For the user's own file when it comes back; none to leave what it has.
    pub(super) fn returning(&self) -> Option<Mtime> {
        (!self.python).then(now)
    }

    /// For the original's text in a new file, because the user's own is gone.
    pub(super) fn rewritten(&mut self) -> Mtime {
        match self.original {
            Some(mtime) if self.python => mtime,
            _ => self.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_versions_get_rising_whole_seconds_after_the_original() {
        let mut stamps = Stamps::for_file("a.py");
        let future = now() + Duration::from_millis(90_500);
        stamps.saw_original(future);
        let times: Vec<Mtime> = (0..5).map(|_| stamps.next()).collect();
        assert!(times[0].as_secs() > future.as_secs());
        assert!(times.windows(2).all(|pair| pair[1].as_secs() > pair[0].as_secs()));
        assert!(times.iter().all(|time| time.subsec_nanos() == 0));
        assert_eq!(stamps.returning(), None);
        assert_eq!(stamps.rewritten(), future);
    }

    #[test]
    fn a_version_seen_on_disk_is_not_given_again() {
        let mut stamps = Stamps::for_file("a.py");
        let seen = now() + Duration::from_secs(1_000);
        stamps.saw_version(seen);
        assert!(stamps.rewritten() > seen);
    }

    #[test]
    fn other_files_are_as_new_as_the_clock_says() {
        let mut stamps = Stamps::for_file("a.c");
        stamps.saw_original(Duration::from_secs(5));
        let before = now();
        assert!(stamps.next() >= before);
        assert!(stamps.returning() >= Some(before));
        assert!(stamps.rewritten() >= before);
    }
}
