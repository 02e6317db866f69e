//! Lines that open and close fenced blocks.

/// How much deeper than its opening fence a closing one may stand, as in CommonMark.
const CLOSING_SLACK: usize = 3;

/// A line that is a fence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fence<'a> {
    character: char,
    /// How many of the character.
    pub(super) length: usize,
    /// Whitespace characters before it.
    pub(super) indent: usize,
    /// What follows it, trimmed.
    pub(super) info: &'a str,
}

impl<'a> Fence<'a> {
    /// The fence that this line is.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        let text = line.trim_start_matches([' ', '\t']);
        let character = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = text.trim_start_matches(character);
        let length = text.len() - info.len();
        if length < 3 || (character == '`' && info.contains('`')) {
            return None;
        }
        Some(Self { character, length, indent: line.len() - text.len(), info: info.trim() })
    }

    /// Whether this line, inside a block that `outer` opened, closes it.
    fn closes(&self, outer: &Self) -> bool {
        // Some servers leave the model's last token in.
        let is_bare = self.info.is_empty() || self.info.starts_with("<|") || self.info.starts_with("</");
        is_bare && self.delimits_within(outer)
    }

    /// Whether this line, inside a block that `outer` opened, opens one within it: a closing fence
    /// has no info string.
    fn nests_in(&self, outer: &Self) -> bool {
        self.info.starts_with(|c: char| c.is_alphabetic() || c == '{') && self.delimits_within(outer)
    }

    fn delimits_within(&self, outer: &Self) -> bool {
        self.character == outer.character
            && self.length >= outer.length
            && self.indent <= outer.indent + CLOSING_SLACK
    }

    /// A line of the block that this fence opened, without the indentation of the whole block.
    pub(super) fn dedent<'l>(&self, line: &'l str) -> &'l str {
        let blanks = line.bytes().take(self.indent).take_while(|b| matches!(b, b' ' | b'\t')).count();
        &line[blanks..]
    }
}

/// Follows the blocks within a block.
pub(super) struct Nesting<'a> {
    outer: Fence<'a>,
    inner: Vec<Fence<'a>>,
}

impl<'a> Nesting<'a> {
    /// At the line after the opening fence.
    pub(super) fn within(outer: Fence<'a>) -> Self {
        Self { outer, inner: Vec::new() }
    }

    /// Takes the next line; whether it may close the outer block.
    pub(super) fn closed_by(&mut self, line: &'a str) -> bool {
        let Some(fence) = Fence::of(line) else { return false };
        let innermost = self.inner.last().unwrap_or(&self.outer);
        if fence.closes(innermost) {
            return self.inner.pop().is_none();
        }
        if fence.nests_in(innermost) {
            self.inner.push(fence);
        }
        false
    }
}

/// How many lines would close a block around `lines` that a fence of `length` backticks opened.
pub(super) fn closing_lines(lines: &[&str], length: usize) -> usize {
    let mut nesting = Nesting::within(Fence { character: '`', length, indent: 0, info: "" });
    lines.iter().filter(|line| nesting.closed_by(line)).count()
}

#[cfg(test)]
mod tests {
    use super::{Fence, Nesting, closing_lines};

    #[test]
    fn fences_and_other_lines() {
        for (line, length, indent, info) in [
            ("```", 3, 0, ""),
            ("```python\r", 3, 0, "python"),
            ("````md title=\"a b\"", 4, 0, "md title=\"a b\""),
            ("   ~~~", 3, 3, ""),
            ("~~~ `x`", 3, 0, "`x`"),
        ] {
            let fence = Fence::of(line).unwrap();
            assert_eq!((fence.length, fence.indent, fence.info), (length, indent, info), "{line}");
        }
        for line in ["``", "a ```", "```x``` is inline", "~~", ""] {
            assert_eq!(Fence::of(line), None, "{line}");
        }
    }

    #[test]
    fn a_closing_fence_is_as_long_and_bare() {
        let outer = Fence::of("````python").unwrap();
        assert!(Fence::of("````").unwrap().closes(&outer));
        assert!(Fence::of("  `````  ").unwrap().closes(&outer));
        for line in ["```", "~~~~", "````python", "    ````"] {
            assert!(!Fence::of(line).unwrap().closes(&outer), "{line}");
        }
        assert!(Fence::of("````<|im_end|>").unwrap().closes(&outer));
        assert!(Fence::of("````json").unwrap().nests_in(&outer));
        assert!(!Fence::of("```json").unwrap().nests_in(&outer));
    }

    #[test]
    fn a_block_with_an_info_string_nests() {
        let mut nesting = Nesting::within(Fence::of("```md").unwrap());
        let closed: Vec<_> = ["# T", "```sh", "ls", "```", "text", "```"]
            .into_iter()
            .map(|line| nesting.closed_by(line))
            .collect();
        assert_eq!(closed, [false, false, false, false, false, true]);
        assert_eq!(closing_lines(&["```", "x", "```", "```sh", "```"], 3), 2);
        assert_eq!(closing_lines(&["```", "x", "```"], 4), 0);
    }
}
