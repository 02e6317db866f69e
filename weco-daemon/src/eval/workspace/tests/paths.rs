//! Where sources may be.

use std::os::unix::fs::symlink;

use super::*;

fn source(path: &str) -> SourceText {
    SourceText { path: path.to_owned(), original: ORIGINAL.as_bytes().into(), mode: 0o644 }
}

#[test]
fn paths_that_are_not_plainly_inside_are_refused() {
    let project = Project::new(&["a.py", "src/b.py"]);
    symlink("/etc/passwd", project.path("out.py")).unwrap();
    symlink("/etc", project.path("etc")).unwrap();
    symlink(project.temp.path(), project.path("up")).unwrap();
    let refused = |paths: &[&str]| {
        let sources = paths.iter().map(|path| source(path)).collect();
        Workspace::new(&project.root(), project.run, sources).unwrap_err()
    };
    for path in ["../x", "/etc/passwd", "", "a/../b", "./a.py", ".", "a\0b"] {
        assert!(matches!(refused(&[path]), WorkspaceError::BadPath { .. }), "{path:?}");
    }
    for path in ["out.py", "etc/passwd", "etc/missing", "up/missing"] {
        assert!(matches!(refused(&[path]), WorkspaceError::Outside { .. }), "{path}");
    }
    assert!(matches!(refused(&["a.py", "a.py"]), WorkspaceError::Duplicate { .. }));
    symlink("a.py", project.path("same.py")).unwrap();
    assert!(matches!(refused(&["a.py", "same.py"]), WorkspaceError::Duplicate { .. }));
}

#[test]
fn a_link_inside_is_followed_once_and_stays_a_link() {
    let project = Project::new(&["src/real.py"]);
    symlink("src/real.py", project.path("link.py")).unwrap();
    symlink("src", project.path("dir")).unwrap();
    for path in ["link.py", "dir/real.py"] {
        let mut workspace = Workspace::new(&project.root(), project.run, vec![source(path)]).unwrap();
        let swapped = workspace.swap_in(&files([(path, CANDIDATE)]), &project.kept()).unwrap();
        assert_eq!(project.read("link.py"), CANDIDATE);
        assert_eq!(project.read("src/real.py"), CANDIDATE);
        assert!(project.path("link.py").is_symlink());
        swapped.restore().unwrap();
        assert_eq!(project.read("src/real.py"), ORIGINAL);
    }
}

#[test]
fn names_may_be_long_and_strange() {
    let long = format!("{}.py", "é".repeat(126));
    let twin = format!("{}.pyx", "é".repeat(125));
    let names = [long.as_str(), twin.as_str(), "with space.py", "-rf", "новый\n.py"];
    let project = Project::new(&names);
    let mut workspace = project.workspace();
    let version: Files = names.iter().map(|name| ((*name).to_owned(), CANDIDATE.to_owned())).collect();
    let swapped = workspace.swap_in(&version, &project.kept()).unwrap();
    assert!(names.iter().all(|name| project.read(name) == CANDIDATE));
    swapped.restore().unwrap();
    assert!(names.iter().all(|name| project.read(name) == ORIGINAL));
    assert_eq!(project.listing().len(), names.len());
}
