//! News as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, KeepAliveStream, Sse};
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use tokio_stream::wrappers::BroadcastStream;
use utoipa::{IntoParams, ToSchema};
use weco_proto::v1;

use super::error::{ApiError, ErrorBody};
use super::extract::{Path, Query};
use super::run::RunJson;
use super::update::UpdateJson;
use super::{Api, ask};
use crate::changes::Change;

/// How often a comment is sent while nothing happens: proxies close what is silent.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Runs that one stream follows at most: their ids make a URL of some 45 KB, and no longer than 64 KB may one be.
const MOST_RUNS: usize = 1_000;

/// Where a stream begins.
#[derive(Deserialize, IntoParams)]
pub(super) struct From {
    /// The first sequence number wanted; absent: all.
    from: Option<u64>,
}

/// What is wanted besides the changes of all runs.
#[derive(Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// Runs whose events are wanted, parted by commas; after a colon the first sequence number: `ID:7,ID:1`.
    runs: Option<String>,
}

/// Some of what an evaluation prints.
#[derive(Serialize, ToSchema)]
pub(super) struct OutputPart {
    step: u32,
    text: String,
}

/// The data of an event of a page's stream.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum NewsJson {
    /// `event: run`: a run is new, or stands like this now.
    Run(Box<RunJson>),
    /// `event: update`: something happened to a run that is followed.
    Update(OfRun),
    /// `event: end`: nothing more comes of a run that was followed, until it is resumed.
    End(Followed),
    /// `event: gone`: a run was removed.
    Gone(Gone),
    /// `event: missed`: so much happened that all runs have to be asked for again.
    Missed(Missed),
}

/// An update with the run that it is of.
#[derive(Serialize, ToSchema)]
pub(super) struct OfRun {
    /// As it was asked for.
    run: String,
    #[serde(flatten)]
    update: UpdateJson,
}

/// A run that was followed.
#[derive(Serialize, ToSchema)]
pub(super) struct Followed {
    /// As it was asked for.
    run: String,
}

/// A run that is not there any more.
#[derive(Serialize, ToSchema)]
pub(super) struct Gone {
    run_id: String,
}

/// Nothing is said of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Missed {}

impl NewsJson {
    fn event(&self) -> Event {
        let name = match self {
            Self::Run(_) => "run",
            Self::Update(_) => "update",
            Self::End(_) => "end",
            Self::Gone(_) => "gone",
            Self::Missed(_) => "missed",
        };
        told(Event::default().event(name), self)
    }
}

type Events<S> = Sse<KeepAliveStream<S>>;

/// A run's events from a sequence number on, then live. Each has its sequence number as its `id`, so that a browser
/// that was cut off goes on where it was; `event: end` follows the last.
#[utoipa::path(get, path = "/api/v1/runs/{run}/events", params(From),
    responses((status = 200, body = UpdateJson, content_type = "text/event-stream"), (status = 404, body = ErrorBody)))]
pub(super) async fn of_run(
    State(api): State<Api>,
    Path(run_id): Path<String>,
    Query(From { from }): Query<From>,
    headers: HeaderMap,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    let from_seq = last.map_or(from.unwrap_or(1), |last| last.saturating_add(1));
    // What fails midway, as when the daemon stops, ends the stream without a word: browsers come again.
    let updates =
        watch(&api, run_id, from_seq).await?.take_while(|update| std::future::ready(update.is_some()));
    let events = updates.flat_map(|update| {
        let is_end = update.as_ref().is_some_and(UpdateJson::is_end);
        stream::iter([update.as_ref().map(event), is_end.then(end)].into_iter().flatten())
    });
    Ok(news(events.map(Ok)))
}

/// What happens to a run, and nothing where it fails.
async fn watch(
    api: &Api,
    run_id: String,
    from_seq: u64,
) -> Result<BoxStream<'static, Option<UpdateJson>>, ApiError> {
    let request = v1::WatchRunRequest { run_id, from_seq, include_output: false, so_far: false };
    let updates = api.service.watch_run(ask(request)).await?.into_inner();
    Ok(updates
        .filter_map(async |update| update.map_or(Some(None), |it| UpdateJson::new(it).map(Some)))
        .boxed())
}

fn event(update: &UpdateJson) -> Event {
    let event = json(update);
    if update.seq > 0 { event.id(update.seq.to_string()) } else { event }
}

/// What the evaluation of a node prints, from the beginning, until it has ended: `event: end`.
#[utoipa::path(get, path = "/api/v1/runs/{run}/nodes/{node}/output",
    responses((status = 200, body = OutputPart, content_type = "text/event-stream"), (status = 404, body = ErrorBody)))]
pub(super) async fn of_output(
    State(api): State<Api>,
    Path((run_id, node)): Path<(String, String)>,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let parts = api.service.watch_output(ask(v1::WatchOutputRequest { run_id, node })).await?.into_inner();
    let parts = parts.take_while(|part| std::future::ready(part.is_ok()));
    let texts = parts.filter_map(|part| {
        let part = part.ok().map(|part| json(&OutputPart { step: part.step, text: part.text }));
        std::future::ready(part)
    });
    Ok(news(texts.chain(stream::iter([end()])).map(Ok)))
}

/// All that a page needs to know, in one stream, of which browsers open few: runs as they change, and the events of
/// those that it follows. After it has begun, whoever asks for all runs misses no change.
#[utoipa::path(get, path = "/api/v1/events", params(Wanted),
    responses((status = 200, body = NewsJson, content_type = "text/event-stream"), (status = 400, body = ErrorBody)))]
pub(super) async fn of_all(
    State(api): State<Api>,
    Query(Wanted { runs }): Query<Wanted>,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let changes = BroadcastStream::new(api.changes.listen().await).map(|change| {
        Some(match change {
            Ok(Change::Run(run)) => NewsJson::Run(Box::new(run.as_ref().clone())),
            Ok(Change::Gone(run_id)) => NewsJson::Gone(Gone { run_id }),
            Err(_) => NewsJson::Missed(Missed {}),
        })
    });
    let mut all = vec![changes.boxed()];
    for (run, from) in wanted(runs.as_deref().unwrap_or_default())? {
        all.push(followed(&api, run, from).await?);
    }
    // Where one of them fails all end: the page comes again, and says how far it is with each.
    let news_of_all = stream::select_all(all).take_while(|news| std::future::ready(news.is_some()));
    Ok(news(news_of_all.filter_map(async |news| news).map(|news| Ok(news.event()))))
}

/// The runs that are to be followed, and from where.
fn wanted(runs: &str) -> Result<Vec<(String, u64)>, ApiError> {
    let runs: Vec<&str> = runs.split(',').filter(|run| !run.is_empty()).collect();
    if runs.len() > MOST_RUNS {
        return Err(ApiError::invalid(format!("at most {MOST_RUNS} runs are followed at once")));
    }
    let one = |run: &str| {
        let Some((run, from)) = run.split_once(':') else { return Ok((run.to_owned(), 1)) };
        let from = from.parse().map_err(|_| ApiError::invalid(format!("'{from}' is no sequence number")))?;
        Ok((run.to_owned(), from))
    };
    runs.into_iter().map(one).collect()
}

/// What happens to a run that a page follows, and nothing where it fails.
async fn followed(
    api: &Api,
    run: String,
    from: u64,
) -> Result<BoxStream<'static, Option<NewsJson>>, ApiError> {
    let updates = match watch(api, run.clone(), from).await {
        Ok(updates) => updates,
        // It was removed after the page asked for it: the others go on.
        Err(error) if error.is_not_found() => {
            let gone = NewsJson::Gone(Gone { run_id: run });
            return Ok(stream::once(async { Some(gone) }).boxed());
        }
        Err(error) => return Err(error),
    };
    // One that ends before its run has is cut off: the page is to come again.
    let mut has_ended = false;
    let tagged = updates.chain(stream::once(async { None })).flat_map(move |update| {
        let is_end = update.as_ref().is_some_and(UpdateJson::is_end);
        has_ended |= is_end;
        let is_cut_off = update.is_none() && !has_ended;
        let news = update.map(|update| Some(NewsJson::Update(OfRun { run: run.clone(), update })));
        let end = is_end.then(|| Some(NewsJson::End(Followed { run: run.clone() })));
        stream::iter([news, end, is_cut_off.then_some(None)].into_iter().flatten())
    });
    Ok(tagged.boxed())
}

fn end() -> Event {
    Event::default().event("end").data("{}")
}

fn json(value: &impl Serialize) -> Event {
    told(Event::default(), value)
}

fn told(event: Event, value: &impl Serialize) -> Event {
    // What we send has string keys only, which is all that can fail.
    event.json_data(value).unwrap_or_default()
}

fn news<S: Stream<Item = Result<Event, Infallible>> + Send + 'static>(events: S) -> Events<S> {
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
