//! Text that others wrote, in a page: never markup.

use std::fmt::{self, Display, Write};

use weco_view::format;

/// Text with everything escaped that could end it or begin something else, in an element as in a quoted attribute.
/// Control characters and direction overrides are gone.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(&format::sanitise(self.0), f)
    }
}

/// The same on one line.
pub(crate) struct Line<'a>(pub(crate) &'a str);

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(&format::one_line(self.0), f)
    }
}

fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for char in text.chars() {
        match char {
            '&' => f.write_str("&amp;")?,
            '<' => f.write_str("&lt;")?,
            '>' => f.write_str("&gt;")?,
            '"' => f.write_str("&quot;")?,
            '\'' => f.write_str("&#39;")?,
            _ => f.write_char(char)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_becomes_text() {
        let hostile = "</script><img src=x onerror='a(\"b\")'>&amp;\u{1b}[31m\u{202e}";
        let escaped = "&lt;/script&gt;&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;amp;";
        assert_eq!(Text(hostile).to_string(), escaped);
        assert_eq!(Line("a\n  <b>").to_string(), "a &lt;b&gt;");
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_place(text in any::<String>()) {
            for escaped in [Text(&text).to_string(), Line(&text).to_string()] {
                prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            }
        }
    }
}
