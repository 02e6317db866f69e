//! How many evaluations the machine carries at once, over all runs.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places for evaluations. Fair: first come, first served.
#[derive(Debug)]
pub struct Slots {
    free: Arc<Semaphore>,
    count: usize,
    /// Whether the user said how many.
    is_given: bool,
}

/// The right to evaluate, until dropped.
#[derive(Debug)]
pub struct Slot {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Slots {
    /// This many evaluations at once, if the user says so; otherwise as many as there are cores, where a run counts
    /// as one however many steps it was told to have under way.
    pub fn new(given: Option<NonZeroUsize>) -> Self {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let count = given.unwrap_or_else(cores).get().min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(count)), count, is_given: given.is_some() }
    }

    /// Waits for a place for the run's `nth` evaluation of those under way, from 0; calls `waiting` with the reason
    /// if none is free at once.
    pub async fn take(&self, nth: u32, waiting: impl FnOnce(String)) -> Slot {
        if nth > 0 && !self.is_given {
            return Slot { _permit: None };
        }
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Slot { _permit: Some(permit) };
        }
        let these = if self.count == 1 { "one evaluation runs" } else { "evaluations run" };
        waiting(format!("{these} already, at most {} at once on this machine", self.count));
        // The semaphore is never closed, so waiting for it cannot fail.
        Slot { _permit: Arc::clone(&self.free).acquire_owned().await.ok() }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn places_are_given_in_the_order_of_asking() {
        let slots = Slots::new(Some(NonZeroUsize::MIN));
        let first = slots.take(0, |why| panic!("it is free: {why}")).await;
        let mut told = Vec::new();
        let mut second = Box::pin(slots.take(0, |why| told.push(why)));
        assert!((&mut second).now_or_never().is_none());
        let mut third = Box::pin(slots.take(0, |_| {}));
        assert!((&mut third).now_or_never().is_none());
        drop(first);
        assert!((&mut third).now_or_never().is_none(), "the second was first");
        let second = second.await;
        assert!(told[0].contains("at most 1 at once"), "{told:?}");
        drop(second);
        third.await;
    }

    #[tokio::test]
    async fn a_run_told_to_have_several_under_way_counts_as_one_unless_the_user_gives_a_number() {
        let count = std::thread::available_parallelism().unwrap().get();
        let cores = Slots::new(None);
        let _first = cores.take(0, |why| panic!("it is free: {why}")).await;
        for nth in 1..=u32::try_from(2 * count).unwrap() {
            std::mem::forget(cores.take(nth, |why| panic!("it is not counted: {why}")).await);
        }
        let one = Slots::new(Some(NonZeroUsize::MIN));
        let _first = one.take(0, |why| panic!("it is free: {why}")).await;
        assert!(one.take(1, |_| {}).now_or_never().is_none());
    }
}
