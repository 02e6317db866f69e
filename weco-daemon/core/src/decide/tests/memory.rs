//! Which earlier steps a proposal is told of.

use super::*;
use crate::decide::brief::brief;
use crate::event::Grounds;
use crate::prompt::{Brief, TriedResult};

/// A run whose tree is grown by hand.
struct Grown {
    state: RunState,
}

impl Grown {
    fn new() -> Self {
        let spec = RunSpec { steps: 100_000, ..spec(1, SearchSpec::Greedy) };
        let created = Event { seq: 1, at: 0, kind: RunEvent::Created { spec: Box::new(spec) } };
        let mut grown = Self { state: RunState::new(&created).unwrap() };
        grown.evaluate(NodeId::BASELINE, Ok(1.0));
        grown
    }

    fn apply(&mut self, kind: RunEvent) {
        let event = Event { seq: self.state.seq() + 1, at: 0, kind };
        self.state.apply(&event).unwrap();
    }

    fn ask(&mut self, parent: u32, stage: Stage, with: Option<u32>) -> NodeId {
        let node = self.state.tree().next_id();
        let grounds = Grounds { with: with.map(NodeId), ..Grounds::default() };
        self.apply(RunEvent::Asked { node, parent: NodeId(parent), stage, attempt: 1, grounds });
        node
    }

    fn add(&mut self, parent: u32, stage: Stage, plan: &str, result: Result<f64, &str>) -> NodeId {
        let node = self.ask(parent, stage, None);
        self.apply(RunEvent::Proposed {
            node,
            plan: plan.to_owned(),
            files: [("model.py".to_owned(), A_BLOB)].into(),
            lines_added: 1,
            lines_removed: 0,
            usage: Usage::default(),
            from: None,
            written: Written::default(),
        });
        self.evaluate(node, result);
        node
    }

    fn evaluate(&mut self, node: NodeId, result: Result<f64, &str>) {
        self.apply(RunEvent::EvalIntended { node, attempt: 1 });
        let mut outcome = outcome(result.ok());
        if let Err(why) = result {
            outcome.verdict = Verdict::Buggy { reason: why.to_owned(), hint: String::new() };
        }
        self.apply(RunEvent::Evaluated { node, attempt: 1, outcome });
    }

    /// What the next proposal is told.
    fn told(&mut self, parent: u32, stage: Stage) -> Brief {
        self.told_with(parent, stage, None)
    }

    fn told_with(&mut self, parent: u32, stage: Stage, with: Option<u32>) -> Brief {
        let node = self.ask(parent, stage, with);
        brief(&self.state, self.state.tree().get(node).unwrap()).unwrap()
    }
}

fn steps(tried: &[crate::prompt::Tried]) -> Vec<u32> {
    tried.iter().map(|tried| tried.node.0).collect()
}

#[test]
fn an_improvement_knows_what_helped_on_the_way() {
    let mut grown = Grown::new();
    grown.add(0, Stage::Draft, "a", Ok(2.0));
    grown.add(1, Stage::Improve, "worse", Ok(1.5));
    grown.add(2, Stage::Improve, "much better", Ok(5.0));
    grown.add(3, Stage::Improve, "broken", Err("typo"));
    grown.add(4, Stage::Debug, "mended", Ok(6.0));
    grown.add(5, Stage::Improve, "parent", Ok(6.5));
    let told = grown.told(6, Stage::Improve);
    assert_eq!(steps(&told.path), [1, 3, 5], "gains, also over the last that worked");
    assert_eq!((told.idle_steps, told.second, told.approaches.len()), (0, None, 0));
}

#[test]
fn of_a_long_way_the_largest_gains_are_told() {
    let mut grown = Grown::new();
    let mut metric = 1.0;
    for step in 0..40 {
        metric += if step % 7 == 3 { 5.0 } else { 0.1 };
        grown.add(step, Stage::Improve, "", Ok(metric));
    }
    assert_eq!(steps(&grown.told(40, Stage::Improve).path), [4, 11, 18, 25, 32, 39]);
}

#[test]
fn a_repair_knows_the_repairs_before_it() {
    let mut grown = Grown::new();
    grown.add(0, Stage::Draft, "good", Ok(2.0));
    grown.add(1, Stage::Improve, "idea", Err("first error"));
    grown.add(2, Stage::Debug, "repair 1", Err("second error"));
    grown.add(3, Stage::Debug, "repair 2", Err("third error"));
    grown.add(2, Stage::Debug, "another way", Err("other error"));
    let told = grown.told(4, Stage::Debug);
    assert_eq!(steps(&told.path), [2, 3]);
    assert_eq!(told.path[1].result, TriedResult::Buggy("second error".into()));
    assert_eq!(told.parent_bug.as_deref(), Some("third error"));
}

#[test]
fn failures_like_the_parent_are_told_however_old_each_reason_once() {
    let mut grown = Grown::new();
    grown.add(0, Stage::Draft, "Vectorise the inner loop", Ok(2.0));
    grown.add(1, Stage::Improve, "Unroll the inner loop", Ok(2.5));
    let away = grown.add(1, Stage::Improve, "elsewhere", Ok(2.1)).0;
    grown.add(away, Stage::Improve, "Unroll the inner loop eight times", Err("out of registers"));
    for _ in 0..3 {
        grown.add(away, Stage::Improve, "Unroll the outer loop", Err("wrong result"));
    }
    for step in 0..20 {
        grown.add(away, Stage::Improve, "Something else", Err(&format!("reason {step}")));
    }
    let told = steps(&grown.told(2, Stage::Improve).tried);
    assert!(told.contains(&4) && told.contains(&7), "{told:?}");
    assert!(!told.contains(&5) && !told.contains(&6), "the same reason once: {told:?}");
    assert!(!told.contains(&10), "old and of something else: {told:?}");
}

#[test]
fn the_best_of_many_children_is_told_besides_the_newest() {
    let mut grown = Grown::new();
    grown.add(0, Stage::Draft, "a", Ok(9.0));
    for child in 0..30 {
        grown.add(1, Stage::Improve, "b", Ok(if child == 4 { 8.0 } else { 2.0 }));
    }
    grown.add(0, Stage::Draft, "c", Ok(1.0));
    let told = steps(&grown.told(1, Stage::Improve).tried);
    assert!(told.contains(&6), "{told:?}");
    assert!((24..=31).all(|step| told.contains(&step)), "{told:?}");
}

#[test]
fn a_cross_shows_its_second_parent() {
    let mut grown = Grown::new();
    grown.add(0, Stage::Draft, "one", Ok(2.0));
    grown.add(0, Stage::Draft, "two", Ok(1.8));
    let told = grown.told_with(1, Stage::Cross, Some(2));
    let second = told.second.unwrap();
    assert_eq!((second.node, second.metric, second.plan.as_str()), (NodeId(2), Some(1.8), "two"));
    assert_eq!(second.files.len(), 1);
}

#[test]
fn a_new_approach_knows_the_others() {
    let mut grown = Grown::new();
    grown.add(0, Stage::Draft, "one", Ok(2.0));
    grown.add(1, Stage::Improve, "one, better", Ok(3.0));
    grown.add(0, Stage::Draft, "two", Err("no module"));
    grown.add(2, Stage::Leap, "three", Ok(2.5));
    grown.add(4, Stage::Improve, "three, better", Ok(2.9));
    let told = grown.told(2, Stage::Leap);
    let approaches: Vec<_> = told
        .approaches
        .iter()
        .map(|it| (it.founder.0, it.plan.as_str(), it.steps, it.best, it.failure.as_deref()))
        .collect();
    let expected = [
        (0, "", 1, Some(1.0), None),
        (1, "one", 2, Some(3.0), None),
        (3, "two", 1, None, Some("no module")),
        (4, "three", 2, Some(2.9), None),
    ];
    assert_eq!(approaches, expected);
    assert_eq!(told.idle_steps, 3, "since step 2");
    for _ in 0..50 {
        grown.add(0, Stage::Draft, "more", Ok(0.5));
    }
    let told = grown.told(0, Stage::Draft);
    assert_eq!(told.approaches.len(), 12);
    assert_eq!(told.approaches[0].founder, NodeId(1), "the best is always among them");
}

#[test]
fn what_is_told_is_bounded_whatever_the_tree() {
    for stage in [Stage::Draft, Stage::Improve, Stage::Leap, Stage::Debug] {
        let mut grown = Grown::new();
        for step in 0..3_000_u32 {
            let (parent, stage) = match step % 4 {
                0 => (0, Stage::Draft),
                1 => (step, Stage::Improve),
                2 => (step / 2, Stage::Improve),
                _ => (step, Stage::Debug),
            };
            let result = if step % 3 == 0 { Err("no") } else { Ok(f64::from(step % 17)) };
            grown.add(parent, stage, "plan of words", result);
        }
        let told = grown.told(2_999, stage);
        assert!(told.tried.len() <= 30, "{}", told.tried.len());
        assert!(told.path.len() <= 6 && told.approaches.len() <= 12);
        assert_eq!(told, brief(&grown.state, grown.state.tree().get(NodeId(3_001)).unwrap()).unwrap());
    }
}
