//! What a comment says about the literals beside it.
//!
//! ```text
//! comment  = … marker spec { ";" spec } [ remark ]
//! marker   = "weco:" | "tune:" | "range:" | "choices:"
//! spec     = "fixed" | range | choices
//! range    = number ( ".." | "..=" | "to" | "and" ) number { "log" | "linear" | "pow2" | "step" number }
//! choices  = "[" item { "," item } "]"  |  item "," item { "," item }
//! item     = number | "text" | 'text' | word
//! remark   = "(" … | "--" … | "#" … | "." …
//! ```
//!
//! After `range:` two numbers between brackets or with a comma are bounds. Bounds are included. One
//! spec is for every literal of the line that it fits; several are for the line's literals in order.
//! Without a marker, prose is understood where it is clear: `one of 16, 32`, `between 0 and 1`,
//! `from 1 to 8`, `range 1 to 8`, and a comment that is nothing but `1..8`.

use crate::literal::Scale;
use crate::number::{self, Number};

/// What a comment asks of one literal.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Spec {
    /// Leave it alone.
    Fixed,
    /// Anything between two bounds.
    Range(Bounds),
    /// One of these, quotes included.
    Choices(Vec<String>),
}

/// A range as it is written.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Bounds {
    /// Smallest value.
    pub(crate) low: Number,
    /// Largest value.
    pub(crate) high: Number,
    /// `log` or `linear`; powers of two alone are [`Scale::Doubling`].
    pub(crate) scale: Option<Scale>,
    /// Distance between neighbours.
    pub(crate) step: Option<Number>,
}

/// An understood comment.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Annotation {
    /// One for all literals of the line, or one each in order.
    pub(crate) specs: Vec<Spec>,
    /// Whether a marker was used, not prose.
    pub(crate) explicit: bool,
    /// Whether that marker is `weco:`, so that a comment which fits nothing is a mistake.
    pub(crate) ours: bool,
}

/// The words that open an annotation. Only the first is ours alone: the others occur in ordinary
/// comments too, so what does not follow the grammar after them is passed over, not an error.
const MARKERS: [&str; 4] = ["weco:", "tune:", "range:", "choices:"];

/// Words of prose that introduce a specification.
const PROSE: [&str; 5] = ["one of ", "between ", "from ", "range ", "in range "];

/// Reads a comment's text (without its comment signs).
///
/// # Errors
/// Says what is wrong when the comment says `weco:` but does not follow the grammar.
pub(crate) fn parse(comment: &str) -> Result<Option<Annotation>, String> {
    let lower = comment.to_ascii_lowercase();
    for marker in MARKERS {
        let Some(at) = find_word(&lower, marker) else { continue };
        match parse_specs(&comment[at + marker.len()..], marker == "range:") {
            Ok(specs) => return Ok(Some(Annotation { specs, explicit: true, ours: marker == MARKERS[0] })),
            Err(why) if marker == MARKERS[0] => return Err(why),
            Err(_) => {}
        }
    }
    Ok(parse_prose(comment, &lower).map(|spec| Annotation {
        specs: vec![spec],
        explicit: false,
        ours: false,
    }))
}

/// Where `word` stands in `text` without a letter before it.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let free = |at: &usize| {
        !text[..*at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '`'))
    };
    text.match_indices(word).map(|(at, _)| at).find(free)
}

fn parse_prose(comment: &str, lower: &str) -> Option<Spec> {
    let whole = Reader(comment).spec(false).ok();
    if let Some((spec @ Spec::Range(_), rest)) = whole
        && comment.contains("..")
        && is_remark(rest)
    {
        return Some(spec);
    }
    PROSE.iter().find_map(|words| {
        let at = find_word(lower, words)?;
        let spec = Reader(&comment[at..]).spec(false).ok()?.0;
        let sure = match &spec {
            Spec::Fixed => false,
            Spec::Range(_) => *words != "one of ",
            Spec::Choices(items) => *words == "one of " && items.iter().all(|item| is_value(item)),
        };
        sure.then_some(spec)
    })
}

/// Whether an item is a literal rather than a word of prose.
fn is_value(item: &str) -> bool {
    item.starts_with(['"', '\''])
        || matches!(item, "true" | "false" | "True" | "False")
        || number::parse(item).is_some()
}

fn is_remark(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty()
        || rest.starts_with(['(', '#', '.', '—'])
        || rest.starts_with("--")
        || rest.starts_with("//")
}

fn parse_specs(text: &str, bounds: bool) -> Result<Vec<Spec>, String> {
    let mut specs = Vec::new();
    let mut rest = text;
    loop {
        let (spec, after) = Reader(rest).spec(bounds)?;
        specs.push(spec);
        let after = after.trim_start();
        match after.strip_prefix(';') {
            Some(next) => rest = next,
            None if is_remark(after) => return Ok(specs),
            None => return Err(format!("“{}” is not understood", after.trim())),
        }
    }
}

/// Reads a specification from the front of a text.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn skip(&mut self, token: &str) -> bool {
        let rest = self.0.trim_start();
        let Some(head) = rest.get(..token.len()) else { return false };
        if !head.eq_ignore_ascii_case(token) {
            return false;
        }
        let word = token.ends_with(|c: char| c.is_alphanumeric());
        if word && rest[token.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return false;
        }
        self.0 = &rest[token.len()..];
        true
    }

    fn any(&mut self, tokens: &[&str]) -> bool {
        tokens.iter().any(|token| self.skip(token))
    }

    fn number(&mut self) -> Option<Number> {
        let rest = self.0.trim_start();
        let sign = usize::from(rest.starts_with(['-', '+']));
        let length = number::token_length(&rest[sign..]);
        if length == 0 {
            return None;
        }
        let (token, after) = rest.split_at(sign + length);
        self.0 = after;
        number::parse(token).map(|(number, _)| number)
    }

    /// A specification and what follows it; with `bounds`, a list of two numbers is a range.
    fn spec(mut self, bounds: bool) -> Result<(Spec, &'a str), String> {
        if self.any(&["fixed", "keep", "skip"]) {
            return Ok((Spec::Fixed, self.0));
        }
        let listed = self.any(&["one of"]);
        if !listed {
            self.any(&["in range", "range", "in"]);
            self.any(&["from", "between"]);
        }
        let here = self.0;
        if !listed && let Some(low) = self.number() {
            if self.any(&["..=", "...", "..", "…", "–", "to", "and"]) {
                return self.range(low);
            }
            self.0 = here;
        }
        let items = self.items()?;
        match items.as_slice() {
            [] => Err("it names neither a range nor choices".to_owned()),
            [low, high] if bounds => match (number::parse(low), number::parse(high)) {
                (Some((low, _)), Some((high, _))) => self.modifiers(low, high),
                _ => Err("the bounds of a range are numbers".to_owned()),
            },
            [only] if self.0.trim_start().starts_with(['.', ':']) || !is_value(only) => {
                Err(format!("“{only}” is not a range or a list of choices"))
            }
            [only] => Err(format!("“{only}” alone leaves nothing to choose")),
            _ => Ok((Spec::Choices(items), self.0)),
        }
    }

    fn range(mut self, low: Number) -> Result<(Spec, &'a str), String> {
        let Some(high) = self.number() else { return Err("the range has no end".to_owned()) };
        self.modifiers(low, high)
    }

    fn modifiers(mut self, low: Number, high: Number) -> Result<(Spec, &'a str), String> {
        let (mut scale, mut step) = (None, None);
        loop {
            self.any(&[","]);
            if self.skip("log") {
                scale = Some(Scale::Log);
            } else if self.skip("linear") {
                scale = Some(Scale::Linear);
            } else if self.any(&["pow2", "doubling"]) {
                scale = Some(Scale::Doubling);
            } else if self.skip("step") {
                step = Some(
                    self.number()
                        .filter(|step| step.as_f64() > 0.0)
                        .ok_or("a step is a number above zero")?,
                );
            } else {
                break;
            }
        }
        if low.as_f64() >= high.as_f64() {
            return Err("the range ends before it begins".to_owned());
        }
        if scale.is_some_and(|scale| scale != Scale::Linear) && low.as_f64() <= 0.0 {
            return Err("a logarithmic range begins above zero".to_owned());
        }
        Ok((Spec::Range(Bounds { low, high, scale, step }), self.0))
    }

    fn items(&mut self) -> Result<Vec<String>, String> {
        let close = [("[", "]"), ("{", "}"), ("(", ")")]
            .into_iter()
            .find(|(open, _)| self.skip(open))
            .map(|(_, close)| close);
        let mut items: Vec<String> = Vec::new();
        while let Some(item) = self.item()? {
            if !items.contains(&item) {
                items.push(item);
            }
            let comma = self.any(&[","]);
            let word = self.any(&["or", "and"]);
            if !comma && !word && !self.skip("|") {
                break;
            }
        }
        match close {
            Some(close) if !self.skip(close) => Err(format!("the list is not closed by “{close}”")),
            _ => Ok(items),
        }
    }

    fn item(&mut self) -> Result<Option<String>, String> {
        let rest = self.0.trim_start();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let end = rest[1..].find(quote).ok_or("a quoted choice is not closed")? + 2;
            self.0 = &rest[end..];
            return Ok(Some(rest[..end].to_owned()));
        }
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '\'')))
            .unwrap_or(rest.len());
        let item = rest[..length].trim_end_matches('.');
        self.0 = &rest[item.len()..];
        Ok((!item.is_empty()).then(|| item.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(comment: &str) -> String {
        match parse(comment) {
            Ok(None) => "-".to_owned(),
            Err(why) => format!("error: {why}"),
            Ok(Some(annotation)) => {
                let specs: Vec<String> = annotation
                    .specs
                    .iter()
                    .map(|spec| match spec {
                        Spec::Fixed => "fixed".to_owned(),
                        Spec::Choices(items) => format!("[{}]", items.join("|")),
                        Spec::Range(Bounds { low, high, scale, step }) => {
                            let scale = scale.map(|scale| format!(" {scale:?}")).unwrap_or_default();
                            let step =
                                step.map(|step| format!(" step {}", step.as_f64())).unwrap_or_default();
                            format!("{low:?}..{high:?}{scale}{step}")
                        }
                    })
                    .collect();
                format!("{}{}", if annotation.explicit { "" } else { "prose " }, specs.join("; "))
            }
        }
    }

    #[test]
    fn understands_the_grammar() {
        for (comment, expected) in [
            ("weco: 1..64", "Int(1)..Int(64)"),
            ("WECO: 1 to 64", "Int(1)..Int(64)"),
            ("block size, weco: 1..=64 (threads)", "Int(1)..Int(64)"),
            ("weco: 0.0..1.0 log", "error: a logarithmic range begins above zero"),
            ("weco: 1e-5..0.1 log", "Float(1e-5)..Float(0.1) Log"),
            ("weco: 8..256 step 8", "Int(8)..Int(256) step 8"),
            ("weco: 8..256 pow2", "Int(8)..Int(256) Doubling"),
            ("weco: -1.5..-0.5 linear", "Float(-1.5)..Float(-0.5) Linear"),
            ("tune: [8, 16, 32]", "[8|16|32]"),
            ("tune: 8, 16", "[8|16]"),
            ("choices: \"a\", \"b, c\"", "[\"a\"|\"b, c\"]"),
            ("choices: lz4 | zstd", "[lz4|zstd]"),
            ("choices: True, False", "[True|False]"),
            ("range: 1 to 64", "Int(1)..Int(64)"),
            ("range: [0, 1]", "Int(0)..Int(1)"),
            ("range: 0, 1", "Int(0)..Int(1)"),
            ("weco: fixed", "fixed"),
            ("weco: fixed -- calibrated", "fixed"),
            ("weco: 1..8; 0.0..1.0", "Int(1)..Int(8); Float(0.0)..Float(1.0)"),
            ("weco: fixed; 0..9", "fixed; Int(0)..Int(9)"),
        ] {
            assert_eq!(show(comment), expected, "{comment}");
        }
    }

    #[test]
    fn understands_clear_prose() {
        for (comment, expected) in [
            ("one of 16, 32, 64", "prose [16|32|64]"),
            ("must be one of 16, 32 or 64.", "prose [16|32|64]"),
            ("between 0 and 1", "prose Int(0)..Int(1)"),
            ("from 0.5 to 2.0", "prose Float(0.5)..Float(2.0)"),
            ("1..64", "prose Int(1)..Int(64)"),
            ("keep this in range 1 to 8", "prose Int(1)..Int(8)"),
            ("one of the best", "-"),
            ("between you and me", "-"),
            ("from 3 sides", "-"),
            ("tune: later", "-"),
            ("range: see the manual", "-"),
            ("choices: hard ones", "-"),
            ("fixed", "-"),
            ("in 2024", "-"),
            ("", "-"),
        ] {
            assert_eq!(show(comment), expected, "{comment}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_ours() {
        for (comment, part) in [
            ("weco: 64..1", "ends before it begins"),
            ("weco: 1..", "no end"),
            ("weco:", "neither a range nor choices"),
            ("weco: 5", "nothing to choose"),
            ("weco: [1, 2", "not closed"),
            ("weco: \"a, b", "not closed"),
            ("weco: 1..8 step 0", "above zero"),
            ("weco: 1..8 quickly", "“quickly” is not understood"),
            ("weco: whatever", "“whatever” is not a range"),
        ] {
            let shown = show(comment);
            assert!(shown.starts_with("error: ") && shown.contains(part), "{comment}: {shown}");
        }
    }
}
