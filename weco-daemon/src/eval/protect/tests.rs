use std::os::unix::fs::symlink;
use std::{fs, slice};

use tempfile::TempDir;

use super::*;

/// Nothing is evaluated here.
struct AsFound;

impl Originals for AsFound {
    fn original(&self, _: &Path, found: &Hash, is_there: &dyn Fn() -> bool) -> Option<Hash> {
        is_there().then_some(*found)
    }
}

const AT_LEISURE: Looking<'_> = Looking { originals: &AsFound, is_stopped: &|| false };

struct Fixture {
    temp: TempDir,
    directory: PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let temp = TempDir::new().unwrap();
        let directory = temp.path().canonicalize().unwrap().join("project");
        fs::create_dir_all(directory.join("data/deep")).unwrap();
        fs::write(directory.join("eval.py"), "print(1)").unwrap();
        fs::write(directory.join("data/a.csv"), "1").unwrap();
        fs::write(directory.join("data/deep/b.csv"), "2").unwrap();
        Self { temp, directory }
    }

    fn guard(&self, paths: &[&str]) -> Result<Guard, ProtectError> {
        Guard::take(&self.directory, paths, AT_LEISURE)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.directory.join(path), text).unwrap();
    }
}

fn names(guard: &mut Guard) -> String {
    let changed = guard.changed(AT_LEISURE).unwrap();
    guard.names(&changed)
}

#[test]
fn what_differs_is_gone_or_new_is_named() {
    let fixture = Fixture::new();
    let mut guard = fixture.guard(&["eval.py", "./data/"]).unwrap();
    assert_eq!(names(&mut guard), "");
    fixture.write("eval.py", "print(2)");
    assert_eq!(names(&mut guard), "eval.py", "of the same size");
    fixture.write("eval.py", "print(1)");
    assert_eq!(names(&mut guard), "", "it is put back");
    fixture.write("data/new.csv", "3");
    fs::remove_file(fixture.directory.join("data/deep/b.csv")).unwrap();
    assert_eq!(names(&mut guard), "data/new.csv, data/deep/b.csv");
}

#[test]
fn what_was_recorded_is_compared_with() {
    let fixture = Fixture::new();
    let paths = ["eval.py".to_owned(), "data".to_owned()];
    let record = Guard::take(&fixture.directory, &paths, AT_LEISURE).unwrap().record();
    let mut again = Guard::from_record(&fixture.directory, &paths, &record);
    assert_eq!(names(&mut again), "");
    fixture.write("data/a.csv", "9");
    let mut again = Guard::from_record(&fixture.directory, &paths, &record);
    assert_eq!(names(&mut again), "data/a.csv");
    assert_eq!(again.record(), record);
}

#[test]
fn a_time_that_was_set_back_hides_nothing() {
    let fixture = Fixture::new();
    let path = fixture.directory.join("eval.py");
    let old = std::time::SystemTime::UNIX_EPOCH;
    let set = || fs::File::open(&path).unwrap().set_modified(old).unwrap();
    set();
    let mut guard = fixture.guard(&["eval.py"]).unwrap();
    assert_eq!(names(&mut guard), "");
    fixture.write("eval.py", "print(2)");
    set();
    assert_eq!(names(&mut guard), "eval.py");
}

#[test]
fn links_are_not_followed_but_for_the_one_that_was_named() {
    let fixture = Fixture::new();
    let outside = fixture.temp.path().canonicalize().unwrap().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("c.csv"), "3").unwrap();
    symlink(&outside, fixture.directory.join("data/link")).unwrap();
    symlink(&outside, fixture.directory.join("named")).unwrap();
    symlink("nowhere", fixture.directory.join("data/broken")).unwrap();
    let mut guard = fixture.guard(&["data"]).unwrap();
    fs::write(outside.join("c.csv"), "4").unwrap();
    assert_eq!(names(&mut guard), "");
    let mut guard = fixture.guard(&["named", "data"]).unwrap();
    fs::write(outside.join("c.csv"), "5").unwrap();
    assert_eq!(guard.changed(AT_LEISURE).unwrap(), [outside.join("c.csv")]);
    fs::remove_file(fixture.directory.join("data/link")).unwrap();
    symlink(fixture.temp.path(), fixture.directory.join("data/link")).unwrap();
    assert!(names(&mut guard).contains("data/link"));
}

#[test]
fn what_cannot_be_protected_is_refused() {
    let fixture = Fixture::new();
    let missing = fixture.guard(&["eval.py", "nothing"]).unwrap_err();
    assert!(missing.to_string().ends_with("nothing: there is no such file or directory"), "{missing}");
    let own = [fixture.directory.join("data/a.csv"), fixture.directory.join(".runs")];
    for (path, reason) in [
        ("data/a.csv", "cannot protect data/a.csv: the run itself writes data/a.csv"),
        ("data", "cannot protect data: the run itself writes data/a.csv"),
        (".", "cannot protect .: the run itself writes data/a.csv"),
    ] {
        let refused = refuse_own(&fixture.directory, slice::from_ref(&path.to_owned()), &own).unwrap_err();
        assert_eq!(refused.to_string(), reason);
    }
    refuse_own(&fixture.directory, &["eval.py".to_owned(), "data/deep".to_owned()], &own).unwrap();
}

#[test]
fn a_pipe_is_not_waited_for() {
    let fixture = Fixture::new();
    let pipe = fixture.directory.join("data/pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    let mut guard = fixture.guard(&["data"]).unwrap();
    assert_eq!(names(&mut guard), "");
}

#[test]
fn many_files_are_counted() {
    let fixture = Fixture::new();
    let mut guard = fixture.guard(&["data"]).unwrap();
    (0..7).for_each(|at| fixture.write(&format!("data/{at}"), ""));
    assert_eq!(names(&mut guard), "data/0, data/1, data/2, data/3, data/4 and 2 more");
}

#[test]
fn a_look_at_much_data_can_be_stopped() {
    let fixture = Fixture::new();
    let mut guard = fixture.guard(&["data"]).unwrap();
    // Holes take no room, but reading them takes long.
    let large = fs::File::create(fixture.directory.join("data/large")).unwrap();
    large.set_len(1 << 40).unwrap();
    let pieces = std::cell::Cell::new(0);
    let is_stopped = || pieces.replace(pieces.get() + 1) == 10;
    let looking = Looking { is_stopped: &is_stopped, ..AT_LEISURE };
    let stopped = Guard::take(&fixture.directory, &["data"], looking).unwrap_err();
    assert!(matches!(stopped, ProtectError::Stopped), "{stopped}");
    let looking = Looking { is_stopped: &|| true, ..AT_LEISURE };
    assert!(matches!(guard.changed(looking), Err(ProtectError::Stopped)));
}

#[test]
fn what_cannot_be_read_for_lack_of_something_has_not_changed() {
    let at = |errno: rustix::io::Errno| ProtectError::unreadable(Path::new("data"), errno.into()).into_path();
    assert!(at(rustix::io::Errno::MFILE).is_err_and(|error| error.may_pass()));
    assert_eq!(at(rustix::io::Errno::ACCESS).unwrap(), Path::new("data"));
    assert_eq!(at(rustix::io::Errno::NOENT).unwrap(), Path::new("data"));
}
