use std::sync::{Mutex, PoisonError};

use weco_core::decide::{Input, ModelFailure};
use weco_core::event::{Fault, Form, Usage, Written};
use weco_core::prompt::{self, Brief, Texts};
use weco_core::reply::{self, Candidate, Unusable};
use weco_core::run::{FileRefs, Files, NodeId};
use weco_tune::{Exhausted, Proposal, Tuner};

use crate::blobs::Blob;
use crate::eval::process::StopSignal;
use crate::journal::JournalError;
use crate::model::{CallNews, Completion, Model, ModelError, ModelErrorKind};
use crate::run::code;
use crate::run::effects::{Proposer, Seen, Shared, named};
use crate::run::feed::LiveWhat;
use crate::run::lines;
use crate::run::patience::Patience;

/// The end of the parent's output that a prompt may use, in characters.
const OUTPUT_TAIL: usize = 2_500;

/// Proposals of the tuner in a row that the lineage has tried, after which the step is let go: milliseconds each.
const TUNER_TRIES: u32 = 100;

/// Asks for one proposal and reports what came of it. A cancelled call is dropped without a word:
/// the run is stopping and no longer listens.
pub(super) async fn propose(
    shared: &Shared,
    asked: (NodeId, u32),
    model: u32,
    brief: Brief,
    mut stop: StopSignal,
) {
    let asked = ask(shared, asked, model, brief);
    tokio::select! {
        (input, blobs) = asked => shared.mailbox.send(input, blobs).await,
        () = stop.asked() => {}
    }
}

async fn ask(
    shared: &Shared,
    (node, attempt): (NodeId, u32),
    model: u32,
    brief: Brief,
) -> (Input, Vec<Blob>) {
    let answer = match &shared.proposer {
        Proposer::Models(models) => match models.get(model as usize) {
            Some(model) => ask_model(shared, model.as_ref(), node, &brief).await,
            None => Err(unknown(model)),
        },
        Proposer::Builtin(tuner) => ask_builtin(shared, tuner, node, brief.parent).await,
    };
    match answer {
        Ok(Answer::Version { plan, files, usage, from, form }) => {
            let code = code::id(&files);
            let elsewhere = shared.member.elsewhere(code).await;
            match store(shared, node, files).await {
                Ok(Stored { files, lines, blobs }) => {
                    let written = Written { code: Some(code), form };
                    let replied =
                        Input::Replied { node, attempt, plan, files, lines, usage, from, written, elsewhere };
                    (replied, blobs)
                }
                Err(error) => {
                    (Input::ModelFailed { node, attempt, failure: storage_failure(&error) }, Vec::new())
                }
            }
        }
        Ok(Answer::Unusable { reason, usage, fault }) => {
            (Input::Unusable { node, attempt, reason, usage, fault }, Vec::new())
        }
        Err(failure) => (Input::ModelFailed { node, attempt, failure }, Vec::new()),
    }
}

enum Answer {
    Version { plan: String, files: Files, usage: Usage, from: Option<NodeId>, form: Option<Form> },
    Unusable { reason: String, usage: Usage, fault: Fault },
}

/// A record that names a model which the run does not have: a defect.
fn unknown(model: u32) -> ModelFailure {
    let reason = format!("internal error: the run has no model {model}");
    ModelFailure::Run { reason, hint: String::new() }
}

async fn ask_model(
    shared: &Shared,
    model: &dyn Model,
    node: NodeId,
    brief: &Brief,
) -> Result<Answer, ModelFailure> {
    let mut patience = Patience::new(shared, node);
    let files = patience.read(|| shared.load(&brief.files)).await.map_err(|error| storage_failure(&error))?;
    let output = match &brief.parent_output {
        Some(id) => {
            let output = patience.read(|| shared.deps.journal.blob(shared.spec.id, *id)).await;
            output.map_err(|error| storage_failure(&error))?.unwrap_or_default()
        }
        None => Vec::new(),
    };
    let output = String::from_utf8_lossy(&output);
    let second = match &brief.second {
        Some(second) => {
            let files = patience.read(|| shared.load(&second.files)).await;
            Some(files.map_err(|error| storage_failure(&error))?)
        }
        None => None,
    };
    let output = last_chars(&output, OUTPUT_TAIL);
    let prompt = prompt::render(brief, &Texts { files: &files, second: second.as_ref(), output });
    shared.show(node.0, LiveWhat::Proposing { characters: 0, tries: 1, last_fault: String::new() });
    let news = |news: CallNews| show_news(shared, node, news);
    let completion = model.complete(&prompt, &news).await.map_err(model_failure)?;
    Ok(read(&completion, &files))
}

fn read(completion: &Completion, parent: &Files) -> Answer {
    let usage = completion.usage;
    match reply::parse(&completion.text, parent) {
        Ok(Candidate { plan, files, form }) => {
            Answer::Version { plan, files, usage, from: None, form: Some(form) }
        }
        Err(unusable) if completion.truncated => {
            let reason = format!("The answer was cut off at the length limit. {}", unusable.reason);
            Answer::Unusable { reason, usage, fault: unusable.fault }
        }
        Err(Unusable { reason, fault }) => Answer::Unusable { reason, usage, fault },
    }
}

fn show_news(shared: &Shared, node: NodeId, news: CallNews) {
    shared.live.send_modify(|live| {
        let (tries, last_fault) = match live.get(node.0) {
            Some(LiveWhat::Proposing { tries, last_fault, .. }) => (*tries, last_fault.clone()),
            _ => (1, String::new()),
        };
        let what = match news {
            CallNews::Progress(progress) => {
                LiveWhat::Proposing { characters: progress.characters, tries, last_fault }
            }
            CallNews::Retrying { next_try, fault, .. } => {
                LiveWhat::Proposing { characters: 0, tries: next_try, last_fault: fault }
            }
        };
        live.set(node.0, what);
    });
}

fn model_failure(error: ModelError) -> ModelFailure {
    match error.kind {
        ModelErrorKind::Refused => ModelFailure::Step { reason: error.message },
        ModelErrorKind::Unavailable => ModelFailure::Unavailable {
            reason: error.message,
            hint: error.hint,
            retry_after_ms: error.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        },
        _ => ModelFailure::Run { reason: error.message, hint: error.hint },
    }
}

async fn ask_builtin(
    shared: &Shared,
    tuner: &Mutex<Tuner>,
    node: NodeId,
    parent: NodeId,
) -> Result<Answer, ModelFailure> {
    let mut patience = Patience::new(shared, node);
    for seen in shared.take_observations() {
        let files = patience.read(|| shared.load(&seen.files)).await;
        let files = files.map_err(|error| storage_failure(&error))?;
        let mut tuner = tuner.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.result {
            Seen::Result(score) => tuner.observe(seen.node, &files, score),
            Seen::UnderWay => tuner.reserve(&files),
        };
    }
    let seed = shared.spec.seed.wrapping_add(u64::from(node.0));
    match propose_new(shared, tuner, seed).await {
        Ok(Proposal { mut plan, files, from }) => {
            // The tuner chooses by itself where to start; the node is moved there.
            if let Some(other) = from.filter(|from| *from != parent.0) {
                plan.push_str(&format!(" (from step {other})"));
            }
            let from = from.map(NodeId);
            Ok(Answer::Version { plan, files, usage: Usage::default(), from, form: None })
        }
        Err(exhausted) => Err(ModelFailure::NothingLeft { reason: exhausted.to_string() }),
    }
}

/// What the tuner proposes, but for what its lineage has tried: it knows of this run only.
async fn propose_new(shared: &Shared, tuner: &Mutex<Tuner>, seed: u64) -> Result<Proposal, Exhausted> {
    let mut tries = 0;
    loop {
        let proposal = tuner.lock().unwrap_or_else(PoisonError::into_inner).propose(seed)?;
        tries += 1;
        if tries == TUNER_TRIES || shared.member.elsewhere(code::id(&proposal.files)).await.is_none() {
            return Ok(proposal);
        }
    }
}

/// A version ready to be recorded.
struct Stored {
    files: FileRefs,
    /// Added and removed against the baseline.
    lines: (u32, u32),
    blobs: Vec<Blob>,
}

async fn store(shared: &Shared, node: NodeId, files: Files) -> Result<Stored, JournalError> {
    let refs = shared.spec.baseline();
    let baseline = Patience::new(shared, node).read(|| shared.load(&refs)).await?;
    let lines = lines::changed(&baseline, &files);
    let (refs, blobs) = named(files);
    Ok(Stored { files: refs, lines, blobs })
}

fn storage_failure(error: &JournalError) -> ModelFailure {
    ModelFailure::Run { reason: error.to_string(), hint: "see to the disk, then resume the run".into() }
}

fn last_chars(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at);
    &text[start..]
}
