//! Tests of the journal on disk, on real files and with real crashes.

mod crash;
mod damage;
mod full;
mod migration;
mod model;
mod reopen;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{DiskJournal, Options};
use crate::blobs::Blob;
use crate::journal::contract::{self, notes};
use crate::journal::{Durability, Journal};
use weco_core::run::RunId;

/// A small log, so that it starts over often.
const SMALL_LOG: Options = Options { index_deadline: Options::DEFAULT.index_deadline, log_capacity: 4 << 10 };

/// A log too small for anything: every append flushes the runs' files.
const NO_LOG: Options = Options { log_capacity: 0, ..SMALL_LOG };

fn fresh(options: Options) -> (DiskJournal, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (open_with(dir.path(), options), dir)
}

/// Opens a journal that must be in order.
fn open(dir: &Path) -> DiskJournal {
    open_with(dir, Options::default())
}

fn open_with(dir: &Path, options: Options) -> DiskJournal {
    let opened = DiskJournal::open_with(dir, options).unwrap();
    assert_eq!(opened.warnings, Vec::<String>::new());
    opened.journal
}

fn mirror(dir: &Path, run: RunId) -> PathBuf {
    dir.join("mirror").join(format!("{run}.run"))
}

/// Copies a directory with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Appends `count` events one by one, each with a content of its own.
async fn fill(journal: &DiskJournal, run: RunId, first: u64, count: u64) {
    for event in notes(first, count) {
        let blob = content(run, event.seq);
        journal.append(run, vec![event], vec![blob], Durability::Flushed).await.unwrap();
    }
}

/// The content that [`fill`] stores with an event.
fn content(run: RunId, seq: u64) -> Blob {
    Blob::new(format!("content of run {run} for event {seq}\n").repeat(20))
}

mod with_defaults {
    super::contract::contract!(super::fresh(super::Options::default()));
}

mod with_a_small_log {
    super::contract::contract!(super::fresh(super::SMALL_LOG));
}

mod without_a_log {
    super::contract::contract!(super::fresh(super::NO_LOG));
}
