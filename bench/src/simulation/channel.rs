//! How proposer and core talk.

/// What lies between the core and the simulated world. Both give the same runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// Prompts are rendered, replies and outputs parsed, all by the core.
    Text,
    /// Programs and metrics are handed over as they are: quicker.
    Direct,
}
