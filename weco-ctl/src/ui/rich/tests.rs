use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use weco_proto::v1::{
    EvaluationStarted, ModelPrice, RunLimits, RunStatus, Stage, StepEvaluated, run_update::Update,
};

use super::app::App;
use super::draw::draw;
use super::input::{Input, Purpose};
use super::theme::Theme;
use crate::ui::follow::Stops;
use crate::ui::{Action, Answer, Change, OnInterrupt, RunView};
use weco_view::fixture::Story;

/// The sizes every screen is kept at.
const SIZES: [(u16, u16); 3] = [(80, 24), (140, 45), (60, 15)];

fn terminal(
    view: &RunView,
    app: &mut App,
    theme: Theme,
    now_ms: i64,
    size: (u16, u16),
) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| draw(frame, view, app, theme, now_ms)).unwrap();
    terminal
}

fn screen(view: &RunView, app: &mut App, now_ms: i64, size: (u16, u16)) -> String {
    let terminal = terminal(view, app, Theme::new(true), now_ms, size);
    let buffer = terminal.backend().buffer();
    let rows = buffer.content.chunks(size.0.into()).map(|row| {
        let row: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        format!("{}\n", row.trim_end())
    });
    rows.collect()
}

/// Keeps a screen at every size, `after` milliseconds past the story's last update.
fn keep(name: &str, story: &Story, after: i64, app: impl Fn() -> App) {
    for size in SIZES {
        let picture = screen(&story.view(), &mut app(), story.now() + after, size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), picture);
    }
}

fn evaluating() -> Story {
    Story::long(30)
        .asked(31, 27, Stage::Improve)
        .after(9_000)
        .proposed(
            31,
            "Merge the two row passes into one, so that each tile is read once while it is in the cache.",
        )
        .evaluating(31)
        .printing(31, "building\u{1b}[1m…\nwarmup 3/3\n\tmean latency 4.31 ms\n")
}

#[test]
fn at_the_start() {
    keep("start", &Story::new(50), 300, App::default);
}

#[test]
fn with_limits_and_several_models() {
    let models = vec!["openai/gpt-5.2".to_owned(), "anthropic/claude-opus-4-5".to_owned()];
    let price = |model: &String| ModelPrice { model: model.clone(), input: 5.0, output: 25.0 };
    let story = Story::created(50, |created| {
        created.model = models.join(",");
        created.prices = models.iter().map(price).collect();
        created.models = models.clone();
        created.limits = Some(RunLimits { max_cost: Some(2.0), patience: Some(10), ..RunLimits::default() });
    });
    let story = story.evaluating(0).good(0, 1.0, true).step(1, 0, 1.5, "Tile the loops", true);
    keep("limits", &story, 300, App::default);
}

#[test]
fn while_the_baseline_is_measured() {
    keep("baseline", &Story::new(50).evaluating(0).printing(0, "warmup 1/3\n"), 2_300, App::default);
}

#[test]
fn while_a_version_is_measured_again() {
    keep("rechecking", &Story::rechecking(), 2_300, App::default);
}

#[test]
fn while_two_versions_are_measured_again_at_once() {
    let again = EvaluationStarted { step: 2, attempt: 2, recheck: true };
    let story = Story::rechecking().after(3_000).then(Update::Evaluating(again)).after(1_000);
    let shown = screen(&story.view(), &mut App::default(), story.now(), (80, 24));
    assert!(shown.contains("step 2, draft ── measuring again 0:01"), "{shown}");
    assert!(shown.contains(" step 1, draft ── measuring again 0:04"), "{shown}");
    assert!(shown.contains(" 4/20 "), "{shown}");
}

#[test]
fn while_a_step_is_proposed() {
    keep("proposing", &Story::long(8).asked(9, 4, Stage::Improve).proposing(9, 2_140), 14_200, App::default);
}

#[test]
fn while_the_provider_is_waited_for() {
    let story = Story::long(8)
        .asked(9, 4, Stage::Improve)
        .unavailable(9, 2, 9_400, "cannot reach OpenAI: connection refused")
        .after(1_000);
    keep("outage", &story, 1_000, || App { on_interrupt: OnInterrupt::Detach, ..App::default() });
}

#[test]
fn while_the_model_is_asked_again() {
    let story = Story::long(8)
        .asked(9, 4, Stage::Improve)
        .unusable(9, "the search text is not in kernels/rows.py", true)
        .asked_again(9, 4, Stage::Improve)
        .retrying(9, 3, "429 rate limit exceeded, retry in 20 s");
    keep("retrying", &story, 3_000, App::default);
}

#[test]
fn while_a_step_is_evaluated() {
    keep("evaluating", &evaluating(), 14_000, App::default);
}

#[test]
fn while_four_steps_are_under_way() {
    let story = Story::created(50, |created| created.parallel = 4)
        .evaluating(0)
        .good(0, 1.0, true)
        .step(1, 0, 1.5, "Tile the loops", true)
        .asked(2, 1, Stage::Improve)
        .asked(3, 1, Stage::Improve)
        .asked(4, 1, Stage::Improve)
        .asked(5, 0, Stage::Draft)
        .after(4_000)
        .proposed(2, "Unroll the inner loop")
        .proposed(4, "Keep the tiles in registers")
        .proposed(5, "Use the library's own product")
        .evaluating(2)
        .evaluating(4)
        .printing(2, "warmup 3/3\n\tmean latency 4.31 ms\n")
        .printing(4, "warmup 1/3\n")
        .waiting(5, "the workspace of slot 3 is made")
        .proposing(3, 2_140);
    keep("four", &story, 2_300, App::default);
    keep("four_look", &story, 2_300, || App { selected: Some(2), looking: true, ..App::default() });
}

#[test]
fn with_many_steps() {
    keep("many", &Story::long(49).asked(50, 44, Stage::Improve).proposing(50, 0), 2_000, App::default);
}

#[test]
fn while_a_step_waits() {
    let story = Story::long(3)
        .asked(4, 3, Stage::Improve)
        .proposed(4, "Preallocate the output")
        .waiting(4, "the run calm-otter (0003) evaluates in this directory");
    keep("waiting", &story, 61_000, App::default);
}

#[test]
fn looking_at_a_step() {
    keep("look", &evaluating(), 14_000, || App { selected: Some(28), looking: true, ..App::default() });
}

#[test]
fn looking_at_a_bug() {
    keep("look_bug", &evaluating(), 14_000, || App { selected: Some(13), looking: true, ..App::default() });
}

#[test]
fn with_a_step_chosen() {
    keep("chosen", &evaluating(), 14_000, || App { selected: Some(12), ..App::default() });
}

#[test]
fn before_it_is_stopped() {
    keep("confirm", &evaluating(), 14_000, || App { confirming: true, ..App::default() });
}

#[test]
fn while_it_stops() {
    let stopping = || {
        let mut stops = Stops::default();
        stops.next();
        App { stops, ..App::default() }
    };
    keep("stopping", &evaluating().stop_asked(false), 14_000, stopping);
}

#[test]
fn after_the_user_edited_a_source() {
    keep("edited", &evaluating().edited(), 14_000, App::default);
}

#[test]
fn with_the_keys_explained() {
    keep("help", &evaluating(), 14_000, || App { help: true, ..App::default() });
}

#[test]
fn at_the_end() {
    let story = Story::long(50).ended(RunStatus::Completed, "the budget of 50 steps is spent", "");
    keep("ended", &story, 0, App::default);
}

#[test]
fn after_an_error() {
    let story = Story::long(5).ended(
        RunStatus::Error,
        "the model's provider refused the key: invalid x-api-key",
        "set ANTHROPIC_API_KEY, then resume the run",
    );
    keep("error", &story, 0, App::default);
}

#[test]
fn a_smaller_metric_can_be_better() {
    let mut story = Story::long(24).asked(25, 24, Stage::Improve);
    for update in &mut story.updates {
        use weco_proto::v1::{Goal, run_update::Update};
        match &mut update.update {
            Some(Update::Created(created)) => {
                created.goal = Goal::Minimize.into();
                created.metric = "mean_latency_of_the_whole_pipeline_in_ms".into();
            }
            Some(Update::Evaluated(evaluated)) => {
                evaluated.metric = evaluated.metric.map(|metric| 3_000.0 / metric)
            }
            _ => {}
        }
    }
    keep("minimize", &story, 0, App::default);
}

/// Step 4 waits for approval.
fn waiting() -> Story {
    let story = Story::under_review(9)
        .step(1, 0, 1.5, "Vectorise", true)
        .asked(2, 1, Stage::Improve)
        .rejected(2, "too long");
    story.asked(3, 1, Stage::Improve).after(9_000).proposed(
        3,
        "Merge the two row passes into one, so that each tile is read once while it is in the cache.",
    )
}

fn source(text: &str) -> weco_proto::v1::SourceText {
    weco_proto::v1::SourceText { path: "kernels/rows.py".into(), text: text.into() }
}

fn change() -> Change {
    let before: String = (0..30).map(|line| format!("line_{line} = {line}\n")).collect();
    let after = before.replace("line_9 = 9", "\tline_9 = \u{1b}[31m99").replace("line_20 = 20\n", "");
    Change { before: vec![source(&before)], after: vec![source(&after)] }
}

/// An app that shows the step that waits.
fn reviewing(story: &Story) -> App {
    let (mut app, view) = (App::default(), story.view());
    let Some(action @ Action::Fetch { .. }) = app.review.due(&view) else { panic!("nothing waits") };
    assert_eq!(app.review.due(&view), None, "asked for once");
    app.answered(Answer { action, result: Ok(Some(change())) }, &view);
    app
}

#[test]
fn while_a_step_waits_for_approval() {
    let story = waiting().revised(3, 1);
    keep("review", &story, 14_000, || reviewing(&story));
}

#[test]
fn while_the_change_is_fetched() {
    let story = waiting();
    keep("review_fetching", &story, 14_000, || {
        let mut app = App::default();
        app.review.due(&story.view());
        app
    });
}

#[test]
fn a_change_that_cannot_be_fetched() {
    let story = waiting();
    keep("review_missing", &story, 14_000, || {
        let mut app = reviewing(&story);
        let result = Err("the file is damaged; try: weco daemon logs".into());
        app.answered(Answer { action: Action::Fetch { step: 3, revisions: 0 }, result }, &story.view());
        app
    });
}

#[test]
fn a_reason_being_typed() {
    let story = waiting();
    keep("review_reason", &story, 14_000, || {
        let mut app = reviewing(&story);
        app.input = Some(Input::new(Purpose::Reject(3), "keep the bounds checks, they are ".repeat(5)));
        app
    });
}

#[test]
fn a_review_that_is_put_aside() {
    let story = waiting();
    keep("review_hidden", &story, 14_000, || {
        let mut app = reviewing(&story);
        app.review.hidden = true;
        app
    });
}

#[test]
fn a_refusal_is_shown() {
    let story = waiting();
    keep("review_refused", &story, 14_000, || {
        let mut app = reviewing(&story);
        let result = Err("step 3 does not wait any more".into());
        app.answered(Answer { action: Action::Approve { step: 3 }, result }, &story.view());
        app
    });
}

/// Colour never says anything alone: the same cells, other styles.
#[test]
fn without_colour_the_same_is_written() {
    let (view, now) = (evaluating().view(), evaluating().now());
    let text = |theme| {
        let terminal = terminal(&view, &mut App::default(), theme, now, (80, 24));
        terminal.backend().buffer().content.iter().map(|cell| cell.symbol().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(text(Theme::new(true)), text(Theme::new(false)));
    let plain = terminal(&view, &mut App::default(), Theme::new(false), now, (80, 24));
    let reset = ratatui::style::Color::Reset;
    assert!(plain.backend().buffer().content.iter().all(|cell| cell.fg == reset && cell.bg == reset));
}

/// Each update earlier than the one before, and now earlier still, or absurdly late.
#[test]
fn a_clock_that_jumps_disturbs_no_screen() {
    let hour = 3_600_000;
    let story = evaluating().after(-hour).edited().after(-hour).printing(4, "tail").after(-hour);
    let view = story.view();
    for now_ms in [story.now() + 2 * hour, story.now(), story.now() - hour, 0, -hour, i64::MIN, i64::MAX] {
        let shown = screen(&view, &mut App::default(), now_ms, (140, 45));
        assert!(!shown.contains("-1:") && !shown.contains(":-"), "no time below zero: {shown}");
        let is_recent = now_ms.abs_diff(story.now() + 2 * hour) < 120_000;
        assert_eq!(shown.contains("was edited"), is_recent, "{shown}");
        assert!(view.elapsed_ms(now_ms) >= 0 && view.left_ms(now_ms).is_none_or(|left| left >= 0));
    }
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let views = [
        RunView::default(),
        Story::new(50).view(),
        evaluating().view(),
        Story::long(50).ended(RunStatus::Completed, "done", "").view(),
        waiting().view(),
    ];
    let now = evaluating().now();
    for view in &views {
        for width in (1..=200).step_by(23).chain([2, 3, 40, 70, 110]) {
            for height in (1..=60).step_by(7).chain([2, 3, 5, 12]) {
                for mut app in [
                    App::default(),
                    App { help: true, ..App::default() },
                    App { selected: Some(3), looking: true, scroll: 99, ..App::default() },
                    App { input: Some(Input::new(Purpose::Instruct, "ä漢".repeat(90))), ..App::default() },
                    reviewing(&waiting()),
                ] {
                    terminal(view, &mut app, Theme::new(true), now, (width, height));
                }
            }
        }
    }
}

#[test]
fn scrolling_ends_with_the_text() {
    let view = evaluating().view();
    let mut app = App { selected: Some(28), looking: true, scroll: 1_000, ..App::default() };
    screen(&view, &mut app, 0, (60, 8));
    assert!(app.scroll < 20, "{}", app.scroll);
    assert!(screen(&view, &mut app, 0, (60, 8)).contains("speedup"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_foreign_breaks_a_screen(
        metrics in proptest::collection::vec(proptest::option::of(proptest::num::f64::ANY), 1..8),
        plan: String,
        output: String,
        parents in proptest::collection::vec(0u32..10, 8),
        steps: u32,
        size in (1u16..160, 1u16..50),
        selected in proptest::option::of(0u32..9),
        looking: bool,
        now: i64,
    ) {
        let mut story = Story::new(steps);
        for (step, metric) in (0u32..).zip(metrics) {
            story = story
                .asked(step, parents[step as usize], Stage::Improve)
                .proposed(step, &plan)
                .printing(step, &output)
                .evaluated(StepEvaluated {
                    step,
                    metric,
                    output_tail: output.clone(),
                    is_best: step % 2 == 0,
                    ..StepEvaluated::default()
                });
        }
        story = story.asked(u32::MAX, 2, Stage::Debug).retrying(u32::MAX, 9, &plan);
        let mut app = App { selected, looking, ..App::default() };
        let picture = screen(&story.view(), &mut app, now, size);
        prop_assert!(picture.chars().all(|char| char == '\n' || !char.is_control()));
    }
}
