use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;

use weco_tests::eventually;
use weco_tests::model_server::{ModelServer, Reply};

use crate::site::{ORIGINAL, Site, run_id, version};

fn column(at: &[Vec<String>], column: usize) -> BTreeSet<&str> {
    at.iter().map(|columns| columns[column].as_str()).collect()
}

#[test]
fn four_at_once_have_each_their_own_and_the_directory_stays_as_it_is() {
    let site = Site::new().commit();
    let before = fs::metadata(site.world.work().join("value.sh")).unwrap();
    let mut run = site.spawn(&["-n", "10", "-p", "4"]);
    let at = site.at_gate(4);
    assert_eq!(column(&at, 0), BTreeSet::from(["0", "1", "2", "3"]));
    assert_eq!(column(&at, 1), BTreeSet::from(["0", "100", "200", "300"]));
    assert_eq!((column(&at, 2).len(), column(&at, 3).len()), (4, 4));
    assert!(column(&at, 3).iter().all(|place| place.starts_with(site.workspaces().to_str().unwrap())));

    let now = fs::metadata(site.world.work().join("value.sh")).unwrap();
    assert_eq!((now.ino(), now.mtime_nsec()), (before.ino(), before.mtime_nsec()));
    assert_eq!(site.world.read("value.sh"), ORIGINAL);
    run.wait_for("Parallel: 4 steps at once");
    let id = run_id(&run.stdout()).to_owned();
    let status = eventually("four are under way", || {
        let status = site.world.weco(&["run", "status", &id]).stdout;
        let status: serde_json::Value = serde_json::from_str(&status).unwrap();
        let evaluating = status["under_way"].as_array()?.iter().filter(|it| it["evaluating"] == true).count();
        (evaluating == 4).then_some(status)
    });
    assert_eq!(status["parallel"], 4);
    // Nothing more is asked for meanwhile.
    assert_eq!(site.server.requests().len(), 4);

    site.open_gate();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Total steps completed: 10\nBest metric value: 11.0"), "{}", run.stdout);
    assert_eq!(site.server.requests().len(), 10, "the budget is spent exactly");
    assert_eq!(run.stdout.matches("[METRIC] Step").count(), 11);
    site.assert_clean();
}

#[test]
fn temporary_files_of_one_evaluation_are_gone_at_the_next() {
    let site = Site::new().evaluated_by(
        ". ./value.sh\n[ -e \"$TMPDIR/left\" ] && exit 1\ntouch \"$TMPDIR/left\"\necho \"score: $VALUE\"\n",
    );
    let run = site.run(&["-n", "6", "-p", "2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("buggy"), "{run:?}");
    site.assert_clean();
}

#[test]
fn one_at_a_time_can_be_kept_away_from_the_directory_too() {
    let site = Site::new();
    let run = site.spawn(&["-n", "1", "--isolate", "--apply-change"]);
    let at = site.at_gate(1);
    assert_eq!(at[0][0], "0");
    assert!(at[0][3].starts_with(site.workspaces().to_str().unwrap()), "{at:?}");
    assert_eq!(site.world.read("value.sh"), ORIGINAL);
    site.open_gate();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(site.world.read("value.sh"), "VALUE=2\n", "the best is applied as ever");
}

#[test]
fn all_that_wait_for_a_provider_go_on_when_it_is_back() {
    let tries = 3;
    let site = Site::with(ModelServer::start(move |request| match request.number {
        number if number <= 4 * tries => Reply::status(503, "overloaded", "Come back later."),
        number => version(number).into(),
    }));
    site.configure("[model]\nretry_base_ms = 1\noutage_base_ms = 20\n");
    site.open_gate();
    let run = site.run(&["-n", "8", "-p", "4"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[RECONNECTED]"), "{run:?}");
    assert!(run.stdout.contains("Total steps completed: 8"), "{run:?}");
    site.assert_clean();
}

#[test]
fn the_built_in_proposer_proposes_nothing_twice() {
    let site = Site::new()
        .evaluated_by(". ./value.sh\necho \"$VALUE\" >> \"$MEET/values\"\necho \"score: $VALUE\"\n");
    site.world.write("value.sh", "VALUE=1 # weco: 1..40\n");
    let run = site.run(&["-n", "30", "-p", "8", "-M", "builtin"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Total steps completed: 30"), "{}", run.stdout);
    let values = fs::read_to_string(site.meet().join("values")).unwrap();
    // The baseline is measured alone, twice, because of the many steps, and then twice at once.
    let proposed: Vec<&str> = values.lines().skip(4).collect();
    let different: BTreeSet<&str> = proposed.iter().copied().collect();
    assert_eq!((proposed.len(), different.len()), (30, 30), "{proposed:?}");
}

#[test]
fn the_output_of_one_among_several_is_followed() {
    let site = Site::new().evaluated_by(
        ". ./value.sh\n[ \"$VALUE\" = 1 ] || { echo \"this is $VALUE\"; echo > \"$MEET/at-$VALUE\"; }\n\
         until [ \"$VALUE\" = 1 ] || [ -e \"$MEET/go\" ]; do sleep 0.02; done\necho \"score: $VALUE\"\n",
    );
    let run = site.spawn(&["-n", "3", "-p", "3"]);
    site.at_gate(3);
    let id = run_id(&run.stdout()).to_owned();
    let followed: Vec<_> = ["1", "2", "3"]
        .map(|step| site.world.spawn(&["run", "logs", &id, "--step", step, "-f"]))
        .into_iter()
        .map(|mut logs| {
            logs.wait_for("this is ");
            logs
        })
        .collect();
    site.open_gate();
    let mut values = BTreeSet::new();
    for logs in followed {
        let logs = logs.wait();
        assert_eq!(logs.code, 0, "{logs:?}");
        let value = logs.stdout.trim_end().rsplit(' ').next().unwrap_or_default().to_owned();
        assert_eq!(logs.stdout, format!("this is {value}\nscore: {value}\n"));
        values.insert(value);
    }
    assert_eq!(values.len(), 3, "each its own: {values:?}");
    assert_eq!(run.wait().code, 0);
}
