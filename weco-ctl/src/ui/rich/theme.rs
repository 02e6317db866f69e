//! Colour and weight, each beside a mark that says the same.

use ratatui::style::{Color, Modifier, Style};

/// The best version.
pub(in crate::ui) const BEST: &str = "★";
/// A version that does not work.
pub(in crate::ui) const BUGGY: &str = "×";
/// A step without a usable proposal.
pub(super) const FAILED: &str = "–";
/// A version that someone turned down.
pub(super) const REJECTED: &str = "⊘";
/// A version that someone is to approve.
pub(super) const PENDING: &str = "?";
/// A version whose result is not known yet.
pub(super) const OPEN: &str = "…";
/// A version that works, in the plot.
pub(in crate::ui) const TRIED: &str = "·";
/// Something that needs attention.
pub(super) const ATTENTION: &str = "!";

/// One accent for the best, one for attention; everything else grey.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct Theme {
    color: bool,
}

impl Theme {
    pub(in crate::ui) fn new(color: bool) -> Self {
        Self { color }
    }

    /// Colour, unless the user asked for none.
    pub(super) fn from_env() -> Self {
        Self::new(wants_color())
    }

    pub(in crate::ui) fn best(self) -> Style {
        self.tint(Color::Green).add_modifier(Modifier::BOLD)
    }

    pub(in crate::ui) fn attention(self) -> Style {
        self.tint(Color::Yellow)
    }

    /// A line that a change adds.
    pub(super) fn added(self) -> Style {
        self.tint(Color::Green)
    }

    /// A line that a change removes.
    pub(super) fn removed(self) -> Style {
        self.tint(Color::Red)
    }

    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Frames, labels, what is of less interest. Dimmed rather than grey: a fixed grey vanishes in some palettes.
    pub(in crate::ui) fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The chosen row.
    pub(super) fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    fn tint(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }
}

/// Whether the user did not ask for none (`NO_COLOR` set and not empty; no-color.org).
pub(in crate::ui) fn wants_color() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
