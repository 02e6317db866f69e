//! A model server on loopback that speaks the APIs of all providers, as strictly as they do, and breaks
//! down on demand.
//!
//! ```no_run
//! use weco_tests::model_server::{Api, Delivery, ModelServer, Reply};
//!
//! let server = ModelServer::scripted(["First answer.", "Second answer."]);
//! let moody = ModelServer::start(|request| match request.number {
//!     1 => Reply::text("lost").delivered(Delivery::Cut),
//!     _ => Reply::text("here you are"),
//! });
//! let environment = server.environment(); // keys and base URLs, for a child process
//! assert!(server.requests().is_empty());
//! ```

mod api;
mod check;
mod reply;
mod request;
mod respond;
mod server;
mod shape;

pub use api::{Api, KEY};
pub use reply::{Answer, Delivery, Finish, Reply};
pub use request::Request;
pub use server::ModelServer;
