//! The policies that are compared, by name.

use weco_core::search::{Aide, Forage, Greedy, Policy, policy_for};

use crate::policy::{BestOfN, Discounted, Gepa, OpenEvolve, Shinka, Uct};

/// A policy as it takes part.
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    /// Its name on the command line and in tables.
    pub name: &'static str,
    /// Whether its choices depend on the budget. If not, the run of the largest budget begins with those of the others.
    pub reads_budget: bool,
    /// Whether it is another system's, re-made, and so a rival. The project's own are shown, but not counted as such.
    pub is_rival: bool,
    policy: fn(u32) -> Box<dyn Policy>,
    proposals: fn(u32) -> u32,
}

impl PartialEq for Contender {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Contender {
    /// The policy for a budget of evaluations.
    pub fn policy(&self, budget: u32) -> Box<dyn Policy> {
        (self.policy)(budget)
    }

    /// How many proposals it gets out of a budget of evaluations.
    pub fn proposals(&self, budget: u32) -> u32 {
        (self.proposals)(budget)
    }

    /// The contender of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CONTENDERS.iter().find(|contender| contender.name == name)
    }

    const fn new(name: &'static str, policy: fn(u32) -> Box<dyn Policy>) -> Self {
        Self { name, reads_budget: false, is_rival: true, policy, proposals: |budget| budget }
    }
}

/// AIDE as its research code (`aideml`) comes: 5 drafts, repairs with probability 0.5 down to depth 3.
const AIDE_RESEARCH: Aide = Aide { num_drafts: 5, debug_prob: 0.5, max_debug_depth: 3 };

/// All contenders.
pub const CONTENDERS: [Contender; 11] = [
    Contender {
        reads_budget: true,
        is_rival: false,
        ..Contender::new("forage", |budget| Box::new(Forage::for_budget(budget)))
    },
    Contender::new("aide", |_| Box::new(AIDE_RESEARCH)),
    Contender {
        reads_budget: true,
        ..Contender::new("aide-hosted", |budget| policy_for(&Aide::for_budget(budget)))
    },
    Contender::new("greedy", |_| Box::new(Greedy)),
    Contender::new("best-of-n", |_| Box::new(BestOfN)),
    Contender::new("openevolve", |_| Box::new(OpenEvolve)),
    Contender::new("shinka", |_| Box::new(Shinka)),
    Contender { proposals: Gepa::proposals, ..Contender::new("gepa", |_| Box::new(Gepa)) },
    Contender::new("uct", |_| Box::new(Uct::UCB1)),
    Contender::new("uct-low", |_| Box::new(Uct::LOW)),
    Contender {
        reads_budget: true,
        is_rival: false,
        ..Contender::new("discounted", |budget| Box::new(Discounted::for_budget(budget)))
    },
];
