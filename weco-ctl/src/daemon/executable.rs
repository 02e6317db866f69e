//! Where the program `weco-daemon` is.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;

const NAME: &str = "weco-daemon";

/// Beside our own executable (links followed), else on `PATH`.
pub(super) fn find() -> Result<PathBuf, Error> {
    let own = std::env::current_exe().and_then(|path| path.canonicalize()).ok();
    let beside = own.as_deref().and_then(Path::parent);
    let path = std::env::var_os("PATH").unwrap_or_default();
    find_in(beside, &path).ok_or_else(|| {
        let beside = beside.map_or_else(String::new, |place| format!(" in '{}' or", place.display()));
        Error::failure(format!("there is no {NAME}{beside} on PATH"))
            .hint(format!("install {NAME} beside weco, for they belong together"))
    })
}

fn find_in(beside: Option<&Path>, path: &OsStr) -> Option<PathBuf> {
    let places = beside.map(Path::to_owned).into_iter().chain(std::env::split_paths(path));
    // The daemon starts in another directory than ours: a relative place would mean another there.
    places.filter(|place| place.is_absolute()).map(|place| place.join(NAME)).find(|file| is_executable(file))
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;

    #[test]
    fn beside_us_comes_before_path_and_only_programs_count() {
        let home = tempfile::tempdir().unwrap();
        let places = ["beside", "first", "second"].map(|name| home.path().join(name));
        for place in &places {
            fs::create_dir(place).unwrap();
        }
        let [beside, first, second] = &places;
        let path = std::env::join_paths(["relative".into(), first.clone(), second.clone()]).unwrap();
        let found = || find_in(Some(beside), &path);
        assert_eq!(found(), None);
        let install = |place: &Path, mode| {
            fs::write(place.join(NAME), "").unwrap();
            fs::set_permissions(place.join(NAME), Permissions::from_mode(mode)).unwrap();
        };
        install(first, 0o644);
        install(second, 0o755);
        assert_eq!(found(), Some(second.join(NAME)));
        install(first, 0o755);
        assert_eq!(found(), Some(first.join(NAME)));
        install(beside, 0o755);
        assert_eq!(found(), Some(beside.join(NAME)));
    }
}
