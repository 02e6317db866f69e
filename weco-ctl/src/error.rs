//! How the client fails: one message, the evidence, the next step, and the exit code.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::iter;
use std::process::ExitCode;

use tonic::{Code, Status, TimeoutExpired};
use weco_proto::connect::ConnectError;
use weco_proto::instructions::InstructionsError;
use weco_proto::log_dir::LogDirError;
use weco_proto::paths::{PathsError, RUNTIME_DIR_VARIABLE};
use weco_proto::private_dir::PrivateDirError;
use weco_proto::sources::SourceError;
use weco_proto::status::{hint, status_with_hint};

/// The command line, or what it names, is wrong. Nothing was done.
pub(crate) const EXIT_USAGE: u8 = 2;
/// It did not work.
pub(crate) const EXIT_FAILURE: u8 = 1;
/// The user interrupted it: 128 + SIGINT, as shells say it.
pub(crate) const EXIT_INTERRUPTED: u8 = 130;
/// Nobody reads our output any more: 128 + SIGPIPE, as shells say it.
const EXIT_BROKEN_PIPE: u8 = 141;

/// What kind of failure: decides the exit code, and whether anything is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Usage,
    Failure,
    Interrupted,
    BrokenPipe,
}

/// A failure as people see it.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Error {
    kind: Kind,
    message: String,
    evidence: Option<(String, String)>,
    hint: Option<String>,
}

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), evidence: None, hint: None }
    }

    /// The command line is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// It did not work.
    pub(crate) fn failure(message: impl Into<String>) -> Self {
        Self::new(Kind::Failure, message)
    }

    /// The user interrupted it.
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(Kind::Interrupted, message)
    }

    /// Our own output cannot be written.
    #[expect(clippy::needless_pass_by_value, reason = "it is what map_err passes")]
    pub(crate) fn output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Kind::BrokenPipe, "");
        }
        Self::failure(format!("cannot write the output: {error}"))
    }

    /// Adds what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        self
    }

    /// Adds what to do next, unless that is said already.
    pub(crate) fn or_hint(self, hint: impl Into<String>) -> Self {
        if self.hint.is_some() { self } else { self.hint(hint) }
    }

    /// What is wrong, in one sentence.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What is wrong and what to do next, where there is only one line.
    pub(crate) fn in_one_line(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; try: {hint}", self.message),
            None => self.message.clone(),
        }
    }

    /// The same failure as a status, for those who deal in these.
    pub(crate) fn into_status(self) -> Status {
        status_with_hint(Code::Unavailable, self.message, self.hint.as_deref().unwrap_or_default())
    }

    /// Adds `lines` that show what happened, under a heading such as `its log ends`.
    pub(crate) fn evidence(mut self, heading: &str, lines: impl Into<String>) -> Self {
        self.evidence =
            Some((heading.to_owned(), lines.into())).filter(|(_, lines)| !lines.trim().is_empty());
        self
    }

    /// Says what is wrong on standard error. The exit code to leave with.
    pub(crate) fn report(&self) -> ExitCode {
        if self.kind != Kind::BrokenPipe {
            // If that cannot be written either, the exit code still tells.
            let _ = io::stderr().write_all(self.render().as_bytes());
        }
        ExitCode::from(self.exit_code())
    }

    fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Usage => EXIT_USAGE,
            Kind::Failure => EXIT_FAILURE,
            Kind::Interrupted => EXIT_INTERRUPTED,
            Kind::BrokenPipe => EXIT_BROKEN_PIPE,
        }
    }

    fn render(&self) -> String {
        let mut text = format!("error: {}\n", printable(&self.message));
        if let Some((heading, lines)) = &self.evidence {
            let _ = writeln!(text, "  {heading}:");
            for line in lines.trim_end().lines() {
                let _ = writeln!(text, "    │ {}", printable(line));
            }
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "  try: {}", printable(hint));
        }
        text
    }
}

/// `text` without what would steer the terminal: it may come from files, programs or providers.
fn printable(text: &str) -> String {
    text.chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect()
}

/// Whether the connection broke: that has a cause on this side, while what the daemon says has none.
pub(crate) fn is_lost(status: &Status) -> bool {
    status.source().is_some() && !is_late(status)
}

/// Whether the answer did not come in time; the deadline is watched on both sides.
fn is_late(status: &Status) -> bool {
    let mut causes = iter::successors(status.source(), |&cause| cause.source());
    status.code() == Code::DeadlineExceeded || causes.any(<dyn std::error::Error>::is::<TimeoutExpired>)
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        if is_late(&status) {
            return Self::failure("weco-daemon did not answer in time")
                .hint("weco daemon logs, then weco daemon stop if it hangs");
        }
        if is_lost(&status) {
            return Self::failure(format!("lost contact with weco-daemon: {}", status.message()))
                .hint("weco daemon status");
        }
        let error = match status.code() {
            // The daemon says INVALID_ARGUMENT for what the user asked, found wrong before anything is done.
            Code::InvalidArgument => Self::usage(status.message()),
            Code::Unimplemented => {
                Self::failure("weco-daemon does not know this request: it is of another version")
                    .hint("weco daemon restart (runs go on by themselves), then the same command again")
            }
            _ if status.message().is_empty() => Self::failure(status.code().description()),
            _ => Self::failure(status.message()),
        };
        match hint(&status) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        let hint = match &error {
            ConnectError::NotRunning => "weco daemon start".to_owned(),
            ConnectError::ForeignOwner { .. } | ConnectError::Io { .. } => {
                format!("set {RUNTIME_DIR_VARIABLE} to a directory of your own")
            }
            ConnectError::Protocol { socket, .. } => {
                format!("end that process and remove '{}'", socket.display())
            }
        };
        Self::failure(error.to_string()).hint(hint)
    }
}

impl From<PathsError> for Error {
    fn from(error: PathsError) -> Self {
        Self::failure(error.to_string()).hint(error.hint())
    }
}

impl From<PrivateDirError> for Error {
    fn from(error: PrivateDirError) -> Self {
        Self::failure(error.to_string()).hint(error.hint(RUNTIME_DIR_VARIABLE))
    }
}

impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        Self::usage(error.to_string()).hint(error.hint().unwrap_or_default())
    }
}

impl From<LogDirError> for Error {
    fn from(error: LogDirError) -> Self {
        Self::usage(error.to_string()).hint(error.hint())
    }
}

impl From<InstructionsError> for Error {
    fn from(error: InstructionsError) -> Self {
        Self::usage(error.to_string()).hint(error.hint())
    }
}

#[cfg(test)]
mod tests {
    use weco_proto::status::status_with_hint;

    use super::*;

    #[test]
    fn message_evidence_and_hint_are_shown_in_this_order() {
        let error = Error::failure("weco-daemon stopped while starting (exit code 1)")
            .evidence("its log ends", "one\n\u{1b}[31mtwo\n\n")
            .hint("weco daemon logs");
        insta::assert_snapshot!(error.render(), @r"
        error: weco-daemon stopped while starting (exit code 1)
          its log ends:
            │ one
            │ [31mtwo
          try: weco daemon logs
        ");
    }

    #[test]
    fn a_status_becomes_an_error_with_its_hint() {
        let status = status_with_hint(Code::NotFound, "no run 'abc'", "name another");
        let error = Error::from(status);
        assert_eq!(error.render(), "error: no run 'abc'\n  try: name another\n");
        assert_eq!(error.exit_code(), EXIT_FAILURE);
        assert_eq!(Error::from(Status::invalid_argument("x")).exit_code(), EXIT_USAGE);
        for late in [Status::deadline_exceeded(""), Status::from_error(Box::new(TimeoutExpired(())))] {
            assert!(!is_lost(&late));
            assert!(Error::from(late).render().contains("did not answer in time"));
        }
        assert!(Error::from(Status::unimplemented("")).render().contains("another version"));
        let broken = Status::from_error(Box::new(io::Error::from(io::ErrorKind::BrokenPipe)));
        assert!(is_lost(&broken) && !is_lost(&Status::unavailable("stopping")));
        assert!(Error::from(broken).render().contains("lost contact with weco-daemon"));
    }

    #[test]
    fn every_kind_has_its_exit_code() {
        assert_eq!(Error::usage("").exit_code(), 2);
        assert_eq!(Error::failure("").exit_code(), 1);
        assert_eq!(Error::interrupted("").exit_code(), 130);
        assert_eq!(Error::output(io::ErrorKind::BrokenPipe.into()).exit_code(), 141);
        assert_eq!(Error::output(io::ErrorKind::StorageFull.into()).exit_code(), 1);
    }
}
