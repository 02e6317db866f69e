//! The dashboard, for the browser.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use std::{env, fs};

use weco_proto::private_dir::check_private_dir;
use weco_proto::v1::StatusRequest;

use super::ask::request;
use super::stdout::say;
use crate::cli::{DashboardArgs, EndArgs, PageArgs};
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::terminal;

/// Opens the list of runs, or prints where it is.
pub(super) async fn dashboard(args: DashboardArgs) -> Result<ExitCode, Error> {
    let mut client = Daemon::from_env()?.connect_or_start().await?;
    let url = client.status(request(StatusRequest {})).await?.into_inner().dashboard_url;
    if url.is_empty() {
        return Err(Error::failure("the dashboard is not served")
            .hint("the daemon's log says why, unless config.toml turns it off: weco daemon logs"));
    }
    say(&format!("{url}\n"))?;
    if !args.url && has_browser() {
        open(&url);
    }
    Ok(ExitCode::SUCCESS)
}

/// Says where a run is in the dashboard, if there is one, and opens it there for people.
pub(super) fn show_run(url: &str, page: PageArgs, end: EndArgs) -> Result<(), Error> {
    if url.is_empty() {
        return Ok(());
    }
    say(&format!("Dashboard: {url}\n"))?;
    if !page.no_open && !end.daemon && terminal::is_here() && has_browser() {
        open(url);
    }
    Ok(())
}

/// Whether a browser would be where the user is: not on the far side of ssh, and only with a display.
fn has_browser() -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_display = cfg!(target_os = "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    has_display && !is_set("SSH_CONNECTION")
}

/// What the files are called that lead a browser to the dashboard.
const PREFIX: &str = "dashboard-";
const SUFFIX: &str = ".html";

/// By when a browser has read such a file.
const READ: Duration = Duration::from_secs(60);

fn open(url: &str) {
    // What is printed does as well; and where no browser is found there is nothing to be done about it.
    let Ok(daemon) = Daemon::from_env() else { return };
    let directory = &daemon.paths().runtime_dir;
    if check_private_dir(directory).is_err() {
        return;
    }
    if let Ok(file) = leading_to(url, directory) {
        let _ = open::that_detached(file);
    }
}

/// Writes a file that leads to `url`, for the user alone: the URL holds the token, and the arguments of programs, such
/// as of the one that opens the browser, are shown to all users. Removes those that were read long ago.
fn leading_to(url: &str, directory: &Path) -> io::Result<PathBuf> {
    for entry in fs::read_dir(directory)?.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|it| it.starts_with(PREFIX) && it.ends_with(SUFFIX));
        if is_ours && is_old(&entry) {
            // One that somebody else removed meanwhile is gone, too.
            let _ = fs::remove_file(entry.path());
        }
    }
    let mut file = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(directory)?;
    let url = escaped(url);
    write!(
        file,
        "<!doctype html>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={url}\">\n<title>weco</title>\n\
         <a href=\"{url}\">The dashboard</a>\n"
    )?;
    Ok(file.keep()?.1)
}

fn is_old(entry: &fs::DirEntry) -> bool {
    let written = entry.metadata().and_then(|found| found.modified());
    written.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > READ))
}

/// For an attribute in double quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_way_to_the_dashboard_is_for_the_user_alone_and_does_not_stay() {
        let directory = tempfile::tempdir().unwrap();
        let first = leading_to("http://weco-1.localhost:7/?token=a&x=\"><script>", directory.path()).unwrap();
        assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&first).unwrap();
        let shown = "0; url=http://weco-1.localhost:7/?token=a&amp;x=&quot;&gt;&lt;script&gt;\"";
        assert!(text.contains(shown), "{text}");
        let second = leading_to("http://weco-1.localhost:7/", directory.path()).unwrap();
        assert!(first.exists(), "it may not be read yet");
        let past = SystemTime::now() - 2 * READ;
        fs::File::options().append(true).open(&first).unwrap().set_modified(past).unwrap();
        let other = directory.path().join("weco.sock");
        fs::File::create(&other).unwrap().set_modified(past).unwrap();
        leading_to("http://weco-1.localhost:7/", directory.path()).unwrap();
        assert!(!first.exists() && second.exists() && other.exists());
    }
}
