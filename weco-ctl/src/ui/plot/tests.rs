use proptest::prelude::*;
use weco_proto::v1::{Node, NodeStatus};

use super::*;
use crate::ui::curve::{Outcome, Point};
use crate::ui::format::Precision;
use weco_view::fixture::Story;

fn canvas(width: u16, height: u16) -> Canvas {
    Canvas { width, height, unicode: true }
}

fn nodes(metrics: &[Option<f64>]) -> Vec<Node> {
    let node = |(step, metric): (usize, &Option<f64>)| Node {
        step: step.try_into().unwrap(),
        status: if metric.is_some() { NodeStatus::Completed } else { NodeStatus::Buggy }.into(),
        metric: *metric,
        ..Node::default()
    };
    metrics.iter().enumerate().map(node).collect()
}

fn curve(metrics: &[Option<f64>], maximize: bool) -> Curve {
    Curve::of(&nodes(metrics), |node| node.step, maximize, 50)
}

#[test]
fn a_run_is_drawn_at_every_size() {
    let curve = Curve::from(&Story::long(42).view());
    for (width, height) in [(120, 20), (80, 21), (40, 12)] {
        insta::assert_snapshot!(
            format!("long_{width}x{height}"),
            plot(&curve, "speedup", canvas(width, height))
        );
    }
}

#[test]
fn less_is_better_where_it_is() {
    let metrics: Vec<Option<f64>> = (0..20)
        .map(|step| (step % 5 != 3).then(|| 120.0 / f64::from(step + 3) + f64::from(step % 4)))
        .collect();
    insta::assert_snapshot!(plot(&curve(&metrics, false), "latency", canvas(80, 16)));
}

#[test]
fn ascii_is_enough() {
    let curve = Curve::from(&Story::long(30).view());
    let text = plot(&curve, "größe", Canvas { unicode: false, ..canvas(60, 14) });
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn a_lineage_is_drawn_by_its_own_steps() {
    let mut nodes = nodes(&[Some(1.0), Some(2.0), Some(2.0), Some(3.0)]);
    for (node, step) in nodes.iter_mut().zip([0, 1, 0, 1]) {
        (node.global_step, node.step) = (node.step, step);
    }
    nodes.reverse();
    let curve = Curve::of(&nodes, |node| node.global_step, true, 4);
    assert_eq!(curve.record(), [(0, 1.0), (1, 2.0), (3, 3.0)]);
    assert_eq!((curve.baseline(), curve.best()), (Some(1.0), Some((3, 3.0))));
}

#[test]
fn little_is_said_of_little() {
    assert_eq!(plot(&curve(&[], true), "m", canvas(80, 20)), "no step has a metric yet\n");
    assert_eq!(plot(&curve(&[None, None], true), "m", canvas(80, 20)), "no step has a metric yet\n");
    for (width, height) in [(0, 0), (5, 20), (80, 5)] {
        assert_eq!(
            plot(&curve(&[Some(1.0)], true), "m", canvas(width, height)),
            "there is no room for a plot\n"
        );
    }
    insta::assert_snapshot!(plot(&curve(&[Some(1.0)], true), "m\u{1b}[2J", canvas(60, 10)));
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        any::<f64>().prop_map(Outcome::Works),
        (-1e3..1e3).prop_map(Outcome::Works),
        Just(Outcome::Buggy),
        Just(Outcome::Nothing),
        Just(Outcome::Open),
    ]
}

proptest! {
    #[test]
    fn any_curve_fits_its_canvas(
        outcomes in prop::collection::vec(outcome(), 0..40),
        (width, height) in (0u16..130, 0u16..40),
        (maximize, budget, unicode) in any::<(bool, u32, bool)>(),
        metric: String,
    ) {
        let points = (0..).zip(outcomes).map(|(step, outcome)| Point { step, outcome }).collect();
        let curve = Curve { points, maximize, budget, precision: Precision::of([]) };
        let text = plot(&curve, &metric, Canvas { width, height, unicode });
        let told = text.starts_with("no step") || text.starts_with("there is");
        prop_assert!(told || text.lines().count() <= usize::from(height), "{}", text);
        prop_assert!(told || text.lines().all(|line| crate::ui::format::width(line) <= usize::from(width)), "{}", text);
        prop_assert!(text.chars().all(|char| char == '\n' || !char.is_control()));
    }
}
