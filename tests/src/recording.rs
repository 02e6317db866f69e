//! A long run on record, for those who measure what it takes to look into it.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio_stream::StreamExt;
use weco_proto::connect::connect;
use weco_proto::v1::{self, run_update::Update};

use crate::World;
use crate::model_server::{ModelServer, Reply};

/// What a step prints: some lines, as evaluations do, and no two the same.
const EVALUATION: &str = "for i in 1 2 3 4 5 6 7 8; do echo \"case $i: passed in 0.0$$ s\"; done; cat value.py; \
     read -r name is value < value.py; echo \"score: $value\"";

/// Records a run of so many steps, against an instant model; stops the daemon and answers the run's id.
///
/// # Panics
/// If the run does not get to its end.
pub async fn record(world: &World, steps: u32) -> String {
    let count = AtomicU64::new(0);
    let server = ModelServer::start(move |_| {
        let n = count.fetch_add(1, Ordering::Relaxed);
        let plan = "Count on, and say at some length why that is worth trying now. ".repeat(10);
        Reply::text(format!("{plan}\n\n```python\nvalue = {n}\n```\n"))
    });
    world.write("value.py", "value = -1\n");
    world.start_daemon();
    let mut client = connect(&world.runtime().join("daemon.sock")).await.unwrap();
    let path = ("PATH".to_owned(), std::env::var("PATH").unwrap());
    let environment = server.environment().into_iter().chain([path]);
    let environment =
        environment.map(|(name, value)| v1::EnvVar { name: name.into(), value: value.into_bytes() });
    let begun = client.start_run(v1::StartRunRequest {
        directory: world.work().display().to_string(),
        environment: environment.collect(),
        sources: vec!["value.py".to_owned()],
        eval_command: EVALUATION.to_owned(),
        metric: "score".to_owned(),
        goal: v1::Goal::Maximize.into(),
        steps,
        model: Some("openai/gpt-5.2".to_owned()),
        log_dir: ".runs".to_owned(),
        seed: Some(1),
        ..Default::default()
    });
    let run_id = begun.await.unwrap().into_inner().run_id;
    let watch = v1::WatchRunRequest {
        run_id: run_id.clone(),
        from_seq: 1,
        include_output: false,
        ..Default::default()
    };
    let mut updates = client.watch_run(watch).await.unwrap().into_inner();
    while let Some(update) = updates.next().await {
        if let Some(Update::Ended(ended)) = update.unwrap().update {
            assert_eq!(ended.status(), v1::RunStatus::Completed, "{}", ended.reason);
        }
    }
    assert_eq!(world.weco(&["daemon", "stop"]).code, 0);
    run_id
}
