//! What tokens cost.

use serde::{Deserialize, Serialize};

use crate::event::Usage;

/// The price of a model's tokens, in US dollars per million.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Price {
    /// Of prompts. Cached parts of a prompt, which most providers sell for less, are not told apart: a cost is never
    /// put too low.
    pub input: f64,
    /// Of replies, thoughts included.
    pub output: f64,
}

impl Price {
    /// Of what costs nothing, such as the built-in proposer.
    pub const FREE: Self = Self { input: 0.0, output: 0.0 };

    /// What these tokens cost, in US dollars.
    #[expect(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^53")]
    pub fn of(self, usage: Usage) -> f64 {
        const MILLION: f64 = 1e6;
        (usage.input_tokens as f64 * self.input + usage.output_tokens as f64 * self.output) / MILLION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_that_of_prompt_and_reply() {
        let usage = Usage { input_tokens: 2_000_000, output_tokens: 100_000 };
        let cost = Price { input: 1.75, output: 14.0 }.of(usage);
        assert!((cost - 4.9).abs() < 1e-12, "{cost}");
        assert!(Price::FREE.of(usage).abs() < f64::EPSILON);
    }
}
