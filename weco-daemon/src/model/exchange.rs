//! One try: a request and its reply, with every wait bounded.

use std::time::{Duration, SystemTime};

use reqwest::{Response, Url};
use tokio::time::timeout;

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::http::{Http, words};
use super::interface::Completion;
use super::provider::Request;
use super::refusal::Refusal;
use super::reply::Reply;
use super::retry::Hints;

/// The most bytes of a refusal that are read.
const MAX_REFUSAL: usize = 64 * 1024;

/// The bounds of a try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The longest silence of a streamed reply.
    pub(super) idle: Duration,
    /// The longest wait for a plain reply, which is silent until it is there.
    pub(super) total: Duration,
    /// The most bytes of a reply's content.
    pub(super) reply_bytes: usize,
}

/// Sends `request` and reads the reply; `progress` is told the characters so far.
///
/// # Errors
/// The fault that ended the try.
pub(super) async fn exchange(
    http: &Http,
    endpoint: &Endpoint,
    request: &Request,
    bounds: Bounds,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Completion, Fault> {
    let idle = if request.streamed { bounds.idle } else { bounds.total };
    let response = send(http, endpoint, request, idle).await?;
    if !response.status().is_success() {
        return Err(refused(response, idle).await);
    }
    read(response, Reply::new(request.read, bounds.reply_bytes), idle, progress).await
}

async fn send(
    http: &Http,
    endpoint: &Endpoint,
    request: &Request,
    idle: Duration,
) -> Result<Response, Fault> {
    let url: Url = format!("{}{}", endpoint.base, request.path)
        .parse()
        .map_err(|_| Fault::Setup("the model's name makes no address".to_owned()))?;
    let sending = http.client(&url)?.post(url).headers(endpoint.headers.clone()).json(&request.body).send();
    match timeout(idle, sending).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) if error.is_connect() => Err(Fault::Unreachable(words(error))),
        Ok(Err(error)) => Err(Fault::Broken(words(error))),
        Err(_) => Err(Fault::Silent(idle)),
    }
}

async fn read(
    mut response: Response,
    mut reply: Reply,
    idle: Duration,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Completion, Fault> {
    loop {
        let patience = reply.patience(idle);
        match timeout(patience, response.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                let before = reply.characters();
                reply.feed(&bytes)?;
                if reply.characters() > before {
                    progress(reply.characters());
                }
            }
            Ok(Ok(None)) => return reply.finish(None),
            Ok(Err(error)) => return reply.finish(Some(Fault::Broken(words(error)))),
            Err(_) => return reply.finish(Some(Fault::Silent(patience))),
        }
    }
}

/// What a response other than success says, as far as it says it.
async fn refused(mut response: Response, idle: Duration) -> Fault {
    let status = response.status().as_u16();
    let hints = Hints::read(response.headers(), SystemTime::now());
    let mut body = Vec::new();
    while body.len() < MAX_REFUSAL
        && let Ok(Ok(Some(bytes))) = timeout(idle, response.chunk()).await
    {
        body.extend_from_slice(&bytes);
    }
    body.truncate(MAX_REFUSAL);
    Fault::Refused(Refusal::of_response(status, &body), hints)
}
