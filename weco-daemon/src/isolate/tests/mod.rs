use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use uuid::Uuid;
use weco_core::fixture;
use weco_core::run::{RunId, RunSpec};

use super::*;

const RUN: RunId = RunId(Uuid::from_u128(0xabc << 96));

/// A user's directory, and a daemon's.
struct Site {
    place: TempDir,
    workspaces: Workspaces,
}

impl Site {
    fn new() -> Self {
        Self::with(WorkspacesConfig::default())
    }

    fn with(config: WorkspacesConfig) -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("work")).unwrap();
        let workspaces = Workspaces::new(place.path().join("state/workspaces"), config);
        Self { place, workspaces }
    }

    fn work(&self) -> PathBuf {
        self.place.path().join("work")
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn git(&self, arguments: &[&str]) -> String {
        let git = Command::new("git")
            .arg("-C")
            .arg(self.work())
            .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(git.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&git.stderr));
        String::from_utf8(git.stdout).unwrap()
    }

    fn commit(&self) {
        self.git(&["init", "-q"]);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "all"]);
    }

    fn origin(&self, below: &str) -> Origin {
        let directory = self.work().join(below).display().to_string();
        let log_dir = self.work().join(".runs").display().to_string();
        self.workspaces.origin(&RunSpec { directory, log_dir, ..fixture::spec(RUN) })
    }

    fn make(&self, slot: u32) -> Result<Made, IsolateError> {
        self.workspaces.make(RUN, slot, &self.origin(""), &|| false)
    }

    fn worktrees(&self) -> usize {
        self.git(&["worktree", "list", "--porcelain"]).matches("worktree ").count()
    }
}

fn read(made: &Made, path: &str) -> String {
    fs::read_to_string(made.tree().join(path)).unwrap()
}

#[test]
fn a_workspace_holds_what_the_directory_holds() {
    let site = Site::new();
    let script = site.write("deep/er/run.sh", "#!/bin/sh\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o555)).unwrap();
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let data = site.write("data.csv", "1,2\n");
    fs::File::options().write(true).open(&data).unwrap().set_modified(old).unwrap();
    site.write(".runs/old/record", "no");
    symlink("data.csv", site.work().join("relative")).unwrap();
    symlink(site.work().canonicalize().unwrap().join("deep"), site.work().join("absolute")).unwrap();
    symlink("/nowhere", site.work().join("dangling")).unwrap();
    let odd = OsStr::from_bytes(b"not-\xff-utf8");
    fs::write(site.work().join(odd), "odd").unwrap();
    nix::unistd::mkfifo(&site.work().join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(fs::symlink_metadata(site.work().join("fifo")).unwrap().file_type().is_fifo());

    let made = site.make(0).unwrap();
    assert_eq!(read(&made, "deep/er/run.sh"), "#!/bin/sh\n");
    assert_eq!(fs::metadata(made.tree().join("deep/er/run.sh")).unwrap().mode() & 0o777, 0o555);
    assert_eq!(fs::metadata(made.tree().join("data.csv")).unwrap().modified().unwrap(), old);
    assert_eq!(fs::read_link(made.tree().join("relative")).unwrap(), Path::new("data.csv"));
    assert_eq!(fs::read_link(made.tree().join("absolute")).unwrap(), made.tree().join("deep"));
    assert_eq!(fs::read_link(made.tree().join("dangling")).unwrap(), Path::new("/nowhere"));
    assert_eq!(fs::read(made.tree().join(odd)).unwrap(), b"odd");
    assert!(!made.tree().join(".runs").exists() && !made.tree().join("fifo").exists());
    let ours = fs::metadata(made.tree().parent().unwrap()).unwrap();
    assert_eq!(ours.mode() & 0o777, 0o700, "nobody else looks in");
    fs::write(made.tree().join("data.csv"), "changed").unwrap();
    assert_eq!(fs::read_to_string(data).unwrap(), "1,2\n");
}

#[test]
fn a_repository_gets_worktrees_that_hold_what_it_holds_dirty_or_not() {
    let site = Site::new();
    site.write(".gitignore", "ignored\n");
    site.write("part/model.py", "x = 1\n");
    site.commit();
    site.write("ignored", "data");
    site.write("untracked", "new");
    let (one, two) = (site.make(0).unwrap(), site.make(1).unwrap());
    assert_eq!(site.worktrees(), 3);
    for made in [&one, &two] {
        assert_eq!((read(made, "ignored"), read(made, "untracked")), ("data".to_owned(), "new".to_owned()));
        let status = Command::new("git").arg("-C").arg(made.tree()).args(["status", "--porcelain"]).output();
        assert_eq!(String::from_utf8(status.unwrap().stdout).unwrap(), "?? untracked\n");
    }
    site.write("part/model.py", "x = 2\n");
    let dirty = site.workspaces.make(RUN, 2, &site.origin("part"), &|| false).unwrap();
    assert_eq!(fs::read_to_string(dirty.directory().join("model.py")).unwrap(), "x = 2\n");
    assert_eq!(dirty.instead_of(&site.work().join("part")).unwrap(), Some(dirty.tree().join("part")));
    assert_eq!(dirty.instead_of(Path::new("/")).unwrap(), None);

    site.workspaces.discard(RUN);
    assert_eq!(site.worktrees(), 1, "none stays registered");
    assert!(!one.tree().exists() && !dirty.tree().exists());
    assert!(!site.work().join(".git/worktrees").exists());
}

#[test]
fn what_the_user_registered_stays() {
    let site = Site::new();
    site.write("a", "1");
    site.commit();
    let own = site.place.path().join("own");
    site.git(&["worktree", "add", "-q", own.to_str().unwrap()]);
    // As on a disk that is away: git itself would prune it.
    fs::remove_dir_all(&own).unwrap();
    site.make(0).unwrap();
    site.workspaces.discard(RUN);
    assert!(site.work().join(".git/worktrees/own").exists());
}

#[test]
fn a_repository_without_a_commit_and_one_with_submodules_are_copied_too() {
    let site = Site::new();
    site.write("a", "1");
    site.git(&["init", "-q"]);
    let made = site.make(0).unwrap();
    assert!(read(&made, "a") == "1" && !made.tree().join(".git").exists());

    let other = Site::new();
    other.write("inner", "2");
    other.commit();
    site.git(&["submodule", "--quiet", "add", other.work().to_str().unwrap(), "sub"]);
    site.git(&["commit", "-q", "-m", "all"]);
    let made = site.make(0).unwrap();
    assert!(read(&made, "sub/inner") == "2" && !made.tree().join("sub/.git").exists());
}

#[test]
fn what_is_configured_is_shared_or_left_out() {
    let list = |name: &str| vec![name.to_owned()];
    let site = Site::with(WorkspacesConfig {
        share: list("big/data"),
        omit: list("target"),
        ..WorkspacesConfig::default()
    });
    site.write("big/data/one", "1");
    site.write("big/other", "2");
    site.write("deep/target/object", "3");
    let made = site.make(0).unwrap();
    assert!(made.tree().join("big/data").is_symlink() && read(&made, "big/data/one") == "1");
    assert!(!made.tree().join("big/other").is_symlink());
    assert!(made.tree().join("deep").exists() && !made.tree().join("deep/target").exists());
    site.workspaces.discard(RUN);
    assert!(site.work().join("big/data/one").exists(), "what is shared is not removed");
}

#[test]
fn a_source_that_is_not_copied_is_refused() {
    let list = |name: &str| vec![name.to_owned()];
    let config = WorkspacesConfig { share: list("lib"), omit: list("part/out"), ..Default::default() };
    let site = Site::with(config);
    for path in ["part/lib/deep/a.py", "part/out/b.py", "part/src/c.py"] {
        site.write(path, "1");
    }
    symlink("../lib/deep/a.py", site.work().join("part/src/link.py")).unwrap();
    site.commit();
    let refused = |source: &str| match site.workspaces.check(&site.origin("part"), [source]) {
        Err(IsolateError::NotCopied { file, path }) => {
            assert_eq!(file, source);
            path.display().to_string()
        }
        other => format!("{other:?}"),
    };
    assert_eq!(refused("lib/deep/a.py"), "part/lib");
    assert_eq!(refused("src/link.py"), "part/lib");
    assert_eq!(refused("out/b.py"), "part/out");
    assert_eq!(refused("src/c.py"), "Ok(())");
}

#[test]
fn too_much_is_refused_before_anything_is_made() {
    let site = Site::with(WorkspacesConfig { max_size_mb: 1, ..WorkspacesConfig::default() });
    site.write("weights/a", &"x".repeat(800_000));
    site.write("weights/b", &"x".repeat(800_000));
    site.write("small", "x");
    let error = site.workspaces.check(&site.origin(""), []).unwrap_err();
    let expected =
        "would hold 1.5 MiB, more than 1.0 MiB; the largest in it: weights (1.5 MiB), small (1 bytes)";
    assert!(error.to_string().contains(expected), "{error}");
    assert!(error.hint().contains("share = [\"data\"]"));
    assert!(site.make(0).is_err());
    assert!(!site.place.path().join("state/workspaces/000000000000").join("0").exists());
}

#[test]
fn a_stop_leaves_nothing_half_made() {
    let site = Site::new();
    site.write("a", "1");
    site.commit();
    let stopped = site.workspaces.make(RUN, 0, &site.origin(""), &|| true);
    assert!(matches!(stopped, Err(IsolateError::Stopped)));
    assert_eq!(site.worktrees(), 1);
}

#[test]
fn a_start_sweeps_away_what_no_run_needs() {
    let site = Site::new();
    site.write("a", "1");
    site.commit();
    let made = site.make(0).unwrap();
    // Without the right to remove anything from it.
    fs::create_dir(made.tree().join("locked")).unwrap();
    fs::write(made.tree().join("locked/file"), "").unwrap();
    fs::set_permissions(made.tree().join("locked"), fs::Permissions::from_mode(0o000)).unwrap();
    let left = site.place.path().join("state/workspaces/going-of-a-dead-daemon");
    fs::create_dir(&left).unwrap();
    site.workspaces.sweep(|name| name == Workspaces::name(RUN));
    assert!(made.tree().exists() && !left.exists());
    site.workspaces.sweep(|_| false);
    assert_eq!(fs::read_dir(site.place.path().join("state/workspaces")).unwrap().count(), 0);
    assert_eq!(site.worktrees(), 1);
}

#[test]
fn temporary_files_go() {
    let site = Site::new();
    let made = site.make(0).unwrap();
    fs::write(made.tmp().join("scratch"), "").unwrap();
    made.clear_tmp();
    assert_eq!(fs::read_dir(made.tmp()).unwrap().count(), 0);
}
