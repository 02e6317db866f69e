//! The interpreter of the user's environment.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::answer::Fault;

/// The names that an interpreter has, the first found counts.
const NAMES: [&str; 2] = ["python3", "python"];

/// Where a system without a `PATH` looks.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The Python that the user's `PATH` leads to from `directory`.
///
/// # Errors
/// A fault with what to do if there is none.
pub(super) fn find(environment: &[(OsString, OsString)], directory: &Path) -> Result<PathBuf, Fault> {
    let path = environment.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_os_str());
    let path = path.unwrap_or(OsStr::new(USUAL_PATH));
    let places: Vec<PathBuf> = std::env::split_paths(path).map(|place| directory.join(place)).collect();
    let candidates = NAMES.iter().flat_map(|name| places.iter().map(move |place| place.join(name)));
    candidates.into_iter().find(|candidate| is_executable(candidate)).ok_or_else(|| {
        let path = path.to_string_lossy();
        Fault::setup(
            format!("there is no python3 or python on the PATH ({path})"),
            "install Python 3.9 or newer, or activate the environment that your target runs in",
        )
    })
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
