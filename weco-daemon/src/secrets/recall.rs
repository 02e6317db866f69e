use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::sync::Arc;

use weco_core::run::RunSpec;

use super::run_secrets::RunSecrets;
use crate::environment::Environment;
use crate::model::{Access, ModelError, Provider};

/// A run's environment and keys as they were before the daemon's restart.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Recalled {
    /// The environment of its evaluations, complete.
    pub environment: Environment,
    /// Keys given by `--api-key`.
    pub api_keys: BTreeMap<String, String>,
}

/// Why a run's environment cannot be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lacking {
    /// These variables, and the providers whose kept keys would stand in for some of them.
    Variables(Vec<String>, Vec<Provider>),
    /// A key is kept, but what keeps it cannot be used.
    Store(ModelError),
}

/// Completes `recorded`, the environment without its secrets: with those that were `held`, else with the
/// daemon's own (`own`), else, for a provider's variables, with the key that is kept for it.
///
/// # Errors
/// See [`Lacking`].
pub fn recall(
    spec: &RunSpec,
    recorded: Environment,
    held: Option<Arc<RunSecrets>>,
    own: impl Fn(&OsStr) -> Option<OsString>,
    access: &Access,
) -> Result<Recalled, Lacking> {
    let mut environment = recorded;
    if let Some(held) = held {
        environment.extend(held.variables.iter().cloned());
        return Ok(Recalled { environment, api_keys: held.api_keys.clone() });
    }
    let (mut missing, mut helpers) = (Vec::new(), Vec::new());
    for name in &spec.secret_variables {
        let value = match own(OsStr::new(name)) {
            Some(value) => Some(value),
            None => kept(access, name)?,
        };
        match value {
            Some(value) => environment.push((name.into(), value)),
            None => {
                missing.push(name.clone());
                helpers.extend(access.owner(name));
            }
        }
    }
    if !missing.is_empty() {
        helpers.dedup();
        return Err(Lacking::Variables(missing, helpers));
    }
    Ok(Recalled { environment, api_keys: BTreeMap::new() })
}

/// The key that is kept for the provider whose variable this is.
fn kept(access: &Access, name: &str) -> Result<Option<OsString>, Lacking> {
    let Some(provider) = access.owner(name) else { return Ok(None) };
    let key = access.kept_key(provider).map_err(Lacking::Store)?;
    Ok(key.map(|key| key.expose().into()))
}

impl fmt::Debug for Recalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recalled").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use weco_core::fixture;
    use weco_core::run::RunId;
    use weco_proto::keys_file::KeysFile;

    use super::*;
    use crate::model::KeyStores;

    fn spec(secret_variables: &[&str]) -> RunSpec {
        RunSpec {
            model: "openai/gpt-5.2".to_owned(),
            environment: crate::blobs::Blob::new(Vec::new()).id(),
            secret_variables: secret_variables.iter().map(|name| (*name).to_owned()).collect(),
            ..fixture::spec(RunId(uuid::Uuid::nil()))
        }
    }

    /// Recalls with `own` as the daemon's environment and a keys file with `kept` for OpenAI and Anthropic.
    fn recalled(
        names: &[&str],
        held: Option<RunSecrets>,
        own: &[(&str, &str)],
        kept: Option<&str>,
    ) -> Result<Recalled, Lacking> {
        let home = tempfile::tempdir().unwrap();
        let file = KeysFile::in_dir(home.path());
        for provider in ["openai", "anthropic"] {
            kept.map(|key| file.set(provider, key).unwrap());
        }
        let stores = KeyStores::new(None, file);
        let access = Access::new(crate::model::Config::default(), |_| None).with_stores(stores);
        let own = |name: &OsStr| own.iter().find(|(key, _)| name == *key).map(|(_, value)| value.into());
        recall(&spec(names), vec![("PATH".into(), "/bin".into())], held.map(Arc::new), own, &access)
    }

    fn variable(name: &str, value: &str) -> (OsString, OsString) {
        (name.into(), value.into())
    }

    #[test]
    fn what_was_held_is_all_and_nothing_is_added_to_it() {
        let held = RunSecrets {
            variables: vec![variable("MY_TOKEN", "t")],
            api_keys: BTreeMap::from([("openai".to_owned(), "k".to_owned())]),
        };
        let own = [("MY_TOKEN", "other"), ("OPENAI_API_KEY", "other")];
        let found =
            recalled(&["MY_TOKEN", "OPENAI_API_KEY"], Some(held.clone()), &own, Some("kept")).unwrap();
        assert_eq!(found.environment, [variable("PATH", "/bin"), variable("MY_TOKEN", "t")]);
        assert_eq!(found.api_keys, held.api_keys);
    }

    #[test]
    fn else_the_daemons_own_and_then_what_is_kept() {
        let names = ["MY_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"];
        let own = [("MY_TOKEN", "t"), ("OPENAI_API_KEY", "own")];
        let found = recalled(&names, None, &own, Some("kept")).unwrap();
        let expected = [
            variable("PATH", "/bin"),
            variable("MY_TOKEN", "t"),
            variable("OPENAI_API_KEY", "own"),
            variable("ANTHROPIC_API_KEY", "kept"),
        ];
        assert_eq!(found.environment, expected);
        assert!(!format!("{found:?}").contains("kept"));
    }

    #[test]
    fn what_is_nowhere_is_named() {
        let names = ["MY_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_AUTH_TOKEN"];
        let lacking = recalled(&names, None, &[], None).unwrap_err();
        let all = names.map(str::to_owned).to_vec();
        assert_eq!(lacking, Lacking::Variables(all, vec![Provider::OpenAi]));
        let lacking = recalled(&names, None, &[], Some("kept")).unwrap_err();
        let rest = vec!["MY_TOKEN".to_owned(), "ANTHROPIC_AUTH_TOKEN".to_owned()];
        assert_eq!(lacking, Lacking::Variables(rest, Vec::new()), "a key is no token");
        let lacking = recalled(&["OPENAI_API_KEY"], None, &[], Some("no key")).unwrap_err();
        assert!(
            matches!(&lacking, Lacking::Store(error) if error.message.contains("keys.toml")),
            "{lacking:?}"
        );
    }
}
