//! `weco run export`: a run, or its report, as a file.

use std::fs::Permissions;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tempfile::NamedTempFile;
use tonic::Streaming;
use weco_proto::v1::{ExportPart, ExportRunRequest, RunSummary};

use super::shell::quote;
use super::status::find;
use super::stdout::say;
use crate::cli::ExportArgs;
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::format::{one_line, short_id};
use crate::ui::prompt::Signals;

/// Permissions of the file, as far as the user's umask allows them.
const MODE: u32 = 0o666;

/// Writes the run's archive, or its report.
pub(super) async fn export(args: ExportArgs) -> Result<ExitCode, Error> {
    let piped = args.output.as_deref() == Some(Path::new("-"));
    if piped && io::stdout().is_terminal() {
        return Err(Error::usage("an archive is not for a terminal").hint("-o FILE, or a pipe"));
    }
    let daemon = Daemon::from_env()?;
    let run = find(&daemon, &args.run.run_id).await?;
    let path = args.output.unwrap_or_else(|| default_name(&run, args.html));
    if !piped {
        check(&path, args.force)?;
    }
    let mut client = daemon.connect_or_start().await?;
    let request = ExportRunRequest { run_id: run.run_id.clone(), report: args.html };
    let parts = client.export_run(request).await?.into_inner();
    if piped {
        let mut out = io::stdout().lock();
        receive(parts, &mut out, Error::output).await?;
        out.flush().map_err(Error::output)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut signals =
        Signals::watch().map_err(|error| Error::failure(format!("cannot watch for Ctrl-C: {error}")))?;
    let size = tokio::select! {
        size = save(parts, &path, args.force) => size?,
        // What was written so far goes with the future that wrote it.
        () = signals.received() => return Err(Error::interrupted("interrupted; nothing was written")),
    };
    say(&told(&run, &path, size, args.html))?;
    Ok(ExitCode::SUCCESS)
}

/// The file for a run. Its name may come from another machine.
fn default_name(run: &RunSummary, html: bool) -> PathBuf {
    let name: String = run.name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let ending = if html { "html" } else { "tar.zst" };
    format!("weco-{name}-{}.{ending}", short_id(&run.run_id)).into()
}

/// Refuses before anything is asked for what would be refused at the end.
fn check(path: &Path, force: bool) -> Result<(), Error> {
    if path.is_dir() {
        return Err(Error::usage(format!("'{}' is a directory", path.display())).hint("-o DIR/FILE"));
    }
    let directory = directory(path);
    if !directory.is_dir() {
        let message = format!("there is no directory '{}'; nothing was written", directory.display());
        return Err(Error::usage(message).hint("-o with a name in a directory that exists"));
    }
    if path.symlink_metadata().is_ok() && !force { Err(exists(path)) } else { Ok(()) }
}

/// Where the file is to be.
fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn exists(path: &Path) -> Error {
    Error::usage(format!("'{}' exists already; nothing was written", path.display()))
        .hint("--force to replace it, or -o with another name")
}

/// Writes beside `path` and renames at the end: what is there under that name is whole.
async fn save(parts: Streaming<ExportPart>, path: &Path, force: bool) -> Result<u64, Error> {
    let failed = |error: &io::Error| Error::failure(format!("cannot write '{}': {error}", path.display()));
    let mut file = tempfile::Builder::new()
        .prefix(".weco-export-")
        .permissions(Permissions::from_mode(MODE))
        .tempfile_in(directory(path))
        .map_err(|error| failed(&error))?;
    let size = receive(parts, &mut file, |error| failed(&error)).await?;
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    persist(file, path, force).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => failed(&error),
    })?;
    Ok(size)
}

fn persist(file: NamedTempFile, path: &Path, force: bool) -> io::Result<()> {
    if force {
        file.persist(path)?
    } else {
        file.persist_noclobber(path)?
    };
    Ok(())
}

/// Writes what comes. How many bytes.
async fn receive(
    mut parts: Streaming<ExportPart>,
    out: &mut impl Write,
    failed: impl Fn(io::Error) -> Error,
) -> Result<u64, Error> {
    let mut size = 0;
    while let Some(part) = parts.message().await? {
        out.write_all(&part.data).map_err(&failed)?;
        size += part.data.len() as u64;
    }
    Ok(size)
}

fn told(run: &RunSummary, path: &Path, size: u64, html: bool) -> String {
    let shown = one_line(&path.display().to_string());
    let what = format!(
        "run {} ({}), {} of {} steps",
        short_id(&run.run_id),
        one_line(&run.name),
        run.steps_done,
        run.steps
    );
    let first = format!("wrote {shown}, {}: {what}\n", bytes(size));
    let next = if html {
        "To see it, open it in a browser.\n".to_owned()
    } else {
        format!("To take it in on another machine: weco import {}\n", quote(&shown))
    };
    first + &next
}

/// A size in the largest unit of which there is at least one.
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)];
    match UNITS.into_iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => format!("{:.1} {unit}", count as f64 / size as f64),
        None => format!("{count} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str) -> RunSummary {
        let run_id = "0002e071-1b67-411f-a514-36947f0c4b31".to_owned();
        RunSummary { run_id, name: name.to_owned(), steps_done: 3, steps: 20, ..RunSummary::default() }
    }

    #[test]
    fn a_file_is_named_for_its_run_and_stays_where_it_is() {
        assert_eq!(default_name(&run("swift-heron"), false), Path::new("weco-swift-heron-0002e071.tar.zst"));
        assert_eq!(default_name(&run("../\u{1b}etc/x"), true), Path::new("weco-etcx-0002e071.html"));
    }

    #[test]
    fn what_cannot_be_written_is_refused_before_anything_is_asked() {
        let missing = Error::usage("there is no directory '/nowhere/at/all'; nothing was written")
            .hint("-o with a name in a directory that exists");
        assert_eq!(check(Path::new("/nowhere/at/all/a.html"), false), Err(missing));
        assert!(check(Path::new("/"), true).is_err());
        assert!(check(Path::new("not-there.html"), false).is_ok());
    }

    #[test]
    fn sizes_are_for_people() {
        let shown = [0, 999, 1_000, 1_250_000, 3_000_000_000].map(bytes);
        assert_eq!(shown, ["0 bytes", "999 bytes", "1.0 KB", "1.2 MB", "3.0 GB"]);
    }

    #[test]
    fn it_says_what_was_written_and_what_to_do_with_it() {
        let text = told(&run("swift-heron"), Path::new("my run.tar.zst"), 1234, false);
        insta::assert_snapshot!(text, @r"
        wrote my run.tar.zst, 1.2 KB: run 0002e071 (swift-heron), 3 of 20 steps
        To take it in on another machine: weco import 'my run.tar.zst'
        ");
        assert!(told(&run("x"), Path::new("a.html"), 9, true).ends_with("open it in a browser.\n"));
    }
}
