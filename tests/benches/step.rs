//! weco's own time per step, durable: everything but the model and the evaluation.
//!
//! One run of many steps against a scripted, instant model server on loopback, with an evaluation
//! that only prints. Beside it, in the same process and the same minute, a bare loop that does what
//! model and evaluation alone cost: one HTTP request to the same server, one `sh -c` of the same
//! command. The difference is weco's own time.
//!
//! `cargo bench -p weco-tests --bench step [-- STEPS]` (10,000 steps by default, about a minute)

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark fails loudly")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio_stream::StreamExt;
use weco_proto::v1::{self, run_update::Update};
use weco_tests::World;
use weco_tests::model_server::{Api, ModelServer, Reply};

const EVALUATION: &str = "echo 'score: 1'";
const WINDOW: usize = 200;

fn main() {
    let steps: u32 = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_000);
    let count = AtomicU64::new(0);
    let server = ModelServer::start(move |_| {
        let n = count.fetch_add(1, Ordering::Relaxed);
        Reply::text(format!("Count on.\n\n```python\nvalue = {n}\n```\n"))
    });
    let world =
        World::new(env!("CARGO_BIN_EXE_weco-under-test"), env!("CARGO_BIN_EXE_weco-daemon-under-test"));
    world.write("value.py", "value = -1\n");
    assert_eq!(world.weco(&["daemon", "start"]).code, 0);

    let before = bare_loop(&server, WINDOW);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let times = runtime.block_on(step_times(&world, &server, steps));
    let bare = before.min(bare_loop(&server, WINDOW));

    let early = median(&times[10..(10 + WINDOW).min(times.len())]);
    let late = median(&times[times.len().saturating_sub(WINDOW)..]);
    let all = median(&times);
    println!("steps                                 {:>10}", times.len());
    println!("bare loop (HTTP + sh), median         {:>10}", millis(bare));
    println!("step, median                          {:>10}", millis(all));
    println!(
        "own time (step - bare), median        {:>10}   target <= 2.500 ms",
        millis(all.saturating_sub(bare))
    );
    println!("step, median of steps 10..            {:>10}", millis(early));
    println!("step, median of the last {WINDOW}          {:>10}", millis(late));
    println!(
        "late / early                          {:>10.2}   target <= 1.20",
        late.as_secs_f64() / early.as_secs_f64()
    );
    println!("daemon's memory after it              {:>10}", resident(&world));
}

async fn step_times(world: &World, server: &ModelServer, steps: u32) -> Vec<Duration> {
    let mut client = weco_proto::connect::connect(&world.runtime().join("daemon.sock")).await.unwrap();
    let variable = |name: &str, value: String| v1::EnvVar { name: name.into(), value: value.into_bytes() };
    let path = ("PATH".to_owned(), std::env::var("PATH").unwrap());
    let environment = server.environment().into_iter().chain([path]);
    let run = client
        .start_run(v1::StartRunRequest {
            directory: world.work().display().to_string(),
            environment: environment.map(|(name, value)| variable(&name, value)).collect(),
            sources: vec!["value.py".to_owned()],
            eval_command: EVALUATION.to_owned(),
            metric: "score".to_owned(),
            goal: v1::Goal::Maximize.into(),
            steps,
            model: Some("openai/gpt-5.2".to_owned()),
            log_dir: ".runs".to_owned(),
            seed: Some(1),
            ..Default::default()
        })
        .await
        .expect("the run starts")
        .into_inner();
    let watch =
        v1::WatchRunRequest { run_id: run.run_id, from_seq: 1, include_output: false, ..Default::default() };
    let mut updates = client.watch_run(watch).await.unwrap().into_inner();
    let (mut times, mut last) = (Vec::new(), None::<Instant>);
    while let Some(update) = updates.next().await {
        match update.unwrap().update {
            Some(Update::Evaluated(evaluated)) => {
                let now = Instant::now();
                if let Some(last) = last.replace(now) {
                    times.push(now - last);
                }
                assert!(evaluated.metric.is_some(), "step {} failed", evaluated.step);
            }
            Some(Update::Unusable(unusable)) => panic!("{}", unusable.reason),
            Some(Update::Ended(ended)) => {
                assert_eq!(ended.status(), v1::RunStatus::Completed, "{}", ended.reason)
            }
            _ => {}
        }
    }
    times
}

/// What the model and the evaluation cost by themselves.
fn bare_loop(server: &ModelServer, rounds: usize) -> Duration {
    let base = server.base_url(Api::Chat);
    let authority = base.trim_start_matches("http://").split('/').next().unwrap();
    let mut connection = TcpStream::connect(authority).unwrap();
    connection.set_nodelay(true).unwrap();
    let body = r#"{"model":"gpt-5.2","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}"#;
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        server.environment()["OPENAI_API_KEY"],
        body.len()
    );
    let times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            connection.write_all(request.as_bytes()).unwrap();
            read_chunked(&mut connection);
            let output = Command::new("sh").arg("-c").arg(EVALUATION).stdin(Stdio::null()).output().unwrap();
            assert!(output.status.success());
            start.elapsed()
        })
        .collect();
    median(&times)
}

fn read_chunked(connection: &mut TcpStream) {
    let mut seen = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while !seen.ends_with(b"0\r\n\r\n") {
        let read = connection.read(&mut buffer).unwrap();
        assert!(read > 0, "the server closed: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..read]);
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

fn resident(world: &World) -> String {
    let pid = world.daemon_pid().expect("the daemon runs");
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?").trim().to_owned()
}
