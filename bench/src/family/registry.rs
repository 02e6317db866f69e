use rand_chacha::ChaCha8Rng;

use super::{Deceptive, Drifting, Interlocked, MostlyBuggy, Needle, Plateau, Rugged, Smooth, World};
use crate::random::{Purpose, stream};
use weco_core::run::NodeId;

/// Which half a family belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Half {
    /// For making policies.
    Open,
    /// For judging policies that are finished.
    HeldOut,
}

impl Half {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::HeldOut => "held-out",
        }
    }
}

/// A family of tasks: one landscape for each seed.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its name on the command line and in tables; it also seeds the family's randomness.
    pub name: &'static str,
    /// Whether policies may be made on it.
    pub half: Half,
    make: fn(&mut ChaCha8Rng) -> Box<dyn World>,
}

impl PartialEq for Family {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Family {
    /// The family's task for `seed`.
    pub fn world(&self, seed: u64) -> Box<dyn World> {
        (self.make)(&mut stream(self.name, seed, Purpose::World, NodeId::BASELINE))
    }

    /// The family of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| family.name == name)
    }
}

/// All families.
pub const FAMILIES: [Family; 8] = [
    Family { name: "smooth", half: Half::Open, make: |_| Box::new(Smooth) },
    Family { name: "rugged", half: Half::Open, make: |rng| Box::new(Rugged::new(rng)) },
    Family { name: "needle", half: Half::Open, make: |_| Box::new(Needle) },
    Family { name: "mostly-buggy", half: Half::Open, make: |_| Box::new(MostlyBuggy) },
    Family { name: "drifting", half: Half::HeldOut, make: |_| Box::new(Drifting) },
    Family { name: "deceptive", half: Half::HeldOut, make: |_| Box::new(Deceptive) },
    Family { name: "plateau", half: Half::HeldOut, make: |_| Box::new(Plateau) },
    Family { name: "interlocked", half: Half::HeldOut, make: |rng| Box::new(Interlocked::new(rng)) },
];
