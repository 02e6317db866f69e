//! The environment of evaluations: exactly the client's. What is recorded of it leaves out every
//! value that looks like a secret.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Variables, in the client's order.
pub type Environment = Vec<(OsString, OsString)>;

/// Parts of a variable's name that mark its value as a secret.
const SECRET_MARKS: [&str; 5] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL"];

/// Whether the value of a variable of this name is treated as a secret.
pub fn is_secret(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_uppercase();
    SECRET_MARKS.iter().any(|mark| name.contains(mark))
}

/// Names of the variables whose values are not recorded.
pub fn secret_names(environment: &Environment) -> Vec<String> {
    environment
        .iter()
        .filter(|(name, _)| is_secret(name))
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .collect()
}

/// What is recorded: `name=value` pairs without secrets, each ended by a NUL byte.
pub fn to_record(environment: &Environment) -> Vec<u8> {
    let mut record = Vec::new();
    for (name, value) in environment.iter().filter(|(name, _)| !is_secret(name)) {
        record.extend_from_slice(name.as_bytes());
        record.push(b'=');
        record.extend_from_slice(value.as_bytes());
        record.push(0);
    }
    record
}

/// Reads what [`to_record`] wrote.
pub fn from_record(record: &[u8]) -> Environment {
    record
        .split(|byte| *byte == 0)
        .filter_map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=')?;
            let (name, value) = (pair[..at].to_vec(), pair[at + 1..].to_vec());
            Some((OsString::from_vec(name), OsString::from_vec(value)))
        })
        .collect()
}

/// The value of a variable, if it is UTF-8.
pub fn lookup(environment: &Environment, name: &str) -> Option<String> {
    let found = environment.iter().find(|(key, _)| key == name)?;
    found.1.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        [("PATH", "/bin"), ("OPENAI_API_KEY", "sk-1"), ("EMPTY", ""), ("Db_Password", "p"), ("A", "x=y")]
            .map(|(name, value)| (name.into(), value.into()))
            .to_vec()
    }

    #[test]
    fn the_record_leaves_secrets_out_and_reads_back() {
        let record = to_record(&environment());
        assert!(!String::from_utf8_lossy(&record).contains("sk-1"));
        let expected: Environment = environment().into_iter().filter(|(name, _)| !is_secret(name)).collect();
        assert_eq!(from_record(&record), expected);
        assert_eq!(secret_names(&environment()), ["OPENAI_API_KEY", "Db_Password"]);
    }

    #[test]
    fn values_that_are_not_utf8_survive() {
        let odd: Environment = vec![("X".into(), OsString::from_vec(vec![0xff, b'=', 0xfe]))];
        assert_eq!(from_record(&to_record(&odd)), odd);
    }
}
