//! Texts by name, as the daemon's blobs are.

use weco_core::run::{BlobId, FileRefs, Files};

/// Texts in memory, named by the order in which they came.
#[derive(Default)]
pub(super) struct Store {
    texts: Vec<String>,
}

impl Store {
    /// Keeps a text.
    pub(super) fn put(&mut self, text: String) -> BlobId {
        let mut name = [0; 32];
        name[..8].copy_from_slice(&(self.texts.len() as u64).to_le_bytes());
        self.texts.push(text);
        BlobId(name)
    }

    /// A kept text; empty if there is none of this name.
    pub(super) fn get(&self, name: BlobId) -> &str {
        let mut at = [0; 8];
        at.copy_from_slice(&name.0[..8]);
        usize::try_from(u64::from_le_bytes(at))
            .ok()
            .and_then(|at| self.texts.get(at))
            .map_or("", String::as_str)
    }

    /// Keeps a version.
    pub(super) fn put_files(&mut self, files: Files) -> FileRefs {
        files.into_iter().map(|(path, text)| (path, self.put(text))).collect()
    }

    /// A kept version.
    pub(super) fn files(&self, refs: &FileRefs) -> Files {
        refs.iter().map(|(path, name)| (path.clone(), self.get(*name).to_owned())).collect()
    }
}
