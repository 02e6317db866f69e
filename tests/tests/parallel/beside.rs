//! An isolated run beside one that evaluates in the user's directory.

use std::fs;

use weco_tests::eventually;
use weco_tests::world::Running;

use crate::site::{ORIGINAL, Site};

/// Notes what of the other run it sees; every version but the baseline then waits until there is a file `go-beside`.
const EVALUATION: &str = "\
. ./value.sh
. ./other.sh
ls -A | grep value.sh.weco- >> \"$MEET/seen\"
echo \"VALUE=$VALUE\" >> \"$MEET/seen\"
[ \"$OTHER\" = 1 ] || { echo > \"$MEET/beside-$OTHER\"; until [ -e \"$MEET/go-beside\" ]; do sleep 0.02; done; }
echo \"score: $OTHER\"
";

/// A site with a source for a second run.
fn site() -> Site {
    let site = Site::new();
    site.world.write("other.sh", "OTHER=1 # weco: 1..40\n");
    site.world.write("beside.sh", EVALUATION);
    site.commit()
}

fn spawn_beside(site: &Site, more: &[&str]) -> Running {
    let command = format!("MEET={} sh beside.sh", site.meet().display());
    let words = ["run", "-s", "other.sh", "-c", &command, "-m", "score", "-g", "max", "-M", "builtin"];
    site.world.spawn(&[&words[..], &["--output", "plain", "--seed", "7"], more].concat())
}

fn open_gate_beside(site: &Site) {
    fs::write(site.meet().join("go-beside"), "").unwrap();
}

/// What the second run saw is what the user has.
#[track_caller]
fn assert_users(site: &Site, evaluations: usize) {
    let seen = fs::read_to_string(site.meet().join("seen")).unwrap();
    assert_eq!(seen, ORIGINAL.repeat(evaluations));
}

#[test]
fn workspaces_are_made_when_no_candidate_is_in_the_directory() {
    let site = site();
    open_gate_beside(&site);
    let own = site.spawn(&["-n", "1"]);
    site.at_gate(1);
    let mut beside = spawn_beside(&site, &["-n", "4", "-p", "2", "--protect", "value.sh"]);
    beside.wait_for("evaluates in this working tree");
    site.open_gate();
    let (own, beside) = (own.wait(), beside.wait());
    assert_eq!((own.code, beside.code), (0, 0), "{own:?} {beside:?}");
    // The baseline is measured three times.
    assert_users(&site, 3 + 4);
    site.assert_clean();
}

#[test]
fn a_candidate_in_the_directory_is_no_change_of_what_is_protected() {
    let site = site();
    let beside = spawn_beside(&site, &["-n", "1", "--isolate", "--protect", "value.sh", "beside.sh"]);
    eventually("it is at its gate", || {
        let mut names = fs::read_dir(site.meet()).unwrap().map(|entry| entry.unwrap().file_name());
        names.any(|name| name.to_str().unwrap().starts_with("beside-")).then_some(())
    });
    let own = site.spawn(&["-n", "1"]);
    site.at_gate(1);
    open_gate_beside(&site);
    let beside = beside.wait();
    assert_eq!(beside.code, 0, "{beside:?}");
    assert!(!beside.stdout.contains("buggy"), "{beside:?}");
    site.open_gate();
    let own = own.wait();
    assert_eq!(own.code, 0, "{own:?}");
    assert_users(&site, 2);
    site.assert_clean();
}
