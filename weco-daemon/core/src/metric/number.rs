//! Reads one number, as people write them.

use super::duration::duration;
use super::token::Kind;

/// A number's kind and its length in bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Scanned {
    pub(super) kind: Kind,
    pub(super) len: usize,
}

/// The number that starts at byte `at` of `text`, with its sign and currency symbol, if one starts there.
pub(super) fn scan(text: &str, at: usize) -> Option<Scanned> {
    let before = text[..at].chars().next_back();
    let rest = &text[at..];
    let (negative, unsigned) = sign(rest, before);
    let digits = unsigned.strip_prefix(['$', '€', '£', '¥', '₹']).unwrap_or(unsigned);
    let mut reader = Reader { rest: digits, plain: String::new(), meaning: Meaning::Number };
    let point_may_start = before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | ')' | ']'));
    reader.read(point_may_start)?;
    let value = match reader.meaning {
        Meaning::Number => reader.plain.parse().unwrap_or(f64::INFINITY),
        Meaning::Seconds(seconds) => seconds,
        Meaning::Overflow => f64::INFINITY,
        Meaning::Unclear => f64::NAN,
    };
    let kind = if value.is_nan() {
        reader.skip_figures();
        Kind::Figures
    } else if value.is_infinite() {
        Kind::Overflow
    } else {
        Kind::Number(if negative { -value } else { value })
    };
    Some(Scanned { kind, len: rest.len() - reader.rest.len() })
}

/// Whether a minus sign starts `rest`, and what follows the sign. After a letter, digit or closing symbol, `-` is a
/// hyphen and `+` an operator.
fn sign(rest: &str, before: Option<char>) -> (bool, &str) {
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, ')' | ']' | '}' | '.' | '_' | '%' | '@')) {
        return (false, rest);
    }
    match rest.strip_prefix(['-', '\u{2212}']) {
        Some(unsigned) => (true, unsigned),
        None => (false, rest.strip_prefix('+').unwrap_or(rest)),
    }
}

/// What the characters mean.
#[derive(Clone, Copy)]
enum Meaning {
    /// The number in `Reader::plain`.
    Number,
    /// A duration in several units.
    Seconds(f64),
    /// Infinity as some C libraries print it: `1.#INF`.
    Overflow,
    /// A date, a time, a version, a range, a hexadecimal or a decimal comma.
    Unclear,
}

struct Reader<'t> {
    rest: &'t str,
    /// What was read, as Rust writes numbers.
    plain: String,
    meaning: Meaning,
}

impl<'t> Reader<'t> {
    fn read(&mut self, point_may_start: bool) -> Option<()> {
        if is_radix_prefix(self.rest) {
            self.meaning = Meaning::Unclear;
            return Some(());
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            self.whole();
        } else if !(point_may_start && starts_with_then_digit(self.rest, &['.'])) {
            return None;
        }
        self.fraction();
        self.exponent();
        self.tail();
        Some(())
    }

    fn digits(&mut self) -> &'t str {
        let (digits, rest) = self.rest.split_at(digits_len(self.rest));
        self.rest = rest;
        self.plain.push_str(digits);
        digits
    }

    /// Digits before the point, in groups of three after `,`, `'` or a thin or unbreakable space, or in any groups
    /// after `_`. A comma that makes no such group is a doubt.
    fn whole(&mut self) {
        let first = self.digits();
        let may_group = first.len() <= 3 && !first.starts_with('0');
        let mut separator = None;
        while let Some(c) = self.rest.chars().next() {
            if !matches!(c, '_' | ',' | '\'' | '’' | '\u{a0}' | '\u{2009}' | '\u{202f}') {
                return;
            }
            let group = digits_len(&self.rest[c.len_utf8()..]);
            let is_same = separator.is_none_or(|s| s == c);
            if group == 0 || (c != '_' && !(may_group && is_same && group == 3)) {
                if c == ',' && group > 0 {
                    self.meaning = Meaning::Unclear;
                }
                return;
            }
            separator = Some(c);
            self.rest = &self.rest[c.len_utf8()..];
            self.digits();
        }
    }

    fn fraction(&mut self) {
        let whole = self.plain.len();
        let Some(rest) = self.rest.strip_prefix('.') else { return };
        if digits_len(rest) > 0 {
            self.plain.push('.');
            self.rest = rest;
            let fraction = self.digits().len();
            // 1.234,5 is a grouped number with a decimal comma; 0.3,0.9 are two numbers.
            if (1..=3).contains(&whole) && fraction == 3 && starts_with_then_digit(self.rest, &[',']) {
                let second = &self.rest[1..];
                if self.plain.as_bytes()[0] != b'0' && !second[digits_len(second)..].starts_with('.') {
                    self.meaning = Meaning::Unclear;
                }
            }
        } else if rest.starts_with("#INF") || rest.starts_with("#QNAN") || rest.starts_with("#IND") {
            self.meaning = Meaning::Overflow;
            self.rest = rest[1..].trim_start_matches(char::is_alphanumeric);
        } else if !rest.starts_with(|c: char| c == '.' || c == '_' || c.is_alphabetic())
            || exponent(rest).is_some()
        {
            self.rest = rest;
        }
    }

    fn exponent(&mut self) {
        if let Some((power, rest)) = exponent(self.rest).or_else(|| power_of_ten(self.rest)) {
            self.plain.push('e');
            self.plain.push_str(&power);
            self.rest = rest;
        }
    }

    /// Judges by what is glued to the number.
    fn tail(&mut self) {
        if let Some((seconds, rest)) = duration(&self.plain, self.rest) {
            self.meaning = Meaning::Seconds(seconds);
            self.rest = rest;
        }
        if let Some(of) = self.rest.strip_prefix('/').map(|of| &of[digits_len(of)..])
            && starts_with_then_digit(self.rest, &['/'])
            && !starts_with_then_digit(of, &['/'])
        {
            self.rest = if starts_with_then_digit(of, &['.']) { &of[1 + digits_len(&of[1..])..] } else { of };
        }
        let spread = self.rest.trim_start_matches(['.', '…']);
        let has_range = spread.len() < self.rest.len() && digits_len(spread) > 0;
        if has_range || self.rest.starts_with('^') || starts_with_then_digit(self.rest, &['-', '–', ':', '/'])
        {
            self.meaning = Meaning::Unclear;
        }
    }

    /// Takes in all that hangs together with a doubtful number, so that no part of it is read on its own.
    fn skip_figures(&mut self) {
        loop {
            let rest = self.rest.trim_start_matches(char::is_alphanumeric);
            let joined = ['-', '–', ':', '/', ',', '.', '+', '_', '^', '…'];
            let next = rest.trim_start_matches(joined);
            if next.len() == self.rest.len() {
                return;
            }
            let goes_on = next.len() < rest.len() && next.starts_with(|c: char| c.is_ascii_digit());
            self.rest = if goes_on { next } else { rest };
            if !goes_on {
                return;
            }
        }
    }
}

/// How many digits start `text`.
pub(super) fn digits_len(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// One of `symbols` and a digit start `text`.
pub(super) fn starts_with_then_digit(text: &str, symbols: &[char]) -> bool {
    text.strip_prefix(symbols).is_some_and(|rest| digits_len(rest) > 0)
}

/// `0x1F`, `0b10`, `0o7`; but not `0x` alone, a speed-up of nothing.
fn is_radix_prefix(text: &str) -> bool {
    text.strip_prefix(['0'])
        .and_then(|rest| rest.strip_prefix(['x', 'X', 'b', 'B', 'o', 'O']))
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()))
}

/// `e-3` and, with a sign, Fortran's `D-03`: the power and what follows.
fn exponent(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix(['e', 'E', 'd', 'D'])?;
    let unsigned = rest.strip_prefix(['+', '-', '\u{2212}']).unwrap_or(rest);
    let len = digits_len(unsigned);
    if len == 0 || (text.starts_with(['d', 'D']) && unsigned.len() == rest.len()) {
        return None;
    }
    let minus = if rest.starts_with(['-', '\u{2212}']) { "-" } else { "" };
    Some((format!("{minus}{}", &unsigned[..len]), &unsigned[len..]))
}

/// `×10^-3`, `x 10^5`, `·10⁻³`: the power and what follows.
fn power_of_ten(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix(' ').unwrap_or(text).strip_prefix(['×', 'x', '*', '·', '⋅'])?;
    let power = text.strip_prefix(' ').unwrap_or(text).strip_prefix("10")?;
    if let Some(power) = power.strip_prefix('^').or_else(|| power.strip_prefix("**")) {
        let open = power.strip_prefix(['{', '(']).unwrap_or(power);
        let unsigned = open.strip_prefix(['+', '-', '\u{2212}']).unwrap_or(open);
        let len = digits_len(unsigned);
        let minus = if open.starts_with(['-', '\u{2212}']) { "-" } else { "" };
        let rest = &unsigned[len..];
        return (len > 0).then(|| {
            (format!("{minus}{}", &unsigned[..len]), rest.strip_prefix(['}', ')']).unwrap_or(rest))
        });
    }
    let raised = power.find(|c| plain_superscript(c).is_none()).unwrap_or(power.len());
    let plain: String = power[..raised].chars().filter_map(plain_superscript).collect();
    plain.parse::<i32>().is_ok().then(|| (plain, &power[raised..]))
}

fn plain_superscript(c: char) -> Option<char> {
    Some(match c {
        '⁻' => '-',
        '⁺' => '+',
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        _ => return None,
    })
}
