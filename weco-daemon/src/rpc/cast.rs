//! Who is asked in a run: one model, or several.

use std::collections::{BTreeMap, BTreeSet};

use weco_core::effort::Effort;
use weco_core::price::Price;
use weco_proto::bounds::MAX_MODELS;
use weco_proto::v1;

use crate::environment::{self, Environment};
use crate::error::Failure;
use crate::model::{Access, Resolved, ResolvedModel};

/// The models of a run, ready to be asked.
pub(super) struct Cast {
    /// The first of them; the only one of most runs.
    pub(super) first: Resolved,
    others: Vec<Resolved>,
}

/// Where the models' keys may come from.
pub(super) struct Keys<'a> {
    pub(super) given: &'a BTreeMap<String, String>,
    pub(super) environment: &'a Environment,
}

impl Cast {
    /// The models that a request names.
    ///
    /// # Errors
    /// If there cannot be such a run; with several models the message begins with the one that is meant.
    pub(super) fn requested(
        access: &Access,
        (model, models): (Option<&str>, &[String]),
        effort: Option<Effort>,
        keys: &Keys<'_>,
    ) -> Result<Self, Failure> {
        match models {
            [] => Self::one(access, model, effort, keys),
            several => Self::several(access, several, effort, keys),
        }
    }

    /// The models that a run was created with.
    ///
    /// # Errors
    /// As [`Self::requested`].
    pub(super) fn again(
        access: &Access,
        models: &[String],
        effort: Option<Effort>,
        keys: &Keys<'_>,
    ) -> Result<Self, Failure> {
        match models {
            [one] => Self::one(access, Some(one), effort, keys),
            several => Self::several(access, several, effort, keys),
        }
    }

    fn one(
        access: &Access,
        model: Option<&str>,
        effort: Option<Effort>,
        keys: &Keys<'_>,
    ) -> Result<Self, Failure> {
        let lookup = |name: &str| environment::lookup(keys.environment, name);
        let first = access.resolve_thinking(model, effort, keys.given, &lookup)?;
        Ok(Self { first, others: Vec::new() })
    }

    fn several(
        access: &Access,
        models: &[String],
        effort: Option<Effort>,
        keys: &Keys<'_>,
    ) -> Result<Self, Failure> {
        if !(2..=MAX_MODELS).contains(&models.len()) {
            let message = format!("a run has one model, or 2 to {MAX_MODELS}; there are {}", models.len());
            return Err(Failure::invalid(message).hint("name them with -M, parted by commas"));
        }
        let mut seen = BTreeSet::new();
        let mut resolved = Vec::new();
        for model in models {
            let one = Self::one(access, Some(model), effort, keys);
            let named =
                |failure: Failure| Failure { message: format!("{model}: {}", failure.message), ..failure };
            let one = one.map_err(named)?.first;
            if matches!(one.model, ResolvedModel::Builtin) {
                let message = format!("{model} needs no model and cannot be one of several");
                return Err(Failure::invalid(message).hint(format!("-M {model} alone, or without it")));
            }
            if !seen.insert(one.name.clone()) {
                let message = format!("{model}: {} is named twice", one.name);
                return Err(Failure::invalid(message).hint("name each model once"));
            }
            resolved.push(one);
        }
        let first = resolved.remove(0);
        Ok(Self { first, others: resolved })
    }

    fn all(&self) -> impl Iterator<Item = &Resolved> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The models by name, if they are several: as [`RunSpec::models`](weco_core::run::RunSpec::models) has them.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.all().map(|resolved| resolved.name.clone());
        if self.others.is_empty() { Vec::new() } else { names.collect() }
    }

    /// The one model, or all of them, as they are shown and could be given to `-M`.
    pub(super) fn name(&self) -> String {
        self.all().map(|resolved| resolved.name.as_str()).collect::<Vec<_>>().join(",")
    }

    /// What their tokens cost, as far as that is known.
    pub(super) fn prices(&self, access: &Access) -> BTreeMap<String, Price> {
        self.all().filter_map(|model| Some((model.name.clone(), access.price(&model.name)?))).collect()
    }

    /// Whether what they cost can be kept to a limit.
    ///
    /// # Errors
    /// If the price of one is not known; the hint says what to write where.
    pub(super) fn check_priced(&self, access: &Access) -> Result<(), Failure> {
        let unknown = self.all().find(|model| access.price(&model.name).is_none());
        let Some(Resolved { name, .. }) = unknown else { return Ok(()) };
        let message = format!("the price of {name} is not known, so its cost cannot be limited");
        Err(Failure::invalid(message).hint(format!(
            "say it in config.toml, in dollars per million tokens, then weco daemon restart: \
             [prices.\"{name}\"] with the lines input = <of prompts> and output = <of replies>"
        )))
    }

    /// The models themselves.
    pub(super) fn into_models(self) -> Vec<ResolvedModel> {
        std::iter::once(self.first).chain(self.others).map(|resolved| resolved.model).collect()
    }
}

/// As the run's record has it; none: as the models do by themselves.
pub(super) fn effort(effort: v1::ReasoningEffort) -> Option<Effort> {
    match effort {
        v1::ReasoningEffort::Unspecified => None,
        v1::ReasoningEffort::Minimal => Some(Effort::Minimal),
        v1::ReasoningEffort::Low => Some(Effort::Low),
        v1::ReasoningEffort::Medium => Some(Effort::Medium),
        v1::ReasoningEffort::High => Some(Effort::High),
    }
}
