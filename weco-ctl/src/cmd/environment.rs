//! What evaluations inherit: our environment and working directory.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use weco_proto::v1::EnvVar;

use crate::error::Error;

/// The whole environment, as it is.
pub(super) fn variables() -> Vec<EnvVar> {
    std::env::vars_os()
        .map(|(name, value)| EnvVar { name: OsString::into_vec(name), value: OsString::into_vec(value) })
        .collect()
}

/// The working directory and its name as text.
pub(super) fn working_directory() -> Result<(PathBuf, String), Error> {
    let directory = std::env::current_dir().map_err(|error| {
        Error::usage(format!("the working directory cannot be used: {error}"))
            .hint("cd to the project's directory")
    })?;
    match directory.to_str() {
        Some(name) => Ok((directory.clone(), name.to_owned())),
        None => Err(Error::usage(format!(
            "the name of the working directory '{}' is not UTF-8",
            directory.display()
        ))
        .hint("rename it")),
    }
}
