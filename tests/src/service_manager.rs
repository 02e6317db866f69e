//! A service manager's part, without one: a notification socket, and a socket that starts the daemon.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{World, eventually};

/// Listens at a socket and starts the program when a client is waiting, again whenever that has ended, as
/// systemd does with `Accept=no`. Each start is a line in its output.
const LAUNCHER: &str = r"
import os, select, signal, socket, sys
path, program = sys.argv[1:]
os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
if os.path.exists(path):
    os.unlink(path)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
os.chmod(path, 0o600)
listener.listen()
print('listening', flush=True)
while True:
    select.select([listener], [], [])
    child = os.fork()
    if child == 0:
        if listener.fileno() != 3:
            os.dup2(listener.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES='weco-daemon.socket')
        os.execv(program, [program])
    print('started', child, flush=True)
    _, status = os.waitpid(child, 0)
    print('ended', os.waitstatus_to_exitcode(status), flush=True)
";

/// Socket activation, until dropped; a daemon that it has started is left to its [`World`].
pub struct Activator {
    child: Child,
    output: PathBuf,
}

impl Activator {
    /// Listens where the clients of `world` look.
    pub fn start(world: &World) -> Self {
        Self::start_with(world, &[])
    }

    /// The same, with more in the daemon's environment.
    pub fn start_with(world: &World, environment: &[(&str, &Path)]) -> Self {
        let output = world.state().with_file_name("activator.out");
        let file = || fs::File::create(&output).unwrap();
        let errors = fs::File::create(world.state().with_file_name("activator.err")).unwrap();
        let program = world.program("weco-daemon");
        let mut command = world.program("weco-daemon");
        command = relaunch(&command, Command::new("python3"));
        let child = command
            .args(["-c", LAUNCHER])
            .arg(world.runtime().join("daemon.sock"))
            .arg(program.get_program())
            .envs(environment.iter().copied())
            .stdout(file())
            .stderr(errors)
            .spawn()
            .unwrap();
        let activator = Self { child, output };
        activator.wait_for("listening");
        activator
    }

    /// How often it has started the daemon.
    pub fn starts(&self) -> usize {
        self.lines("started").len()
    }

    /// How the daemons that it has started have ended: exit codes, or signals below zero.
    pub fn ends(&self) -> Vec<i32> {
        self.lines("ended").iter().map(|code| code.parse().unwrap()).collect()
    }

    fn lines(&self, word: &str) -> Vec<String> {
        let output = fs::read_to_string(&self.output).unwrap();
        output.lines().filter_map(|line| Some(line.strip_prefix(word)?.trim().to_owned())).collect()
    }

    fn wait_for(&self, word: &str) {
        eventually(word, || (!self.lines(word).is_empty()).then_some(()));
    }
}

/// `to` with the environment and directory of `from`.
fn relaunch(from: &Command, mut to: Command) -> Command {
    to.env_clear().stdin(Stdio::null());
    to.envs(from.get_envs().filter_map(|(name, value)| Some((name, value?))));
    from.get_current_dir().map(|directory| to.current_dir(directory));
    to
}

impl Drop for Activator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The socket that `NOTIFY_SOCKET` names, and everything that was sent to it.
pub struct Notifications {
    path: PathBuf,
    socket: UnixDatagram,
    seen: Mutex<Vec<String>>,
}

impl Notifications {
    /// A socket beside the state of `world`.
    pub fn listen(world: &World) -> Self {
        let path = world.state().with_file_name("notify.sock");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { path, socket, seen: Mutex::default() }
    }

    /// What `NOTIFY_SOCKET` is to be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every assignment that was sent so far, in order.
    pub fn seen(&self) -> Vec<String> {
        let mut seen = self.seen.lock().unwrap();
        let mut buffer = [0; 4096];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
            seen.extend(text.lines().map(str::to_owned));
        }
        seen.clone()
    }

    /// Waits until `assignment` was sent, at least `count` times.
    pub fn wait_for(&self, assignment: &str, count: usize) {
        let times = || self.seen().iter().filter(|seen| *seen == assignment).count();
        eventually(assignment, || (times() >= count).then_some(()));
    }
}

/// Asks a process to end.
pub fn terminate(pid: Pid) {
    kill(pid, Signal::SIGTERM).unwrap();
}

/// What `systemctl` does in a [`FakeSystemd`]: it records its arguments and acts on the installed units.
const SYSTEMCTL: &str = r#"#!/bin/sh
here=${0%/*}
echo "$*" >> "$here/calls"
units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user
main_pid() { tail -n 1 "$here/launcher.out" 2>/dev/null | sed -n 's/^started //p'; }
end() {
    pid=$1
    [ -n "$pid" ] && kill "$pid" 2>/dev/null || return 0
    until ! [ -e "/proc/$pid" ] || grep -q "^State:.Z" "/proc/$pid/status"; do sleep 0.01; done
}
stop_all() {
    main=$(main_pid)
    end "$(cat "$here/launcher.pid" 2>/dev/null)"
    end "$main"
    rm -f "$here/launcher.out" "$here/launcher.pid"
}
case "$*" in
"--user show-environment")
    if [ -e "$here/absent" ]; then echo "Failed to connect to bus: No medium found" >&2; exit 1; fi ;;
"--user show "*) pid=$(main_pid); echo "${pid:-0}" ;;
"--user enable "*)
    if [ -e "$here/broken" ]; then echo "Failed to enable unit: disk full" >&2; exit 1; fi ;;
"--user restart weco-daemon.socket")
    stop_all
    socket=$(sed -n 's/^ListenStream=//p' "$units/weco-daemon.socket")
    program=$(sed -n 's/^ExecStart="\(.*\)"$/\1/p' "$units/weco-daemon.service")
    python3 "$here/launcher.py" "$socket" "$program" < /dev/null > "$here/launcher.out" 2> /dev/null &
    echo $! > "$here/launcher.pid"
    until grep -q listening "$here/launcher.out"; do sleep 0.01; done ;;
"--user restart weco-daemon.service") end "$(main_pid)" ;;
"--user disable --now "*) stop_all ;;
esac
"#;

/// A `systemctl` on the path of a [`World`] that keeps one service, by its units; all ends with it.
pub struct FakeSystemd {
    place: PathBuf,
}

impl FakeSystemd {
    /// Puts it on the path of `world`.
    pub fn install(world: &mut World) -> Self {
        let place = world.state().with_file_name("systemd");
        fs::create_dir(&place).unwrap();
        let program = place.join("systemctl");
        fs::write(&program, SYSTEMCTL).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(place.join("launcher.py"), LAUNCHER).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        world.set("PATH", format!("{}:{path}", place.display()));
        Self { place }
    }

    /// Lets it be as if no user manager ran.
    pub fn take_away(&self) {
        fs::write(self.place.join("absent"), "").unwrap();
    }

    /// Lets `enable` fail.
    pub fn break_enabling(&self) {
        fs::write(self.place.join("broken"), "").unwrap();
    }

    /// What it was asked, without questions; the record starts over.
    pub fn take_calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.place.join("calls")).unwrap_or_default();
        let _ = fs::remove_file(self.place.join("calls"));
        calls.lines().filter(|call| !call.starts_with("--user show")).map(str::to_owned).collect()
    }
}

impl Drop for FakeSystemd {
    fn drop(&mut self) {
        let launcher = fs::read_to_string(self.place.join("launcher.pid")).unwrap_or_default();
        if let Ok(pid) = launcher.trim().parse() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}
