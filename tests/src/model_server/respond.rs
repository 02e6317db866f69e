//! From a reply to an HTTP response, breakdowns included.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use futures_util::stream::{self, Stream, StreamExt};

use super::reply::{Delivery, Reply};
use super::request::Request;
use super::shape;

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// Answers `request` with `reply`. Never ends for [`Delivery::Hang`].
pub(super) async fn respond(request: &Request, mut reply: Reply) -> Response<Body> {
    if let Delivery::Huge(characters) = reply.delivery {
        reply.answer.text = "x".repeat(characters);
    }
    let is_stream = request.streamed && !reply.plain;
    let content_type = if is_stream { EVENTS } else { JSON };
    let pieces = || pieces(request, &reply, is_stream);
    let body = match &reply.delivery {
        Delivery::Whole | Delivery::Huge(_) => whole(pieces()),
        Delivery::OpenEnd => Body::from_stream(sound(pieces()).chain(endless())),
        Delivery::Drip(pause) => drip(pieces(), *pause),
        Delivery::Cut => Body::from_stream(sound(half(pieces())).chain(failure())),
        Delivery::Stub => whole(stub(pieces())),
        Delivery::Unended => whole(unended(pieces())),
        Delivery::HangMidway => Body::from_stream(sound(half(pieces())).chain(endless())),
        Delivery::ErrorMidway if is_stream => {
            let mut pieces = half(pieces());
            pieces.push(shape::error_event(request.api));
            whole(pieces)
        }
        Delivery::ErrorMidway => {
            Body::from(shape::error(request.api, 500, "server_error", "Overloaded").to_string())
        }
        Delivery::Hang => pending().await,
        Delivery::Empty => Body::empty(),
        Delivery::Garbage => Body::from("\u{1}\u{2} no such thing \u{fffd}"),
        Delivery::Html => return response(200, "text/html", &[], Body::from(PAGE)),
        Delivery::Status { status, code, message, headers } => {
            let body = shape::error(request.api, *status, code, message).to_string();
            return response(*status, JSON, headers, Body::from(body));
        }
        Delivery::Raw { status, content_type, body } => {
            return response(*status, content_type, &[], Body::from(body.clone()));
        }
    };
    response(200, content_type, &[], body)
}

const PAGE: &str = "<!doctype html><html><head><title>Log in to the network</title></head></html>";

fn response(status: u16, content_type: &str, headers: &[(String, String)], body: Body) -> Response<Body> {
    let mut builder = Response::builder().status(status).header(header::CONTENT_TYPE, content_type);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    builder.body(body).unwrap_or_else(|error| {
        let mut response = Response::new(Body::from(format!("the script's headers are none: {error}")));
        *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
        response
    })
}

/// What is to be sent, in pieces that are sent apart.
fn pieces(request: &Request, reply: &Reply, is_stream: bool) -> Vec<String> {
    if is_stream {
        return shape::events(request, &reply.answer);
    }
    let document = shape::document(request, &reply.answer).to_string();
    let middle = (document.len() / 2..).find(|at| document.is_char_boundary(*at)).unwrap_or_default();
    let (first, second) = document.split_at(middle);
    vec![first.to_owned(), second.to_owned()]
}

fn half(mut pieces: Vec<String>) -> Vec<String> {
    pieces.truncate(pieces.len() / 2);
    pieces
}

/// The first half, and a part of the next piece.
fn stub(pieces: Vec<String>) -> Vec<String> {
    let next =
        pieces.get(pieces.len() / 2).map(|piece| piece.chars().take(piece.chars().count() / 2).collect());
    half(pieces).into_iter().chain(next).collect()
}

/// All but the pieces that tell how the answer ended.
fn unended(mut pieces: Vec<String>) -> Vec<String> {
    const ENDS: [&str; 6] = [
        "finish_reason\":\"",
        "finishReason",
        "[DONE]",
        "message_delta",
        "message_stop",
        "response.completed",
    ];
    if pieces.len() == 2 {
        pieces.pop();
    }
    pieces.retain(|piece| !ENDS.iter().any(|end| piece.contains(end)));
    pieces
}

type Piece = Result<String, io::Error>;

fn whole(pieces: Vec<String>) -> Body {
    Body::from_stream(sound(pieces))
}

fn sound(pieces: Vec<String>) -> impl Stream<Item = Piece> + Send {
    stream::iter(pieces).map(Ok)
}

fn drip(pieces: Vec<String>, pause: Duration) -> Body {
    Body::from_stream(stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(piece)
    }))
}

/// Ends the connection instead of the body.
fn failure() -> impl Stream<Item = Piece> + Send {
    stream::once(async {
        // What was sent before must be on its way, or the client sees nothing of it.
        tokio::task::yield_now().await;
        Err(io::Error::other("cut on purpose"))
    })
}

fn endless() -> impl Stream<Item = Piece> + Send {
    stream::pending()
}
