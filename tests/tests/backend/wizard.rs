//! What is asked on a terminal.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use weco_tests::eventually;
use weco_tests::model_server::KEY;

use crate::site::{Site, run_id};

const LIST: &str = "\
answer <<'E'
{\"version\": 1, \"ok\": true,
 \"datasets\": [{\"name\": \"other\", \"examples\": null, \"splits\": []},
  {\"name\": \"my qa\", \"examples\": 48, \"splits\": [{\"name\": \"train\", \"examples\": 36}, {\"name\": \"test\", \"examples\": 12}]}],
 \"targets\": [\"app:answer\", \"app:other\"], \"evaluators\": [\"evaluators:exact\", \"evaluators:tone\"]}
E
";

/// A command that someone sits before: its standard input and error are a terminal, its output is a file.
struct Seated {
    child: Child,
    terminal: File,
    shown: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Seated {
    fn start(mut command: Command, stdout: File) -> Self {
        // Closed in whatever is started meanwhile: it would hold the terminal open.
        let pty = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
        grantpt(&pty).unwrap();
        unlockpt(&pty).unwrap();
        let name = ptsname_r(&pty).unwrap();
        let side = || OpenOptions::new().read(true).write(true).open(&name).unwrap();
        let child = command.stdin(side()).stderr(side()).stdout(stdout).spawn().unwrap();
        drop(command);
        let terminal = File::from(OwnedFd::from(pty));
        let shown = Arc::new(Mutex::new(String::new()));
        let reader = thread::spawn(read(terminal.try_clone().unwrap(), Arc::clone(&shown)));
        Self { child, terminal, shown, reader }
    }

    /// Waits until what is shown ends with `prompt`, and answers.
    fn answer(&mut self, prompt: &str, answer: &str) {
        eventually(&format!("{prompt:?} is shown"), || {
            let mut shown = self.shown.lock().unwrap();
            shown.ends_with(prompt).then(|| shown.clear())
        });
        self.terminal.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }

    /// Waits for the end: the exit code, and what was shown since the last answer.
    fn end(mut self) -> (i32, String) {
        let status = eventually("the command ends", || self.child.try_wait().unwrap());
        eventually("all is read", || self.reader.is_finished().then_some(()));
        (status.code().unwrap_or(-1), self.shown.lock().unwrap().clone())
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Reads until nobody holds the terminal's other side any more, which is an error.
fn read(mut terminal: File, shown: Arc<Mutex<String>>) -> impl FnOnce() {
    move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = terminal.read(&mut buffer) {
            shown.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    }
}

fn begin(site: &Site, stdout: &str) -> Seated {
    let words =
        ["run", "-s", "value.sh", "-m", "exact", "-g", "max", "-M", "gpt-5.2", "-n", "1", "--no-open"];
    let mut command = site.world.command(&words);
    let key = format!("openai={KEY}");
    command.args(["--eval-backend", "langsmith", "--api-key", &key]);
    Seated::start(command, File::create(site.world.work().join(stdout)).unwrap())
}

#[test]
fn dataset_splits_target_and_evaluators_are_asked_for() {
    let site = Site::new();
    site.answers("list", LIST);
    let mut seated = begin(&site, "out");
    seated.answer("2  my qa  (48 examples)\r\nnumber or name: ", "2");
    seated.answer(
        "1  train  (36 examples)\r\n  2  test  (12 examples)\r\nnumbers or names; Enter for all: ",
        "train",
    );
    seated.answer("1  app:answer\r\n  2  app:other\r\nnumber or name: ", "2");
    seated.answer("numbers or names; Enter for the one named as the metric: ", "");
    let (code, shown) = seated.end();
    let printed = site.world.read("out");
    assert_eq!(code, 0, "{shown}\n{printed}");
    let line = "Next time: weco run -s value.sh -m exact -g max -M gpt-5.2 -n 1 --no-open --eval-backend langsmith \
                --api-key 'openai=…' --langsmith-dataset 'my qa' --langsmith-splits train --langsmith-target app:other";
    assert!(shown.contains(line), "{shown}");
    assert!(run_id(&printed).len() == 36 && printed.contains("[METRIC] Step 1: 2.0"), "{printed}");
    let settings = &site.asked("evaluate")["settings"];
    assert_eq!(
        *settings,
        serde_json::json!({"dataset": "my qa", "target": "app:other", "splits": ["train"]})
    );
}

#[test]
fn whoever_answers_nothing_is_told_the_flags() {
    let site = Site::new();
    site.answers("list", LIST);
    let mut seated = begin(&site, "out");
    // Ctrl-D at the beginning of a line.
    seated.answer("number or name: ", "\u{4}");
    let (code, shown) = seated.end();
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("error: nothing was chosen"), "{shown}");
    assert!(shown.contains("give --langsmith-dataset and --langsmith-target"), "{shown}");
    site.assert_no_run();
}

#[test]
fn a_service_that_cannot_be_asked_ends_it() {
    let site = Site::new();
    site.fails("list", "setup", "LangSmith needs LANGSMITH_API_KEY");
    let seated = begin(&site, "out");
    let (code, shown) = seated.end();
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("error: LangSmith needs LANGSMITH_API_KEY"), "{shown}");
}
