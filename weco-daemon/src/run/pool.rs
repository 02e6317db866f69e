//! The workspaces of one run: lent to its evaluations, and made when there is none or none that will do.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{Semaphore, SemaphorePermit};
use weco_core::run::NodeId;

use crate::eval::process::StopSignal;
use crate::eval::protect::{Looking, ProtectError};
use crate::eval::workspace::{Workspace, WorkspaceError};
use crate::isolate::{IsolateError, Made, Origin};
use crate::run::effects::Shared;
use crate::run::feed::LiveWhat;
use crate::run::measure::Trouble;
use crate::run::patience::Patience;
use crate::run::place::own_turn;
use crate::run::protect::{Copies, Wanted};
use crate::run::turns::Turn;

/// The workspaces of a run, one for each step that may be under way. Made when first used.
pub(super) struct SlotPool {
    origin: Origin,
    room: Semaphore,
    free: Mutex<BTreeMap<u32, Option<Box<Isolated>>>>,
    /// The turn in the user's directory in which workspaces are made.
    making: tokio::sync::Mutex<Weak<Turn>>,
}

/// A slot's workspace.
pub(super) struct Isolated {
    pub(super) made: Made,
    pub(super) workspace: Workspace,
    /// The copies of what evaluations must leave as it is.
    pub(super) protected: Copies,
}

/// The use of one slot, until dropped.
pub(super) struct Lease<'s> {
    pool: &'s SlotPool,
    pub(super) slot: u32,
    pub(super) isolated: Option<Box<Isolated>>,
    _permit: Option<SemaphorePermit<'s>>,
}

impl SlotPool {
    /// For `steps` at once.
    pub(super) fn new(origin: Origin, steps: u32) -> Self {
        let steps = steps.max(1);
        let free = (0..steps).map(|slot| (slot, None)).collect();
        Self {
            origin,
            room: Semaphore::new(steps as usize),
            free: Mutex::new(free),
            making: Default::default(),
        }
    }

    /// The run's turn in the user's directory, shared by all slots that are made meanwhile: what is copied there must
    /// be the user's, not what another run evaluates. None if the run is stopped meanwhile.
    async fn turn(&self, shared: &Shared, node: NodeId, stop: &mut StopSignal) -> Option<Arc<Turn>> {
        let mut making = tokio::select! {
            making = self.making.lock() => making,
            () = stop.asked() => return None,
        };
        if let Some(turn) = making.upgrade() {
            return Some(turn);
        }
        let turn = Arc::new(own_turn(shared, node, stop).await?);
        *making = Arc::downgrade(&turn);
        Some(turn)
    }

    /// The lowest slot that is free. There are as many as there are steps under way, so that this waits for one that
    /// is about to be given back, at most.
    pub(super) async fn lease(&self) -> Lease<'_> {
        // The semaphore is never closed.
        let permit = self.room.acquire().await.ok();
        let (slot, isolated) = self.lock().pop_first().unwrap_or((0, None));
        Lease { pool: self, slot, isolated, _permit: permit }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Option<Box<Isolated>>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        // Before the permit goes.
        let isolated = self.isolated.take();
        self.pool.lock().insert(self.slot, isolated);
    }
}

/// Makes a slot's workspace as the user's directory is now, once there is room for it; none if the run is stopped
/// meanwhile.
pub(super) async fn isolate(
    shared: &Shared,
    pool: &SlotPool,
    slot: u32,
    node: NodeId,
    stop: &mut StopSignal,
) -> Result<Option<Box<Isolated>>, Trouble> {
    let mut patience = Patience::new(shared, node);
    loop {
        // While it waits, others have their turns.
        let error = {
            let Some(_turn) = pool.turn(shared, node, stop).await else { return Ok(None) };
            let why = format!("the workspace of slot {slot} is made");
            shared.show(node.0, LiveWhat::Waiting { why });
            match make(shared, pool, slot, stop).await {
                Ok(isolated) => return Ok(Some(Box::new(isolated))),
                Err(error) => error,
            }
        };
        match error {
            Unmade::Isolate(IsolateError::Stopped) | Unmade::Protect(ProtectError::Stopped) => {
                return Ok(None);
            }
            error if error.may_pass() => tokio::select! {
                () = patience.wait(&error) => {}
                () = stop.asked() => return Ok(None),
            },
            error => return Err(Trouble { hint: error.hint(), ..Trouble::new(error) }),
        }
    }
}

/// Why a workspace is not ready.
#[derive(Debug, thiserror::Error)]
enum Unmade {
    #[error(transparent)]
    Isolate(#[from] IsolateError),
    #[error(transparent)]
    Protect(#[from] ProtectError),
    #[error(transparent)]
    Sources(#[from] WorkspaceError),
    #[error(transparent)]
    Panic(#[from] tokio::task::JoinError),
}

impl Unmade {
    fn may_pass(&self) -> bool {
        match self {
            Self::Isolate(error) => error.may_pass(),
            Self::Protect(error) => error.may_pass(),
            Self::Sources(error) => error.may_pass(),
            Self::Panic(_) => false,
        }
    }

    fn hint(&self) -> String {
        match self {
            Self::Isolate(error) => error.hint(),
            Self::Protect(error) => error.hint().to_owned(),
            Self::Sources(_) | Self::Panic(_) => String::new(),
        }
    }
}

/// Makes a slot's workspace, and takes what is protected there.
async fn make(
    shared: &Shared,
    pool: &SlotPool,
    slot: u32,
    stop: &mut StopSignal,
) -> Result<Isolated, Unmade> {
    let (deps, origin, spec) = (Arc::clone(&shared.deps), pool.origin.clone(), shared.spec.clone());
    let wanted = Wanted::default();
    let is_over = wanted.is_over();
    let mut making = tokio::task::spawn_blocking(move || {
        let is_stopped = || is_over.load(Ordering::Relaxed);
        let made = deps.workspaces.make(spec.id, slot, &origin, &is_stopped)?;
        let looking = Looking { originals: &deps.swaps, is_stopped: &is_stopped };
        let protected = Copies::take(&spec, &made, looking)?;
        Ok::<_, Unmade>((made, protected))
    });
    let (made, protected) = tokio::select! {
        made = &mut making => made,
        () = stop.asked() => {
            drop(wanted);
            making.await
        }
    }??;
    let workspace = shared.workspace.lock().await.elsewhere(&made.directory(), shared.spec.id)?;
    Ok(Isolated { made, workspace, protected })
}
