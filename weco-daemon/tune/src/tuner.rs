//! The tuner: observes versions of the sources, proposes new ones.

use crate::Files;
use crate::error::{CannotTune, Exhausted};
use crate::find;
use crate::literal::{Literal, Value};
use crate::plan;
use crate::search::Searcher;
use crate::template::Template;

/// Searches the values of the sources' literals.
///
/// It has no memory but what it is told: a tuner that observes the same versions in the same order
/// proposes the same, so that a search goes on after a restart from the stored versions alone.
pub struct Tuner {
    literals: Vec<Literal>,
    template: Template,
    searcher: Searcher,
}

/// A version to evaluate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// What it changes: `RATE 0.1 → 0.3 and DEPTH 4 → 6`.
    pub plan: String,
    /// All files, changed or not.
    pub files: Files,
    /// The node whose version it changes; `None` while none has a score.
    pub from: Option<u32>,
}

impl Tuner {
    /// Finds what is tunable in the baseline.
    ///
    /// # Errors
    /// [`CannotTune`] if that is nothing, or a comment that gives a range is wrong.
    pub fn new(baseline: &Files) -> Result<Self, CannotTune> {
        let literals = find::literals(baseline)?;
        if literals.is_empty() {
            return Err(CannotTune::Nothing { paths: baseline.keys().cloned().collect() });
        }
        let template = Template::new(baseline, &literals);
        let searcher = Searcher::new(&literals);
        Ok(Self { literals, template, searcher })
    }

    /// What is tuned, by file and position.
    pub fn literals(&self) -> &[Literal] {
        &self.literals
    }

    /// Learns how a version did: `score` is larger for better, `None` if it did not work. The baseline is
    /// to be observed as well. Returns false, having learned nothing, for a version that differs from the
    /// baseline in more than the literals.
    pub fn observe(&mut self, node: u32, files: &Files, score: Option<f64>) -> bool {
        let values = self.template.read(files, &self.literals);
        values.map(|values| self.searcher.observe(node, values, score)).is_some()
    }

    /// Marks a version as under way, so that it is not proposed again; for versions without a result yet
    /// when a search goes on after a restart. Returns as [`Tuner::observe`] does.
    pub fn reserve(&mut self, files: &Files) -> bool {
        let values = self.template.read(files, &self.literals);
        values.map(|values| self.searcher.reserve(&values)).is_some()
    }

    /// A version that was neither observed nor proposed before; the same for the same observations,
    /// reservations and seed.
    ///
    /// # Errors
    /// [`Exhausted`] when there is no such version.
    pub fn propose(&mut self, seed: u64) -> Result<Proposal, Exhausted> {
        let draw = self.searcher.draw(seed)?;
        Ok(Proposal {
            plan: plan::describe(&self.literals, &draw),
            files: self.version(&draw.values),
            from: draw.from,
        })
    }

    /// The sources with these values for the literals.
    fn version(&self, values: &[Value]) -> Files {
        let texts: Vec<String> =
            self.literals.iter().zip(values).map(|(literal, value)| literal.write(*value)).collect();
        self.template.fill(&texts)
    }
}
