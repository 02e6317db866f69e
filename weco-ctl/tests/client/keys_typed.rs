//! `weco keys set` at a terminal: the key is typed unseen, and the terminal is as before.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::Pid;

use crate::support::Home;

/// `weco` with a terminal as its standard input.
struct Terminal {
    child: Child,
    master: fs::File,
    slave: OwnedFd,
    said: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Terminal {
    fn start(mut command: Command) -> Self {
        let pty = openpty(None, None).unwrap();
        let mut child = command
            .stdin(pty.slave.try_clone().unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let mut err = child.stderr.take().unwrap();
        let heard = Arc::clone(&said);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 256];
            while let Ok(count @ 1..) = err.read(&mut buffer) {
                heard.lock().unwrap().push_str(std::str::from_utf8(&buffer[..count]).unwrap());
            }
        });
        let terminal = Self { child, master: pty.master.into(), slave: pty.slave, said, reader };
        terminal.wait_until("it asks", || terminal.said().contains("Key for openai (not shown): "));
        terminal.wait_until("echo is off", || !terminal.echoes());
        terminal
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    fn echoes(&self) -> bool {
        tcgetattr(self.slave.as_fd()).unwrap().local_flags.contains(LocalFlags::ECHO | LocalFlags::ICANON)
    }

    fn wait_until(&self, what: &str, condition: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !condition() {
            assert!(Instant::now() < deadline, "{what}: {}", self.said());
            std::thread::yield_now();
        }
    }

    fn type_in(&mut self, keys: &[u8]) {
        self.master.write_all(keys).unwrap();
    }

    /// Exit code and all that it wrote. The terminal must be as it was.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        assert!(self.echoes(), "the terminal is restored");
        let said = Arc::clone(&self.said);
        self.reader.join().unwrap();
        drop(self.slave);
        // Everything that was echoed; the end of it is an error (EIO).
        let mut echoed = Vec::new();
        let _ = self.master.read_to_end(&mut echoed);
        let said = said.lock().unwrap();
        (status.code(), out + &said + &String::from_utf8_lossy(&echoed))
    }
}

#[test]
fn a_key_is_typed_unseen() {
    let home = Home::new();
    let mut terminal = Terminal::start(home.weco(&["keys", "set", "openai"]));
    terminal.type_in(b"wrong\x15sk-hunter22x\x7f\r");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("hunter22") && !shown.contains("wrong"), "{shown}");
    assert!(fs::read_to_string(home.keys_file()).unwrap().contains("openai = \"sk-hunter22\"\n"));
}

#[test]
fn asking_can_be_abandoned_and_the_terminal_is_restored() {
    let home = Home::new();
    let mut terminal = Terminal::start(home.weco(&["keys", "set", "openai"]));
    terminal.type_in(b"sk-hunter22\x03");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("nothing is changed") && !shown.contains("hunter22"), "{shown}");

    let terminal = Terminal::start(home.weco(&["keys", "set", "openai"]));
    kill(Pid::from_raw(terminal.child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    assert_eq!(terminal.end().0, Some(130));
    assert!(!home.keys_file().exists());
}

#[test]
fn a_paste_of_many_lines_is_no_key_and_does_not_reach_the_shell() {
    let home = Home::new();
    let mut terminal = Terminal::start(home.weco(&["keys", "set", "openai"]));
    terminal.type_in(b"sk-hunter22\rrm -rf hunter22\r");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("more than one line") && !shown.contains("hunter22"), "{shown}");
}
