//! Several steps at once: how many, and what each evaluation has for itself alone.

use crate::v1::Devices;

/// Most steps that a run may have under way.
pub const MAX_PARALLEL: u32 = 32;

/// Most devices of one kind.
const MAX_DEVICES: usize = 256;

/// Longest value of a device, in bytes.
const MAX_VALUE_BYTES: usize = 256;

/// The kind that stands for graphics cards, whoever made them.
const GPU: &str = "gpu";

/// What graphics cards are chosen by. `ROCR_VISIBLE_DEVICES` is not: HIP counts among what that leaves, so that the
/// same number in both hides all but the first card.
const GPU_VARIABLES: [&str; 2] = ["CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"];

/// Variables that every evaluation has from the daemon.
const OWN_VARIABLES: [&str; 2] = ["TMPDIR", "WECO_"];

/// What is wrong with how steps are to share the machine.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParallelError {
    /// Too many or none.
    #[error("{0} steps at once: it must be from 1 to {MAX_PARALLEL}")]
    Count(u32),
    /// Not of the form `KIND=VALUE,...`.
    #[error("`{0}` is not of the form gpu=0,1")]
    Form(String),
    /// Neither `gpu` nor a variable.
    #[error("`{0}` is neither `gpu` nor the name of an environment variable in upper case")]
    Kind(String),
    /// The daemon sets it.
    #[error("the variable {0} is set by weco itself")]
    Own(String),
    /// Two kinds set one variable.
    #[error("the variable {0} is given twice")]
    Twice(String),
    /// A value that no evaluation could be given.
    #[error("a value of {kind} is empty or too long, or has white space in it: `{value}`")]
    Value {
        /// Of which kind.
        kind: String,
        /// The value.
        value: String,
    },
    /// One device twice.
    #[error("{kind} has {value} twice, but each is for one evaluation at a time")]
    Same {
        /// Of which kind.
        kind: String,
        /// The value.
        value: String,
    },
    /// Too many values.
    #[error("{0} has more than {MAX_DEVICES} values")]
    Many(String),
    /// Evaluations would wait for each other.
    #[error("{steps} steps at once need {steps} of {kind}, but there are {count}")]
    Few {
        /// Steps at once.
        steps: u32,
        /// Of which kind.
        kind: String,
        /// How many there are.
        count: usize,
    },
}

impl ParallelError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Count(_) => "leave -p out for one step at a time".to_owned(),
            Self::Few { count, .. } => format!("-p {count}, or name more of them"),
            Self::Own(_) | Self::Kind(_) | Self::Form(_) | Self::Value { .. } | Self::Many(_) => {
                "name what each evaluation is given one of: --slots gpu=0,1 or --slots DATABASE_PORT=5433,5434"
                    .to_owned()
            }
            Self::Twice(_) | Self::Same { .. } => "name each once".to_owned(),
        }
    }
}

/// Reads `KIND=VALUE,VALUE`.
///
/// # Errors
/// If it has another form; what it says is looked at by [`check`].
pub fn parse(text: &str) -> Result<Devices, ParallelError> {
    let (kind, values) = text.split_once('=').ok_or_else(|| ParallelError::Form(text.to_owned()))?;
    let values = values.split(',').map(|value| value.trim().to_owned()).collect();
    Ok(Devices { kind: kind.trim().to_owned(), values })
}

/// The variables that an evaluation finds its device of this kind in.
pub fn variables(kind: &str) -> Vec<&str> {
    if kind == GPU { GPU_VARIABLES.to_vec() } else { vec![kind] }
}

/// Checks that so many steps can be under way with these devices.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(steps: u32, kinds: &[Devices]) -> Result<(), ParallelError> {
    if !(1..=MAX_PARALLEL).contains(&steps) {
        return Err(ParallelError::Count(steps));
    }
    let mut seen = Vec::new();
    for Devices { kind, values } in kinds {
        check_kind(kind)?;
        for variable in variables(kind) {
            if seen.contains(&variable) {
                return Err(ParallelError::Twice(variable.to_owned()));
            }
            seen.push(variable);
        }
        check_values(kind, values)?;
        if values.len() < steps as usize {
            return Err(ParallelError::Few { steps, kind: kind.clone(), count: values.len() });
        }
    }
    Ok(())
}

fn check_kind(kind: &str) -> Result<(), ParallelError> {
    let is_variable = kind.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
        && kind.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if kind != GPU && !is_variable {
        return Err(ParallelError::Kind(kind.to_owned()));
    }
    if OWN_VARIABLES.iter().any(|own| kind == *own || (own.ends_with('_') && kind.starts_with(own))) {
        return Err(ParallelError::Own(kind.to_owned()));
    }
    Ok(())
}

fn check_values(kind: &str, values: &[String]) -> Result<(), ParallelError> {
    if values.len() > MAX_DEVICES {
        return Err(ParallelError::Many(kind.to_owned()));
    }
    for (at, value) in values.iter().enumerate() {
        let (kind, value) = (kind.to_owned(), value.clone());
        if value.is_empty() || value.len() > MAX_VALUE_BYTES || value.contains([' ', '\t', '\n', '\r', '\0'])
        {
            return Err(ParallelError::Value { kind, value });
        }
        if values[..at].contains(&value) {
            return Err(ParallelError::Same { kind, value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(steps: u32, slots: &[&str]) -> String {
        let kinds = slots.iter().map(|slot| parse(slot)).collect::<Result<Vec<_>, _>>();
        match kinds.and_then(|kinds| check(steps, &kinds)) {
            Ok(()) => "fine".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_can_be_shared_out_is_taken() {
        assert_eq!(says(1, &[]), "fine");
        assert_eq!(says(32, &[]), "fine");
        assert_eq!(says(2, &["gpu=0,1", "PORT=8001, 8002,8003"]), "fine");
    }

    #[test]
    fn what_cannot_is_refused_in_words() {
        for (steps, slots, expected) in [
            (0, &[][..], "0 steps at once"),
            (33, &[], "33 steps at once"),
            (1, &["gpu"], "`gpu` is not of the form"),
            (1, &["gpus=0"], "`gpus` is neither"),
            (1, &["1GPU=0"], "`1GPU` is neither"),
            (1, &["TMPDIR=/a"], "TMPDIR is set by weco"),
            (1, &["WECO_SLOT=1"], "WECO_SLOT is set by weco"),
            (1, &["gpu=0", "CUDA_VISIBLE_DEVICES=1"], "CUDA_VISIBLE_DEVICES is given twice"),
            (1, &["gpu=0,"], "a value of gpu is empty"),
            (1, &["gpu=0 1"], "white space"),
            (2, &["gpu=0,0"], "gpu has 0 twice"),
            (3, &["gpu=0,1"], "3 steps at once need 3 of gpu, but there are 2"),
        ] {
            assert!(says(steps, slots).contains(expected), "{steps} {slots:?}: {}", says(steps, slots));
        }
    }
}
