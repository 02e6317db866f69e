//! Runs played through [`decide`] without any daemon.

mod derive;
mod duplicates;
mod limits;
mod memory;
mod models;
mod noise;
mod outage;
mod parallel;
mod properties;
mod rechecks;
mod replies;
mod review;
mod search;
mod steps;
mod stops;

use uuid::Uuid;

use super::{Decision, Effect, Input, ModelFailure, NewRevision, decide, decide_with};
use crate::event::{
    EndStatus, Event, Exit, Fault, Form, Outcome, ProcessRef, RunEvent, Stage, Terms, Usage, Verdict, Written,
};
use crate::run::{BlobId, CodeId, EnvironmentRef, Goal, NodeId, RunId, RunSpec, SearchSpec, Source};
use crate::search::{Aide, Greedy};
use crate::state::{RunState, RunStatus};
use crate::summary::Summary;
use crate::tree::Progress;

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
        let Effect::Propose { node, attempt, brief, .. } = self.last_effect().clone() else {
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
            written: Written::default(),
            elsewhere: None,
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
        RunEvent::EvalAbandoned { .. } => "eval_abandoned",
        RunEvent::Failing { .. } => "failing",
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
        RunEvent::Weighed { .. } => "weighed",
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
        samples: Vec::new(),
        verified: false,
        report: None,
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
    NewRevision { files: [("model.py".to_owned(), BlobId([8; 32]))].into(), lines: (3, 2), code: None }
}

fn process() -> ProcessRef {
    ProcessRef { pgid: 12, start_time: 1, boot_id: "boot".into() }
}
