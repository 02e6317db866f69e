//! Where an evaluation takes place: in the user's directory while that is the run's to use, or in a workspace of the
//! run's own; and what it has there for itself alone.
//!
//! What an evaluation leaves behind in a workspace, or changes there, stays for the next one in the same slot, as it
//! does in the user's directory; but not the sources, temporary files in `TMPDIR`, and what the run protects.

use std::ffi::OsString;
use std::path::Path;

use weco_core::run::NodeId;

use crate::eval::process::{Command, StartError, StopSignal};
use crate::eval::workspace::{Edit, Workspace};
use crate::run::devices::Lent;
use crate::run::effects::Shared;
use crate::run::feed::LiveWhat;
use crate::run::measure::{Trouble, noticed};
use crate::run::pool::{Isolated, Lease, SlotPool, isolate};
use crate::run::protect::{Changed, Protected};
use crate::run::turns::{Turn, holder, working_tree};

/// What a slot's number is multiplied by for its `WECO_PORT_OFFSET`: room for the ports of one evaluation.
const PORTS_EACH: u32 = 100;

/// A place for one evaluation, until dropped.
pub(super) struct Place<'s> {
    ground: Ground<'s>,
    devices: Option<Lent>,
    /// Whether another evaluation of the same node is under way, which is the one to be shown and recorded.
    is_beside: bool,
}

enum Ground<'s> {
    /// The user's directory, while it is this run's turn there.
    Own { workspace: tokio::sync::MutexGuard<'s, Workspace>, _turn: Turn },
    /// A workspace of the run.
    Slot { isolated: Box<Isolated>, lease: Lease<'s>, is_spoilt: bool },
}

impl<'s> Place<'s> {
    /// Waits for a place, and makes it if need be; none if the run is stopped meanwhile.
    ///
    /// # Errors
    /// If a workspace cannot be made.
    pub(super) async fn take(
        shared: &'s Shared,
        node: NodeId,
        stop: &mut StopSignal,
    ) -> Result<Option<Self>, Trouble> {
        let Some(ground) = Ground::take(shared, node, stop).await? else { return Ok(None) };
        let mut place = Self { ground, devices: None, is_beside: false };
        Ok(place.equip(shared, node, stop, &mut []).await.then_some(place))
    }

    /// A second place beside this one, each then with devices of its own; none if the run is stopped meanwhile.
    ///
    /// # Errors
    /// As for [`Self::take`].
    pub(super) async fn take_beside(
        &mut self,
        shared: &'s Shared,
        node: NodeId,
        stop: &mut StopSignal,
    ) -> Result<Option<Self>, Trouble> {
        // Two runs that keep theirs while they wait for a second would wait for each other.
        self.devices = None;
        let Some(ground) = Ground::take(shared, node, stop).await? else { return Ok(None) };
        let mut second = Self { ground, devices: None, is_beside: true };
        let is_equipped = self.equip(shared, node, stop, std::slice::from_mut(&mut second)).await;
        Ok(is_equipped.then_some(second))
    }

    /// Waits for devices for this place and `others` together; false if the run is stopped meanwhile.
    async fn equip(
        &mut self,
        shared: &Shared,
        node: NodeId,
        stop: &mut StopSignal,
        others: &mut [Self],
    ) -> bool {
        let kinds = &shared.spec.slots;
        if kinds.is_empty() {
            return true;
        }
        let waiting = |why| shared.show(node.0, LiveWhat::Waiting { why });
        let lent = tokio::select! {
            lent = shared.deps.devices.take(kinds, 1 + others.len(), waiting) => lent,
            () = stop.asked() => return false,
        };
        for (place, lent) in std::iter::once(self).chain(others).zip(lent) {
            place.devices = Some(lent);
        }
        true
    }

    /// Whether another evaluation of the same node is under way, which is the one to be shown and recorded.
    pub(super) fn is_beside(&self) -> bool {
        self.is_beside
    }

    /// Which of the run's evaluations under way this is, from 0.
    pub(super) fn slot(&self) -> u32 {
        match self.ground {
            Ground::Own { .. } => 0,
            Ground::Slot { ref lease, .. } => lease.slot,
        }
    }

    /// The sources there.
    pub(super) fn workspace(&mut self) -> &mut Workspace {
        match &mut self.ground {
            Ground::Own { workspace, .. } => workspace,
            Ground::Slot { isolated, .. } => &mut isolated.workspace,
        }
    }

    /// What has changed here of what is `protected`, or of its copies. Nothing more is measured with such copies: the
    /// slot's next evaluation finds new ones.
    pub(super) async fn changed(
        &self,
        protected: &Protected,
        shared: &Shared,
        node: NodeId,
    ) -> Option<Changed> {
        match &self.ground {
            Ground::Own { .. } => protected.changed(shared, node).await,
            Ground::Slot { isolated, .. } => isolated.protected.changed_or(protected, shared, node).await,
        }
    }

    /// The command as it is run here.
    ///
    /// # Errors
    /// If its directory is not to be found: what stands for it here cannot be told, and the user's own code is not what
    /// is to be measured.
    pub(super) fn fit(&self, mut command: Command) -> Result<Command, Trouble> {
        let mut set = |name: &str, value: OsString| {
            command.environment.retain(|(known, _)| known != name);
            command.environment.push((name.into(), value));
        };
        if let Ground::Slot { isolated, lease, .. } = &self.ground {
            set("WECO_SLOT", lease.slot.to_string().into());
            set("WECO_PORT_OFFSET", (lease.slot * PORTS_EACH).to_string().into());
            set("TMPDIR", isolated.made.tmp().into());
        }
        for (name, value) in self.devices.iter().flat_map(Lent::environment) {
            set(name, value.into());
        }
        if let Ground::Slot { isolated, .. } = &self.ground {
            let lost = |error| Trouble {
                is_command: true,
                ..Trouble::new(StartError::new(&command.directory, error))
            };
            if let Some(instead) = isolated.made.instead_of(&command.directory).map_err(lost)? {
                command.directory = instead;
            }
        }
        Ok(command)
    }

    /// Takes in what was found changed in the sources. In the user's directory that is the user's work: it is
    /// recorded, durably, and restored from now on. In a workspace it is the command's: there nothing must stay of it.
    pub(super) async fn found(&mut self, shared: &Shared, edits: &[Edit]) {
        match &mut self.ground {
            Ground::Own { workspace, .. } => {
                for edit in edits {
                    let (input, blobs) = noticed(edit);
                    shared.mailbox.ask(input, blobs).await;
                }
                workspace.adopt(edits);
            }
            Ground::Slot { isolated, lease, is_spoilt } if !edits.is_empty() => {
                let (run, slot) = (shared.spec.id, lease.slot);
                edits.iter().for_each(|edit| tracing::info!(%run, slot, "{}", edit.message()));
                if let Err(error) = isolated.workspace.write_originals() {
                    tracing::info!(%run, slot, %error, "a workspace is given up");
                    *is_spoilt = true;
                }
            }
            Ground::Slot { .. } => {}
        }
    }

    /// Makes it what the next evaluation is to find.
    pub(super) async fn clear(&self) {
        if let Ground::Slot { isolated, .. } = &self.ground {
            let made = isolated.made.clone();
            // A panic is reported by its hook, and leaves some files.
            let _ = tokio::task::spawn_blocking(move || made.clear_tmp()).await;
        }
    }

    /// Whether it is the run's own, and can be made anew whatever became of it.
    pub(super) fn is_disposable(&self) -> bool {
        matches!(self.ground, Ground::Slot { .. })
    }

    /// Nothing more is measured in this workspace.
    pub(super) fn spoil(&mut self) {
        if let Ground::Slot { is_spoilt, .. } = &mut self.ground {
            *is_spoilt = true;
        }
    }

    /// Whether this workspace is to be made anew.
    pub(super) fn is_spoilt(&self) -> bool {
        matches!(self.ground, Ground::Slot { is_spoilt: true, .. })
    }

    /// Makes the workspace anew; false if the run is stopped meanwhile.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) async fn renew(
        &mut self,
        shared: &Shared,
        node: NodeId,
        stop: &mut StopSignal,
    ) -> Result<bool, Trouble> {
        self.spoil();
        let (Ground::Slot { isolated, lease, is_spoilt }, Some(pool)) = (&mut self.ground, &shared.slots)
        else {
            return Ok(true);
        };
        let Some(made) = isolate(shared, pool, lease.slot, node, stop).await? else { return Ok(false) };
        (*isolated, *is_spoilt) = (made, false);
        Ok(true)
    }

    /// Leaves it to the next evaluation. A workspace that is only dropped is made anew for that.
    pub(super) async fn leave(self) {
        self.clear().await;
        if let Ground::Slot { isolated, mut lease, is_spoilt: false } = self.ground {
            lease.isolated = Some(isolated);
        }
    }
}

impl<'s> Ground<'s> {
    async fn take(shared: &'s Shared, node: NodeId, stop: &mut StopSignal) -> Result<Option<Self>, Trouble> {
        match &shared.slots {
            None => Ok(Self::own(shared, node, stop).await),
            Some(pool) => Self::slot(shared, pool, node, stop).await,
        }
    }

    async fn own(shared: &'s Shared, node: NodeId, stop: &mut StopSignal) -> Option<Self> {
        let turn = own_turn(shared, node, stop).await?;
        Some(Self::Own { workspace: shared.workspace.lock().await, _turn: turn })
    }

    async fn slot(
        shared: &'s Shared,
        pool: &'s SlotPool,
        node: NodeId,
        stop: &mut StopSignal,
    ) -> Result<Option<Self>, Trouble> {
        let mut lease = tokio::select! {
            lease = pool.lease() => lease,
            () = stop.asked() => return Ok(None),
        };
        let slot = lease.slot;
        if let Some(isolated) = lease.isolated.take() {
            let changed = tokio::select! {
                changed = isolated.protected.changed(shared, node) => changed,
                () = stop.asked() => return Ok(None),
            };
            match changed {
                None => return Ok(Some(Self::Slot { isolated, lease, is_spoilt: false })),
                Some(changed) => {
                    tracing::info!(run = %shared.spec.id, slot, "made anew: {}", changed.message())
                }
            }
        }
        let isolated = isolate(shared, pool, slot, node, stop).await?;
        Ok(isolated.map(|isolated| Self::Slot { isolated, lease, is_spoilt: false }))
    }
}

/// Waits for the run's turn in the user's directory; none if the run is stopped meanwhile.
pub(super) async fn own_turn(shared: &Shared, node: NodeId, stop: &mut StopSignal) -> Option<Turn> {
    let tree = working_tree(Path::new(&shared.spec.directory));
    let waiting = |holder: &str| {
        let why = format!("{holder} evaluates in this working tree");
        shared.show(node.0, LiveWhat::Waiting { why });
    };
    tokio::select! {
        turn = shared.deps.turns.take(&tree, holder(&shared.spec), waiting) => Some(turn),
        () = stop.asked() => None,
    }
}
