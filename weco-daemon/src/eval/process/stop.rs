//! Asking a running command to end.

use tokio::sync::watch;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Asked {
    Nothing,
    Stop,
    Force,
}

/// Asks. Dropping it asks for nothing.
#[derive(Debug)]
pub struct Stopper(watch::Sender<Asked>);

/// Is asked. Cheap to clone.
#[derive(Clone, Debug)]
pub struct StopSignal(watch::Receiver<Asked>);

/// A new pair.
pub fn stop_channel() -> (Stopper, StopSignal) {
    let (sender, receiver) = watch::channel(Asked::Nothing);
    (Stopper(sender), StopSignal(receiver))
}

impl Stopper {
    /// Asks the command to end: with a grace period, or with `force` at once. Asking with force
    /// cuts short a grace period under way; what was asked cannot be taken back.
    pub fn stop(&self, force: bool) {
        let asked = if force { Asked::Force } else { Asked::Stop };
        self.0.send_if_modified(|now| {
            let more = asked > *now;
            *now = asked.max(*now);
            more
        });
    }
}

impl StopSignal {
    /// Returns once a stop was asked for; never, if the [`Stopper`] is gone without.
    pub async fn asked(&mut self) {
        self.reached(Asked::Stop).await;
    }

    /// Returns once a stop without grace was asked for.
    pub async fn forced(&mut self) {
        self.reached(Asked::Force).await;
    }

    async fn reached(&mut self, level: Asked) {
        if self.0.wait_for(|asked| *asked >= level).await.is_err() {
            std::future::pending().await
        }
    }
}
