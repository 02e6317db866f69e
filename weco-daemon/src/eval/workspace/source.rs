//! One source: where it is and what it held.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use weco_core::run::RunId;

use super::dir::{Dir, Found, Seen};
use super::error::WorkspaceError;
use super::stamp::Stamps;

/// A source as the user had it when last seen.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// Relative to the run's directory, `/`-separated.
    pub path: String,
    /// Its text.
    pub original: Arc<[u8]>,
    /// Unix permission bits, for when the file itself is gone.
    pub mode: u32,
}

/// Longest part of a source's name in the names beside it, in bytes: a name has at most 255.
const NAME_PART: usize = 200;

/// Digits of the run's id in those names.
const RUN_DIGITS: usize = 8;

/// How often, and for how long each time, a missing source is looked for again: some editors
/// delete a file an instant before they write it anew.
const LOOKS: u32 = 5;
const LOOK_WAIT: std::time::Duration = std::time::Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Source {
    /// As the run names it.
    pub(super) path: String,
    /// The directory that holds it, relative to the root, without symbolic links.
    pub(super) parent: PathBuf,
    /// Its name there.
    pub(super) name: String,
    /// The hidden name beside it: a candidate before the swap, the user's file during it.
    pub(super) aside: String,
    /// A third name, used for an instant where names cannot be exchanged.
    pub(super) spare: String,
    /// What is to be restored.
    pub(super) original: Arc<[u8]>,
    pub(super) mode: u32,
    pub(super) stamps: Stamps,
}

impl Source {
    pub(super) fn absolute(&self, root: &Path) -> PathBuf {
        root.join(&self.parent).join(&self.name)
    }

    pub(super) fn io(&self, action: &'static str, root: &Path, error: io::Error) -> WorkspaceError {
        WorkspaceError::io(action, self.absolute(root), error)
    }

    /// What the source holds now, which must be a regular file.
    pub(super) fn read_regular(&self, dir: &Dir, root: &Path) -> Result<Seen, WorkspaceError> {
        for _ in 0..LOOKS {
            match dir.read(&self.name).map_err(|error| self.io("read", root, error))? {
                Found::File(seen) => return Ok(seen),
                Found::Other(what) => {
                    return Err(WorkspaceError::Replaced { path: self.absolute(root), what });
                }
                Found::Missing => std::thread::sleep(LOOK_WAIT),
            }
        }
        Err(WorkspaceError::Missing(self.absolute(root)))
    }
}

/// Finds each source's place, and refuses what is not the run's to write.
pub(super) fn resolve_all(
    root: &Path,
    run: RunId,
    sources: Vec<SourceText>,
) -> Result<Vec<Source>, WorkspaceError> {
    let mut resolved: Vec<Source> = Vec::with_capacity(sources.len());
    for (index, source) in sources.into_iter().enumerate() {
        let source = resolve(root, run, index, source)?;
        let same = |other: &&Source| other.parent == source.parent && other.name == source.name;
        if let Some(first) = resolved.iter().find(same) {
            return Err(WorkspaceError::Duplicate { first: first.path.clone(), second: source.path });
        }
        resolved.push(source);
    }
    Ok(resolved)
}

fn resolve(root: &Path, run: RunId, index: usize, source: SourceText) -> Result<Source, WorkspaceError> {
    let bad_path = || WorkspaceError::BadPath { path: source.path.clone() };
    let relative = Path::new(&source.path);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || source.path.is_empty() || source.path.contains('\0') {
        return Err(bad_path());
    }
    let name = relative.file_name().and_then(|name| name.to_str()).ok_or_else(bad_path)?;
    let aside = aside_name(name, run, index);
    // Beside a source that is swapped there is its aside; then what is at the path itself, perhaps a
    // link that an evaluation made, says nothing about where the source is.
    let interrupted = root.join(relative).with_file_name(&aside).symlink_metadata().is_ok();
    let real = if interrupted { root.join(relative) } else { real_path(&root.join(relative)) };
    let inside = real.strip_prefix(root).ok().filter(|inside| inside.file_name().is_some());
    let Some(inside) = inside else {
        return Err(WorkspaceError::Outside { path: source.path, target: real });
    };
    let name = inside.file_name().and_then(|name| name.to_str()).ok_or_else(bad_path)?.to_owned();
    let aside = aside_name(&name, run, index);
    Ok(Source {
        parent: inside.parent().map(Path::to_owned).unwrap_or_default(),
        spare: format!("{aside}~"),
        aside,
        stamps: Stamps::for_file(&name),
        name,
        path: source.path,
        original: Arc::clone(&source.original),
        mode: source.mode,
    })
}

/// Hidden, and without the source's extension at its end, so that no tool takes it for a source.
fn aside_name(name: &str, run: RunId, index: usize) -> String {
    let end = (0..=name.len().min(NAME_PART)).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    let run = run.0.simple().to_string();
    format!(".{}.weco-{}.{index}", &name[..end], &run[..RUN_DIGITS])
}

/// Whether `path` is named like what is beside a source during an evaluation.
pub fn is_aside(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix('.'));
    let Some((_, tag)) = name.and_then(|name| name.rsplit_once(".weco-")) else { return false };
    let Some((run, index)) = tag.split_once('.') else { return false };
    let index = index.strip_suffix('~').unwrap_or(index);
    let is_run = run.len() == RUN_DIGITS && run.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_run && !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())
}

/// The path without symbolic links, as far as it exists.
fn real_path(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let target = path.read_link().map_or_else(
        |_| path.to_owned(),
        |target| path.parent().map_or(target.clone(), |parent| parent.join(&target)),
    );
    let real = target.parent().and_then(|parent| parent.canonicalize().ok());
    match (real, target.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => target,
    }
}
