//! `weco import`: a run from an archive.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use futures_util::Stream;
use futures_util::stream;
use tokio::sync::{mpsc, oneshot};
use weco_proto::v1::{ImportPart, RunStatus, RunSummary};

use super::status_json::status_word;
use super::stdout::say;
use crate::cli::ImportArgs;
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::format::{exact, one_line, short_id, spread};

/// Bytes read at once.
const PART: usize = 64 << 10;

/// Parts that may wait for the daemon.
const AHEAD: usize = 4;

/// Why the archive cannot be read on, and what must be kept so that its parts do not end.
type Failed = (io::Error, mpsc::Sender<ImportPart>);

/// Takes the run in.
pub(super) async fn import(args: ImportArgs) -> Result<ExitCode, Error> {
    let directory = args.directory.as_deref().map(resolve).transpose()?.unwrap_or_default();
    let archive = open(&args.file)?;
    let mut client = Daemon::from_env()?.connect_or_start().await?;
    let (failure, failed) = oneshot::channel();
    let parts = read(archive, directory, failure);
    let reply = tokio::select! {
        // What could be read by then must not pass for the whole.
        Ok((error, _unended)) = failed => return Err(unreadable(&args.file, &error)),
        reply = client.import_run(parts) => reply?.into_inner(),
    };
    let run =
        reply.run.ok_or_else(|| Error::failure("the daemon's answer names no run").hint("weco runs"))?;
    say(&told(&run))?;
    Ok(ExitCode::SUCCESS)
}

fn open(file: &Path) -> Result<Box<dyn Read + Send>, Error> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    if opened.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Error::usage(format!("'{}' is a directory", file.display())));
    }
    Ok(Box::new(opened))
}

fn unreadable(file: &Path, error: &io::Error) -> Error {
    let message = format!("cannot read '{}': {error}", file.display());
    if error.kind() == io::ErrorKind::NotFound { Error::usage(message) } else { Error::failure(message) }
}

/// A directory's absolute path, free of links.
fn resolve(directory: &Path) -> Result<String, Error> {
    let shown = directory.display();
    let absolute = directory
        .canonicalize()
        .map_err(|error| Error::usage(format!("there is no directory '{shown}': {error}")))?;
    if !absolute.is_dir() {
        return Err(Error::usage(format!("'{shown}' is no directory")));
    }
    absolute.into_os_string().into_string().map_err(|_| Error::usage(format!("'{shown}' is not UTF-8")))
}

/// What is read of `archive`, on a thread of its own, because standard input may keep it waiting. After a failure the
/// parts do not end.
fn read(
    mut archive: Box<dyn Read + Send>,
    directory: String,
    failure: oneshot::Sender<Failed>,
) -> impl Stream<Item = ImportPart> + Send + 'static {
    let (sender, mut parts) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let mut directory = Some(directory);
        loop {
            let mut data = vec![0; PART];
            match archive.read(&mut data) {
                Ok(0) if directory.is_none() => return,
                Ok(count) => data.truncate(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    // Whoever waited for this has had the daemon's answer already.
                    let _ = failure.send((error, sender));
                    return;
                }
            }
            let part = ImportPart { data, directory: directory.take().unwrap_or_default() };
            if sender.blocking_send(part).is_err() {
                return;
            }
        }
    });
    stream::poll_fn(move |context| parts.poll_recv(context))
}

fn told(run: &RunSummary) -> String {
    let short = short_id(&run.run_id);
    let mut text = format!(
        "imported run {} ({}): {} of {} steps, {}\n",
        run.run_id,
        one_line(&run.name),
        run.steps_done,
        run.steps,
        status_word(run.status())
    );
    text += &match (run.best_step, run.best_metric) {
        (Some(step), Some(metric)) => {
            let spread = run.best.as_ref().map_or_else(String::new, |best| spread(best.sd, best.count));
            format!("best: step {step}, {} {}{spread}\n", one_line(&run.metric), exact(metric))
        }
        _ => "best: no version has worked yet\n".to_owned(),
    };
    let is_here = Path::new(&run.directory).is_dir();
    let missing = if is_here { "" } else { ", which is not here" };
    text += &format!("directory: {}{missing}\n", one_line(&run.directory));
    text += &format!("To look at it: weco run results {short}, weco run show {short} --step best\n");
    let first = if is_here { "" } else { ", once its sources are there" };
    // A run that has used its steps goes on only with more of them.
    let more = if run.status() == RunStatus::Completed { " -n 20" } else { "" };
    text += &format!("To go on with it{first}: weco resume {short}{more}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_came_and_what_to_do_next() {
        let run = RunSummary {
            run_id: "0002e071-1b67-411f-a514-36947f0c4b31".into(),
            name: "swift-heron".into(),
            directory: "/nowhere\u{1b}[31m".into(),
            metric: "speedup".into(),
            status: RunStatus::Interrupted.into(),
            steps_done: 3,
            steps: 20,
            best_step: Some(2),
            best_metric: Some(3.5),
            ..RunSummary::default()
        };
        insta::assert_snapshot!(told(&run), @"
        imported run 0002e071-1b67-411f-a514-36947f0c4b31 (swift-heron): 3 of 20 steps, interrupted
        best: step 2, speedup 3.5
        directory: /nowhere, which is not here
        To look at it: weco run results 0002e071, weco run show 0002e071 --step best
        To go on with it, once its sources are there: weco resume 0002e071
        ");
        let complete = RunSummary { status: RunStatus::Completed.into(), ..run.clone() };
        assert!(told(&complete).ends_with("weco resume 0002e071 -n 20\n"), "it has used its steps");
        let none = RunSummary { best_step: None, best_metric: None, ..run };
        assert!(told(&none).contains("best: no version has worked yet\n"));
    }
}
