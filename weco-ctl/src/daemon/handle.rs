//! [`Daemon`]: this user's daemon, running or not.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::time::sleep;
use tonic::Request;
use weco_proto::connect::{Client, ConnectError, connect};
use weco_proto::paths::Paths;
use weco_proto::private_dir::check_private_dir;
use weco_proto::v1::StatusRequest;

use super::unit::{self, Unit};
use super::{executable, start};
use crate::error::{Error, is_lost};

/// Longest wait for a daemon's first answer: it has to think about nothing.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// How often a socket is looked at whose connections break before a word is said: that of a daemon being killed
/// takes some until the kernel has closed it.
const LOOKS: u32 = 10;

/// How long between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// This user's daemon, running or not.
#[derive(Clone, Debug)]
pub(crate) struct Daemon {
    paths: Paths,
}

impl Daemon {
    /// The daemon that the environment leads to.
    pub(crate) fn from_env() -> Result<Self, Error> {
        Ok(Self { paths: Paths::from_env()? })
    }

    /// Where its things are.
    pub(crate) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The systemd units that would run it.
    pub(crate) fn units(&self) -> Result<[Unit; 2], Error> {
        unit::units(&executable::find()?, &self.paths, |variable| std::env::var_os(variable))
    }

    /// Connects, if it is running and answers: the socket of a daemon that was just killed may still take a
    /// connection, but nothing comes of it.
    pub(crate) async fn connect(&self) -> Result<Option<Client>, Error> {
        if self.paths.runtime_dir.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Ok(None);
        }
        // Whoever owns the directory could put a socket of his own there, and be sent our environment.
        check_private_dir(&self.paths.runtime_dir)?;
        let mut looks = 1;
        loop {
            match connect(&self.paths.socket()).await {
                Ok(client) => return alive(client).await,
                Err(ConnectError::NotRunning) => return Ok(None),
                Err(ConnectError::Protocol { .. }) if looks < LOOKS => {
                    looks += 1;
                    sleep(LOOK_INTERVAL).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Connects, after starting it if it is not running.
    pub(crate) async fn connect_or_start(&self) -> Result<Client, Error> {
        match self.connect().await? {
            Some(client) => Ok(client),
            None => start::start(self).await,
        }
    }
}

/// Asks for a first answer. Only a connection that breaks says that nobody is there; a daemon that is slow, or of
/// another version, is left to the question that follows.
async fn alive(mut client: Client) -> Result<Option<Client>, Error> {
    let mut question = Request::new(StatusRequest {});
    question.set_timeout(ANSWER_DEADLINE);
    match client.status(question).await {
        Err(status) if is_lost(&status) => Ok(None),
        _ => Ok(Some(client)),
    }
}
