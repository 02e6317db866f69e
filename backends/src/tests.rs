use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn settings(given: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    let owned = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    given.iter().map(|(name, values)| ((*name).to_owned(), owned(values))).collect()
}

fn complete(backend: &str, given: &[(&str, &[&str])]) -> Result<BTreeMap<String, Value>, InvalidSettings> {
    let given = settings(given);
    let given = given.iter().map(|(name, values)| (name.as_str(), values.as_slice()));
    Given::complete(find(backend).unwrap(), given).map(Given::into_values)
}

fn refused(backend: &str, given: &[(&str, &[&str])]) -> (String, String) {
    let error = complete(backend, given).unwrap_err();
    (error.to_string(), error.hint())
}

const LEAST: [(&str, &[&str]); 2] = [("dataset", &["qa"]), ("target", &["app:answer"])];

#[test]
fn every_backend_has_what_the_daemon_counts_on() {
    for backend in ALL {
        let names: BTreeSet<_> = backend.settings.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), backend.settings.len(), "{}: a name twice", backend.name);
        let required: Vec<_> = backend.required().map(|setting| setting.name).collect();
        assert_eq!(required, ["dataset", "target"]);
        assert!(names.contains("evaluators"));
        for setting in backend.settings {
            assert!(!setting.help.is_empty() && !setting.value_name.is_empty(), "{}", setting.name);
            if let Kind::Choice(words) = setting.kind {
                assert!(words.contains(&setting.default), "{}", setting.name);
            }
        }
    }
    assert!(find("shell").is_none());
}

#[test]
fn settings_are_read_by_their_kinds() {
    let more: [(&str, &[&str]); 5] = [
        ("evaluators", &["exact", "my.checks:Tone.score"]),
        ("max-examples", &["20"]),
        ("dashboard-evaluator-timeout", &["-1"]),
        ("summary", &["median"]),
        ("splits", &["train"]),
    ];
    let values = complete("langsmith", &[LEAST.as_slice(), &more].concat()).unwrap();
    let text = |text: &str| Value::Text(text.to_owned());
    let texts = |texts: &[&str]| Value::Texts(texts.iter().map(|&text| text.to_owned()).collect());
    let expected = [
        ("dataset", text("qa")),
        ("evaluators", texts(&["exact", "my.checks:Tone.score"])),
        ("max-examples", Value::Number(20)),
        ("splits", texts(&["train"])),
        ("summary", text("median")),
        ("target", text("app:answer")),
    ];
    assert_eq!(values, expected.map(|(name, value)| (name.to_owned(), value)).into());
}

#[test]
fn what_does_not_fit_is_refused_by_its_flag() {
    for (name, values, why) in [
        ("target", &["app"][..], "must have the form module:function, such as app:answer"),
        ("target", &["app.py:answer()"], "must have the form module:function, such as app:answer"),
        ("target", &["a:b", "c:d"], "takes one value"),
        ("dataset", &[" "], "must not be empty"),
        ("dataset", &["a\nb"], "must be one line of at most 1000 characters"),
        ("summary", &["sum"], "must be one of mean, median, min, max"),
        ("max-examples", &["0"], "must be a whole number from 1 to 4294967295"),
        ("max-examples", &["-3"], "must be a whole number from 1 to 4294967295"),
        ("dashboard-evaluator-timeout", &["1.5"], "must be a whole number of seconds"),
        ("evaluators", &[], "needs a value"),
    ] {
        let given: Vec<_> = LEAST.into_iter().filter(|(known, _)| *known != name).collect();
        let told = refused("langsmith", &[given.as_slice(), &[(name, values)]].concat()).0;
        assert_eq!(told, format!("--langsmith-{name} {why}"));
    }
    let many = ["x"; 65];
    assert!(refused("langfuse", &[("evaluators", &many)]).0.ends_with("takes at most 64 values"));
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let (message, hint) = refused("langfuse", &[]);
    assert_eq!(message, "--langfuse-dataset and --langfuse-target are required with --eval-backend langfuse");
    assert_eq!(hint, "add --langfuse-dataset <NAME> --langfuse-target <MODULE:FUNCTION>");
    let (message, _) = refused("langsmith", &LEAST[..1]);
    assert_eq!(message, "--langsmith-target is required with --eval-backend langsmith");
    let (message, hint) = refused("langfuse", &[("evaluator", &["x"])]);
    assert_eq!(message, "Langfuse has no setting \"evaluator\"");
    assert_eq!(hint, "did you mean --langfuse-evaluators?");
}

#[test]
fn the_program_is_whole_and_nothing_else() {
    let files = program::files();
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let backends = ALL.iter().map(|backend| format!("weco_bridge/backends/{}/__init__.py", backend.name));
    let common =
        ["__main__.py", "weco_bridge/main.py", "weco_bridge/backends/__init__.py"].map(str::to_owned);
    for path in common.into_iter().chain(backends) {
        assert!(paths.contains(&path.as_str()), "{path} is missing: {paths:?}");
    }
    let is_its_own = |path: &&str| path.starts_with("weco_bridge/") || *path == "__main__.py";
    assert!(paths.iter().all(is_its_own), "{paths:?}");
    assert!(files.iter().all(|(path, _)| path.ends_with(".py") && !path.contains("__pycache__")));
}

proptest! {
    #[test]
    fn nothing_makes_a_check_panic(value in ".*") {
        for setting in ALL.iter().flat_map(|backend| backend.settings) {
            let _ = setting.kind.check(&value);
        }
    }
}
