//! Each thing that can be wrong with a source file, with real files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::access::testing::unprivileged;

fn project() -> TempDir {
    let here = tempfile::tempdir().unwrap();
    fs::create_dir(here.path().join("src")).unwrap();
    fs::write(here.path().join("model.py"), "a = 1\n").unwrap();
    fs::write(here.path().join("src/util.py"), "b = 2\n").unwrap();
    fs::set_permissions(here.path(), Permissions::from_mode(0o755)).unwrap();
    here
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn message(here: &TempDir, sources: &[&str]) -> String {
    let error = validate(here.path(), &names(sources)).unwrap_err();
    let message = error.to_string();
    assert!(error.hint().is_some() || message.contains("Did you mean"));
    message
}

#[test]
fn files_come_back_in_order_with_text_and_mode() {
    let here = project();
    fs::set_permissions(here.path().join("model.py"), Permissions::from_mode(0o754)).unwrap();
    let absolute = here.path().join("model.py").display().to_string();
    let files = validate(here.path(), &names(&["./src/../src/util.py", &absolute])).unwrap();
    assert_eq!(files[0].path, "src/util.py");
    assert_eq!(files[0].text, "b = 2\n");
    assert_eq!(files[1].path, "model.py");
    assert_eq!(files[1].mode, 0o754);
    assert_eq!(files[1].absolute, here.path().canonicalize().unwrap().join("model.py"));
}

#[test]
fn a_link_within_the_directory_means_its_target() {
    let here = project();
    symlink("src/util.py", here.path().join("link.py")).unwrap();
    assert_eq!(validate(here.path(), &names(&["link.py"])).unwrap()[0].path, "src/util.py");
}

#[test]
fn a_working_directory_behind_a_link_is_fine() {
    let here = project();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("project");
    symlink(here.path(), &link).unwrap();
    assert_eq!(validate(&link, &names(&["model.py"])).unwrap()[0].path, "model.py");
}

#[test]
fn what_is_not_a_text_file_here_is_refused() {
    let here = project();
    let at = |name: &str| here.path().join(name);
    fs::write(at("binary.bin"), [0xff, 0xfe, 0]).unwrap();
    fs::write(at("nul.txt"), "a\0b").unwrap();
    mkfifo(&at("pipe"), Mode::S_IRWXU).unwrap();
    symlink("/dev/null", at("null.py")).unwrap();
    symlink("loop.py", at("loop.py")).unwrap();
    symlink("absent.py", at("broken.py")).unwrap();
    let directory = here.path().canonicalize().unwrap().display().to_string();
    let cases = [
        ("modle.py", "Source file 'modle.py' not found. Did you mean: model.py?".to_owned()),
        ("src/utils.py", "Source file 'src/utils.py' not found. Did you mean: src/util.py?".to_owned()),
        ("nothing-like-it", "Source file 'nothing-like-it' not found.".to_owned()),
        ("model.py/x", "Source file 'model.py/x' not found.".to_owned()),
        ("broken.py", "Source file 'broken.py' not found.".to_owned()),
        ("", "Source file '' not found.".to_owned()),
        ("src", "'src' is a directory, not a file.".to_owned()),
        ("pipe", "'pipe' is not a regular file.".to_owned()),
        ("binary.bin", "'binary.bin' doesn't appear to be a valid text file.".to_owned()),
        ("nul.txt", "'nul.txt' doesn't appear to be a valid text file.".to_owned()),
        ("null.py", format!("Source file 'null.py' is outside the working directory '{directory}'.")),
        ("/etc/passwd", format!("Source file '/etc/passwd' is outside the working directory '{directory}'.")),
    ];
    for (source, expected) in cases {
        assert_eq!(message(&here, &[source]), expected, "{source}");
    }
    let up = format!("{}etc/passwd", "../".repeat(directory.matches('/').count()));
    assert!(message(&here, &[&up]).contains("is outside the working directory"), "{up}");
    assert!(message(&here, &["loop.py"]).starts_with("Cannot read 'loop.py': "));
    assert!(message(&here, &[&"x".repeat(300)]).starts_with("Cannot read 'xxx"));
}

#[test]
fn the_same_file_twice_is_refused_however_it_is_spelt() {
    let here = project();
    symlink("model.py", here.path().join("soft.py")).unwrap();
    fs::hard_link(here.path().join("model.py"), here.path().join("hard.py")).unwrap();
    for other in ["model.py", "./model.py", "src/../model.py", "soft.py", "hard.py"] {
        assert_eq!(message(&here, &["model.py", other]), format!("Duplicate file path: '{other}'."));
    }
}

#[test]
fn numbers_and_sizes_are_bounded() {
    let here = project();
    assert_eq!(message(&here, &[]), "No source files provided.");
    assert_eq!(message(&here, &["model.py"; 11]), "Too many files: 11 provided, maximum is 10.");
    let write =
        |name: &str, bytes: u64| fs::write(here.path().join(name), "x".repeat(bytes as usize)).unwrap();
    write("a", MAX_FILE_BYTES);
    write("b", MAX_FILE_BYTES);
    write("c", 100 * 1024);
    assert!(validate(here.path(), &names(&["a", "b", "c"])).is_ok(), "limits are inclusive");
    write("c", 100 * 1024 + 1);
    assert_eq!(message(&here, &["a", "b", "c"]), "Total source size (501KB) exceeds the 500KB limit.");
    write("a", MAX_FILE_BYTES + 1);
    assert_eq!(message(&here, &["a"]), "File 'a' (201KB) exceeds the 200KB per-file size limit.");
}

#[test]
fn a_file_without_a_length_is_still_bounded() {
    // Kernel files have length 0 and content all the same.
    let read = read_text(Path::new("/proc/self/status"), 10);
    assert!(matches!(read, Err(TextFileError::TooLarge { bytes: 11 })));
}

#[test]
fn permissions_are_respected() {
    let here = project();
    let at = |name: &str| here.path().join(name);
    let set = |name: &str, mode| fs::set_permissions(at(name), Permissions::from_mode(mode)).unwrap();
    let message =
        |source: &str| unprivileged(|| validate(here.path(), &names(&[source])).unwrap_err().to_string());
    set("model.py", 0o200);
    assert_eq!(message("model.py"), "Cannot read 'model.py' — permission denied.");
    set("model.py", 0o444);
    assert_eq!(message("model.py"), "Cannot write 'model.py' — permission denied.");
    set("src/util.py", 0o666);
    set("src", 0o555);
    let src = at("src").canonicalize().unwrap().display().to_string();
    assert_eq!(
        message("src/util.py"),
        format!("Cannot replace 'src/util.py' — its directory '{src}': permission denied.")
    );
    set("src", 0o000);
    assert_eq!(message("src/util.py"), "Cannot read 'src/util.py' — permission denied.");
    set("src", 0o755);
}

#[test]
fn the_working_directory_must_be_one() {
    let here = project();
    let error = validate(&here.path().join("absent"), &names(&["model.py"])).unwrap_err();
    assert!(matches!(error, SourceError::Directory { .. }));
    let error = validate(&here.path().join("model.py"), &names(&["x"])).unwrap_err();
    assert!(error.to_string().contains("not a directory"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However a path is spelt, it is one file, and its text comes back as it is.
    #[test]
    fn spelling_and_text_do_not_matter(
        text in "[^\u{0}]{0,200}",
        detours in prop::collection::vec(prop::sample::select(vec!["./", "src/../", "", ".//"]), 0..6),
    ) {
        let here = project();
        fs::write(here.path().join("model.py"), &text).unwrap();
        let spelt = format!("{}model.py", detours.concat());
        let files = validate(here.path(), std::slice::from_ref(&spelt)).unwrap();
        prop_assert_eq!(&files[0].path, "model.py");
        prop_assert_eq!(&files[0].text, &text);
        let twice = validate(here.path(), &[spelt, "model.py".to_owned()]);
        prop_assert!(matches!(twice, Err(SourceError::Duplicate(_))));
    }

    /// Any bytes are either text that comes back unchanged, or refused as no text.
    #[test]
    fn bytes_are_text_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let here = project();
        fs::write(here.path().join("model.py"), &bytes).unwrap();
        match validate(here.path(), &names(&["model.py"])) {
            Ok(files) => prop_assert_eq!(files[0].text.as_bytes(), &bytes[..]),
            Err(error) => {
                prop_assert!(matches!(error, SourceError::NotText(_)));
                prop_assert!(bytes.contains(&0) || std::str::from_utf8(&bytes).is_err());
            }
        }
    }
}
