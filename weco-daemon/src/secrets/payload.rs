//! What is in the vault: the secrets of several runs in few bytes. Runs mostly come from the same shell, so
//! equal sets are there once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use weco_core::run::RunId;

use super::run_secrets::RunSecrets;

/// The first byte: what the rest is like. Anything else is not guessed at.
const VERSION: u8 = 1;

/// Secrets by run.
pub(super) type ByRun = BTreeMap<RunId, Arc<RunSecrets>>;

#[derive(Serialize, Deserialize)]
struct Payload {
    sets: Vec<Set>,
    /// A run, and the position of its set in `sets`.
    runs: Vec<(RunId, u32)>,
}

#[derive(Serialize, Deserialize)]
struct Set {
    variables: Vec<(Vec<u8>, Vec<u8>)>,
    api_keys: Vec<(String, String)>,
}

/// The content of a vault makes no sense. Says nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("what is in it was not written by this version of weco-daemon")]
pub(super) struct Unreadable;

pub(super) fn encode(all: &ByRun) -> Vec<u8> {
    let mut sets: Vec<&Arc<RunSecrets>> = Vec::new();
    let mut runs = Vec::new();
    for (run, secrets) in all {
        let at = sets.iter().position(|set| Arc::ptr_eq(set, secrets) || *set == secrets);
        let at = at.unwrap_or_else(|| {
            sets.push(secrets);
            sets.len() - 1
        });
        runs.push((*run, u32::try_from(at).unwrap_or(u32::MAX)));
    }
    let payload = Payload { sets: sets.into_iter().map(|set| Set::from(set.as_ref())).collect(), runs };
    // Lists of bytes and texts of known length: nothing in it can fail to be written to memory.
    postcard::to_extend(&payload, vec![VERSION]).unwrap_or_default()
}

pub(super) fn decode(bytes: &[u8]) -> Result<ByRun, Unreadable> {
    let Some((&VERSION, rest)) = bytes.split_first() else { return Err(Unreadable) };
    let payload: Payload = postcard::from_bytes(rest).map_err(|_| Unreadable)?;
    let sets: Vec<Arc<RunSecrets>> = payload.sets.into_iter().map(|set| Arc::new(set.into())).collect();
    let find = |(run, at): (RunId, u32)| {
        let set = usize::try_from(at).ok().and_then(|at| sets.get(at)).ok_or(Unreadable)?;
        Ok((run, Arc::clone(set)))
    };
    payload.runs.into_iter().map(find).collect()
}

impl From<&RunSecrets> for Set {
    fn from(secrets: &RunSecrets) -> Self {
        let variables = secrets.variables.iter();
        Self {
            variables: variables.map(|(name, value)| (bytes(name), bytes(value))).collect(),
            api_keys: secrets.api_keys.clone().into_iter().collect(),
        }
    }
}

impl From<Set> for RunSecrets {
    fn from(set: Set) -> Self {
        let variable =
            |(name, value): (Vec<u8>, Vec<u8>)| (OsString::from_vec(name), OsString::from_vec(value));
        Self {
            variables: set.variables.into_iter().map(variable).collect(),
            api_keys: set.api_keys.into_iter().collect(),
        }
    }
}

fn bytes(text: &OsStr) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    fn secrets() -> impl Strategy<Value = RunSecrets> {
        let text = || vec(any::<u8>(), 0..20).prop_map(OsString::from_vec);
        let variables = vec((text(), text()), 0..4);
        let api_keys = btree_map("[a-z]{1,5}", "\\PC{0,10}", 0..3);
        (variables, api_keys).prop_map(|(variables, api_keys)| RunSecrets { variables, api_keys })
    }

    fn by_run() -> impl Strategy<Value = ByRun> {
        let choices = vec(secrets(), 1..3);
        (choices, vec((any::<u128>(), any::<prop::sample::Index>()), 0..6)).prop_map(|(sets, runs)| {
            let id = |id| RunId(uuid::Uuid::from_u128(id));
            runs.into_iter().map(|(run, at)| (id(run), Arc::new(at.get(&sets).clone()))).collect()
        })
    }

    proptest! {
        #[test]
        fn everything_is_read_back(all in by_run()) {
            prop_assert_eq!(decode(&encode(&all)).unwrap(), all);
        }

        #[test]
        fn anything_else_is_refused_without_harm(bytes in vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn runs_with_the_same_secrets_cost_few_bytes() {
        let one = RunSecrets::new(&vec![("MY_TOKEN".into(), "x".repeat(1000).into())], BTreeMap::new());
        let all = |count| -> ByRun {
            (0..count).map(|id| (RunId(uuid::Uuid::from_u128(id)), Arc::new(one.clone()))).collect()
        };
        let (few, many) = (encode(&all(1)).len(), encode(&all(101)).len());
        assert!(few < 1100 && many - few <= 100 * 20, "{few} {many}");
    }

    #[test]
    fn another_version_is_not_guessed_at() {
        let mut bytes = encode(&ByRun::new());
        assert!(decode(&bytes).is_ok());
        bytes[0] = 2;
        assert_eq!(decode(&bytes), Err(Unreadable));
        assert_eq!(decode(&[]), Err(Unreadable));
        let dangling = postcard::to_extend(
            &Payload { sets: Vec::new(), runs: vec![(RunId(uuid::Uuid::nil()), 0)] },
            vec![VERSION],
        );
        assert_eq!(decode(&dangling.unwrap()), Err(Unreadable));
    }
}
