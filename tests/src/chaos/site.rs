//! A world in which a daemon is killed and started again.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use weco_proto::connect::Client;
use weco_proto::v1::{ResumeRunRequest, StopRunRequest};

use super::job::{Job, Source};
use super::witness::Witness;
use crate::World;
use crate::eventually::DEADLINE;
use crate::model_server::ModelServer;

/// How often a starting daemon's socket is tried.
const LOOK: Duration = Duration::from_micros(500);

/// Where the programs under test are.
#[derive(Clone, Copy, Debug)]
pub struct Programs<'a> {
    /// `weco`.
    pub client: &'a str,
    /// `weco-daemon`.
    pub daemon: &'a str,
}

/// A world with a job in it, and a daemon at most.
pub struct Site {
    /// Its directories and environment.
    pub world: World,
    /// The user's file.
    pub source: Source,
    daemon: Option<Child>,
}

impl Site {
    /// No daemon runs yet.
    pub fn new(programs: Programs<'_>) -> Self {
        let world = World::new(programs.client, programs.daemon);
        fs::DirBuilder::new().mode(0o700).create(world.state()).unwrap();
        let source = Job::write(&world);
        Self { world, source, daemon: None }
    }

    /// Leads the daemon's and the run's model calls to a server.
    pub fn lead_to(&mut self, server: &ModelServer) {
        for (name, value) in server.environment() {
            self.world.set(&name, value);
        }
    }

    /// Where the daemon listens.
    pub fn socket(&self) -> PathBuf {
        self.world.runtime().join("daemon.sock")
    }

    /// Starts a daemon; its log goes where a client would send it.
    pub fn start(&mut self) -> Pid {
        self.start_by(self.world.program("weco-daemon"))
    }

    /// Starts a daemon by a command that becomes one, such as a shell that sets limits first.
    pub fn start_by(&mut self, mut command: Command) -> Pid {
        assert!(self.daemon.is_none(), "one daemon at a time");
        let log =
            fs::OpenOptions::new().create(true).append(true).open(self.world.state().join("daemon.log"));
        let child = command.stdout(Stdio::null()).stderr(log.unwrap()).spawn().unwrap();
        let pid = pid_of(&child);
        self.daemon = Some(child);
        pid
    }

    /// Waits until the daemon serves.
    #[track_caller]
    pub fn await_up(&mut self) {
        let until = Instant::now() + DEADLINE;
        while UnixStream::connect(self.socket()).is_err() {
            let ended = self.daemon.as_mut().unwrap().try_wait().unwrap();
            assert_eq!(ended, None, "the daemon starts:\n{}", self.world.daemon_log());
            assert!(Instant::now() < until, "the daemon serves within {DEADLINE:?}");
            std::thread::park_timeout(LOOK);
        }
    }

    /// Starts a daemon and waits until it serves.
    #[track_caller]
    pub fn up(&mut self) -> Pid {
        let pid = self.start();
        self.await_up();
        pid
    }

    /// The same, unless one runs already.
    #[track_caller]
    pub fn ensure_up(&mut self) {
        if self.daemon.is_none() {
            self.up();
        }
    }

    /// The daemon's process.
    pub fn pid(&self) -> Pid {
        pid_of(self.daemon.as_ref().expect("a daemon"))
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        kill(self.pid(), Signal::SIGKILL).unwrap();
        self.await_gone();
    }

    /// Asks the daemon to stop, as systemd does; does not wait.
    pub fn terminate(&self) {
        kill(self.pid(), Signal::SIGTERM).unwrap();
    }

    /// Waits until the daemon is gone, whoever ended it.
    pub fn await_gone(&mut self) {
        let mut daemon = self.daemon.take().expect("a daemon");
        crate::eventually("the daemon is gone", || daemon.try_wait().unwrap());
    }

    /// Whether the daemon has ended.
    pub fn is_gone(&mut self) -> bool {
        self.daemon.as_mut().is_none_or(|daemon| daemon.try_wait().unwrap().is_some())
    }

    /// Begins a run.
    #[track_caller]
    pub fn begin(&self, job: &Job) -> Witness {
        let request = job.request(&self.world);
        let reply = self.call(async |mut client| client.start_run(request.clone()).await);
        Witness::new(&reply.expect("the run begins").into_inner().run_id)
    }

    /// Asks a run to stop; the daemon may be gone before it answers.
    pub fn stop(&self, run: &str) -> Result<(), tonic::Status> {
        let request = StopRunRequest { run_id: run.to_owned(), force: false, wait: false };
        self.call(async |mut client| client.stop_run(request.clone()).await).map(drop)
    }

    /// Lets a stopped run go on.
    #[track_caller]
    pub fn resume(&self, job: &Job, run: &str) {
        let environment = job.request(&self.world).environment;
        let request = ResumeRunRequest { run_id: run.to_owned(), environment, ..ResumeRunRequest::default() };
        self.call(async |mut client| client.resume_run(request.clone()).await).expect("it goes on");
    }

    /// One request over a connection of its own.
    pub fn call<T>(
        &self,
        request: impl AsyncFnOnce(Client) -> Result<T, tonic::Status>,
    ) -> Result<T, tonic::Status> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            match weco_proto::connect::connect(&self.socket()).await {
                Ok(client) => request(client).await,
                Err(error) => Err(tonic::Status::unavailable(error.to_string())),
            }
        })
    }

    /// The broken promises that the evaluations found.
    pub fn found_broken(&self) -> Option<String> {
        match fs::read_to_string(self.world.work().join("broken")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            found => Some(found.unwrap()),
        }
    }
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            // SIGTERM, so that it ends its evaluations too.
            let _ = kill(pid_of(&daemon), Signal::SIGTERM);
            let until = Instant::now() + DEADLINE;
            while matches!(daemon.try_wait(), Ok(None)) && Instant::now() < until {
                std::thread::park_timeout(LOOK);
            }
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- the daemon's log\n{}", self.world.daemon_log());
        }
    }
}
