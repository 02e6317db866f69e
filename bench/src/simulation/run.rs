use std::collections::VecDeque;

use weco_core::decide::{Effect, Input, decide_with};
use weco_core::event::{Event, RunEvent, Stage, Usage};
use weco_core::prompt::{self, Brief};
use weco_core::reply;
use weco_core::run::{FileRefs, NodeId};
use weco_core::search::Policy;
use weco_core::state::{IllegalEvent, RunState};

use super::channel::Channel;
use super::proposer::{Proposal, propose, understand, write};
use super::store::Store;
use super::{evaluation, spec};
use crate::family::{Family, World};
use crate::genome::Genome;
use crate::noise::Noise;
use crate::random::{Purpose, normal, stream};

/// A run to simulate.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The task's family.
    pub family: &'static Family,
    /// The error of its measurements.
    pub noise: Noise,
    /// Fixes the task, the proposer's luck and the policy's draws.
    pub seed: u64,
    /// Proposals after the baseline.
    pub steps: u32,
    /// How proposer and core talk.
    pub channel: Channel,
}

/// What came of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Trace {
    /// The noise-free quality of the program that would be returned after n evaluations, at n; at 0, the baseline's.
    pub returned: Vec<f64>,
    /// The program that is returned at the end.
    pub program: Genome,
    /// The run's last state, with its whole tree.
    pub state: RunState,
}

impl Trace {
    /// The noise-free quality of what is returned after so many evaluations; of the last, if there were fewer.
    pub fn score(&self, evaluations: u32) -> f64 {
        let last = self.returned.len().saturating_sub(1);
        self.returned.get(last.min(evaluations as usize)).copied().unwrap_or(f64::NAN)
    }
}

/// A run that cannot be: a defect of the core, of a policy or of this benchmark.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The core says that what happened cannot happen.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
    /// A program's text, or a prompt that shows one, holds no genome.
    #[error("step {0}: there is no program in the text")]
    Unreadable(NodeId),
}

/// Plays a run to its end with `policy`.
///
/// # Errors
/// [`Error`] if there is a defect somewhere.
pub fn simulate(setup: &Setup, policy: &dyn Policy) -> Result<Trace, Error> {
    let world = setup.family.world(setup.seed);
    let mut store = Store::default();
    let baseline = store.put(world.baseline().encode(NodeId::BASELINE));
    let spec = Box::new(spec::spec(setup.steps, setup.seed, baseline));
    let state = RunState::new(&Event { seq: 1, at: 0, kind: RunEvent::Created { spec } })?;
    let (effects, returned, program) = (VecDeque::new(), Vec::new(), world.baseline());
    let mut run = Run { setup, world, policy, store, state, effects, returned, program };
    run.give(Input::Started)?;
    // In the order in which they are asked for: everything takes equally long.
    while let Some(effect) = run.effects.pop_front() {
        run.carry_out(effect)?;
    }
    Ok(Trace { returned: run.returned, program: run.program, state: run.state })
}

/// A run being played.
struct Run<'a> {
    setup: &'a Setup,
    world: Box<dyn World>,
    policy: &'a dyn Policy,
    store: Store,
    state: RunState,
    effects: VecDeque<Effect>,
    returned: Vec<f64>,
    program: Genome,
}

impl Run<'_> {
    fn give(&mut self, input: Input) -> Result<(), Error> {
        let now = self.state.seq().cast_signed();
        let ends_a_step = matches!(input, Input::EvalEnded { .. });
        let decision = decide_with(self.policy, &mut self.state, input, now)?;
        self.effects.extend(decision.effects);
        if ends_a_step { self.note_returned() } else { Ok(()) }
    }

    /// What the core asks for, done at once. Waits and cancellations do not occur: nothing is ever unavailable, and
    /// nobody stops the run.
    fn carry_out(&mut self, effect: Effect) -> Result<(), Error> {
        let news = match effect {
            Effect::Propose { node, attempt, brief } => self.ask(node, attempt, &brief)?,
            Effect::Evaluate { node, attempt, files, .. } => {
                let measured = self.measure(node, &files)?;
                let outcome = evaluation::outcome(measured, self.setup.channel, &mut self.store);
                Input::EvalEnded { node, attempt, outcome }
            }
            Effect::Wake { .. } | Effect::Cancel { .. } => return Ok(()),
        };
        self.give(news)
    }

    fn ask(&mut self, node: NodeId, attempt: u32, brief: &Brief) -> Result<Input, Error> {
        let (plan, files) = match self.setup.channel {
            Channel::Text => {
                let parent = self.store.files(&brief.files);
                let output = brief.parent_output.map_or("", |output| self.store.get(output));
                let prompt = prompt::render(brief, &parent, output);
                let (stage, shown) = understand(&prompt).ok_or(Error::Unreadable(node))?;
                let text = write(&self.propose(node, stage, &shown), node);
                match reply::parse(&text, &parent) {
                    Ok(candidate) => (candidate.plan, candidate.files),
                    Err(unusable) => {
                        let (reason, usage) = (unusable.reason, Usage::default());
                        return Ok(Input::Unusable { node, attempt, reason, usage });
                    }
                }
            }
            Channel::Direct => {
                let parent = self.program(node, &brief.files)?;
                let Proposal { plan, program } = self.propose(node, brief.stage, &parent);
                (plan.to_owned(), [(spec::PATH.to_owned(), program.encode(node))].into())
            }
        };
        let files = self.store.put_files(files);
        Ok(Input::Replied { node, attempt, plan, files, lines: (1, 1), usage: Usage::default(), from: None })
    }

    fn propose(&self, node: NodeId, stage: Stage, parent: &Genome) -> Proposal {
        let luck = stream(self.setup.family.name, self.setup.seed, Purpose::Child, node);
        propose(self.world.as_ref(), stage, parent, luck)
    }

    /// The quality of a version and the error of this measurement; none if it does not work.
    fn measure(&self, node: NodeId, files: &FileRefs) -> Result<evaluation::Measured, Error> {
        let program = self.program(node, files)?;
        let mut luck = stream(self.setup.family.name, self.setup.seed, Purpose::Noise, node);
        let error = self.setup.noise.sigma() * normal(&mut luck);
        Ok((program.defects == 0).then(|| self.world.quality(&program) + error))
    }

    fn note_returned(&mut self) -> Result<(), Error> {
        let best =
            self.state.tree().best().and_then(|best| best.files.as_ref().map(|files| (best.id, files)));
        let Some((node, files)) = best else { return Ok(()) };
        self.program = self.program(node, files)?;
        self.returned.push(self.world.quality(&self.program));
        Ok(())
    }

    fn program(&self, node: NodeId, files: &FileRefs) -> Result<Genome, Error> {
        let text = files.get(spec::PATH).map_or("", |name| self.store.get(*name));
        Genome::decode(text).ok_or(Error::Unreadable(node))
    }
}
