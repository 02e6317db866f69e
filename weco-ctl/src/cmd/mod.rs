//! What `weco` does: one verb, one file.

mod apply;
mod daemon;
mod dispatch;
mod environment;
mod facts;
mod finish;
mod key_sources;
mod keys;
mod logs;
mod print;
mod resume;
mod run;
mod session;
mod shell;
mod stop;
mod updates;

pub(crate) use dispatch::perform;
