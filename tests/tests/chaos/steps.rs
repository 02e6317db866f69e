//! `kill -9` of the daemon at every named step of the loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use weco_proto::v1::{RunUpdate, run_update::Update};
use weco_tests::chaos::{End, Job, Site, Witness, evaluations};
use weco_tests::eventually;
use weco_tests::model_server::{Delivery, ModelServer, Reply};

use crate::programs::{PROGRAMS, site};

const STEPS: u32 = 6;

fn kill_9(pid: Pid) {
    // It may be dead already: some moments come more than once.
    let _ = kill(pid, Signal::SIGKILL);
}

/// Asserts that the run goes on by itself, in one more daemon, to the end that it has undisturbed.
#[track_caller]
fn assert_goes_on(site: &mut Site, witness: &Witness, expected: &End) {
    let left = evaluations(witness.run());
    site.up();
    assert!(left.iter().all(|process| !process.runs()), "left of a dead daemon's evaluation: {left:?}");
    witness.watch(&site.socket(), |_| ());
    witness.await_end();
    assert_eq!(&End::of(&witness.updates()), expected);
    site.assert_kept(witness);
}

/// Kills the daemon as soon as a watcher sees an update that is `wanted`.
#[track_caller]
fn killed_at(wanted: fn(&Update) -> bool) {
    let job = Job::builtin(3, STEPS);
    let expected = Site::undisturbed(PROGRAMS, &job, |_| ());
    let mut site = site();
    let pid = site.up();
    let witness = site.begin(&job);
    let watching = witness.watch(&site.socket(), move |update: &RunUpdate| {
        if update.update.as_ref().is_some_and(wanted) {
            kill_9(pid);
        }
    });
    site.await_gone();
    watching.join().unwrap();
    assert_goes_on(&mut site, &witness, &expected);
}

#[test]
fn at_the_first_sight_of_each_record_of_a_step() {
    killed_at(|update| matches!(update, Update::Created(_)));
    killed_at(|update| matches!(update, Update::Asked(it) if it.step == 3));
    killed_at(|update| matches!(update, Update::Proposed(it) if it.step == 3));
    killed_at(|update| matches!(update, Update::Evaluating(it) if it.step == 3));
    killed_at(|update| matches!(update, Update::Evaluated(it) if it.step == 3));
}

#[test]
fn at_the_end() {
    killed_at(|update| matches!(update, Update::Ended(_)));
}

/// Stops a run whose evaluations hang once `hang` is there, with a daemon that is killed at each sight of
/// `wanted`; then lets it go on to its usual end.
#[track_caller]
fn killed_while_stopping(wanted: fn(&Update) -> bool) {
    let job = Job::builtin(3, STEPS);
    let expected = Site::undisturbed(PROGRAMS, &job, |_| ());
    let mut site = site();
    site.world.write("before.sh", "[ $x = 8 ] || [ -e go ] || sleep 1000\n");
    let pid = site.up();
    let witness = site.begin(&job);
    let watching = witness.watch(&site.socket(), move |update: &RunUpdate| {
        if update.update.as_ref().is_some_and(wanted) {
            kill_9(pid);
        }
    });
    eventually("the candidate is in place", || (!site.source.is_original()).then_some(()));
    // The daemon may die before it answers.
    let _ = site.stop(witness.run());
    site.await_gone();
    watching.join().unwrap();
    site.up();
    site.source.assert_restored();
    assert_eq!(evaluations(witness.run()), [], "nothing of it runs");
    witness.watch(&site.socket(), |_| ()).join().unwrap();
    site.world.write("go", "");
    site.resume(&job, witness.run());
    let pid = site.pid();
    // And once more as soon as it goes on.
    let resumed = witness.watch(&site.socket(), move |update: &RunUpdate| {
        if matches!(update.update, Some(Update::Resumed(_))) {
            kill_9(pid);
        }
    });
    site.await_gone();
    resumed.join().unwrap();
    assert_goes_on(&mut site, &witness, &expected);
}

#[test]
fn when_a_stop_is_asked_and_when_it_goes_on() {
    killed_while_stopping(|update| matches!(update, Update::StopAsked(_)));
}

#[test]
fn when_a_stop_has_ended_the_run() {
    killed_while_stopping(|update| matches!(update, Update::Ended(_)));
}

/// Counts, so that what happens at the third evaluation happens once.
const THIRD: &str = "echo >> count; if [ $(wc -l < count) = 3 ]; then";

/// The evaluation itself kills the daemon: in `file`, which is run before or after it prints its metric.
#[track_caller]
fn killed_by_the_evaluation(file: &str) {
    let job = Job::builtin(4, STEPS);
    let expected = Site::undisturbed(PROGRAMS, &job, |_| ());
    let mut site = site();
    let lock = site.world.state().join("daemon.lock");
    site.world.write(file, &format!("{THIRD} kill -9 $(cat {}); fi\n", lock.display()));
    site.up();
    let witness = site.begin(&job);
    let watching = witness.watch(&site.socket(), |_| ());
    site.await_gone();
    watching.join().unwrap();
    assert_goes_on(&mut site, &witness, &expected);
}

#[test]
fn at_the_beginning_of_an_evaluation() {
    killed_by_the_evaluation("before.sh");
}

#[test]
fn right_after_the_metric_is_printed() {
    killed_by_the_evaluation("after.sh");
}

/// A spinning observer kills as soon as the source's place holds a candidate, or again the original.
#[track_caller]
fn killed_at_a_swap(back: bool) {
    let job = Job::builtin(5, STEPS);
    let expected = Site::undisturbed(PROGRAMS, &job, |_| ());
    let mut site = site();
    site.up();
    let witness = site.begin(&job);
    for _ in 0..4 {
        let watching = witness.watch(&site.socket(), |_| ());
        // The run may come to its end under the observer's eyes.
        while site.source.is_original() && !watching.is_finished() {}
        while back && !site.source.is_original() {}
        site.kill();
        watching.join().unwrap();
        site.up();
    }
    site.kill();
    assert_goes_on(&mut site, &witness, &expected);
}

#[test]
fn as_soon_as_a_candidate_is_in_place() {
    killed_at_a_swap(false);
}

#[test]
fn as_soon_as_the_original_is_back() {
    killed_at_a_swap(true);
}

#[test]
fn again_and_again_while_recovering() {
    let job = Job::builtin(6, STEPS);
    let expected = Site::undisturbed(PROGRAMS, &job, |_| ());
    let mut site = site();
    site.up();
    let witness = site.begin(&job);
    eventually("a candidate is in place", || (!site.source.is_original()).then_some(()));
    site.kill();
    for pause in (0..32).step_by(2) {
        site.start();
        std::thread::sleep(Duration::from_millis(pause));
        site.kill();
    }
    assert_goes_on(&mut site, &witness, &expected);
}

#[test]
fn while_it_stops_in_good_order() {
    let job = Job::builtin(7, STEPS);
    let expected = Site::undisturbed(PROGRAMS, &job, |_| ());
    let mut site = site();
    site.world.write("before.sh", "[ $x = 8 ] || [ -e go ] || { trap '' TERM; sleep 1000; }\n");
    for pause in [0, 2, 10, 40] {
        site.up();
        let witness = site.begin(&job);
        witness.watch(&site.socket(), |_| ());
        eventually("a candidate is in place", || (!site.source.is_original()).then_some(()));
        site.terminate();
        std::thread::sleep(Duration::from_millis(pause));
        site.kill();
        site.world.write("go", "");
        assert_goes_on(&mut site, &witness, &expected);
        std::fs::remove_file(site.world.work().join("go")).unwrap();
    }
}

/// The moment of a model call at which the daemon dies.
#[derive(Clone, Copy)]
enum Call {
    Asked,
    Midway,
    Answered,
}

/// Improves on whatever it is shown: a function of the prompt alone.
fn better(prompt: &str) -> Reply {
    let numbers = prompt
        .split("X = ")
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok());
    let x = numbers.max().unwrap_or(0) + 1;
    Reply::text(format!(
        "To {x}.\n\nmodel.py\n```python\n# mine\nX = {x}  # weco: -100..100\nY = 6  # weco: -100..100\n```\n"
    ))
}

/// A server that kills the daemon at its third call, once.
fn deadly(pid: Arc<AtomicI32>, when: Call) -> ModelServer {
    let killed = AtomicBool::new(false);
    ModelServer::start(move |request| {
        let reply = better(&request.user);
        let victim = Pid::from_raw(pid.load(Ordering::SeqCst));
        if victim.as_raw() == 0 || request.number < 3 || killed.swap(true, Ordering::SeqCst) {
            return reply;
        }
        match when {
            Call::Asked => {
                kill_9(victim);
                reply
            }
            Call::Midway => {
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(30));
                    kill_9(victim);
                });
                reply.delivered(Delivery::HangMidway)
            }
            Call::Answered => {
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(3));
                    kill_9(victim);
                });
                reply
            }
        }
    })
}

#[track_caller]
fn killed_by_the_model(when: Call) {
    let job = Job::asking("gpt-5.2", STEPS);
    let server = deadly(Arc::default(), when);
    let expected = Site::undisturbed(PROGRAMS, &job, |site| site.lead_to(&server));
    let pid = Arc::new(AtomicI32::new(0));
    let server = deadly(Arc::clone(&pid), when);
    let mut site = site();
    site.lead_to(&server);
    pid.store(site.up().as_raw(), Ordering::SeqCst);
    let witness = site.begin(&job);
    let watching = witness.watch(&site.socket(), |_| ());
    site.await_gone();
    watching.join().unwrap();
    assert_goes_on(&mut site, &witness, &expected);
}

#[test]
fn when_the_model_is_asked() {
    killed_by_the_model(Call::Asked);
}

#[test]
fn in_the_middle_of_the_models_reply() {
    killed_by_the_model(Call::Midway);
}

#[test]
fn right_after_the_models_reply() {
    killed_by_the_model(Call::Answered);
}
