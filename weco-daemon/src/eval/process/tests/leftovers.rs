//! What a daemon that was killed leaves behind.

use super::*;

/// What a daemon that was killed leaves: processes nobody waits for.
async fn orphaned(fixture: &Fixture, text: &str) -> ProcessRef {
    let (name, value) =
        fixture.token.entry().split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap();
    let script = format!("setsid sh -c 'echo $$ > group; {text}' </dev/null >/dev/null 2>&1 &");
    let status = tokio::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(fixture.directory.path())
        .env(name, value)
        .status();
    assert!(status.await.unwrap().success());
    let pgid = fixture.pid_in("group").await;
    let start_time = proc::stat(pgid).map_or(0, |stat| stat.start_time);
    ProcessRef { pgid, start_time, boot_id: proc::boot_id().to_owned() }
}

const GRACE: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_recorded_group_is_ended() {
    let fixture = Fixture::new();
    let process = orphaned(&fixture, "sleep 1000 & wait").await;
    let other = Token::new(RunId(Uuid::new_v4()), NodeId(0), 1);
    let ended = kill_leftover(Some(&process), &other, GRACE).await;
    assert!(ended.found >= 1 && ended.surviving == 0, "{ended:?}");
    assert!(!runs(process.pgid));
    fixture.assert_nothing_left(None);
}

#[tokio::test]
async fn the_token_alone_is_enough() {
    let fixture = Fixture::new();
    let process = orphaned(&fixture, "sleep 1000 & wait").await;
    let ended = kill_leftover(None, &fixture.token, GRACE).await;
    assert!(ended.found >= 1 && ended.surviving == 0, "{ended:?}");
    assert!(!runs(process.pgid));
    fixture.assert_nothing_left(None);
}

#[tokio::test]
async fn a_group_that_lost_its_leader_is_ended_if_a_member_carries_the_token() {
    let fixture = Fixture::new();
    let text = "sleep 1000 & env -i sleep 1000 & echo $! > member; exit";
    let process = orphaned(&fixture, text).await;
    let member = fixture.pid_in("member").await;
    eventually(|| (!runs(process.pgid)).then_some(())).await;
    assert!(runs(member));
    kill_leftover(Some(&process), &fixture.token, GRACE).await;
    assert!(!runs(member));
    fixture.assert_nothing_left(None);
}

#[tokio::test]
async fn a_number_given_anew_is_left_alone() {
    let fixture = Fixture::new();
    let innocent = orphaned(&fixture, "exec sleep 1000").await;
    let other = Token::new(RunId(Uuid::new_v4()), NodeId(0), 1);
    let earlier = ProcessRef { start_time: innocent.start_time - 1, ..innocent.clone() };
    let before_reboot = ProcessRef { boot_id: "another".to_owned(), ..innocent.clone() };
    for reference in [earlier, before_reboot] {
        assert_eq!(kill_leftover(Some(&reference), &other, GRACE).await, Ended::default());
        assert!(runs(innocent.pgid));
    }
    kill_leftover(Some(&innocent), &fixture.token, GRACE).await;
    assert!(!runs(innocent.pgid));
}
