use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, symlink};

use proptest::prelude::*;
use weco_proto::v1::{Progress, RunUpdate, progress::What, run_update::Update};
use weco_view::plain::is_momentary;

use super::super::place::LogError;
use super::{House, read};

fn waiting(reason: &str) -> RunUpdate {
    let progress = Progress { step: 1, what: Some(What::Waiting(reason.into())) };
    RunUpdate { seq: 0, at_ms: 0, update: Some(Update::Progress(progress)) }
}

#[tokio::test]
async fn nothing_is_written_before_it_is_recorded() {
    let house = House::new(3).await;
    let mut writer = house.writer();
    writer.write(2, None).unwrap();
    let text = read(&house.log());
    assert!(text.starts_with("====") && text.ends_with("[WARNING] warning 2\n"), "{text}");
    writer.write(4, None).unwrap();
    assert_eq!(read(&house.log()), format!("{text}[WARNING] warning 3\n[WARNING] warning 4\n"));
}

#[tokio::test]
async fn momentary_news_stays_where_it_was_when_a_log_is_taken_up() {
    let mut house = House::new(1).await;
    let mut writer = house.writer();
    writer.write(house.recorded, Some(&waiting("another run evaluates here"))).unwrap();
    house.warn(1).await;
    writer.write(house.recorded, Some(&waiting("still"))).unwrap();
    drop(writer);
    let before = read(&house.log());
    assert_eq!(before.lines().filter(|line| is_momentary(line)).count(), 2, "{before}");
    house.warn(1).await;
    house.writer().write(house.recorded, None).unwrap();
    assert_eq!(read(&house.log()), format!("{before}[WARNING] warning 4\n"));
}

#[tokio::test]
async fn one_writer_at_a_time() {
    let house = House::new(1).await;
    let mut first = house.writer();
    first.write(house.recorded, None).unwrap();
    let mut second = house.writer();
    assert!(matches!(second.write(house.recorded, None), Err(LogError::Busy(_))));
    drop(first);
    second.write(house.recorded, None).unwrap();
    assert_eq!(read(&house.log()), house.expected());
}

#[tokio::test]
async fn a_log_that_is_gone_goes_on_in_a_new_file_that_can_be_taken_up() {
    let mut house = House::new(2).await;
    let mut writer = house.writer();
    writer.write(house.recorded, None).unwrap();
    let moved = house.log().with_extension("1");
    fs::rename(house.log(), &moved).unwrap();
    house.warn(1).await;
    writer.write(house.recorded, None).unwrap();
    assert!(!read(&moved).contains("warning 4"));
    let text = read(&house.log());
    assert!(text.starts_with("[CONTINUED] after event 3: "), "{text}");
    assert!(
        text.contains("Run Name: swift-heron\n") && text.ends_with("\n\n[WARNING] warning 4\n"),
        "{text}"
    );
    house.warn(1).await;
    drop(writer);
    house.writer().write(house.recorded, None).unwrap();
    assert_eq!(read(&house.log()), format!("{text}[WARNING] warning 5\n"));
}

#[tokio::test]
async fn an_emptied_log_goes_on_where_it_was() {
    let mut house = House::new(1).await;
    let mut writer = house.writer();
    writer.write(house.recorded, None).unwrap();
    OpenOptions::new().write(true).truncate(true).open(house.log()).unwrap();
    house.warn(1).await;
    // Opened anew, it is the file that the writer had locked.
    writer.write(house.recorded, None).unwrap();
    let text = read(&house.log());
    assert!(text.starts_with("[CONTINUED] after event 2: "), "{text}");
    assert!(text.ends_with("[WARNING] warning 3\n") && !text.contains('\0'), "{text}");
}

#[tokio::test]
async fn a_mark_of_an_event_that_never_was_does_not_count() {
    let house = House::new(2).await;
    house.writer().write(1, None).unwrap();
    fs::write(house.log(), "[CONTINUED] after event 99: a lie\n[WARNING] warning 2\n").unwrap();
    house.writer().write(house.recorded, None).unwrap();
    assert_eq!(read(&house.log()), house.expected());
}

#[tokio::test]
async fn a_link_planted_while_the_run_goes_on_is_refused_until_it_is_gone() {
    let mut house = House::new(1).await;
    let mut writer = house.writer();
    writer.write(house.recorded, None).unwrap();
    let target = house.dir.path().join("target");
    fs::write(&target, "precious").unwrap();
    fs::remove_file(house.log()).unwrap();
    symlink(&target, house.log()).unwrap();
    house.warn(1).await;
    for _ in 0..2 {
        assert!(matches!(writer.write(house.recorded, None), Err(LogError::Refused { .. })));
    }
    assert_eq!(read(&target), "precious");
    fs::remove_file(house.log()).unwrap();
    writer.write(house.recorded, None).unwrap();
    assert!(read(&house.log()).ends_with("[WARNING] warning 3\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However a log was left, taking it up makes it right, and what was right is not written again.
    #[test]
    fn a_log_is_made_right_from_any_state(
        written in 0_u64..12,
        cut in any::<prop::sample::Index>(),
        garbage in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let house = runtime.block_on(House::new(10));
        house.writer().write(written, None).unwrap();
        let before = fs::read(house.log()).unwrap();
        let kept = cut.index(before.len() + 1);
        let inode = house.log().metadata().unwrap().ino();
        let mut file = OpenOptions::new().append(true).open(house.log()).unwrap();
        file.set_len(kept as u64).unwrap();
        file.write_all(&garbage).unwrap();
        house.writer().write(house.recorded, None).unwrap();
        prop_assert_eq!(read(&house.log()), house.expected());
        prop_assert_eq!(house.log().metadata().unwrap().ino(), inode);
    }
}
