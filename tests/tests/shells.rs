//! Completions in the shells themselves: somebody types, presses Tab and then Enter; what is then run is looked at.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};

use common::{quadratic, world};
use nix::pty::{Winsize, openpty};
use serde_json::Value;
use weco_tests::{World, eventually};

const PROMPT: &str = "ready> ";

/// A world with one run, and a `weco` on `PATH` that completes as the real one and otherwise only notes how it was
/// called.
struct Site {
    world: World,
    run: String,
}

impl Site {
    fn new() -> Self {
        let mut world = world();
        quadratic(&world);
        let line = ["run", "-s", "model.py", "-c", "python3 eval.py", "-m", "score", "-g", "max", "-n", "2"];
        let run = world.weco(&[&line[..], &["-M", "builtin", "--output", "plain"]].concat());
        assert_eq!(run.code, 0, "{run:?}");
        let list: Value = serde_json::from_str(&world.weco(&["runs", "--format", "json"]).stdout).unwrap();
        let run = list[0]["run_id"].as_str().unwrap().to_owned();
        let real = PathBuf::from(world.program("weco").get_program());
        let spy = world.write(
            "bin/weco",
            &format!(
                "#!/bin/sh\n[ -n \"$WECO_COMPLETE\" ] && exec {} \"$@\"\n\
                 printf '%s\\n' \"$@\" > called.new && mv called.new called\n",
                real.display()
            ),
        );
        fs::set_permissions(&spy, Permissions::from_mode(0o755)).unwrap();
        let path = std::env::var("PATH").unwrap();
        world.set("PATH", format!("{}:{path}", spy.parent().unwrap().display()));
        world.set("XDG_CONFIG_HOME", world.work().join("config").display().to_string());
        Self { world, run }
    }

    /// Writes the shell's script as the help says, from a program that is found on `PATH`.
    fn install(&self, shell: &str, file: &str) -> PathBuf {
        let real = PathBuf::from(self.world.program("weco").get_program());
        let mut command = self.world.outside("weco");
        let output =
            command.env("PATH", real.parent().unwrap()).args(["completions", shell]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        self.world.write(file, &String::from_utf8(output.stdout).unwrap())
    }

    /// Types lines that end with Tab, and compares what is then run.
    fn check(&self, shell: &mut Shell) {
        let run = &self.run;
        for (typed, called) in [
            ("weco att".to_owned(), "attach".to_owned()),
            ("weco attach ".to_owned(), format!("attach {run}")),
            (format!("weco run derive {}", &run[..6]), format!("run derive {run}")),
            (
                format!("weco run derive {} --from-step run-", &run[..8]),
                format!("run derive {} --from-step run-best", &run[..8]),
            ),
            (
                format!("weco run derive {} --from-step 2", &run[..8]),
                format!("run derive {} --from-step 2", &run[..8]),
            ),
            ("weco run derive x --keep-p".to_owned(), "run derive x --keep-parent".to_owned()),
            ("weco run -s mod".to_owned(), "run -s model.py".to_owned()),
            ("weco run -M buil".to_owned(), "run -M builtin".to_owned()),
        ] {
            self.check_one(shell, &typed, &called);
        }
        let said = shell.said();
        assert!(
            !said.contains("error") && !said.contains("not found") && !said.contains("panicked"),
            "{said}"
        );
    }

    fn check_one(&self, shell: &mut Shell, typed: &str, called: &str) {
        let note = self.world.work().join("called");
        let _ = fs::remove_file(&note);
        shell.enter(&format!("{typed}\t"));
        let words = eventually(&format!("{typed:?} is run"), || fs::read_to_string(&note).ok());
        assert_eq!(words.lines().collect::<Vec<_>>().join(" "), called, "{typed:?}");
    }
}

/// A shell on a terminal.
struct Shell {
    child: Child,
    terminal: File,
    said: Arc<Mutex<String>>,
    prompts: usize,
}

impl Shell {
    fn start(mut command: Command) -> Self {
        let size = Winsize { ws_row: 40, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None).unwrap();
        let end = || pty.slave.try_clone().unwrap();
        command.env("TERM", "dumb").env("PS1", PROMPT).stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().unwrap();
        let terminal = File::from(pty.master);
        let said = Arc::<Mutex<String>>::default();
        let (mut reader, heard) = (terminal.try_clone().unwrap(), Arc::clone(&said));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                heard.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..count]));
            }
        });
        Self { child, terminal, said, prompts: 0 }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Types a line when the shell is ready for one.
    fn enter(&mut self, line: &str) {
        eventually(&format!("a prompt after {:?}", self.said()), || {
            let prompts = self.said().matches(PROMPT).count();
            (prompts > self.prompts).then(|| self.prompts = prompts)
        });
        self.terminal.write_all(format!("{line}\r").as_bytes()).unwrap();
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the terminal\n{}", self.said());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn bash_completes() {
    let site = Site::new();
    let script = site.install("bash", "weco.bash");
    let mut command = site.world.outside("bash");
    command.args(["--noprofile", "--norc", "-i"]);
    let mut shell = Shell::start(command);
    shell.enter(&format!("source {}", script.display()));
    site.check(&mut shell);
    let short = &site.run[..8];
    let (typed, called) = (
        format!("weco run derive {short} --from-step=run-"),
        format!("run derive {short} --from-step=run-best"),
    );
    site.check_one(&mut shell, &typed, &called);
}

#[test]
fn zsh_completes_from_the_first_tab_on() {
    let site = Site::new();
    let script = site.install("zsh", "zfunc/_weco");
    let mut command = site.world.outside("zsh");
    command.args(["-f", "-i"]);
    let mut shell = Shell::start(command);
    let place = script.parent().unwrap().display().to_string();
    shell.enter(&format!("fpath=({place} $fpath); autoload -Uz compinit; compinit -u -D"));
    site.check(&mut shell);
}

#[test]
fn fish_completes() {
    let site = Site::new();
    site.install("fish", "config/fish/completions/weco.fish");
    // It wants the terminal for its own.
    let mut command = site.world.outside("setsid");
    command.args([
        "--ctty",
        "fish",
        "-i",
        "--init-command",
        &format!("function fish_prompt; echo -n '{PROMPT}'; end"),
    ]);
    let mut shell = Shell::start(command);
    site.check(&mut shell);
}
