//! `weco run`: a new run, from checking what was asked to its end.

use std::collections::HashMap;
use std::process::ExitCode;

use weco_proto::instructions::read_instructions;
use weco_proto::log_dir::check_log_dir;
use weco_proto::parallel;
use weco_proto::sources;
use weco_proto::v1::{Goal, ReasoningEffort, StartRunReply, StartRunRequest};

use super::ask::{CHECKED_DEADLINE, within};
use super::backend;
use super::dashboard::show_run;
use super::detach::Detached;
use super::environment;
use super::session::{Interruptible, Session};
use super::shell::quote;
use super::wizard;
use crate::cli::{ApiKey, EffortArg, EndArgs, GoalArg, Models, OutputArg, PageArgs, StartArgs};
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::OnInterrupt;

/// A run that is well-formed as far as the client can tell.
#[derive(Debug)]
pub(super) struct NewRun {
    request: StartRunRequest,
    end: EndArgs,
    page: PageArgs,
}

/// Checks everything that needs no daemon. Creates nothing.
pub(super) fn prepare(args: &StartArgs) -> Result<NewRun, Error> {
    let sources = sources_of(args)?.to_vec();
    let backend = backend::requested(&args.backend)?;
    let (eval_command, metric, goal) = required(args)?;
    if let Some(asked) = &backend
        && (args.end.daemon || args.end.output == OutputArg::Plain || !wizard::can_ask())
    {
        backend::complete(asked)?;
    }
    let api_keys = keys(&args.keys.api_keys)?;
    let (path, directory) = environment::working_directory()?;
    sources::validate(&path, &sources)?;
    check_log_dir(&path, &args.log_dir)?;
    parallel::check(args.parallel.parallel, &args.parallel.slots)
        .map_err(|error| Error::usage(error.to_string()).hint(error.hint()))?;
    let instructions =
        args.additional_instructions.as_deref().map(|value| read_instructions(&path, value)).transpose()?;
    let (model, models) = match &args.model {
        Some(Models(names)) if names.len() > 1 => (None, names.clone()),
        one => (one.as_ref().and_then(|one| one.0.first().cloned()), Vec::new()),
    };
    let request = StartRunRequest {
        directory,
        environment: environment::variables(),
        sources,
        eval_command: eval_command.to_owned(),
        metric: metric.to_owned(),
        goal: goal.into(),
        steps: args.steps,
        model,
        models,
        reasoning_effort: effort(args.reasoning_effort).into(),
        instructions,
        log_dir: args.log_dir.clone(),
        save_logs: args.save_logs,
        eval_timeout_seconds: args.eval_timeout,
        api_keys,
        seed: args.seed,
        auto_resume_attempts: args.outage.attempts(),
        detached: args.end.daemon,
        apply_best: args.end.apply_change,
        require_review: args.require_review,
        target: args.limits.target,
        patience: args.limits.patience,
        max_seconds: args.limits.max_time,
        max_tokens: args.limits.max_tokens,
        parallel: Some(args.parallel.parallel),
        isolate: args.parallel.isolate,
        slots: args.parallel.slots.clone(),
        max_cost: args.limits.max_cost,
        search: args.search.map(|search| search.name().to_owned()),
        eval_repeats: args.measurement.eval_repeats,
        verify_command: args.measurement.verify_command.clone(),
        protect: args.measurement.protect.clone(),
        eval_backend: backend,
    };
    Ok(NewRun { request, end: args.end, page: args.page })
}

/// Creates the run and follows it to its end, unless it is to go alone.
pub(super) async fn follow(new: NewRun) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let mut client = daemon.connect_or_start().await?;
    let mut request = new.request;
    if request.eval_backend.as_ref().is_some_and(|asked| backend::complete(asked).is_err()) {
        let secrets: Vec<String> = request.api_keys.values().cloned().collect();
        wizard::complete(&mut client, &mut request, &secrets).await?;
    }
    let request = within(CHECKED_DEADLINE, request);
    let Interruptible { reply, interrupted } = Interruptible::finish(client.start_run(request)).await?;
    let StartRunReply { run_id, run_name, log_file, dashboard_url, checked } = reply?.into_inner();
    backend::show(checked.as_ref(), new.end.daemon)?;
    show_run(&dashboard_url, new.page, new.end)?;
    if new.end.daemon {
        return Interruptible { reply: Detached { run_id, run_name, log_file }, interrupted }.leave();
    }
    Session { daemon, run_id, from_seq: 1, end: new.end, on_interrupt: OnInterrupt::Stop, interrupted }
        .play()
        .await
}

fn sources_of(args: &StartArgs) -> Result<&[String], Error> {
    match one_or_several(&args.source, &args.sources)? {
        [] => {
            Err(Error::usage("--source or --sources is required")
                .hint("name the file to improve: -s model.py"))
        }
        sources => Ok(sources),
    }
}

/// What `--source` or `--sources` name; nothing if neither is given.
pub(super) fn one_or_several<'a>(source: &'a [String], sources: &'a [String]) -> Result<&'a [String], Error> {
    match source {
        [] => Ok(sources),
        [_] => Ok(source),
        several => {
            let names: Vec<String> = several.iter().map(|source| quote(source)).collect();
            Err(Error::usage("--source names one file, but is given more than once")
                .hint(format!("--sources {}", names.join(" "))))
        }
    }
}

/// Not required by the parser, because verbs beside these flags need none of them.
fn required(args: &StartArgs) -> Result<(&str, &str, Goal), Error> {
    let backend = args.backend.backend;
    if let (Some(backend), Some(_)) = (backend, &args.eval_command) {
        return Err(Error::usage(format!("--eval-command cannot be used with --eval-backend {backend}"))
            .hint(format!("leave one of them out: {backend} evaluates in the command's place")));
    }
    let command = args.eval_command.as_deref().or(backend.map(|_| ""));
    match (command, &args.metric, args.goal) {
        (Some(command), Some(metric), Some(goal)) => Ok((command, metric, goal.into())),
        (command, metric, goal) => Err(missing(&[
            (command.is_none(), "--eval-command", "-c 'python eval.py'"),
            (metric.is_none(), "--metric", "-m speedup"),
            (goal.is_none(), "--goal", "-g maximize"),
        ])),
    }
}

fn missing(flags: &[(bool, &str, &str)]) -> Error {
    let absent: Vec<_> = flags.iter().filter(|(absent, ..)| *absent).collect();
    let names: Vec<_> = absent.iter().map(|(_, name, _)| *name).collect();
    let examples: Vec<_> = absent.iter().map(|(_, _, example)| *example).collect();
    let message = match names.as_slice() {
        [one] => format!("{one} is required"),
        [most @ .., last] => format!("{} and {last} are required", most.join(", ")),
        [] => "something is missing".to_owned(),
    };
    Error::usage(message).hint(format!("add {}", examples.join(" ")))
}

/// The keys by provider.
pub(super) fn keys(keys: &[ApiKey]) -> Result<HashMap<String, String>, Error> {
    let mut map = HashMap::new();
    for ApiKey { provider, key } in keys {
        if map.insert((*provider).to_owned(), key.clone()).is_some() {
            return Err(Error::usage(format!("two keys for {provider} in --api-key")).hint("give one"));
        }
    }
    Ok(map)
}

fn effort(effort: Option<EffortArg>) -> ReasoningEffort {
    match effort {
        None => ReasoningEffort::Unspecified,
        Some(EffortArg::Minimal) => ReasoningEffort::Minimal,
        Some(EffortArg::Low) => ReasoningEffort::Low,
        Some(EffortArg::Medium) => ReasoningEffort::Medium,
        Some(EffortArg::High) => ReasoningEffort::High,
    }
}

impl From<GoalArg> for Goal {
    fn from(goal: GoalArg) -> Self {
        match goal {
            GoalArg::Maximize => Self::Maximize,
            GoalArg::Minimize => Self::Minimize,
        }
    }
}
