//! Durations: as a clock, as an estimate, in words. All take milliseconds; negative ones count as zero.

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// As a clock: `0:14`, `12:04`, `1:02:03`.
pub fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / SECOND;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// An estimate, no more exact than it can be: `about 40 s`, `about 7 min`, `about 2 h 10 min`, `about 3 days`.
pub fn about(ms: i64) -> String {
    let ms = ms.max(0);
    if ms < 90 * SECOND {
        format!("about {} s", (round(ms, 5 * SECOND) / SECOND).max(5))
    } else if ms < 99 * MINUTE {
        format!("about {} min", round(ms, MINUTE) / MINUTE)
    } else if ms < 2 * DAY {
        let ms = round(ms, 10 * MINUTE);
        match (ms / HOUR, ms % HOUR / MINUTE) {
            (hours, 0) => format!("about {hours} h"),
            (hours, minutes) => format!("about {hours} h {minutes} min"),
        }
    } else {
        format!("about {} days", round(ms, DAY) / DAY)
    }
}

/// What something took: `0.3 s`, `42 s`, `19 min`, `2 h 5 min`.
pub fn words(ms: i64) -> String {
    let ms = ms.max(0);
    if ms < 10 * SECOND {
        let tenths = round(ms, 100) / 100;
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else if ms < 100 * SECOND {
        format!("{} s", round(ms, SECOND) / SECOND)
    } else if ms < 100 * MINUTE {
        format!("{} min", round(ms, MINUTE) / MINUTE)
    } else {
        let ms = round(ms, MINUTE);
        format!("{} h {} min", ms / HOUR, ms % HOUR / MINUTE)
    }
}

/// To the nearest multiple of `unit`.
fn round(ms: i64, unit: i64) -> i64 {
    ms.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        for (ms, text) in [
            (-5, "0:00"),
            (14_999, "0:14"),
            (724_000, "12:04"),
            (3_723_000, "1:02:03"),
            (360_000_000, "100:00:00"),
        ] {
            assert_eq!(clock(ms), text);
        }
    }

    #[test]
    fn estimates() {
        for (ms, text) in [
            (0, "about 5 s"),
            (41_000, "about 40 s"),
            (410_000, "about 7 min"),
            (2 * HOUR, "about 2 h"),
            (2 * HOUR + 11 * MINUTE, "about 2 h 10 min"),
            (70 * HOUR, "about 3 days"),
            (i64::MAX, "about 106751991167 days"),
        ] {
            assert_eq!(about(ms), text);
        }
    }

    #[test]
    fn spans() {
        for (ms, text) in [
            (-1, "0.0 s"),
            (1_240, "1.2 s"),
            (42_000, "42 s"),
            (19 * MINUTE, "19 min"),
            (125 * MINUTE, "2 h 5 min"),
        ] {
            assert_eq!(words(ms), text);
        }
    }
}
