//! Printing a run until it ends.

use std::{io, pin::pin};

use futures_util::{Stream, StreamExt, stream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;

use super::Printer;
use crate::ui::follow::{Stops, ending};
use crate::ui::{Action, Ending, Followed, OnInterrupt, Updates};

/// Prints the run to its end; of what was recorded before the sequence number `from_seq` only the header. The
/// first Ctrl-C asks it to stop, the second to stop at once, the third leaves; or the first leaves, as
/// `on_interrupt` says.
///
/// # Errors
/// If `out` cannot be written or the signal cannot be caught; the run goes on.
pub async fn follow(
    updates: Updates,
    actions: UnboundedSender<Action>,
    on_interrupt: OnInterrupt,
    out: &mut (impl io::Write + Send),
    from_seq: u64,
) -> io::Result<Followed> {
    let signals = signal(SignalKind::interrupt())?;
    let interrupts = stream::unfold(signals, |mut signals| async {
        signals.recv().await?;
        Some(((), signals))
    });
    print(updates, &actions, on_interrupt, Printer::new(out, from_seq), interrupts).await
}

/// The loop, apart from the process's signals.
pub(super) async fn print<W: io::Write>(
    mut updates: Updates,
    actions: &UnboundedSender<Action>,
    on_interrupt: OnInterrupt,
    mut printer: Printer<W>,
    interrupts: impl Stream<Item = ()>,
) -> io::Result<Followed> {
    let mut interrupts = pin!(interrupts.fuse());
    let mut stops = Stops::default();
    let ending = loop {
        // Interrupts first: a flood of updates must not keep the user waiting.
        tokio::select! {
            biased;
            Some(()) = interrupts.next() => {
                if on_interrupt == OnInterrupt::Detach {
                    printer.detached()?;
                    break Ending::Detached;
                }
                let Some(action) = stops.next() else { break Ending::Forced };
                printer.interrupted(stops.forced())?;
                // If nobody carries out actions any more, the stream's end is near and tells.
                let _ = actions.send(action);
            }
            update = updates.next() => match update {
                Some(Ok(update)) => printer.update(&update)?,
                Some(Err(status)) => break ending(printer.view(), Some(status)),
                None => break ending(printer.view(), None),
            },
        }
    };
    Ok(Followed { view: printer.into_view(), ending, stopped: stops.any(), interrupted: stops.any() })
}
