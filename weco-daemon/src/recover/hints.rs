//! What an interrupted run lacks, and what lets it go on, in words.

use weco_core::run::{RunId, RunSpec};

use crate::error::{Failure, FailureKind};
use crate::model::{Access, Provider};
use crate::run::short;
use crate::secrets::Lacking;

/// Why a run's environment cannot be had, and how to give it again.
pub(super) fn lacking(lacking: Lacking, run: RunId) -> Failure {
    match lacking {
        Lacking::Variables(missing, providers) => {
            let missing = missing.join(", ");
            let message = format!("secrets are not kept on disk: {missing} must be given again");
            let keys: Vec<_> = providers.iter().map(|provider| set(*provider)).collect();
            let keys =
                if keys.is_empty() { String::new() } else { format!(", or after {}", keys.join(", ")) };
            Failure::new(FailureKind::State, message)
                .hint(format!("{} from a shell that has {missing}{keys}", resume(run)))
        }
        Lacking::Store(error) => {
            let hint = format!("{}, then {}", error.hint, resume(run));
            Failure::new(FailureKind::Key, error.message).hint(hint)
        }
    }
}

/// The same `failure` of a run that could not be put together again, with what lets it go on.
pub(super) fn after_failure(failure: Failure, spec: &RunSpec, access: &Access) -> Failure {
    let resume = resume(spec.id);
    let provider = |model: &String| model.split_once('/').and_then(|(id, _)| Provider::from_id(id));
    let providers = || spec.models().iter().filter_map(provider);
    let lacks_key = |provider: &Provider| !matches!(access.kept_key(*provider), Ok(Some(_)));
    let provider = providers().find(lacks_key).or_else(|| providers().next());
    let hint = match (failure.kind, provider) {
        (FailureKind::Key, Some(provider)) => match access.kept_key(provider) {
            Ok(_) => {
                format!("{}, then {resume}, or {resume} --api-key {}=<key>", set(provider), provider.id())
            }
            Err(unusable) => format!("{}, then {resume}", unusable.hint),
        },
        _ => resume,
    };
    failure.hint(hint)
}

fn resume(run: RunId) -> String {
    format!("weco resume {}", short(run))
}

fn set(provider: Provider) -> String {
    format!("weco keys set {}", provider.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_ways_to_give_it() {
        let run = RunId(uuid::Uuid::from_u128(1));
        let names = vec!["OPENAI_API_KEY".to_owned(), "MY_TOKEN".to_owned()];
        let failure = lacking(Lacking::Variables(names, vec![Provider::OpenAi]), run);
        assert!(failure.message.contains("OPENAI_API_KEY, MY_TOKEN must be given again"), "{failure:?}");
        assert_eq!(
            failure.hint,
            "weco resume 00000000 from a shell that has OPENAI_API_KEY, MY_TOKEN, or after weco keys set openai"
        );
        let failure = lacking(Lacking::Variables(vec!["MY_TOKEN".to_owned()], Vec::new()), run);
        assert_eq!(failure.hint, "weco resume 00000000 from a shell that has MY_TOKEN");
    }
}
