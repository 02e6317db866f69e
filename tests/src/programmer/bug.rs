//! Bugs, as lines at the beginning of a function.

use std::collections::BTreeMap;

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::source;

/// Names that nothing has.
const UNKNOWN: [&str; 4] = [
    "    limits = default_limits(None)\n",
    "    cached = cache.get(0)\n",
    "    options = settings['fast']\n",
    "    log.debug('called')\n",
];

/// Share of bugs that are wrong results where the task has such for the function.
const WRONG: f64 = 0.5;

/// The bugs that there are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bugs {
    /// By function, a line after which its result is one that the task's evaluation refuses.
    wrong: BTreeMap<String, String>,
}

impl Bugs {
    /// With a line for each of some functions that makes their result wrong, without its indentation.
    pub fn new(wrong: BTreeMap<String, String>) -> Self {
        Self { wrong: wrong.into_iter().map(|(name, line)| (name, format!("    {line}\n"))).collect() }
    }

    /// The source with a bug in this function.
    pub(super) fn put(&self, text: &str, function: &str, rng: &mut dyn Rng) -> String {
        let wrong = self.wrong.get(function).filter(|_| rng.random_bool(WRONG));
        let line = wrong.map_or_else(|| *UNKNOWN.choose(rng).unwrap_or(&UNKNOWN[0]), String::as_str);
        let mut changed = text.to_owned();
        if let Some(range) = source::function(text, function) {
            let head = text[range.clone()].find('\n').map_or(range.len(), |at| at + 1);
            changed.insert_str(range.start + head, line);
        }
        changed
    }

    /// The source without the bugs in this function; none if it has none.
    pub(super) fn removed(&self, text: &str, function: &str) -> Option<String> {
        let body = source::text(text, function)?;
        let is_bug =
            |line: &&str| UNKNOWN.contains(line) || self.wrong.get(function).is_some_and(|bug| bug == line);
        let repaired: String = body.split_inclusive('\n').filter(|line| !is_bug(line)).collect();
        (repaired != body).then(|| source::with(text, function, &repaired))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn a_bug_that_was_put_in_can_be_removed() {
        let bugs = Bugs::new([("f".to_owned(), "return None".to_owned())].into());
        let sound = "import math\n\n\ndef f(x):\n    \"\"\"Doubles.\"\"\"\n    return 2 * x\n";
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let broken = bugs.put(sound, "f", &mut rng);
            assert!(broken.starts_with("import math\n\n\ndef f(x):\n    "), "{broken}");
            assert_eq!(bugs.removed(&broken, "f").as_deref(), Some(sound));
            seen.insert(broken);
        }
        assert_eq!(seen.len(), UNKNOWN.len() + 1);
        assert_eq!(bugs.removed(sound, "f"), None);
    }
}
