//! A run as one file that goes elsewhere: written by [`export`], taken in by [`import`].
//!
//! ```text
//! weco-0002e071/manifest.json            which run, written when and by which version; always first
//! weco-0002e071/events.jsonl             everything that happened, as recorded; always second
//! weco-0002e071/contents/<BLAKE3>        what the events name: code and outputs, each once
//! weco-0002e071/code/step_3/model.py     the same for people: hard links to contents
//! weco-0002e071/outputs/step_3.txt
//! weco-0002e071/report.html
//! ```
//!
//! A tar, compressed as one zstd stream, which any tool unpacks. Reading it back needs the first three only, and
//! trusts nothing in them. The environment of evaluations stays where it is: it is another machine's and may be
//! private, so the archive has its name (a hash) but not its content.

mod check;
mod contents;
mod export;
mod import;
mod limit;
mod manifest;
mod place;
mod report;
#[cfg(test)]
mod tests;

pub(crate) use export::{ExportError, export};
pub(crate) use import::import;
pub(crate) use report::report;
