//! The page around its parts.

use std::fmt::{self, Display, Formatter};

use weco_core::run::NodeId;

use crate::Report;
use crate::curve::Curve;
use crate::diff::Diff;
use crate::header::{Header, date, title};
use crate::numbers::Numbers;
use crate::steps::Steps;
use crate::text::Line;
use crate::tree::Tree;

const STYLE: &str = include_str!("style.css");

/// Nothing is fetched, nothing is executed, nothing is sent: all that a page like this may do is to look like
/// something.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(crate) struct Page<'a> {
    report: &'a Report<'a>,
    numbers: Numbers,
}

impl<'a> Page<'a> {
    pub(crate) fn new(report: &'a Report<'a>) -> Self {
        Self { report, numbers: Numbers::of(report.state) }
    }

    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")?;
        write!(f, "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">")?;
        write!(f, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
        write!(
            f,
            "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">"
        )?;
        write!(f, "<title>{}</title><style>\n{STYLE}</style></head>", title(self.report, self.numbers))
    }

    fn changes(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let best = self.report.state.tree().best().filter(|best| best.id != NodeId::BASELINE);
        let (Some((old, new)), Some(best)) = (self.report.code, best) else { return Ok(()) };
        write!(f, "<section id=\"changes\"><h2>What step {} changes</h2>", best.id)?;
        write!(f, "{}</section>", Diff { old, new })
    }
}

impl Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (report, numbers) = (self.report, self.numbers);
        self.head(f)?;
        write!(f, "<body>{}<main>", Header { report, numbers })?;
        write!(f, "<section id=\"curve\">{}</section>", Curve::new(report.state, numbers))?;
        self.changes(f)?;
        write!(f, "<section id=\"tree\"><h2>Tree</h2>{}</section>", Tree::new(report.state, numbers))?;
        write!(f, "<section id=\"steps\"><h2>Steps</h2>{}</section>", Steps { report, numbers })?;
        let (made, version) = (date(report.made_at), Line(report.version));
        writeln!(f, "</main><footer>Made {made} by weco {version}.</footer></body></html>")
    }
}
