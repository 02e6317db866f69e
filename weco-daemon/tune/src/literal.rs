//! What can be tuned: a literal, and the values it may take.

use std::fmt;
use std::ops::Range;

use crate::number::{self, Number, Style};

/// How the values between a numeric literal's bounds are spread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scale {
    /// Equal differences matter equally.
    Linear,
    /// Equal ratios matter equally. Both bounds have the same sign and neither is zero.
    Log,
    /// As [`Scale::Log`], for a power of two: steps prefer to double or halve it.
    Doubling,
}

/// The values that a literal may take, bounds included.
#[derive(Clone, PartialEq, Debug)]
pub enum Domain {
    /// Whole numbers `min, min + step, …` up to `max`.
    Int {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// Distance between neighbours, at least 1.
        step: i64,
        /// How they are spread.
        scale: Scale,
    },
    /// Real numbers.
    Float {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// How they are spread.
        scale: Scale,
    },
    /// One of these source texts.
    Choice {
        /// The texts, each as it is written into the file.
        texts: Vec<String>,
        /// Whether neighbours in the list are alike, as with numbers in order.
        ordered: bool,
    },
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = |scale: &Scale| match scale {
            Scale::Linear => "",
            Scale::Log => " log",
            Scale::Doubling => " doubling",
        };
        match self {
            Self::Int { min, max, step: 1, scale } => write!(f, "{min}..{max}{}", suffix(scale)),
            Self::Int { min, max, step, scale } => write!(f, "{min}..{max} step {step}{}", suffix(scale)),
            Self::Float { min, max, scale } => write!(f, "{min:?}..{max:?}{}", suffix(scale)),
            Self::Choice { texts, .. } => write!(f, "[{}]", texts.join(", ")),
        }
    }
}

/// A literal's value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A real number.
    Float(f64),
    /// A position in [`Domain::Choice::texts`].
    Choice(usize),
}

/// A literal of the sources that the search may change.
#[derive(Clone, PartialEq, Debug)]
pub struct Literal {
    /// The file it is in, as the caller named it.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
    /// What it is called in the code (`BLOCK`, `lr`), or its surroundings if it has no name.
    pub name: String,
    /// Its text in the baseline.
    pub text: String,
    /// The values it may take.
    pub domain: Domain,
    /// Its value in the baseline; may lie outside a range that a comment gives.
    pub baseline: Value,
    /// Whether a comment gives its domain.
    pub annotated: bool,
    /// Where it is in its file, in bytes.
    pub(crate) range: Range<usize>,
    /// How it is written.
    pub(crate) style: Style,
    /// How promising its kind is; the search looks at better ones first.
    pub(crate) tier: Tier,
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}:{}", self.name, self.path, self.line)
    }
}

impl Literal {
    /// The value as it is written into the file.
    pub(crate) fn write(&self, value: Value) -> String {
        if value == self.baseline {
            return self.text.clone();
        }
        match value {
            Value::Int(int) => number::write(Number::Int(int), &self.style),
            Value::Float(float) => number::write(Number::Float(float), &self.style),
            Value::Choice(index) => match &self.domain {
                Domain::Choice { texts, .. } => {
                    texts.get(index).cloned().unwrap_or_else(|| self.text.clone())
                }
                _ => self.text.clone(),
            },
        }
    }

    /// The value that a text in the literal's place stands for; `None` if it is none of its domain's kind.
    pub(crate) fn read(&self, text: &str) -> Option<Value> {
        match &self.domain {
            Domain::Choice { texts, .. } => texts.iter().position(|choice| choice == text).map(Value::Choice),
            Domain::Float { .. } => number::parse(text).map(|(number, _)| Value::Float(number.as_f64())),
            Domain::Int { .. } => match number::parse(text)?.0 {
                Number::Int(int) => Some(Value::Int(int)),
                Number::Float(_) => None,
            },
        }
    }
}

/// How promising a literal is for what it is, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Tier {
    /// A comment gives its domain.
    Annotated,
    /// A named constant, a configuration entry, a keyword or default argument.
    Constant,
    /// Assigned to a variable.
    Assignment,
    /// Anywhere else in an expression.
    Expression,
}
