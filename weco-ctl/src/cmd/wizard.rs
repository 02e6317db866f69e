//! Asks for what a backend cannot evaluate without, on the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use weco_backends::Backend;
use weco_proto::connect::Client;
use weco_proto::v1::{
    BackendDataset, BackendSetting, EvalBackend, ListBackendReply, ListBackendRequest, StartRunRequest,
};

use super::ask::{CHECKED_DEADLINE, within};
use super::shell::quote;
use crate::error::Error;
use crate::ui::choose::{Dialog, Entry};

/// Whether someone can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for the settings that are missing, and says the command that has them. `secrets` are not repeated in that.
///
/// # Errors
/// If the service cannot be asked, or nothing is answered.
pub(super) async fn complete(
    client: &mut Client,
    request: &mut StartRunRequest,
    secrets: &[String],
) -> Result<(), Error> {
    let Some(asked) = &mut request.eval_backend else { return Ok(()) };
    let Some(backend) = weco_backends::find(&asked.name) else { return Ok(()) };
    eprintln!("Asking {} what there is…", backend.title);
    let list = ListBackendRequest {
        directory: request.directory.clone(),
        environment: request.environment.clone(),
        sources: request.sources.clone(),
        backend: backend.name.to_owned(),
    };
    let listed = client.list_backend(within(CHECKED_DEADLINE, list)).await?.into_inner();
    let mut dialog = Dialog::new(io::stdin().lock(), io::stderr());
    let given = choose(&mut dialog, backend, asked, &listed)?;
    let line = command(std::env::args(), backend, &given, secrets);
    dialog.say(&format!("Next time: {line}")).map_err(Error::output)?;
    asked.settings.extend(given);
    Ok(())
}

/// What was chosen of the settings that were not given.
fn choose<R: BufRead, W: Write>(
    dialog: &mut Dialog<R, W>,
    backend: &Backend,
    asked: &EvalBackend,
    listed: &ListBackendReply,
) -> Result<Vec<BackendSetting>, Error> {
    let given = |name: &str| asked.settings.iter().find(|setting| setting.name == name);
    let mut chosen = Vec::new();
    let mut set = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            chosen.push(BackendSetting { name: name.to_owned(), values });
        }
    };
    if given("dataset").is_none() {
        if listed.datasets.is_empty() {
            return Err(Error::failure(format!("there is no dataset in {}", backend.title))
                .hint("upload one, or see that the keys belong to the right project"));
        }
        let entries: Vec<Entry> = listed.datasets.iter().map(dataset).collect();
        let name = answered(dialog.one("Dataset to evaluate against:", &entries), backend)?;
        let splits = listed.datasets.iter().find(|dataset| dataset.name == name);
        let splits = splits.map(|dataset| dataset.splits.as_slice()).unwrap_or_default();
        set("dataset", vec![name]);
        if splits.len() > 1 && backend.setting("splits").is_some() && given("splits").is_none() {
            let entries: Vec<Entry> = splits
                .iter()
                .map(|split| Entry { value: split.name.clone(), about: examples(split.examples) })
                .collect();
            set("splits", answered(dialog.some("Splits of it:", &entries, "all"), backend)?);
        }
    }
    if given("target").is_none() {
        let entries = functions(&listed.targets);
        if entries.is_empty() {
            return Err(Error::failure(
                "there is no function in the Python files here that could be the target",
            )
            .hint(format!("name it: {} app:answer", backend.flag("target"))));
        }
        set("target", vec![answered(dialog.one("Function to call for each example:", &entries), backend)?]);
    }
    if given("evaluators").is_none() && !listed.evaluators.is_empty() {
        let entries = functions(&listed.evaluators);
        let title = "Functions that score what it answers:";
        set("evaluators", answered(dialog.some(title, &entries, "the one named as the metric"), backend)?);
    }
    Ok(chosen)
}

fn answered<T>(answer: io::Result<Option<T>>, backend: &Backend) -> Result<T, Error> {
    answer.map_err(Error::output)?.ok_or_else(|| {
        let flags: Vec<String> = backend.required().map(|setting| backend.flag(setting.name)).collect();
        Error::usage("nothing was chosen").hint(format!("give {}", flags.join(" and ")))
    })
}

fn dataset(dataset: &BackendDataset) -> Entry {
    Entry { value: dataset.name.clone(), about: examples(dataset.examples) }
}

fn examples(count: Option<u32>) -> String {
    match count {
        None => String::new(),
        Some(1) => "1 example".to_owned(),
        Some(count) => format!("{count} examples"),
    }
}

fn functions(names: &[String]) -> Vec<Entry> {
    names.iter().map(|name| Entry { value: name.clone(), about: String::new() }).collect()
}

/// The command line with the settings that were chosen.
fn command(
    words: impl Iterator<Item = String>,
    backend: &Backend,
    chosen: &[BackendSetting],
    secrets: &[String],
) -> String {
    let hidden = |word: String| secrets.iter().fold(word, |word, secret| word.replace(secret.as_str(), "…"));
    let words = words.skip(1).map(|word| quote(&hidden(word)));
    let flags = chosen.iter().flat_map(|setting| {
        let values = setting.values.iter().map(|value| quote(value));
        std::iter::once(backend.flag(&setting.name)).chain(values)
    });
    std::iter::once("weco".to_owned()).chain(words).chain(flags).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use weco_proto::v1::BackendSplit;

    use super::*;

    fn listed() -> ListBackendReply {
        let split = |name: &str, examples| BackendSplit { name: name.into(), examples: Some(examples) };
        let splits = vec![split("train", 36), split("test", 12)];
        ListBackendReply {
            datasets: vec![
                BackendDataset { name: "my tickets".into(), examples: Some(48), splits },
                BackendDataset { name: "qa".into(), ..BackendDataset::default() },
            ],
            targets: vec!["app:answer".into(), "app:other".into()],
            evaluators: vec!["evaluators:exact".into(), "evaluators:tone".into()],
        }
    }

    fn chosen(
        backend: &str,
        answers: &str,
        given: &[&str],
        listed: &ListBackendReply,
    ) -> Result<String, Error> {
        let backend = weco_backends::find(backend).unwrap();
        let setting = |name: &&str| BackendSetting { name: (*name).to_owned(), values: vec!["x:y".into()] };
        let asked = EvalBackend { name: backend.name.into(), settings: given.iter().map(setting).collect() };
        let mut dialog = Dialog::new(answers.as_bytes(), io::sink());
        let chosen = choose(&mut dialog, backend, &asked, listed)?;
        let words = ["/bin/weco", "run", "-s", "a b.py", "--api-key", "openai=sk-1"].map(str::to_owned);
        Ok(command(words.into_iter(), backend, &chosen, &["sk-1".to_owned()]))
    }

    const BEGIN: &str = "weco run -s 'a b.py' --api-key 'openai=…'";

    #[test]
    fn what_is_chosen_becomes_the_command_for_next_time() {
        let line = chosen("langsmith", "1\n1\napp:other\n1 2\n", &[], &listed()).unwrap();
        let flags = "--langsmith-dataset 'my tickets' --langsmith-splits train --langsmith-target app:other \
                     --langsmith-evaluators evaluators:exact evaluators:tone";
        assert_eq!(line, format!("{BEGIN} {flags}"));
        let line = chosen("langsmith", "2\n1\n\n", &[], &listed()).unwrap();
        assert_eq!(line, format!("{BEGIN} --langsmith-dataset qa --langsmith-target app:answer"));
    }

    #[test]
    fn only_what_is_missing_is_asked() {
        let given = ["dataset", "evaluators"];
        let line = chosen("langfuse", "2\n", &given, &listed()).unwrap();
        assert_eq!(line, format!("{BEGIN} --langfuse-target app:other"));
        let line = chosen("langfuse", "1\n1\n\n", &[], &listed()).unwrap();
        assert!(!line.contains("splits"), "Langfuse has none: {line}");
    }

    #[test]
    fn what_cannot_be_chosen_is_an_error_with_the_flags() {
        let refused = chosen("langfuse", "1\n", &[], &listed()).unwrap_err();
        assert_eq!(refused.message(), "nothing was chosen");
        assert!(refused.in_one_line().ends_with("give --langfuse-dataset and --langfuse-target"));
        let nothing = ListBackendReply::default();
        let refused = chosen("langfuse", "1\n", &[], &nothing).unwrap_err();
        assert_eq!(refused.message(), "there is no dataset in Langfuse");
        let refused = chosen("langfuse", "1\n", &["dataset"], &nothing).unwrap_err();
        assert!(refused.message().starts_with("there is no function"));
    }
}
