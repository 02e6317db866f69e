//! Finds literals without a grammar, by the rules that nearly all languages share.

use std::ops::Range;

use super::language::{Rules, Sort};
use super::naming::{self, Place};
use super::{Found, Kind, Lines, Survey};
use crate::literal::Tier;
use crate::number::{self, Style};

/// Finds the literals and comments of a text.
pub(super) fn survey(rules: &Rules, source: &str, lines: &Lines<'_>) -> Survey {
    let mut lexer = Lexer { rules, source, lines, at: 0, survey: Survey::default() };
    while lexer.at < source.len() {
        lexer.token();
    }
    lexer.survey
}

struct Lexer<'a> {
    rules: &'a Rules,
    source: &'a str,
    lines: &'a Lines<'a>,
    at: usize,
    survey: Survey,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn token(&mut self) {
        if self.comment() || self.string() || self.word() || self.number() {
            return;
        }
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    fn comment(&mut self) -> bool {
        let rest = self.rest();
        let block = self.rules.block.filter(|(open, _)| rest.starts_with(open));
        let length = if let Some((open, close)) = block {
            rest[open.len()..].find(close).map_or(rest.len(), |at| open.len() + at + close.len())
        } else if self.rules.line.iter().any(|sign| rest.starts_with(sign) && self.opens_comment(sign)) {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            return false;
        };
        self.survey.comments.push(self.lines.comment(&(self.at..self.at + length)));
        self.at += length;
        true
    }

    /// `#`, `;` and `%` are signs of other things too (`$#`, `a;`, `5%2`): a comment has space before it.
    fn opens_comment(&self, sign: &str) -> bool {
        let before = self.source[..self.at].chars().next_back();
        match sign {
            "#" | ";" | "%" | "!" => before.is_none_or(char::is_whitespace),
            // `http://` is none.
            "//" => before != Some(':'),
            _ => true,
        }
    }

    fn string(&mut self) -> bool {
        let rest = self.rest();
        let Some(quote) = self.rules.quotes.iter().find(|quote| rest.starts_with(**quote)) else {
            return false;
        };
        let joined = self.source[..self.at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ')');
        if *quote == "'" && joined {
            return false;
        }
        let multiline = quote.len() > 1 || *quote == "`";
        let end = string_end(rest, quote, multiline);
        let key =
            self.source[self.at + end..].trim_start().starts_with(':') && self.rules.sort == Sort::Config;
        if !multiline && rest[..end].len() >= 2 && rest[..end].ends_with(quote) && !key {
            self.push(self.at..self.at + end, Kind::Text, Style::default());
        }
        self.at += end;
        true
    }

    /// Skips a whole word, so that no part of it is taken for a number; truth values are literals.
    fn word(&mut self) -> bool {
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$' | '@')) {
            return false;
        }
        let end =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '@'))).unwrap_or(rest.len());
        if self.rules.sort != Sort::Prose
            && matches!(&rest[..end], "true" | "false" | "True" | "False" | "TRUE" | "FALSE")
        {
            self.push(self.at..self.at + end, Kind::Bool, Style::default());
        }
        self.at += end;
        true
    }

    fn number(&mut self) -> bool {
        let rest = self.rest();
        let mut chars = rest.chars();
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let first = chars.next();
        let pointed = first == Some('.') && digit(chars.next());
        if !digit(first) && !pointed {
            return false;
        }
        let length = number::token_length(rest);
        // All that hangs together is skipped together: versions, dates, times, addresses, units.
        let run = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | ':' | '\'')))
            .unwrap_or(rest.len());
        let run =
            if self.rules.sort == Sort::Code { run.min(rest[..run].find(':').unwrap_or(run)) } else { run };
        let end = self.at + length;
        if length > 0 && self.ends_well(end) && self.begins_well() {
            let before = &self.source[..self.at];
            let signed = before.ends_with('-') && is_sign(&before[..self.at - 1]);
            self.take_number(self.at - usize::from(signed)..end);
            self.at = end;
        } else {
            self.at += run.max(1);
        }
        true
    }

    /// Whether what follows a number leaves it one: not `1.2.3`, `2024-05-01`, `12:30`, `3x`.
    fn ends_well(&self, end: usize) -> bool {
        let mut after = self.source[end..].chars();
        let (first, second) = (after.next(), after.next());
        let digit_second = second.is_some_and(|c| c.is_ascii_digit());
        let code = self.rules.sort == Sort::Code;
        match first {
            Some(c) if c.is_alphanumeric() || c == '_' => false,
            Some('.') => code && second == Some('.') || !second.is_some_and(char::is_alphanumeric) && !code,
            Some('-' | ':' | '/') => code || !digit_second,
            _ => true,
        }
    }

    fn begins_well(&self) -> bool {
        let mut before = self.source[..self.at].chars().rev();
        let (first, second) = (before.next(), before.next());
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match (self.rules.sort, first) {
            (_, Some('\\' | '#' | '$' | '@')) => false,
            (Sort::Code, Some('.')) => second == Some('.'),
            (_, Some('.')) => false,
            (Sort::Code, _) => true,
            (Sort::Config, Some('-' | '/' | ':')) => !word(second),
            (Sort::Config, _) => true,
            (Sort::Prose, first) => first.is_none_or(|c| c.is_whitespace() || c == '('),
        }
    }

    fn take_number(&mut self, range: Range<usize>) {
        if let Some((number, mut style)) = number::parse(&self.source[range.clone()]) {
            style.behind_sign = self.rules.sort == Sort::Code
                && self.source[..range.start].trim_end_matches([' ', '\t']).ends_with(['-', '+']);
            self.push(range, Kind::Number(number), style);
        }
    }

    fn push(&mut self, range: Range<usize>, kind: Kind, style: Style) {
        let text = self.source[range.clone()].to_owned();
        let before = self.lines.before(range.start);
        let after = self.lines.after(range.end);
        let (name, place) = match self.rules.sort {
            Sort::Prose => prose_place(before, after, &text),
            Sort::Config | Sort::Code => bound_place(before, after, self.rules.sort),
        };
        let tier = place.and_then(|place| naming::tier(kind, style.has_radix(), place));
        self.survey.found.push(Found {
            line: self.lines.line(range.start),
            range,
            kind,
            name,
            text,
            style,
            tier,
        });
    }
}

fn string_end(text: &str, quote: &str, multiline: bool) -> usize {
    let mut at = quote.len();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            return at + quote.len();
        }
        match rest.chars().next() {
            Some('\\') => at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            Some('\n') if !multiline => return at,
            Some(c) => at += c.len_utf8(),
            None => break,
        }
    }
    text.len()
}

/// Whether a `-` after this text is a sign rather than a subtraction or a list's dash.
fn is_sign(before: &str) -> bool {
    let trimmed = before.trim_end_matches([' ', '\t']);
    trimmed.is_empty()
        || trimmed.ends_with(['\n', '=', '(', ',', '[', '{', ':', '<', '>', '*', '/', '?', '-'])
}

/// Words that open lines in which nothing is tuned.
const STRUCTURE_LINES: [&str; 9] =
    ["import", "package", "use", "using", "#include", "require", "include", "from", "case"];

fn bound_place(before: &str, after: &str, sort: Sort) -> (String, Option<Place>) {
    let first = before.split_whitespace().next().unwrap_or_default();
    let opened = before.trim_end_matches([' ', '\t', '(']);
    if ["==", "!=", "~="].iter().any(|operator| opened.ends_with(operator)) {
        // What is compared for being the same is a code, not a quantity.
        return (String::new(), None);
    }
    let (target, list) = match opened.rsplit_once(['[', '{']) {
        Some((target, inside))
            if sort == Sort::Code
                && !inside.contains([']', '}'])
                && !target.trim_end().ends_with(['=', ':']) =>
        {
            // `a[3]` is an index; `f({3` has no name either.
            return (
                String::new(),
                opened.ends_with(',').then_some(Place {
                    tier: Tier::Expression,
                    direct: false,
                    setting: false,
                }),
            );
        }
        Some((target, inside)) if target.trim_end().ends_with(['=', ':']) && !inside.contains(['=', ':']) => {
            (target.trim_end(), true)
        }
        _ => (opened.trim_end_matches(','), false),
    };
    let name = bound_name(target).or_else(|| flag_name(before, sort));
    let done = after.trim_start().chars().next();
    let direct = done
        .is_none_or(|c| !matches!(c, '*' | '/' | '+' | '-' | '<' | '>' | '%' | '^' | '&' | '|' | '=' | '?'))
        || after.trim_start().starts_with("//")
        || after.trim_start().starts_with("--");
    let Some(name) = name else {
        let place = Place { tier: Tier::Expression, direct: false, setting: false };
        return (String::new(), (!STRUCTURE_LINES.contains(&first) && sort == Sort::Code).then_some(place));
    };
    let setting = sort == Sort::Config || naming::is_constant(&name) || first == "const";
    let outermost = !before.starts_with([' ', '\t']);
    let tier = if setting || (outermost && direct) { Tier::Constant } else { Tier::Assignment };
    let tunable = !naming::is_fixed(&name) && !STRUCTURE_LINES.contains(&first) && first != "for";
    let direct = direct || list;
    (name, tunable.then_some(Place { tier, direct, setting }))
}

/// The name before `=`, `:`, `:=` or `<-` at the end of a text; comparisons bind nothing.
fn bound_name(target: &str) -> Option<String> {
    let target = target.trim_end();
    let compares = ["==", "!=", "<=", ">=", "~="].iter().any(|operator| target.ends_with(operator));
    let left = target
        .strip_suffix(":=")
        .or_else(|| target.strip_suffix("<-"))
        .or_else(|| target.strip_suffix("=>"))
        .or_else(|| target.strip_suffix('=').filter(|_| !compares))
        .or_else(|| target.strip_suffix(':'))?
        .trim_end()
        .trim_end_matches(['+', '-', '*', '/']);
    let statement = left.rsplit([';', '{', '(', ',']).next().unwrap_or(left);
    let mut words: Vec<&str> =
        statement.split_whitespace().map(|word| word.trim_matches(['"', '\'', ':', '*', '&', '['])).collect();
    words.retain(|word| !word.is_empty());
    // Go writes the type behind the name, Kotlin and Swift behind a colon.
    let typed =
        words.iter().position(|word| matches!(*word, "const" | "var" | "let" | "val" | "mut")).filter(|at| {
            words.len() == at + 3 && !matches!(words[at + 1], "int" | "float" | "double" | "long" | "auto")
        });
    let colon = statement
        .contains(": ")
        .then(|| statement.split(':').next().unwrap_or_default().split_whitespace().last())
        .flatten();
    let word = typed.map(|at| words[at + 1]).or(colon).or_else(|| words.last().copied())?;
    let word = word.rsplit('.').next().unwrap_or(word).trim_matches(['"', '\'', '$', '-']);
    let valid = word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        && word.chars().any(char::is_alphabetic);
    valid.then(|| word.to_owned())
}

/// The flag before a value: `--lr 0.1`.
fn flag_name(before: &str, sort: Sort) -> Option<String> {
    let word = before.strip_suffix(' ')?.split_whitespace().last()?;
    let flag = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    let valid = flag.starts_with(|c: char| c.is_alphabetic())
        && flag.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    (valid && sort == Sort::Code).then(|| flag.to_owned())
}

/// A number among words: not a list's mark, a heading's or a year.
fn prose_place(before: &str, after: &str, text: &str) -> (String, Option<Place>) {
    let mark = before.trim().trim_matches(['#', '*', '-', '>']).trim().is_empty()
        && after.starts_with(['.', ')', ':']);
    let year = text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let next = after.split_whitespace().next().map(|word| word.trim_matches([',', '.', ';', ':', ')']));
    let word = next.filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic));
    let word = word.or_else(|| before.split_whitespace().last()).unwrap_or_default();
    let place = Place { tier: Tier::Expression, direct: true, setting: false };
    (word.to_owned(), (!mark && !year).then_some(place))
}
