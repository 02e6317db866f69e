//! Asking a model of the loopback server.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use weco_core::prompt::Prompt;
use weco_daemon::model::{Access, CallNews, Completion, Config, Model, ModelError, ResolvedModel, Seconds};
use weco_tests::model_server::{Api, ModelServer, Reply};

/// A deadline for what must happen, generous for a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A call and what came of it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) result: Result<Completion, ModelError>,
    pub(crate) news: Vec<CallNews>,
}

impl Call {
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        &self.result.as_ref().unwrap().text
    }

    #[track_caller]
    pub(crate) fn error(&self) -> &ModelError {
        self.result.as_ref().unwrap_err()
    }

    /// The waits before further tries.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        let wait = |news: &CallNews| match news {
            CallNews::Retrying { wait, .. } => Some(*wait),
            CallNews::Progress(_) => None,
        };
        self.news.iter().filter_map(wait).collect()
    }

    /// The characters of the last progress.
    pub(crate) fn characters(&self) -> u64 {
        let characters = |news: &CallNews| match news {
            CallNews::Progress(progress) => Some(progress.characters),
            CallNews::Retrying { .. } => None,
        };
        self.news.iter().rev().find_map(characters).unwrap_or_default()
    }
}

/// Settings with which tries follow each other at once and nothing times out.
pub(crate) fn config() -> Config {
    let mut config = Config::default();
    config.model.retry_base_ms = 1;
    config.model.idle_timeout_seconds = Seconds(SOON);
    config.model.total_timeout_seconds = Seconds(3 * SOON);
    config
}

pub(crate) fn prompt() -> Prompt {
    Prompt { system: "You improve code.".to_owned(), user: "Make `f` faster.\n```\nf\n```".to_owned() }
}

/// The model that `name` leads to, at `server`.
#[track_caller]
pub(crate) fn model(server: &ModelServer, name: &str, config: Config) -> std::sync::Arc<dyn Model> {
    let environment = server.environment();
    let access = Access::new(config, |_| None);
    let resolved = access.resolve(Some(name), &BTreeMap::new(), &|name| environment.get(name).cloned());
    match resolved.unwrap().model {
        ResolvedModel::Remote(model) => model,
        ResolvedModel::Builtin => panic!("{name} is built in"),
    }
}

/// Asks `model` once.
pub(crate) fn call(model: &dyn Model) -> Call {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let news = Mutex::new(Vec::new());
    let result = runtime.block_on(model.complete(&prompt(), &|item| news.lock().unwrap().push(item)));
    Call { result, news: news.into_inner().unwrap() }
}

/// Asks the API's model at `server` once.
#[track_caller]
pub(crate) fn ask(server: &ModelServer, api: Api, config: Config) -> Call {
    call(&*model(server, api.model(), config))
}

/// Does `case` for every API, with a server that streams and with one that does not. `turn` gives a reply
/// the form that the case is about.
pub(crate) fn everywhere(case: impl Fn(Api, &dyn Fn(Reply) -> Reply, &str)) {
    for api in Api::ALL {
        case(api, &|reply| reply, &format!("{api:?}, streamed"));
        case(api, &Reply::plain, &format!("{api:?}, plain"));
    }
}
