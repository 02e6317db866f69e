use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::providers::IDS;

const KEY: &str = "sk-hunter22-0123456789";

fn place() -> (TempDir, KeysFile) {
    let home = tempfile::tempdir().unwrap();
    let file = KeysFile::in_dir(&home.path().join("config/weco"));
    (home, file)
}

/// A keys file with this content and mode.
fn written(text: &str, mode: u32) -> (TempDir, KeysFile) {
    let (home, file) = place();
    fs::create_dir_all(file.directory()).unwrap();
    fs::write(file.path(), text).unwrap();
    fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
    (home, file)
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().mode() & 0o777
}

#[test]
fn a_key_is_kept_and_forgotten() {
    let (home, file) = place();
    assert_eq!(file.load().unwrap().get("openai").unwrap(), None);
    assert!(!file.remove("openai").unwrap().1);
    assert!(!home.path().join("config").exists(), "looking creates nothing");

    assert!(!file.set("openai", KEY).unwrap().1);
    assert!(file.set("openai", "sk-other").unwrap().1, "replaced");
    file.set("gemini", KEY).unwrap();
    let keys = file.load().unwrap();
    assert_eq!(keys.get("openai").unwrap(), Some("sk-other"));
    assert_eq!(keys.get("gemini").unwrap(), Some(KEY));
    assert_eq!((mode(file.path()), mode(file.directory())), (0o600, 0o700));
    assert!(fs::read_to_string(file.path()).unwrap().starts_with("# Keys of model providers"));

    assert!(file.remove("openai").unwrap().1);
    assert!(!file.remove("openai").unwrap().1);
    assert_eq!(file.load().unwrap().get("gemini").unwrap(), Some(KEY));
    let entries: Vec<_> =
        fs::read_dir(file.directory()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(entries, [file.path()], "nothing is left beside it");
}

#[test]
fn what_the_user_wrote_stays() {
    let text = "# mine\nmistral = \"m\" # later\nopenai = 'old'\n\n[aws]\nregion = \"eu\"\n";
    let (_home, file) = written(text, 0o600);
    let (keys, replaced) = file.set("openai", KEY).unwrap();
    assert!(replaced);
    assert_eq!(keys.unknown(), ["mistral", "aws"]);
    file.set("gemini", KEY).unwrap();
    let now = fs::read_to_string(file.path()).unwrap();
    for part in ["# mine\nmistral = \"m\" # later\n", "[aws]\nregion = \"eu\"\n"] {
        assert!(now.contains(part), "{now}");
    }
    assert_eq!(file.load().unwrap().get("gemini").unwrap(), Some(KEY), "not in the table: {now}");
    file.remove("openai").unwrap();
    assert_eq!(file.load().unwrap().unknown(), ["mistral", "aws"]);
}

#[test]
fn a_file_that_others_may_touch_is_refused() {
    for bits in [0o640, 0o604, 0o620, 0o602, 0o666] {
        let (_home, file) = written(&format!("openai = \"{KEY}\"\n"), bits);
        for error in [
            file.load().unwrap_err(),
            file.set("openai", "x").unwrap_err(),
            file.remove("openai").unwrap_err(),
        ] {
            assert!(matches!(error, KeysFileError::Exposed { mode, .. } if mode == bits), "{error}");
            assert_eq!(error.hint(), format!("chmod 600 '{}'", file.path().display()));
        }
        assert_eq!(mode(file.path()), bits, "its user decides");
    }
    let (_home, file) = written(&format!("openai = \"{KEY}\"\n"), 0o400);
    assert_eq!(file.load().unwrap().get("openai").unwrap(), Some(KEY));
}

#[test]
fn only_a_regular_file_of_ours_will_do() {
    let (home, file) = written("", 0o600);
    let elsewhere = home.path().join("elsewhere");
    fs::rename(file.path(), &elsewhere).unwrap();
    symlink(&elsewhere, file.path()).unwrap();
    assert!(matches!(file.set("openai", KEY), Err(KeysFileError::Link(_))));
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "");
    fs::remove_file(file.path()).unwrap();
    fs::create_dir(file.path()).unwrap();
    assert!(matches!(file.load(), Err(KeysFileError::NotAFile(_))));
    fs::remove_dir(file.path()).unwrap();
    nix::unistd::mkfifo(file.path(), nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    assert!(matches!(file.load(), Err(KeysFileError::NotAFile(_))), "and it does not block");
}

#[test]
fn another_users_file_is_refused() {
    // Only root can give a file away, and only root is not stopped by the system itself.
    if geteuid().is_root() {
        let (_home, file) = written("", 0o600);
        std::os::unix::fs::chown(file.path(), Some(4242), None).unwrap();
        assert!(matches!(file.load(), Err(KeysFileError::ForeignOwner { owner: 4242, .. })));
    } else {
        let error = KeysFile { path: "/etc/passwd".into() }.load().unwrap_err();
        assert!(matches!(error, KeysFileError::ForeignOwner { owner: 0, .. }), "{error}");
    }
}

#[test]
fn nothing_of_the_content_is_in_errors_or_debug() {
    let malformed = [
        format!("openai = {KEY}\n"),
        format!("\n{KEY}\n"),
        format!("openai = \"{KEY}\"\nopenai = \"{KEY}\"\n"),
        format!("openai = \"{KEY}\n"),
    ];
    for (text, line) in malformed.iter().zip([1, 2, 2, 1]) {
        let (_home, file) = written(text, 0o600);
        let error = file.load().unwrap_err();
        assert!(
            matches!(error, KeysFileError::Malformed { line: found, .. } if found == line),
            "{text}: {error}"
        );
        assert!(!format!("{error} {error:?} {}", error.hint()).contains("hunter22"), "{error:?}");
        assert!(file.set("openai", "x").is_err(), "not written over");
        assert_eq!(&fs::read_to_string(file.path()).unwrap(), text);
    }
    let (_home, file) = written(&format!("openai = \"{KEY} {KEY}\"\ngemini = 5\n"), 0o600);
    let keys = file.load().unwrap();
    for provider in ["openai", "gemini"] {
        let error = keys.get(provider).unwrap_err();
        assert!(!error.to_string().contains("hunter22") && error.hint().ends_with(provider), "{error}");
    }
    assert!(!format!("{keys:?}").contains("hunter22"));
}

#[test]
fn a_file_that_is_no_keys_file_is_bounded() {
    let (_home, file) = written(&"#".repeat(65 * 1024), 0o600);
    assert!(matches!(file.load(), Err(KeysFileError::TooLarge { .. })));
    let (_home, file) = place();
    fs::create_dir_all(file.directory()).unwrap();
    fs::write(file.path(), b"# a\n\xff\n").unwrap();
    fs::set_permissions(file.path(), Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(file.load(), Err(KeysFileError::Malformed { line: 2, .. })));
}

#[test]
fn changes_at_the_same_time_are_all_kept() {
    let (_home, file) = place();
    std::thread::scope(|scope| {
        for id in IDS {
            let file = &file;
            scope.spawn(move || {
                for round in 0..10 {
                    file.set(id, &format!("{id}-{round}")).unwrap();
                }
            });
        }
    });
    let keys = file.load().unwrap();
    for id in IDS {
        assert_eq!(keys.get(id).unwrap(), Some(format!("{id}-9").as_str()));
    }
}

proptest! {
    #[test]
    fn any_key_is_read_back(key in "[!-~]{1,60}", other in "[!-~]{1,60}") {
        let mut keys = Keys::none(Path::new("/keys.toml"));
        keys.set("openai", &key);
        keys.set("gemini", &other);
        let again = Keys::parse(Path::new("/keys.toml"), &keys.text()).unwrap();
        prop_assert_eq!(again.get("openai").unwrap(), Some(key.as_str()));
        prop_assert_eq!(again.get("gemini").unwrap(), Some(other.as_str()));
    }
}
