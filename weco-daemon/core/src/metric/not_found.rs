//! Why there is no value.

/// Why no value was found.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", .reason.message(.name))]
pub struct NotFound {
    /// The metric asked for.
    pub name: String,
    /// Names in the output that do carry a number and might be meant, the likeliest first; at most 5.
    pub similar: Vec<String>,
    /// What was found instead.
    pub reason: Reason,
}

/// What was found instead of the metric's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// No line gives the metric a value.
    Absent,
    /// The print that counts is no finite number: `nan`, `inf`, `1e999`, `None`, `null`.
    NotFinite {
        /// What was printed in the number's place.
        printed: String,
    },
    /// All that was printed for it could mean several numbers or none: `1,5`, `1.2.3`, `[0.3, 0.9]`, `12:30`.
    Unclear {
        /// What was printed in the number's place, the last time.
        printed: String,
    },
}

impl Reason {
    fn message(&self, name: &str) -> String {
        match self {
            Self::Absent => format!("the output has no '{name}' with a number"),
            Self::NotFinite { printed } => format!("the last '{name}' in the output is {printed}"),
            Self::Unclear { printed } => {
                format!("the output's '{name}' is '{printed}', which is not one clear number")
            }
        }
    }
}

impl NotFound {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        let name = &self.name;
        match (&self.reason, self.similar.as_slice()) {
            (Reason::Absent, []) => format!("print a line such as `{name}: 1.5`"),
            (Reason::Absent, similar) => {
                format!("-m '{}', or print a line such as `{name}: 1.5`", similar.join("' or -m '"))
            }
            (Reason::NotFinite { .. }, _) => format!("print a finite number, such as `{name}: 1.5`"),
            (Reason::Unclear { .. }, _) => {
                format!("print one number with a decimal point, such as `{name}: 1.5`")
            }
        }
    }
}
