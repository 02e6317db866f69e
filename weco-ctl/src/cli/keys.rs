//! `weco keys`.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Args, Subcommand};
use weco_proto::providers::{self, IDS};

use super::shared::FormatArg;

pub(super) const LONG_ABOUT: &str = "\
Keep keys of model providers for runs without anybody there.

They are in keys.toml in the configuration directory, which only you can read, and are used where neither \
--api-key nor the environment has one. No command shows them again.";

const SET_EXAMPLES: &str = "\
Examples:
  weco keys set openai
  printf %s \"$KEY\" | weco keys set openai";

/// What to do with kept keys.
#[derive(Args, Debug)]
#[command(subcommand_value_name = "COMMAND")]
pub struct KeysArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: KeysVerb,
}

/// What can be done with kept keys.
#[derive(Subcommand, Debug)]
pub enum KeysVerb {
    /// Keep a provider's key, read from a prompt or from standard input
    #[command(after_help = SET_EXAMPLES)]
    Set(SetArgs),
    /// Say for each provider where its key would come from
    List(KeysListArgs),
    /// Forget a provider's key
    Remove {
        /// openai, anthropic, gemini or openai-compatible
        #[arg(value_name = "PROVIDER", value_parser = ProviderParser)]
        provider: &'static str,
    },
}

/// Whose key.
#[derive(Args, Debug)]
pub struct SetArgs {
    /// openai, anthropic, gemini or openai-compatible
    #[arg(value_name = "PROVIDER", value_parser = ProviderParser)]
    pub provider: &'static str,

    /// Takes what would be a key, so that the refusal does not repeat it.
    #[arg(hide = true, value_parser = NoKeyParser)]
    pub refused: Vec<String>,
}

/// How to list.
#[derive(Args, Clone, Copy, Debug)]
pub struct KeysListArgs {
    /// A table for people, or one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: FormatArg,
}

fn invalid(message: &str) -> clap::Error {
    clap::Error::raw(ErrorKind::ValueValidation, format!("{message}\n"))
}

/// Parses a provider's id. The error repeats nothing of the value: it may be a key.
#[derive(Clone, Copy, Debug)]
struct ProviderParser;

impl TypedValueParser for ProviderParser {
    type Value = &'static str;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<&'static str, clap::Error> {
        let word = value.to_string_lossy();
        if let Some(id) = providers::known(&word) {
            return Ok(id);
        }
        if word.contains('=') {
            return Err(on_the_command_line());
        }
        let hint = providers::near(&word).map_or_else(|| format!("one of {}", IDS.join(", ")), str::to_owned);
        Err(invalid(&format!("this provider is unknown\n  try: {hint}")))
    }
}

/// Refuses every value without repeating it.
#[derive(Clone, Copy, Debug)]
struct NoKeyParser;

impl TypedValueParser for NoKeyParser {
    type Value = String;

    fn parse_ref(&self, _: &clap::Command, _: Option<&clap::Arg>, _: &OsStr) -> Result<String, clap::Error> {
        Err(on_the_command_line())
    }
}

fn on_the_command_line() -> clap::Error {
    invalid(
        "a key is not taken from the command line, where others can see it\n  \
         try: printf %s \"$KEY\" | weco keys set openai",
    )
}
