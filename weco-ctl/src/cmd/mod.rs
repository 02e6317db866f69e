//! What `weco` does: one verb, one file.

mod apply;
mod daemon;
mod dispatch;
mod environment;
mod facts;
mod finish;
mod install;
mod logs;
mod print;
mod restart;
mod resume;
mod run;
mod session;
mod shell;
mod stop;
mod uninstall;
mod updates;

pub(crate) use dispatch::perform;
