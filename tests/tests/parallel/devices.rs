use std::fs;

use crate::site::Site;

/// Fails where a device is in use already. Stays until both are, for a second at most; not if there is a file `alone`.
const EXCLUSIVE: &str = "\
. ./value.sh
held=\"$MEET/held-$CUDA_VISIBLE_DEVICES\"
mkdir \"$held\" || exit 3
[ \"$CUDA_VISIBLE_DEVICES\" = \"$HIP_VISIBLE_DEVICES\" ] || exit 4
echo \"$CUDA_VISIBLE_DEVICES $DATABASE\" >> \"$MEET/seen\"
tries=0
until [ -e \"$MEET/alone\" ] || [ \"$(ls -d \"$MEET\"/held-* | wc -l)\" = 2 ] || [ \"$tries\" = 50 ]; do
sleep 0.02; tries=$((tries + 1)); done
rmdir \"$held\"
echo \"score: $VALUE\"
";

#[test]
fn each_evaluation_has_a_device_of_each_kind_for_itself_over_all_runs() {
    let site = Site::new().evaluated_by(EXCLUSIVE);
    let slots = ["--slots", "gpu=0,1", "--slots", "DATABASE=a,b"];
    let words: Vec<&str> = [&["-n", "6", "-p", "2"], &slots[..]].concat();
    let other = site.spawn(&words);
    let run = site.run(&words);
    let other = other.wait();
    for run in [run, other] {
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!run.stdout.contains("buggy"), "{run:?}");
    }
    let seen = fs::read_to_string(site.meet().join("seen")).unwrap();
    // Two runs of six steps and a baseline that is measured three times.
    assert_eq!(seen.lines().count(), 18);
    assert!(["0 a", "1 b"].iter().all(|both| seen.contains(both)), "{seen}");
    site.assert_clean();
}

#[test]
fn devices_are_given_out_in_place_too() {
    let site = Site::new().evaluated_by(EXCLUSIVE);
    fs::write(site.meet().join("alone"), "").unwrap();
    let run = site.run(&["-n", "2", "--slots", "gpu=7"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(fs::read_to_string(site.meet().join("seen")).unwrap(), "7 \n7 \n7 \n");
}
