//! Evaluations, and users, that do things to the sources while a version is in their place.

use std::os::unix::fs::symlink;

use super::*;

/// Swaps the candidate in for `src/a.py`, lets `meddle` act, and restores.
fn meddle(project: &Project, meddle: impl FnOnce()) -> Vec<Edit> {
    let mut workspace = project.workspace();
    let swapped = workspace.swap_in(&files([("src/a.py", CANDIDATE)]), &project.kept()).unwrap();
    meddle();
    let edits = swapped.restore().unwrap();
    let left = list(&project.root()).into_iter().filter(|path| path.contains("/."));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<String>::new(), "hidden files are left");
    edits
}

fn project() -> Project {
    Project::new(&["src/a.py", "b.py"])
}

fn moved_to(edits: &[Edit]) -> PathBuf {
    match edits {
        [Edit::Moved { kept_at, .. }] => kept_at.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_deleted_source_comes_back_as_the_same_file() {
    let project = project();
    let before = project.identity("src/a.py");
    let edits = meddle(&project, || fs::remove_file(project.path("src/a.py")).unwrap());
    assert!(matches!(&edits[..], [Edit::Deleted { path, .. }] if path == "src/a.py"), "{edits:?}");
    assert_eq!(project.identity("src/a.py"), before);
}

#[test]
fn a_users_save_stays_in_place() {
    let project = project();
    let edits = meddle(&project, || fs::write(project.path("src/a.py"), EDIT).unwrap());
    assert!(matches!(&edits[..], [Edit::InPlace { content, .. }] if **content == *EDIT.as_bytes()));
    assert_eq!(project.read("src/a.py"), EDIT);
}

#[test]
fn a_users_save_by_renaming_stays_in_place() {
    let project = project();
    let edits = meddle(&project, || {
        fs::write(project.path("src/a.py.tmp"), EDIT).unwrap();
        fs::rename(project.path("src/a.py.tmp"), project.path("src/a.py")).unwrap();
    });
    assert!(matches!(&edits[..], [Edit::InPlace { .. }]), "{edits:?}");
    assert_eq!(project.read("src/a.py"), EDIT);
}

#[test]
fn a_reformatted_candidate_is_moved_and_numbered() {
    let project = project();
    for expected in ["kept/src/a.py", "kept/src/a.py.1", "kept/src/a.py.2"] {
        let edits = meddle(&project, || fs::write(project.path("src/a.py"), FORMATTED).unwrap());
        let kept_at = moved_to(&edits);
        assert!(kept_at.ends_with(expected), "{kept_at:?}");
        assert_eq!(fs::read_to_string(kept_at).unwrap(), FORMATTED);
        assert_eq!(project.read("src/a.py"), ORIGINAL);
    }
}

#[test]
fn an_unwritable_kept_place_keeps_beside_the_source() {
    let project = project();
    fs::write(project.kept(), "a file, not a directory").unwrap();
    let edits = meddle(&project, || fs::write(project.path("src/a.py"), FORMATTED).unwrap());
    let kept_at = moved_to(&edits);
    assert!(kept_at.ends_with("src/a.py.weco-kept"), "{kept_at:?}");
    assert_eq!(fs::read_to_string(kept_at).unwrap(), FORMATTED);
    assert_eq!(project.read("src/a.py"), ORIGINAL);
}

#[test]
fn the_original_put_back_by_the_evaluation_is_no_edit() {
    let project = project();
    let before = project.identity("src/a.py");
    let edits = meddle(&project, || fs::write(project.path("src/a.py"), ORIGINAL).unwrap());
    assert_eq!(edits, []);
    assert_eq!(project.identity("src/a.py"), before);
}

#[test]
fn a_truncated_candidate_is_no_edit() {
    for length in [0, 10] {
        let project = project();
        let edits = meddle(&project, || fs::write(project.path("src/a.py"), &CANDIDATE[..length]).unwrap());
        assert_eq!(edits, []);
        assert_eq!(project.read("src/a.py"), ORIGINAL);
    }
}

#[test]
fn a_directory_or_link_or_pipe_in_the_sources_place_is_moved() {
    type Replace = fn(&Path);
    let table: [(&str, Replace); 3] = [
        ("a directory", |path| {
            fs::create_dir(path).unwrap();
            fs::write(path.join("inside"), "kept too").unwrap();
        }),
        ("a symbolic link", |path| symlink("/etc/passwd", path).unwrap()),
        ("a socket", |path| drop(std::os::unix::net::UnixListener::bind(path).unwrap())),
    ];
    for (what, replace) in table {
        let project = project();
        let before = project.identity("src/a.py");
        let passwd = fs::read("/etc/passwd").unwrap();
        let edits = meddle(&project, || {
            fs::remove_file(project.path("src/a.py")).unwrap();
            replace(&project.path("src/a.py"));
        });
        assert!(edits[0].message().contains(what), "{edits:?}");
        assert!(moved_to(&edits).symlink_metadata().is_ok());
        assert_eq!(project.identity("src/a.py"), before);
        assert_eq!(fs::read("/etc/passwd").unwrap(), passwd);
    }
}

#[test]
fn a_removed_directory_is_made_anew() {
    let project = project();
    let edits = meddle(&project, || fs::remove_dir_all(project.path("src")).unwrap());
    assert!(matches!(&edits[..], [Edit::Deleted { .. }]), "{edits:?}");
    assert_eq!(project.read("src/a.py"), ORIGINAL);
    assert_eq!(project.identity("src/a.py").mode & 0o7777, 0o640);
}

#[test]
fn the_whole_run_directory_removed_is_made_anew() {
    let project = project();
    let edits = meddle(&project, || fs::remove_dir_all(project.root()).unwrap());
    assert_eq!(edits.len(), 2);
    assert_eq!(project.listing(), ["b.py", "src/a.py"]);
    assert_eq!(project.read("b.py"), ORIGINAL);
}

#[test]
fn a_renamed_run_directory_is_restored_where_it_is() {
    let project = project();
    let before = project.identity("src/a.py");
    let elsewhere = project.temp.path().join("renamed");
    let mut workspace = project.workspace();
    let swapped = workspace.swap_in(&files([("src/a.py", CANDIDATE)]), &project.kept()).unwrap();
    fs::rename(project.root(), &elsewhere).unwrap();
    assert_eq!(swapped.restore().unwrap(), []);
    fs::rename(&elsewhere, project.root()).unwrap();
    assert_eq!(project.identity("src/a.py"), before);
}

#[test]
fn a_renamed_directory_gives_back_the_users_file() {
    let project = project();
    let before = project.identity("src/a.py");
    let edits = meddle(&project, || fs::rename(project.path("src"), project.path("elsewhere")).unwrap());
    assert!(matches!(&edits[..], [Edit::Deleted { .. }]), "{edits:?}");
    assert_eq!(project.identity("src/a.py"), before);
    assert_eq!(project.read("elsewhere/a.py"), CANDIDATE);
}

#[test]
fn a_copy_in_a_renamed_directorys_place_is_settled() {
    let project = project();
    let before = project.identity("src/a.py");
    let edits = meddle(&project, || {
        fs::rename(project.path("src"), project.path("elsewhere")).unwrap();
        fs::create_dir(project.path("src")).unwrap();
        for entry in fs::read_dir(project.path("elsewhere")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), project.path("src").join(entry.file_name())).unwrap();
        }
    });
    assert_eq!(edits, []);
    assert_eq!(project.identity("src/a.py"), before);
}

#[test]
fn a_link_in_the_directorys_place_sends_nothing_elsewhere() {
    let project = project();
    let outside = project.temp.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("a.py"), "not ours").unwrap();
    let before = project.identity("src/a.py");
    let edits = meddle(&project, || {
        fs::rename(project.path("src"), project.path("elsewhere")).unwrap();
        symlink(&outside, project.path("src")).unwrap();
    });
    assert!(matches!(&edits[..], [Edit::Moved { .. }, Edit::Deleted { .. }]), "{edits:?}");
    assert!(!project.path("src").is_symlink());
    assert_eq!(project.identity("src/a.py"), before);
    assert_eq!(list(&outside), ["a.py"]);
    assert_eq!(fs::read_to_string(outside.join("a.py")).unwrap(), "not ours");
}

#[test]
fn hidden_files_cleaned_away_cost_only_the_inode() {
    for path_text in [CANDIDATE, ORIGINAL, FORMATTED] {
        let project = project();
        meddle(&project, || {
            let hidden = project.listing().into_iter().find(|path| path.contains(".weco-")).unwrap();
            fs::remove_file(project.path(&hidden)).unwrap();
            fs::write(project.path("src/a.py"), path_text).unwrap();
        });
        assert_eq!(project.read("src/a.py"), ORIGINAL);
        assert!(path_text != FORMATTED || project.texts().contains(&FORMATTED.into()));
    }
}

#[test]
fn an_edit_of_the_file_aside_comes_back_and_is_seen_next() {
    let project = project();
    let mut workspace = project.workspace();
    let swapped = workspace.swap_in(&files([("src/a.py", CANDIDATE)]), &project.kept()).unwrap();
    // As through a descriptor that an editor or a log writer holds open.
    let hidden = project.listing().into_iter().find(|path| path.contains(".weco-")).unwrap();
    fs::write(project.path(&hidden), EDIT).unwrap();
    assert_eq!(swapped.restore().unwrap(), []);
    assert_eq!(project.read("src/a.py"), EDIT);
    assert!(matches!(&workspace.check().unwrap()[..], [Edit::InPlace { .. }]));
}

#[test]
fn sources_that_were_not_swapped_are_looked_after_too() {
    let project = project();
    let edits = meddle(&project, || fs::remove_file(project.path("b.py")).unwrap());
    assert!(matches!(&edits[..], [Edit::Deleted { path, .. }] if path == "b.py"));
    assert_eq!(project.read("b.py"), ORIGINAL);
    assert_eq!(project.identity("b.py").mode & 0o7777, 0o640);

    let edits = meddle(&project, || fs::write(project.path("b.py"), EDIT).unwrap());
    assert!(matches!(&edits[..], [Edit::InPlace { path, .. }] if path == "b.py"));
    assert_eq!(project.read("b.py"), EDIT);
}
