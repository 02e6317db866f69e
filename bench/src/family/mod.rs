//! Task families: what improving a program can be like.
//!
//! Each family is one file and was written before any policy was run on it. All are on one scale: the user's own code
//! is worth 0 to 2, and 10 is the best there is (or, in `drifting`, as good as unreachable), so that means over
//! families weigh them alike.
//!
//! # The halves
//!
//! Families are *open* or *held out* ([`Half`]). Policies are made and tuned on the open half alone; the held-out half
//! is run once a policy is finished, and both are reported. The halves are matched: each has one landscape with a single
//! summit (`smooth` and `drifting`), one where the quickest way up ends too early (`rugged` and `deceptive`), one where
//! gains are rare (`needle` and `plateau`), and one where most children are of no use (`mostly-buggy`, by failing, and
//! `interlocked`, by undoing).

mod deceptive;
mod drifting;
mod interlocked;
mod mostly_buggy;
mod needle;
mod plateau;
mod registry;
mod rugged;
mod smooth;
#[cfg(test)]
mod tests;
mod world;

pub use deceptive::Deceptive;
pub use drifting::Drifting;
pub use interlocked::Interlocked;
pub use mostly_buggy::MostlyBuggy;
pub use needle::Needle;
pub use plateau::Plateau;
pub use registry::{FAMILIES, Family, Half};
pub use rugged::Rugged;
pub use smooth::Smooth;
pub use world::{Faults, World};
