//! Where weco keeps its things: the XDG places, each overridable.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use nix::unistd::geteuid;

/// Longest path of a Unix socket, in bytes: `sun_path` has room for 108 with its closing NUL on Linux.
pub const MAX_SOCKET_PATH_BYTES: usize = 107;

/// Overrides [`Paths::state_dir`].
pub const STATE_DIR_VARIABLE: &str = "WECO_STATE_DIR";
/// Overrides [`Paths::runtime_dir`].
pub const RUNTIME_DIR_VARIABLE: &str = "WECO_RUNTIME_DIR";
/// Overrides [`Paths::config_dir`].
pub const CONFIG_DIR_VARIABLE: &str = "WECO_CONFIG_DIR";
/// Overrides [`Paths::log_dir`].
pub const LOG_DIR_VARIABLE: &str = "WECO_LOG_DIR";

/// The directories of one user's weco, all absolute. Nothing is created by naming them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paths {
    /// Journal, blobs, lock and the daemon's log: `WECO_STATE_DIR`, else `$XDG_STATE_HOME/weco`.
    pub state_dir: PathBuf,
    /// The socket: `WECO_RUNTIME_DIR`, else `$XDG_RUNTIME_DIR/weco` or `/run/user/<uid>/weco` if that directory is
    /// ours, else `/tmp/weco-<uid>`. To be private: see [`crate::private_dir`].
    pub runtime_dir: PathBuf,
    /// Settings: `WECO_CONFIG_DIR`, else `$XDG_CONFIG_HOME/weco`.
    pub config_dir: PathBuf,
    /// Logs of detached runs: `WECO_LOG_DIR`, else `/tmp`.
    pub log_dir: PathBuf,
}

/// An environment that does not say where things are.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PathsError {
    /// An override is not an absolute path. Client and daemon work in different directories, so a
    /// relative one would mean two places.
    #[error("{variable} must be an absolute path, but is '{}'", .value.display())]
    Relative {
        /// Which variable.
        variable: &'static str,
        /// Its value.
        value: PathBuf,
    },
    /// Neither the override nor a home directory is known.
    #[error("there is no home directory, so the place that {variable} names is unknown")]
    NoHome {
        /// The override that would help.
        variable: &'static str,
    },
    /// The operating system has no room for the socket's path.
    #[error(
        "the socket's path '{}' is {} bytes long, at most {MAX_SOCKET_PATH_BYTES} are possible",
        .0.display(), .0.as_os_str().len()
    )]
    SocketTooLong(PathBuf),
}

impl PathsError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Relative { variable, value } => format!("{variable}=\"$PWD/{}\"", value.display()),
            Self::NoHome { variable } => format!("set HOME, or {variable} to an absolute path"),
            Self::SocketTooLong(_) => format!("set {RUNTIME_DIR_VARIABLE} to a shorter path"),
        }
    }
}

impl Paths {
    /// The paths that the process's environment names.
    ///
    /// # Errors
    /// See [`PathsError`].
    pub fn from_env() -> Result<Self, PathsError> {
        let home = ProjectDirs::from("", "", "weco");
        Self::resolve(|variable| std::env::var_os(variable), home.as_ref(), geteuid().as_raw())
    }

    /// The paths that `lookup` (an environment) and `home` (the XDG places) name for user `uid`.
    /// An empty value counts as unset.
    ///
    /// # Errors
    /// See [`PathsError`].
    pub fn resolve(
        lookup: impl Fn(&str) -> Option<OsString>,
        home: Option<&ProjectDirs>,
        uid: u32,
    ) -> Result<Self, PathsError> {
        let place = |variable, default: Option<PathBuf>| match lookup(variable) {
            Some(value) if !value.is_empty() => absolute(variable, PathBuf::from(value)),
            _ => default.ok_or(PathsError::NoHome { variable }),
        };
        // Only Linux has directories of its own for state; elsewhere it is data.
        let state = home.map(|home| home.state_dir().unwrap_or(home.data_local_dir()).to_owned());
        let config = home.map(|home| home.config_dir().to_owned());
        let paths = Self {
            state_dir: place(STATE_DIR_VARIABLE, state)?,
            runtime_dir: place(RUNTIME_DIR_VARIABLE, Some(default_runtime_dir(home, uid)))?,
            config_dir: place(CONFIG_DIR_VARIABLE, config)?,
            log_dir: place(LOG_DIR_VARIABLE, Some(PathBuf::from("/tmp")))?,
        };
        let socket = paths.socket();
        if socket.as_os_str().as_bytes().len() > MAX_SOCKET_PATH_BYTES {
            return Err(PathsError::SocketTooLong(socket));
        }
        Ok(paths)
    }

    /// Where the daemon listens.
    pub fn socket(&self) -> PathBuf {
        self.runtime_dir.join("daemon.sock")
    }

    /// Locked by the one daemon that owns [`Self::state_dir`].
    pub fn lock(&self) -> PathBuf {
        self.state_dir.join("daemon.lock")
    }

    /// What the daemon says about itself.
    pub fn daemon_log(&self) -> PathBuf {
        self.state_dir.join("daemon.log")
    }
}

fn absolute(variable: &'static str, value: PathBuf) -> Result<PathBuf, PathsError> {
    if value.is_absolute() { Ok(value) } else { Err(PathsError::Relative { variable, value }) }
}

/// `XDG_RUNTIME_DIR` outlives `su` and is often set in containers that lack the directory: it counts
/// only if it is there and ours, as its specification demands.
fn default_runtime_dir(home: Option<&ProjectDirs>, uid: u32) -> PathBuf {
    home.and_then(ProjectDirs::runtime_dir)
        .filter(|directory| directory.parent().is_some_and(|base| is_owned_directory(base, uid)))
        .map_or_else(|| without_session(Path::new("/run/user"), uid), Path::to_owned)
}

/// Where a shell that no session made (cron's, `su`'s) finds what a session's put there.
fn without_session(sessions: &Path, uid: u32) -> PathBuf {
    let session = sessions.join(uid.to_string());
    if is_owned_directory(&session, uid) {
        session.join("weco")
    } else {
        PathBuf::from(format!("/tmp/weco-{uid}"))
    }
}

fn is_owned_directory(path: &Path, uid: u32) -> bool {
    path.metadata().is_ok_and(|found| found.is_dir() && found.uid() == uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(variables: &[(&str, &str)]) -> Result<Paths, PathsError> {
        let lookup = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v));
        Paths::resolve(lookup, None, 4242)
    }

    const HOME: [(&str, &str); 2] = [(STATE_DIR_VARIABLE, "/s"), (CONFIG_DIR_VARIABLE, "/c")];

    #[test]
    fn overrides_win_and_the_rest_has_defaults() {
        let paths = resolve(&HOME).unwrap();
        assert_eq!(paths.state_dir, Path::new("/s"));
        assert_eq!(paths.config_dir, Path::new("/c"));
        assert_eq!(paths.log_dir, Path::new("/tmp"));
        assert_eq!(paths.runtime_dir, Path::new("/tmp/weco-4242"));
        assert_eq!(paths.socket(), Path::new("/tmp/weco-4242/daemon.sock"));
        assert_eq!(paths.lock(), Path::new("/s/daemon.lock"));
        assert_eq!(paths.daemon_log(), Path::new("/s/daemon.log"));
        let paths =
            resolve(&[HOME[0], HOME[1], (RUNTIME_DIR_VARIABLE, "/r"), (LOG_DIR_VARIABLE, "/l")]).unwrap();
        assert_eq!((paths.runtime_dir, paths.log_dir), ("/r".into(), "/l".into()));
    }

    #[test]
    fn without_a_home_the_missing_variable_is_named() {
        let error = resolve(&[HOME[1]]).unwrap_err();
        assert_eq!(error, PathsError::NoHome { variable: STATE_DIR_VARIABLE });
        assert!(error.hint().contains(STATE_DIR_VARIABLE));
        assert!(resolve(&[(STATE_DIR_VARIABLE, ""), HOME[1]]).is_err(), "empty is unset");
    }

    #[test]
    fn a_relative_override_is_refused() {
        let error = resolve(&[(STATE_DIR_VARIABLE, "state"), HOME[1]]).unwrap_err();
        assert_eq!(error.to_string(), "WECO_STATE_DIR must be an absolute path, but is 'state'");
        assert_eq!(error.hint(), "WECO_STATE_DIR=\"$PWD/state\"");
    }

    #[test]
    fn the_socket_path_has_a_longest_length() {
        let directory = |length: usize| format!("/{}", "x".repeat(length - 1));
        let with = |directory: &str| resolve(&[HOME[0], HOME[1], (RUNTIME_DIR_VARIABLE, directory)]);
        let room = MAX_SOCKET_PATH_BYTES - "/daemon.sock".len();
        assert_eq!(with(&directory(room)).unwrap().socket().as_os_str().len(), MAX_SOCKET_PATH_BYTES);
        let error = with(&directory(room + 1)).unwrap_err();
        assert!(error.to_string().contains("108 bytes long"), "{error}");
        assert!(error.hint().contains("WECO_RUNTIME_DIR"));
    }

    #[test]
    fn a_runtime_directory_counts_only_if_it_is_ours() {
        let here = tempfile::tempdir().unwrap();
        let uid = here.path().metadata().unwrap().uid();
        assert!(is_owned_directory(here.path(), uid));
        assert!(!is_owned_directory(here.path(), uid + 1));
        assert!(!is_owned_directory(&here.path().join("absent"), uid));
        assert_eq!(without_session(here.path(), uid), PathBuf::from(format!("/tmp/weco-{uid}")));
        let session = here.path().join(uid.to_string());
        std::fs::create_dir(&session).unwrap();
        assert_eq!(without_session(here.path(), uid), session.join("weco"), "as in a shell of that session");
    }
}
