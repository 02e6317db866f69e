//! Code that was tried already is not evaluated again.

use super::*;

impl Play {
    /// The model answers with this code.
    fn answer(&mut self, code: u8) -> Decision {
        self.answer_with(code, None)
    }

    fn answer_with(&mut self, code: u8, elsewhere: Option<&str>) -> Decision {
        let Effect::Propose { node, attempt, brief, .. } = self.last_effect().clone() else {
            panic!("no proposal is asked for: {:?}", self.last_effect())
        };
        self.give(Input::Replied {
            node,
            attempt,
            plan: format!("plan {code}"),
            files: brief.files,
            lines: (1, 0),
            usage: Usage { input_tokens: 5, output_tokens: 1 },
            from: None,
            written: Written { code: Some(id(code)), form: None },
            elsewhere: elsewhere.map(str::to_owned),
        })
    }

    fn told(&self) -> &str {
        let Effect::Propose { brief, .. } = self.last_effect() else { panic!("nothing is asked for") };
        brief.unusable.as_deref().unwrap_or_default()
    }
}

fn id(code: u8) -> CodeId {
    CodeId(BlobId([code; 32]))
}

fn begun(steps: u32) -> Play {
    let mut play = Play::with(RunSpec { baseline_code: Some(id(0)), ..spec(steps, SearchSpec::Greedy) });
    play.evaluated(Some(1.0));
    play
}

#[test]
fn a_duplicate_is_asked_anew_once_with_its_result_then_the_step_fails() {
    let mut play = begun(3);
    play.answer(1);
    play.evaluated(Some(12.5));
    play.answer(1);
    assert!(play.told().starts_with("This is the same code as step 1, which gave 12.5."), "{}", play.told());
    play.answer(1);
    let failed = play.state.tree().get(NodeId(2)).unwrap();
    assert!(
        matches!(&failed.progress, Progress::Failed { reason } if reason.contains("same code as step 1"))
    );
    let kinds = play.kinds();
    assert_eq!(kinds[kinds.len() - 6..], ["asked", "unusable", "asked", "unusable", "failed", "asked"]);
    assert_eq!(kinds.iter().filter(|kind| **kind == "eval_intended").count(), 2);
    assert_eq!(play.state.usage().input_tokens, 15);
    play.answer(2);
    assert!(matches!(play.last_effect(), Effect::Evaluate { node: NodeId(3), .. }));
}

#[test]
fn what_came_of_the_first_is_told_whatever_it_was() {
    let mut play = begun(5);
    play.answer(0);
    assert!(play.told().contains("the baseline, which gave 1.0."), "{}", play.told());
    play.answer(1);
    play.evaluated(None);
    play.answer(1);
    assert!(play.told().contains("step 1, which does not work (exit code 1)."), "{}", play.told());
}

#[test]
fn a_reply_after_a_duplicate_is_evaluated() {
    let mut play = begun(1);
    play.answer(0);
    play.answer(1);
    assert!(matches!(play.last_effect(), Effect::Evaluate { node: NodeId(1), .. }));
    play.evaluated(Some(2.0));
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
}

#[test]
fn what_another_run_of_the_lineage_tried_counts() {
    let mut play = begun(1);
    play.answer_with(1, Some("step 7 of run 1f0c2a9e, which gave 3.0"));
    assert!(play.told().contains("step 7 of run 1f0c2a9e, which gave 3.0."), "{}", play.told());
    assert!(play.state.tree().with_code(id(1)).is_none(), "it is no node of this run");
}

#[test]
fn an_evaluation_cut_short_counts_and_a_failed_step_does_not() {
    let mut play = begun(4);
    play.answer(1);
    play.give(Input::StopAsked { force: false });
    play.give(Input::EvalCancelled { node: NodeId(1), attempt: 1 });
    assert_eq!(play.state.tree().with_code(id(1)).map(|node| node.id), Some(NodeId(1)));
    play.give(resume(None));
    play.evaluated(Some(2.0));
    play.answer(1);
    play.answer(1);
    assert_eq!(play.state.tree().get(NodeId(2)).and_then(|node| node.code), None);
}

#[test]
fn a_persons_revision_is_taken_whatever_it_repeats_and_counts_from_then_on() {
    let spec = RunSpec { baseline_code: Some(id(0)), require_review: true, ..spec(3, SearchSpec::Greedy) };
    let mut play = Play::with(spec);
    play.evaluated(Some(1.0));
    play.answer(1);
    let revised = |code| NewRevision { code: Some(id(code)), ..revision() };
    for code in [0, 2] {
        let told = play.give(Input::Revised { node: NodeId(1), revision: revised(code), by: "me".into() });
        assert_eq!(told.refused, None);
    }
    let with = |play: &Play, code| play.state.tree().with_code(id(code)).map(|node| node.id);
    assert_eq!([with(&play, 0), with(&play, 1), with(&play, 2)], [Some(NodeId(0)), None, Some(NodeId(1))]);
    play.give(Input::Rejected { node: NodeId(1), by: "me".into(), reason: "no threads".into() });
    play.answer(2);
    assert!(play.told().contains("step 1, which the user turned down (no threads)."), "{}", play.told());
}
