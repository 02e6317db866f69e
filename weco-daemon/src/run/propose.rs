use std::sync::{Mutex, PoisonError};

use weco_core::decide::{Input, ModelFailure};
use weco_core::event::Usage;
use weco_core::prompt::{self, Brief};
use weco_core::reply;
use weco_core::run::{FileRefs, Files, NodeId};
use weco_tune::{Proposal, Tuner};

use crate::blobs::Blob;
use crate::eval::process::StopSignal;
use crate::journal::JournalError;
use crate::model::{CallNews, Completion, Model, ModelError, ModelErrorKind};
use crate::run::effects::{Proposer, Shared, named};
use crate::run::feed::LiveWhat;
use crate::run::lines;
use crate::run::patience::Patience;

/// The end of the parent's output that a prompt may use, in characters.
const OUTPUT_TAIL: usize = 2_500;

/// Asks for one proposal and reports what came of it. A cancelled call is dropped without a word:
/// the run is stopping and no longer listens.
pub(super) async fn propose(shared: &Shared, node: NodeId, attempt: u32, brief: Brief, mut stop: StopSignal) {
    let asked = ask(shared, node, attempt, brief);
    tokio::select! {
        (input, blobs) = asked => shared.mailbox.send(input, blobs).await,
        () = stop.asked() => {}
    }
}

async fn ask(shared: &Shared, node: NodeId, attempt: u32, brief: Brief) -> (Input, Vec<Blob>) {
    let answer = match &shared.proposer {
        Proposer::Model(model) => ask_model(shared, model.as_ref(), node, &brief).await,
        Proposer::Builtin(tuner) => ask_builtin(shared, tuner, node, brief.parent).await,
    };
    match answer {
        Ok(Answer::Version { plan, files, usage, from }) => match store(shared, node, files).await {
            Ok(Stored { files, lines, blobs }) => {
                (Input::Replied { node, attempt, plan, files, lines, usage, from }, blobs)
            }
            Err(error) => {
                (Input::ModelFailed { node, attempt, failure: storage_failure(&error) }, Vec::new())
            }
        },
        Ok(Answer::Unusable { reason, usage }) => {
            (Input::Unusable { node, attempt, reason, usage }, Vec::new())
        }
        Err(failure) => (Input::ModelFailed { node, attempt, failure }, Vec::new()),
    }
}

enum Answer {
    Version { plan: String, files: Files, usage: Usage, from: Option<NodeId> },
    Unusable { reason: String, usage: Usage },
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
    let prompt = prompt::render(brief, &files, last_chars(&output, OUTPUT_TAIL));
    shared.show(node.0, LiveWhat::Proposing { characters: 0, tries: 1, last_fault: String::new() });
    let news = |news: CallNews| show_news(shared, node, news);
    let completion = model.complete(&prompt, &news).await.map_err(model_failure)?;
    Ok(read(&completion, &files))
}

fn read(completion: &Completion, parent: &Files) -> Answer {
    let usage = completion.usage;
    match reply::parse(&completion.text, parent) {
        Ok(candidate) => Answer::Version { plan: candidate.plan, files: candidate.files, usage, from: None },
        Err(unusable) if completion.truncated => {
            let reason = format!("The answer was cut off at the length limit. {}", unusable.reason);
            Answer::Unusable { reason, usage }
        }
        Err(unusable) => Answer::Unusable { reason: unusable.reason, usage },
    }
}

fn show_news(shared: &Shared, node: NodeId, news: CallNews) {
    shared.live.send_modify(|live| {
        let (tries, last_fault) = match &live.what {
            LiveWhat::Proposing { tries, last_fault, .. } if live.step == node.0 => {
                (*tries, last_fault.clone())
            }
            _ => (1, String::new()),
        };
        live.step = node.0;
        live.what = match news {
            CallNews::Progress(progress) => {
                LiveWhat::Proposing { characters: progress.characters, tries, last_fault }
            }
            CallNews::Retrying { next_try, fault, .. } => {
                LiveWhat::Proposing { characters: 0, tries: next_try, last_fault: fault }
            }
        };
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
        tuner.lock().unwrap_or_else(PoisonError::into_inner).observe(seen.node, &files, seen.score);
    }
    let seed = shared.spec.seed.wrapping_add(u64::from(node.0));
    let proposal = tuner.lock().unwrap_or_else(PoisonError::into_inner).propose(seed);
    match proposal {
        Ok(Proposal { mut plan, files, from }) => {
            // The tuner chooses by itself where to start; the node is moved there.
            if let Some(other) = from.filter(|from| *from != parent.0) {
                plan.push_str(&format!(" (from step {other})"));
            }
            Ok(Answer::Version { plan, files, usage: Usage::default(), from: from.map(NodeId) })
        }
        Err(exhausted) => Err(ModelFailure::NothingLeft { reason: exhausted.to_string() }),
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
