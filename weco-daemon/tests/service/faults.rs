//! What fails harms its own run, and nothing that was recorded.

use crate::faulty::Fault;
use crate::house::{DEADLINE, House, end};
use tonic::Code;
use weco_daemon::journal::Journal;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{RunStatus, run_update::Update};
use weco_proto::version::VERSION_KEY;

#[tokio::test]
async fn a_full_disk_halts_a_run_which_goes_on_when_there_is_room() {
    let house = House::new();
    let run = house.start("cat value.txt; while [ ! -e go ]; do sleep 0.01; done").await;
    house.journal.set(Fault::Full);
    std::fs::write(house.work.path().join("go"), "").unwrap();
    tokio::time::timeout(DEADLINE, house.journal.failed.notified()).await.unwrap();
    house.journal.set(Fault::None);
    let updates = house.watch(&run).await;
    assert_eq!(end(&updates).0, RunStatus::Completed);
    let evaluated: Vec<u32> = updates
        .iter()
        .filter_map(|update| if let Update::Evaluated(step) = update { Some(step.step) } else { None })
        .collect();
    assert_eq!(evaluated, [0, 1, 2, 3], "nothing is lost, nothing counted twice");
}

#[tokio::test]
async fn a_run_that_cannot_be_recorded_is_not_begun() {
    let house = House::new();
    house.journal.set(Fault::Full);
    let refused = house.service.start_run(house.request("cat value.txt")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    assert!(refused.message().contains("no room"), "{refused:?}");
    assert!(weco_proto::status::hint(&refused).is_some(), "it says what to do");
    assert_eq!(house.journal.runs().unwrap(), []);
    assert!(!house.work.path().join(".runs").exists());
}

#[tokio::test]
async fn a_detached_run_is_not_begun_without_its_log() {
    let house = House::new();
    let request = || {
        let mut request = house.request("cat value.txt");
        request.get_mut().detached = true;
        request
    };
    house.journal.set(Fault::Full);
    house.service.start_run(request()).await.unwrap_err();
    assert_eq!(std::fs::read_dir(house.logs.path()).unwrap().count(), 0, "no log of a run that is none");
    house.journal.set(Fault::None);

    std::fs::remove_dir(house.logs.path()).unwrap();
    let refused = house.service.start_run(request()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    assert!(refused.message().starts_with("cannot create the log "), "{refused:?}");
    assert!(weco_proto::status::hint(&refused).unwrap().contains("WECO_LOG_DIR"), "{refused:?}");
    assert_eq!(house.journal.runs().unwrap(), []);

    std::fs::create_dir(house.logs.path()).unwrap();
    let begun = house.service.start_run(request()).await.unwrap().into_inner();
    assert_eq!(
        begun.log_file,
        house.logs.path().join(format!("weco-run-{}.log", begun.run_id)).display().to_string()
    );
    assert!(std::fs::exists(&begun.log_file).unwrap(), "it is there when the run is");
    assert_eq!(end(&house.watch(&begun.run_id).await).0, RunStatus::Completed);
}

#[tokio::test]
async fn a_panic_in_one_run_fails_that_run_alone() {
    let house = House::new();
    let other = House::new();
    let healthy = other.start("cat value.txt").await;
    let run = house.start("cat value.txt; while [ ! -e go ]; do sleep 0.01; done").await;
    house.journal.set(Fault::Panic);
    std::fs::write(house.work.path().join("go"), "").unwrap();
    let (status, reason) = end(&house.watch(&run).await);
    assert_eq!(status, RunStatus::Error);
    assert!(reason.contains("the journal is on fire"), "{reason}");
    assert_eq!(std::fs::read_to_string(house.work.path().join("value.txt")).unwrap(), "value = 3\n");
    assert_eq!(end(&other.watch(&healthy).await).0, RunStatus::Completed);
    let again = house.start("cat value.txt").await;
    assert_eq!(end(&house.watch(&again).await).0, RunStatus::Completed, "the daemon serves on");
}

#[tokio::test]
async fn a_client_of_another_version_is_told_so() {
    let house = House::new();
    let mut request = house.request("cat value.txt");
    request.metadata_mut().insert(VERSION_KEY, "0.0.0".parse().unwrap());
    let refused = house.service.start_run(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("0.0.0"), "{refused:?}");
}
