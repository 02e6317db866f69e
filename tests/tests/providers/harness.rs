//! A small job, and a model server to do it with.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::unistd::Pid;
use tokio_stream::StreamExt;
use weco_proto::v1::WatchRunRequest;
use weco_proto::v1::run_update::Update;
use weco_tests::model_server::{Api, ModelServer, Reply};
use weco_tests::world::{Running, is_running};
use weco_tests::{Output, World, eventually};

use crate::common::world;

/// A deadline for what must happen, generous for a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// The source's text before a run.
pub(crate) const ORIGINAL: &str = "# a comment that stays\nVALUE=1\n# `another`\n";

/// Settings with which tries follow each other at once.
pub(crate) const QUICK: &str = "[model]\nretry_base_ms = 1\n";

/// A source `value.sh` with a value that is its score, and the server that is asked for better ones.
pub(crate) struct Job {
    pub(crate) world: World,
    pub(crate) server: ModelServer,
}

impl Job {
    /// The server's address and keys are in the environment of all commands.
    pub(crate) fn new(server: ModelServer) -> Self {
        let mut world = world();
        for (name, value) in server.environment() {
            world.set(&name, value);
        }
        world.write("value.sh", ORIGINAL);
        world.write("eval.sh", ". ./value.sh\necho evaluating\necho \"score: $VALUE\"\n");
        fs::write(world.config().join("config.toml"), QUICK).unwrap();
        Self { world, server }
    }

    /// A server with these replies.
    pub(crate) fn scripted<R: Into<Reply>>(replies: impl IntoIterator<Item = R>) -> Self {
        Self::new(ModelServer::scripted(replies))
    }

    /// Appends to the configuration.
    pub(crate) fn configure(&self, text: &str) {
        let path = self.world.config().join("config.toml");
        let before = fs::read_to_string(&path).unwrap();
        fs::write(path, before + text).unwrap();
    }

    /// Takes all keys out of the environment of later commands.
    pub(crate) fn without_keys(mut self) -> Self {
        for variable in Api::ALL.into_iter().filter_map(Api::key_variable) {
            self.world.unset(variable);
        }
        self
    }

    /// Keeps `key` in the keys file.
    pub(crate) fn keep_key(&self, provider: &str, key: &str) {
        let mut command = self.world.command(&["keys", "set", provider]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// Replaces the evaluation.
    pub(crate) fn evaluated_by(self, script: &str) -> Self {
        self.world.write("eval.sh", script);
        self
    }

    /// `weco run` with the usual arguments and `more`, to its end.
    pub(crate) fn run(&self, more: &[&str]) -> Output {
        self.world.weco(&arguments(more))
    }

    /// The same, not waited for.
    pub(crate) fn spawn(&self, more: &[&str]) -> Running {
        self.world.spawn(&arguments(more))
    }

    /// Asserts what holds at the end of every run: the source is as it was, nothing is left beside it, and
    /// no evaluation runs.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.world.read("value.sh"), ORIGINAL, "the source is restored");
        let hidden: Vec<_> = files_below(&self.world.work())
            .into_iter()
            .filter(|path| !path.starts_with(self.world.work().join(".runs")))
            .filter(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")))
            .collect();
        assert_eq!(hidden, Vec::<PathBuf>::new());
        assert_eq!(processes_of(&self.world), Vec::<Pid>::new(), "nothing runs on");
    }

    /// What is recorded of the only run that has begun.
    pub(crate) fn updates(&self, run: &Output) -> Vec<Update> {
        updates(&self.world, run_id(&run.stdout))
    }
}

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["run", "-c", "sh eval.sh", "-m", "score", "-g", "max", "--output", "plain"];
    if !more.contains(&"--seed") {
        all.extend(["--seed", "7"]);
    }
    if !more.contains(&"--sources") {
        all.extend(["-s", "value.sh"]);
    }
    all.extend(more);
    all
}

/// A reply with a plan and the whole source.
pub(crate) fn whole(value: &str) -> String {
    format!(
        "Set it to {value}.\n\nvalue.sh\n```sh\n{}```\n",
        ORIGINAL.replace("VALUE=1", &format!("VALUE={value}"))
    )
}

/// A reply with a plan and a SEARCH/REPLACE block.
pub(crate) fn edit(from: &str, to: &str) -> String {
    format!(
        "From {from} to {to}.\n\nvalue.sh\n```\n<<<<<<< SEARCH\nVALUE={from}\n=======\nVALUE={to}\n\
         >>>>>>> REPLACE\n```\n"
    )
}

/// The id of the run whose header was printed.
#[track_caller]
pub(crate) fn run_id(stdout: &str) -> &str {
    stdout.lines().find_map(|line| line.strip_prefix("Run ID: ")).expect("a run's id")
}

/// Everything recorded of a run that has ended.
pub(crate) fn updates(world: &World, run_id: &str) -> Vec<Update> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut client = weco_proto::connect::connect(&world.runtime().join("daemon.sock")).await.unwrap();
        let request = WatchRunRequest {
            run_id: run_id.to_owned(),
            from_seq: 1,
            include_output: true,
            ..Default::default()
        };
        let mut stream = client.watch_run(request).await.unwrap().into_inner();
        let mut updates = Vec::new();
        while let Some(update) = stream.next().await {
            updates.extend(update.unwrap().update);
        }
        updates
    })
}

/// All files below `directory`, in order.
pub(crate) fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    files
}

/// Processes that run in a world's working directory: its evaluations.
pub(crate) fn processes_of(world: &World) -> Vec<Pid> {
    let work = world.work();
    let pids = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok().map(Pid::from_raw));
    pids.filter(|pid| {
        let place = fs::read_link(format!("/proc/{pid}/cwd"));
        place.is_ok_and(|place| place == work) && is_running(*pid)
    })
    .collect()
}

/// Waits until a file in the working directory has this text.
pub(crate) fn await_file(world: &World, path: &str) -> String {
    eventually(&format!("{path} is there"), || {
        fs::read_to_string(world.work().join(path)).ok().filter(|text| !text.is_empty())
    })
}
