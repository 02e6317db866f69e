use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use nix::sys::stat::Mode;
use nix::unistd::{geteuid, mkfifo};

use super::super::place::{LogError, open};

fn refusal(path: &Path) -> &'static str {
    match open(path) {
        Err(LogError::Refused { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_log_is_created_for_its_owner_alone_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    assert!(open(&path).unwrap().fresh);
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
    assert!(!open(&path).unwrap().fresh);
}

#[test]
fn what_is_not_a_log_of_ours_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("target"), "precious").unwrap();
    fs::set_permissions(path("target"), Permissions::from_mode(0o600)).unwrap();

    symlink(path("target"), path("link")).unwrap();
    assert_eq!(refusal(&path("link")), "is a symbolic link");
    symlink(path("absent"), path("dangling")).unwrap();
    assert_eq!(refusal(&path("dangling")), "is a symbolic link");
    assert!(!path("absent").exists(), "a link is no way to create a file elsewhere");

    fs::hard_link(path("target"), path("hard")).unwrap();
    assert_eq!(refusal(&path("hard")), "has another name elsewhere (a hard link)");
    fs::create_dir(path("directory")).unwrap();
    assert_eq!(refusal(&path("directory")), "is not a regular file");
    mkfifo(&path("pipe"), Mode::S_IRWXU).unwrap();
    assert_eq!(refusal(&path("pipe")), "is not a regular file");

    for mode in [0o640, 0o604, 0o620] {
        let shared = path(&format!("{mode:o}"));
        File::create(&shared).unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(mode)).unwrap();
        assert_eq!(refusal(&shared), "is open to other users", "{mode:o}");
    }
    assert_eq!(fs::read_to_string(path("target")).unwrap(), "precious");
}

#[test]
fn a_strangers_file_is_refused() {
    if !geteuid().is_root() {
        // Only root can play a stranger.
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    open(&path).unwrap();
    std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
    assert_eq!(refusal(&path), "belongs to another user");
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error_with_a_next_step() {
    let dir = tempfile::tempdir().unwrap();
    File::create(dir.path().join("file")).unwrap();
    let mut places = vec![dir.path().join("absent/log"), dir.path().join("file/log")];
    if !geteuid().is_root() {
        let closed = dir.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, Permissions::from_mode(0o500)).unwrap();
        places.push(closed.join("log"));
    }
    for place in places {
        let error = open(&place).unwrap_err();
        assert!(error.to_string().starts_with("cannot create the log /"), "{error}");
        let failure = crate::error::Failure::from(error);
        assert!(failure.hint.contains("WECO_LOG_DIR"), "{failure:?}");
    }
}
