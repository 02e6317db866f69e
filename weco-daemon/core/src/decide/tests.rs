//! Runs played through [`decide`] without any daemon.

mod derive;
mod outage;
mod properties;
mod review;
mod search;

use uuid::Uuid;

use super::{Decision, Effect, Input, ModelFailure, NewRevision, decide, decide_with};
use crate::event::{EndStatus, Event, Exit, Outcome, ProcessRef, RunEvent, Stage, Terms, Usage, Verdict};
use crate::run::{BlobId, EnvironmentRef, Goal, NodeId, RunId, RunSpec, SearchSpec, Source};
use crate::search::{Aide, Greedy};
use crate::state::{RunState, RunStatus};
use crate::summary::Summary;
use crate::tree::Node;

const A_BLOB: BlobId = BlobId([7; 32]);

fn spec(steps: u32, search: SearchSpec) -> RunSpec {
    RunSpec {
        directory: "/somewhere".into(),
        log_dir: "/somewhere/.runs".into(),
        sources: vec![Source { path: "model.py".into(), blob: A_BLOB, mode: 0o644 }],
        steps,
        search,
        seed: 42,
        environment: A_BLOB,
        ..crate::fixture::spec(RunId(Uuid::from_u128(1)))
    }
}

/// A run whose every input and event is kept.
struct Play {
    state: RunState,
    journal: Vec<Event>,
    effects: Vec<Effect>,
}

impl Play {
    fn new(steps: u32) -> Self {
        Self::with(spec(steps, Aide::for_budget(steps)))
    }

    fn with(spec: RunSpec) -> Self {
        let created = Event { seq: 1, at: 0, kind: RunEvent::Created { spec: Box::new(spec) } };
        let state = RunState::new(&created).unwrap();
        let mut play = Self { state, journal: vec![created], effects: Vec::new() };
        play.give(Input::Started);
        play
    }

    fn give(&mut self, input: Input) -> Decision {
        let decision = decide(&mut self.state, input, 5).unwrap();
        self.journal.extend(decision.events.iter().cloned());
        self.effects.extend(decision.effects.iter().cloned());
        decision
    }

    fn last_effect(&self) -> &Effect {
        self.effects.last().expect("something is to be done")
    }

    fn reply(&mut self) -> Decision {
        let Effect::Propose { node, attempt, brief } = self.last_effect().clone() else {
            panic!("no proposal is asked for: {:?}", self.last_effect())
        };
        let usage = Usage { input_tokens: 10, output_tokens: 2 };
        let plan = format!("plan of {node}");
        self.give(Input::Replied {
            node,
            attempt,
            plan,
            files: brief.files,
            lines: (1, 0),
            usage,
            from: None,
        })
    }

    fn evaluated(&mut self, metric: Option<f64>) -> Decision {
        let Effect::Evaluate { node, attempt, .. } = *self.last_effect() else {
            panic!("no evaluation is asked for: {:?}", self.last_effect())
        };
        self.give(Input::EvalEnded { node, attempt, outcome: outcome(metric) })
    }

    fn step(&mut self, metric: Option<f64>) {
        self.reply();
        self.evaluated(metric);
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.journal.iter().map(|event| kind(&event.kind)).collect()
    }
}

fn kind(event: &RunEvent) -> &'static str {
    match event {
        RunEvent::Created { .. } => "created",
        RunEvent::Asked { .. } => "asked",
        RunEvent::Proposed { .. } => "proposed",
        RunEvent::Unusable { .. } => "unusable",
        RunEvent::Failed { .. } => "failed",
        RunEvent::EvalIntended { .. } => "eval_intended",
        RunEvent::EvalStarted { .. } => "eval_started",
        RunEvent::Evaluated { .. } => "evaluated",
        RunEvent::SourceEdited { .. } => "source_edited",
        RunEvent::Warned { .. } => "warned",
        RunEvent::Waiting { .. } => "waiting",
        RunEvent::StopAsked { .. } => "stop_asked",
        RunEvent::Resumed { .. } => "resumed",
        RunEvent::Ended { .. } => "ended",
        RunEvent::Applied { .. } => "applied",
        RunEvent::Inherited { .. } => "inherited",
        RunEvent::Revised { .. } => "revised",
        RunEvent::Approved { .. } => "approved",
        RunEvent::Rejected { .. } => "rejected",
        RunEvent::Returned { .. } => "returned",
        RunEvent::Instructed { .. } => "instructed",
    }
}

fn outcome(metric: Option<f64>) -> Outcome {
    let verdict = match metric {
        Some(metric) => Verdict::Good { metric },
        None => Verdict::Buggy { reason: "exit code 1".into(), hint: String::new() },
    };
    Outcome {
        verdict,
        exit: Exit::Code { code: 0 },
        duration_ms: 3,
        output: A_BLOB,
        output_tail: String::new(),
    }
}

fn resume(steps: Option<u32>) -> Input {
    Input::ResumeAsked { steps, attempts: None, environment: None, apply_best: false, edits: Vec::new() }
}

fn terms() -> Box<Terms> {
    let environment = EnvironmentRef { record: A_BLOB, secret_variables: Vec::new() };
    Box::new(Terms { command: None, directory: "/somewhere".into(), environment })
}

fn revision() -> NewRevision {
    NewRevision { files: [("model.py".to_owned(), BlobId([8; 32]))].into(), lines: (3, 2) }
}

fn process() -> ProcessRef {
    ProcessRef { pgid: 12, start_time: 1, boot_id: "boot".into() }
}

#[test]
fn a_clock_that_jumps_changes_nothing_but_the_times() {
    let steady = played(|_| 5);
    let jumping = played(|turn| [1_000_000, 5, -3, i64::MAX, i64::MIN][turn % 5]);
    assert_eq!(steady, jumping);
}

/// What is recorded of a run of two steps at whose turns the clock shows these times, and of its replay.
fn played(clock: impl Fn(usize) -> i64) -> Vec<RunEvent> {
    let mut play = Play::new(2);
    for turn in 0.. {
        let input = match play.last_effect().clone() {
            _ if play.state.end_status().is_some() => break,
            Effect::Evaluate { node, attempt, .. } => {
                Input::EvalEnded { node, attempt, outcome: outcome(Some(1.0)) }
            }
            Effect::Propose { node, attempt, .. } => {
                Input::Unusable { node, attempt, reason: "no".into(), usage: Usage::default() }
            }
            Effect::Cancel { .. } | Effect::Wake { .. } => {
                unreachable!("nobody stops it, and the model answers")
            }
        };
        let decision = decide(&mut play.state, input, clock(turn)).unwrap();
        play.journal.extend(decision.events);
        play.effects.extend(decision.effects);
    }
    assert_eq!(RunState::replay(&play.journal).unwrap(), play.state);
    play.journal.into_iter().map(|event| event.kind).collect()
}

#[test]
fn a_run_evaluates_the_baseline_then_its_steps_then_ends() {
    let mut play = Play::new(2);
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    play.step(None);
    assert_eq!(
        play.kinds(),
        [
            "created",
            "eval_intended",
            "evaluated",
            "asked",
            "proposed",
            "eval_intended",
            "evaluated",
            "asked",
            "proposed",
            "eval_intended",
            "evaluated",
            "ended"
        ]
    );
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(play.state.tree().best().map(|best| best.id), Some(NodeId(1)));
    assert_eq!(play.state.usage(), Usage { input_tokens: 20, output_tokens: 4 });
    assert_eq!(play.state.steps_done(), 2);
}

#[test]
fn a_step_is_two_commits() {
    let mut play = Play::new(5);
    play.evaluated(Some(1.0));
    let reply: Vec<_> = play.reply().events.iter().map(|event| kind(&event.kind)).collect();
    assert_eq!(reply, ["proposed", "eval_intended"]);
    let result: Vec<_> = play.evaluated(Some(2.0)).events.iter().map(|event| kind(&event.kind)).collect();
    assert_eq!(result, ["evaluated", "asked"]);
}

#[test]
fn a_baseline_that_does_not_work_ends_the_run() {
    let mut play = Play::new(5);
    play.evaluated(None);
    let RunStatus::Ended { status, reason, .. } = play.state.status() else { panic!("it goes on") };
    assert_eq!(*status, EndStatus::Error);
    assert_eq!(reason, "the baseline does not work: exit code 1");
    assert_eq!(play.effects.len(), 1, "nothing was proposed");
}

#[test]
fn an_unusable_reply_is_asked_again_once_with_the_reason_then_the_step_fails() {
    let mut play = Play::new(1);
    play.evaluated(Some(1.0));
    let unusable = |attempt| Input::Unusable {
        node: NodeId(1),
        attempt,
        reason: "no code".into(),
        usage: Usage { input_tokens: 5, output_tokens: 1 },
    };
    play.give(unusable(1));
    let Effect::Propose { attempt: 2, brief, .. } = play.last_effect() else { panic!("not asked again") };
    assert_eq!(brief.unusable.as_deref(), Some("no code"));
    play.give(unusable(2));
    assert_eq!(play.kinds()[3..], ["asked", "unusable", "asked", "unusable", "failed", "ended"]);
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(play.state.usage().input_tokens, 10);
}

#[test]
fn news_of_an_older_attempt_is_dropped() {
    let mut play = Play::new(1);
    play.evaluated(Some(1.0));
    play.give(Input::Recovered);
    let late = Input::Unusable { node: NodeId(1), attempt: 1, reason: "x".into(), usage: Usage::default() };
    assert_eq!(play.give(late), Decision::default());
    let foreign = Input::EvalEnded { node: NodeId(9), attempt: 1, outcome: outcome(Some(1.0)) };
    assert_eq!(play.give(foreign), Decision::default());
}

#[test]
fn a_stop_while_proposing_ends_at_once() {
    let mut play = Play::new(3);
    play.evaluated(Some(1.0));
    let decision = play.give(Input::StopAsked { force: false });
    assert_eq!(decision.effects, [Effect::Cancel { force: false }]);
    assert_eq!(play.state.end_status(), Some(EndStatus::Terminated));
    assert_eq!(play.give(Input::StopAsked { force: true }), Decision::default(), "it is over");
}

#[test]
fn a_stop_while_evaluating_waits_for_the_evaluation_to_end() {
    let mut play = Play::new(3);
    play.evaluated(Some(1.0));
    play.reply();
    play.give(Input::EvalStarted { node: NodeId(1), attempt: 1, process: process() });
    play.give(Input::StopAsked { force: false });
    assert_eq!(play.state.end_status(), None);
    let forced = play.give(Input::StopAsked { force: true });
    assert_eq!(forced.effects, [Effect::Cancel { force: true }]);
    play.give(Input::EvalCancelled { node: NodeId(1), attempt: 1 });
    assert_eq!(play.state.end_status(), Some(EndStatus::Terminated));
}

#[test]
fn a_stopped_run_resumes_where_it_was() {
    let mut play = Play::new(2);
    play.evaluated(Some(1.0));
    play.reply();
    play.give(Input::StopAsked { force: false });
    play.give(Input::EvalCancelled { node: NodeId(1), attempt: 1 });
    play.give(resume(None));
    assert!(matches!(play.last_effect(), Effect::Evaluate { node: NodeId(1), attempt: 2, .. }));
    play.evaluated(Some(3.0));
    play.step(Some(4.0));
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(play.state.steps_done(), 2);
}

#[test]
fn a_complete_run_takes_more_steps() {
    let mut play = Play::new(1);
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    play.give(resume(Some(2)));
    assert_eq!(play.state.steps(), 3);
    play.step(Some(2.5));
    play.step(Some(2.6));
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
}

#[test]
fn a_model_that_cannot_be_asked_ends_the_run_with_its_words() {
    let mut play = Play::new(3);
    play.evaluated(Some(1.0));
    let failure = ModelFailure::Run { reason: "openai: 401 bad key".into(), hint: "set it".into() };
    play.give(Input::ModelFailed { node: NodeId(1), attempt: 1, failure });
    let RunStatus::Ended { status, reason, hint } = play.state.status() else { panic!("it goes on") };
    assert_eq!(
        (*status, reason.as_str(), hint.as_str()),
        (EndStatus::Error, "openai: 401 bad key", "set it")
    );
}

#[test]
fn a_proposer_that_starts_from_another_node_moves_its_own_there() {
    let mut play = Play::with(spec(5, SearchSpec::Greedy));
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    let Effect::Propose { node, attempt, brief } = play.last_effect().clone() else { panic!() };
    assert_eq!(brief.parent, NodeId(1));
    let replied = Input::Replied {
        node,
        attempt,
        plan: String::new(),
        files: brief.files,
        lines: (1, 1),
        usage: Usage::default(),
        from: Some(NodeId(0)),
    };
    play.give(replied);
    let tree = play.state.tree();
    assert_eq!(tree.get(node).and_then(|node| node.parent), Some(NodeId(0)));
    assert_eq!(tree.get(NodeId(0)).unwrap().children, [NodeId(1), NodeId(2)]);
    assert!(tree.get(NodeId(1)).unwrap().children.is_empty());
}

#[test]
fn a_declined_prompt_costs_only_its_step() {
    let mut play = Play::new(2);
    play.evaluated(Some(1.0));
    let failure = ModelFailure::Step { reason: "declined".into() };
    play.give(Input::ModelFailed { node: NodeId(1), attempt: 1, failure });
    assert!(matches!(play.last_effect(), Effect::Propose { node: NodeId(2), .. }));
}

#[test]
fn a_source_holds_the_users_edit_until_a_version_is_in_its_place() {
    let mut play = Play::new(1);
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    let edit = |text| Input::SourceEdited {
        path: "model.py".into(),
        kept_at: "/somewhere/model.py".into(),
        message: "edited".into(),
        text,
    };
    let own = BlobId([9; 32]);
    play.give(edit(None));
    assert!(play.state.edited().is_empty(), "moved away or deleted: the original is back");
    play.give(edit(Some(own)));
    assert!(play.state.edited().contains("model.py") && play.state.originals()["model.py"] == own);
    play.give(edit(Some(A_BLOB)));
    assert!(play.state.edited().is_empty(), "taken back by hand");
    play.give(edit(Some(own)));
    play.give(Input::Applied { node: NodeId(1), paths: vec!["model.py".into()] });
    assert!(play.state.edited().is_empty(), "what is there now is the run's");
}

#[test]
fn what_is_told_of_the_past_is_bounded() {
    let mut play = Play::with(spec(500, SearchSpec::Greedy));
    play.evaluated(Some(1.0));
    for _ in 0..400 {
        play.step(Some(0.5));
    }
    let Effect::Propose { brief, .. } = play.last_effect() else { panic!() };
    assert!(brief.tried.len() <= 30, "{}", brief.tried.len());
    assert!(brief.tried.iter().any(|tried| tried.node == NodeId(400)), "the newest is told");
}
