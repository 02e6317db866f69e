//! What Python's cache and `make` believe.

use std::process::Command;

use super::*;

fn output(project: &Project, program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(args)
        .current_dir(project.root())
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .env_remove("PYTHONPYCACHEPREFIX")
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn python_runs_each_candidate_and_not_its_cache() {
    let mut project = Project::new(&["model.py"]);
    fs::write(project.path("model.py"), "value = 0\n").unwrap();
    project.sources[0].original = b"value = 0\n".as_slice().into();
    fs::write(project.path("main.py"), "import model\nprint(model.value)\n").unwrap();
    let mut workspace = project.workspace();
    let before = project.identity("model.py");
    // The interpreter itself: `python3` may be a slow script that looks for it.
    let find = ["-c", "import sys; print(sys.executable)"];
    let Some(python) = output(&project, "python3", &find) else { return };
    let run = || output(&project, &python, &["main.py"]).unwrap();
    assert_eq!(run(), "0");
    for value in ["1", "2", "3"] {
        let text = format!("value = {value}\n");
        let swapped = workspace.swap_in(&files([("model.py", &text)]), &project.kept()).unwrap();
        assert_eq!(run(), value);
        swapped.restore().unwrap();
        assert_eq!(project.identity("model.py"), before);
    }
    assert_eq!(run(), "0");
    workspace.apply(&files([("model.py", "value = 4\n")]), &project.kept()).unwrap();
    assert_eq!(run(), "4");
}

#[test]
fn make_rebuilds_for_each_candidate_and_after_it() {
    let mut project = Project::new(&["source.txt"]);
    fs::write(project.path("source.txt"), "0\n").unwrap();
    project.sources[0].original = b"0\n".as_slice().into();
    fs::write(project.path("Makefile"), "built.txt: source.txt\n\t@cp source.txt built.txt\n").unwrap();
    let built = || {
        output(&project, "make", &["-s", "built.txt"])?;
        Some(project.read("built.txt").trim().to_owned())
    };
    let mut workspace = project.workspace();
    if built().is_none() {
        return;
    }
    for value in ["1", "2", "3"] {
        let text = format!("{value}\n");
        let swapped = workspace.swap_in(&files([("source.txt", &text)]), &project.kept()).unwrap();
        assert_eq!(built().unwrap(), value);
        swapped.restore().unwrap();
        assert_eq!(built().unwrap(), "0");
    }
}
