//! Only the listed paths are ever written, whatever a model answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::harness::{Job, ORIGINAL, files_below, whole};

/// Everything outside of the run's own records, with its content.
fn surroundings(job: &Job) -> BTreeMap<PathBuf, Vec<u8>> {
    let work = job.world.work();
    let home = work.parent().unwrap().join("home");
    let runs = work.join(".runs");
    let places = [files_below(&work), files_below(&home)].concat();
    let kept = places.into_iter().filter(|path| !path.starts_with(&runs));
    kept.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn reply_for(path: &str) -> String {
    format!("Mine.\n\n{path}\n```sh\nVALUE=666\n```\n")
}

#[test]
fn foreign_files_alone_are_never_written() {
    let job = Job::scripted(Vec::<String>::new());
    let absolute = job.world.work().join("planted.sh").display().to_string();
    drop(job);
    for path in ["../planted.sh", "../../planted.sh", &absolute, "eval.sh", "sub/planted.sh", "~/planted.sh"]
    {
        let job = Job::scripted([reply_for(path), reply_for(path), whole("2")]);
        let before = surroundings(&job);
        let run = job.run(&["-n", "2", "-M", "gpt-5.2"]);
        assert_eq!(run.code, 0, "{path}: {run:?}");
        assert!(run.stdout.contains("Step 1 failed: "), "{path}: {run:?}");
        assert!(run.stdout.contains("Best metric value: 2.0"), "{path}: {run:?}");
        assert_eq!(job.server.requests().len(), 3, "{path}: asked again once");
        assert!(job.server.requests()[1].user.contains("Only these files can be changed"), "{path}");
        assert_eq!(surroundings(&job), before, "{path}");
        let root = job.world.work().parent().unwrap().to_owned();
        let planted: Vec<_> =
            files_below(&root).into_iter().filter(|path| path.ends_with("planted.sh")).collect();
        assert_eq!(planted, Vec::<PathBuf>::new(), "{path}: nowhere, not even among the run's files");
    }
}

#[test]
fn a_foreign_file_beside_a_known_one_is_left_out() {
    let reply = format!("{}\n{}\n{}", reply_for("../planted.sh"), reply_for("eval.sh"), whole("3"));
    let job = Job::scripted([reply]);
    let before = surroundings(&job);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 3.0"), "{run:?}");
    assert!(run.stdout.contains("[CHANGES] value.sh ("), "{run:?}");
    assert_eq!(surroundings(&job), before);
    let saved = files_below(&job.world.run_dir().join("best/files"));
    assert_eq!(saved, [job.world.run_dir().join("best/files/value.sh")]);
    assert_eq!(fs::read_to_string(&saved[0]).unwrap(), ORIGINAL.replace("=1", "=3"));
}
