//! Starting the daemon: once, whoever else starts it at the same time, and never waiting in vain.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::iter;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use weco_proto::connect::Client;
use weco_proto::private_dir::ensure_private_dir;
use weco_proto::version::EXIT_LOCKED;

use super::{Daemon, executable};
use crate::error::Error;

/// Longest wait for the daemon to answer. It answers once it has found its runs again, which takes
/// milliseconds; opening a damaged journal is given up after a few seconds.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait between looks at the socket: first and longest. A start takes about 10 ms.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// How long after a daemon that found the lock taken the next is started: the one that had it may have been about
/// to end.
const RESPAWN_PAUSE: Duration = Duration::from_millis(200);

/// Most bytes of the log shown when the start fails.
const EVIDENCE_BYTES: u64 = 1500;

/// What a service manager that started us, or our shell, tells its own service. The daemon is not that service.
const SERVICE_MANAGER: [&str; 6] =
    ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"];

/// Starts the daemon and connects to it, or to one that someone else started meanwhile.
pub(super) async fn start(daemon: &Daemon) -> Result<Client, Error> {
    for private in [&daemon.paths().runtime_dir, &daemon.paths().state_dir] {
        ensure_private_dir(private)?;
    }
    let program = executable::find()?;
    let mut log = Log::open(daemon)?;
    let mut locked = false;
    match timeout(DEADLINE, until_one_answers(daemon, &program, &mut log, &mut locked)).await {
        Ok(result) => result,
        Err(_) if locked => Err(elsewhere(daemon)),
        Err(_) => Err(log.error(format!("weco-daemon did not answer within {} s", DEADLINE.as_secs()))),
    }
}

/// Another has the lock, and none answers where this user's environment says.
fn elsewhere(daemon: &Daemon) -> Error {
    let paths = daemon.paths();
    let pid = std::fs::read_to_string(paths.lock()).unwrap_or_default();
    let (pid, state, socket) = (pid.trim(), paths.state_dir.display(), paths.socket());
    Error::failure(format!(
        "weco-daemon (pid {pid}) has '{state}', but does not answer at '{}'",
        socket.display()
    ))
    .hint(format!(
        "if it was started with another XDG_RUNTIME_DIR or WECO_RUNTIME_DIR, use that, or end it: kill {pid}"
    ))
}

/// Notes in `locked` whether the last start found that another has the lock.
async fn until_one_answers(
    daemon: &Daemon,
    program: &Path,
    log: &mut Log,
    locked: &mut bool,
) -> Result<Client, Error> {
    loop {
        let mut child = log.spawn(program)?;
        match first_news(daemon, &mut child).await? {
            News::Answers(client) => return Ok(client),
            News::Ended(status) if status.code() == Some(i32::from(EXIT_LOCKED)) => *locked = true,
            News::Ended(status) => {
                return Err(log.error(format!("weco-daemon stopped while starting ({})", describe(status))));
            }
        }
        // Another has the lock. It will answer; or it was about to end, and the next one has a chance.
        if let Ok(client) = timeout(RESPAWN_PAUSE, answer(daemon)).await {
            return client;
        }
    }
}

/// What can come of a start.
enum News {
    /// The daemon, or another, answers.
    Answers(Client),
    /// The process has ended.
    Ended(ExitStatus),
}

async fn first_news(daemon: &Daemon, child: &mut Child) -> Result<News, Error> {
    let mut pauses = pauses();
    loop {
        if let Some(client) = daemon.connect().await? {
            return Ok(News::Answers(client));
        }
        if let Some(status) = exited(child)? {
            return Ok(News::Ended(status));
        }
        sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
    }
}

async fn answer(daemon: &Daemon) -> Result<Client, Error> {
    let mut pauses = pauses();
    loop {
        if let Some(client) = daemon.connect().await? {
            return Ok(client);
        }
        sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
    }
}

/// Short pauses first, for a start is short; longer ones later, for then it is not.
fn pauses() -> impl Iterator<Item = Duration> {
    iter::successors(Some(FIRST_PAUSE), |&pause| Some((pause * 2).min(LONGEST_PAUSE)))
}

fn exited(child: &mut Child) -> Result<Option<ExitStatus>, Error> {
    child.try_wait().map_err(|error| Error::failure(format!("cannot watch weco-daemon start: {error}")))
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit code".to_owned(),
    }
}

/// The daemon's log, and how long it was before the start: what comes after is this start's.
struct Log {
    file: File,
    begin: u64,
    path: String,
}

impl Log {
    fn open(daemon: &Daemon) -> Result<Self, Error> {
        let path = daemon.paths().daemon_log();
        let open = || {
            let file = OpenOptions::new().append(true).read(true).create(true).mode(0o600).open(&path)?;
            let begin = file.metadata()?.len();
            Ok((file, begin))
        };
        let (file, begin) = open().map_err(|error: std::io::Error| {
            Error::failure(format!("cannot open the daemon's log '{}': {error}", path.display())).hint(
                format!(
                    "make that directory writable, or set {} to another",
                    weco_proto::paths::STATE_DIR_VARIABLE
                ),
            )
        })?;
        Ok(Self { file, begin, path: path.display().to_string() })
    }

    /// Starts the program with nothing of this terminal but the environment. It leaves our session by itself; it
    /// could not if it led a process group.
    fn spawn(&self, program: &Path) -> Result<Child, Error> {
        let streams = self.file.try_clone().and_then(|out| Ok((out, self.file.try_clone()?)));
        let spawned = streams.and_then(|(out, err)| {
            let mut command = Command::new(program);
            SERVICE_MANAGER.iter().for_each(|variable| {
                command.env_remove(variable);
            });
            command
                .current_dir("/")
                .stdin(Stdio::null())
                .stdout(Stdio::from(out))
                .stderr(Stdio::from(err))
                .spawn()
        });
        spawned.map_err(|error| Error::failure(format!("cannot start '{}': {error}", program.display())))
    }

    fn error(&mut self, message: String) -> Error {
        Error::failure(message)
            .evidence("its log ends", self.end())
            .hint(format!("weco daemon logs   (the whole log: {})", self.path))
    }

    /// The end of what was logged since the start.
    fn end(&mut self) -> String {
        let length = self.file.metadata().map_or(0, |found| found.len());
        let from = self.begin.max(length.saturating_sub(EVIDENCE_BYTES)).min(length);
        let mut bytes = Vec::new();
        let read = self
            .file
            .seek(SeekFrom::Start(from))
            .and_then(|_| (&self.file).take(EVIDENCE_BYTES).read_to_end(&mut bytes));
        match read {
            Ok(_) => whole_lines(&String::from_utf8_lossy(&bytes), from > self.begin).to_owned(),
            Err(error) => format!("(it cannot be read: {error})"),
        }
    }
}

/// `text` without its first line, if that was cut.
fn whole_lines(text: &str, cut: bool) -> &str {
    match text.split_once('\n') {
        Some((_, rest)) if cut => rest,
        _ => text,
    }
}
