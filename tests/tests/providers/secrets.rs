//! Secrets live in memory: never on disk, in messages, or in evaluations that did not have them.

use std::fs;
use std::path::{Path, PathBuf};

use weco_tests::model_server::{Delivery, KEY, Reply};

use crate::harness::{Job, files_below, whole};

/// The files below `root` with `secret` in their name or anywhere in their bytes.
pub(crate) fn holding(root: &Path, secret: &str) -> Vec<PathBuf> {
    let contains = |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
    let files = files_below(root).into_iter().filter(|path| !path.ends_with("daemon.sock"));
    files
        .filter(|path| contains(path.as_os_str().as_encoded_bytes()) || contains(&fs::read(path).unwrap()))
        .collect()
}

/// A run with failures in it, so that every kind of message is written.
fn eventful() -> [Reply; 4] {
    [
        Reply::status(500, "server_error", &format!("You sent {KEY}.")),
        Reply::text("no code"),
        Reply::from(whole("9")).delivered(Delivery::Cut),
        whole("2").into(),
    ]
}

#[test]
fn a_key_given_as_an_argument_is_nowhere() {
    let mut job = Job::scripted(eventful()).evaluated_by("env\n. ./value.sh\necho score: $VALUE\n");
    for variable in ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"] {
        job.world.unset(variable);
    }
    let run = job.run(&["-n", "1", "-M", "gpt-5.2", "--save-logs", "--api-key", &format!("openai={KEY}")]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("PATH="), "the evaluation's environment is shown: {run:?}");
    assert!(!run.stdout.contains(KEY) && !run.stderr.contains(KEY), "{run:?}");
    let root = job.world.work().parent().unwrap().to_owned();
    assert_eq!(holding(&root, KEY), Vec::<PathBuf>::new());
    assert_ne!(holding(&root, "VALUE=2"), Vec::<PathBuf>::new(), "the search finds what is there");
    assert_eq!(job.world.weco(&["daemon", "stop"]).code, 0);
    assert_eq!(holding(&root, KEY), Vec::<PathBuf>::new(), "nor written when stopping");
}

#[test]
fn secrets_of_the_environment_reach_evaluations_and_nothing_else() {
    let mut job = Job::scripted(eventful()).evaluated_by(
        "[ \"$MY_TOKEN\" = \"$(printf '%s-%s' hunter22 token)\" ] || exit 9\n\
         [ -n \"$OPENAI_API_KEY\" ] || exit 8\n. ./value.sh\necho score: $VALUE\n",
    );
    let secrets = [
        ("MY_TOKEN", "hunter22-token"),
        ("DB_PASSWORD", "hunter22-password"),
        ("AWS_SECRET_ACCESS_KEY", "hunter22-aws"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "hunter22-credentials"),
    ];
    for (name, value) in secrets {
        job.world.set(name, value);
    }
    let run = job.run(&["-n", "1", "-M", "gpt-5.2", "--save-logs"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 2.0"), "the evaluation had them: {run:?}");
    job.world.weco(&["daemon", "stop"]);
    let root = job.world.work().parent().unwrap().to_owned();
    for secret in secrets.map(|(_, value)| value).into_iter().chain([KEY]) {
        assert_eq!(holding(&root, secret), Vec::<PathBuf>::new(), "{secret}");
    }
}
