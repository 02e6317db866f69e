//! The dashboard: weco's own service ([`Weco`](weco_proto::v1::weco_server::Weco)) over HTTP on loopback, and the page
//! that uses it.
//!
//! ```text
//! browser ──HTTP──▶ guard ──▶ page, assets
//!                     └─────▶ /api/v1 ──▶ Weco (the daemon's service, called in the same process)
//! ```
//!
//! Nothing is known here that the service does not tell, and nothing is decided here: every request becomes one of
//! the service's, every answer JSON. So what the page can do is what the command line can, by the same checks.
//!
//! # Who may ask
//!
//! Everything but `/healthz` needs the dashboard's token: in the printed URL once, then in a cookie that no other site's
//! page makes the browser send (`guard`). Loopback is shared by all users of a machine; the token is what parts them,
//! and a host name made from it (`weco-….localhost`): a browser sends a cookie to all ports of a host, also to those
//! of other users.

mod api;
mod assets;
mod changes;
mod guard;
mod loopback;
mod metrics;
mod server;
#[cfg(test)]
mod tests;
mod token;
mod welcome;

pub use api::openapi;
pub use loopback::Loopback;
pub use server::{Options, serve};
pub use token::{InvalidToken, Token};
