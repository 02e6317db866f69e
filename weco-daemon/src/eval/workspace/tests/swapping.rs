//! Swaps that nobody disturbs, and those that are refused.

use super::*;

#[test]
fn the_same_file_comes_back() {
    let project = Project::new(&["a.py", "src/deep/b.py", "same.py"]);
    fs::hard_link(project.path("a.py"), project.temp.path().join("link")).unwrap();
    let paths = ["a.py", "src/deep/b.py", "same.py"];
    let before = paths.map(|path| project.identity(path));
    let mut workspace = project.workspace();
    let version = files([("a.py", CANDIDATE), ("src/deep/b.py", CANDIDATE), ("same.py", ORIGINAL)]);
    for _ in 0..3 {
        let swapped = workspace.swap_in(&version, &project.kept()).unwrap();
        assert_eq!(project.read("a.py"), CANDIDATE);
        assert_eq!(project.read("src/deep/b.py"), CANDIDATE);
        assert_eq!(project.identity("a.py").mode & 0o7777, 0o640);
        assert_eq!(project.identity("same.py"), before[2]);
        assert_eq!(swapped.restore().unwrap(), []);
        assert_eq!(paths.map(|path| project.identity(path)), before);
        assert_eq!(project.read("a.py"), ORIGINAL);
    }
    assert_eq!(project.listing(), ["a.py", "same.py", "src/deep/b.py"]);
    assert!(!project.kept().exists());
}

#[test]
fn a_source_left_out_of_the_version_stays() {
    let project = Project::new(&["a.py", "b.py"]);
    let mut workspace = project.workspace();
    let swapped = workspace.swap_in(&files([("b.py", CANDIDATE)]), &project.kept()).unwrap();
    assert_eq!(project.read("a.py"), ORIGINAL);
    swapped.restore().unwrap();
}

#[test]
fn dropping_restores() {
    let project = Project::new(&["a.py"]);
    let mut workspace = project.workspace();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _swapped = workspace.swap_in(&files([("a.py", CANDIDATE)]), &project.kept()).unwrap();
        assert_eq!(project.read("a.py"), ORIGINAL, "this fails and unwinds");
    }));
    assert!(panicked.is_err());
    assert_eq!(project.read("a.py"), ORIGINAL);
    assert_eq!(project.listing(), ["a.py"]);
}

#[test]
fn a_foreign_path_is_refused_before_anything_is_touched() {
    let project = Project::new(&["a.py"]);
    let before = project.identity("a.py");
    let mut workspace = project.workspace();
    for foreign in ["../a.py", "/etc/passwd", "b.py", "./a.py", ""] {
        let version = files([("a.py", CANDIDATE), (foreign, "x")]);
        let refused = workspace.swap_in(&version, &project.kept()).unwrap_err();
        assert!(matches!(refused, WorkspaceError::UnknownPath { path } if path == foreign));
        assert_eq!(project.identity("a.py"), before);
        assert_eq!(project.listing(), ["a.py"]);
    }
}

#[test]
fn an_edit_between_evaluations_is_asked_about_adopted_and_restored() {
    let project = Project::new(&["a.py", "b.py"]);
    let mut workspace = project.workspace();
    assert_eq!(workspace.check().unwrap(), []);
    fs::write(project.path("b.py"), b"mine \xff").unwrap();
    let version = files([("a.py", CANDIDATE), ("b.py", CANDIDATE)]);
    let WorkspaceError::Edited(edits) = workspace.swap_in(&version, &project.kept()).unwrap_err() else {
        panic!("the edit was not seen");
    };
    assert_eq!(project.listing(), ["a.py", "b.py"]);
    assert_eq!(workspace.check().unwrap(), edits);
    let root = project.root().canonicalize().unwrap();
    let content: Arc<[u8]> = Arc::from(&b"mine \xff"[..]);
    assert_eq!(edits, [Edit::InPlace { path: "b.py".to_owned(), kept_at: root.join("b.py"), content }]);
    assert_eq!(edits[0].message(), "b.py was edited during the run; the edit stays in place");

    workspace.adopt(&edits);
    let swapped = workspace.swap_in(&version, &project.kept()).unwrap();
    assert_eq!(project.read("b.py"), CANDIDATE);
    swapped.restore().unwrap();
    assert_eq!(fs::read(project.path("b.py")).unwrap(), b"mine \xff");
}

#[test]
fn a_source_that_is_gone_or_something_else_is_an_error_that_names_it() {
    let project = Project::new(&["a.py", "src/b.py"]);
    let mut workspace = project.workspace();
    let version = files([("a.py", CANDIDATE), ("src/b.py", CANDIDATE)]);
    let mut refused = |words: &str| {
        let error = workspace.swap_in(&version, &project.kept()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert_eq!(project.read("a.py"), ORIGINAL);
    };
    fs::remove_file(project.path("src/b.py")).unwrap();
    refused("src/b.py is gone");
    fs::create_dir(project.path("src/b.py")).unwrap();
    refused("src/b.py is a directory now");
    fs::remove_dir(project.path("src/b.py")).unwrap();
    std::os::unix::fs::symlink("../a.py", project.path("src/b.py")).unwrap();
    refused("src/b.py is a symbolic link now");
    fs::remove_file(project.path("src/b.py")).unwrap();
    fs::remove_dir(project.path("src")).unwrap();
    refused("src is gone");
    std::os::unix::fs::symlink(".", project.path("src")).unwrap();
    refused("src is no directory now");
    fs::remove_file(project.path("src")).unwrap();
    assert_eq!(project.listing(), ["a.py"]);
}

#[test]
fn what_an_interrupted_evaluation_left_must_be_recovered_first() {
    let project = Project::new(&["a.py"]);
    let mut workspace = project.workspace();
    let aside = workspace.sources[0].aside.clone();
    fs::write(project.path(&aside), "left").unwrap();
    let refused = workspace.swap_in(&files([("a.py", CANDIDATE)]), &project.kept()).unwrap_err();
    assert!(matches!(refused, WorkspaceError::Unrecovered(path) if path.ends_with(&aside)));
    workspace.recover(None, &project.kept()).unwrap();
    workspace.swap_in(&files([("a.py", CANDIDATE)]), &project.kept()).unwrap().restore().unwrap();
}

#[test]
fn names_can_be_exchanged_without_the_file_systems_help() {
    let temp = TempDir::new().unwrap();
    fs::write(temp.path().join("one"), "1").unwrap();
    fs::write(temp.path().join("two"), "2").unwrap();
    let dir = Dir::open(temp.path()).unwrap();
    dir.exchange_by_turns("one", "two", "spare").unwrap();
    assert_eq!(fs::read_to_string(temp.path().join("one")).unwrap(), "2");
    assert_eq!(fs::read_to_string(temp.path().join("two")).unwrap(), "1");
    fs::remove_file(temp.path().join("one")).unwrap();
    assert!(dir.exchange_by_turns("one", "two", "spare").is_err());
    assert_eq!(list(temp.path()), ["two"]);
}

#[test]
fn a_full_disk_is_told_from_other_failures() {
    for (errno, full) in [(28, true), (122, true), (13, false)] {
        let error = std::io::Error::from_raw_os_error(errno);
        let error = WorkspaceError::io("replace", "/x/a.py", error);
        assert_eq!(error.may_pass(), full, "{error}");
        assert!(error.to_string().contains("cannot replace /x/a.py"), "{error}");
    }
}
