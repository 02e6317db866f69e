//! Which search a run is led by.

use serde::{Deserialize, Serialize};

use crate::search::{Aide, Forage};

/// Which search policy chooses the next node to work on, with its parameters.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case")]
pub enum SearchSpec {
    /// AIDE's tree search.
    Aide {
        /// Fresh approaches before anything is improved.
        num_drafts: u32,
        /// Probability of repairing a buggy leaf rather than improving a good node.
        debug_prob: f64,
        /// Longest chain of consecutive repairs.
        max_debug_depth: u32,
    },
    /// The best node, until its children come to nothing.
    Forage(Forage),
    /// Always improve the best node. Used with the built-in proposer, which explores by itself.
    Greedy,
}

impl SearchSpec {
    /// The policy's name, as shown to people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Aide { .. } => "aide",
            Self::Forage(_) => "forage",
            Self::Greedy => "greedy",
        }
    }

    /// The names of all policies, the usual one first.
    pub const NAMES: [&'static str; 3] = ["forage", "aide", "greedy"];

    /// The policy of this name with its usual parameters for a budget of `steps`; none if there is no such policy.
    pub fn named(name: &str, steps: u32) -> Option<Self> {
        match name {
            "forage" => Some(Forage::spec(steps)),
            "aide" => Some(Aide::for_budget(steps)),
            "greedy" => Some(Self::Greedy),
            _ => None,
        }
    }

    /// The policy's parameters in words; empty if it has none.
    pub fn parameters(&self) -> String {
        match self {
            Self::Forage(Forage { drafts, cross_after, leap_after, .. }) => format!(
                "{}; crosses after {cross_after} steps without a new best, another paradigm after {leap_after}",
                count(*drafts)
            ),
            Self::Aide { num_drafts, debug_prob, max_debug_depth } => format!(
                "{}; repairs with probability {debug_prob}, at most {max_debug_depth} in a row",
                count(*num_drafts)
            ),
            Self::Greedy => String::new(),
        }
    }
}

fn count(drafts: u32) -> String {
    format!("{drafts} draft{}", if drafts == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_of_any_version_can_be_read() {
        let of_old = [
            r#"{"policy":"greedy"}"#,
            r#"{"policy":"aide","num_drafts":15,"debug_prob":0.5,"max_debug_depth":10}"#,
        ];
        let old: Vec<SearchSpec> = of_old.iter().map(|json| serde_json::from_str(json).unwrap()).collect();
        assert_eq!(old, [SearchSpec::Greedy, Aide::for_budget(100)]);
        for name in SearchSpec::NAMES {
            let spec = SearchSpec::named(name, 100).unwrap();
            assert_eq!(spec.name(), name);
            let json = serde_json::to_string(&spec).unwrap();
            assert_eq!(serde_json::from_str::<SearchSpec>(&json).unwrap(), spec);
        }
        assert_eq!(SearchSpec::named("best", 100), None);
        let spec = SearchSpec::named("forage", 100).unwrap();
        let json = serde_json::to_string(&spec).unwrap();
        assert!(json.contains(r#""policy":"forage","drafts":9"#), "{json}");
        assert!(spec.parameters().starts_with("9 drafts; "), "{}", spec.parameters());
    }
}
