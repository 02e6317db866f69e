//! Why a step was chosen: one short sentence with the figures that decided.

use super::appeal::Appealing;
use crate::tree::{Node, Tree};

/// There is nothing to build on.
pub(super) const NOTHING_WORKS: &str = "nothing works yet";

/// One of the first fresh approaches.
pub(super) fn draft(number: u32, of: u32) -> String {
    format!("fresh approach {number} of {of}")
}

/// Step `failed` does not work.
pub(super) fn repair(failed: &Node, repairs: u32) -> String {
    format!("step {} does not work: repair {} of {repairs}", failed.id, failed.debug_depth + 1)
}

/// There was no new best for long.
pub(super) fn leap(dry: u32) -> String {
    format!("{dry} steps without a new best: another paradigm")
}

/// There was no new best for some time.
pub(super) fn cross(dry: u32) -> String {
    format!("{dry} steps without a new best: the most promising version joined with one of another family")
}

/// It was drawn.
pub(super) fn curiosity(quarter: usize) -> String {
    match quarter {
        1 => "a look at the best".to_owned(),
        _ => format!("a look at one of the best {quarter}, drawn"),
    }
}

/// It has the largest appeal.
pub(super) fn improve(tree: &Tree, found: &Appealing<'_>) -> String {
    let what = match found.fruitless {
        0 => "nothing tried in vain".to_owned(),
        1 => "1 fruitless child".to_owned(),
        count => format!("{count} fruitless children"),
    };
    let is_best = tree.best().is_some_and(|best| best.id == found.node.id);
    // An appeal is on the scale of scores, where larger is better; people know the metric.
    let appeal = figure(tree.goal().score(found.appeal));
    format!("{}best appeal: {appeal}, {what}", if is_best { "the best so far; " } else { "" })
}

/// Four significant digits.
fn figure(value: f64) -> String {
    let exponent = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    if !(-5.0..9.0).contains(&exponent) {
        return format!("{value:.3e}");
    }
    let decimals = (3.0 - exponent).max(0.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_have_four_digits_that_matter() {
        let texts = [(0.0, "0"), (12.345_678, "12.35"), (-0.001_234_56, "-0.001235"), (123_456.7, "123457")];
        for (value, text) in texts {
            assert_eq!(figure(value), text);
        }
        assert_eq!(figure(2.5), "2.5");
        assert_eq!(figure(1e-9), "1.000e-9");
        assert_eq!(figure(-4.2e12), "-4.200e12");
    }
}
