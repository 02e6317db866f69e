//! A world of its own for each test: directories, environment, programs, and a daemon at most.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use weco_daemon::os::keyring::KernelVault;
use weco_daemon::secrets::Vault;

use crate::eventually;

/// Directories, an environment and programs; everything is ended and removed when dropped.
pub struct World {
    root: TempDir,
    programs: PathBuf,
    environment: BTreeMap<String, String>,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Output {
    /// Exit code, or 128 + the signal's number.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl World {
    /// `client` and `daemon` are the programs under test: `env!("CARGO_BIN_EXE_weco-under-test")`
    /// and `env!("CARGO_BIN_EXE_weco-daemon-under-test")`.
    pub fn new(client: &str, daemon: &str) -> Self {
        // Short, because a socket's path must stay under 108 bytes.
        let root = tempfile::Builder::new().prefix("weco-").tempdir_in("/tmp").unwrap();
        let mut environment =
            BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap_or_default())]);
        for (variable, place) in [
            ("HOME", "home"),
            ("WECO_STATE_DIR", "state"),
            ("WECO_RUNTIME_DIR", "run"),
            ("WECO_CONFIG_DIR", "config"),
            ("WECO_LOG_DIR", "log"),
        ] {
            let path = root.path().join(place);
            if matches!(place, "home" | "config" | "log") {
                fs::create_dir(&path).unwrap();
            }
            environment.insert(variable.to_owned(), path.display().to_string());
        }
        fs::create_dir(root.path().join("work")).unwrap();
        Self { programs: link_programs(client, daemon), root, environment }
    }

    /// The working directory of commands.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// The daemon's state directory.
    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// The daemon's runtime directory.
    pub fn runtime(&self) -> PathBuf {
        self.root.path().join("run")
    }

    /// Where logs of runs go, unless a test says otherwise.
    pub fn logs(&self) -> PathBuf {
        self.root.path().join("log")
    }

    /// The configuration directory.
    pub fn config(&self) -> PathBuf {
        self.root.path().join("config")
    }

    /// Sets a variable for all later commands.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.insert(name.to_owned(), value.into());
    }

    /// Unsets a variable for all later commands.
    pub fn unset(&mut self, name: &str) {
        self.environment.remove(name);
    }

    /// The variables of all commands.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// Writes a file below the working directory.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Reads a file below the working directory.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.work().join(path)).unwrap()
    }

    /// A `weco` command, not started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program("weco");
        command.args(arguments);
        command
    }

    /// The program `weco` or `weco-daemon`, not started.
    pub fn program(&self, name: &str) -> Command {
        self.outside(self.programs.join(name))
    }

    /// Another program in this world, not started.
    pub fn outside(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment).current_dir(self.work()).stdin(Stdio::null());
        command
    }

    /// Runs a `weco` command to its end.
    pub fn weco(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        Output {
            code: output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or(0)),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts the daemon.
    pub fn start_daemon(&self) {
        let start = self.weco(&["daemon", "start"]);
        assert_eq!(start.code, 0, "{start:?}");
    }

    /// Starts a `weco` command whose output is collected in files.
    pub fn spawn(&self, arguments: &[&str]) -> Running {
        self.spawn_in("", arguments)
    }

    /// The same, in a directory below the working directory.
    pub fn spawn_in(&self, directory: &str, arguments: &[&str]) -> Running {
        let place = self.root.path().join(format!("out-{}", fs::read_dir(self.root.path()).unwrap().count()));
        fs::create_dir(&place).unwrap();
        let file = |name: &str| fs::File::create(place.join(name)).unwrap();
        let child = self
            .command(arguments)
            .current_dir(self.work().join(directory))
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .unwrap();
        Running { child, place }
    }

    /// The daemon's process id, if one holds the lock's file.
    pub fn daemon_pid(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.state().join("daemon.lock")).ok()?;
        text.trim().parse().ok().map(Pid::from_raw).filter(|pid| kill(*pid, None).is_ok())
    }

    /// `kill -9` of the daemon, and waits until it is gone.
    pub fn kill_daemon(&self) {
        let pid = self.daemon_pid().expect("a daemon to kill");
        kill(pid, Signal::SIGKILL).unwrap();
        eventually("the killed daemon is gone", || (!is_running(pid)).then_some(()));
    }

    /// Where the daemon keeps the secrets of live runs.
    pub fn vault(&self) -> KernelVault {
        KernelVault::of(&self.state())
    }

    /// The daemon's log.
    pub fn daemon_log(&self) -> String {
        fs::read_to_string(self.state().join("daemon.log")).unwrap_or_default()
    }

    /// The only run directory under `.runs`, once there is one: files are written behind a run's loop.
    pub fn run_dir(&self) -> PathBuf {
        let mut runs = eventually("a run has a directory", || {
            let entries = fs::read_dir(self.work().join(".runs")).ok()?;
            let runs: Vec<PathBuf> =
                entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
            (!runs.is_empty()).then_some(runs)
        });
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs.remove(0)
    }
}

/// Whether a process runs; a zombie does not.
pub fn is_running(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.chars().next());
    !matches!(state, None | Some(None | Some('Z' | 'X')))
}

impl Drop for World {
    fn drop(&mut self) {
        self.end_daemon();
        // Runs that were cut short left theirs. Where the kernel has no keyring, there is nothing.
        let _ = self.vault().clear();
    }
}

impl World {
    fn end_daemon(&self) {
        let Some(pid) = self.daemon_pid() else { return };
        if std::thread::panicking() {
            eprintln!("--- the daemon's log\n{}", self.daemon_log());
        }
        // Best effort in order, then by force: nothing that a test started outlives it.
        let _ = self.command(&["daemon", "stop"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if is_running(pid) {
            let _ = kill(pid, Signal::SIGKILL);
        }
    }
}

/// A `weco` command under way.
pub struct Running {
    child: Child,
    place: PathBuf,
}

impl Running {
    /// What it printed so far.
    pub fn stdout(&self) -> String {
        fs::read_to_string(self.place.join("stdout")).unwrap()
    }

    /// What it printed to standard error so far.
    pub fn stderr(&self) -> String {
        fs::read_to_string(self.place.join("stderr")).unwrap()
    }

    /// Waits until standard output contains `text`.
    pub fn wait_for(&mut self, text: &str) {
        let what = format!("output contains {text:?}");
        eventually(&what, || {
            let printed = self.stdout();
            if !printed.contains(text) && self.child.try_wait().unwrap().is_some() {
                panic!("ended without {text:?}:\n{}\n{}", self.stdout(), self.stderr());
            }
            printed.contains(text).then_some(())
        });
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Its process id.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Output {
        let status = eventually("the command ends", || self.child.try_wait().unwrap());
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        Output { code, stdout: self.stdout(), stderr: self.stderr() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Links both programs under their real names into one directory, where the client looks for the
/// daemon. Hard links: a symbolic one would be resolved to the original's place.
fn link_programs(client: &str, daemon: &str) -> PathBuf {
    // One place for each pair: programs of other runs may be in use.
    let mut name = Path::new(client).file_stem().unwrap().to_owned();
    name.push("-programs");
    let place = Path::new(client).with_file_name(name);
    fs::create_dir_all(&place).unwrap();
    for (name, program) in [("weco", client), ("weco-daemon", daemon)] {
        let fresh = place.join(format!("{name}.{}.{:?}", std::process::id(), std::thread::current().id()));
        if fs::hard_link(program, &fresh).is_err() {
            fs::copy(program, &fresh).unwrap();
        }
        fs::rename(&fresh, place.join(name)).unwrap();
        // Renaming over a link to the same file leaves both names.
        let _ = fs::remove_file(&fresh);
    }
    place
}
