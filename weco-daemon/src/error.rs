//! What a request can fail with: words for people, and a kind that becomes a gRPC code.

/// A request that could not be carried out. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// What was wrong, and where.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: String,
}

/// What kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The request itself is wrong.
    Invalid,
    /// There is no such run.
    NotFound,
    /// Not in this state.
    State,
    /// The run is live already.
    Live,
    /// The daemon is stopping; it can be asked again once it is back.
    Stopping,
    /// A key is missing or wrong.
    Key,
    /// The machine refuses: disk full, no permission, damage.
    System,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: String::new() }
    }

    /// Nothing is begun any more: the same can be asked once the daemon is back.
    pub(crate) fn stopping() -> Self {
        Self::new(FailureKind::Stopping, "the daemon is stopping")
            .hint("try again; if that does not help, the daemon's log says more: weco daemon logs")
    }

    /// What who follows a run hears when the daemon stops.
    pub(crate) fn parting() -> Self {
        Self::new(FailureKind::Stopping, "the daemon is stopping; the run goes on when it is back")
    }

    /// A request that is wrong itself, without a hint.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Invalid, message)
    }

    /// What must not be: the code is wrong.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        Self::new(FailureKind::System, format!("internal error: {error}"))
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}
