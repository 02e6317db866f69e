use std::fmt;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, value};

use super::KeysFileError;
use crate::providers::{self, IDS};

/// What is at the head of a new file.
const HEADING: &str =
    "# Keys of model providers, kept by `weco keys`. Nobody else may read this file (mode 600).\n";

/// The content of a keys file: keys by provider, and whatever else its user wrote there. `Debug` hides it.
#[derive(Clone)]
pub struct Keys {
    path: PathBuf,
    document: DocumentMut,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Keys {
    /// Understands `text`, the content of the file `path`.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, KeysFileError> {
        // The parser's own message quotes the line, and with it perhaps a key.
        let document = text.parse::<DocumentMut>().map_err(|error| KeysFileError::Malformed {
            path: path.to_owned(),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
        })?;
        Ok(Self { path: path.to_owned(), document })
    }

    /// No keys.
    pub(super) fn none(path: &Path) -> Self {
        let mut document = DocumentMut::new();
        document.set_trailing(HEADING);
        Self { path: path.to_owned(), document }
    }

    /// The key of `provider` (one of [`IDS`]), if there is one.
    ///
    /// # Errors
    /// If its entry holds something that is no key.
    pub fn get(&self, provider: &str) -> Result<Option<&str>, KeysFileError> {
        let Some((id, item)) = providers::known(provider).and_then(|id| Some((id, self.entry(id)?))) else {
            return Ok(None);
        };
        let unusable = |why: String| KeysFileError::NoKey { path: self.path.clone(), provider: id, why };
        let text = item.as_str().ok_or_else(|| unusable("the entry is not a text in quotes".to_owned()))?;
        providers::check_key(text).map(Some).map_err(|why| unusable(why.to_string()))
    }

    /// Entries that are none of a known provider. They are kept as they are.
    pub fn unknown(&self) -> Vec<&str> {
        self.document.iter().map(|(name, _)| name).filter(|name| !IDS.contains(name)).collect()
    }

    /// Sets the key of `provider`; whether there was one.
    pub(super) fn set(&mut self, provider: &str, key: &str) -> bool {
        let replaced = self.entry(provider).is_some();
        if self.document.is_empty() {
            self.lead_with_what_trails(provider, key);
        } else {
            self.document[provider] = value(key);
        }
        replaced
    }

    /// Comments of a file without entries stand after nothing; they are to stay above the first entry.
    fn lead_with_what_trails(&mut self, provider: &str, key: &str) {
        let comments = self.document.trailing().as_str().unwrap_or_default().to_owned();
        self.document.set_trailing("");
        self.document[provider] = value(key);
        if let Some(mut name) = self.document.key_mut(provider) {
            name.leaf_decor_mut().set_prefix(comments);
        }
    }

    /// Removes the key of `provider`; whether there was one. A comment right above it goes with it.
    pub(super) fn remove(&mut self, provider: &str) -> bool {
        self.document.remove(provider).is_some()
    }

    pub(super) fn text(&self) -> String {
        self.document.to_string()
    }

    fn entry(&self, provider: &str) -> Option<&Item> {
        self.document.get(provider).filter(|item| !item.is_none())
    }
}

/// The number of the line, from 1, in which byte `at` of `text` is.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}
