//! Starting the command.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::task::JoinSet;

use super::error::StartError;
use super::leader::Leader;
use super::running::Running;
use super::token::Token;
use crate::eval::capture::Recorder;

/// How long a command may take to end after it was asked to.
pub const DEFAULT_GRACE: Duration = Duration::from_secs(5);

/// Bytes read at once: what a pipe holds.
const READ_BYTES: usize = 64 << 10;

/// Absolute, so that the client's `PATH` is for the command alone and a cheap `posix_spawn` will do.
const SHELL: &str = "/bin/sh";

/// What to run, and within which limits.
#[derive(Clone, Debug)]
pub struct Command {
    /// Run by `sh -c`.
    pub text: String,
    /// Where.
    pub directory: PathBuf,
    /// All of its environment, but for the token.
    pub environment: Vec<(OsString, OsString)>,
    /// Marks its processes.
    pub token: Token,
    /// Longest time it may run.
    pub timeout: Option<Duration>,
    /// How long it may take to end after TERM before it is killed.
    pub grace: Duration,
}

/// Starts the command as the leader of a new process group: stdin is `/dev/null`, stdout and stderr
/// are one pipe, and no signal is blocked. A signal that the daemon handles has its default action
/// (as has SIGPIPE), one that the daemon was started to ignore stays ignored.
///
/// `copy` also takes what it prints.
///
/// Must be called in a Tokio runtime with IO and time.
///
/// # Errors
/// [`StartError`]; nothing runs then.
pub(crate) fn start(command: &Command, copy: Option<Recorder>) -> Result<Running, StartError> {
    let started = Instant::now();
    let failed = |error| StartError::new(&command.directory, error);
    let (child, pipe) = spawn(command).map_err(failed)?;
    let leader = Leader::new(child, command.token.clone()).map_err(failed)?;
    let pipe = Receiver::from_owned_fd(pipe).map_err(failed)?;
    let output = Recorder::default();
    let mut drain = JoinSet::new();
    let recorders = [Some(output.clone()), copy.clone()];
    drain.spawn(read_all(pipe, recorders));
    Ok(Running { leader, drain, output, copy, started, timeout: command.timeout, grace: command.grace })
}

fn spawn(command: &Command) -> io::Result<(Child, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    // The builder holds the pipe's writing ends until it is dropped here: the last of them in this
    // process, so that the pipe ends with the command.
    let child = std::process::Command::new(SHELL)
        .arg0("sh")
        .arg("-c")
        .arg(&command.text)
        .current_dir(&command.directory)
        .env_clear()
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .env(Token::VARIABLE, command.token.value())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()?;
    Ok((child, reader.into()))
}

async fn read_all(mut pipe: Receiver, recorders: [Option<Recorder>; 2]) {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match pipe.read(&mut buffer).await {
            Ok(0) => return,
            Ok(count) => recorders.iter().flatten().for_each(|recorder| recorder.push(&buffer[..count])),
            Err(error) => {
                tracing::warn!(%error, "an evaluation's output could not be read to its end");
                return;
            }
        }
    }
}
