//! The settings that a user gave, checked.

use std::collections::BTreeMap;

use crate::backend::Backend;
use crate::setting::Value;

/// Settings of one backend that fit its table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    values: BTreeMap<String, Value>,
}

/// What is wrong with the settings, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidSettings {
    /// There is no such setting.
    #[error("{title} has no setting {name:?}")]
    Unknown {
        /// The backend's title.
        title: &'static str,
        /// What was given.
        name: String,
        /// The flag that may have been meant.
        similar: Option<String>,
    },
    /// A value does not fit.
    #[error("{flag} {why}")]
    Value {
        /// The flag.
        flag: String,
        /// Goes on after the flag's name.
        why: String,
    },
    /// What must be given is not.
    #[error("{} {} required with --eval-backend {backend}", flags.join(" and "), if flags.len() == 1 { "is" } else { "are" })]
    Missing {
        /// The backend's name.
        backend: &'static str,
        /// The flags.
        flags: Vec<String>,
        /// The same with values, as an example.
        example: String,
    },
}

impl InvalidSettings {
    /// What to do next; may be empty.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { similar: Some(flag), .. } => format!("did you mean {flag}?"),
            Self::Unknown { .. } | Self::Value { .. } => String::new(),
            Self::Missing { example, .. } => format!("add {example}"),
        }
    }
}

impl Given {
    /// Checks each of the settings, by name; a list has several values. Says nothing of what is missing.
    ///
    /// # Errors
    /// [`InvalidSettings`] of the first that does not fit.
    pub fn partial<'v>(
        backend: &Backend,
        settings: impl IntoIterator<Item = (&'v str, &'v [String])>,
    ) -> Result<Self, InvalidSettings> {
        let mut values = BTreeMap::new();
        for (name, given) in settings {
            let setting = backend.setting(name).ok_or_else(|| unknown(backend, name))?;
            let read = setting.kind.read_all(given);
            let read = read
                .map_err(|why| InvalidSettings::Value { flag: backend.flag(name), why: why.to_string() })?;
            if let Some(value) = read {
                values.insert(name.to_owned(), value);
            }
        }
        Ok(Self { values })
    }

    /// As [`Self::partial`], and nothing is missing.
    ///
    /// # Errors
    /// [`InvalidSettings`].
    pub fn complete<'v>(
        backend: &Backend,
        settings: impl IntoIterator<Item = (&'v str, &'v [String])>,
    ) -> Result<Self, InvalidSettings> {
        let given = Self::partial(backend, settings)?;
        let missing: Vec<_> =
            backend.required().filter(|setting| !given.values.contains_key(setting.name)).collect();
        if missing.is_empty() {
            return Ok(given);
        }
        let example = |flag: &str, value: &str| format!("{flag} <{value}>");
        Err(InvalidSettings::Missing {
            backend: backend.name,
            flags: missing.iter().map(|setting| backend.flag(setting.name)).collect(),
            example: missing
                .iter()
                .map(|setting| example(&backend.flag(setting.name), setting.value_name))
                .collect::<Vec<_>>()
                .join(" "),
        })
    }

    /// The values by the settings' names.
    pub fn into_values(self) -> BTreeMap<String, Value> {
        self.values
    }
}

fn unknown(backend: &Backend, name: &str) -> InvalidSettings {
    let names = backend.settings.iter().map(|setting| setting.name);
    let (distance, nearest) =
        names.map(|known| (strsim::osa_distance(known, name), known)).min().unwrap_or((usize::MAX, ""));
    InvalidSettings::Unknown {
        title: backend.title,
        name: name.to_owned(),
        similar: (distance <= 3).then(|| backend.flag(nearest)),
    }
}
