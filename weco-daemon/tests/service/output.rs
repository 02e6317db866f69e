//! What evaluations print, and trees while their runs go on.

use futures_util::StreamExt;
use tonic::Code;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{NodeStatus, RunStatus, StopRunRequest};

use crate::house::{House, end, heard};
use crate::support::versioned;

#[tokio::test]
async fn what_an_evaluation_prints_is_told_as_it_comes_and_can_be_had_later() {
    let house = House::new();
    let run = house.start("echo begun; while [ ! -e go ]; do sleep 0.01; done; cat value.txt").await;
    // The one that is evaluated now, or about to be.
    let mut early = house.output(&run, "").await.unwrap();
    assert_eq!(heard(&mut early, Some("begun\n")).await, "begun\n");
    let mut late = house.output(&run, "0").await.unwrap();
    assert_eq!(heard(&mut late, Some("begun\n")).await, "begun\n", "from its beginning");
    house.write("go", "");
    assert_eq!(heard(&mut early, None).await, "value = 3\n");
    assert_eq!(heard(&mut late, None).await, "value = 3\n");
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);

    let mut recorded = house.output(&run, "0").await.unwrap();
    assert_eq!(heard(&mut recorded, None).await, "begun\nvalue = 3\n");
    let mut last = house.output(&run, "").await.unwrap();
    let told = last.next().await.unwrap().unwrap();
    assert_eq!((told.step, told.text), (3, house.node(&run, "3").await.output));
    let Err(refused) = house.output(&run, "4").await.map(|_| ()) else { panic!("there is no step 4") };
    assert_eq!(refused.code(), Code::NotFound);
}

#[tokio::test]
async fn who_waits_for_an_evaluation_that_is_not_to_come_is_told() {
    let house = House::new();
    let run = house.start("echo begun; while [ ! -e go ]; do sleep 0.01; done; cat value.txt").await;
    let mut parts = house.output(&run, "0").await.unwrap();
    heard(&mut parts, Some("begun")).await;
    let stop = StopRunRequest { run_id: run.clone(), force: true, wait: true };
    house.service.stop_run(versioned(stop)).await.unwrap();
    heard(&mut parts, None).await;
    let Err(refused) = house.output(&run, "0").await.map(|_| ()) else { panic!("it never ended") };
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("its run does not go on"), "{refused:?}");
}

#[tokio::test]
async fn a_tree_is_current_while_its_run_goes_on() {
    let house = House::new();
    let run = house.start("echo begun; while [ ! -e go ]; do sleep 0.01; done; cat value.txt").await;
    heard(&mut house.output(&run, "0").await.unwrap(), Some("begun")).await;
    assert_eq!(house.node(&run, "0").await.status(), NodeStatus::Evaluating);
    house.write("go", "");
    house.watch(&run).await;
    let node = house.node(&run, "0").await;
    assert_eq!((node.status(), node.exit_code, node.metric), (NodeStatus::Completed, Some(0), Some(3.0)));
    assert!(node.asked_at_ms <= node.proposed_at_ms && node.proposed_at_ms <= node.ended_at_ms);
    assert!(node.duration_ms.is_some() && node.output_tail.ends_with("value = 3"));
}
