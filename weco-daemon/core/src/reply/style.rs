//! How a file is written beside its text: line endings, final newline, byte order mark. A new
//! version keeps its parent's, since models do not see them.

/// A file's conventions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Style {
    bom: bool,
    ending: Ending,
    final_newline: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    Lf,
    CrLf,
    /// Both occur: carriage returns are left where they are.
    Mixed,
}

const BOM: char = '\u{feff}';

impl Style {
    /// The conventions of `text`; those of an empty file are a newline at every line's end.
    pub(super) fn of(text: &str) -> Self {
        let newlines = text.matches('\n').count();
        let ending = match text.matches("\r\n").count() {
            0 => Ending::Lf,
            with_return if with_return == newlines => Ending::CrLf,
            _ => Ending::Mixed,
        };
        Self { bom: text.starts_with(BOM), ending, final_newline: text.is_empty() || text.ends_with('\n') }
    }

    /// The lines of the file itself, without what this style adds to them.
    pub(super) fn lines_of(self, text: &str) -> Vec<&str> {
        let text = if self.bom { text.strip_prefix(BOM).unwrap_or(text) } else { text };
        if text.is_empty() {
            return Vec::new();
        }
        text.strip_suffix('\n').unwrap_or(text).split('\n').map(|line| self.line(line)).collect()
    }

    /// A line of a reply as it is to be compared with the file's and written.
    pub(super) fn line(self, line: &str) -> &str {
        match self.ending {
            Ending::Mixed => line,
            Ending::Lf | Ending::CrLf => line.strip_suffix('\r').unwrap_or(line),
        }
    }

    /// The file with these lines.
    pub(super) fn compose<S: AsRef<str>>(self, lines: &[S]) -> String {
        let newline = if self.ending == Ending::CrLf { "\r\n" } else { "\n" };
        let mut text = String::new();
        if self.bom && lines.first().is_none_or(|line| !line.as_ref().starts_with(BOM)) {
            text.push(BOM);
        }
        for (i, line) in lines.iter().enumerate() {
            if i > 0 {
                text.push_str(newline);
            }
            text.push_str(line.as_ref());
        }
        if self.final_newline && !lines.is_empty() {
            text.push_str(newline);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Style;

    #[test]
    fn every_file_is_its_own_lines_composed() {
        for text in [
            "",
            "\n",
            "\n\n",
            "a",
            "a\n",
            "a\nb",
            "a\r\nb\r\n",
            "a\r\nb",
            "a\r\nb\nc\r\n",
            "\u{feff}a\n",
            "\r\n",
        ] {
            let style = Style::of(text);
            assert_eq!(style.compose(&style.lines_of(text)), text, "{text:?}");
        }
    }

    #[test]
    fn a_reply_takes_on_the_files_conventions() {
        let windows = Style::of("x\r\ny\r\n");
        assert_eq!(windows.compose(&["a", "b"]), "a\r\nb\r\n");
        let unix = Style::of("x\ny");
        assert_eq!(unix.compose(&[unix.line("a\r"), unix.line("b\r")]), "a\nb");
        assert_eq!(Style::of("\u{feff}x\n").compose(&["a"]), "\u{feff}a\n");
    }
}
