use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot, watch};
use weco_core::decide::{Decision, Effect, Input, decide};
use weco_core::event::{EndStatus, Event, RunEvent};
use weco_core::run::{NodeId, RunId};
use weco_core::state::{IllegalEvent, RunState};

use crate::blobs::Blob;
use crate::clock;
use crate::journal::{Durability, JournalError};
use crate::run::apply::{self, Applied};
use crate::run::artifacts::Artifacts;
use crate::run::company::{Company, Watching};
use crate::run::effects::{Effects, RunContext};
use crate::run::feed::{Feed, LiveWhat, Publisher, feed};
use crate::run::kindred::Member;
use crate::run::registry::Deps;

/// News that may wait for a run. A run has up to 32 steps under way and a few clients; should more come at once,
/// the senders wait.
const MAILBOX: usize = 64;

/// How long to wait before trying again to record what a full or failing disk refused.
const RECORD_RETRY: Duration = Duration::from_secs(1);

/// What reaches a run's actor.
#[derive(Debug)]
pub(super) enum Message {
    /// News, the contents that it names, and who waits until what it led to is recorded.
    Input(Box<Input>, Vec<Blob>, Option<oneshot::Sender<Told>>),
    /// The daemon stops: end what is under way, restore the sources, leave the run as it is.
    Shutdown,
}

/// What came of an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The last sequence number recorded.
    pub seq: u64,
    /// Why nothing came of it, if someone asked for what cannot be.
    pub refused: Option<String>,
}

/// A live run, as others see it.
#[derive(Clone, Debug)]
pub struct RunHandle {
    mailbox: mpsc::Sender<Message>,
    stopping: watch::Sender<bool>,
    feed: Feed,
    company: Company,
    /// Held by who says something to a proposal, from the look at it on.
    floor: Arc<Mutex<()>>,
}

impl RunHandle {
    /// What watchers read.
    pub fn feed(&self) -> Feed {
        self.feed.clone()
    }

    /// Counts a client that watches, until what is returned is dropped.
    pub fn watch(&self) -> Watching {
        self.company.join()
    }

    /// How many clients watch. Closes when the run is no longer live and the last of them has left.
    pub(crate) fn watchers(&self) -> watch::Receiver<usize> {
        self.company.count()
    }

    /// For who only has something to say while the run is live, and must not keep it from ending.
    pub(crate) fn warner(&self) -> Warner {
        Warner(self.mailbox.downgrade())
    }

    /// Gives the run an input, with the contents that it names, and waits until what it led to is recorded; none if
    /// the run ended meanwhile.
    pub async fn tell(&self, input: Input, blobs: Vec<Blob>) -> Option<Told> {
        Mailbox(self.mailbox.clone()).ask(input, blobs).await
    }

    /// Waits for everybody who is saying something to a proposal: what one says is known to the next.
    pub(super) async fn floor(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.floor).lock_owned().await
    }

    pub(super) async fn shutdown(&self) {
        self.stopping.send_replace(true);
        // A closed mailbox means that the run is over already.
        let _ = self.mailbox.send(Message::Shutdown).await;
        self.gone().await;
    }

    /// Waits until the actor is gone: nothing of the run is under way and its sources are restored.
    pub(super) async fn gone(&self) {
        let mut recorded = self.feed.recorded.clone();
        while recorded.changed().await.is_ok() {}
    }
}

/// Where what goes wrong beside a run is told to it.
#[derive(Clone, Debug)]
pub(crate) struct Warner(mpsc::WeakSender<Message>);

impl Warner {
    /// Records a warning with the run, unless it is over.
    pub(crate) async fn warn(&self, message: String) {
        if let Some(mailbox) = self.0.upgrade() {
            Mailbox(mailbox).send(Input::Warned { message }, Vec::new()).await;
        }
    }
}

/// Where a run's own tasks report to.
#[derive(Clone, Debug)]
pub(super) struct Mailbox(pub(super) mpsc::Sender<Message>);

impl Mailbox {
    /// Reports news and the contents that it names. A run that is over no longer listens, which is fine.
    pub(super) async fn send(&self, input: Input, blobs: Vec<Blob>) {
        let _ = self.0.send(Message::Input(Box::new(input), blobs, None)).await;
    }

    /// The same, without waiting for room: news that is only nice to have.
    pub(super) fn post(&self, input: Input) {
        let _ = self.0.try_send(Message::Input(Box::new(input), Vec::new(), None));
    }

    /// Reports news and waits until what it led to is recorded.
    pub(super) async fn ask(&self, input: Input, blobs: Vec<Blob>) -> Option<Told> {
        let (reply, recorded) = oneshot::channel();
        self.0.send(Message::Input(Box::new(input), blobs, Some(reply))).await.ok()?;
        recorded.await.ok()
    }
}

/// Why an actor gave up.
#[derive(Debug, thiserror::Error)]
enum ActorError {
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
    #[error(transparent)]
    Journal(JournalError),
    /// The daemon stops and the disk refuses: what was decided is decided again at the next start.
    #[error("the daemon stops")]
    Stopping,
}

struct Actor {
    run: RunId,
    state: RunState,
    inbox: mpsc::Receiver<Message>,
    /// Whether the daemon stops, for when the inbox cannot be looked into.
    stopping: watch::Receiver<bool>,
    publisher: Publisher,
    effects: Effects,
    artifacts: Artifacts,
    deps: Arc<Deps>,
}

/// Starts the actor of a run with its `first` input and the contents that it names. `on_end` is called when it is gone,
/// however it went, with what is true of the run if all of that is recorded.
pub(super) fn spawn(
    state: RunState,
    first: (Input, Vec<Blob>),
    context: RunContext,
    member: Member,
    deps: Arc<Deps>,
    on_end: impl FnOnce(Option<RunState>) + Send + 'static,
) -> RunHandle {
    let (sender, inbox) = mpsc::channel(MAILBOX);
    let (publisher, feed) = feed(state.seq());
    let run = state.spec().id;
    let artifacts = Artifacts::start(&state, Arc::clone(&deps.journal), Mailbox(sender.clone()));
    let mailbox = Mailbox(sender.clone());
    let effects = Effects::new(&state, context, member, Arc::clone(&deps), mailbox, &publisher);
    let (stop, stopping) = watch::channel(false);
    let mut actor =
        Actor { run, state, inbox, stopping, publisher, effects, artifacts, deps: Arc::clone(&deps) };
    let handle = RunHandle {
        mailbox: sender,
        stopping: stop,
        feed,
        company: Company::default(),
        floor: Arc::default(),
    };
    tokio::spawn(async move {
        let outcome = AssertUnwindSafe(actor.live(first)).catch_unwind().await;
        let is_recorded = matches!(outcome, Ok(Ok(())));
        let failure = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(ActorError::Stopping)) => {
                actor.inbox.close();
                while actor.inbox.try_recv().is_ok() {}
                actor.effects.finish(false).await;
                None
            }
            Ok(Err(error)) => Some(error.to_string()),
            Err(panic) => Some(format!("internal error: {}", panic_text(panic.as_ref()))),
        };
        if let Some(reason) = failure {
            tracing::error!(%run, %reason, "the run cannot go on");
            // Nobody answers any more: who waits for that must not be waited for.
            actor.inbox.close();
            while actor.inbox.try_recv().is_ok() {}
            actor.effects.finish(true).await;
            record_failure(&deps, run, reason, &actor.publisher).await;
        }
        // The rest of the actor goes after that, and with it those who wait for its end wait no more.
        on_end(is_recorded.then_some(actor.state));
    });
    handle
}

impl Actor {
    async fn live(&mut self, (first, blobs): (Input, Vec<Blob>)) -> Result<(), ActorError> {
        self.handle(first, blobs, None).await?;
        while self.state.end_status().is_none() {
            match self.inbox.recv().await {
                Some(Message::Input(input, blobs, reply)) => self.handle(*input, blobs, reply).await?,
                Some(Message::Shutdown) | None => {
                    self.close().await?;
                    self.effects.finish(false).await;
                    return Ok(());
                }
            }
        }
        self.close().await?;
        self.effects.finish(true).await;
        if apply::is_due(&self.state) {
            self.apply_best().await?;
        }
        Ok(())
    }

    /// Takes no more news. What has come already counts: tasks that are about to be waited for may wait for it.
    async fn close(&mut self) -> Result<(), ActorError> {
        self.inbox.close();
        while let Ok(message) = self.inbox.try_recv() {
            if let Message::Input(input, blobs, reply) = message {
                self.handle(*input, blobs, reply).await?;
            }
        }
        Ok(())
    }

    /// Writes the best version over the sources, as the user asked for; or records why not.
    async fn apply_best(&mut self) -> Result<(), ActorError> {
        let applied = self.effects.apply_best(&mut self.state).await;
        match applied {
            Ok(Applied { node, events, .. }) => {
                tracing::info!(run = %self.run, step = %node, "applied the best version");
                self.record(&events, &[]).await?;
            }
            Err(failure) => {
                let message = format!("the best version was not applied: {failure}");
                self.handle(Input::Warned { message }, Vec::new(), None).await?;
            }
        }
        self.publisher.recorded(self.state.seq());
        Ok(())
    }

    async fn handle(
        &mut self,
        input: Input,
        blobs: Vec<Blob>,
        reply: Option<oneshot::Sender<Told>>,
    ) -> Result<(), ActorError> {
        let Decision { events, effects, refused } = decide(&mut self.state, input, clock::now())?;
        if events.iter().any(|event| matches!(event.kind, RunEvent::Ended { .. })) {
            self.effects.sync_sources().await;
        }
        // Ending things needs no record, and may be what makes room for it.
        let (cancels, effects): (Vec<_>, Vec<_>) =
            effects.into_iter().partition(|effect| matches!(effect, Effect::Cancel { .. }));
        for cancel in cancels {
            self.effects.start(cancel);
        }
        if !events.is_empty() {
            self.record(&events, &blobs).await?;
            self.effects.note(&events, &self.state);
            self.artifacts.note(&events, &self.state).await;
            self.publisher.live().send_if_modified(|live| {
                let tree = self.state.tree();
                live.retain(|step| tree.get(NodeId(step)).is_none_or(|node| !node.is_done()));
                false
            });
            // What is only written is told with what is flushed next.
            if durability(&events) == Durability::Flushed {
                self.publisher.recorded(self.state.seq());
            }
        }
        if let Some(reply) = reply {
            // The caller may have gone away; the input counts all the same.
            let _ = reply.send(Told { seq: self.state.seq(), refused });
        }
        for effect in effects {
            self.effects.start(effect);
        }
        Ok(())
    }

    /// Appends and flushes. Nothing is decided while the disk refuses; it is tried again until there
    /// is room, and watchers see why nothing moves.
    async fn record(&mut self, events: &[Event], blobs: &[Blob]) -> Result<(), ActorError> {
        loop {
            match self
                .deps
                .journal
                .append(self.run, events.to_vec(), blobs.to_vec(), durability(events))
                .await
            {
                Ok(()) => return Ok(()),
                Err(error) if error.may_pass() => {
                    self.report_blocked(&error);
                    let stopping = self.stopping.wait_for(|stopping| *stopping);
                    if tokio::time::timeout(RECORD_RETRY, stopping).await.is_ok() {
                        return Err(ActorError::Stopping);
                    }
                }
                Err(error) => return Err(ActorError::Journal(error)),
            }
        }
    }

    fn report_blocked(&self, error: &JournalError) {
        tracing::error!(run = %self.run, %error, "cannot record; trying again");
        let step = self.state.tree().steps_asked();
        let why = format!("{error}; free some room, the run goes on by itself");
        self.publisher.live().send_modify(|live| live.set(step, LiveWhat::Waiting { why }));
    }
}

/// That a process runs matters only while the machine is up, so it need not survive a power cut.
fn durability(events: &[Event]) -> Durability {
    let only_process = events.iter().all(|event| matches!(event.kind, RunEvent::EvalStarted { .. }));
    if only_process { Durability::Written } else { Durability::Flushed }
}

/// Ends a run whose actor failed, from what is recorded of it. One that has ended stays as it is.
async fn record_failure(deps: &Deps, run: RunId, reason: String, publisher: &Publisher) {
    let state = deps.journal.read(run, 1, usize::MAX).ok().and_then(|events| RunState::replay(&events).ok());
    let Some(state) = state.filter(|state| state.end_status().is_none()) else { return };
    let kind = RunEvent::Ended { status: EndStatus::Error, reason, hint: String::new() };
    let event = Event { seq: state.seq() + 1, at: clock::now(), kind };
    match deps.journal.append(run, vec![event], Vec::new(), Durability::Flushed).await {
        Ok(()) => publisher.recorded(state.seq() + 1),
        Err(error) => tracing::error!(%run, %error, "cannot record the run's failure"),
    }
}

/// The message of a panic, if it has one.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
