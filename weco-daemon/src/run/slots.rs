//! How many evaluations the machine carries at once, over all runs.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places for evaluations. Fair: first come, first served.
#[derive(Debug)]
pub struct Slots {
    free: Arc<Semaphore>,
    count: usize,
}

/// The right to evaluate, until dropped.
#[derive(Debug)]
pub struct Slot {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Slots {
    /// This many evaluations at once.
    pub fn new(count: NonZeroUsize) -> Self {
        let count = count.get().min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(count)), count }
    }

    /// Waits for a place; calls `waiting` with the reason if none is free at once.
    pub async fn take(&self, waiting: impl FnOnce(String)) -> Slot {
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
        let slots = Slots::new(NonZeroUsize::MIN);
        let first = slots.take(|why| panic!("it is free: {why}")).await;
        let mut told = Vec::new();
        let mut second = Box::pin(slots.take(|why| told.push(why)));
        assert!((&mut second).now_or_never().is_none());
        let mut third = Box::pin(slots.take(|_| {}));
        assert!((&mut third).now_or_never().is_none());
        drop(first);
        assert!((&mut third).now_or_never().is_none(), "the second was first");
        let second = second.await;
        assert!(told[0].contains("at most 1 at once"), "{told:?}");
        drop(second);
        third.await;
    }
}
