//! Versions written over the sources.

use tonic::Code;
use weco_proto::status::hint;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{DeriveRunRequest, RunStatus, run_update::Update};

use crate::house::{House, end};
use crate::support::versioned;

impl House {
    /// A run from another one's best step that is to write its best version, and finds none that is better.
    async fn derive_in_vain(&self, run: &str) -> String {
        let request = DeriveRunRequest {
            run_id: run.to_owned(),
            from_step: "best".to_owned(),
            steps: Some(1),
            apply_best: true,
            environment: self.request("").into_inner().environment,
            ..Default::default()
        };
        self.write("worse", "");
        let derived = self.service.derive_run(versioned(request)).await.unwrap().into_inner().run_id;
        let updates = self.watch(&derived).await;
        assert!(
            updates.iter().any(|update| matches!(update, Update::Ended(end) if end.best_step == Some(0)))
        );
        derived
    }
}

const WORSE_LATER: &str = "if [ -e worse ]; then echo 'value = -1'; else cat value.txt; fi";

#[tokio::test]
async fn what_a_derived_run_began_from_is_written_if_nothing_is_better() {
    let house = House::new();
    let parent = house.start(WORSE_LATER).await;
    assert_eq!(end(&house.watch(&parent).await).0, RunStatus::Completed);
    let (original, best) = (house.source(), house.node(&parent, "best").await);
    assert!(best.step > 0);
    let derived = house.derive_in_vain(&parent).await;
    assert_eq!(house.source(), best.files[0].text);
    let applied = house.watch(&derived).await.pop();
    assert!(matches!(&applied, Some(Update::Applied(applied)) if applied.step == 0), "{applied:?}");

    house.write("value.txt", &original);
    let again = house.derive_in_vain(&parent).await;
    house.write("value.txt", &original);
    assert_eq!(house.apply(&again, "").await.unwrap_err().code(), Code::FailedPrecondition, "it was changed");
}

#[tokio::test]
async fn what_a_derived_run_began_from_is_not_written_over_an_edit() {
    let house = House::new();
    let parent = house.start(WORSE_LATER).await;
    assert_eq!(end(&house.watch(&parent).await).0, RunStatus::Completed);
    house.write("value.txt", "value = 4 # mine\n");
    let derived = house.derive_in_vain(&parent).await;
    assert_eq!(house.source(), "value = 4 # mine\n");
    let last = house.watch(&derived).await.pop();
    assert!(matches!(&last, Some(Update::Warned(it)) if it.message.contains("edit of your own")), "{last:?}");
}

#[tokio::test]
async fn a_version_to_merge_is_named_where_it_is() {
    let house = House::new();
    let run = house.start("cat value.txt").await;
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);
    house.write("value.txt", "value = 4 # mine\n");
    let told = async |step: &str| hint(&house.apply(&run, step).await.unwrap_err()).unwrap();
    let best = house.node(&run, "best").await.step;
    let other = (1..=3).find(|step| *step != best).unwrap().to_string();
    let artifacts = house.work.path().join(".runs").join(&run);
    assert!(told("").await.contains(&artifacts.join("best/files").display().to_string()));
    std::fs::remove_dir_all(artifacts.join("best")).unwrap();
    assert!(told("").await.contains(&artifacts.join(format!("steps/{best}/files")).display().to_string()));
    std::fs::remove_dir_all(artifacts.join("steps")).unwrap();
    for (step, meant) in [("", best.to_string()), (&other, other.clone())] {
        let told = told(step).await;
        assert!(told.contains("weco run diff") && told.ends_with(&format!("--step {meant}")), "{told}");
    }
}

#[tokio::test]
async fn any_step_can_be_written_over_the_sources_and_the_first_brings_the_original_back() {
    let house = House::new();
    let run = house.start("cat value.txt").await;
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);
    let original = house.source();
    let texts = async |step: &str| house.node(&run, step).await.files[0].text.clone();
    for step in ["2", "1", "3"] {
        let node = house.node(&run, step).await;
        assert_eq!(house.apply(&run, &node.node_id[..13]).await.unwrap().step, node.step);
        assert_eq!(house.source(), texts(step).await);
        let recorded =
            matches!(house.watch(&run).await.last(), Some(Update::Applied(it)) if it.step == node.step);
        assert!(recorded, "step {step}");
    }
    let back = house.apply(&run, "0").await.unwrap();
    assert_eq!((back.step, back.paths), (0, vec!["value.txt".to_owned()]));
    assert_eq!(house.source(), original);
    assert_eq!(house.apply(&run, "0").await.unwrap().paths, Vec::<String>::new(), "it is there already");

    house.write("value.txt", "value = 4 # mine\n");
    let refused = house.apply(&run, "1").await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("holds an edit of your own"), "{refused:?}");
    assert_eq!(house.source(), "value = 4 # mine\n");
    assert_eq!(house.apply(&run, "7").await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_version_that_was_written_but_not_recorded_is_recorded_the_next_time() {
    let house = House::new();
    let run = house.start("cat value.txt").await;
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);
    house.apply(&run, "1").await.unwrap();
    // As a daemon leaves it that died between the two.
    house.write("value.txt", &house.node(&run, "2").await.files[0].text);
    assert_eq!(house.apply(&run, "2").await.unwrap().paths, ["value.txt"]);
    assert!(matches!(house.watch(&run).await.last(), Some(Update::Applied(applied)) if applied.step == 2));
}

#[tokio::test]
async fn nothing_is_written_over_the_sources_of_a_run_that_goes_on() {
    let house = House::new();
    let run = house.start("while [ ! -e go ]; do sleep 0.01; done; cat value.txt").await;
    let refused = house.apply(&run, "0").await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert!(hint(&refused).unwrap().contains("weco run stop"), "{refused:?}");
    house.write("go", "");
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);
}
