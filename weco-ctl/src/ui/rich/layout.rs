//! Which panel is where, at any size.

use ratatui::layout::Rect;

/// From this width on the tree has a column of its own.
const WIDE: u16 = 110;
/// From this width on plot and tree fit beside each other.
const BESIDE: u16 = 70;
/// A panel lower than this shows nothing inside its frame worth the space.
const LOWEST: u16 = 3;
/// Rows below which tree and step do not share the screen.
const SHARED: u16 = 8;

/// Where everything goes; what does not fit is absent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Panels {
    /// Name, progress, best: up to three rows.
    pub(super) header: Rect,
    /// Everything between header and keys, for what covers the panels.
    pub(super) body: Option<Rect>,
    pub(super) plot: Option<Rect>,
    pub(super) tree: Option<Rect>,
    pub(super) step: Option<Rect>,
    pub(super) keys: Option<Rect>,
}

/// Arranges the panels on a screen.
pub(super) fn arrange(screen: Rect) -> Panels {
    let (header, rest) = split_rows(screen, 3);
    let (body, keys) = split_rows(rest, rest.height.saturating_sub(1));
    // The keys matter more than an empty frame, the header more than the keys.
    let keys = (keys.height > 0).then_some(keys);
    let mut panels = Panels { header, body: None, plot: None, tree: None, step: None, keys };
    if body.height < LOWEST || body.width < 2 * LOWEST {
        return panels;
    }
    panels.body = Some(body);
    if body.height < SHARED {
        panels.step = Some(body);
    } else if body.width >= WIDE {
        wide(&mut panels, body);
    } else {
        narrow(&mut panels, body);
    }
    panels
}

/// The tree in a column of its own; beside it the plot over the step.
fn wide(panels: &mut Panels, body: Rect) {
    let (left, tree) = split_columns(body, share(body.width, 52));
    let (plot, step) = split_rows(left, share(body.height, 55).min(30));
    panels.tree = Some(tree);
    panels.plot = Some(plot);
    panels.step = Some(step);
}

/// The plot beside the tree; under both the step.
fn narrow(panels: &mut Panels, body: Rect) {
    let (upper, step) = split_rows(body, body.height - share(body.height, 42).max(4));
    panels.step = Some(step);
    if body.width < BESIDE {
        panels.tree = Some(upper);
        return;
    }
    let (plot, tree) = split_columns(upper, share(upper.width, 50));
    panels.plot = Some(plot);
    panels.tree = Some(tree);
}

/// This many hundredths of a length.
fn share(length: u16, hundredths: u32) -> u16 {
    u16::try_from(u32::from(length) * hundredths / 100).unwrap_or(length)
}

fn split_rows(area: Rect, upper: u16) -> (Rect, Rect) {
    let upper = upper.min(area.height);
    let lower = Rect { y: area.y + upper, height: area.height - upper, ..area };
    (Rect { height: upper, ..area }, lower)
}

fn split_columns(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    let right = Rect { x: area.x + left, width: area.width - left, ..area };
    (Rect { width: left, ..area }, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(width: u16, height: u16) -> Panels {
        arrange(Rect::new(0, 0, width, height))
    }

    #[test]
    fn panels_appear_as_room_allows() {
        let shown = |panels: Panels| {
            [panels.plot, panels.tree, panels.step, panels.keys].map(|panel| panel.is_some())
        };
        assert_eq!(shown(at(80, 24)), [true, true, true, true]);
        assert_eq!(shown(at(140, 45)), [true, true, true, true]);
        assert_eq!(shown(at(60, 15)), [false, true, true, true]);
        assert_eq!(shown(at(40, 10)), [false, false, true, true]);
        assert_eq!(shown(at(40, 5)), [false, false, false, true]);
        assert_eq!(shown(at(3, 3)), [false, false, false, false]);
    }

    #[test]
    fn panels_never_overlap_or_leave_the_screen() {
        for width in 1..=200 {
            for height in 1..=60 {
                let panels = at(width, height);
                let shown: Vec<Rect> =
                    [Some(panels.header), panels.plot, panels.tree, panels.step, panels.keys]
                        .into_iter()
                        .flatten()
                        .collect();
                for (index, panel) in shown.iter().enumerate() {
                    assert!(panel.right() <= width && panel.bottom() <= height, "{width}x{height}");
                    assert!(!panel.is_empty());
                    assert!(shown[..index].iter().all(|other| !other.intersects(*panel)), "{width}x{height}");
                }
            }
        }
    }
}
