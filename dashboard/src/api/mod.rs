//! `/api/v1`: the service's messages as JSON.

mod actions;
mod body;
pub(crate) mod error;
mod events;
mod extract;
mod limits;
mod node;
mod openapi;
mod patch;
mod reads;
mod report;
mod router;
mod run;
mod trend;
mod update;
mod words;

pub use openapi::openapi;
pub(crate) use reads::{list, one};
pub(crate) use router::router;
pub(crate) use run::{Doing, RunJson};
pub(crate) use trend::Trends;

use std::sync::Arc;

use tonic::Request;
use tonic::metadata::MetadataValue;
use weco_proto::v1::weco_server::Weco;
use weco_proto::version::{VERSION, VERSION_KEY};

use crate::changes::Changes;

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) service: Arc<dyn Weco>,
    pub(crate) trends: Arc<Trends>,
    pub(crate) changes: Changes,
}

/// A message as a client of the service's own version sends it.
pub(crate) fn ask<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(VERSION_KEY, MetadataValue::from_static(VERSION));
    request
}
