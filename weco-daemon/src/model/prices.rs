//! What models' tokens cost: the user's own table before the one that comes with the program.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use weco_core::price::Price;

use super::catalogue::{BUILTIN, Provider};

/// Prices by `provider/model`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Prices(BTreeMap<String, Price>);

/// One price as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    input: f64,
    output: f64,
}

/// The table that comes with the program.
static KNOWN: LazyLock<Prices> = LazyLock::new(|| {
    let table = toml::from_str(include_str!("prices.toml"));
    // A test reads it; if it could not be read all the same, no price would be known.
    table.unwrap_or_default()
});

impl Prices {
    /// The price of a model by its full name: this table's, else the one that is known to everybody.
    pub(super) fn find(&self, name: &str) -> Option<Price> {
        if name == BUILTIN { Some(Price::FREE) } else { self.get(name).or_else(|| KNOWN.get(name)) }
    }

    /// A snapshot costs what the model does that it is of, unless it has a price of its own.
    fn get(&self, name: &str) -> Option<Price> {
        self.0.get(name).or_else(|| self.0.get(without_date(name)?)).copied()
    }
}

/// The name of the model that a snapshot is of: `gpt-5.2-2025-12-11`, `claude-opus-4-5-20251101`.
fn without_date(name: &str) -> Option<&str> {
    let is_number =
        |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
    let (rest, last) = name.rsplit_once('-')?;
    if is_number(last, 8) {
        return Some(rest);
    }
    let (rest, month) = rest.rsplit_once('-')?;
    let (rest, year) = rest.rsplit_once('-')?;
    (is_number(last, 2) && is_number(month, 2) && is_number(year, 4)).then_some(rest)
}

impl<'de> Deserialize<'de> for Prices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = BTreeMap::<String, Written>::deserialize(deserializer)?;
        let mut prices = BTreeMap::new();
        for (name, Written { input, output }) in written {
            if [input, output].iter().any(|price| !price.is_finite() || *price < 0.0) {
                let message = format!("the price of {name} must be dollars per million tokens, from 0");
                return Err(D::Error::custom(message));
            }
            let full = full_name(&name).ok_or_else(|| {
                D::Error::custom(format!("'{name}' is no model: write [prices.\"provider/model\"]"))
            })?;
            prices.insert(full, Price { input, output });
        }
        Ok(Self(prices))
    }
}

/// The name as runs have it: `local/m` is a model of the provider `openai-compatible`.
fn full_name(name: &str) -> Option<String> {
    let (provider, model) = name.split_once('/')?;
    let provider = Provider::from_id(provider)?;
    (!model.is_empty()).then(|| format!("{}/{model}", provider.id()))
}

#[cfg(test)]
mod tests {
    use weco_proto::providers;

    use super::*;

    #[test]
    fn the_table_is_well_formed_and_has_every_default_model() {
        let table: Prices = toml::from_str(include_str!("prices.toml")).unwrap();
        assert_eq!(table, *KNOWN);
        for (name, price) in &table.0 {
            assert!(price.input > 0.0 && price.output > price.input && price.output < 1_000.0, "{name}");
        }
        for provider in Provider::ALL {
            if let Some(model) = provider.default_model() {
                let name = format!("{}/{model}", provider.id());
                assert!(table.find(&name).is_some(), "{name}");
            }
        }
        let known = providers::models("anthropic")
            .iter()
            .all(|model| table.find(&format!("anthropic/{model}")).is_some());
        assert!(known);
    }

    #[test]
    fn the_users_price_wins_and_a_snapshot_costs_what_its_model_does() {
        let table: Prices = toml::from_str(
            "['openai/gpt-5.2']\ninput = 1\noutput = 2\n['local/qwen3:8b']\ninput = 0\noutput = 0\n",
        )
        .unwrap();
        let own = Price { input: 1.0, output: 2.0 };
        for (name, expected) in [
            ("openai/gpt-5.2", Some(own)),
            ("openai/gpt-5.2-2025-12-11", Some(own)),
            ("anthropic/claude-opus-4-5-20251101", Some(Price { input: 5.0, output: 25.0 })),
            ("openai-compatible/qwen3:8b", Some(Price::FREE)),
            ("builtin", Some(Price::FREE)),
            ("openai/gpt-5.2-mini", None),
            ("openai-compatible/gpt-5.2", None),
        ] {
            assert_eq!(table.find(name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for (text, says) in [
            ("['gpt-5.2']\ninput = 1\noutput = 2", "is no model"),
            ("['mistral/m']\ninput = 1\noutput = 2", "is no model"),
            ("['openai/']\ninput = 1\noutput = 2", "is no model"),
            ("['openai/m']\ninput = -1\noutput = 2", "from 0"),
            ("['openai/m']\ninput = nan\noutput = 2", "from 0"),
            ("['openai/m']\ninput = 1", "missing field `output`"),
            ("['openai/m']\ninput = 1\noutput = 2\ncached = 3", "unknown field `cached`"),
        ] {
            let error = toml::from_str::<Prices>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
