//! The programs under test.

use weco_tests::chaos::{Programs, Site};

/// As cargo built them.
pub(crate) const PROGRAMS: Programs<'_> = Programs {
    client: env!("CARGO_BIN_EXE_weco-under-test"),
    daemon: env!("CARGO_BIN_EXE_weco-daemon-under-test"),
};

/// A fresh place without a daemon.
pub(crate) fn site() -> Site {
    Site::new(PROGRAMS)
}
