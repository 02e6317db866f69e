//! When a failed try is followed by another, and how soon. The rules are those of the providers' own
//! SDKs (openai 3.54.0, anthropic 2.12.0).

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

/// Tries in all: the first and two more.
pub(super) const TRIES: u32 = 3;

/// The longest wait between tries unless the provider asks for more.
const MAX_BACKOFF: Duration = Duration::from_secs(8);

/// The longest wait that a provider may ask for. Beyond this the call fails, saying how long to wait.
pub(super) const MAX_ASKED: Duration = Duration::from_secs(120);

/// The wait after `failed` tries (from 1): `base`, doubled for each further failure, at most 8 s, less up to
/// a quarter by `roll` (in 0..1) so that clients do not come back all at once.
pub(super) fn backoff(base: Duration, failed: u32, roll: f64) -> Duration {
    let doubled = base.saturating_mul(1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(MAX_BACKOFF).mul_f64(1.0 - 0.25 * roll.clamp(0.0, 1.0))
}

/// What a response's headers say about trying again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Hints {
    /// `x-should-retry`: decides whatever the status.
    pub(super) should: Option<bool>,
    /// `retry-after-ms` or `retry-after`, if it names a time to come.
    pub(super) after: Option<Duration>,
}

impl Hints {
    /// Reads the headers at the time `now`.
    pub(super) fn read(headers: &HeaderMap, now: SystemTime) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let should = match text("x-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let milliseconds = text("retry-after-ms").and_then(number).map(|ms| ms / 1000.0);
        let after = milliseconds.and_then(positive).or_else(|| {
            let value = text("retry-after")?;
            number(value).map_or_else(|| until(value, now), positive)
        });
        Self { should, after }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn positive(seconds: f64) -> Option<Duration> {
    if seconds > 0.0 { Duration::try_from_secs_f64(seconds).ok() } else { None }
}

/// The time from `now` until an HTTP date such as `Wed, 21 Oct 2015 07:28:00 GMT`.
fn until(date: &str, now: SystemTime) -> Option<Duration> {
    let date = jiff::fmt::rfc2822::parse(date).ok()?;
    let date: SystemTime = date.timestamp().into();
    date.duration_since(now).ok().filter(|wait| !wait.is_zero())
}

/// A duration as Google writes it: `38s`, `0.5s`.
pub(super) fn google_duration(text: &str) -> Option<Duration> {
    text.strip_suffix('s').and_then(number).and_then(positive)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderName;

    use super::*;

    fn hints(headers: &[(&'static str, &str)]) -> Hints {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        // 2015-10-21T07:27:30Z
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_450);
        Hints::read(&headers.collect(), now)
    }

    #[test]
    fn reads_when_to_come_back() {
        let ms = Duration::from_millis;
        for (headers, after) in [
            (&[("retry-after", "2")][..], Some(ms(2000))),
            (&[("retry-after", "0.5")], Some(ms(500))),
            (&[("retry-after-ms", "20"), ("retry-after", "2")], Some(ms(20))),
            (&[("retry-after-ms", "x"), ("retry-after", "2")], Some(ms(2000))),
            (&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], Some(ms(30_000))),
            (&[("retry-after", "Wed, 21 Oct 2015 07:27:00 GMT")], None),
            (&[("retry-after", "0")], None),
            (&[("retry-after", "-3")], None),
            (&[("retry-after", "inf")], None),
            (&[("retry-after", "NaN")], None),
            (&[("retry-after", "soon")], None),
            (&[], None),
        ] {
            assert_eq!(hints(headers).after, after, "{headers:?}");
        }
        assert_eq!(hints(&[("x-should-retry", "false")]).should, Some(false));
        assert_eq!(hints(&[("x-should-retry", "true")]).should, Some(true));
        assert_eq!(google_duration("38s"), Some(ms(38_000)));
        assert_eq!(google_duration("38"), None);
    }

    #[test]
    fn waits_double_up_to_the_limit() {
        let base = Duration::from_millis(500);
        let waits: Vec<_> = (1..=6).map(|failed| backoff(base, failed, 0.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(backoff(base, 1, 1.0).as_millis(), 375);
    }

    proptest! {
        #[test]
        fn a_wait_is_within_its_bounds(base in 0_u64..20_000, failed in 0_u32..200, roll in 0.0..1.0_f64) {
            let base = Duration::from_millis(base);
            let wait = backoff(base, failed, roll);
            prop_assert!(wait <= MAX_BACKOFF);
            prop_assert!(wait >= base.min(MAX_BACKOFF).mul_f64(0.75));
        }
    }
}
