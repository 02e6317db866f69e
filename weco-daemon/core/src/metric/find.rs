//! Chooses among all prints of the metric.

use super::line::{Occurrence, Sighting, sight};
use super::name::Name;
use super::not_found::{NotFound, Reason};
use super::page::Page;
use super::value::Reading;
use super::{similar, table};

/// The value of the metric `name` in `output`, as the [module](crate::metric) describes: always finite.
///
/// # Errors
/// [`NotFound`] if no print gives `name` one clear, finite number, or if the one that counts is `nan` or the like.
pub fn find(output: &str, name: &str) -> Result<f64, NotFound> {
    let page = Page::new(output);
    let wanted = Name::new(name);
    let reason = match best(&page, &wanted).map(|sighting| sighting.reading) {
        Some(Reading::Value(value)) => return Ok(value),
        Some(Reading::Blank(printed)) => Reason::NotFinite { printed },
        Some(Reading::Unclear(printed)) => Reason::Unclear { printed },
        None => Reason::Absent,
    };
    let similar = similar::names(&page, &wanted);
    Err(NotFound { name: name.to_owned(), similar, reason })
}

/// The print that counts: a clear one if there is any, then the surest, then the last.
fn best(page: &Page, name: &Name) -> Option<Sighting> {
    if name.key().is_empty() {
        return None;
    }
    let rank = |sighting: &Sighting| {
        (!matches!(sighting.reading, Reading::Unclear(_)), sighting.quality, sighting.at)
    };
    in_lines(page, name).chain(table::sightings(page, name)).max_by_key(rank)
}

/// All prints of the metric within a line.
fn in_lines<'p>(page: &'p Page, name: &'p Name) -> impl Iterator<Item = Sighting> + 'p {
    page.lines().flat_map(move |line| {
        let leads_with_values = page.leads_with_values(&line);
        line.filter_map(move |start| {
            let end = name.end_at(page, start)?;
            sight(page, name, Occurrence { start, end, leads_with_values })
        })
    })
}
