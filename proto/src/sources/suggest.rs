//! Names that a user may have meant.

use std::path::Path;

/// Most entries of a directory looked at: a suggestion is a courtesy, not worth a long wait.
const MAX_ENTRIES: usize = 2000;

/// Most names suggested.
const MAX_SUGGESTIONS: usize = 3;

/// Files beside the missing `path` (relative to `directory`) with nearly its name, nearest first, in the
/// user's spelling of their directory.
pub(crate) fn similar_files(directory: &Path, path: &str) -> Vec<String> {
    let path = Path::new(path);
    let Some(wanted) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let parent = path.parent().unwrap_or(Path::new(""));
    let Ok(entries) = std::fs::read_dir(directory.join(parent)) else { return Vec::new() };
    let mut near: Vec<(usize, String)> = entries
        .take(MAX_ENTRIES)
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|name| Some((distance(wanted, &name)?, name)))
        .filter(|(_, name)| directory.join(parent).join(name).is_file())
        .collect();
    near.sort();
    near.truncate(MAX_SUGGESTIONS);
    near.into_iter().map(|(_, name)| parent.join(name).display().to_string()).collect()
}

/// How many edits apart two names are, case aside; none if they are too far apart to be a slip.
fn distance(wanted: &str, name: &str) -> Option<usize> {
    let (wanted, name) = (wanted.to_lowercase(), name.to_lowercase());
    let limit = (wanted.chars().count() / 3).max(2);
    if wanted.chars().count().abs_diff(name.chars().count()) > limit {
        return None;
    }
    Some(strsim::damerau_levenshtein(&wanted, &name)).filter(|edits| *edits <= limit)
}

/// ` Did you mean: a, b?`, or nothing.
pub(crate) fn did_you_mean(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!(" Did you mean: {}?", similar.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_names_are_not() {
        let cases = [
            ("model.py", "modle.py", Some(1)),
            ("model.py", "Model.py", Some(0)),
            ("model.py", "model.pyx", Some(1)),
            ("model.py", "readme.md", None),
            ("a", "b.py", None),
            ("model.py", "modelling_utilities.py", None),
        ];
        for (wanted, name, expected) in cases {
            assert_eq!(distance(wanted, name), expected, "{wanted} {name}");
        }
    }

    #[test]
    fn suggests_files_nearest_first_and_no_directories() {
        let here = tempfile::tempdir().unwrap();
        let sub = here.path().join("src");
        std::fs::create_dir_all(sub.join("mode.py")).unwrap();
        for name in ["models.py", "modal.pyc", "other.txt", "xodels.py"] {
            std::fs::write(sub.join(name), "").unwrap();
        }
        assert_eq!(
            similar_files(here.path(), "src/model.py"),
            ["src/models.py", "src/modal.pyc", "src/xodels.py"]
        );
        assert!(similar_files(here.path(), "absent/model.py").is_empty());
        assert!(similar_files(here.path(), "..").is_empty());
        assert_eq!(did_you_mean(&[]), "");
    }
}
