//! Devices that evaluations must not share, over all runs of this daemon.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use weco_core::parallel::Devices;
use weco_proto::parallel::variables;

/// Who uses which device. Those who could use the same one have it in the order of their asking: who needs two would
/// wait for ever behind others who take one at a time.
#[derive(Debug, Default)]
pub struct DevicePool {
    state: Arc<Mutex<State>>,
}

/// A device, by the variable that it is given in.
type Device = (String, String);

#[derive(Debug, Default)]
struct State {
    used: HashSet<Device>,
    waiting: Vec<Wait>,
}

/// Someone who waits for devices.
#[derive(Debug)]
struct Wait {
    kinds: Vec<Devices>,
    evaluations: usize,
    sender: oneshot::Sender<Vec<Lent>>,
}

/// One device of each kind, for one evaluation, until dropped.
#[derive(Debug)]
pub(super) struct Lent {
    state: Arc<Mutex<State>>,
    devices: Vec<Device>,
    /// The variables that name them.
    environment: Vec<(String, String)>,
}

impl DevicePool {
    /// Waits for one of each of `kinds` for so many `evaluations`, all at once: who holds some and waits for more may
    /// wait for ever. Calls `waiting` if that takes any time.
    pub(super) async fn take(
        &self,
        kinds: &[Devices],
        evaluations: usize,
        waiting: impl FnOnce(String),
    ) -> Vec<Lent> {
        // Outlives the place in the queue, which someone else may be behind.
        let _behind = Behind(&self.state);
        let lent = {
            let mut state = lock(&self.state);
            if !state.waiting.iter().any(|wait| wait.goes_before(kinds))
                && let Some(choices) = state.lend(kinds, evaluations)
            {
                return by(choices, &self.state);
            }
            let (sender, lent) = oneshot::channel();
            state.waiting.push(Wait { kinds: kinds.to_vec(), evaluations, sender });
            lent
        };
        let named: Vec<&str> = kinds.iter().map(|kind| kind.kind.as_str()).collect();
        waiting(format!("every {} is in use", named.join(" or ")));
        // The sender is in the pool until it is used or nobody waits for it, so this cannot fail.
        lent.await.unwrap_or_default()
    }
}

impl Wait {
    /// Whether it is still waited for, and by someone who could use a device that one of `kinds` could be, too.
    fn goes_before(&self, kinds: &[Devices]) -> bool {
        !self.sender.is_closed() && self.kinds.iter().any(|own| kinds.iter().any(|other| share(own, other)))
    }
}

fn share(one: &Devices, other: &Devices) -> bool {
    variables(&one.kind)[0] == variables(&other.kind)[0]
        && one.values.iter().any(|value| other.values.contains(value))
}

/// Those behind someone who waits: served when that is over, by whatever end.
struct Behind<'p>(&'p Arc<Mutex<State>>);

impl Drop for Behind<'_> {
    fn drop(&mut self) {
        serve(self.0);
    }
}

/// Lends what is free to those who wait.
fn serve(state: &Arc<Mutex<State>>) {
    let unheard = lock(state).serve(state);
    // Those who gave up waiting: what was lent to them goes back, now that the lock is free.
    drop(unheard);
}

impl State {
    /// Lends to those who wait as far as it goes. Returns what nobody took.
    fn serve(&mut self, pool: &Arc<Mutex<Self>>) -> Vec<Vec<Lent>> {
        let mut unheard = Vec::new();
        for wait in std::mem::take(&mut self.waiting) {
            let must_wait = self.waiting.iter().any(|earlier| earlier.goes_before(&wait.kinds));
            let choices = if must_wait || wait.sender.is_closed() {
                None
            } else {
                self.lend(&wait.kinds, wait.evaluations)
            };
            match choices {
                Some(choices) => unheard.extend(wait.sender.send(by(choices, pool)).err()),
                None if wait.sender.is_closed() => {}
                None => self.waiting.push(wait),
            }
        }
        unheard
    }

    /// Takes the first free devices of each kind, one for each evaluation; none at all if there are too few.
    fn lend(&mut self, kinds: &[Devices], evaluations: usize) -> Option<Vec<Choice>> {
        let mut choices: Vec<Choice> = (0..evaluations).map(|_| Choice::default()).collect();
        for Devices { kind, values } in kinds {
            let names = variables(kind);
            let device = |value: &String| (names[0].to_owned(), value.clone());
            let mut free = values.iter().map(device).filter(|device| !self.used.contains(device));
            for choice in &mut choices {
                let device = free.next()?;
                choice.environment.extend(names.iter().map(|name| ((*name).to_owned(), device.1.clone())));
                choice.devices.push(device);
            }
        }
        self.used.extend(choices.iter().flat_map(|choice| choice.devices.iter().cloned()));
        Some(choices)
    }
}

fn by(choices: Vec<Choice>, state: &Arc<Mutex<State>>) -> Vec<Lent> {
    choices.into_iter().map(|choice| choice.by(state)).collect()
}

#[derive(Default)]
struct Choice {
    devices: Vec<Device>,
    environment: Vec<(String, String)>,
}

impl Choice {
    fn by(self, state: &Arc<Mutex<State>>) -> Lent {
        Lent { state: Arc::clone(state), devices: self.devices, environment: self.environment }
    }
}

impl Lent {
    /// The variables that name the devices.
    pub(super) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        {
            let mut state = lock(&self.state);
            for device in &self.devices {
                state.used.remove(device);
            }
        }
        serve(&self.state);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn kinds(slots: &[(&str, &[&str])]) -> Vec<Devices> {
        let devices = |(kind, values): &(&str, &[&str])| Devices {
            kind: (*kind).to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        slots.iter().map(devices).collect()
    }

    #[tokio::test]
    async fn each_device_is_lent_to_one_at_a_time() {
        let pool = DevicePool::default();
        let gpus = kinds(&[("gpu", &["0", "1"])]);
        let first = pool.take(&gpus, 1, |why| panic!("it is free: {why}")).await;
        let second = pool.take(&gpus, 1, |why| panic!("it is free: {why}")).await;
        let variable = |value: &str| {
            ["CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"].map(|name| (name.to_owned(), value.to_owned()))
        };
        assert_eq!(
            (first[0].environment(), second[0].environment()),
            (&variable("0")[..], &variable("1")[..])
        );
        let told = Mutex::new(String::new());
        let mut third = Box::pin(pool.take(&gpus, 1, |why| *told.lock().unwrap() = why));
        assert!((&mut third).now_or_never().is_none());
        assert_eq!(*told.lock().unwrap(), "every gpu is in use");
        // Another kind is not in the way.
        let port = pool.take(&kinds(&[("PORT", &["0"])]), 1, |why| panic!("it is free: {why}")).await;
        drop(second);
        assert_eq!(third.await[0].environment(), variable("1"));
        drop((first, port));
    }

    #[tokio::test]
    async fn who_gives_up_waiting_holds_nobody_up() {
        let pool = DevicePool::default();
        let (a, both) = (kinds(&[("A", &["1"])]), kinds(&[("A", &["1"]), ("B", &["1"])]));
        let first = pool.take(&a, 1, |_| {}).await;
        let mut waits = Box::pin(pool.take(&both, 1, |_| {}));
        assert!((&mut waits).now_or_never().is_none());
        let b = kinds(&[("B", &["1"])]);
        let mut b = Box::pin(pool.take(&b, 1, |_| {}));
        assert!((&mut b).now_or_never().is_none(), "it does not overtake who waits for both");
        drop(waits);
        drop((&mut b).now_or_never().expect("it is free"));
        drop((first, b));
        pool.take(&both, 1, |why| panic!("it is free: {why}")).await;
    }

    #[tokio::test]
    async fn who_needs_two_takes_none_before_there_are_two_and_is_not_overtaken() {
        let pool = DevicePool::default();
        let gpus = kinds(&[("gpu", &["0", "1"])]);
        let first = pool.take(&gpus, 1, |why| panic!("it is free: {why}")).await;
        let mut two = Box::pin(pool.take(&gpus, 2, |_| {}));
        assert!((&mut two).now_or_never().is_none());
        let mut third = Box::pin(pool.take(&gpus, 1, |_| {}));
        assert!((&mut third).now_or_never().is_none(), "the second was first");
        // Another device is not in the way.
        pool.take(&kinds(&[("gpu", &["2"])]), 1, |why| panic!("it is free: {why}")).await;
        drop(first);
        assert!((&mut third).now_or_never().is_none());
        assert_eq!(two.await.len(), 2);
        assert_eq!(third.await.len(), 1);
    }

    #[tokio::test]
    async fn who_is_behind_one_that_gave_up_is_served() {
        let pool = DevicePool::default();
        let gpus = kinds(&[("gpu", &["0", "1"])]);
        let first = pool.take(&gpus, 1, |why| panic!("it is free: {why}")).await;
        let mut two = Box::pin(pool.take(&gpus, 2, |_| {}));
        assert!((&mut two).now_or_never().is_none());
        let mut third = Box::pin(pool.take(&gpus, 1, |_| {}));
        assert!((&mut third).now_or_never().is_none());
        drop(two);
        assert_eq!((&mut third).now_or_never().expect("there is one free").len(), 1);
        drop(first);
    }
}
