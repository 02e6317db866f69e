//! Words, numbers and symbols.

use super::number;

/// A piece of text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// For words and numbers their letters and digits, folded, so that equal names have equal text.
    pub(super) folded: String,
    /// Byte range in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The space before it.
    pub(super) gap: Gap,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Kind {
    /// One word; `valLoss` is two.
    Word,
    /// A finite number.
    Number(f64),
    /// A number beyond the range of `f64`.
    Overflow,
    /// Digits that are not one number: a date, a time, a version, a range, `1,5`.
    Figures,
    /// A symbol; kin are one: `|` for all vertical lines, `→` for all arrows, `─` for rules, `…` for leaders,
    /// `±` also for `+/-`, `≠` for all comparisons, `=` also for `:=`.
    Symbol(char),
    Newline,
}

/// The white space between two tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Gap {
    None,
    One,
    /// Two or more, a tab, or a line's start.
    Wide,
}

impl Token {
    pub(super) fn is(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol(symbol)
    }

    pub(super) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }

    /// It holds digits in a number's place, whatever they mean.
    pub(super) fn is_figures(&self) -> bool {
        matches!(self.kind, Kind::Number(_) | Kind::Overflow | Kind::Figures)
    }

    pub(super) fn is_glued(&self) -> bool {
        self.gap == Gap::None
    }
}

/// Cuts `text` into tokens.
pub(super) fn tokenize(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, gap: Gap::Wide, tokens: Vec::new() };
    while let Some(c) = lexer.peek() {
        lexer.step(c);
    }
    lexer.tokens
}

/// Letters and digits of `text` in the form in which names are compared.
pub(super) fn fold(text: &str) -> String {
    text.chars().filter(|c| is_wordy(*c)).flat_map(char::to_lowercase).map(fold_char).collect()
}

fn fold_char(c: char) -> char {
    match c {
        '\u{b5}' => '\u{3bc}',
        'ς' => 'σ',
        '¹' | '₁' => '1',
        '²' | '₂' => '2',
        '³' | '₃' => '3',
        '⁰' | '₀' => '0',
        '⁴'..='⁹' => digit(c as u32 - '⁰' as u32),
        '₄'..='₉' => digit(c as u32 - '₀' as u32),
        c => c,
    }
}

fn digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}

/// Part of a word: letters, digits and the combining marks on them.
fn is_wordy(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    gap: Gap,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn step(&mut self, c: char) {
        if c == '\n' {
            self.push(Kind::Newline, 1);
            self.gap = Gap::Wide;
        } else if c.is_whitespace() {
            self.gap = if c == '\t' || self.gap != Gap::None { Gap::Wide } else { Gap::One };
            self.at += c.len_utf8();
        } else if let Some(found) = number::scan(self.text, self.at) {
            self.push(found.kind, found.len);
        } else if is_wordy(c) {
            self.words();
        } else {
            let (symbol, len) = symbol(&self.text[self.at..], c);
            self.push(Kind::Symbol(symbol), len);
        }
    }

    fn push(&mut self, kind: Kind, len: usize) {
        let (start, end) = (self.at, self.at + len);
        let folded = match kind {
            Kind::Symbol(_) | Kind::Newline => String::new(),
            _ => fold(&self.text[start..end]),
        };
        self.tokens.push(Token { kind, folded, start, end, gap: self.gap });
        self.gap = Gap::None;
        self.at = end;
    }

    /// A run of letters and digits, cut where camel case starts a new word: `valLoss`, `MSELoss`, `top5Accuracy`.
    fn words(&mut self) {
        let rest = &self.text[self.at..];
        let mut len = 0;
        let mut previous = None;
        let mut chars = rest.chars().take_while(|c| is_wordy(*c)).peekable();
        let mut lengths = Vec::new();
        while let Some(c) = chars.next() {
            let hump = c.is_uppercase()
                && previous.is_some_and(|p: char| {
                    !p.is_uppercase() || chars.peek().is_some_and(|next| next.is_lowercase())
                });
            if hump {
                lengths.push(std::mem::take(&mut len));
            }
            len += c.len_utf8();
            previous = Some(c);
        }
        lengths.push(len);
        for len in lengths {
            self.push(Kind::Word, len);
        }
    }
}

/// The symbol at the start of `rest`, whose first character is `c`, and its length in bytes.
fn symbol(rest: &str, c: char) -> (char, usize) {
    let run = |set: &[char]| rest.find(|c| !set.contains(&c)).unwrap_or(rest.len());
    match c {
        '|' | '│' | '┃' | '║' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏' | '¦' => {
            ('|', c.len_utf8())
        }
        '\u{2500}'..='\u{257f}' => {
            ('─', run_of(rest, |c| matches!(c, '\u{2500}'..='\u{257f}') && !is_bar(c)))
        }
        '⇒' | '⟶' | '➜' | '➔' | '→' | '⟹' | '►' | '▶' => ('→', c.len_utf8()),
        '≤' | '≥' | '≠' => ('≠', c.len_utf8()),
        '：' => (':', c.len_utf8()),
        '＝' => ('=', c.len_utf8()),
        '≃' | '≅' | '∼' => ('≈', c.len_utf8()),
        '“' | '”' | '„' => ('"', c.len_utf8()),
        '‘' | '’' => ('\'', c.len_utf8()),
        '…' => ('…', run(&['…', '.'])),
        '+' if rest.starts_with("+/-") || rest.starts_with("+-") => {
            ('±', if rest.starts_with("+-") { 2 } else { 3 })
        }
        ':' if rest.starts_with(":=") => ('=', 2),
        '<' | '>' | '!' | '=' | '-' | '~' => operator(rest, c),
        '.' | '·' if run(&[c]) > c.len_utf8() => ('…', run(&[c])),
        c => (c, c.len_utf8()),
    }
}

fn is_bar(c: char) -> bool {
    matches!(c, '│' | '┃' | '║' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏')
}

fn run_of(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// The operator at the start of `rest`: an arrow, a rule, a comparison or one plain symbol.
fn operator(rest: &str, first: char) -> (char, usize) {
    let same = rest.len() - rest.trim_start_matches(first).len();
    let next = rest[same..].chars().next();
    match first {
        '-' | '=' if next == Some('>') => ('→', same + 1),
        '=' if same == 2 => ('≠', 2),
        '=' if same > 2 => ('─', same),
        '-' if same > 1 => ('─', same),
        '<' | '>' | '!' | '~' if same == 1 && next == Some('=') => ('≠', 2),
        first => (first, 1),
    }
}
