//! Access to language models: from a name to a [`Model`], and from a prompt to a [`Completion`].
//!
//! ```text
//!  name, keys, environment ──> Access::resolve ──> Remote (one handle per run)
//!                                                    │ complete(prompt)
//!                     adapt, retry, total deadline   │
//!            ┌───────────────────────────────────────┘
//!            v
//!  provider: Prompt -> JSON     exchange: POST, idle deadline     reply: bytes -> SSE or JSON
//!            JSON -> Draft  <───────────────────────────────────────┘
//! ```
//!
//! Providers are pure mappings; all input and output is in `http` and `exchange`. An error never
//! contains a key, whatever a server echoes.

mod access;
mod catalogue;
mod config;
mod draft;
mod effort;
mod endpoint;
mod exchange;
mod fault;
mod http;
mod interface;
mod keys;
mod prices;
mod provider;
mod refusal;
mod remote;
mod reply;
mod retry;
mod sse;
mod stores;

pub use access::{Access, Resolved, ResolvedModel};
pub use catalogue::Provider;
pub use config::{CallConfig, CompatibleConfig, Config, ProviderConfig, ProvidersConfig, Seconds};
pub use interface::{CallNews, Completion, Model, ModelError, ModelErrorKind, ReplyProgress};
pub use keys::Secret;
pub use prices::Prices;
pub use stores::KeyStores;
