use weco_proto::v1::{
    EvaluationStarted, RunLimits, RunStatus, Stage, StepApproved, StepEvaluated, StepReturned,
    run_update::Update,
};

use super::*;
use crate::fixture::{START, Story};

#[test]
fn a_best_that_was_only_lucky_gives_way() {
    let view = Story::rechecking().view();
    let best = view.best().unwrap();
    assert_eq!(
        (best.step, best.metric(), best.rechecking),
        (1, Some(60.0), true),
        "it counts until more is known"
    );
    assert_eq!((view.baseline().unwrap().spread(), view.done()), (" ± 0.71 (2)".to_owned(), 2));
    let view = Story::noisy().view();
    assert_eq!(view.best().map(|best| best.step), Some(2));
    let lucky = view.step(1).unwrap();
    assert_eq!((lucky.metric(), lucky.spread()), (Some(45.0), " ± 21 (2)".to_owned()));
    assert_eq!(view.done(), 3, "a version measured again takes a step of the budget");
}

#[test]
fn what_is_measured_again_is_under_way_beside_others() {
    let story = Story::rechecking();
    let steps = |story: &Story| story.view().under_way().map(|node| node.step).collect::<Vec<_>>();
    assert_eq!((steps(&story), story.view().begun()), (vec![1], 3));
    let two = story.then(Update::Evaluating(EvaluationStarted { step: 2, attempt: 2, recheck: true }));
    assert_eq!((steps(&two), two.view().begun()), (vec![1, 2], 4));
    assert_eq!(two.view().latest().map(|node| node.step), Some(2));
    let stopped = two.ended(RunStatus::Terminated, "stopped by the user", "");
    assert_eq!((steps(&stopped), stopped.view().begun()), (vec![], 2), "it was cut off");
}

#[test]
fn steps_under_way_are_counted_whatever_their_numbers() {
    let mut story = Story::baselined(50).step(1, 0, 2.0, "p", true);
    for step in 2..=5 {
        story = story.asked(step, 1, Stage::Improve);
    }
    assert_eq!((story.view().done(), story.view().begun()), (1, 5));
    let story = story.good(5, 1.0, false);
    assert_eq!((story.view().done(), story.view().begun()), (2, 5), "it never goes back");
}

#[test]
fn measuring_again_uses_up_no_patience() {
    let patient = |mut story: Story| {
        let Some(Update::Created(created)) = &mut story.updates[0].update else { panic!("no beginning") };
        created.limits = Some(RunLimits { patience: Some(5), ..RunLimits::default() });
        story
    };
    let used = ["1 of 5 steps without a new best"];
    assert_eq!(patient(Story::rechecking()).view().limits_used(0), used);
    assert_eq!(patient(Story::noisy()).view().limits_used(0), used, "another version is the best now");
    let again = StepEvaluated {
        step: 1,
        metric: Some(61.0),
        is_best: true,
        recheck: true,
        ..StepEvaluated::default()
    };
    let confirmed = patient(Story::rechecking()).evaluated(again);
    assert_eq!(confirmed.view().limits_used(0), used, "it was the best before");
}

#[test]
fn a_new_run_is_known_by_its_header() {
    let view = Story::new(50).view();
    let run = view.run().unwrap();
    assert_eq!((run.name.as_str(), run.maximize, view.budget(), view.done()), ("swift-heron", true, 50, 0));
    assert_eq!(view.elapsed_ms(START + 4_000), 4_000);
    assert!(view.latest().is_none() && view.best().is_none() && view.ended().is_none());
}

#[test]
fn a_step_goes_through_its_states() {
    let mut story = Story::baselined(3);
    assert_eq!(story.view().span(), (Some(1.0), Some(1.0)));

    story = story.after(10).asked(1, 0, Stage::Draft);
    let asked = story.now();
    story = story.after(500).proposing(1, 120);
    let view = story.view();
    let node = view.latest().unwrap();
    assert_eq!(node.state, State::Proposing { characters: 120, tries: 1, last_fault: String::new() });
    assert_eq!(node.since_ms, asked, "progress does not restart the age");

    story = story.proposed(1, " Use\nviews \u{1b}[31m").waiting(1, "another run evaluates here");
    let view = story.view();
    let node = view.latest().unwrap();
    assert_eq!((node.plan.as_str(), &node.state), ("Use\nviews", &State::Proposed));
    assert_eq!(node.waiting.as_deref(), Some("another run evaluates here"));

    story = story.evaluating(1).printing(1, "warm\u{7}up\n");
    let view = story.view();
    let node = view.latest().unwrap();
    assert_eq!(node.state, State::Evaluating { tail: "warmup\n".into() });
    assert_eq!(node.waiting, None);

    story = story.good(1, 2.0, true).printing(1, "late");
    let view = story.view();
    assert_eq!(view.best().unwrap().step, 1);
    assert_eq!(view.latest().unwrap().metric(), Some(2.0), "late news of a settled step is dropped");
    assert_eq!(view.done(), 1);
    assert_eq!(view.best_files().unwrap(), ".runs/0002e071-5d7c-4c62-9f43-0d2f6b9a7c11/best/files/");
}

#[test]
fn late_live_news_takes_no_step_back() {
    let reviewed = Story::created(3, |created| created.require_review = true).good(0, 1.0, true);
    let pending =
        reviewed.asked(1, 0, Stage::Draft).proposing(1, 120).proposed(1, "Use views").proposing(1, 130);
    let view = pending.view();
    assert_eq!(view.pending().map(|node| node.step), Some(1), "it waits for approval: {view:?}");

    let approved = Update::Approved(StepApproved { step: 1, by: "ada".into(), ..StepApproved::default() });
    let returned = Update::Returned(StepReturned { step: 1, reason: "the daemon was killed".into() });
    let view = pending.then(approved).evaluating(1).then(returned).printing(1, "late").view();
    assert_eq!(view.pending().map(|node| node.step), Some(1), "it waits for approval again: {view:?}");

    let view = Story::baselined(3).asked(1, 0, Stage::Draft).proposed(1, "p").proposing(1, 9).view();
    assert_eq!(view.latest().unwrap().state, State::Proposed);
}

#[test]
fn recorded_updates_count_once() {
    let story = Story::baselined(3).step(1, 0, 2.0, "p", true);
    let mut view = story.view();
    let before = view.clone();
    for update in &story.updates {
        assert!(!view.apply(update));
    }
    assert_eq!(view, before);
}

#[test]
fn a_buggy_metric_does_not_count() {
    let story = Story::baselined(3).asked(1, 0, Stage::Draft).evaluated(StepEvaluated {
        step: 1,
        metric: Some(9.0),
        buggy_reason: "timed out".into(),
        timed_out: true,
        signal: Some(9),
        ..StepEvaluated::default()
    });
    let view = story.view();
    let node = view.step(1).unwrap();
    assert_eq!((node.metric(), node.trouble()), (None, Some("timed out")));
    assert_eq!(node.evaluation().unwrap().exit, Exit::TimedOut);
    assert_eq!(view.best().unwrap().step, 0);
}

#[test]
fn no_metric_or_no_number_is_buggy() {
    for metric in [None, Some(f64::NAN), Some(f64::INFINITY)] {
        let view = Story::new(3).evaluated(StepEvaluated { metric, ..StepEvaluated::default() }).view();
        assert_eq!(view.baseline().unwrap().trouble(), Some("no metric was found"));
    }
}

#[test]
fn a_resumed_run_goes_on() {
    let story = Story::baselined(2).step(1, 0, 2.0, "p", true);
    let story = story.stop_asked(false);
    assert!(story.view().stopping());
    let story = story.ended(RunStatus::Terminated, "stopped by the user", "");
    let view = story.view();
    assert_eq!(view.ended().unwrap().status, RunStatus::Terminated);
    assert!(!view.stopping());
    let elapsed = view.elapsed_ms(i64::MAX);

    let story = story.after(3_600_000).resumed(10);
    let view = story.view();
    assert!(view.ended().is_none());
    assert_eq!((view.budget(), view.done()), (10, 1));
    assert_eq!(view.elapsed_ms(story.now() + 5), elapsed + 5);
    assert_eq!(view.left_ms(story.now()), None, "the pause is no pace");
    let story = story.step(2, 1, 2.5, "p", true);
    assert_eq!(story.view().left_ms(story.now()), Some(8 * 24_000));
}

#[test]
fn a_stream_without_its_beginning_is_still_a_view() {
    let story = Story::baselined(3).step(1, 0, 2.0, "p", true);
    let mut view = RunView::default();
    for update in &story.updates[3..] {
        view.apply(update);
    }
    assert!(view.run().is_none());
    assert_eq!(view.span(), (None, Some(2.0)));
    assert_eq!(view.best_files(), None);
}

#[test]
fn changes_add_up_along_the_way() {
    let mut story = Story::baselined(9).step(1, 0, 2.0, "p", true).step(2, 1, 3.0, "p", true);
    for update in &mut story.updates {
        if let Some(weco_proto::v1::run_update::Update::Proposed(proposed)) = &mut update.update {
            proposed.changed = vec![format!("{}.py", proposed.step)];
        }
    }
    let view = story.view();
    assert_eq!(view.changed_files(2), ["1.py", "2.py"]);
    assert_eq!(view.changed_files(1), ["1.py"]);
    assert!(view.changed_files(0).is_empty());
}

#[test]
fn parents_in_a_circle_end() {
    let view = Story::new(9).asked(1, 2, Stage::Improve).asked(2, 1, Stage::Improve).view();
    assert!(view.changed_files(1).is_empty());
}

#[test]
fn a_proposal_waits_until_someone_acts() {
    let story = Story::under_review(4).asked(1, 0, Stage::Draft).proposed(1, "p");
    let view = story.view();
    assert_eq!(view.pending().map(|node| node.step), Some(1));
    assert!(view.run().unwrap().require_review);

    let story = story.revised(1, 1).revised(1, 2);
    let view = story.view();
    let node = view.pending().unwrap();
    let by = |number| Revision { number, by: "ada".into() };
    assert_eq!((node.revisions.as_slice(), node.lines), (&[by(1), by(2)][..], (22, 9)));

    let approved = story.clone().approved(1);
    assert_eq!(approved.view().step(1).unwrap().state, State::Proposed);
    assert_eq!(approved.view().step(1).unwrap().approved_by.as_deref(), Some("ada"));
    let returned = approved.evaluating(1).returned(1, "the daemon was restarted").view();
    assert_eq!(returned.pending().map(|node| (node.step, &node.approved_by)), Some((1, &None)));
    assert!(returned.warnings()[0].message.contains("waits for approval again: the daemon was restarted"));

    let rejected = story.rejected(1, "too \u{1b}[31mlong\n").view();
    let node = rejected.step(1).unwrap();
    assert_eq!((node.trouble(), node.is_settled(), rejected.done()), (Some("too long"), true, 1));
    assert!(rejected.pending().is_none());
}

#[test]
fn a_rejection_without_a_reason_still_says_what_it_is() {
    let view = Story::under_review(4).asked(1, 0, Stage::Draft).proposed(1, "p").rejected(1, " \n").view();
    assert_eq!(view.step(1).unwrap().trouble(), Some("rejected"));
}

#[test]
fn without_review_nothing_waits() {
    assert!(Story::baselined(4).asked(1, 0, Stage::Draft).proposed(1, "p").view().pending().is_none());
}

#[test]
fn a_derived_run_begins_with_what_it_inherits() {
    let view = Story::derived(4).view();
    let run = view.run().unwrap();
    assert_eq!(run.derived_from.as_ref().map(|from| from.step), Some(7));
    assert!(view.baseline().and_then(Node::evaluation).unwrap().inherited);
    assert_eq!((view.span(), view.instructions()), ((Some(3.25), Some(3.25)), "Save memory."));
    assert_eq!(Story::derived(4).instructed("Be quick.").view().instructions(), "Be quick.");
}
