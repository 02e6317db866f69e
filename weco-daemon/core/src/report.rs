//! What an evaluation backend tells of an evaluation, beyond the metric.

use serde::{Deserialize, Serialize};

/// Examples that are kept of an evaluation, and shown to the model: those to learn most from.
pub const MAX_WORST: usize = 5;

/// Characters of each of an example's texts.
pub const MAX_TEXT: usize = 600;

/// Scores that are kept, of an evaluation and of each example.
const MAX_SCORES: usize = 32;

/// Notes that are kept.
const MAX_NOTES: usize = 20;

/// Characters of a name, an id or an address.
const MAX_NAME: usize = 300;

/// What an evaluation over a dataset came to.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Each evaluator's score, over all examples.
    pub scores: Vec<Score>,
    /// Examples that were run.
    pub examples: u32,
    /// Of these, those on which the target failed.
    pub failed: u32,
    /// Those to learn most from: failed ones, then the worst.
    pub worst: Vec<Example>,
    /// Where the service shows it.
    pub experiment: Experiment,
    /// What else is to be known, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// An evaluator's score over all examples.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Score {
    /// The evaluator's name.
    pub name: String,
    /// The score; none if no example has one.
    pub value: Option<f64>,
    /// How it was made of the examples' scores, such as `mean`.
    pub summary: String,
    /// Examples that have one.
    pub count: u32,
    /// Examples that have none.
    pub missing: u32,
}

/// One example of the dataset and what came of it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Example {
    /// Its id in the dataset.
    pub id: String,
    /// What the target was given.
    pub input: String,
    /// What it answered; none if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// What the dataset has as the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its scores.
    pub scores: Vec<ExampleScore>,
}

/// What an evaluator says of one example.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExampleScore {
    /// The evaluator's name.
    pub name: String,
    /// The score.
    pub value: Option<f64>,
    /// Why, in its own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// An experiment in the service.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Experiment {
    /// Its name there.
    pub name: String,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Report {
    /// The same with everything in it cut to its bounds.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.scores.truncate(MAX_SCORES);
        for score in &mut self.scores {
            cut(&mut score.name, MAX_NAME);
            cut(&mut score.summary, MAX_NAME);
            score.value = score.value.filter(|value| value.is_finite());
        }
        self.worst.truncate(MAX_WORST);
        self.worst.iter_mut().for_each(Example::bound);
        self.notes.truncate(MAX_NOTES);
        self.notes.iter_mut().for_each(|note| cut(note, MAX_TEXT));
        cut(&mut self.experiment.name, MAX_NAME);
        // An address that is cut leads nowhere.
        self.experiment.url = self.experiment.url.filter(|url| url.len() <= MAX_NAME);
        self
    }
}

impl Example {
    fn bound(&mut self) {
        cut(&mut self.id, MAX_NAME);
        cut(&mut self.input, MAX_TEXT);
        for text in [&mut self.output, &mut self.expected, &mut self.error].into_iter().flatten() {
            cut(text, MAX_TEXT);
        }
        self.scores.truncate(MAX_SCORES);
        for score in &mut self.scores {
            cut(&mut score.name, MAX_NAME);
            score.value = score.value.filter(|value| value.is_finite());
            score.comment.iter_mut().for_each(|comment| cut(comment, MAX_TEXT));
        }
    }
}

/// Keeps the first `most` characters.
fn cut(text: &mut String, most: usize) {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_bounded() {
        let long = "漢".repeat(10_000);
        let score = ExampleScore { name: long.clone(), value: Some(f64::NAN), comment: Some(long.clone()) };
        let example = Example {
            id: long.clone(),
            input: long.clone(),
            output: Some(long.clone()),
            expected: Some(long.clone()),
            error: Some(long.clone()),
            scores: vec![score; 1_000],
        };
        let total = Score { name: long.clone(), value: Some(f64::INFINITY), ..Score::default() };
        let report = Report {
            scores: vec![total; 1_000],
            worst: vec![example; 100],
            experiment: Experiment { name: long.clone(), url: Some(long.clone()) },
            notes: vec![long; 1_000],
            ..Report::default()
        };
        let bounded = report.bounded();
        assert_eq!(bounded.worst.len(), MAX_WORST);
        assert_eq!(bounded.worst[0].input.chars().count(), MAX_TEXT);
        assert_eq!(bounded.worst[0].scores[0].value, None);
        assert_eq!(bounded.scores[0].value, None);
        assert_eq!(bounded.experiment.url, None);
        let again = serde_json::to_string(&bounded).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&again).unwrap(), bounded);
    }

    #[test]
    fn what_a_later_bridge_adds_is_no_harm() {
        let report: Report = serde_json::from_str(r#"{"examples": 3, "new": [1]}"#).unwrap();
        assert_eq!(report, Report { examples: 3, ..Report::default() });
    }
}
