//! One setting of a backend, and the form of its values.

/// Longest value, in characters.
const MAX_CHARS: usize = 1_000;

/// Most values of a list.
const MAX_NAMES: usize = 64;

/// What can be set.
#[derive(Debug)]
pub struct Setting {
    /// Its flag without the backend's prefix, such as `max-examples`.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether an evaluation cannot be made without.
    pub is_required: bool,
    /// What it is if it is not given, in words; empty if there is nothing to say.
    pub default: &'static str,
    /// What stands for the value in the help.
    pub value_name: &'static str,
    /// One line of help.
    pub help: &'static str,
}

/// The form of a setting's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One text on one line.
    Text,
    /// One text or several.
    Names,
    /// A whole number from 1.
    Count,
    /// One of these.
    Choice(&'static [&'static str]),
    /// `module:function`.
    Function,
    /// Whole seconds; 0 or less stands for the default.
    Seconds,
}

/// A setting's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Of a count or of seconds.
    Number(u32),
    /// Of one text.
    Text(String),
    /// Of several.
    Texts(Vec<String>),
}

/// Why a value is none for its setting: goes on after the flag's name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

impl Kind {
    /// Whether it takes more than one value.
    pub fn is_list(self) -> bool {
        self == Self::Names
    }

    /// Looks at one value alone.
    ///
    /// # Errors
    /// If it is none for this setting.
    pub fn check(self, value: &str) -> Result<(), Malformed> {
        self.read(value).map(|_| ())
    }

    /// What the values mean; none if they stand for the default.
    ///
    /// # Errors
    /// If they are none for this setting.
    pub(crate) fn read_all(self, values: &[String]) -> Result<Option<Value>, Malformed> {
        match (self, values) {
            (Self::Names, []) => Err(malformed("needs a value")),
            (Self::Names, values) if values.len() > MAX_NAMES => {
                Err(malformed(format!("takes at most {MAX_NAMES} values")))
            }
            (Self::Names, values) => {
                values.iter().try_for_each(|value| self.check(value))?;
                Ok(Some(Value::Texts(values.to_vec())))
            }
            (_, [value]) => self.read(value),
            _ => Err(malformed("takes one value")),
        }
    }

    fn read(self, value: &str) -> Result<Option<Value>, Malformed> {
        if value.trim().is_empty() {
            return Err(malformed("must not be empty"));
        }
        if value.chars().count() > MAX_CHARS || value.chars().any(char::is_control) {
            return Err(malformed(format!("must be one line of at most {MAX_CHARS} characters")));
        }
        match self {
            Self::Text | Self::Names => Ok(Some(Value::Text(value.to_owned()))),
            Self::Count => match value.parse() {
                Ok(0) | Err(_) => Err(malformed(format!("must be a whole number from 1 to {}", u32::MAX))),
                Ok(count) => Ok(Some(Value::Number(count))),
            },
            Self::Seconds => match value.parse::<i64>().map(|seconds| u32::try_from(seconds.max(0))) {
                Ok(Ok(0)) => Ok(None),
                Ok(Ok(seconds)) => Ok(Some(Value::Number(seconds))),
                _ => Err(malformed("must be a whole number of seconds")),
            },
            Self::Choice(words) if words.contains(&value) => Ok(Some(Value::Text(value.to_owned()))),
            Self::Choice(words) => Err(malformed(format!("must be one of {}", words.join(", ")))),
            Self::Function if is_function(value) => Ok(Some(Value::Text(value.to_owned()))),
            Self::Function => Err(malformed("must have the form module:function, such as app:answer")),
        }
    }
}

fn malformed(why: impl Into<String>) -> Malformed {
    Malformed(why.into())
}

/// A module and a name in it, both perhaps dotted.
fn is_function(value: &str) -> bool {
    let is_dotted = |names: &str| {
        names.split('.').all(|name| {
            name.starts_with(|char: char| char.is_alphabetic() || char == '_')
                && name.chars().all(|char| char.is_alphanumeric() || char == '_')
        })
    };
    value.split_once(':').is_some_and(|(module, name)| is_dotted(module) && is_dotted(name))
}
