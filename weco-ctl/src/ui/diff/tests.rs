use proptest::prelude::*;

use super::*;

fn source(path: &str, text: &str) -> SourceText {
    SourceText { path: path.into(), text: text.into() }
}

fn version<'a>(label: &str, files: &'a [SourceText]) -> Version<'a> {
    Version { label: label.into(), files }
}

fn lines(old: &[SourceText], new: &[SourceText]) -> Vec<Line> {
    compare(&version("step 0 (baseline)", old), &version("step 7", new))
}

/// The patch between two texts of one file.
fn between(old: &str, new: &str) -> String {
    patch(&lines(&[source("a b.py", old)], &[source("a b.py", new)]))
}

/// Applies the hunks of one file, and takes nothing that is not exactly right.
fn applied(old: &str, patch: &str) -> String {
    let mut old = old.split_inclusive('\n').peekable();
    let mut new = String::new();
    let mut taken = 0;
    let mut rest = patch.split_inclusive('\n').skip(2).peekable();
    while let Some(place) = rest.next() {
        let place = place.strip_prefix("@@ -").unwrap().strip_suffix(" @@\n").unwrap();
        let (before, after) = place.split_once(" +").unwrap();
        let range = |text: &str| match text.split_once(',') {
            Some((start, count)) => (start.parse::<usize>().unwrap(), count.parse::<usize>().unwrap()),
            None => (text.parse().unwrap(), 1),
        };
        let ((start, mut gone), (_, mut come)) = (range(before), range(after));
        let first = if gone == 0 { start } else { start - 1 };
        while taken < first {
            new += old.next().unwrap();
            taken += 1;
        }
        assert_eq!(new.split_inclusive('\n').count(), range(after).0 - usize::from(come > 0));
        while gone + come > 0 {
            let line = rest.next().unwrap();
            let bare = rest.next_if(|next| next.starts_with('\\')).is_some();
            let text = if bare { line[1..].strip_suffix('\n').unwrap() } else { &line[1..] };
            if !line.starts_with('+') {
                assert_eq!(old.next(), Some(text));
                (gone, taken) = (gone - 1, taken + 1);
            }
            if !line.starts_with('-') {
                new += text;
                come -= 1;
            }
        }
    }
    new.extend(old);
    new
}

#[test]
fn a_patch_is_as_programs_write_it() {
    let old = [
        source("model.py", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"),
        source("same.py", "x"),
        source("my lib.py", "x"),
    ];
    let new = [
        source("model.py", "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk"),
        source("same.py", "x"),
        source("my lib.py", "x\r\n"),
    ];
    insta::assert_snapshot!(patch(&lines(&old, &new)).replace('\r', "<CR>").replace('\t', "<TAB>"), @r"
    --- a/model.py<TAB>step 0 (baseline)
    +++ b/model.py<TAB>step 7
    @@ -1,5 +1,5 @@
     a
    -b
    +B
     c
     d
     e
    @@ -8,3 +8,4 @@
     h
     i
     j
    +k
    \ No newline at end of file
    --- a/my lib.py<TAB>step 0 (baseline)
    +++ b/my lib.py<TAB>step 7
    @@ -1 +1 @@
    -x
    \ No newline at end of file
    +x<CR>
    ");
}

#[test]
fn what_is_empty_or_missing_is_told_apart() {
    assert_eq!(
        between("", "a\n"),
        "--- a/a b.py\tstep 0 (baseline)\n+++ b/a b.py\tstep 7\n@@ -0,0 +1 @@\n+a\n"
    );
    assert_eq!(
        between("a\n", ""),
        "--- a/a b.py\tstep 0 (baseline)\n+++ b/a b.py\tstep 7\n@@ -1 +0,0 @@\n-a\n"
    );
    assert_eq!(between("", ""), "");
    let [old, new] = [[source("old.py", "a\n")], [source("new.py", "a\n")]];
    let text = patch(&lines(&old, &new));
    assert!(
        text.starts_with("--- /dev/null\tstep 0 (baseline)\n+++ b/new.py\tstep 7\n@@ -0,0 +1 @@\n+a\n"),
        "{text}"
    );
    assert!(
        text.ends_with("--- a/old.py\tstep 0 (baseline)\n+++ /dev/null\tstep 7\n@@ -1 +0,0 @@\n-a\n"),
        "{text}"
    );
}

#[test]
fn odd_names_are_quoted_as_in_c() {
    for (name, shown) in [
        ("a b.py", "b/a b.py"),
        ("größe.py", "b/größe.py"),
        ("say \"hi\".py", r#""b/say \"hi\".py""#),
        ("back\\slash", r#""b/back\\slash""#),
        ("tab\tnew\nline\u{1b}", r#""b/tab\tnew\nline\033""#),
    ] {
        let text = patch(&lines(&[source(name, "a\n")], &[source(name, "b\n")]));
        assert_eq!(text.lines().nth(1), Some(format!("+++ {shown}\tstep 7").as_str()));
    }
}

#[test]
fn a_screen_has_colour_and_shows_what_would_steer_it() {
    let lines = lines(&[source("m", "a\n\u{1b}[2Jb\r\n")], &[source("m", "a\n\u{9b}31mc\u{202e}\td")]);
    let plain = "--- a/m\tstep 0 (baseline)\n+++ b/m\tstep 7\n@@ -1,2 +1,2 @@\n a\n-␛[2Jb␍\n+�31mc�\td\n\\ No newline at end of file\n";
    assert_eq!(screen(&lines, false), plain);
    let coloured = screen(&lines, true);
    assert!(
        coloured.contains("\n\u{1b}[31m-␛[2Jb␍\u{1b}[0m\n\u{1b}[32m+�31mc�\td\u{1b}[0m\n"),
        "{coloured:?}"
    );
    assert_eq!(crate::ui::format::sanitise(&coloured), plain, "colour is all there is besides");
}

/// Texts of few different lines, so that much is the same; with line ends of all kinds.
fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[ab]",
        Just(String::new()),
        Just("--- x".to_owned()),
        Just("\\ No".to_owned()),
        Just("\r".to_owned())
    ];
    let ending = prop_oneof![8 => Just("\n"), 1 => Just("\r\n"), 1 => Just("")];
    prop::collection::vec((line, ending), 0..30)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

proptest! {
    #[test]
    fn a_patch_makes_the_one_the_other(old in text(), new in text()) {
        let patch = between(&old, &new);
        prop_assert_eq!(patch.is_empty(), old == new);
        prop_assert_eq!(applied(&old, &patch), new);
    }
}
