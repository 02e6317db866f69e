//! A service and how it is asked.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tonic::Request;
use weco_daemon::backend::Bridge;
use weco_daemon::daemon::About;
use weco_daemon::isolate::{Workspaces, WorkspacesConfig};
use weco_daemon::journal::Journal;
use weco_daemon::log::Logs;
use weco_daemon::model::{Access, Config};
use weco_daemon::rpc::Service;
use weco_daemon::run::{Deps, DevicePool, Registry, Slots, Swaps, Turns};
use weco_daemon::secrets::Secrets;
use weco_proto::version::{VERSION, VERSION_KEY};

/// What the service says was repaired.
pub(crate) const NOTICE: &str = "the index was damaged";

/// Evaluations that may run at once.
const SLOTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);

/// A service over `journal` that keeps logs of runs in `logs`.
pub(crate) fn service(journal: Arc<dyn Journal>, logs: &Path) -> Service {
    let deps = Deps {
        journal,
        access: Access::new(Config::default(), |_| None),
        turns: Turns::default(),
        slots: Slots::new(Some(SLOTS)),
        devices: DevicePool::default(),
        workspaces: Workspaces::new(logs.join("../workspaces"), WorkspacesConfig::default()),
        bridge: Bridge::new(logs.join("../backends")),
        swaps: Swaps::default(),
        logs: Logs::new(logs.to_owned()),
        secrets: Secrets::in_memory(),
    };
    let place = PathBuf::from("/nowhere");
    let about = About {
        socket: place.clone(),
        state_dir: place.clone(),
        log_file: place,
        notices: vec![NOTICE.to_owned()],
        supervisor: None,
        dashboard: None,
    };
    Service::new(Arc::new(Registry::new(Arc::new(deps))), about, Arc::default())
}

/// A request as a client of this version sends it.
pub(crate) fn versioned<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(VERSION_KEY, VERSION.parse().unwrap());
    request
}
