//! Which local file becomes which of a run's sources.

use std::path::{Component, Path};

/// What is wrong with a list of files that are to replace sources. Names are as the user wrote them.
#[derive(PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Mistake {
    #[error("{files} files are given, but the run has {} ({})", count(.sources.len()), .sources.join(", "))]
    TooMany { files: usize, sources: Vec<String> },
    #[error("'{target}' is none of the run's sources ({})", .sources.join(", "))]
    UnknownTarget { target: String, sources: Vec<String> },
    #[error("no file is named for '{target}' in '{value}'")]
    NoFile { target: String, value: String },
    #[error("two files are given for '{0}'")]
    Twice(String),
    #[error("'{local}' is a source of the run itself, but by its position it would replace '{target}'")]
    Displaced { local: String, target: String },
}

impl Mistake {
    /// What to do next.
    pub(super) fn hint(&self) -> String {
        match self {
            Self::TooMany { .. } => "name at most one file for each source".to_owned(),
            Self::UnknownTarget { sources, .. } => match sources.first() {
                Some(source) => format!("name one of them, as in {source}=FILE"),
                None => String::new(),
            },
            Self::NoFile { target, .. } => format!("{target}=FILE"),
            Self::Twice(target) => format!("name one file for {target}"),
            Self::Displaced { local, target } => {
                format!("say which is meant: {local}={local} or {target}={local}")
            }
        }
    }
}

fn count(sources: usize) -> String {
    if sources == 1 { "1 source".to_owned() } else { format!("{sources} sources") }
}

/// What the mapping has to know of the files here.
pub(super) trait Files {
    /// Whether there is a file of this name.
    fn exists(&self, name: &str) -> bool;
    /// The source that the file of this name is, if it is one itself.
    fn source(&self, name: &str) -> Option<usize>;
}

/// For each of `values`, the index of the source that it replaces, and the local file's name.
///
/// `SOURCE=FILE` says which; a value that is an existing file's name is never taken for that. The others replace, in
/// their order, the sources that are not named.
pub(super) fn assign<'a>(
    sources: &[String],
    values: &'a [String],
    files: &impl Files,
) -> Result<Vec<(usize, &'a str)>, Mistake> {
    if values.len() > sources.len() {
        return Err(Mistake::TooMany { files: values.len(), sources: sources.to_vec() });
    }
    let parsed: Vec<(Option<usize>, &str)> =
        values.iter().map(|value| parse(sources, value, files)).collect::<Result<_, _>>()?;
    let mut taken = vec![false; sources.len()];
    for index in parsed.iter().filter_map(|(index, _)| *index) {
        if std::mem::replace(&mut taken[index], true) {
            return Err(Mistake::Twice(sources[index].clone()));
        }
    }
    let mut free = (0..sources.len()).filter(|index| !taken[*index]);
    let mut assigned = Vec::with_capacity(values.len());
    for (named, local) in parsed {
        // There are no more values than sources, so that none is left without one.
        let Some(index) = named.or_else(|| free.next()) else { continue };
        if named.is_none() && files.source(local).is_some_and(|own| own != index) {
            return Err(Mistake::Displaced { local: local.to_owned(), target: sources[index].clone() });
        }
        assigned.push((index, local));
    }
    Ok(assigned)
}

/// The source that a value names, if it names one, and the local file.
fn parse<'a>(
    sources: &[String],
    value: &'a str,
    files: &impl Files,
) -> Result<(Option<usize>, &'a str), Mistake> {
    let Some((first, _)) = value.split_once('=').filter(|_| !files.exists(value)) else {
        return Ok((None, value));
    };
    // A source's own name may have a `=` in it: the longest that is one counts.
    let splits = value.rmatch_indices('=').map(|(at, _)| (&value[..at], &value[at + 1..]));
    for (target, local) in splits {
        let Some(index) = sources.iter().position(|source| is_same(source, target)) else { continue };
        if local.is_empty() {
            return Err(Mistake::NoFile { target: target.to_owned(), value: value.to_owned() });
        }
        return Ok((Some(index), local));
    }
    Err(Mistake::UnknownTarget { target: first.to_owned(), sources: sources.to_vec() })
}

/// Whether two relative paths say the same, but for `./`.
fn is_same(source: &str, target: &str) -> bool {
    let parts = |path| Path::new(path).components().filter(|part| *part != Component::CurDir);
    !target.is_empty() && parts(source).eq(parts(target))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Files by name, each with the source that it is, if any.
    struct Here(&'static [(&'static str, Option<usize>)]);

    impl Files for Here {
        fn exists(&self, name: &str) -> bool {
            self.0.iter().any(|(known, _)| *known == name)
        }
        fn source(&self, name: &str) -> Option<usize> {
            self.0.iter().find(|(known, _)| *known == name).and_then(|(_, source)| *source)
        }
    }

    const SOURCES: [&str; 3] = ["a.py", "lib/b.py", "c=d.py"];
    const HERE: Here = Here(&[
        ("a.py", Some(0)),
        ("lib/b.py", Some(1)),
        ("c=d.py", Some(2)),
        ("a.py=odd", None),
        ("x", None),
    ]);

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn assigned(values: &[&str]) -> Result<Vec<(usize, String)>, Mistake> {
        let values = owned(values);
        let assigned = assign(&owned(&SOURCES), &values, &HERE)?;
        Ok(assigned.into_iter().map(|(index, local)| (index, local.to_owned())).collect())
    }

    #[test]
    fn files_replace_sources_by_name_and_by_position() {
        type Case<'a> = (&'a [&'a str], &'a [(usize, &'a str)]);
        let cases: [Case<'_>; 12] = [
            (&[], &[]),
            (&["x"], &[(0, "x")]),
            (&["x", "y", "z"], &[(0, "x"), (1, "y"), (2, "z")]),
            (&["a.py", "lib/b.py", "c=d.py"], &[(0, "a.py"), (1, "lib/b.py"), (2, "c=d.py")]),
            (&["lib/b.py=x"], &[(1, "x")]),
            (&["./lib//b.py=x"], &[(1, "x")]),
            (&["c=d.py=x=y"], &[(2, "x=y")]),
            (&["a.py=lib/b.py", "lib/b.py=a.py"], &[(0, "lib/b.py"), (1, "a.py")]),
            (&["lib/b.py=x", "y", "z"], &[(1, "x"), (0, "y"), (2, "z")]),
            (&["y", "a.py=x"], &[(1, "y"), (0, "x")]),
            // A file of that name is there.
            (&["a.py=odd"], &[(0, "a.py=odd")]),
            (&["lib/b.py=lib/b.py"], &[(1, "lib/b.py")]),
        ];
        for (values, expected) in cases {
            let expected: Vec<(usize, String)> =
                expected.iter().map(|(index, local)| (*index, (*local).to_owned())).collect();
            assert_eq!(assigned(values), Ok(expected), "{values:?}");
        }
    }

    #[test]
    fn every_mistake_says_what_to_do() {
        let mut transcript = String::new();
        for values in [
            &["x", "y", "z", "w"][..],
            &["b.py=x"],
            &["/a.py=x"],
            &["=x"],
            &["a.py="],
            &["a.py=x", "./a.py=y"],
            &["lib/b.py"],
            &["lib/b.py", "a.py"],
        ] {
            let mistake = assigned(values).unwrap_err();
            transcript += &format!("{values:?}: {mistake}\n  try: {}\n", mistake.hint());
        }
        insta::assert_snapshot!(transcript);
    }

    proptest! {
        #[test]
        fn each_source_is_replaced_at_most_once_by_what_was_given(
            values in proptest::collection::vec("(a\\.py|lib/b\\.py|c=d\\.py|x|y|=){0,3}", 0..5),
        ) {
            let sources = owned(&SOURCES);
            let Ok(assigned) = assign(&sources, &values, &HERE) else { return Ok(()) };
            prop_assert_eq!(assigned.len(), values.len());
            let mut seen = [false; SOURCES.len()];
            for ((index, local), value) in assigned.into_iter().zip(&values) {
                prop_assert!(!std::mem::replace(&mut seen[index], true));
                prop_assert!(value == local || value.ends_with(&["=", local].concat()));
            }
        }

        #[test]
        fn what_is_named_goes_where_it_is_named(order in Just(vec![0usize, 1, 2]).prop_shuffle()) {
            let values: Vec<String> =
                order.iter().map(|index| format!("{}=new{index}", SOURCES[*index])).collect();
            let assigned = assign(&owned(&SOURCES), &values, &HERE).unwrap();
            for (index, local) in assigned {
                prop_assert_eq!(local, format!("new{}", index));
            }
        }
    }
}
