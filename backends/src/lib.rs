//! Evaluation backends: services that evaluate a version against a dataset, in a shell command's place.
//!
//! A backend is one folder here: `mod.rs` has the table of its settings, from which the command line's flags are made,
//! and beside it is its Python, which talks to the service by the service's own SDK. What all have in common is in
//! `../bridge`. The daemon unpacks both as [one program](program) and runs it with the interpreter that the user has.

mod backend;
mod given;
pub mod program;
mod setting;

pub use backend::Backend;
pub use given::{Given, InvalidSettings};
pub use setting::{Kind, Malformed, Setting, Value};

/// Declares each backend's folder.
macro_rules! backends {
    ($($folder:ident),+ $(,)?) => {
        $(mod $folder;)+

        /// Every backend.
        pub const ALL: &[&Backend] = &[$(&$folder::BACKEND),+];
    };
}

backends!(langsmith, langfuse);

/// The backend of this name.
pub fn find(name: &str) -> Option<&'static Backend> {
    ALL.iter().find(|backend| backend.name == name).copied()
}

#[cfg(test)]
mod tests;
