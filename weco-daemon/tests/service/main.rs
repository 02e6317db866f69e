//! The service as clients ask it, over journals in memory: filled by hand, or failing on demand.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod apply;
mod faults;
mod faulty;
mod house;
mod lineage;
mod looking;
mod output;
mod records;
mod runs;
mod support;
