use std::collections::{BTreeMap, VecDeque};

use weco_core::decide::{Effect, Input, decide_with};
use weco_core::event::{Event, Fault, RunEvent, Stage, Usage, Written};
use weco_core::plan::Plan;
use weco_core::prompt::{self, Brief, Texts};
use weco_core::reply;
use weco_core::run::{FileRefs, NodeId, RunSpec};
use weco_core::search::Policy;
use weco_core::state::{IllegalEvent, RunState};

use super::channel::Channel;
use super::proposer::{Proposal, Task, propose, understand, write};
use super::store::Store;
use super::{evaluation, spec};
use crate::family::{Family, World};
use crate::genome::Genome;
use crate::noise::Noise;
use crate::random::{Purpose, errors, normal, stream};

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
    /// Proposals under way at a time.
    pub in_flight: u32,
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
    let spec =
        Box::new(RunSpec { parallel: setup.in_flight, ..spec::spec(setup.steps, setup.seed, baseline) });
    let state = RunState::new(&Event { seq: 1, at: 0, kind: RunEvent::Created { spec } })?;
    let (effects, evaluating, clock) = (VecDeque::new(), BTreeMap::new(), 0);
    let (returned, program) = (Vec::new(), world.baseline());
    let mut run = Run { setup, world, policy, store, state, effects, evaluating, clock, returned, program };
    run.give(Input::Started)?;
    while run.go_on()? {}
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
    /// How evaluations will end, by when they will, in microseconds; of those that end at once, by step.
    evaluating: BTreeMap<(u64, NodeId), Input>,
    clock: u64,
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

    /// Does the next thing there is to do, or lets the next evaluation end; false once there is neither.
    fn go_on(&mut self) -> Result<bool, Error> {
        if let Some(effect) = self.effects.pop_front() {
            self.carry_out(effect)?;
        } else if let Some(((at, _), ended)) = self.evaluating.pop_first() {
            self.clock = at;
            self.give(ended)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// What the core asks for: proposals are there at once, evaluations take their time. Waits and cancellations do not
    /// occur: nothing is ever unavailable, and nobody stops the run.
    fn carry_out(&mut self, effect: Effect) -> Result<(), Error> {
        match effect {
            Effect::Propose { node, attempt, brief, .. } => {
                let reply = self.ask(node, attempt, &brief)?;
                self.give(reply)
            }
            Effect::Evaluate { node, attempt, files, plan, .. } => {
                let measured = self.measure(node, attempt, &files, &plan)?;
                let outcome = evaluation::outcome(&measured, self.setup.channel, &mut self.store);
                let ends = self.clock + self.duration(node);
                self.evaluating.insert((ends, node), Input::EvalEnded { node, attempt, outcome });
                Ok(())
            }
            Effect::Wake { .. } | Effect::Cancel { .. } => Ok(()),
        }
    }

    /// How long a version's evaluation takes, in microseconds: log-normal around a second, so that those under way end
    /// out of order.
    fn duration(&self, node: NodeId) -> u64 {
        let mut luck = stream(self.setup.family.name, self.setup.seed, Purpose::Duration, node);
        (1e6 * normal(&mut luck).exp()) as u64
    }

    fn ask(&mut self, node: NodeId, attempt: u32, brief: &Brief) -> Result<Input, Error> {
        let (plan, files) = match self.setup.channel {
            Channel::Text => {
                let parent = self.store.files(&brief.files);
                let output = brief.parent_output.map_or("", |output| self.store.get(output));
                let second = brief.second.as_ref().map(|second| self.store.files(&second.files));
                let texts = Texts { files: &parent, second: second.as_ref(), output };
                let prompt = prompt::render(brief, &texts);
                let (stage, shown) = understand(&prompt).ok_or(Error::Unreadable(node))?;
                let text = write(&self.propose(node, stage, &shown)?, node);
                match reply::parse(&text, &parent) {
                    Ok(candidate) => (candidate.plan, candidate.files),
                    Err(unusable) => {
                        let (reason, usage) = (unusable.reason, Usage::default());
                        let fault = Fault::Other;
                        return Ok(Input::Unusable { node, attempt, reason, usage, fault });
                    }
                }
            }
            Channel::Direct => {
                let parent = self.program(node, &brief.files)?;
                // Without words, which nobody reads.
                let Proposal { program, .. } = self.propose(node, brief.stage, &parent)?;
                (String::new(), [(spec::PATH.to_owned(), program.encode(node))].into())
            }
        };
        let files = self.store.put_files(files);
        // Without its code: what is alike is measured again, as noise makes of it what it will.
        let (usage, written) = (Usage::default(), Written::default());
        Ok(Input::Replied {
            node,
            attempt,
            plan,
            files,
            lines: (1, 1),
            usage,
            from: None,
            written,
            elsewhere: None,
        })
    }

    fn propose(&self, node: NodeId, stage: Stage, parent: &Genome) -> Result<Proposal, Error> {
        let luck = stream(self.setup.family.name, self.setup.seed, Purpose::Child, node);
        let with = self.second_parent(node)?;
        Ok(propose(self.world.as_ref(), &Task { stage, parent, with: with.as_ref() }, luck))
    }

    /// The program that a node's parent is to be joined with.
    fn second_parent(&self, node: NodeId) -> Result<Option<Genome>, Error> {
        let tree = self.state.tree();
        let with = tree.get(node).and_then(|node| node.grounds.with).and_then(|with| tree.get(with));
        with.and_then(|with| with.files.as_ref()).map(|files| self.program(node, files)).transpose()
    }

    /// What is measured of a version, as often as the core wants: its quality, each time with another error. Nothing if
    /// it does not work.
    fn measure(&self, node: NodeId, attempt: u32, files: &FileRefs, plan: &Plan) -> Result<Vec<f64>, Error> {
        let program = self.program(node, files)?;
        let mut samples = Vec::new();
        if program.defects > 0 {
            return Ok(samples);
        }
        let mut luck = errors(self.setup.family.name, self.setup.seed, node, attempt);
        while plan.goes_on(&samples) {
            let error = self.setup.noise.sigma() * normal(&mut luck);
            samples.push(self.world.quality(&program) + error);
        }
        Ok(samples)
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
