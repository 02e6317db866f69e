//! A daemon that is killed at every moment, and what must hold all the same.
//!
//! ```text
//!  Job ──start──▶ Site: a world, a daemon that is killed and started again
//!                  │ watched by                    │ measured by
//!                  ▼                               ▼
//!                Witness: what was acknowledged   eval.sh: is the user's file safe meanwhile?
//!                  │
//!                  ▼
//!                promises: nothing lost, nothing twice, the same end as an undisturbed run
//! ```
//!
//! Nothing here needs a hook in the product: the moments are made by clocks, by the evaluation itself, by
//! the model server, and by what a watcher sees. A broken promise is a panic that says which one.

mod end;
mod job;
mod processes;
mod promises;
mod random;
mod site;
mod witness;

pub use end::End;
pub use job::{Job, Source};
pub use processes::{Evaluation, evaluations};
pub use random::{Tally, random_kills};
pub use site::{Programs, Site};
pub use witness::Witness;
