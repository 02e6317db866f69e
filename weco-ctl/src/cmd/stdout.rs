//! Standard output.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::error::Error;
use crate::ui::format::sanitise;
use crate::ui::terminal;

/// Writes a text.
pub(super) fn say(text: &str) -> Result<(), Error> {
    write(text.as_bytes())
}

/// Writes what is text already, or none.
pub(super) fn write(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Error::output)
}

/// Unchanged for programs; for a terminal without what would steer it.
pub(super) fn for_here(text: &str) -> Cow<'_, str> {
    if terminal::is_here() { Cow::Owned(sanitise(text)) } else { Cow::Borrowed(text) }
}
