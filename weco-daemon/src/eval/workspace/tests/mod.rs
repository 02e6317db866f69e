mod apply;
mod crash;
mod meddling;
mod paths;
mod swapping;
mod times;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use uuid::Uuid;
use weco_core::run::{Files, RunId};

use super::*;

const ORIGINAL: &str = "import os\n\nrate = 1\nprint(rate)\nprint(os.name)\n";
const CANDIDATE: &str = "import os\n\nrate = 25\nmomentum = 3\nprint(rate * momentum)\n";
/// A user's edit of the original.
const EDIT: &str = "import os\n\nrate = 1\nprint(rate)\nprint(os.name, 'mine')\n";
/// What a formatter makes of the candidate.
const FORMATTED: &str = "import os\nrate=25\n  momentum = 3\nprint(rate * momentum)\nprint()\n";

/// A run's directory with sources in it, and a kept place beside.
struct Project {
    temp: TempDir,
    run: RunId,
    sources: Vec<SourceText>,
}

impl Project {
    fn new(paths: &[&str]) -> Self {
        Self::in_temp(TempDir::new().unwrap(), paths)
    }

    /// In memory if that can be: for many small cases that flush.
    fn in_memory(paths: &[&str]) -> Self {
        let temp = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new());
        Self::in_temp(temp.unwrap(), paths)
    }

    fn in_temp(temp: TempDir, paths: &[&str]) -> Self {
        let root = temp.path().join("project");
        let mut sources = Vec::new();
        for path in paths {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, ORIGINAL).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
            sources.push(SourceText {
                path: (*path).to_owned(),
                original: ORIGINAL.as_bytes().into(),
                mode: 0o640,
            });
        }
        Self { temp, run: RunId(Uuid::new_v4()), sources }
    }

    fn root(&self) -> PathBuf {
        self.temp.path().join("project")
    }

    fn kept(&self) -> PathBuf {
        self.temp.path().join("kept")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn workspace(&self) -> Workspace {
        Workspace::new(&self.root(), self.run, self.sources.clone()).unwrap()
    }

    /// All files below the run's directory, links included.
    fn listing(&self) -> Vec<String> {
        list(&self.root())
    }

    /// Texts of all regular files in the run's directory and the kept place.
    fn texts(&self) -> Vec<Vec<u8>> {
        let everywhere = list(self.temp.path()).into_iter().map(|path| self.temp.path().join(path));
        everywhere.filter(|path| !path.is_symlink()).map(|path| fs::read(path).unwrap()).collect()
    }

    fn identity(&self, path: &str) -> Identity {
        let metadata = self.path(path).symlink_metadata().unwrap();
        Identity {
            inode: metadata.ino(),
            mode: metadata.mode(),
            links: metadata.nlink(),
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Identity {
    inode: u64,
    mode: u32,
    links: u64,
    mtime: (i64, i64),
}

fn list(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![root.to_owned()];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            } else {
                found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn files<const N: usize>(texts: [(&str, &str); N]) -> Files {
    BTreeMap::from(texts.map(|(path, text)| (path.to_owned(), text.to_owned())))
}
