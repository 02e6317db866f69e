//! The systemd units of this user's daemon: the shipped ones, with this installation's places.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use weco_proto::paths::{
    CONFIG_DIR_VARIABLE, LOG_DIR_VARIABLE, Paths, RUNTIME_DIR_VARIABLE, STATE_DIR_VARIABLE,
};

use crate::error::Error;

/// The service's name.
pub(crate) const SERVICE: &str = "weco-daemon.service";
/// The socket's name.
pub(crate) const SOCKET: &str = "weco-daemon.socket";

const SERVICE_TEXT: &str = include_str!("../../../systemd/weco-daemon.service");
const SOCKET_TEXT: &str = include_str!("../../../systemd/weco-daemon.socket");

/// How much the daemon logs.
const LOG_VARIABLE: &str = "WECO_LOG";

/// One unit's name and text.
pub(crate) type Unit = (&'static str, String);

/// The units for the daemon `program` with the places that the environment `lookup` names.
///
/// # Errors
/// If a place cannot be written in a unit.
pub(crate) fn units(
    program: &Path,
    paths: &Paths,
    lookup: impl Fn(&str) -> Option<OsString>,
) -> Result<[Unit; 2], Error> {
    let mut start = String::new();
    for (variable, value) in moved(paths, &lookup) {
        start += &format!("Environment={}\n", assignment(variable, &value)?);
    }
    start += &format!("ExecStart={}", executable(program)?);
    let service = with_line(SERVICE_TEXT, "ExecStart=", &start);
    let socket = if is_managers_own(paths, &lookup) {
        SOCKET_TEXT.to_owned()
    } else {
        let path = text(RUNTIME_DIR_VARIABLE, paths.socket().as_os_str())?.replace('%', "%%");
        with_line(SOCKET_TEXT, "ListenStream=", &format!("ListenStream={path}"))
    };
    Ok([(SERVICE, service), (SOCKET, socket)])
}

/// What the daemon must be told, because systemd's user manager does not have this environment: every
/// place that a variable of weco's or of the XDG specification moves.
fn moved(paths: &Paths, lookup: &impl Fn(&str) -> Option<OsString>) -> Vec<(&'static str, OsString)> {
    let is_set = |name: &str| lookup(name).is_some_and(|value| !value.is_empty());
    let candidates = [
        (STATE_DIR_VARIABLE, is_set("XDG_STATE_HOME"), &paths.state_dir),
        (RUNTIME_DIR_VARIABLE, !is_managers_own(paths, lookup), &paths.runtime_dir),
        (CONFIG_DIR_VARIABLE, is_set("XDG_CONFIG_HOME"), &paths.config_dir),
        (LOG_DIR_VARIABLE, false, &paths.log_dir),
    ];
    let mut moved: Vec<_> = candidates
        .into_iter()
        .filter(|(variable, elsewhere, _)| *elsewhere || is_set(variable))
        .map(|(variable, _, path)| (variable, path.clone().into_os_string()))
        .collect();
    moved.extend(lookup(LOG_VARIABLE).filter(|level| !level.is_empty()).map(|level| (LOG_VARIABLE, level)));
    moved
}

/// Whether the socket is below the directory that a user manager calls `%t`.
fn is_managers_own(paths: &Paths, lookup: &impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name: &str| lookup(name).filter(|value| !value.is_empty());
    let own = is_set("XDG_RUNTIME_DIR").map(|base| Path::new(&base).join("weco"));
    is_set(RUNTIME_DIR_VARIABLE).is_none() && own.as_ref() == Some(&paths.runtime_dir)
}

/// `text` with `replacement` in the place of the line that begins with `start`.
fn with_line(text: &str, start: &str, replacement: &str) -> String {
    let lines = text.lines().map(|line| if line.starts_with(start) { replacement } else { line });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// `name=value` as one word of `Environment=`.
fn assignment(name: &str, value: &OsStr) -> Result<String, Error> {
    let value = text(name, value)?.replace('\\', r"\\").replace('"', "\\\"").replace('%', "%%");
    Ok(format!("\"{name}={value}\""))
}

/// A program's path as the first word of `ExecStart=`. systemd takes no quotes or backslashes in it.
fn executable(program: &Path) -> Result<String, Error> {
    let path = text("the daemon's program", program.as_os_str())?;
    if path.contains(['"', '\'', '\\']) {
        return Err(Error::failure(format!(
            "systemd cannot start '{path}': its name has quotes or a backslash"
        ))
        .hint("install weco and weco-daemon in a directory with a plainer name"));
    }
    Ok(format!("\"{}\"", path.replace('%', "%%")))
}

/// A value as text that a unit's line can hold.
fn text<'a>(what: &str, value: &'a OsStr) -> Result<&'a str, Error> {
    let text = value.to_str().filter(|text| !text.contains(char::is_control));
    text.ok_or_else(|| {
        Error::failure(format!(
            "{what} cannot be written in a systemd unit: '{}' is not plain text",
            value.to_string_lossy()
        ))
        .hint("use a place whose name is UTF-8 without control characters")
    })
}

#[cfg(test)]
mod tests;
