//! A client on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Longest wait for anything.
const DEADLINE: Duration = Duration::from_secs(20);

/// A running `weco` whose terminal is 100 columns wide and 30 lines high.
pub(crate) struct Screen {
    child: Child,
    master: File,
    // Kept open, so that what was written is not lost when the client ends.
    slave: File,
    heard: Receiver<Vec<u8>>,
    reader: JoinHandle<()>,
    said: String,
    /// Where what was waited for last ends.
    awaited: usize,
}

impl Screen {
    pub(crate) fn start(mut command: Command) -> Self {
        let (master, slave) = terminal();
        let end = || slave.try_clone().unwrap();
        let sized = Command::new("stty").args(["rows", "30", "cols", "100"]).stdin(end()).status().unwrap();
        assert!(sized.success());
        let child = command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let mut reader = master.try_clone().unwrap();
        let (sender, heard) = channel();
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The end of a terminal is an error (EIO).
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, master, slave, heard, reader, said: String::new(), awaited: 0 }
    }

    /// Waits until it has written `text`.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait_from(0, text);
    }

    /// Waits until it has written `text` after what was waited for last.
    pub(crate) fn wait_for_next(&mut self, text: &str) {
        self.wait_from(self.awaited, text);
    }

    fn wait_from(&mut self, start: usize, text: &str) {
        let at = loop {
            if let Some(at) = self.said[start..].find(text) {
                break start + at;
            }
            let part = self.heard.recv_timeout(DEADLINE);
            let part = part.unwrap_or_else(|_| panic!("no {text:?} in {:?}", &self.said[start..]));
            self.said += &String::from_utf8_lossy(&part);
        };
        self.awaited = self.awaited.max(at + text.len());
    }

    pub(crate) fn type_in(&mut self, keys: &[u8]) {
        self.master.write_all(keys).unwrap();
    }

    /// Takes its terminal away, as when a window is closed.
    pub(crate) fn hang_up(self) -> Hanging {
        let Self { child, master, mut slave, heard, reader, .. } = self;
        // The reader ends at the next thing that it hears.
        drop(heard);
        slave.write_all(b"\n").unwrap();
        reader.join().unwrap();
        drop(master);
        Hanging(child)
    }

    /// Waits for its end: exit code and all that it wrote.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let code = ended(self.child).unwrap_or_else(|| panic!("it did not end after {:?}", self.said));
        drop(self.slave);
        while let Ok(part) = self.heard.recv_timeout(DEADLINE) {
            self.said += &String::from_utf8_lossy(&part);
        }
        (code, self.said)
    }
}

/// A terminal's two ends. No other program inherits them, so that it is gone when they are.
fn terminal() -> (File, File) {
    let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let mut options = File::options();
    let slave = options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits());
    let slave = slave.open(ptsname_r(&master).unwrap()).unwrap();
    (File::from(OwnedFd::from(master)), slave)
}

/// A running `weco` whose terminal is gone.
pub(crate) struct Hanging(Child);

impl Hanging {
    /// Waits for its end: the exit code.
    pub(crate) fn end(self) -> Option<i32> {
        ended(self.0).unwrap_or_else(|| panic!("it did not end"))
    }
}

/// The exit code of a program that ends in time; it is ended if it does not.
fn ended(mut child: Child) -> Option<Option<i32>> {
    let pid = Pid::from_raw(child.id().try_into().unwrap());
    let (sender, status) = channel();
    std::thread::spawn(move || sender.send(child.wait().unwrap()));
    let status = status.recv_timeout(DEADLINE).ok();
    if status.is_none() {
        kill(pid, Signal::SIGKILL).unwrap();
    }
    status.map(|status| status.code())
}
