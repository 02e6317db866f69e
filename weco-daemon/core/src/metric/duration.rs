//! Durations in several units: `1m23.4s`.

use super::number::{digits_len, starts_with_then_digit};

/// Units of time that are written after one another, the longest first, in seconds.
const DURATIONS: [(&[&str], f64); 7] = [
    (&["d"], 86_400.0),
    (&["h", "hr", "hrs"], 3_600.0),
    (&["m", "min", "mins"], 60.0),
    (&["s", "sec", "secs"], 1.0),
    (&["ms"], 1e-3),
    (&["us", "µs", "μs"], 1e-6),
    (&["ns"], 1e-9),
];

/// The seconds in `first` followed by `rest`, if that is a duration in at least two units: `1m23.4s`, `1h 5m`.
pub(super) fn duration<'t>(first: &str, rest: &'t str) -> Option<(f64, &'t str)> {
    let (mut rank, mut rest) = unit_of_time(rest)?;
    let mut seconds = first.parse::<f64>().ok()? * DURATIONS[rank].1;
    let mut parts = 1;
    loop {
        let number = rest.strip_prefix(' ').unwrap_or(rest);
        let mut len = digits_len(number);
        if starts_with_then_digit(&number[len..], &['.']) {
            len += 1 + digits_len(&number[len + 1..]);
        }
        let Some((next, after)) = unit_of_time(&number[len..]).filter(|(next, _)| *next > rank && len > 0)
        else {
            return (parts > 1).then_some((seconds, rest));
        };
        seconds += number[..len].parse::<f64>().ok()? * DURATIONS[next].1;
        (rank, rest, parts) = (next, after, parts + 1);
    }
}

/// Which of [`DURATIONS`] `text` starts with, and what follows; not if it is a rate (`3ms/step`).
fn unit_of_time(text: &str) -> Option<(usize, &str)> {
    let len = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len()).min(8);
    let unit = text.get(..len)?;
    let rank = DURATIONS.iter().position(|(names, _)| names.contains(&unit))?;
    Some((rank, &text[len..])).filter(|(_, rest)| !rest.starts_with('/'))
}
