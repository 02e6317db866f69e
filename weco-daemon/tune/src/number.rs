//! Numbers as they are written: read with their style, written back in the same.

/// What a number token says.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Number {
    /// A whole number.
    Int(i64),
    /// Anything with a fraction, an exponent or a floating-point suffix.
    Float(f64),
}

impl Number {
    /// The number as a float.
    pub(crate) fn as_f64(self) -> f64 {
        match self {
            #[expect(clippy::as_conversions, reason = "beyond 2^53 the nearest float is meant")]
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }
}

/// How a number is written: everything about its text that is not its value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Style {
    /// `0x`, `0o` or `0b` (any case) with the radix it stands for.
    radix: Option<(String, u32)>,
    /// Least number of digits after a radix prefix.
    width: usize,
    /// Hexadecimal digits are capitals.
    capitals: bool,
    /// What groups the digits: `_` or `'`.
    separator: Option<char>,
    /// `e` or `E`, when the baseline has an exponent.
    exponent: Option<char>,
    /// What follows the digits: `f32`, `u`, `UL`, `n`…
    suffix: String,
    /// Whether the token stands right behind a sign, so that a negative value needs parentheses.
    pub(crate) behind_sign: bool,
}

impl Style {
    /// Whether the number has a radix prefix: a mask or an address rather than a quantity.
    pub(crate) fn has_radix(&self) -> bool {
        self.radix.is_some()
    }

    /// The largest value the suffix's type can hold, for types that are small enough to overflow.
    pub(crate) fn type_bounds(&self) -> Option<(i64, i64)> {
        Some(match self.suffix.trim_start_matches('_') {
            "u8" => (0, u8::MAX.into()),
            "i8" => (i8::MIN.into(), i8::MAX.into()),
            "u16" => (0, u16::MAX.into()),
            "i16" => (i16::MIN.into(), i16::MAX.into()),
            "u32" | "u" | "U" => (0, u32::MAX.into()),
            "i32" => (i32::MIN.into(), i32::MAX.into()),
            "u64" | "u128" | "usize" | "ul" | "UL" | "ull" | "ULL" => (0, i64::MAX),
            _ => return None,
        })
    }
}

/// Suffixes that are part of a number in some supported language.
const SUFFIXES: &[&str] = &[
    "", "u", "U", "l", "L", "ul", "UL", "ull", "ULL", "ll", "LL", "f", "F", "d", "D", "n", "z", "uz", "i8",
    "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f16", "f32", "f64",
    "h", "bf16",
];

/// No number is written longer, in bytes.
const LONGEST_TOKEN: usize = 64;

/// Most significant digits that a written float has.
pub(crate) const MAX_DIGITS: u32 = 6;

/// Reads a number token, sign and parentheses included; `None` for anything else (`1j`, `1.2.3`, `0x`).
pub(crate) fn parse(text: &str) -> Option<(Number, Style)> {
    let bare = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(text).trim();
    let (negative, digits) = match bare.as_bytes().first()? {
        b'-' => (true, bare[1..].trim_start()),
        b'+' => (false, bare[1..].trim_start()),
        _ => (false, bare),
    };
    if !digits.is_ascii() || !digits.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (number, style) = parse_radix(digits).or_else(|| parse_decimal(digits))?;
    let number = match number {
        Number::Int(int) if negative => Number::Int(int.checked_neg()?),
        Number::Float(float) if negative => Number::Float(-float),
        other => other,
    };
    Some((number, style))
}

fn parse_radix(digits: &str) -> Option<(Number, Style)> {
    let radix = match digits.get(..2)? {
        "0x" | "0X" => 16,
        "0o" | "0O" => 8,
        "0b" | "0B" => 2,
        _ => return None,
    };
    let rest = &digits[2..];
    let end = rest.find(|c: char| !(c.is_digit(radix) || c == '_' || c == '\'')).unwrap_or(rest.len());
    let (body, suffix) = rest.split_at(end);
    let plain: String = body.chars().filter(char::is_ascii_alphanumeric).collect();
    let value = i64::from_str_radix(&plain, radix).ok()?;
    let style = Style {
        radix: Some((digits[..2].to_owned(), radix)),
        width: plain.len(),
        capitals: plain.bytes().any(|byte| byte.is_ascii_uppercase()),
        suffix: known_suffix(suffix)?,
        ..Style::default()
    };
    Some((Number::Int(value), style))
}

fn parse_decimal(digits: &str) -> Option<(Number, Style)> {
    let end = mantissa_end(digits);
    let (body, suffix) = digits.split_at(end);
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let separator = body.chars().find(|c| matches!(c, '_' | '\''));
    let plain: String = body.chars().filter(|c| !matches!(c, '_' | '\'')).collect();
    let suffix = known_suffix(suffix)?;
    let exponent = body.chars().find(|c| matches!(c, 'e' | 'E'));
    // Rust's `1f32` is a float; C's `f` needs a point, but nothing else could be meant.
    let float = exponent.is_some()
        || body.contains('.')
        || matches!(suffix.trim_start_matches('_').as_bytes(), [b'f' | b'F', ..]);
    let number = if float {
        Number::Float(plain.parse().ok().filter(|value: &f64| value.is_finite())?)
    } else {
        Number::Int(plain.parse().ok()?)
    };
    Some((number, Style { separator, exponent, suffix, ..Style::default() }))
}

/// Where digits, point and exponent end and a suffix begins.
fn mantissa_end(digits: &str) -> usize {
    let bytes = digits.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    let mut point = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => at += 1,
            b'_' | b'\'' if digit(at + 1) => at += 1,
            b'.' if !point => {
                point = true;
                at += 1;
            }
            b'e' | b'E'
                if digit(at + 1) || (matches!(bytes.get(at + 1), Some(b'+' | b'-')) && digit(at + 2)) =>
            {
                at += 2;
                while digit(at) {
                    at += 1;
                }
                break;
            }
            _ => break,
        }
    }
    at
}

fn known_suffix(text: &str) -> Option<String> {
    SUFFIXES.contains(&text.trim_start_matches('_')).then(|| text.to_owned())
}

/// Length in bytes of the number token at the start of `text`, without a sign; zero if there is none.
/// A letter or digit that cannot belong to it makes it no number at all (`3rd`, `1.2.3`, `12px`).
pub(crate) fn token_length(text: &str) -> usize {
    let ascii = text.bytes().take(LONGEST_TOKEN).take_while(u8::is_ascii).count();
    let text = &text[..ascii];
    let radix = text.get(..2).is_some_and(|start| matches!(start, "0x" | "0X" | "0o" | "0O" | "0b" | "0B"));
    let mut end = if radix { 2 } else { mantissa_end(text) };
    // `0..5` is a range: the point is not the number's.
    if !radix && text[..end].ends_with('.') && text[end..].starts_with('.') {
        end -= 1;
    }
    end += text[end..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len() - end);
    if parse(&text[..end]).is_some() { end } else { 0 }
}

/// Writes a number in a style. A float keeps at most [`MAX_DIGITS`] significant digits and always
/// reads back as a float.
pub(crate) fn write(number: Number, style: &Style) -> String {
    let body = match number {
        Number::Int(int) => write_int(int, style),
        Number::Float(float) => write_float(float, style),
    };
    if style.behind_sign && body.starts_with('-') { format!("({body})") } else { body }
}

fn write_int(int: i64, style: &Style) -> String {
    let sign = if int < 0 { "-" } else { "" };
    let size = int.unsigned_abs();
    let digits = match &style.radix {
        Some((prefix, radix)) => {
            let digits = match radix {
                16 if style.capitals => format!("{size:0width$X}", width = style.width),
                16 => format!("{size:0width$x}", width = style.width),
                8 => format!("{size:0width$o}", width = style.width),
                _ => format!("{size:0width$b}", width = style.width),
            };
            format!("{prefix}{digits}")
        }
        None => group(&size.to_string(), style.separator),
    };
    format!("{sign}{digits}{}", style.suffix)
}

fn group(digits: &str, separator: Option<char>) -> String {
    let Some(separator) = separator else { return digits.to_owned() };
    let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

fn write_float(float: f64, style: &Style) -> String {
    let float = round(float, MAX_DIGITS);
    let size = float.abs();
    let plain_is_short = float == 0.0 || (1e-5..1e15).contains(&size);
    let body = match style.exponent {
        Some(letter) if float != 0.0 => format!("{float:e}").replace('e', &letter.to_string()),
        None if plain_is_short => format!("{float:?}"),
        _ => format!("{float:?}").replace('E', "e"),
    };
    format!("{body}{}", style.suffix)
}

/// Rounds to `digits` significant decimal digits.
pub(crate) fn round(value: f64, digits: u32) -> f64 {
    let precision = usize::try_from(digits.saturating_sub(1)).unwrap_or_default();
    format!("{value:.precision$e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewrite(text: &str, number: Number) -> String {
        write(number, &parse(text).unwrap().1)
    }

    #[test]
    fn reads_every_form() {
        for (text, expected) in [
            ("0", Number::Int(0)),
            ("-3", Number::Int(-3)),
            ("- 3", Number::Int(-3)),
            ("(-3)", Number::Int(-3)),
            ("1_000_000", Number::Int(1_000_000)),
            ("1'000", Number::Int(1000)),
            ("4u", Number::Int(4)),
            ("4ULL", Number::Int(4)),
            ("10n", Number::Int(10)),
            ("7_usize", Number::Int(7)),
            ("0xFFu8", Number::Int(255)),
            ("0b1010", Number::Int(10)),
            ("1.0f32", Number::Float(1.0)),
            ("1f32", Number::Float(1.0)),
            ("0.5f", Number::Float(0.5)),
            ("1.", Number::Float(1.0)),
            (".5", Number::Float(0.5)),
            ("1e-3", Number::Float(1e-3)),
            ("2.5E+4", Number::Float(2.5e4)),
        ] {
            assert_eq!(parse(text).map(|(number, _)| number), Some(expected), "{text}");
        }
        for text in
            ["", "-", "x", "1.2.3", "1j", "0x", "12px", "1e", "99999999999999999999", "e5", "_1", "1e999"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn keeps_the_style() {
        assert_eq!(rewrite("1_000", Number::Int(1_234_567)), "1_234_567");
        assert_eq!(rewrite("1000", Number::Int(12)), "12");
        assert_eq!(rewrite("0x0F", Number::Int(26)), "0x1A");
        assert_eq!(rewrite("4u", Number::Int(9)), "9u");
        assert_eq!(rewrite("1.0f32", Number::Float(2.0)), "2.0f32");
        assert_eq!(rewrite("1e-3", Number::Float(0.002_5)), "2.5e-3");
        assert_eq!(rewrite("1E-3", Number::Float(3e-9)), "3E-9");
        assert_eq!(rewrite("0.1", Number::Float(0.123_456_789)), "0.123457");
        assert_eq!(rewrite("0.1", Number::Float(1e-9)), "1e-9");
        assert_eq!(rewrite("1.", Number::Float(64.0)), "64.0");
        assert_eq!(rewrite("-2", Number::Int(-7)), "-7");
    }

    #[test]
    fn parenthesises_a_negative_behind_a_sign() {
        let style = Style { behind_sign: true, ..Style::default() };
        assert_eq!(write(Number::Int(-3), &style), "(-3)");
        assert_eq!(write(Number::Int(3), &style), "3");
    }

    #[test]
    fn finds_where_a_token_ends() {
        for (text, length) in [
            ("12, 3", 2),
            ("0..5", 1),
            ("1.5f32)", 6),
            ("3rd", 0),
            ("1.2.3", 3),
            ("1e-3;", 4),
            ("0xffg", 0),
            ("5 ", 1),
            ("7é", 1),
        ] {
            assert_eq!(token_length(text), length, "{text}");
        }
    }
}
