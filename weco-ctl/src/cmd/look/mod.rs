//! Looking into a run: one verb, one file.

mod apply;
mod ask;
mod diff;
mod lineage;
mod lineage_status;
mod logs;
mod overview;
mod plotted;
mod results;
mod show;

pub(super) use apply::apply;
pub(super) use diff::diff;
pub(super) use lineage_status::lineage_status;
pub(super) use logs::logs;
pub(super) use overview::overview;
pub(super) use results::results;
pub(super) use show::show;
