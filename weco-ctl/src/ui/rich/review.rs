//! What the user knows of, and does with, a step that waits for approval.

use std::fmt;

use super::draft::Draft;
use crate::ui::diff::{Line, Version, compare};
use crate::ui::view::Node;
use crate::ui::{Action, Change, RunView};

/// The state of a review that is not the run's.
#[derive(Default, Debug)]
pub(super) struct Review {
    /// Whether the panels are shown although a step waits.
    pub(super) hidden: bool,
    /// Lines that the proposal is scrolled by; the drawing keeps it in bounds.
    pub(super) scroll: usize,
    /// The step and its number of revisions that the code is of.
    of: Option<(u32, usize)>,
    pub(super) code: Code,
    /// The step about which a decision is on its way.
    pub(super) decided: Option<u32>,
    /// What the user edited and the daemon has not taken.
    pub(super) draft: Option<Draft>,
    /// The same of what does not wait any more in that form; kept for the user to find.
    aside: Vec<Draft>,
}

/// The code of the step that waits.
#[derive(Default, Debug)]
pub(super) enum Code {
    /// Asked for.
    #[default]
    Coming,
    Here {
        change: Change,
        /// How it differs from the step that it starts from.
        lines: Vec<Line>,
    },
    /// Why there is none.
    Missing(String),
}

/// Why nothing can be decided yet about the step that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unready {
    /// It was decided about, and that is on its way.
    Decided,
    /// Its code was not shown yet.
    Coming,
    /// Its code did not come.
    Missing,
}

impl fmt::Display for Unready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decided => "what you asked for is on its way",
            Self::Coming => "fetching the change…",
            Self::Missing => "the change could not be fetched, and you have not seen it; fetching it again…",
        })
    }
}

/// The step that waits for this user: not of a run that stops or has ended.
pub(super) fn pending(view: &RunView) -> Option<&Node> {
    view.pending().filter(|_| view.ended().is_none() && !view.stopping())
}

impl Review {
    /// Forgets what was asked about a step that does not wait any more: should it wait again, it is decided about
    /// anew.
    pub(super) fn settle(&mut self, view: &RunView) {
        if self.of.is_some() && pending(view).is_none() {
            (self.of, self.code, self.decided) = (None, Code::Coming, None);
        }
    }

    /// What is to be fetched by now.
    pub(super) fn due(&mut self, view: &RunView) -> Option<Action> {
        let node = pending(view)?;
        let of = version(node);
        if self.of == Some(of) {
            return None;
        }
        if self.of.is_none_or(|(step, _)| step != node.step) {
            (self.hidden, self.decided) = (false, None);
        }
        self.scroll = 0;
        Some(self.fetch(node))
    }

    /// Asks for the code of a step that waits, for the first time or again.
    pub(super) fn fetch(&mut self, node: &Node) -> Action {
        let (step, revisions) = version(node);
        (self.of, self.code) = (Some((step, revisions)), Code::Coming);
        Action::Fetch { step, revisions }
    }

    /// Whether the step that waits can be decided about now: no decision is on its way, and its code was shown. What
    /// cannot be shown can only be turned down.
    ///
    /// # Errors
    /// What it lacks.
    pub(super) fn ready(&self, node: &Node, reject: bool) -> Result<(), Unready> {
        if self.decided == Some(node.step) {
            return Err(Unready::Decided);
        }
        match &self.code {
            _ if self.of != Some(version(node)) => Err(Unready::Coming),
            Code::Coming => Err(Unready::Coming),
            Code::Missing(_) if !reject => Err(Unready::Missing),
            Code::Missing(_) | Code::Here { .. } => Ok(()),
        }
    }

    /// The decision about a step did not get through. One about another step may be on its way.
    pub(super) fn undecided(&mut self, step: u32) {
        if self.decided == Some(step) {
            self.decided = None;
        }
    }

    /// The daemon has taken the user's edit of a step.
    pub(super) fn taken(&mut self, step: u32) {
        self.undecided(step);
        if self.draft.as_ref().is_some_and(|draft| draft.step == step) {
            self.draft = None;
        }
        // What is here is not what waits any more.
        if self.of.is_some_and(|(of, _)| of == step) {
            (self.of, self.code) = (None, Code::Coming);
        }
    }

    /// Takes in what was fetched.
    pub(super) fn fetched(
        &mut self,
        of: (u32, usize),
        result: Result<Option<Change>, String>,
        view: &RunView,
    ) {
        if self.of != Some(of) {
            return;
        }
        self.code = match result {
            Ok(Some(change)) => Code::Here { lines: lines(of.0, &change, view), change },
            Ok(None) => Code::Missing("the daemon sent no code".to_owned()),
            Err(why) => Code::Missing(why),
        };
    }

    /// The copies to edit: those that the user edited before, if they are of what waits now and the daemon has not
    /// taken them, or new ones.
    ///
    /// # Errors
    /// Why there are none, in one sentence.
    pub(super) fn open(&mut self, view: &RunView) -> Result<&Draft, String> {
        let of = pending(view).map(version).ok_or("no step waits for approval any more")?;
        let Code::Here { change, .. } = &self.code else {
            return Err("the step's code is not here yet".to_owned());
        };
        if self.of != Some(of) {
            return Err("the step's code is not here yet".to_owned());
        }
        // What was edited and is of another step, or of what someone revised meanwhile, must not be sent as this.
        let other = self.draft.take_if(|draft| draft.of() != of);
        self.aside.extend(other.filter(Draft::is_edited));
        match &mut self.draft {
            Some(draft) => Ok(draft),
            none => {
                let draft = Draft::new(of, change)
                    .map_err(|error| format!("cannot write copies for the editor: {error}"))?;
                Ok(none.insert(draft))
            }
        }
    }

    /// The editor failed: whether there is an edit all the same.
    pub(super) fn is_edited(&mut self) -> bool {
        self.draft = self.draft.take().filter(Draft::is_edited);
        self.draft.is_some()
    }

    /// All that the user edited and the daemon has not taken.
    pub(super) fn into_drafts(self) -> impl Iterator<Item = Draft> {
        self.aside.into_iter().chain(self.draft)
    }

    /// What the user's edit asks for; nothing if there was none.
    ///
    /// # Errors
    /// What is wrong with the edit, in one sentence.
    pub(super) fn edited(&mut self, view: &RunView) -> Result<Option<Action>, String> {
        let Some(draft) = &self.draft else { return Ok(None) };
        let files = draft.changed().map_err(|why| reopened(&why))?;
        if files.is_empty() {
            self.draft = None;
            return Ok(None);
        }
        if pending(view).map(version) != Some(draft.of()) {
            let step = draft.step;
            self.aside.extend(self.draft.take());
            return Err(format!(
                "step {step} was revised or decided about meanwhile: your edit is kept, and named when you leave"
            ));
        }
        // Until it is answered, an approval could come before it.
        self.decided = Some(draft.step);
        Ok(Some(Action::Revise { step: draft.step, files }))
    }
}

/// What is wrong with an edit that is still there.
pub(super) fn reopened(why: &str) -> String {
    format!("{why} (e opens your edit again)")
}

/// A step and its number of revisions.
fn version(node: &Node) -> (u32, usize) {
    (node.step, node.revisions.len())
}

fn lines(step: u32, change: &Change, view: &RunView) -> Vec<Line> {
    let parent = view.step(step).and_then(|node| node.parent);
    let before = parent.map_or_else(|| "before".to_owned(), |parent| format!("step {parent}"));
    compare(
        &Version { label: before, files: &change.before },
        &Version { label: format!("step {step}"), files: &change.after },
    )
}
