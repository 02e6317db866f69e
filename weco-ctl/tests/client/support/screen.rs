//! A client on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};

/// Longest wait for anything.
const DEADLINE: Duration = Duration::from_secs(20);

/// A running `weco` whose terminal is 100 columns wide and 30 lines high.
pub(crate) struct Screen {
    child: Child,
    master: File,
    // Kept open, so that what was written is not lost when the client ends.
    slave: OwnedFd,
    heard: Receiver<Vec<u8>>,
    said: String,
}

impl Screen {
    pub(crate) fn start(mut command: Command) -> Self {
        let size = Winsize { ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None).unwrap();
        let end = || pty.slave.try_clone().unwrap();
        let child = command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let master = File::from(pty.master);
        let mut reader = master.try_clone().unwrap();
        let (sender, heard) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The end of a terminal is an error (EIO).
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, master, slave: pty.slave, heard, said: String::new() }
    }

    /// Waits until it has written `text`.
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.said.contains(text) {
            let part = self.heard.recv_timeout(DEADLINE);
            let part = part.unwrap_or_else(|_| panic!("no {text:?} in {:?}", self.said));
            self.said += &String::from_utf8_lossy(&part);
        }
    }

    pub(crate) fn type_in(&mut self, keys: &[u8]) {
        self.master.write_all(keys).unwrap();
    }

    /// Waits for its end: exit code and all that it wrote.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > deadline {
                self.child.kill().unwrap();
                panic!("it did not end after {:?}", self.said);
            }
            std::thread::yield_now();
        };
        drop(self.slave);
        while let Ok(part) = self.heard.recv_timeout(DEADLINE) {
            self.said += &String::from_utf8_lossy(&part);
        }
        (status.code(), self.said.clone())
    }
}
