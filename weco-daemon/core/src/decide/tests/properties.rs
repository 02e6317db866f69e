//! Whatever news comes in whatever order.

use proptest::prelude::*;

use super::*;

/// The summary says what the state says, after every event; which version is the best, once that is recorded.
pub(super) fn agrees_with_the_state(events: &[Event]) -> Result<(), TestCaseError> {
    let mut state = RunState::new(&events[0]).unwrap();
    let mut summary = Summary::new(&events[0]).unwrap();
    for (event, next) in events[1..].iter().zip(events[2..].iter().map(Some).chain([None])) {
        state.apply(event).unwrap();
        summary.apply(event);
        if !next.is_some_and(|next| matches!(next.kind, RunEvent::Weighed { .. })) {
            prop_assert_eq!(summary.best, state.best());
            prop_assert_eq!(summary.ledger.accounts(), state.ledger().accounts());
            if state.end_status().is_none() {
                prop_assert_eq!(summary.used.fruitless, state.fruitless());
            }
        }
        prop_assert_eq!(&summary.status, state.status());
        prop_assert_eq!((summary.steps_done(), summary.steps), (state.steps_done(), state.steps()));
        prop_assert_eq!(summary.baseline_metric, state.baseline().metric());
        prop_assert_eq!(summary.baseline_failed, state.baseline().bug().is_some());
        prop_assert_eq!((summary.usage, summary.last_seq), (state.usage(), state.seq()));
        prop_assert_eq!(summary.outage.as_ref(), state.outage());
        prop_assert_eq!(summary.ended_at.is_some(), state.end_status().is_some());
        prop_assert_eq!(summary.instructions.as_deref(), state.instructions());
        let waiting = state.tree().unfinished().filter(|node| state.is_pending(node)).map(|node| node.id);
        let pending = summary.pending.iter().filter(|(_, pending)| !pending.approved).map(|(node, _)| *node);
        prop_assert_eq!(pending.collect::<Vec<_>>(), waiting.collect::<Vec<_>>());
        prop_assert!(state.edited().is_subset(&summary.edited));
    }
    Ok(())
}

fn any_input() -> impl Strategy<Value = u8> {
    0..22u8
}

/// One of twenty codes, or none.
fn written(value: f64) -> Written {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
    let byte = (value.abs() * 4.0) as u8;
    let form = if value > 0.0 { Form::Whole } else { Form::Edits };
    Written { code: (value > -4.0).then_some(CodeId(BlobId([byte; 32]))), form: Some(form) }
}

proptest! {
    /// Whatever news comes in whatever order: nothing contradicts, replay gives the same state,
    /// sequence numbers have no gap, and a step is never counted twice.
    #[test]
    fn replay_is_live(
        inputs in prop::collection::vec((any_input(), -5.0..5.0f64), 0..120),
        steps in 1..12u32,
        goal in prop_oneof![Just(Goal::Maximize), Just(Goal::Minimize)],
        require_review in any::<bool>(),
    ) {
        let mut play = Play::with(RunSpec { goal, require_review, ..spec(steps, Aide::for_budget(steps)) });
        for (which, value) in inputs {
            let (node, attempt, eval_attempt) = play
                .state
                .tree()
                .unfinished()
                .next()
                .map_or((NodeId(0), 1, 1), |node| (node.id, node.attempt, node.eval_attempt));
            let input = match which {
                0..=2 => Input::EvalEnded { node, attempt: eval_attempt, outcome: outcome((value > -2.0).then_some(value)) },
                3..=5 => Input::Replied {
                    node, attempt, plan: String::new(), lines: (0, 0), from: None, elsewhere: None, written: written(value), usage: Usage { input_tokens: 7, output_tokens: 3 },
                    files: [("model.py".to_owned(), A_BLOB)].into(),
                },
                6 => Input::Unusable { node, attempt, reason: "r".into(), usage: Usage { input_tokens: 7, output_tokens: 3 }, fault: Fault::Other },
                7 => Input::StopAsked { force: value > 0.0 },
                8 => Input::EvalCancelled { node, attempt: eval_attempt },
                9 => resume((value > 0.0).then_some(2)),
                10 => Input::Recovered,
                12 => Input::SourceEdited {
                    path: "model.py".into(), kept_at: "/somewhere".into(), message: "edited".into(),
                    text: (value > 0.0).then_some(if value > 2.0 { A_BLOB } else { BlobId([9; 32]) }),
                },
                13 => Input::ModelFailed { node, attempt, failure: ModelFailure::Step { reason: "r".into() } },
                14 if play.state.tree().best().is_some() => {
                    let node = play.state.tree().best().map_or(NodeId(0), |best| best.id);
                    Input::Applied { node, paths: vec!["model.py".into()] }
                }
                15 => Input::ModelFailed { node, attempt, failure: outage::unavailable(None) },
                17 => Input::Revised { node, revision: revision(), by: "me".into() },
                18 => Input::Approved {
                    node, revision: (value > 0.0).then(revision), by: "me".into(), terms: terms(),
                },
                19 => Input::Rejected { node, by: "me".into(), reason: "r".into() },
                20 => Input::Instructed { text: format!("{value}"), append: value > 0.0, by: "me".into() },
                21 if require_review && node != NodeId::BASELINE => {
                    Input::EvalReturned { node, attempt: eval_attempt, reason: "r".into() }
                }
                16 => Input::Woke { node, attempt: play.state.outage().map_or(1, |outage| outage.attempt) },
                _ => Input::EvalStarted { node, attempt: eval_attempt, process: process() },
            };
            // A daemon recovers only runs that have not ended.
            if input == Input::Recovered && play.state.end_status().is_some() {
                continue;
            }
            play.give(input);
        }
        let replayed = RunState::replay(&play.journal).unwrap();
        prop_assert_eq!(&replayed, &play.state);
        agrees_with_the_state(&play.journal)?;
        prop_assert!(play.journal.iter().zip(1..).all(|(event, seq)| event.seq == seq));
        prop_assert!(play.state.steps_done() <= play.state.steps());
        let mut finished: Vec<u32> = play.journal.iter().filter_map(|event| match &event.kind {
            RunEvent::Evaluated { node, .. }
            | RunEvent::Failed { node, .. }
            | RunEvent::Rejected { node, .. } if node.0 > 0 => Some(node.0),
            _ => None,
        }).collect();
        let all = finished.len();
        finished.sort_unstable();
        finished.dedup();
        prop_assert_eq!(finished.len(), all, "a step finished twice");
    }

    /// The same seed and the same results give the same choices.
    #[test]
    fn choices_repeat(results in prop::collection::vec(prop::option::of(0.0..9.0f64), 1..40)) {
        let play = || {
            let mut play = Play::new(40);
            play.evaluated(Some(1.0));
            for result in &results {
                play.step(*result);
            }
            play.journal
        };
        prop_assert_eq!(play(), play());
    }
}
