//! A run written to a file.

use std::fs;
use std::time::{Duration, Instant};

use weco_proto::v1::ExportRunRequest;

use crate::support::{Call, Client, Fake, Home, RUN, Script, runs};

#[test]
fn who_interrupts_an_export_finds_nothing_of_it() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), Script { runs: runs(), ..Script::default() });
    let client = Client::start(home.weco(&["run", "export", "0002"]));
    let is_there = || {
        let mut entries = fs::read_dir(home.project()).unwrap().map(|entry| entry.unwrap().file_name());
        entries.any(|name| name.to_string_lossy().starts_with(".weco-export-"))
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_there() {
        assert!(Instant::now() < deadline, "{:#?}", daemon.calls());
        std::thread::yield_now();
    }
    client.interrupt();
    let (code, out, err) = client.end();
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (Some(130), "", "error: interrupted; nothing was written\n")
    );
    assert_eq!(home.leftovers(), [] as [std::path::PathBuf; 0]);
    assert_eq!(daemon.calls(), [Call::Export(ExportRunRequest { run_id: RUN.into(), report: false })]);
}
