//! The server's life: a thread with a runtime of its own, so that plain tests can use it.

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Method, Response, StatusCode};
use axum::serve::ListenerExt;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::api::{Api, KEY};
use super::check;
use super::reply::Reply;
use super::request::Request;
use super::respond::respond;

/// The largest request taken.
const MAX_REQUEST: usize = 64 << 20;

/// A model server on a free port of 127.0.0.1, until it is dropped.
pub struct ModelServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    script: Box<dyn Fn(&Request) -> Reply + Send + Sync>,
    record: Mutex<Record>,
    changed: Condvar,
}

#[derive(Default)]
struct Record {
    requests: Vec<Request>,
    abandoned: usize,
}

impl ModelServer {
    /// A server that answers by `script`. What a real API would refuse is refused before.
    ///
    /// # Panics
    /// If there is no port or no thread to be had.
    pub fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let shared =
            Arc::new(Shared { script: Box::new(script), record: Mutex::default(), changed: Condvar::new() });
        let Ok((listener, address)) = bind() else { panic!("no free port on 127.0.0.1") };
        let (stop, stopped) = oneshot::channel();
        let router = Router::new().fallback(handle).with_state(shared.clone());
        let thread = std::thread::spawn(move || serve(listener, router, stopped));
        Self { address, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// A server that gives these replies, one after the other; then every request is refused.
    pub fn scripted<R: Into<Reply>>(replies: impl IntoIterator<Item = R>) -> Self {
        let replies: Mutex<VecDeque<Reply>> = Mutex::new(replies.into_iter().map(Into::into).collect());
        Self::start(move |_| {
            let next = replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            next.unwrap_or_else(|| Reply::status(400, "invalid_request_error", "The script is over."))
        })
    }

    /// The base URL of an API, as its environment variable and the configuration want it.
    pub fn base_url(&self, api: Api) -> String {
        format!("http://{}{}", self.address, api.base().1)
    }

    /// The environment that leads every provider here, keys included.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let bases = Api::ALL.iter().map(|api| (api.base().0.to_owned(), self.base_url(*api)));
        let keys = Api::ALL.iter().filter_map(|api| Some((api.key_variable()?.to_owned(), KEY.to_owned())));
        bases.chain(keys).collect()
    }

    /// All requests so far, refused ones included.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.record().requests.clone()
    }

    /// Waits until `count` requests have arrived. Returns whether they did, in time.
    pub fn await_requests(&self, count: usize, deadline: Duration) -> bool {
        self.shared.wait(deadline, |record| record.requests.len() >= count)
    }

    /// Waits until the client has gone away from `count` unanswered requests. Returns whether it did, in
    /// time.
    pub fn await_abandoned(&self, count: usize, deadline: Duration) -> bool {
        self.shared.wait(deadline, |record| record.abandoned >= count)
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported by itself.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, deadline: Duration, until: impl Fn(&Record) -> bool) -> bool {
        let waiting = self.changed.wait_timeout_while(self.record(), deadline, |record| !until(record));
        !waiting.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

fn bind() -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

fn serve(listener: TcpListener, router: Router, stopped: oneshot::Receiver<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
        // Pieces of a stream are small: without this each would wait for the client's acknowledgement.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        tokio::select! {
            _ = axum::serve(listener, router) => {}
            _ = stopped => {}
        }
    });
    // Connections end with the runtime, hanging ones too.
}

async fn handle(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if parts.method == Method::GET && path.ends_with("/v1/models") {
        return json_response(StatusCode::OK, &models());
    }
    let route = Api::of_path(path).filter(|_| parts.method == Method::POST);
    let Some((api, model)) = route else {
        return json_response(StatusCode::NOT_FOUND, &json!({"detail": "Not Found"}));
    };
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let bytes = to_bytes(body, MAX_REQUEST).await.unwrap_or_default();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let request = {
        let mut record = shared.record();
        let number = record.requests.len() + 1;
        let request = Request::new(number, api, path, model, headers.collect(), body);
        record.requests.push(request.clone());
        request
    };
    shared.changed.notify_all();
    let reply = check::refusal(&request).unwrap_or_else(|| (shared.script)(&request));
    let mut patience = Patience { shared: &shared, is_answered: false };
    let response = respond(&request, reply).await;
    patience.is_answered = true;
    response
}

/// Notices that the client went away before it was answered: its request is then dropped.
struct Patience<'a> {
    shared: &'a Shared,
    is_answered: bool,
}

impl Drop for Patience<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.shared.record().abandoned += 1;
            self.shared.changed.notify_all();
        }
    }
}

fn models() -> Value {
    let names = Api::ALL.iter().map(|api| api.model().trim_start_matches("local/"));
    json!({"object": "list", "data": names.map(|id| json!({"id": id, "object": "model"})).collect::<Vec<_>>()})
}

fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", axum::http::HeaderValue::from_static("application/json"));
    response
}
