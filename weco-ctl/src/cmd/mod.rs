//! What `weco` does: one verb, one file.

mod act;
mod apply;
mod attach;
mod daemon;
mod derive;
mod detach;
mod dispatch;
mod environment;
mod export;
mod facts;
mod finish;
mod import;
mod install;
mod json;
mod key_sources;
mod keys;
mod logs;
mod look;
mod node_json;
mod print;
mod restart;
mod resume;
mod review;
mod run;
mod runs;
mod session;
mod shell;
mod status;
mod status_json;
mod stop;
mod succession;
mod uninstall;
mod updates;

pub(crate) use dispatch::perform;
pub(crate) use status_json::status_word;
