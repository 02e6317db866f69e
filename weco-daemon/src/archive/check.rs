//! What holds of every run that was recorded here, and must hold of one that comes from elsewhere: its record is
//! believed from then on.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use weco_core::event::{Event, RunEvent, Usage};
use weco_core::run::{FileRefs, RunSpec};
use weco_core::state::RunState;
use weco_core::summary::Summary;
use weco_proto::sources::MAX_FILES;

use super::limit::MAX_SUMMARY;
use super::manifest::Manifest;

/// Characters of a run's name.
const MAX_NAME: usize = 100;

/// Tokens of one reply: sums over any number of replies that fit in an archive stay in range.
const MAX_TOKENS: u64 = 1 << 40;

/// Permission bits of a file.
const MODE_BITS: u32 = 0o7777;

/// What is true of the run after `events`.
///
/// # Errors
/// What is wrong with them, in words.
pub(super) fn checked(manifest: &Manifest, events: &[Event]) -> Result<RunState, String> {
    let Some(Event { kind: RunEvent::Created { spec }, .. }) = events.first() else {
        return Err("its events do not begin with the run's creation".to_owned());
    };
    if spec.id != manifest.run {
        return Err(format!("it says that it holds run {}, but its events are of {}", manifest.run, spec.id));
    }
    if events.len() as u64 != manifest.events {
        return Err(format!("it has {} events instead of {}", events.len(), manifest.events));
    }
    check_spec(spec)?;
    let sources = spec.sources.iter().map(|source| source.path.as_str()).collect();
    for event in events {
        check_event(&event.kind, &sources).map_err(|why| format!("event {}: {why}", event.seq))?;
    }
    let state = RunState::replay(events).map_err(|error| error.to_string())?;
    check_summary(events)?;
    Ok(state)
}

/// Refuses a run of which every list would be too long to be told.
fn check_summary(events: &[Event]) -> Result<(), String> {
    let mut summary = events.first().and_then(Summary::new);
    for event in events.iter().skip(1) {
        summary.iter_mut().for_each(|summary| summary.apply(event));
    }
    let bytes = serde_json::to_vec(&summary).map_err(|error| error.to_string())?.len();
    if bytes > MAX_SUMMARY { Err(format!("it takes {bytes} bytes to list it")) } else { Ok(()) }
}

fn check_spec(spec: &RunSpec) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if spec.name.is_empty() || spec.name.len() > MAX_NAME || !spec.name.chars().all(is_plain) {
        return Err("the run's name is none that weco gives".to_owned());
    }
    for directory in [&spec.directory, &spec.log_dir] {
        if !Path::new(directory).is_absolute() || directory.contains('\0') {
            return Err(format!("'{directory}' is no absolute path"));
        }
    }
    if spec.sources.is_empty() || spec.sources.len() > MAX_FILES {
        return Err(format!("it has {} sources", spec.sources.len()));
    }
    for source in &spec.sources {
        check_path(&source.path)?;
        if source.mode & !MODE_BITS != 0 {
            return Err(format!("'{}' has no valid permissions", source.path));
        }
    }
    let paths: BTreeSet<&str> = spec.sources.iter().map(|source| source.path.as_str()).collect();
    if paths.len() != spec.sources.len() {
        return Err("it names a source twice".to_owned());
    }
    check_files(&spec.baseline(), &paths)
}

/// Refuses paths that lead out of the directory that they are relative to, or that have a second spelling.
fn check_path(path: &str) -> Result<(), String> {
    let normal = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let as_is = path.split('/').all(|part| !part.is_empty() && part != ".") && !path.contains('\0');
    if normal && as_is { Ok(()) } else { Err(format!("'{path}' is no path of a source")) }
}

fn check_event(event: &RunEvent, sources: &BTreeSet<&str>) -> Result<(), String> {
    match event {
        RunEvent::Proposed { files, usage, .. } => {
            check_usage(*usage)?;
            check_files(files, sources)
        }
        RunEvent::Revised { files, .. } => check_files(files, sources),
        RunEvent::Approved { terms, .. } if !Path::new(&terms.directory).is_absolute() => {
            Err(format!("'{}' is no absolute path", terms.directory))
        }
        RunEvent::Unusable { usage, .. } => check_usage(*usage),
        RunEvent::SourceEdited { path, .. } if !sources.contains(path.as_str()) => {
            Err(format!("'{path}' is none of the sources"))
        }
        _ => Ok(()),
    }
}

fn check_usage(Usage { input_tokens, output_tokens }: Usage) -> Result<(), String> {
    if input_tokens.max(output_tokens) > MAX_TOKENS {
        Err("it has too many tokens".to_owned())
    } else {
        Ok(())
    }
}

/// A version has every source and nothing else.
fn check_files(files: &FileRefs, sources: &BTreeSet<&str>) -> Result<(), String> {
    if files.keys().map(String::as_str).eq(sources.iter().copied()) {
        Ok(())
    } else {
        Err("its files are not the sources".to_owned())
    }
}
