//! Bringing one source back, from whatever state it is in.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::choose::{After, Case, Choice, Text, choose};
use super::dir::{Dir, Found, NewFile};
use super::edit::Edit;
use super::error::{RestoreError, WorkspaceError};
use super::source::Source;
use super::{keep, tree};

/// Where it happens.
pub(super) struct Place<'a> {
    pub(super) root: &'a Dir,
    pub(super) root_path: &'a Path,
    /// The directory for what is found and is not ours.
    pub(super) kept: &'a Path,
}

/// Brings the source back and adds to the report what was found and what failed. `held` is its directory
/// as it was when swapped, which may be elsewhere by now, or gone.
pub(super) fn settle(
    place: &Place<'_>,
    source: &mut Source,
    case: &Case<'_>,
    held: Option<&Dir>,
    report: &mut RestoreError,
) {
    let settled = parent(place, source, held, report)
        .and_then(|dir| Settling { place, case, dir: &dir, source, report }.run());
    if let Err(error) = settled {
        report.failures.push(error);
    }
}

/// The source's directory; if it is not the one held any more, with what was aside in that one.
fn parent(
    place: &Place<'_>,
    source: &Source,
    held: Option<&Dir>,
    report: &mut RestoreError,
) -> Result<Dir, WorkspaceError> {
    if let Ok(dir) = tree::open_parent(place.root, place.root_path, source)
        && held.is_none_or(|held| held.is_same(&dir))
    {
        return Ok(dir);
    }
    let dir = tree::rebuild_parent(place, source, report)?;
    for name in [&source.aside, &source.spare] {
        if let Some(Err(error)) = held.map(|held| held.rename_into(name, &dir, name))
            && error.kind() != ErrorKind::NotFound
        {
            // The text is known, so the source comes back all the same, as a new file.
            tracing::warn!(source = source.path, %error, "the user's own file cannot be moved back");
        }
    }
    Ok(dir)
}

struct Settling<'a> {
    place: &'a Place<'a>,
    case: &'a Case<'a>,
    dir: &'a Dir,
    source: &'a mut Source,
    report: &'a mut RestoreError,
}

impl Settling<'_> {
    fn run(mut self) -> Result<(), WorkspaceError> {
        self.finish_exchange()?;
        let path = self.look(&self.source.name.clone())?;
        let aside = self.look(&self.source.aside.clone())?;
        let choice = choose(&path, &aside, &self.source.original, self.case);
        match choice {
            Choice::Stay => {}
            Choice::Aside => self.bring_back(&path)?,
            Choice::Rewrite => self.rewrite(&path)?,
        }
        let untouched = choice == Choice::Stay && matches!(aside, Text::Missing);
        if !untouched {
            self.clear(&self.source.aside.clone())?;
            if self.case.after == After::Crash || choice == Choice::Rewrite {
                self.dir.sync().map_err(|error| self.error("flush", error))?;
            }
        }
        self.report(path, choice);
        Ok(())
    }

    /// Completes or takes back an exchange by three renames that was interrupted.
    fn finish_exchange(&mut self) -> Result<(), WorkspaceError> {
        let (name, aside, spare) =
            (self.source.name.clone(), self.source.aside.clone(), self.source.spare.clone());
        let exists = |name: &str| self.dir.exists(name).map_err(|error| self.error("look at", error));
        if !exists(&spare)? {
            return Ok(());
        }
        let free = [&name, &aside].into_iter().find(|name| !exists(name).unwrap_or(true));
        let to = match free {
            Some(free) => free,
            // Someone made a file where there was none for an instant.
            None if matches!(self.look(&spare)?, Text::Original) => {
                self.clear(&aside)?;
                &aside
            }
            None => return self.clear(&spare),
        };
        self.dir.rename(&spare, to).map_err(|error| self.error("restore", error))
    }

    fn look(&mut self, name: &str) -> Result<Text, WorkspaceError> {
        let found = self.dir.read(name).map_err(|error| self.error("read", error))?;
        let seen = match found {
            Found::Missing => return Ok(Text::Missing),
            Found::Other(what) => return Ok(Text::Other(what)),
            Found::File(seen) => seen,
        };
        if seen.content == *self.source.original {
            return Ok(Text::Original);
        }
        if self.is_ours(&seen.content) {
            self.source.stamps.saw_version(seen.mtime);
            return Ok(Text::Ours);
        }
        Ok(Text::Unknown(seen.content))
    }

    /// The candidate or a part of it, which is stored, or nothing at all.
    fn is_ours(&self, content: &[u8]) -> bool {
        let crashed = self.case.after == After::Crash;
        self.case.candidate.is_some_and(|candidate| candidate.starts_with(content))
            || (crashed && content.iter().all(|byte| *byte == 0))
    }

    /// The file aside to the path; what was there is aside then.
    fn bring_back(&self, path: &Text) -> Result<(), WorkspaceError> {
        let source = &self.source;
        if let Some(mtime) = source.stamps.returning()
            && let Err(error) = self.dir.set_mtime(&source.aside, mtime)
        {
            // Only builds may be misled; not a reason to leave the candidate in place.
            tracing::debug!(source = source.path, %error, "the time of a source cannot be set");
        }
        self.place_aside(path)
    }

    fn rewrite(&mut self, path: &Text) -> Result<(), WorkspaceError> {
        self.clear(&self.source.aside.clone())?;
        let original = self.source.original.clone();
        let mtime = self.source.stamps.rewritten();
        let new = NewFile { content: &original, mode: self.source.mode, mtime, durable: true };
        self.dir.create(&self.source.aside, &new).map_err(|error| self.error("restore", error))?;
        self.place_aside(path)
    }

    fn place_aside(&self, path: &Text) -> Result<(), WorkspaceError> {
        let source = &self.source;
        let placed = match path {
            Text::Missing => self.dir.rename(&source.aside, &source.name),
            _ => self.dir.exchange(&source.aside, &source.name, &source.spare),
        };
        placed.map_err(|error| self.error("restore", error))
    }

    /// Empties a hidden name: what is stored is removed, anything else is kept.
    fn clear(&mut self, name: &str) -> Result<(), WorkspaceError> {
        let what = match self.look(name)? {
            Text::Missing => return Ok(()),
            Text::Original | Text::Ours => {
                return self.dir.remove(name).map_err(|error| self.error("clean up beside", error));
            }
            Text::Unknown(_) => "changed",
            Text::Other(what) => what,
        };
        let kept_at = keep::move_away(self.place, self.dir, Path::new(name), Path::new(&self.source.path))?;
        self.report.edits.push(Edit::Moved { path: self.source.path.clone(), kept_at, what });
        Ok(())
    }

    fn report(&mut self, path: Text, choice: Choice) {
        let root = self.place.root_path;
        match path {
            Text::Unknown(content) if choice == Choice::Stay => {
                self.report.edits.push(Edit::in_place(root, self.source, content));
            }
            // After a crash a missing source whose file was aside was the crash's doing.
            Text::Missing if self.case.after == After::Evaluation || choice == Choice::Rewrite => {
                let path = self.source.path.clone();
                self.report.edits.push(Edit::Deleted { path, kept_at: self.source.absolute(root) });
            }
            _ => {}
        }
    }

    fn error(&self, action: &'static str, error: io::Error) -> WorkspaceError {
        self.source.io(action, self.place.root_path, error)
    }
}
