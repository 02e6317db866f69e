//! One contract for every API, streamed and plain: what is asked, what is understood, what is tried again,
//! what is given up and with which words.

// Marked as tests so that lints see their helpers as such, too.
#[cfg(test)]
mod adaptation;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod replies;
#[cfg(test)]
mod secrets;
