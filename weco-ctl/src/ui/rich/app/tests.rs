//! Keys and what they lead to.

use weco_proto::v1::{SourceText, Stage};

use super::said::NOTE_SHOWN;
use super::*;
use crate::ui::rich::draft::Draft;
use crate::ui::{Answer, Change};
use weco_view::fixture::Story;

fn press(app: &mut App, view: &RunView, code: KeyCode) -> Option<Wish> {
    app.key(KeyEvent::new(code, KeyModifiers::NONE), view)
}

fn control(app: &mut App, view: &RunView, char: char) -> Option<Wish> {
    app.key(KeyEvent::new(KeyCode::Char(char), KeyModifiers::CONTROL), view)
}

const STOP: Option<Wish> = Some(Wish::Act(Action::Stop { force: false }));
const KILL: Option<Wish> = Some(Wish::Act(Action::Stop { force: true }));

#[test]
fn stopping_is_confirmed() {
    let view = Story::long(3).view();
    for (answer, wish) in [('s', STOP), ('y', STOP), ('n', None), ('d', None)] {
        let mut app = App::default();
        assert_eq!(press(&mut app, &view, KeyCode::Char('s')), None);
        assert!(app.confirming);
        assert_eq!(press(&mut app, &view, KeyCode::Char(answer)), wish);
        assert!(!app.confirming && !app.interrupted);
    }
}

#[test]
fn control_c_stops_then_forces_then_leaves() {
    let view = Story::long(3).view();
    let mut app = App { help: true, looking: true, ..App::default() };
    assert_eq!(control(&mut app, &view, 'c'), STOP);
    assert!(app.interrupted);
    assert_eq!(press(&mut app, &view, KeyCode::Char('s')), None);
    assert!(!app.confirming, "already stopping");
    assert_eq!(control(&mut app, &view, 'c'), KILL);
    assert_eq!(control(&mut app, &view, 'c'), Some(Wish::Force));
}

#[test]
fn control_c_leaves_a_run_that_is_looked_at() {
    let view = Story::long(3).view();
    let mut app = App { on_interrupt: OnInterrupt::Detach, ..App::default() };
    assert_eq!(control(&mut app, &view, 'c'), Some(Wish::Detach));
    press(&mut app, &view, KeyCode::Char('s'));
    assert_eq!(press(&mut app, &view, KeyCode::Char('s')), STOP);
    assert_eq!(control(&mut app, &view, 'c'), KILL, "insisting on a stop that was asked for here");
}

#[test]
fn detaching_and_suspending() {
    let view = Story::long(3).view();
    let mut app = App::default();
    assert_eq!(press(&mut app, &view, KeyCode::Char('d')), Some(Wish::Detach));
    assert_eq!(control(&mut app, &view, 'z'), Some(Wish::Suspend));
}

#[test]
fn the_choice_moves_along_the_tree_and_stays_in_it() {
    let view = Story::long(12).view();
    let order: Vec<u32> = tree::rows(&view).iter().map(|row| row.step).collect();
    let mut app = App::default();
    for _ in 0..20 {
        press(&mut app, &view, KeyCode::Up);
    }
    assert_eq!(app.selected, Some(0));
    for expected in order.iter().skip(1) {
        press(&mut app, &view, KeyCode::Char('j'));
        assert_eq!(app.selected, Some(*expected));
    }
    press(&mut app, &view, KeyCode::Down);
    assert_eq!(app.selected, order.last().copied());
    press(&mut app, &view, KeyCode::Char('b'));
    assert_eq!(app.selected, Some(view.best().unwrap().step));
}

#[test]
fn looking_is_left_before_the_choice() {
    let view = Story::long(3).view();
    let mut app = App::default();
    press(&mut app, &view, KeyCode::Enter);
    assert!(app.looking && app.selected == Some(3));
    press(&mut app, &view, KeyCode::Esc);
    assert!(!app.looking && app.selected == Some(3));
    press(&mut app, &view, KeyCode::Esc);
    assert_eq!(app.selected, None);
}

/// Step 1 waits, and its code is here.
fn reviewing() -> (App, RunView) {
    let view = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p").view();
    let mut app = App::default();
    let Some(action) = app.review.due(&view) else { panic!("nothing is due") };
    app.answered(Answer { action, result: Ok(Some(Change::default())) }, &view);
    (app, view)
}

fn type_in(app: &mut App, view: &RunView, text: &str) {
    for char in text.chars() {
        assert_eq!(press(app, view, KeyCode::Char(char)), None);
    }
}

#[test]
fn what_waits_is_approved_once() {
    let (mut app, view) = reviewing();
    let approve = Action::Approve { step: 1 };
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), Some(Wish::Act(approve.clone())));
    for key in ['a', 'e', 'r'] {
        assert_eq!(press(&mut app, &view, KeyCode::Char(key)), None);
    }
    assert!(app.input.is_none());
    app.answered(Answer { action: approve.clone(), result: Err("the disk is full".into()) }, &view);
    assert_eq!(app.note, Some(Note::Bad("the disk is full".into())));
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), Some(Wish::Act(approve)), "after a failure");
}

#[test]
fn a_step_that_waits_again_is_decided_about_again() {
    let (mut app, view) = reviewing();
    let approve = Action::Approve { step: 1 };
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), Some(Wish::Act(approve.clone())));
    let story = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p").approved(1);
    app.review.settle(&story.view());
    let view = story.returned(1, "the environment is gone").view();
    app.review.settle(&view);
    let late =
        Answer { action: Action::Fetch { step: 1, revisions: 0 }, result: Ok(Some(Change::default())) };
    app.answered(late.clone(), &view);
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), None, "its code is not that of an earlier wait");
    assert_eq!(app.review.due(&view), Some(Action::Fetch { step: 1, revisions: 0 }));
    app.answered(late, &view);
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), Some(Wish::Act(approve)));
}

#[test]
fn a_late_failure_leaves_the_next_decision_alone() {
    let (mut app, _) = reviewing();
    let story = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p").rejected(1, "");
    app.review.settle(&story.view());
    let view = story.asked(2, 0, Stage::Draft).proposed(2, "q").view();
    let Some(action) = app.review.due(&view) else { panic!("nothing is due") };
    app.answered(Answer { action, result: Ok(Some(Change::default())) }, &view);
    assert!(press(&mut app, &view, KeyCode::Char('a')).is_some());
    app.answered(Answer { action: Action::Approve { step: 1 }, result: Err("late".into()) }, &view);
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), None, "the approval is on its way");
}

#[test]
fn an_edit_is_not_overtaken_by_an_approval() {
    let (mut app, view) = reviewing();
    let fetch = Action::Fetch { step: 1, revisions: 0 };
    app.answered(Answer { action: fetch, result: Ok(Some(change("2"))) }, &view);
    let file = app.review.open(&view).unwrap().files().remove(0);
    std::fs::write(file, "3").unwrap();
    let action = app.review.edited(&view).unwrap().unwrap();
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), None);
    app.answered(Answer { action: action.clone(), result: Err("no".into()) }, &view);
    assert!(app.review.draft.is_some());
    assert_eq!(press(&mut app, &view, KeyCode::Char('e')), Some(Wish::Edit));
    assert_eq!(app.review.edited(&view).unwrap(), Some(action.clone()));
    app.answered(Answer { action, result: Ok(None) }, &view);
    assert!(app.review.draft.is_none());
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), None, "it was not shown yet as it is now");
    show(&mut app, &view, "3");
    assert!(press(&mut app, &view, KeyCode::Char('a')).is_some());
}

fn change(text: &str) -> Change {
    let source = |text: &str| SourceText { path: "a.py".into(), text: text.into() };
    Change { before: vec![source("0")], after: vec![source(text)] }
}

/// The text of the copy that is edited.
fn copied(app: &mut App, view: &RunView) -> (std::path::PathBuf, String) {
    let file = app.review.open(view).unwrap().files().remove(0);
    let text = std::fs::read_to_string(&file).unwrap();
    (file, text)
}

/// Shows the step that waits, with this code.
fn show(app: &mut App, view: &RunView, text: &str) {
    app.review.settle(view);
    let Some(action) = app.review.due(view) else { panic!("nothing is due") };
    app.answered(Answer { action, result: Ok(Some(change(text))) }, view);
}

#[test]
fn copies_that_nobody_edited_stand_in_no_ones_way() {
    let mut app = App::default();
    let story = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p");
    show(&mut app, &story.view(), "1");
    let (file, _) = copied(&mut app, &story.view());
    let story = story.revised(1, 1);
    show(&mut app, &story.view(), "2");
    assert_eq!(copied(&mut app, &story.view()).1, "2", "what was revised meanwhile");
    assert!(!app.review.is_edited() && app.review.draft.is_none(), "the editor failed");
    let story = story.rejected(1, "").asked(2, 0, Stage::Draft).proposed(2, "q");
    show(&mut app, &story.view(), "3");
    assert_eq!(copied(&mut app, &story.view()).1, "3");
    assert!(!file.exists() && app.review.into_drafts().all(|draft| !draft.is_edited()));
}

#[test]
fn an_edit_of_what_was_revised_meanwhile_is_not_sent() {
    let mut app = App::default();
    let story = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p");
    show(&mut app, &story.view(), "1");
    let (file, _) = copied(&mut app, &story.view());
    std::fs::write(&file, "mine").unwrap();
    let view = story.revised(1, 1).view();
    let why = app.review.edited(&view).unwrap_err();
    assert!(why.contains("kept") && !why.contains("opens your edit again"), "{why}");
    show(&mut app, &view, "2");
    assert_eq!(copied(&mut app, &view).1, "2");
    assert_eq!(app.review.into_drafts().filter(Draft::is_edited).count(), 1);
}

#[test]
fn an_edit_of_what_is_gone_is_put_aside_and_kept() {
    let mut app = App::default();
    let story = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p");
    show(&mut app, &story.view(), "1");
    let (file, _) = copied(&mut app, &story.view());
    std::fs::write(&file, "mine").unwrap();
    assert!(app.review.is_edited());
    assert_eq!(copied(&mut app, &story.view()).1, "mine", "as long as it is of what waits");
    let story = story.revised(1, 1);
    show(&mut app, &story.view(), "2");
    assert_eq!(copied(&mut app, &story.view()).1, "2");
    let kept: Vec<_> = app.review.into_drafts().filter(crate::ui::rich::draft::Draft::is_edited).collect();
    assert_eq!((kept.len(), kept[0].files()), (1, vec![file]));
}

#[test]
fn good_news_makes_room_for_the_keys_again() {
    let mut app = App::default();
    app.say("step 1 is approved");
    let now = Instant::now();
    assert!(!app.forget_note(now) && app.note.is_some());
    assert!(app.forget_note(now + NOTE_SHOWN) && app.note.is_none());
    app.note = Some(Note::Bad("the disk is full".into()));
    assert!(!app.forget_note(now + 2 * NOTE_SHOWN) && app.note.is_some(), "trouble waits to be seen");
}

#[test]
fn nothing_is_decided_unseen() {
    let view = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p").view();
    let mut app = App::default();
    app.review.due(&view);
    for key in ['a', 'e', 'r'] {
        assert_eq!(press(&mut app, &view, KeyCode::Char(key)), None);
        assert!(matches!(app.note, Some(Note::Bad(_))) && app.input.is_none());
    }
}

#[test]
fn a_revision_is_fetched_and_shown_before_it_is_approved() {
    let (mut app, _) = reviewing();
    let view = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p").revised(1, 1).view();
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), None, "it is not drawn yet");
    assert_eq!(app.review.due(&view), Some(Action::Fetch { step: 1, revisions: 1 }));
    assert_eq!(press(&mut app, &view, KeyCode::Char('a')), None);
    for (revisions, wanted) in [(0, None), (1, Some(Wish::Act(Action::Approve { step: 1 })))] {
        let fetch = Action::Fetch { step: 1, revisions };
        app.answered(Answer { action: fetch, result: Ok(Some(Change::default())) }, &view);
        assert_eq!(press(&mut app, &view, KeyCode::Char('a')), wanted, "code of revision {revisions}");
    }
}

#[test]
fn what_cannot_be_shown_is_fetched_again_and_not_approved() {
    let (mut app, view) = reviewing();
    let fetch = Action::Fetch { step: 1, revisions: 0 };
    for key in ['a', 'e'] {
        let failed = Answer { action: fetch.clone(), result: Err("the file is damaged".into()) };
        app.review.fetch(view.pending().unwrap());
        app.answered(failed, &view);
        assert_eq!(press(&mut app, &view, KeyCode::Char(key)), Some(Wish::Act(fetch.clone())));
        assert_eq!(press(&mut app, &view, KeyCode::Char(key)), None, "asked for once");
    }
    app.answered(Answer { action: fetch, result: Ok(None) }, &view);
    assert_eq!(press(&mut app, &view, KeyCode::Char('r')), None);
    assert!(app.input.is_some(), "it can be turned down");
}

#[test]
fn a_reason_that_did_not_get_through_is_not_lost() {
    let (mut app, view) = reviewing();
    press(&mut app, &view, KeyCode::Char('r'));
    type_in(&mut app, &view, "too ads?");
    let wish = press(&mut app, &view, KeyCode::Enter);
    let action = Action::Reject { step: 1, reason: "too ads?".into() };
    assert_eq!(wish, Some(Wish::Act(action.clone())));
    app.answered(Answer { action, result: Err("no".into()) }, &view);
    press(&mut app, &view, KeyCode::Char('r'));
    assert_eq!(app.input.as_ref().map(|input| input.text.as_str()), Some("too ads?"));
    assert_eq!(control(&mut app, &view, 'c'), None, "only the line is abandoned");
    assert!(app.input.is_none() && !app.interrupted);
}

#[test]
fn a_run_can_be_instructed_at_any_time() {
    let view = Story::long(3).view();
    let mut app = App::default();
    press(&mut app, &view, KeyCode::Char('i'));
    assert_eq!(press(&mut app, &view, KeyCode::Enter), None, "nothing is no instruction");
    press(&mut app, &view, KeyCode::Char('i'));
    type_in(&mut app, &view, "be quick");
    let text = "be quick".to_owned();
    assert_eq!(press(&mut app, &view, KeyCode::Enter), Some(Wish::Act(Action::Instruct { text })));
}

#[test]
fn a_review_can_be_put_aside() {
    let (mut app, view) = reviewing();
    press(&mut app, &view, KeyCode::Down);
    assert_eq!((app.review.scroll, app.selected), (1, None));
    press(&mut app, &view, KeyCode::Esc);
    assert!(!app.reviewing(&view));
    press(&mut app, &view, KeyCode::Up);
    assert_eq!(app.selected, Some(0));
    press(&mut app, &view, KeyCode::Char('v'));
    assert!(app.reviewing(&view));
    assert_eq!(press(&mut app, &view, KeyCode::Char('e')), Some(Wish::Edit));
}

#[test]
fn without_anything_that_waits_there_is_nothing_to_decide() {
    let ended = Story::reviewed().stop_asked(false).view();
    for view in [Story::long(3).view(), ended] {
        let mut app = App::default();
        assert_eq!(app.review.due(&view), None);
        for key in ['a', 'e', 'r', 'v'] {
            assert_eq!(press(&mut app, &view, KeyCode::Char(key)), None);
        }
        assert!(!app.reviewing(&view) && app.input.is_none());
    }
}

#[test]
fn nothing_to_choose_from_is_no_fault() {
    let view = RunView::default();
    let mut app = App::default();
    for code in
        [KeyCode::Up, KeyCode::Down, KeyCode::Enter, KeyCode::Char('b'), KeyCode::PageUp, KeyCode::Esc]
    {
        assert_eq!(press(&mut app, &view, code), None);
    }
    assert!(!app.looking);
}
