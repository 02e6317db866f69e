//! The page as a whole, of runs made up event by event.

use std::collections::BTreeMap;

use uuid::Uuid;
use weco_core::event::{EndStatus, Event, Exit, Grounds, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::fixture;
use weco_core::report::{Example, ExampleScore, Experiment, Score};
use weco_core::run::{BlobId, Derived, FileRefs, Files, NodeId, RunId, RunSpec, Source};
use weco_core::state::RunState;

use crate::{Report, elapsed, tails};

const NOTHING: BlobId = BlobId([0; 32]);
const HOSTILE: &str = "</script></title></style><img src=x onerror=\"alert('x')\"><!-- \u{1b}[31m";

/// A run's events so far.
struct Made {
    events: Vec<Event>,
}

impl Made {
    fn new(spec: RunSpec) -> Self {
        let mut made = Self { events: Vec::new() };
        made.push(RunEvent::Created { spec: Box::new(spec) });
        made
    }

    fn push(&mut self, kind: RunEvent) {
        let seq = self.events.len() as u64 + 1;
        let at = 1_700_000_000_000 + 2_500 * i64::try_from(seq).unwrap();
        self.events.push(Event { seq, at, kind });
    }

    fn asked(&mut self, node: u32, parent: u32, stage: Stage) {
        self.push(RunEvent::Asked {
            node: NodeId(node),
            parent: NodeId(parent),
            stage,
            attempt: 1,
            grounds: Grounds::default(),
        });
    }

    fn proposed(&mut self, node: u32, parent: u32, stage: Stage, plan: &str) {
        self.asked(node, parent, stage);
        self.push(RunEvent::Proposed {
            node: NodeId(node),
            plan: plan.to_owned(),
            files: files(),
            lines_added: 3,
            lines_removed: 1,
            usage: Usage { input_tokens: 5_200, output_tokens: 730 },
            from: None,
            written: Default::default(),
        });
    }

    fn evaluated(&mut self, node: u32, verdict: Verdict, output: &str) {
        self.measured(node, verdict, output, Vec::new());
    }

    fn measured(&mut self, node: u32, verdict: Verdict, output: &str, samples: Vec<f64>) {
        let node = NodeId(node);
        self.push(RunEvent::EvalIntended { node, attempt: 1 });
        let outcome = Outcome {
            verdict,
            exit: Exit::Code { code: 0 },
            duration_ms: 1_840,
            output: NOTHING,
            output_tail: output.to_owned(),
            samples,
            verified: false,
            report: None,
        };
        self.push(RunEvent::Evaluated { node, attempt: 1, outcome });
    }

    fn good(&mut self, node: u32, metric: f64) {
        self.evaluated(node, Verdict::Good { metric }, &format!("speedup: {metric}\n"));
    }

    fn html(&self) -> String {
        let state = RunState::replay(&self.events).unwrap();
        let old = Files::from([("model.py".to_owned(), "a = 1\nb = 2\n".to_owned())]);
        let new = Files::from([("model.py".to_owned(), "a = 1\nb = 3\n".to_owned())]);
        let report = Report {
            state: &state,
            tails: &tails(&self.events),
            code: Some((&old, &new)),
            elapsed: elapsed(&self.events),
            made_at: 1_700_001_000_000,
            version: "0.1.0",
        };
        report.html()
    }
}

fn files() -> FileRefs {
    FileRefs::from([("model.py".to_owned(), NOTHING)])
}

fn spec() -> RunSpec {
    let sources = vec![Source { path: "model.py".to_owned(), blob: NOTHING, mode: 0o644 }];
    RunSpec { sources, steps: 20, ..fixture::spec(RunId(Uuid::from_u128(7))) }
}

fn buggy(reason: &str) -> Verdict {
    Verdict::Buggy { reason: reason.to_owned(), hint: String::new() }
}

/// One step of every kind.
fn eventful() -> Made {
    let mut made = Made::new(spec());
    made.good(0, 1.0);
    made.proposed(1, 0, Stage::Draft, "Vectorise the loop.");
    made.good(1, 1.8);
    made.proposed(2, 0, Stage::Draft, "Use threads.");
    made.evaluated(2, buggy("the command failed with exit code 1"), "Traceback\nKeyError: 'x'\n");
    made.proposed(3, 2, Stage::Debug, "Catch the missing key.");
    made.good(3, 1.4);
    made.asked(4, 1, Stage::Improve);
    made.push(RunEvent::Failed { node: NodeId(4), reason: "no reply could be used".to_owned(), last: false });
    made.proposed(5, 1, Stage::Improve, "Fuse both passes.");
    made.good(5, 3.25);
    made.asked(6, 5, Stage::Improve);
    made
}

fn count(html: &str, part: &str) -> usize {
    html.matches(part).count()
}

#[test]
fn every_step_is_in_the_curve_the_tree_and_the_table() {
    let html = eventful().html();
    assert_eq!(count(&html, "class=\"point "), 7);
    for (word, points) in [("best", 1), ("good", 3), ("buggy", 1), ("failed", 1), ("pending", 1)] {
        assert_eq!(count(&html, &format!("class=\"point {word}\"")), points, "{word}");
        assert_eq!(count(&html, &format!("<details class=\"step {word}\">")), points, "{word}");
    }
    // Curve, tree, result, and where a step names its parent.
    assert!((0..=6).all(|step| count(&html, &format!("href=\"#step-{step}\"")) >= 2));
    assert!((0..=6).all(|step| count(&html, &format!("id=\"step-{step}\"")) == 1));
    assert_eq!(count(&html, " path\">"), 3, "5, from 1, from 0");
    for text in [
        "swift-heron",
        "+225 %",
        "What step 5 changes",
        "KeyError: &#39;x&#39;",
        "of step <a href=\"#step-2\">",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert!(
        html.contains("<dd>project</dd>") && !html.contains("/home/u"),
        "no more than the directory's name"
    );
}

#[test]
fn what_was_measured_several_times_is_told_with_its_spread() {
    let mut made = Made::new(spec());
    made.measured(0, Verdict::Good { metric: 1.0 }, "", vec![0.9, 1.1]);
    made.proposed(1, 0, Stage::Draft, "Vectorise the loop.");
    made.measured(1, Verdict::Good { metric: 2.0 }, "", vec![1.5, 2.5]);
    let html = made.html();
    assert!(html.contains("<span> ± 0.71 (2)</span>"), "{html}");
    assert!(html.contains(", from 1.00 ± 0.14 (2)</span>"), "{html}");
}

#[test]
fn hostile_text_is_text_wherever_it_comes_from() {
    let mut made = Made::new(RunSpec {
        metric: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        model: HOSTILE.to_owned(),
        directory: format!("/home/{HOSTILE}"),
        instructions: Some(HOSTILE.to_owned()),
        sources: vec![Source { path: HOSTILE.to_owned(), blob: NOTHING, mode: 0o644 }],
        ..spec()
    });
    made.good(0, 1.0);
    made.proposed(1, 0, Stage::Draft, HOSTILE);
    made.evaluated(1, buggy(HOSTILE), HOSTILE);
    made.push(RunEvent::Ended { status: EndStatus::Error, reason: HOSTILE.into(), hint: HOSTILE.into() });
    let html = made.html();
    for part in ["<script", "</script", "<img", "<!--", "onerror=\"", "alert('", "\u{1b}"] {
        assert!(!html.contains(part), "{part}");
    }
    assert_eq!(count(&html, "</title>"), 1 + 1 + 2, "the page's, the curve's, and each point's");
    assert_eq!(count(&html, "</style>"), 1);
}

#[test]
fn a_run_that_has_only_begun_has_a_page() {
    let html = Made::new(spec()).html();
    assert!(html.contains("No version has worked yet.") && !html.contains("What step"));
    assert!(!html.contains("NaN") && !html.contains("inf"));
    let mut failed = Made::new(spec());
    failed.evaluated(0, buggy("no metric"), "");
    assert!(failed.html().contains("It printed nothing."));
}

#[test]
fn the_page_fetches_and_executes_nothing() {
    let html = eventful().html();
    assert!(html.contains(
        "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\""
    ));
    for part in
        ["<script", "<link", "<iframe", "<form", "src=", "url(", "http://", "https://", "javascript:", " on"]
    {
        let inside_tags = html
            .split('<')
            .filter_map(|tag| tag.split_once('>'))
            .any(|(tag, _)| format!("<{tag}").contains(part));
        assert!(!inside_tags, "{part}");
    }
    assert!(!html.contains("@import") && !html.contains("url("));
}

/// A browser's parser nests some hundred elements; a long chain must not end up beside itself.
#[test]
fn a_long_chain_is_indented_to_a_limit_only() {
    let mut made = Made::new(RunSpec { steps: 300, ..spec() });
    made.good(0, 1.0);
    for step in 1..=300 {
        made.proposed(step, step - 1, Stage::Improve, "More of the same.");
        made.good(step, 1.0 + f64::from(step));
    }
    let html = made.html();
    let tree = html.split("<ul class=\"tree\">").nth(1).unwrap().split("</section>").next().unwrap();
    let mut depth = 0;
    let deepest = tree.split('<').fold(0, |deepest, tag| {
        depth += i32::from(tag.starts_with("ul")) - i32::from(tag.starts_with("/ul"));
        deepest.max(depth)
    });
    assert!((10..20).contains(&deepest), "{deepest}");
    assert_eq!(count(tree, "<li "), 301);
}

#[test]
fn the_newest_tail_of_a_step_counts() {
    let mut made = Made::new(spec());
    made.evaluated(0, buggy("no metric"), "first");
    made.evaluated(0, Verdict::Good { metric: 1.0 }, "second");
    assert_eq!(tails(&made.events), BTreeMap::from([(NodeId(0), "second")]));
}

#[test]
fn only_the_time_that_a_run_went_counts() {
    let at = |at, kind| Event { seq: 1, at, kind };
    let ended =
        || RunEvent::Ended { status: EndStatus::Completed, reason: String::new(), hint: String::new() };
    let applied = || RunEvent::Applied { node: NodeId(1), paths: Vec::new() };
    let resumed = || RunEvent::Resumed { steps: 2, attempts: None, environment: None, apply_best: false };
    let created = || RunEvent::Created { spec: Box::new(spec()) };
    let mut events = vec![at(1_000, created()), at(3_000, RunEvent::StopAsked { force: false })];
    assert_eq!(elapsed(&events), 2_000, "it goes on");
    events.extend([at(7_000, ended()), at(90_000, applied())]);
    assert_eq!(elapsed(&events), 6_000, "what was applied later is no part of it");
    events.extend([at(100_000, resumed()), at(101_500, ended())]);
    assert_eq!(elapsed(&events), 7_500);
    assert_eq!(elapsed(&[]), 0);
}

#[test]
fn step_0_of_a_derived_run_is_not_the_code_as_it_was() {
    let parent = RunId(Uuid::from_u128(9));
    let derived = Derived { lineage: parent, run: parent, node: NodeId(4), files: files() };
    let mut made = Made::new(RunSpec { derived: Some(derived), ..spec() });
    made.push(RunEvent::Inherited {
        outcome: Outcome {
            verdict: Verdict::Good { metric: 2.0 },
            exit: Exit::Code { code: 0 },
            duration_ms: 1_840,
            output: NOTHING,
            output_tail: String::new(),
            samples: Vec::new(),
            verified: false,
            report: None,
        },
    });
    let html = made.html();
    assert!(html.contains("Nothing beat the version it began from."), "{html}");
    assert!(html.contains("the code of step 4 of run ") && !html.contains("the code as it was"), "{html}");
}

#[test]
fn what_a_backend_told_is_shown_and_never_markup() {
    let score = ExampleScore { name: "exact".into(), value: Some(0.0), comment: Some(HOSTILE.into()) };
    let example = |error: Option<&str>| Example {
        id: "e".into(),
        input: HOSTILE.into(),
        error: error.map(str::to_owned),
        scores: vec![score.clone()],
        ..Example::default()
    };
    let html = |url: &str| {
        let total =
            Score { name: HOSTILE.into(), value: Some(0.5), summary: "mean".into(), count: 3, missing: 1 };
        let told = weco_core::report::Report {
            scores: vec![total],
            examples: 4,
            failed: 1,
            worst: vec![example(Some("KeyError")), example(None)],
            experiment: Experiment { name: "weco-qa-0".into(), url: Some(url.into()) },
            notes: vec![HOSTILE.into()],
        };
        let mut made = Made::new(spec());
        made.push(RunEvent::EvalIntended { node: NodeId(0), attempt: 1 });
        made.push(RunEvent::Evaluated {
            node: NodeId(0),
            attempt: 1,
            outcome: Outcome {
                verdict: Verdict::Good { metric: 0.5 },
                exit: Exit::Code { code: 0 },
                duration_ms: 1,
                output: NOTHING,
                output_tail: String::new(),
                samples: Vec::new(),
                verified: false,
                report: Some(Box::new(told)),
            },
        });
        made.html()
    };
    let page = html("https://smith.example/x?a=\"b\"");
    assert!(page.contains("0.5 (mean, 1 missing) · 4 examples, 1 failed"), "{page}");
    assert!(page.contains("href=\"https://smith.example/x?a=&quot;b&quot;\""), "{page}");
    assert!(page.contains("2 worst examples") && page.contains("error: KeyError"), "{page}");
    assert!(!page.contains("<img src=x"), "{page}");
    let page = html("javascript:alert(1)");
    assert!(!page.contains("javascript:") && page.contains("weco-qa-0"), "{page}");
}
