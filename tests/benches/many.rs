//! Many runs at once: 200 detached runs of 20 steps with the built-in proposer, each in a directory of its own,
//! with an evaluation that only prints.
//!
//! Told: steps per second in all (beside what the machine spawns of the same `sh -c` by itself), the daemon's
//! largest memory, and how long `Status` and `GetRun` take meanwhile.
//!
//! On ext4 a second go within minutes is slower: it removes some ten thousand files of the first, and the file
//! system looks at each recently removed one whenever it makes a file.
//!
//! `cargo bench -p weco-tests --bench many [-- RUNS STEPS]`

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark fails loudly")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use weco_proto::connect::Client;
use weco_proto::v1;
use weco_tests::World;

/// Prints a score that depends on the source, with one spawn of `sh`.
const EVALUATION: &str = ". ./value.sh; echo \"score: $VALUE\"";

/// Evaluations that the machine's own pace is measured by.
const SPAWNS: u32 = 400;

/// Pause between two looks at how far the runs are.
const LOOK_EVERY: Duration = Duration::from_millis(20);

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let (runs, steps) = (numbers.next().unwrap_or(200), numbers.next().unwrap_or(20));
    let world =
        World::new(env!("CARGO_BIN_EXE_weco-under-test"), env!("CARGO_BIN_EXE_weco-daemon-under-test"));
    world.start_daemon();
    let bare = spawns_per_second(&world);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let Measured { took, mut answers } = runtime.block_on(all_at_once(&world, runs, steps));
    let pace = f64::from(runs * (steps + 1)) / took.as_secs_f64();
    answers.sort_unstable();
    let at = |share: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let index = ((answers.len() - 1) as f64 * share) as usize;
        answers[index].as_secs_f64() * 1e3
    };
    println!("runs x steps                          {runs:>7} x {steps}");
    println!("evaluations per second                {pace:>10.0}   target >= 400");
    println!("bare `sh -c` per second, one by one   {bare:>10.0}   ratio {:.2}", pace / bare);
    println!("daemon's largest memory               {:>10}   target <= 150 MiB", peak_memory(&world));
    println!("Status + GetRun, median               {:>7.2} ms", at(0.5));
    println!("Status + GetRun, 95 %                 {:>7.2} ms   target <= 10 ms each", at(0.95));
    println!("Status + GetRun, largest              {:>7.2} ms", at(1.0));
}

struct Measured {
    took: Duration,
    /// Times of one `Status` and one `GetRun` together.
    answers: Vec<Duration>,
}

async fn all_at_once(world: &World, runs: u32, steps: u32) -> Measured {
    let mut client = weco_proto::connect::connect(&world.runtime().join("daemon.sock")).await.unwrap();
    for run in 0..runs {
        world.write(&format!("{run}/value.sh"), "VALUE=8 # weco: 0..1000\n");
    }
    let begin = Instant::now();
    let mut ids = Vec::new();
    for run in 0..runs {
        ids.push(start(&mut client, &world.work().join(run.to_string()), steps).await);
    }
    let mut answers = Vec::new();
    loop {
        let asked = Instant::now();
        let status = client.status(v1::StatusRequest {}).await.unwrap().into_inner();
        let run_id = ids[answers.len() % ids.len()].clone();
        client.get_run(v1::GetRunRequest { run_id }).await.unwrap();
        answers.push(asked.elapsed());
        if status.live_runs == 0 {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let took = begin.elapsed();
    for run_id in ids {
        let run = client.get_run(v1::GetRunRequest { run_id }).await.unwrap().into_inner().run.unwrap();
        assert_eq!(run.status(), v1::RunStatus::Completed, "{}", run.reason);
        assert_eq!(run.steps_done, steps);
    }
    Measured { took, answers }
}

async fn start(client: &mut Client, directory: &Path, steps: u32) -> String {
    let path = v1::EnvVar { name: b"PATH".to_vec(), value: std::env::var("PATH").unwrap().into_bytes() };
    let request = v1::StartRunRequest {
        directory: directory.display().to_string(),
        environment: vec![path],
        sources: vec!["value.sh".to_owned()],
        eval_command: EVALUATION.to_owned(),
        metric: "score".to_owned(),
        goal: v1::Goal::Maximize.into(),
        steps,
        model: Some("builtin".to_owned()),
        log_dir: ".runs".to_owned(),
        seed: Some(1),
        detached: true,
        ..Default::default()
    };
    client.start_run(request).await.expect("the run starts").into_inner().run_id
}

fn spawns_per_second(world: &World) -> f64 {
    world.write("bare/value.sh", "VALUE=8\n");
    let begin = Instant::now();
    for _ in 0..SPAWNS {
        let mut command = Command::new("sh");
        command.args(["-c", EVALUATION]).current_dir(world.work().join("bare")).stdin(Stdio::null());
        assert!(command.output().unwrap().status.success());
    }
    f64::from(SPAWNS) / begin.elapsed().as_secs_f64()
}

fn peak_memory(world: &World) -> String {
    let pid = world.daemon_pid().expect("the daemon runs");
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("?").trim().to_owned()
}
