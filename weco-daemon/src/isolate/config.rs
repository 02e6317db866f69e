use std::path::{Component, Path};

use serde::Deserialize;

/// Most that one workspace may take, in MiB, unless the configuration says otherwise.
const MAX_SIZE_MB: u64 = 5 << 10;

/// What is shared unless the configuration says otherwise: large, made once, and only read by what uses it.
const SHARED: [&str; 3] = [".venv", "venv", "node_modules"];

/// `[workspaces]`: what workspaces are made of.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkspacesConfig {
    /// Files and directories that all workspaces have in common with the user's directory, by symbolic links. One name
    /// means whatever is called so, anywhere; a path is relative to the top. Default: `.venv`, `venv`, `node_modules`.
    pub share: Vec<String>,
    /// What no workspace has, named likewise. Default: nothing.
    pub omit: Vec<String>,
    /// Most that one workspace may hold, in MiB, without what is shared. Default: 5120.
    pub max_size_mb: u64,
}

impl Default for WorkspacesConfig {
    fn default() -> Self {
        Self { share: SHARED.map(str::to_owned).into(), omit: Vec::new(), max_size_mb: MAX_SIZE_MB }
    }
}

impl WorkspacesConfig {
    /// Whether what is at `path`, relative to the top, is shared.
    pub(super) fn shares(&self, path: &Path) -> bool {
        names(&self.share, path)
    }

    /// Whether it is left out.
    pub(super) fn omits(&self, path: &Path) -> bool {
        names(&self.omit, path)
    }

    /// The limit in bytes.
    pub(super) fn max_bytes(&self) -> u64 {
        self.max_size_mb.saturating_mul(1 << 20)
    }

    /// Whether its paths are what they may be.
    ///
    /// # Errors
    /// In words, one that is not.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_plain = |path: &str| {
            !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
        };
        match self.share.iter().chain(&self.omit).find(|path| !is_plain(path)) {
            Some(path) => Err(format!("[workspaces]: `{path}` must be a name, or a path below the top")),
            None => Ok(()),
        }
    }
}

fn names(list: &[String], path: &Path) -> bool {
    list.iter().map(Path::new).any(|listed| match listed.components().count() {
        1 => path.file_name() == Some(listed.as_os_str()),
        _ => path == listed,
    })
}
