use proptest::prelude::*;

use super::*;

fn captured<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut capture = Capture::default();
    chunks.into_iter().for_each(|chunk| capture.push(chunk));
    capture.finish();
    capture.text()
}

/// The rule as words state it, on a whole text.
fn truncated(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 51_000 {
        return text.to_owned();
    }
    let head: String = chars[..25_000].iter().collect();
    let tail: String = chars[chars.len() - 25_000..].iter().collect();
    format!("{head}\n ... [{} characters truncated] ... \n{tail}", chars.len() - 50_000)
}

#[test]
fn output_is_cut_only_above_the_limit() {
    for count in [0, 1, 24_999, 25_000, 25_001, 51_000, 51_001, 200_000] {
        for unit in ["a", "🦀"] {
            let text = unit.repeat(count);
            assert!(captured(text.as_bytes().chunks(65_536)) == truncated(&text), "{count} × {unit}");
        }
    }
    let one_more = captured([&b"x".repeat(51_001)[..]]);
    assert!(one_more.contains("\n ... [1001 characters truncated] ... \n"));
}

#[test]
fn nul_and_control_characters_survive() {
    assert_eq!(captured([&b"a\0b\x1b[1m\r\n"[..]]), "a\0b\u{1b}[1m\r\n");
}

#[test]
fn a_character_cut_short_at_the_end_is_replaced() {
    assert_eq!(captured([&b"a\xf0\x9f"[..], &b"\xa6"[..]]), "a\u{FFFD}");
}

#[test]
fn a_flood_costs_bounded_memory() {
    let mut capture = Capture::default();
    let chunk: Vec<u8> = "日a🦀\n".bytes().cycle().take(65_536).collect();
    let noise: Vec<u8> = (0..65_536_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for _ in 0..50 {
        capture.push(&chunk);
        capture.push(&noise);
        assert!(capture.window.memory() < 512 << 10, "{} bytes", capture.window.memory());
    }
    assert!(capture.text().len() < 256 << 10);
}

#[test]
fn a_screen_shows_what_a_terminal_would() {
    let table = [
        ("plain\nlines\n", "plain\nlines"),
        ("\x1b[1;31mred\x1b[0m and \x1b]0;title\x07rest", "red and rest"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("10%\r50%\r100%\ndone", "100%\ndone"),
        ("crlf\r\nline\r\n", "crlf\nline"),
        ("kept until rewritten\r", "kept until rewritten"),
        ("ab\x08c\0d\x07", "acd"),
        ("\ta", "    a"),
        ("\x1b(Bx\x1b=y\x1b[?25lz\u{9b}0mw", "xyzw"),
        ("\x1b", ""),
        ("\x1b[", ""),
    ];
    for (printed, shown) in table {
        assert_eq!(tail(printed, 100), shown, "{printed:?}");
    }
}

#[test]
fn a_tail_begins_with_a_whole_line_if_it_can() {
    assert_eq!(tail("first\nsecond\nthird", 13), "second\nthird");
    assert_eq!(tail("first\nsecond line\nthird and last", 20), "third and last");
    assert_eq!(tail("0123456789", 4), "6789");
    assert_eq!(tail("0123456789\nx", 4), "89\nx");
    assert_eq!(tail("anything", 0), "");
}

#[test]
fn a_live_screen_is_bounded_and_current() {
    let recorder = Recorder::default();
    let live = recorder.live();
    let watch = live.watch();
    recorder.push(b"first\n");
    assert_eq!(live.screen(), "first");
    assert_eq!(*watch.borrow(), 6);
    for i in 0..100_000 {
        recorder.push(format!("line {i}\n").as_bytes());
    }
    let screen = live.screen();
    assert!(screen.ends_with("line 99999") && screen.starts_with("line "));
    assert!(screen.chars().count() <= 4_096);
    recorder.push(&b"x".repeat(1 << 20));
    assert_eq!(live.screen(), "x".repeat(4_096));
}

#[test]
fn who_watches_learns_that_nothing_more_comes() {
    let recorder = Recorder::default();
    let (live, other) = (recorder.live(), recorder.clone());
    let mut watch = live.watch();
    recorder.push(b"all\n");
    watch.borrow_and_update();
    drop(recorder);
    assert!(!watch.has_changed().unwrap(), "one more may write");
    drop(other);
    assert!(watch.has_changed().is_err());
    assert_eq!(live.since(0).text, "all\n", "what there was stays");
}

#[test]
fn a_follower_who_lags_is_told_how_much_is_missing() {
    let mut capture = Capture::default();
    capture.push("a".repeat(HEAD_CHARS + 10).as_bytes());
    let first = capture.since(0);
    assert_eq!((first.text.len(), first.seen), (HEAD_CHARS + 10, HEAD_CHARS as u64 + 10));
    assert_eq!(capture.since(first.seen).text, "");
    (0..100).for_each(|_| capture.push("é".repeat(10_000).as_bytes()));
    let rest = capture.since(first.seen);
    assert_eq!(rest.seen, HEAD_CHARS as u64 + 10 + 1_000_000);
    let (note, shown) =
        rest.text.rsplit_once("] ... \n").map(|(note, shown)| (note.to_owned(), shown)).unwrap();
    let missing: usize = note.strip_prefix("\n ... [").unwrap().split(' ').next().unwrap().parse().unwrap();
    assert_eq!(missing + shown.chars().count(), 1_000_000);
    assert!(shown.chars().count() > TAIL_CHARS);
    let late = capture.since(5);
    assert!(late.text.starts_with(&"a".repeat(HEAD_CHARS - 5)) && late.text.contains("characters truncated"));
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let text = "[a-zé日🦀\n\0]{0,40}".prop_map(String::into_bytes);
    let raw = proptest::collection::vec(any::<u8>(), 0..12);
    proptest::collection::vec(prop_oneof![text, raw], 0..20).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn long_output_is_cut_exactly(bytes in pieces(), times in 1usize..1_000, size in 1_000usize..70_000) {
        let bytes = bytes.repeat(times);
        let whole = String::from_utf8_lossy(&bytes);
        prop_assert!(captured(bytes.chunks(size)) == truncated(&whole));
    }
}

proptest! {
    #[test]
    fn splitting_changes_nothing(bytes in pieces(), size in 1usize..9) {
        prop_assert_eq!(captured(bytes.chunks(size)), String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn tails_hold_nothing_a_terminal_obeys(text in "[ -~\\x00-\\x1f\u{9b}é]{0,300}", limit in 0usize..400) {
        let tail = tail(&text, limit);
        prop_assert!(tail.chars().count() <= limit);
        prop_assert!(tail.chars().all(|char| char == '\n' || !char.is_control()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_follower_who_keeps_up_sees_everything_once(bytes in pieces(), times in 1usize..300, size in 1usize..20_000) {
        let bytes = bytes.repeat(times);
        let (mut capture, mut text, mut seen) = (Capture::default(), String::new(), 0);
        for chunk in bytes.chunks(size) {
            capture.push(chunk);
            let since = capture.since(seen);
            text.push_str(&since.text);
            seen = since.seen;
        }
        capture.finish();
        text.push_str(&capture.since(seen).text);
        prop_assert!(text == String::from_utf8_lossy(&bytes));
    }
}
