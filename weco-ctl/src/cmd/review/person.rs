//! Who uses this program.

use std::env;

use nix::unistd::{User, getuid};

/// The user's name, as it is recorded with what he does to a run: what the environment says, or else the system.
pub(in crate::cmd) fn user() -> String {
    let named = env::var("USER").ok().filter(|name| !name.trim().is_empty());
    let known = || User::from_uid(getuid()).ok().flatten().map(|user| user.name);
    named.or_else(known).unwrap_or_else(|| format!("uid {}", getuid()))
}
