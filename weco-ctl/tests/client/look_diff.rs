//! How steps differ, and that nobody has to guess where a verb belongs.

use weco_proto::v1::Node;

use crate::support::{DERIVED, Fake, Home, Screen, Script, nodes, runs};

fn script() -> Script {
    Script { runs: runs(), nodes: nodes(), ..Script::default() }
}

#[test]
fn the_best_is_compared_with_the_baseline() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script());
    let (code, out, err) = home.run(&["run", "diff", "0002e"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "--- a/model.py\tstep 0 (baseline)\n+++ b/model.py\tstep 2\n@@ -1,2 +1,2 @@\n-tile = 1\n+tile = 8\n run(tile)\n"
    );
}

#[test]
fn any_step_is_compared_with_any_other() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script());
    for (step, against, first) in [
        ("2", "parent", "--- a/model.py\tstep 1\n+++ b/model.py\tstep 2\n"),
        ("1", "2", "--- a/model.py\tstep 2\n+++ b/model.py\tstep 1\n"),
        ("2", "0", "--- a/model.py\tstep 0 (baseline)\n+++ b/model.py\tstep 2\n"),
        ("0", "baseline", "No differences between step 0 (baseline) and step 0 (baseline).\n"),
    ] {
        let (code, out, err) = home.run(&["run", "diff", "0002e", "--step", step, "--against", against]);
        assert_eq!((code, err.as_str()), (0, ""), "{step} {against}");
        assert!(out.starts_with(first), "{step} {against}: {out}");
    }
    let (_, out, _) = home.run(&["run", "diff", DERIVED, "--step", "0", "--against", "parent"]);
    assert_eq!(out, "No differences between step 2 of 0002e071 and step 0 of 8da1f2c3 (baseline).\n");
    let (_, out, _) = home.run(&["run", "diff", "0002e", "--step", "00000001-77", "--against", "0"]);
    assert!(
        out.starts_with(
            "--- a/model.py\tstep 0 of 0002e071 (baseline)\n+++ b/model.py\tstep 1 of 8da1f2c3\n"
        ),
        "the step is the run's that was named: {out}"
    );
}

#[test]
fn what_has_no_code_or_no_parent_is_told() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script());
    for (args, message) in [
        (&["--step", "3"][..], "error: step 3 has no code; it is failed: no usable reply after 2 attempts\n"),
        (&["--step", "0", "--against", "parent"], "error: step 0 is not made from another\n"),
    ] {
        let (code, out, err) = home.run(&[&["run", "diff", "0002e"], args].concat());
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(err.starts_with(message) && err.contains("  try: "), "{err}");
    }
}

/// Bytes that a terminal would act upon are the code's own: a patch has them.
#[test]
fn a_pipe_gets_the_code_as_it_is() {
    let home = Home::with_runtime_dir();
    let mut nodes = nodes();
    let best: &mut Node = &mut nodes[0];
    best.files[0].text = "bell = '\u{7}\u{1b}[1m'\r\nrun(tile)\n".into();
    let _daemon = Fake::serve(&home.socket(), Script { nodes, ..script() });
    let (_, out, _) = home.run(&["run", "diff", "0002e"]);
    assert!(out.contains("\n+bell = '\u{7}\u{1b}[1m'\r\n run(tile)\n"), "{out:?}");
}

#[test]
fn a_verb_of_a_run_is_known_without_run() {
    let home = Home::new();
    for (args, hint) in [
        (&["status", "0002e"][..], "weco run status"),
        (&["stop"], "weco run stop"),
        (&["diff", "0002e", "--step", "best"], "weco run diff"),
    ] {
        let (code, out, err) = home.run(args);
        assert_eq!((code, out.as_str()), (2, ""));
        assert_eq!(err, format!("error: weco has no command '{}'\n  try: {hint}\n", args[0]));
    }
    assert!(home.run(&["nonsense"]).2.contains("unrecognized subcommand"));
}

#[test]
fn a_terminal_gets_colour_unless_it_is_not_wanted() {
    let home = Home::with_runtime_dir();
    let mut nodes = nodes();
    nodes[0].files[0].text = "tile = 8 \u{1b}[2J\nrun(tile)\n".into();
    let _daemon = Fake::serve(&home.socket(), Script { nodes, ..script() });
    let shown = |variables: &[(&str, &str)]| {
        let mut command = home.weco(&["run", "diff", "0002e"]);
        command.envs(variables.iter().copied());
        let (code, shown) = Screen::start(command).end();
        assert_eq!(code, Some(0), "{shown}");
        shown
    };
    let coloured = shown(&[]);
    assert!(coloured.contains("\u{1b}[32m+tile = 8 ␛[2J\u{1b}[0m\r\n run(tile)\r\n"), "{coloured:?}");
    let plain = shown(&[("NO_COLOR", "1")]);
    assert!(plain.contains("\n-tile = 1\r\n+tile = 8 ␛[2J\r\n") && !plain.contains('\u{1b}'), "{plain:?}");
}
