//! The implementations that the programmer knows.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// Implementations by the names of the functions, and their own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Catalogue(BTreeMap<String, BTreeMap<String, String>>);

impl Catalogue {
    /// Reads `<directory>/<function>/<name>.py`.
    ///
    /// # Errors
    /// If something there cannot be read.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut all = BTreeMap::new();
        for function in fs::read_dir(directory)? {
            let function = function?.path();
            let mut variants = BTreeMap::new();
            for variant in fs::read_dir(&function)? {
                let path = variant?.path();
                variants.insert(stem(&path), fs::read_to_string(&path)?);
            }
            all.insert(stem(&function), variants);
        }
        Ok(Self(all))
    }

    /// From function, name and text of each.
    pub fn of<'t>(variants: impl IntoIterator<Item = (&'t str, &'t str, &'t str)>) -> Self {
        let mut all = Self::default();
        for (function, name, text) in variants {
            all.0.entry(function.to_owned()).or_default().insert(name.to_owned(), text.to_owned());
        }
        all
    }

    /// The functions' names, in order.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Names and texts of a function's implementations, in order.
    pub fn variants(&self, function: &str) -> impl Iterator<Item = (&str, &str)> {
        self.0.get(function).into_iter().flatten().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
