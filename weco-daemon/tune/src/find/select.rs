//! Decides which of the literals found are tuned, and gives each its domain.

use std::collections::{BTreeMap, HashMap};

use super::{Comment, Found, Kind, Survey, survey};
use crate::Files;
use crate::annotation::{self, Annotation, Spec};
use crate::domain::{self, Ranged};
use crate::error::CannotTune;
use crate::literal::{Literal, Tier};

/// At most this many literals are tuned: the best kinds first, then in order.
const MAX_LITERALS: usize = 64;

/// The literals to tune, by file and position. If a marker (`weco:`, `tune:`, `range:`, `choices:`)
/// names any, only those that a comment names.
///
/// # Errors
/// [`CannotTune::Annotation`] for a `weco:` comment that is not understood or fits no literal.
pub(crate) fn literals(files: &Files) -> Result<Vec<Literal>, CannotTune> {
    let mut all = Vec::new();
    let mut explicit = false;
    for (path, source) in files {
        let survey = survey(path, source);
        let fates = fates(path, &survey)?;
        explicit |= fates.values().any(|fate| matches!(fate, Fate::Tuned { explicit: true, .. }));
        all.extend(
            survey
                .found
                .into_iter()
                .enumerate()
                .filter_map(|(at, found)| literal(path, found, fates.get(&at))),
        );
    }
    if explicit {
        all.retain(|literal: &Literal| literal.annotated);
    }
    Ok(bounded(all))
}

/// What comments decide about a literal.
enum Fate {
    Fixed,
    Tuned { ranged: Ranged, explicit: bool },
}

fn literal(path: &str, found: Found, fate: Option<&Fate>) -> Option<Literal> {
    let (ranged, tier, annotated) = match fate {
        Some(Fate::Fixed) => return None,
        Some(Fate::Tuned { ranged, .. }) => (ranged.clone(), Tier::Annotated, true),
        None => (domain::by_size(&found)?, found.tier?, false),
    };
    let name = if found.name.is_empty() { found.text.clone() } else { found.name };
    Some(Literal {
        path: path.to_owned(),
        line: found.line,
        name,
        text: found.text,
        domain: ranged.0,
        baseline: ranged.1,
        annotated,
        range: found.range,
        style: found.style,
        tier,
    })
}

fn bounded(mut all: Vec<Literal>) -> Vec<Literal> {
    all.sort_by_key(|literal| literal.tier);
    all.truncate(MAX_LITERALS);
    all.sort_by(|a, b| (&a.path, a.range.start).cmp(&(&b.path, b.range.start)));
    all
}

fn fates(path: &str, survey: &Survey) -> Result<HashMap<usize, Fate>, CannotTune> {
    let mut by_line: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, found) in survey.found.iter().enumerate() {
        by_line.entry(found.line).or_default().push(at);
    }
    let alone: BTreeMap<u32, u32> = survey
        .comments
        .iter()
        .filter(|comment| comment.alone)
        .map(|comment| (comment.line, comment.end_line))
        .collect();
    let mut fates = HashMap::new();
    for comment in &survey.comments {
        let error = |why: String| CannotTune::Annotation {
            path: path.to_owned(),
            line: comment.line,
            comment: comment.text.clone(),
            why,
        };
        let Some(annotation) = annotation::parse(&comment.text).map_err(error)? else { continue };
        let line = target_line(comment, &alone);
        let beside = by_line.get(&line).map(Vec::as_slice).unwrap_or_default();
        let decided = assign(&annotation, beside, &survey.found);
        if decided.is_empty() && annotation.ours {
            return Err(error(format!("no literal on line {line} that it could mean")));
        }
        for (at, spec) in decided {
            match domain::annotated(spec, &survey.found[at]) {
                Ok(Some(ranged)) => fates.insert(at, Fate::Tuned { ranged, explicit: annotation.explicit }),
                Ok(None) => fates.insert(at, Fate::Fixed),
                Err(why) if annotation.ours => return Err(error(why)),
                Err(_) => None,
            };
        }
    }
    Ok(fates)
}

/// A comment is for its own line; one that has its line for itself, for the next that is no comment.
fn target_line(comment: &Comment, alone: &BTreeMap<u32, u32>) -> u32 {
    if !comment.alone {
        return comment.line;
    }
    let mut line = comment.end_line + 1;
    while let Some(end) = alone.get(&line) {
        line = end + 1;
    }
    line
}

/// Which literals of a line an annotation means: one specification is for all whose present value it
/// speaks of (of those that are no structure, if there are any), several take one each in order.
fn assign<'a>(annotation: &'a Annotation, beside: &[usize], found: &[Found]) -> Vec<(usize, &'a Spec)> {
    if let [spec] = annotation.specs.as_slice() {
        return meant(spec, beside, found).into_iter().map(|at| (at, spec)).collect();
    }
    let mut left = beside.iter().copied().filter(|at| found[*at].kind != Kind::Text || beside.len() == 1);
    annotation
        .specs
        .iter()
        .filter_map(|spec| left.find(|at| domain::speaks_of(spec, &found[*at])).map(|at| (at, spec)))
        .collect()
}

fn meant(spec: &Spec, beside: &[usize], found: &[Found]) -> Vec<usize> {
    if *spec == Spec::Fixed {
        return beside.to_vec();
    }
    let narrowed = |all: Vec<usize>| {
        let plain: Vec<usize> = all.iter().copied().filter(|at| found[*at].tier.is_some()).collect();
        if plain.is_empty() { all } else { plain }
    };
    let named: Vec<usize> =
        beside.iter().copied().filter(|at| domain::speaks_of(spec, &found[*at])).collect();
    if !named.is_empty() {
        return narrowed(named);
    }
    // The value there now may lie outside, if it is clear which is meant.
    let fits = |at: &usize| {
        matches!((spec, found[*at].kind), (Spec::Choices(_), _) | (Spec::Range(_), Kind::Number(_)))
    };
    let single = narrowed(beside.iter().copied().filter(fits).collect());
    if single.len() == 1 { single } else { Vec::new() }
}
