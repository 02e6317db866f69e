//! Archives that nobody should take in.

use super::*;
use crate::archive::limit::MAX_EVENT;

/// A change of an archive's entries that must not be taken in, and what is said of it.
fn assert_refused(change: impl FnOnce(&mut Entries), words: &str) {
    let mut entries = entries(&Recorded::new(2).ended().archive());
    change(&mut entries);
    assert_wrong(&packed(&entries), words);
}

#[track_caller]
fn assert_wrong(archive: &[u8], words: &str) {
    let journal = MemoryJournal::new();
    let failure = take_in(&journal, archive, None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid, "{failure:?}");
    assert!(failure.message.contains(words), "{words:?} is not in {failure:?}");
    assert_eq!(journal.runs().unwrap(), [], "nothing is left");
}

/// Changes the events' text.
fn rewrite(from: &'static str, to: &'static str) -> impl FnOnce(&mut Entries) {
    move |entries| {
        let text = String::from_utf8(entries[1].2.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        entries[1].2 = text.replace(from, to).into_bytes();
    }
}

#[test]
fn a_damaged_archive_is_refused() {
    let run = Recorded::new(2).ended();
    let archive = run.archive();
    for cut in (0..archive.len()).step_by(7).chain([archive.len() - 1]) {
        assert_wrong(&archive[..cut], "this is no archive that weco can read");
    }
    for at in (0..archive.len()).step_by(5) {
        let mut damaged = archive.clone();
        damaged[at] ^= 0x10;
        let journal = MemoryJournal::new();
        // The frame's header has a bit or two without a meaning.
        if let Err(failure) = take_in(&journal, &damaged, None) {
            assert_eq!(failure.kind, FailureKind::Invalid, "{failure:?}");
            assert_eq!(journal.runs().unwrap(), []);
        } else {
            assert_eq!(journal.read(run.id, 1, 999).unwrap(), run.events, "{at}");
        }
    }
    assert_wrong(b"", "this is no archive");
    assert_wrong(b"PK\x03\x04 something else", "this is no archive");
    assert_wrong(&[archive.as_slice(), b"more"].concat(), "this is no archive");
}

#[test]
fn what_an_archive_says_must_fit_together() {
    assert_refused(|entries| entries.swap(0, 1), "it has no manifest.json where one must be");
    assert_refused(|entries| drop(entries.remove(1)), "it has no events.jsonl where one must be");
    assert_refused(|entries| entries.truncate(1), "it has no events.jsonl");
    assert_refused(|entries| drop(entries.remove(2)), "is missing");
    assert_refused(|entries| entries[2].2.push(b'!'), "is not what its name says");
    assert_refused(|entries| entries.push(entries[2].clone()), "is there twice");
    assert_refused(|entries| entries[2].1 = EntryType::Continuous, "is missing");
    assert_refused(
        |entries| {
            let name = format!("weco-00000000/contents/{}", Blob::new("more").id());
            entries.push((name, EntryType::Regular, b"more".to_vec()));
        },
        "is no part of the run",
    );
    assert_refused(
        |entries| entries[2].0 = "weco-00000000/contents/passwd".into(),
        "is no name of a content",
    );
    assert_refused(|entries| entries[0].2 = b"{}".to_vec(), "its manifest cannot be read");
    assert_refused(
        |entries| entries[0].2 = br#"{"format": 99}"#.to_vec(),
        "written by a newer weco (format 99",
    );
    assert_refused(|entries| entries[0].2 = br#"{"format": 1}"#.to_vec(), "its manifest is wrong");
    assert_refused(rewrite("\"seq\":3", "\"seq\":4"), "event 4 cannot follow");
    assert_refused(rewrite("\"type\":\"evaluated\"", "\"type\":\"unheard\""), "event 3 cannot be read");
    assert_refused(rewrite("0000-000000000abc", "0000-000000000abd"), "its events are of");
    assert_refused(
        |entries| {
            let cut = entries[1].2.iter().position(|byte| *byte == b'\n').unwrap() + 1;
            entries[1].2.truncate(cut);
        },
        "it has 1 events instead of",
    );
    assert_refused(|entries| entries[1].2.clear(), "do not begin with the run's creation");
}

#[test]
fn what_would_do_harm_later_is_refused() {
    assert_refused(rewrite("src/model.py", "../model.py"), "'../model.py' is no path of a source");
    assert_refused(rewrite("src/model.py", "/etc/passwd"), "'/etc/passwd' is no path of a source");
    assert_refused(rewrite("src/model.py", "src//model.py"), "is no path of a source");
    assert_refused(rewrite("src/model.py", "./model.py"), "is no path of a source");
    assert_refused(rewrite("src/model.py", "a\\u0000b"), "is no path of a source");
    assert_refused(
        rewrite("\"files\":{\"src/model.py\"", "\"files\":{\"src/other.py\""),
        "its files are not the sources",
    );
    assert_refused(rewrite("\"directory\":\"/home", "\"directory\":\"home"), "is no absolute path");
    assert_refused(rewrite("\"log_dir\":\"/home", "\"log_dir\":\"../home"), "is no absolute path");
    assert_refused(rewrite("swift-heron", "../../x\\u001b"), "the run's name is none that weco gives");
    assert_refused(rewrite("\"mode\":420", "\"mode\":99999"), "has no valid permissions");
    assert_refused(
        rewrite("\"input_tokens\":10", "\"input_tokens\":18446744073709551615"),
        "too many tokens",
    );
    assert_refused(rewrite("\"metric\":1.0", "\"metric\":1e999"), "event 3 cannot be read");
}

#[test]
fn what_no_message_could_tell_is_refused() {
    let (null, long) = ("\"instructions\":null", "i".repeat(MAX_EVENT));
    let lengthen = |entries: &mut Entries| {
        let text = String::from_utf8(std::mem::take(&mut entries[1].2)).unwrap();
        entries[1].2 = text.replacen(null, &format!("\"instructions\":\"{long}\""), 1).into_bytes();
    };
    assert_refused(lengthen, "event 1 is larger than any run's");

    let id = RunId(Uuid::from_u128(0xabc));
    let mut run = Recorded::of(RunSpec { require_review: true, ..fixture::spec(id) }, 0);
    for step in 1..=3 {
        run.proposed(step, "p".repeat(MAX_EVENT - 1000));
    }
    assert_wrong(&run.archive(), "bytes to list it");
}

#[test]
fn a_small_file_cannot_become_a_large_one() {
    let zeros = |count: usize| vec![0; count];
    assert_refused(|entries| entries[0].2 = zeros(65 << 10), "its manifest.json is larger than any run's");
    assert_refused(|entries| entries[2].2 = zeros((64 << 20) + 1), "its content is larger than any run's");
    // A name that tar readers would collect in memory.
    let mut archive = entries(&Recorded::new(1).ended().archive());
    let name = ("././@LongLink".to_owned(), EntryType::GNULongName, zeros(8 << 20));
    archive.insert(2, name);
    let journal = MemoryJournal::new();
    take_in(&journal, &packed(&archive), None).unwrap();
}
