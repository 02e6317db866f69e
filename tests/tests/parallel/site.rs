//! A job whose evaluations wait until a test lets them go.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use weco_tests::model_server::ModelServer;
use weco_tests::world::Running;
use weco_tests::{Output, World, eventually};

use crate::common::world;

pub(crate) const ORIGINAL: &str = "VALUE=1\n";

/// Every version but the baseline says where it is, and waits until there is a file `go`.
const GATED: &str = "\
. ./value.sh
[ \"$VALUE\" = 1 ] && { echo score: 1; exit; }
echo \"$WECO_SLOT $WECO_PORT_OFFSET $TMPDIR $PWD\" > \"$MEET/at-$VALUE.new\"
mv \"$MEET/at-$VALUE.new\" \"$MEET/at-$VALUE\"
until [ -e \"$MEET/go\" ]; do sleep 0.02; done
echo \"score: $VALUE\"
";

/// A world, a model that sets `VALUE` to 2, 3, …, and a place where evaluations meet.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) server: ModelServer,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(ModelServer::start(|request| version(request.number + 1).into()))
    }

    pub(crate) fn with(server: ModelServer) -> Self {
        let mut world = world();
        for (name, value) in server.environment() {
            world.set(&name, value);
        }
        world.write("value.sh", ORIGINAL);
        world.write("eval.sh", GATED);
        let site = Self { world, server };
        fs::create_dir(site.meet()).unwrap();
        site
    }

    pub(crate) fn evaluated_by(self, script: &str) -> Self {
        self.world.write("eval.sh", script);
        self
    }

    pub(crate) fn configure(&self, text: &str) {
        fs::write(self.world.config().join("config.toml"), text).unwrap();
    }

    /// Makes the working directory a repository with everything in it committed.
    pub(crate) fn commit(self) -> Self {
        self.git(&["init", "-q"]);
        self.git(&["add", "-A"]);
        self.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "all"]);
        self
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let git = Command::new("git").arg("-C").arg(self.world.work()).args(arguments).output().unwrap();
        assert!(git.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&git.stderr));
        String::from_utf8(git.stdout).unwrap()
    }

    /// Outside of the working directory.
    pub(crate) fn meet(&self) -> PathBuf {
        self.world.work().with_file_name("meet")
    }

    pub(crate) fn workspaces(&self) -> PathBuf {
        self.world.state().join("workspaces")
    }

    pub(crate) fn spawn(&self, more: &[&str]) -> Running {
        self.world.spawn(&self.arguments(more).iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub(crate) fn run(&self, more: &[&str]) -> Output {
        self.world.weco(&self.arguments(more).iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let command = format!("MEET={} sh eval.sh", self.meet().display());
        let mut words = vec!["run", "-s", "value.sh", "-c", &command, "-m", "score", "-g", "max"];
        words.extend(["--output", "plain", "--seed", "7"]);
        if !more.contains(&"-M") {
            words.extend(["-M", "gpt-5.2"]);
        }
        words.extend(more);
        words.into_iter().map(str::to_owned).collect()
    }

    /// Waits until so many evaluations are at the gate, and says where each is: its slot, port offset, directory for
    /// temporary files, and directory.
    pub(crate) fn at_gate(&self, count: usize) -> Vec<Vec<String>> {
        eventually(&format!("{count} evaluations are under way"), || {
            let names = fs::read_dir(self.meet()).unwrap().map(|entry| entry.unwrap().path());
            let is_one = |path: &PathBuf| {
                let name = path.file_name().unwrap().to_str().unwrap();
                name.starts_with("at-") && !name.ends_with(".new")
            };
            let there: Vec<PathBuf> = names.filter(is_one).collect();
            let read = |path: &PathBuf| {
                fs::read_to_string(path).unwrap().split_whitespace().map(str::to_owned).collect()
            };
            (there.len() >= count).then(|| there.iter().map(read).collect())
        })
    }

    pub(crate) fn open_gate(&self) {
        fs::write(self.meet().join("go"), "").unwrap();
    }

    /// Asserts what holds once a run has ended: nothing is left of its workspaces, and the source is as it was.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.world.read("value.sh"), ORIGINAL);
        eventually("no workspace is left", || {
            let left = fs::read_dir(self.workspaces()).into_iter().flatten().count();
            (left == 0).then_some(())
        });
        if self.world.work().join(".git").exists() {
            assert_eq!(self.git(&["worktree", "list", "--porcelain"]).matches("worktree ").count(), 1);
        }
    }
}

/// A reply with a plan and the whole source.
pub(crate) fn version(value: usize) -> String {
    format!("Set it to {value}.\n\nvalue.sh\n```sh\nVALUE={value}\n```\n")
}

/// The id of the run whose header was printed.
#[track_caller]
pub(crate) fn run_id(stdout: &str) -> &str {
    stdout.lines().find_map(|line| line.strip_prefix("Run ID: ")).expect("a run's id")
}
