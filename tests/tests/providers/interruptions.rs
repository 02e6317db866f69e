//! Ctrl-C and dead daemons while a model is asked.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use weco_daemon::secrets::Vault;
use weco_proto::v1::run_update::Update;
use weco_tests::model_server::{Delivery, KEY, ModelServer, Reply};

use crate::harness::{Job, SOON, run_id, updates, whole};

/// A server that does not answer its second request, and all others better than the one before.
pub(crate) fn hangs_at_the_second() -> ModelServer {
    ModelServer::start(|request| match request.number {
        2 => Reply::text("").delivered(Delivery::Hang),
        number => whole(&(number + 1).to_string()).into(),
    })
}

#[test]
fn ctrl_c_abandons_the_model_at_once() {
    let job = Job::new(hangs_at_the_second());
    let run = job.spawn(&["-n", "3", "-M", "gpt-5.2"]);
    assert!(job.server.await_requests(2, SOON));
    let begin = Instant::now();
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert!(begin.elapsed() < Duration::from_secs(5), "prompt: {:?}", begin.elapsed());
    assert_eq!(run.code, 130, "{run:?}");
    assert!(run.stdout.contains("[INTERRUPTED]") && run.stdout.contains("weco resume "), "{run:?}");
    assert!(run.stdout.contains("Best metric value: 2.0"), "{run:?}");
    assert!(job.server.await_abandoned(1, SOON), "the connection is let go");
    job.assert_clean();

    let resumed = job.world.weco(&["resume", run_id(&run.stdout), "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Total steps completed: 3"), "{resumed:?}");
    assert!(resumed.stdout.contains("Best metric value: 5.0"), "{resumed:?}");
}

#[test]
fn a_daemon_killed_while_asking_goes_on_by_itself_if_it_has_the_keys() {
    let job = Job::new(hangs_at_the_second());
    let mut run = job.spawn(&["-n", "3", "-M", "gpt-5.2"]);
    assert!(job.server.await_requests(2, SOON));
    run.wait_for("[STEP 2/3]");
    let id = run_id(&run.stdout()).to_owned();
    run.signal(Signal::SIGKILL);
    run.wait();
    job.world.kill_daemon();
    assert!(job.server.await_abandoned(1, SOON));
    job.world.start_daemon();
    let ended = updates(&job.world, &id).pop();
    assert!(matches!(ended, Some(Update::Ended(_))), "the run goes on to its end: {ended:?}");
    let resumed = job.world.weco(&["resume", &id, "--steps", "1", "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Best metric value: 6.0"), "{resumed:?}");
    let evaluated =
        updates(&job.world, &id).iter().filter(|update| matches!(update, Update::Evaluated(_))).count();
    assert_eq!(evaluated, 5, "the baseline and four steps, each once");
    job.assert_clean();
}

#[test]
fn a_client_sees_its_run_go_on_in_the_next_daemon() {
    let job = Job::new(hangs_at_the_second());
    let run = job.spawn(&["-n", "3", "-M", "gpt-5.2"]);
    assert!(job.server.await_requests(2, SOON));
    job.world.kill_daemon();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[RECONNECT") && run.stdout.contains("Best metric value: 5.0"), "{run:?}");
    job.assert_clean();
}

#[test]
fn without_its_key_a_run_waits_until_it_is_resumed_with_one() {
    let job = Job::new(hangs_at_the_second()).without_keys();
    let key = format!("openai={KEY}");
    let mut run = job.spawn(&["-n", "3", "-M", "gpt-5.2", "--api-key", &key]);
    assert!(job.server.await_requests(2, SOON));
    // As after a restart of the machine, which empties the kernel's keyring.
    run.signal(Signal::SIGSTOP);
    job.world.kill_daemon();
    let _ = job.world.vault().clear();
    run.signal(Signal::SIGCONT);
    run.wait_for("[INTERRUPTED]");
    let run = run.wait();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("no key for OpenAI"), "{run:?}");
    for way in ["weco keys set openai, then weco resume ", "--api-key openai="] {
        assert!(run.stderr.contains(way), "how to go on: {run:?}");
    }
    job.assert_clean();
    let id = run_id(&run.stdout);

    let without = job.world.weco(&["resume", id, "--output", "plain"]);
    assert_eq!(without.code, 1, "{without:?}");
    assert!(without.stderr.contains("OPENAI_API_KEY"), "{without:?}");
    let resumed = job.world.weco(&["resume", id, "--api-key", &key, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Best metric value: 5.0"), "{resumed:?}");
    job.assert_clean();
}
