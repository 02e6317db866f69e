//! The terminal that standard output may be.

use std::env;
use std::io::{self, IsTerminal};

/// Whether standard output is one.
pub fn is_here() -> bool {
    io::stdout().is_terminal()
}

/// Its width in columns; none if standard output is none.
pub fn columns() -> Option<usize> {
    size().map(|(columns, _)| columns.into())
}

/// Its columns and rows; none if standard output is none.
pub fn size() -> Option<(u16, u16)> {
    crossterm::terminal::size().ok().filter(|_| is_here())
}

/// Whether what is printed there is to have colour: not on a dumb one, and not if the user asked for none.
pub fn has_color() -> bool {
    is_here() && super::rich::wants_color() && env::var_os("TERM").is_some_and(|term| term != "dumb")
}

/// Whether characters beyond ASCII can be shown, by the variables that say so (POSIX: the first that is set and not
/// empty counts). Without any, the C locale holds.
pub fn has_unicode() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env::var_os).find(|value| !value.is_empty());
    is_unicode(locale.as_deref().and_then(|locale| locale.to_str()).unwrap_or_default())
}

fn is_unicode(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_says_what_can_be_shown() {
        for (locale, unicode) in [
            ("C.UTF-8", true),
            ("en_GB.utf8", true),
            ("C", false),
            ("POSIX", false),
            ("", false),
            ("de_DE@euro", false),
        ] {
            assert_eq!(is_unicode(locale), unicode, "{locale}");
        }
    }
}
