//! Several models in one run.

use super::outage::unavailable;
use super::*;
use crate::run::AutoResume;

const NAMES: [&str; 3] = ["openai/a", "anthropic/b", "gemini/c"];

fn several(models: usize, steps: u32) -> Play {
    let models: Vec<String> = NAMES[..models].iter().map(|name| (*name).to_owned()).collect();
    let auto_resume = AutoResume { attempts: 5, first_wait_ms: 100 };
    let mut play = Play::with(RunSpec {
        model: models.join(","),
        models,
        auto_resume,
        ..spec(steps, Aide::for_budget(steps))
    });
    play.evaluated(Some(1.0));
    play
}

impl Play {
    /// The model that is asked.
    fn asked(&self) -> usize {
        let Effect::Propose { model, .. } = self.last_effect() else {
            panic!("nobody is asked: {:?}", self.last_effect())
        };
        *model as usize
    }

    fn refuse_service(&mut self) -> Decision {
        let Effect::Propose { node, attempt, .. } = *self.last_effect() else { panic!("nobody is asked") };
        self.give(Input::ModelFailed { node, attempt, failure: unavailable(None) })
    }
}

fn metric_of(model: usize, step: u32) -> Option<f64> {
    (model == 1).then(|| f64::from(step) + 1.0)
}

#[test]
fn who_earns_is_asked_and_everybody_once() {
    let mut play = several(3, 60);
    let mut asked = Vec::new();
    for step in 1..=60 {
        let model = play.asked();
        asked.push(model);
        play.step(metric_of(model, step));
    }
    assert_eq!(asked[..3], [0, 1, 2]);
    let good = asked.iter().filter(|model| **model == 1).count();
    assert!(good > 40, "{good} of 60: {asked:?}");
    let accounts = play.state.ledger().accounts();
    assert_eq!(accounts.iter().map(|account| account.steps).sum::<u32>(), 60);
    assert_eq!(accounts[1].bests as usize, good);
    assert_eq!(accounts[1].usage.input_tokens, 10 * good as u64);
    let recorded: Vec<usize> =
        play.state.tree().nodes()[1..].iter().map(|n| n.grounds.model as usize).collect();
    assert_eq!(recorded, asked, "as recorded with each step");
}

#[test]
fn what_is_recorded_gives_the_same_state_and_the_same_summary() {
    let mut play = several(2, 12);
    for step in 1..=6 {
        if step == 3 {
            play.refuse_service();
        }
        let model = play.asked();
        play.step(metric_of(model, step));
    }
    assert_eq!(RunState::replay(&play.journal).unwrap(), play.state);
    let mut summary = Summary::new(&play.journal[0]).unwrap();
    play.journal[1..].iter().for_each(|event| summary.apply(event));
    assert_eq!(&summary.ledger, play.state.ledger());
    // As it would be after a restart: the step under way is asked of the same model.
    let before = play.asked();
    let mut again = RunState::replay(&play.journal).unwrap();
    let decision = decide(&mut again, Input::Recovered, 9).unwrap();
    let [Effect::Propose { model, attempt: 2, .. }] = decision.effects.as_slice() else { panic!() };
    assert_eq!(*model as usize, before);
}

#[test]
fn an_unusable_reply_is_mended_by_the_model_that_gave_it() {
    let mut play = several(2, 12);
    let first = play.asked();
    let Effect::Propose { node, attempt, .. } = *play.last_effect() else { panic!() };
    let usage = Usage::default();
    play.give(Input::Unusable { node, attempt, reason: "no code".into(), usage, fault: Fault::Other });
    assert_eq!(play.asked(), first);
}

#[test]
fn another_stands_in_for_a_model_that_cannot_be_asked() {
    let mut play = several(2, 12);
    let out = play.asked();
    let decision = play.refuse_service();
    assert_eq!(
        decision.events.iter().map(|event| kind(&event.kind)).collect::<Vec<_>>(),
        ["warned", "asked"]
    );
    let RunEvent::Warned { message } = &decision.events[0].kind else { panic!() };
    assert_eq!(message, "openai/a cannot be asked now, anthropic/b is instead: cannot reach it");
    assert_eq!(play.asked(), 1 - out);
    // All at one moment: the pause is not over, and who is away is not asked for the next steps either.
    for _ in 0..4 {
        play.step(None);
        assert_eq!(play.asked(), 1 - out);
    }
    let accounts = play.state.ledger().accounts();
    assert_eq!((accounts[out].steps, accounts[1 - out].steps), (0, 5));
    // Later it is tried again: it was not tried at all yet.
    play.reply();
    let Effect::Evaluate { node, attempt, .. } = *play.last_effect() else { panic!() };
    let ended = Input::EvalEnded { node, attempt, outcome: outcome(None) };
    let decision = decide(&mut play.state, ended, 5 + 1_200).unwrap();
    assert!(matches!(decision.effects.as_slice(), [Effect::Propose { model, .. }] if *model as usize == out));
}

#[test]
fn only_when_all_are_out_the_run_waits() {
    let mut play = several(3, 12);
    play.refuse_service();
    play.refuse_service();
    let decision = play.refuse_service();
    assert!(matches!(decision.effects.as_slice(), [Effect::Wake { attempt: 1, .. }]), "{decision:?}");
    let Effect::Wake { node, attempt, .. } = *play.last_effect() else { panic!() };
    play.give(Input::Woke { node, attempt });
    // Then each is tried again before the next wait, without a word for each.
    for _ in 0..2 {
        let decision = play.refuse_service();
        assert_eq!(decision.events.len(), 1, "{decision:?}");
    }
    let decision = play.refuse_service();
    assert!(matches!(decision.effects.as_slice(), [Effect::Wake { attempt: 2, .. }]), "{decision:?}");
    let Effect::Wake { node, attempt, .. } = *play.last_effect() else { panic!() };
    play.give(Input::Woke { node, attempt });
    play.step(Some(2.0));
    assert_eq!(play.state.outage(), None);
}

#[test]
fn a_run_with_one_model_is_recorded_as_before() {
    let mut play = Play::new(3);
    play.evaluated(Some(1.0));
    let asked = serde_json::to_string(&play.journal.last().unwrap()).unwrap();
    assert!(!asked.contains("\"model\""), "{asked}");
    let created = serde_json::to_string(&play.journal[0]).unwrap();
    let none = ["models", "prices", "reasoning_effort"].iter().all(|field| !created.contains(field));
    assert!(none, "{created}");
}
