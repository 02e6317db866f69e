//! Which file a name in a reply means.

use std::borrow::Cow;

/// Endings by which a name is taken for a path even though no file of the version has it.
const EXTENSIONS: &[&str] = &[
    "asm", "bash", "bat", "c", "cc", "cfg", "cjs", "clj", "cmake", "cpp", "cs", "css", "csv", "cu", "cuh",
    "cxx", "dart", "erl", "ex", "exs", "fs", "go", "h", "hpp", "hs", "html", "ini", "ipynb", "java", "jl",
    "js", "json", "jsx", "kt", "lua", "m", "md", "mjs", "ml", "mm", "nim", "php", "pl", "proto", "ps1", "py",
    "pyi", "pyx", "r", "rb", "rs", "rst", "s", "scala", "sh", "sql", "sv", "swift", "toml", "ts", "tsx",
    "txt", "v", "xml", "yaml", "yml", "zig", "zsh",
];

/// What a name means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Named<'a> {
    /// A file of the version, by its own path.
    Exactly(&'a str),
    /// A file of the version, by its last parts, or with parts in front, or in another case.
    Loosely(&'a str),
    /// One of several files of the version.
    Ambiguous(Vec<&'a str>),
    /// A path outside the version.
    Foreign(String),
}

impl<'a> Named<'a> {
    /// The file of the version, if it is one.
    pub(super) fn key(&self) -> Option<&'a str> {
        match self {
            Self::Exactly(key) | Self::Loosely(key) => Some(key),
            Self::Ambiguous(_) | Self::Foreign(_) => None,
        }
    }
}

/// The paths of a version.
pub(super) struct Paths<'a> {
    keys: Vec<&'a str>,
}

impl<'a> Paths<'a> {
    pub(super) fn new(keys: Vec<&'a str>) -> Self {
        Self { keys }
    }

    /// The paths themselves.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.keys.iter().copied()
    }

    /// The path that `text` is, as it stands.
    pub(super) fn exactly(&self, text: &str) -> Option<Named<'a>> {
        self.iter().find(|key| *key == text).map(Named::Exactly)
    }

    /// The path with spaces in it that `text` contains.
    pub(super) fn spaced_in(&self, text: &str) -> Option<Named<'a>> {
        self.iter().find(|key| key.contains(' ') && text.contains(key)).map(Named::Exactly)
    }

    /// What one word means; None if it is no path.
    pub(super) fn resolve(&self, word: &str) -> Option<Named<'a>> {
        if let Some(exact) = self.exactly(word) {
            return Some(exact);
        }
        let slashed =
            if word.contains('\\') { Cow::Owned(word.replace('\\', "/")) } else { Cow::Borrowed(word) };
        let path = strip_dots(&slashed);
        if let Some(exact) = self.exactly(path) {
            return Some(exact);
        }
        if !has_path_characters(path) {
            return None;
        }
        if leaves_directory(path) {
            return Some(Named::Foreign(path.to_owned()));
        }
        match self.loosely(path).as_slice() {
            [key] => Some(Named::Loosely(key)),
            [] => has_source_extension(path).then(|| Named::Foreign(path.to_owned())),
            several => Some(Named::Ambiguous(several.to_vec())),
        }
    }

    fn loosely(&self, path: &str) -> Vec<&'a str> {
        if !path.contains(['.', '/']) {
            return Vec::new();
        }
        self.iter()
            .filter(|key| {
                ends_with_parts(key, path) || ends_with_parts(path, key) || key.eq_ignore_ascii_case(path)
            })
            .collect()
    }
}

fn strip_dots(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    path
}

/// Whether the last parts of `path` are `parts`.
fn ends_with_parts(path: &str, parts: &str) -> bool {
    path.strip_suffix(parts).is_some_and(|front| front.ends_with('/'))
}

fn leaves_directory(path: &str) -> bool {
    (path.starts_with('/') && path.len() > 1)
        || path.starts_with("~/")
        || strip_drive(path).len() < path.len()
        || path.split('/').any(|part| part == "..")
}

/// Without a drive's letter as in `C:/`.
fn strip_drive(path: &str) -> &str {
    path.strip_prefix(|c: char| c.is_ascii_alphabetic())
        .and_then(|rest| rest.strip_prefix(':'))
        .unwrap_or(path)
}

fn has_path_characters(path: &str) -> bool {
    let path = strip_drive(path);
    path.chars().any(char::is_alphanumeric)
        && path.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '+' | '@' | '~'))
}

fn has_source_extension(path: &str) -> bool {
    let Some((stem, extension)) = path.rsplit_once('.') else { return false };
    !stem.is_empty() && EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::{Named, Paths};

    #[test]
    fn names_and_what_they_mean() {
        let paths = Paths::new(vec!["Makefile", "a/util.py", "b/util.py", "src/model.py"]);
        let foreign = |path: &str| Some(Named::Foreign(path.to_owned()));
        let cases = [
            ("src/model.py", Some(Named::Exactly("src/model.py"))),
            ("./src/model.py", Some(Named::Exactly("src/model.py"))),
            (r"src\model.py", Some(Named::Exactly("src/model.py"))),
            ("Makefile", Some(Named::Exactly("Makefile"))),
            ("model.py", Some(Named::Loosely("src/model.py"))),
            ("project/src/model.py", Some(Named::Loosely("src/model.py"))),
            ("src/Model.py", Some(Named::Loosely("src/model.py"))),
            ("util.py", Some(Named::Ambiguous(vec!["a/util.py", "b/util.py"]))),
            ("a/util.py", Some(Named::Exactly("a/util.py"))),
            ("../src/model.py", foreign("../src/model.py")),
            ("/etc/passwd", foreign("/etc/passwd")),
            ("/src/model.py", foreign("/src/model.py")),
            ("~/model.py", foreign("~/model.py")),
            ("C:/model.py", foreign("C:/model.py")),
            ("src/../../model.py", foreign("src/../../model.py")),
            ("other.py", foreign("other.py")),
            ("lib/model.py", foreign("lib/model.py")),
            ("python", None),
            ("c++", None),
            ("and/or", None),
            ("1.5", None),
            ("e.g.", None),
            ("...", None),
            ("", None),
        ];
        for (word, meaning) in cases {
            assert_eq!(paths.resolve(word), meaning, "{word}");
        }
    }
}
