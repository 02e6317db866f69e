//! Tables of outputs as people and their tools print them, and properties.

mod forms;
mod numbers;
mod properties;
mod ranking;
mod refusals;
mod similar;
mod spelling;
mod tables;
mod tools;

use super::{Reason, find};

/// Checks rows of name, output and value, and reports all that fail.
fn assert_found<N: AsRef<str>, O: AsRef<str>>(rows: &[(N, O, f64)]) {
    let failures: Vec<String> = rows
        .iter()
        .filter_map(|(name, output, expected)| {
            let (name, output) = (name.as_ref(), output.as_ref());
            let found = find(output, name);
            (found.as_ref() != Ok(expected))
                .then(|| format!("{name:?} in {output:?}: {found:?}, not {expected}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Checks rows of name and output in which nothing is to be found for the reason that `is_expected` accepts.
fn assert_missing<N: AsRef<str>, O: AsRef<str>>(rows: &[(N, O)], is_expected: fn(&Reason) -> bool) {
    let failures: Vec<String> = rows
        .iter()
        .filter_map(|(name, output)| match find(output.as_ref(), name.as_ref()) {
            Err(missing) if is_expected(&missing.reason) => None,
            other => Some(format!("{:?} in {:?}: {other:?}", name.as_ref(), output.as_ref())),
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
