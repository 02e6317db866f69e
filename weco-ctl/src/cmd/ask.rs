//! Asking the daemon.

use std::time::Duration;

use tonic::Request;
use weco_proto::connect::Client;
use weco_proto::v1::{GetNodeRequest, Node};

use crate::daemon::Daemon;
use crate::error::Error;

/// Longest wait for an answer to most questions: sources are read, an event is flushed; all code of a thousand steps and
/// the list of tens of thousands of runs take tens of milliseconds.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

/// Longest wait where a service may be asked first: the daemon gives it two minutes.
pub(super) const CHECKED_DEADLINE: Duration = Duration::from_secs(150);

/// The daemon, started if need be.
pub(super) async fn connect() -> Result<Client, Error> {
    Daemon::from_env()?.connect_or_start().await
}

/// A request that is answered in time or given up.
pub(super) fn request<T>(message: T) -> Request<T> {
    within(ANSWER_DEADLINE, message)
}

/// The same with a time of its own.
pub(super) fn within<T>(deadline: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

/// One node.
pub(super) async fn node(client: &mut Client, wanted: GetNodeRequest) -> Result<Node, Error> {
    let node = client.get_node(request(wanted)).await?.into_inner().node;
    node.ok_or_else(|| incomplete("no step"))
}

/// An answer without what it is about.
pub(super) fn incomplete(what: &str) -> Error {
    Error::failure(format!("the daemon's answer names {what}")).hint("weco daemon restart")
}
