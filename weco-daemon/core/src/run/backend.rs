//! What evaluates a run's versions in a shell command's place.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An evaluation backend with what was set of it. Its keys are in the environment and never here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EvalBackend {
    /// Such as `langsmith`.
    pub name: String,
    /// Values by the settings' names.
    pub settings: BTreeMap<String, BackendSetting>,
}

/// The value of a backend's setting.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BackendSetting {
    /// A count, or seconds.
    Number(u32),
    /// One text.
    Text(String),
    /// Several.
    Texts(Vec<String>),
}

impl BackendSetting {
    /// Its values as texts.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::Number(number) => vec![number.to_string()],
            Self::Text(text) => vec![text.clone()],
            Self::Texts(texts) => texts.clone(),
        }
    }
}

impl EvalBackend {
    /// On one line, for where other runs show their command: `langsmith: dataset qa, target app:answer`.
    pub fn in_words(&self) -> String {
        let first = ["dataset", "target"].into_iter().filter_map(|name| self.settings.get_key_value(name));
        let others = self.settings.iter().filter(|(name, _)| !matches!(name.as_str(), "dataset" | "target"));
        let words: Vec<String> = first
            .map(|(name, value)| (name.as_str(), value))
            .chain(others.map(|(name, value)| (name.as_str(), value)))
            .map(|(name, value)| format!("{} {}", name.replace('-', " "), value.texts().join(" ")))
            .collect();
        format!("{}: {}", self.name, words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_on_one_line_and_read_back() {
        let settings = [
            ("target", BackendSetting::Text("app:answer".into())),
            ("evaluators", BackendSetting::Texts(vec!["exact".into(), "tone".into()])),
            ("max-examples", BackendSetting::Number(20)),
            ("dataset", BackendSetting::Text("qa".into())),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value)).into();
        let backend = EvalBackend { name: "langsmith".into(), settings };
        let words = "langsmith: dataset qa, target app:answer, evaluators exact tone, max examples 20";
        assert_eq!(backend.in_words(), words);
        let written = serde_json::to_string(&backend).unwrap();
        assert!(written.contains(r#""max-examples":20"#), "{written}");
        assert_eq!(serde_json::from_str::<EvalBackend>(&written).unwrap(), backend);
    }
}
