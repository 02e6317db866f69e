//! The simulated model: it is told what a model is told, and answers in text.

use rand_chacha::ChaCha8Rng;
use weco_core::event::Stage;
use weco_core::prompt::Prompt;
use weco_core::run::NodeId;

use super::spec::PATH;
use crate::family::World;
use crate::genome::Genome;

/// A program and what its author says of it.
pub(super) struct Proposal {
    /// In a sentence.
    pub(super) plan: &'static str,
    /// The program.
    pub(super) program: Genome,
}

/// What is asked of the proposer.
pub(super) struct Task<'a> {
    /// The kind of proposal.
    pub(super) stage: Stage,
    /// The program to start from.
    pub(super) parent: &'a Genome,
    /// The one to join it with, if two are to be joined.
    pub(super) with: Option<&'a Genome>,
}

/// What the proposer makes of a task, its luck being `rng`.
pub(super) fn propose(world: &dyn World, task: &Task<'_>, mut rng: ChaCha8Rng) -> Proposal {
    let Task { stage, parent, with } = *task;
    let faults = world.faults();
    let (plan, mut program) = match stage {
        Stage::Debug => {
            let program = faults.repaired(parent, &mut rng);
            return Proposal { plan: "Handle the input that made it fail.", program };
        }
        Stage::Cross => {
            let joined = world.cross(parent, with.unwrap_or(parent), &mut rng);
            ("Take what is good in both.", joined)
        }
        Stage::Improve => ("Change what costs most, and nothing else.", world.improve(parent, &mut rng)),
        Stage::Baseline | Stage::Draft | Stage::Leap => {
            ("Solve the task in a different way.", world.draft(&mut rng))
        }
    };
    program.defects += faults.strike(&mut rng);
    Proposal { plan, program }
}

/// What a prompt asks for: the stage, and the program that it shows.
pub(super) fn understand(prompt: &Prompt) -> Option<(Stage, Genome)> {
    let (_, shown) = prompt.user.split_once("# The version to ")?;
    let (wanted, _) = shown.split_once(':')?;
    let stage = match wanted {
        "improve" => Stage::Improve,
        "build on" => Stage::Cross,
        "beat" => Stage::Leap,
        "repair" => Stage::Debug,
        "start from" => Stage::Draft,
        _ => return None,
    };
    Some((stage, Genome::decode(shown)?))
}

/// A proposal as a model would write it.
pub(super) fn write(proposal: &Proposal, step: NodeId) -> String {
    format!("{}\n\n{PATH}\n```python\n{}```\n", proposal.plan, proposal.program.encode(step))
}
