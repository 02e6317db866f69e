//! Turning a run: what waits for approval, and what the model is told.

mod files;
mod instruct;
mod list;
mod mapping;
mod node;
mod output;
mod person;
mod reject;
mod revise;
mod submit;

pub(super) use instruct::instruct;
pub(super) use list::list;
pub(super) use output::Lines;
pub(super) use person::user;
pub(super) use reject::reject;
pub(super) use revise::revise;
pub(super) use submit::submit;
