//! `weco run export` and `weco import`: runs that go from one machine to another.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::{builtin, quadratic, world};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::Value;
use weco_tests::{Output, World, eventually};

/// A run to its end. Its id.
fn run(world: &World, steps: &str) -> String {
    quadratic(world);
    succeed(world, &builtin("model.py", &["-n", steps, "--seed", "7"]));
    let listed: Value = serde_json::from_str(&succeed(world, &["runs", "--format", "json"]).stdout).unwrap();
    listed[0]["run_id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn succeed(world: &World, arguments: &[&str]) -> Output {
    let output = world.weco(arguments);
    assert_eq!(output.code, 0, "{arguments:?} {output:?}");
    output
}

/// Fails with this code and says `words`.
#[track_caller]
fn refused(world: &World, arguments: &[&str], code: i32, words: &str) {
    let output = world.weco(arguments);
    assert_eq!(output.code, code, "{output:?}");
    assert!(output.stderr.contains(words), "{words:?} is not in {output:?}");
}

fn status(world: &World, run: &str) -> Value {
    serde_json::from_str(&succeed(world, &["run", "status", run]).stdout).unwrap()
}

/// The archive of `run`, written in its world's working directory.
fn export(world: &World, run: &str) -> PathBuf {
    let output = succeed(world, &["run", "export", run, "-o", "run.tar.zst", "--force"]);
    assert!(output.stdout.starts_with("wrote run.tar.zst, "), "{output:?}");
    world.work().join("run.tar.zst")
}

fn import(world: &World, archive: &Path, more: &[&str]) -> Output {
    succeed(world, &[&["import", archive.to_str().unwrap()], more].concat())
}

/// Runs of which anything is left: in lists, and in the journal's files.
fn left(world: &World) -> usize {
    let listed: Value = serde_json::from_str(&succeed(world, &["runs", "--format", "json"]).stdout).unwrap();
    let files = fs::read_dir(world.state().join("journal/mirror")).map_or(0, Iterator::count);
    listed.as_array().unwrap().len().max(files)
}

#[test]
fn a_run_goes_on_where_it_is_imported() {
    let (here, there) = (world(), world());
    let id = run(&here, "3");
    let archive = export(&here, &id);
    let before = status(&here, &id);
    quadratic(&there);
    let told = import(&there, &archive, &["--directory", "."]).stdout;
    assert!(
        told.starts_with(&format!(
            "imported run {id} ({}): 3 of 3 steps, completed\n",
            before["name"].as_str().unwrap()
        )),
        "{told}"
    );
    let work = there.work().canonicalize().unwrap();
    let mut expected = before.clone();
    expected["directory"] = work.to_str().unwrap().into();
    assert_eq!(status(&there, &id), expected, "all the same but for its place");
    // What was told is durable.
    there.kill_daemon();
    assert_eq!(status(&there, &id), expected);
    let more = succeed(&there, &["resume", &id, "-n", "4", "--output", "plain", "--apply-change"]);
    let after = status(&there, &id);
    assert_eq!((&after["current_step"], &after["status"]), (&7.into(), &"completed".into()), "{more:?}");
    assert!(after["best_metric"].as_f64() >= before["best_metric"].as_f64());
    assert_ne!(there.read("model.py"), here.read("model.py"), "the best is applied there");
    assert!(there.work().join(".runs").join(&id).join("best").exists());
    assert_eq!(status(&here, &id), before, "nothing changed here");
}

#[test]
fn a_run_under_way_is_exported_up_to_where_it_is() {
    let (here, there) = (world(), world());
    quadratic(&here);
    let patient = "import os, time\nfrom model import X, Y\nopen('count', 'a').write('x')\n\
                   while os.path.getsize('count') > 2 and not os.path.exists('go'): time.sleep(0.01)\n\
                   print('score:', -X * X - Y * Y)\n";
    here.write("eval.py", patient);
    let client = here.spawn(&builtin("model.py", &["-n", "4", "--seed", "7"]));
    eventually("the third evaluation runs", || {
        fs::read(here.work().join("count")).is_ok_and(|count| count.len() == 3).then_some(())
    });
    let listed: Value = serde_json::from_str(&succeed(&here, &["runs", "--format", "json"]).stdout).unwrap();
    let id = listed[0]["run_id"].as_str().unwrap();
    let archive = export(&here, id);
    here.write("go", "");
    assert_eq!(client.wait().code, 0, "the run goes on as if nothing had been");
    quadratic(&there);
    let told = import(&there, &archive, &["--directory", "."]).stdout;
    assert!(told.lines().next().unwrap().ends_with(": 1 of 4 steps, interrupted"), "{told}");
    let before = status(&there, id);
    assert_eq!(before["reason"], "exported while it was going on");
    succeed(&there, &["resume", id, "--output", "plain"]);
    let after = status(&there, id);
    assert_eq!((&after["status"], &after["current_step"]), (&"completed".into(), &4.into()));
    assert!(there.read("model.py").starts_with("X = 8.0"), "the source is restored");
}

#[test]
fn a_run_goes_through_a_pipe() {
    let (here, there) = (world(), world());
    let id = run(&here, "2");
    let mut from = here.command(&["run", "export", &id, "-o", "-"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut to = there.command(&["import", "-"]);
    let output = to.stdin(from.stdout.take().unwrap()).output().unwrap();
    assert!(from.wait().unwrap().success() && output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let directory = here.work().canonicalize().unwrap();
    assert!(told.contains(&format!("directory: {}\n", directory.display())), "{told}");
    assert_eq!(status(&there, &id), status(&here, &id), "kept as recorded");
}

#[test]
fn nothing_is_overwritten_or_left_half_written() {
    let world = world();
    let id = run(&world, "1");
    let name = format!("weco-{}-{}", status(&world, &id)["name"].as_str().unwrap(), &id[..8]);
    let told = succeed(&world, &["run", "export", &id[..8]]).stdout;
    assert!(told.starts_with(&format!("wrote {name}.tar.zst, ")), "{told}");
    let before = fs::read(world.work().join(format!("{name}.tar.zst"))).unwrap();
    refused(&world, &["run", "export", &id], 2, "exists already; nothing was written");
    assert_eq!(fs::read(world.work().join(format!("{name}.tar.zst"))).unwrap(), before);
    succeed(&world, &["run", "export", &id, "--force"]);
    succeed(&world, &["run", "export", &id, "--html"]);
    let page = world.read(&format!("{name}.html"));
    assert!(page.starts_with("<!doctype html>") && page.contains(&id), "{page}");
    refused(&world, &["run", "export", &id, "-o", "."], 2, "is a directory");
    refused(&world, &["run", "export", &id, "-o", "no/such/file"], 2, "there is no directory 'no/such'");
    refused(&world, &["run", "export", "ffffffff"], 1, "there is no run 'ffffffff'");
    let hidden = fs::read_dir(world.work()).unwrap().map(|entry| entry.unwrap().file_name());
    let hidden: Vec<_> = hidden.filter(|name| name.as_encoded_bytes().starts_with(b".weco")).collect();
    assert_eq!(hidden, [] as [&str; 0]);
}

#[test]
fn what_cannot_be_imported_leaves_nothing() {
    let (here, there) = (world(), world());
    let id = run(&here, "2");
    let archive = fs::read(export(&here, &id)).unwrap();
    let file = there.work().join("run.tar.zst");
    for cut in [0, 1, 100, archive.len() / 2, archive.len() - 1] {
        fs::write(&file, &archive[..cut]).unwrap();
        refused(&there, &["import", "run.tar.zst"], 2, "this is no archive that weco can read: it ");
    }
    let mut damaged = archive.clone();
    damaged[archive.len() / 2] ^= 0xff;
    fs::write(&file, damaged).unwrap();
    refused(&there, &["import", "run.tar.zst"], 2, "this is no archive that weco can read: it ");
    refused(&there, &["import", "none.tar.zst"], 2, "cannot read 'none.tar.zst': No such file");
    refused(&there, &["import", "."], 2, "is a directory");
    fs::write(&file, &archive).unwrap();
    refused(&there, &["import", "run.tar.zst", "--directory", "none"], 2, "there is no directory 'none'");
    refused(&there, &["import", "run.tar.zst", "--directory", "run.tar.zst"], 2, "is no directory");
    assert_eq!(left(&there), 0);
    succeed(&there, &["import", "run.tar.zst"]);
    refused(&there, &["import", "run.tar.zst"], 1, "is here already; nothing was changed");
    assert_eq!(left(&there), 1);
    // Removed, it can come again.
    succeed(&there, &["runs", "prune", "--keep", "0", "--yes"]);
    succeed(&there, &["import", "run.tar.zst"]);
}

/// A disk without room, played by a limit on the size of the daemon's files.
#[test]
fn a_full_disk_leaves_nothing() {
    let (here, there) = (world(), world());
    let id = run(&here, "2");
    let archive = export(&here, &id);
    there.start_daemon();
    let daemon = Pid::from_raw(there.daemon_pid().unwrap().as_raw());
    let maximum = getrlimit(Resource::Fsize).maximum;
    let before = prlimit(daemon, Resource::Fsize, Rlimit { current: Some(400), maximum }).unwrap();
    refused(&there, &["import", archive.to_str().unwrap()], 1, "no room to write");
    prlimit(daemon, Resource::Fsize, before).unwrap();
    assert_eq!(left(&there), 0);
    import(&there, &archive, &[]);
    assert_eq!(status(&there, &id)["status"], "completed");
}

/// Killed in the middle of an import, a daemon knows nothing of it.
#[test]
fn a_killed_daemon_leaves_nothing() {
    let (here, there) = (world(), world());
    let id = run(&here, "2");
    let archive = fs::read(export(&here, &id)).unwrap();
    there.start_daemon();
    let mut client = there.command(&["import", "-"]);
    let mut client = client.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = client.stdin.take().unwrap();
    std::io::Write::write_all(&mut pipe, &archive[..archive.len() - 4]).unwrap();
    eventually("the run is on its way", || {
        let mut files = fs::read_dir(there.state().join("journal/mirror")).ok()?;
        files.any(|file| file.unwrap().path().extension().is_some_and(|end| end == "incoming")).then_some(())
    });
    there.kill_daemon();
    drop(pipe);
    let output = client.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(left(&there), 0);
    import(&there, &here.work().join("run.tar.zst"), &[]);
    assert_eq!(left(&there), 1);
}

#[test]
fn neither_secrets_nor_the_environment_travel() {
    let mut world = world();
    for (name, value) in
        [("MY_TOKEN", "hunter22-token"), ("MY_PLACE", "hunter22-place"), ("OPENAI_API_KEY", "hunter22-key")]
    {
        world.set(name, value);
    }
    let id = run(&world, "2");
    let archive = fs::read(export(&world, &id)).unwrap();
    succeed(&world, &["run", "export", &id, "--html", "-o", "report.html"]);
    let unpacked = zstd::decode_all(archive.as_slice()).unwrap();
    let holds = |text: &str| unpacked.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("eval_command") && holds("weco: -10..10"), "the search finds what is there");
    assert!(!holds("hunter22") && !world.read("report.html").contains("hunter22"));
}
