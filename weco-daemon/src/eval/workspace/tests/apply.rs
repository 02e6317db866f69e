use super::*;

#[test]
fn the_version_becomes_the_users_own() {
    let project = Project::new(&["a.py", "src/b.py", "same.py"]);
    fs::set_permissions(project.path("a.py"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut workspace = project.workspace();
    let version = files([("a.py", CANDIDATE), ("src/b.py", CANDIDATE), ("same.py", ORIGINAL)]);
    assert_eq!(workspace.apply(&version, &project.kept()).unwrap(), ["a.py", "src/b.py"]);
    assert_eq!(project.read("a.py"), CANDIDATE);
    assert_eq!(project.read("src/b.py"), CANDIDATE);
    assert_eq!(project.identity("a.py").mode & 0o7777, 0o755);
    assert_eq!(project.listing(), ["a.py", "same.py", "src/b.py"]);
    assert_eq!(workspace.check().unwrap(), []);
    assert_eq!(workspace.apply(&version, &project.kept()).unwrap(), Vec::<String>::new());
}

#[test]
fn an_edited_source_is_not_overwritten_nor_any_other() {
    let project = Project::new(&["a.py", "b.py"]);
    let mut workspace = project.workspace();
    fs::write(project.path("b.py"), EDIT).unwrap();
    let version = files([("a.py", CANDIDATE), ("b.py", CANDIDATE)]);
    let refused = workspace.apply(&version, &project.kept()).unwrap_err();
    assert_eq!(refused.to_string(), "b.py was edited during the run");
    assert_eq!(project.read("a.py"), ORIGINAL);
    assert_eq!(project.read("b.py"), EDIT);
    assert_eq!(project.listing(), ["a.py", "b.py"]);
}

#[test]
fn an_edit_in_the_last_instant_is_not_overwritten() {
    let project = Project::new(&["a.py", "b.py"]);
    let mut workspace = project.workspace();
    let version = files([("a.py", CANDIDATE), ("b.py", CANDIDATE)]);
    let swapped = workspace.swap(&version, &project.kept(), true).unwrap();
    let hidden = project.listing().into_iter().find(|path| path.contains(".b.py.weco-")).unwrap();
    fs::write(project.path(&hidden), EDIT).unwrap();
    assert!(matches!(swapped.commit(), Err(WorkspaceError::Edited(_))));
    assert_eq!(project.read("a.py"), ORIGINAL);
    assert_eq!(project.read("b.py"), EDIT);
    assert_eq!(project.listing(), ["a.py", "b.py"]);
}

#[test]
fn syncing_needs_the_sources() {
    let project = Project::new(&["a.py"]);
    let workspace = project.workspace();
    workspace.sync().unwrap();
    fs::remove_file(project.path("a.py")).unwrap();
    assert!(workspace.sync().unwrap_err().to_string().contains("a.py"));
}
