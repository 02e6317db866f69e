use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

const PROGRAM: &str = "/usr/bin/weco-daemon";

fn paths(runtime: &str) -> Paths {
    Paths {
        state_dir: "/home/me/.local/state/weco".into(),
        runtime_dir: runtime.into(),
        config_dir: "/home/me/.config/weco".into(),
        log_dir: "/tmp".into(),
    }
}

fn rendered(program: &str, paths: &Paths, variables: &[(&str, &str)]) -> Result<[String; 2], Error> {
    let lookup = |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    };
    units(Path::new(program), paths, lookup).map(|units| units.map(|(_, text)| text))
}

/// The values of `name` in a unit.
fn values<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect()
}

#[test]
fn the_usual_places_need_no_word() {
    let [service, socket] =
        rendered(PROGRAM, &paths("/run/user/7/weco"), &[("XDG_RUNTIME_DIR", "/run/user/7")]).unwrap();
    assert_eq!(values(&service, "ExecStart"), ["\"/usr/bin/weco-daemon\""]);
    assert!(values(&service, "Environment").is_empty());
    assert_eq!(socket, SOCKET_TEXT);
    let others = |text: &str| text.lines().filter(|line| !line.starts_with("ExecStart=")).count();
    assert_eq!(others(&service), others(SERVICE_TEXT), "nothing else has changed");
}

#[test]
fn moved_places_are_carried_into_the_units() {
    let moved = Paths { log_dir: "/logs".into(), ..paths("/r 100%") };
    let variables = [
        ("XDG_RUNTIME_DIR", "/run/user/7"),
        ("XDG_STATE_HOME", "/home/me/.local/state"),
        ("WECO_RUNTIME_DIR", "/r 100%"),
        ("WECO_LOG_DIR", "/logs"),
        ("WECO_LOG", "debug,sled=\"warn\""),
        ("WECO_TEST_TOKEN", "secret"),
        ("WECO_CONFIG_DIR", ""),
    ];
    let [service, socket] = rendered(PROGRAM, &moved, &variables).unwrap();
    assert_eq!(
        values(&service, "Environment"),
        [
            r#""WECO_STATE_DIR=/home/me/.local/state/weco""#,
            r#""WECO_RUNTIME_DIR=/r 100%%""#,
            r#""WECO_LOG_DIR=/logs""#,
            r#""WECO_LOG=debug,sled=\"warn\"""#,
        ]
    );
    assert_eq!(values(&socket, "ListenStream"), ["/r 100%%/daemon.sock"]);
}

#[test]
fn without_a_runtime_directory_both_sides_use_the_same_place_in_tmp() {
    let [service, socket] = rendered(PROGRAM, &paths("/tmp/weco-7"), &[]).unwrap();
    assert_eq!(values(&service, "Environment"), ["\"WECO_RUNTIME_DIR=/tmp/weco-7\""]);
    assert_eq!(values(&socket, "ListenStream"), ["/tmp/weco-7/daemon.sock"]);
}

#[test]
fn what_a_unit_cannot_hold_is_refused() {
    let runtime = paths("/run/user/7/weco");
    for program in ["/a\"b/weco-daemon", "/a'b/weco-daemon", "/a\\b/weco-daemon", "/a\nb/weco-daemon"] {
        assert!(rendered(program, &runtime, &[]).is_err(), "{program:?}");
    }
    let broken = Paths { state_dir: PathBuf::from(OsString::from_vec(vec![b'/', 0xff])), ..runtime };
    let error = rendered(PROGRAM, &broken, &[("WECO_STATE_DIR", "set")]).unwrap_err();
    assert!(error.message().starts_with("WECO_STATE_DIR cannot be written"), "{}", error.message());
    assert!(rendered(PROGRAM, &paths("/r\n[Service]"), &[]).is_err(), "no line can be smuggled in");
}

#[test]
fn what_is_replaced_is_there_exactly_once() {
    assert_eq!(values(SERVICE_TEXT, "ExecStart").len(), 1);
    assert_eq!(values(SOCKET_TEXT, "ListenStream"), ["%t/weco/daemon.sock"]);
}

/// What systemd makes of a quoted word: C-like escapes first, then `%%`.
fn read_back(word: &str) -> Option<String> {
    let inner = word.strip_prefix('"')?.strip_suffix('"')?;
    let (mut text, mut chars) = (String::new(), inner.chars());
    while let Some(char) = chars.next() {
        match char {
            '"' => return None,
            '\\' => text.push(chars.next().filter(|next| matches!(next, '\\' | '"'))?),
            '%' => text.push(chars.next().filter(|next| *next == '%')?),
            char => text.push(char),
        }
    }
    Some(text)
}

proptest! {
    #[test]
    fn systemd_reads_back_the_same_value(value in "[^\\p{Cc}]{0,30}") {
        let word = assignment("WECO_STATE_DIR", OsStr::new(&value)).unwrap();
        prop_assert_eq!(read_back(&word), Some(format!("WECO_STATE_DIR={value}")));
    }
}
