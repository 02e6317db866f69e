//! The client's places.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Places of its own for one client, and a project with `model.py`. All go away with it.
pub(crate) struct Home {
    root: TempDir,
    /// On the file system of the program, so that it can be linked there.
    programs: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        // Under /tmp, because a socket's path must be short.
        let root = tempfile::Builder::new().prefix("weco-ctl-").tempdir_in("/tmp").unwrap();
        let programs = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let weco = programs.path().join("weco");
        if fs::hard_link(env!("CARGO_BIN_EXE_weco"), &weco).is_err() {
            fs::copy(env!("CARGO_BIN_EXE_weco"), &weco).unwrap();
        }
        let home = Self { root, programs };
        fs::create_dir(home.project()).unwrap();
        fs::write(home.project().join("model.py"), "print('speedup: 1')\n").unwrap();
        home
    }

    /// The same with a private runtime directory, in which a socket can be.
    pub(crate) fn with_runtime_dir() -> Self {
        let home = Self::new();
        fs::create_dir(home.runtime_dir()).unwrap();
        fs::set_permissions(home.runtime_dir(), Permissions::from_mode(0o700)).unwrap();
        home
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    pub(crate) fn state_dir(&self) -> PathBuf {
        self.root.path().join("state")
    }

    pub(crate) fn runtime_dir(&self) -> PathBuf {
        self.root.path().join("run")
    }

    pub(crate) fn keys_file(&self) -> PathBuf {
        self.root.path().join("config/keys.toml")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.runtime_dir().join("daemon.sock")
    }

    /// Puts a shell script in the place of `weco-daemon`.
    pub(crate) fn install_daemon(&self, script: &str) {
        let path = self.programs.path().join("weco-daemon");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }

    /// `weco` with `args`, in the project.
    pub(crate) fn weco(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.programs.path().join("weco"));
        command
            .args(args)
            .current_dir(self.project())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("WECO_STATE_DIR", self.state_dir())
            .env("WECO_RUNTIME_DIR", self.runtime_dir())
            .env("WECO_CONFIG_DIR", self.root.path().join("config"));
        command
    }

    /// Runs `weco` to its end: exit code, standard output, standard error, with our places by their names.
    pub(crate) fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = self.weco(args).output().unwrap();
        (output.status.code().unwrap(), self.named(&output.stdout), self.named(&output.stderr))
    }

    /// `bytes` as text, the same wherever the tests run.
    pub(crate) fn named(&self, bytes: &[u8]) -> String {
        let programs = self.programs.path().canonicalize().unwrap();
        String::from_utf8(bytes.to_vec())
            .unwrap()
            .replace(&self.root.path().display().to_string(), "$HOME")
            .replace(&programs.display().to_string(), "$BIN")
    }

    /// What there is besides the project's one file and the runtime directory.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        let list = |directory: &Path| -> Vec<_> {
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
        };
        let mut found = list(self.root.path());
        found.extend(list(&self.project()));
        let known = [self.project(), self.runtime_dir(), self.project().join("model.py")];
        found.retain(|path| !known.contains(path));
        found
    }
}

/// Exit code and both outputs of a program that has ended.
pub(crate) fn text(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
