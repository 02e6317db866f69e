//! Finds the metric's value in what an evaluation printed.
//!
//! People print metrics for people, so this reads the way a person does, by rules that can be told.
//! The output is first drawn as a terminal would show it (`screen`), then cut into words, numbers and
//! symbols (`token`, `number`), and the metric's name is looked up in these (`name`).
//!
//! **Same name.** Case, `_`, `-`, `/`, `.`, spaces and camel case make no difference: `valLoss` is `VAL-LOSS`.
//! Digits inside the name belong to it: `recall@10: 0.5` is 0.5.
//!
//! **Same metric.** Words around the name usually make it another metric: `val_loss`, `loss scale`,
//! `huber loss` are not `loss`. Only words known to be harmless are looked past (`words`): `final`, `best`,
//! `mean`, `total`, `value`, `score`, `so far`, units, log levels, articles and the like. `test` and `eval`
//! are harmless as separate words (`Test accuracy: 0.9`), not as part of an identifier (`test_loss`).
//!
//! **Where the value is.** After the name (`label`, `value`): `name: v`, `name = v`, `name -> v`, `name v`,
//! `name (ms): v`, `name is v`, `name | v`, `name .... v`, in dicts and JSON, inside `tensor(v)`, on the next line
//! when it stands there alone; under the name when it heads a column (`table`); and, if nothing else,
//! before it (`prefix`): `3.4x speedup`, `12 passed`, `8.1it/s`.
//!
//! **Which print counts.** The bare name (also after `final`) beats the name with harmless qualifiers, and
//! that beats a value before the name; among equals the last one printed counts.
//!
//! **What is a number.** The number as printed, without regard to its unit and prefix: `12.5ms`, `3.4x`, `12k`, `$12.5`,
//! `0.91 ± 0.02` (0.91), `3/10` (3, of 10), `1,234.5`, `1_234`, `3.2 × 10^-3`; only durations in several
//! units are added up, in seconds (`1m23.4s`). `0.5 -> 0.3` and `from 0.5 to 0.3` are 0.3. Criterion's
//! `[low estimate high]` is its estimate.
//!
//! **What is not.** If the print that counts is `nan`, `inf`, `1e999`, `None` or `null`, there is no value: a number
//! from an earlier epoch would be a lie. Dates, times, versions, hexadecimal, ranges (`3-5`), bounds (`<1`), lists
//! of several numbers and decimal commas (`1,5` and `0,25`, where `1,250` would silently be a thousandfold) are
//! never guessed at, nor are values shared by several names (`loss, acc: 0.3, 0.9`); a print of this kind is passed over if there is a clear one.
//!
//! Every look ahead or back is bounded, so the time is linear in the output's length.

mod before;
mod duration;
mod enclosed;
mod figures;
mod find;
mod label;
mod line;
mod name;
mod not_found;
mod number;
mod object;
mod page;
mod prefix;
mod screen;
mod similar;
mod table;
mod token;
mod value;
mod words;

#[cfg(test)]
mod tests;

pub use find::find;
pub use not_found::{NotFound, Reason};
