//! What is being run while things break.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use weco_proto::v1;

use crate::World;

/// The source's name.
const SOURCE: &str = "model.py";

/// The user's own text in it.
const ORIGINAL: &str = "# mine\nX = 8  # weco: -100..100\nY = 6  # weco: -100..100\n";

/// Permissions that no default gives.
const MODE: u32 = 0o640;

/// Prints a score that depends on the source alone. Before that it sees to it that the user's own file is
/// safe beside the candidate, and some candidates leave a process behind in a session of its own. `before.sh`
/// and `after.sh`, if they are there, act around it.
const EVALUATION: &str = r#"while read -r name is value rest; do case $name in X) x=$value;; Y) y=$value;; esac; done < model.py
[ -e before.sh ] && . ./before.sh
cmp -s original model.py || cmp -s original .model.py.weco-*.0 || echo "no original beside X=$x Y=$y" >> broken
case $x in *3) setsid sleep 1000 > /dev/null 2>&1 & ;; esac
sleep 0.0$((y & 3))
echo "score: $((0 - (x - 37) * (x - 37) - (y + 14) * (y + 14)))"
[ -e after.sh ] && . ./after.sh
exit 0
"#;

/// A job whose course depends on nothing but its seed.
#[derive(Clone, Debug)]
pub struct Job {
    /// Proposals after the baseline.
    pub steps: u32,
    /// Of every random choice.
    pub seed: u64,
    /// `builtin`, or one of the model server's.
    pub model: String,
    /// Longest time of an evaluation, in seconds.
    pub eval_timeout: Option<u64>,
}

impl Job {
    /// `steps` steps of the built-in proposer.
    pub fn builtin(seed: u64, steps: u32) -> Self {
        Self { steps, seed, model: "builtin".to_owned(), eval_timeout: None }
    }

    /// `steps` steps of a model that the server at hand answers for.
    pub fn asking(model: &str, steps: u32) -> Self {
        Self { model: model.to_owned(), ..Self::builtin(1, steps) }
    }

    /// Writes the source and its evaluation.
    pub(super) fn write(world: &World) -> Source {
        let path = world.write(SOURCE, ORIGINAL);
        fs::set_permissions(&path, fs::Permissions::from_mode(MODE)).unwrap();
        world.write("original", ORIGINAL);
        world.write("eval.sh", EVALUATION);
        Source { inode: fs::metadata(&path).unwrap().ino(), path }
    }

    pub(super) fn request(&self, world: &World) -> v1::StartRunRequest {
        let variable = |(name, value): (&String, &String)| v1::EnvVar {
            name: name.clone().into_bytes(),
            value: value.clone().into_bytes(),
        };
        v1::StartRunRequest {
            directory: world.work().display().to_string(),
            environment: world.environment().iter().map(variable).collect(),
            sources: vec![SOURCE.to_owned()],
            eval_command: "sh eval.sh".to_owned(),
            metric: "score".to_owned(),
            goal: v1::Goal::Maximize.into(),
            steps: self.steps,
            model: Some(self.model.clone()),
            log_dir: ".runs".to_owned(),
            eval_timeout_seconds: self.eval_timeout,
            seed: Some(self.seed),
            ..v1::StartRunRequest::default()
        }
    }
}

/// The user's file.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    inode: u64,
}

impl Source {
    /// What is in its place now.
    pub fn text(&self) -> String {
        fs::read_to_string(&self.path).expect("the source is never missing")
    }

    /// Whether it is the user's text.
    pub fn is_original(&self) -> bool {
        self.text() == ORIGINAL
    }

    /// Panics unless the user's own file is there: its text, permissions and inode, and nothing beside it.
    #[track_caller]
    pub fn assert_restored(&self) {
        assert_eq!(self.text(), ORIGINAL, "the source is as the user left it");
        let found = fs::metadata(&self.path).unwrap();
        assert_eq!(found.permissions().mode() & 0o7777, MODE, "with its permissions");
        assert_eq!(found.ino(), self.inode, "and it is the user's own file, not a copy");
        let beside: Vec<_> = fs::read_dir(self.path.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name.to_string_lossy().starts_with(".model.py"))
            .collect();
        assert!(beside.is_empty(), "nothing is left beside it: {beside:?}");
    }
}
