//! Connecting over a real socket, to a server, to nobody, and to something else.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::{Code, Request, Response, Status};
use weco_proto::connect::{ConnectError, connect};
use weco_proto::status::{hint, status_with_hint};
use weco_proto::v1;
use weco_proto::v1::weco_server::{Weco, WecoServer};
use weco_proto::version::{MAX_MESSAGE_BYTES, VERSION, check_client_version};

/// Answers `Status`, and fails everything else in a way of its own.
struct Server;

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Weco for Server {
    async fn status(&self, request: Request<v1::StatusRequest>) -> Reply<v1::StatusReply> {
        check_client_version(request.metadata())?;
        Ok(Response::new(v1::StatusReply { version: VERSION.to_owned(), pid: 7, ..Default::default() }))
    }

    async fn start_run(&self, request: Request<v1::StartRunRequest>) -> Reply<v1::StartRunReply> {
        let run_name = request.into_inner().instructions.unwrap_or_default();
        Ok(Response::new(v1::StartRunReply { run_name, ..Default::default() }))
    }

    async fn stop_run(&self, _: Request<v1::StopRunRequest>) -> Reply<v1::StopRunReply> {
        Err(status_with_hint(Code::NotFound, "no run 'é'", "weco resume — or not"))
    }
}

/// A socket's path in a directory that goes away with the test.
fn place() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("daemon.sock");
    (directory, socket)
}

fn serve(socket: &PathBuf) {
    let listener = UnixListener::bind(socket).unwrap();
    let service = WecoServer::new(Server).max_decoding_message_size(MAX_MESSAGE_BYTES);
    let server = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(UnixListenerStream::new(listener)));
}

#[tokio::test(flavor = "current_thread")]
async fn every_request_names_the_version() {
    let (_directory, socket) = place();
    serve(&socket);
    let mut client = connect(&socket).await.unwrap();
    for _ in 0..2 {
        let status = client.status(v1::StatusRequest {}).await.unwrap().into_inner();
        assert_eq!((status.version.as_str(), status.pid), (VERSION, 7));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_failure_brings_its_hint() {
    let (_directory, socket) = place();
    serve(&socket);
    let mut client = connect(&socket).await.unwrap();
    let status = client.stop_run(v1::StopRunRequest::default()).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::NotFound, "no run 'é'"));
    assert_eq!(hint(&status).as_deref(), Some("weco resume — or not"));
}

#[tokio::test(flavor = "current_thread")]
async fn messages_larger_than_grpcs_usual_limit_pass_both_ways() {
    let (_directory, socket) = place();
    serve(&socket);
    let mut client = connect(&socket).await.unwrap();
    let text = "x".repeat(10 * 1024 * 1024);
    let request = v1::StartRunRequest { instructions: Some(text.clone()), ..Default::default() };
    let reply = client.start_run(request).await.unwrap().into_inner();
    assert!(reply.run_name == text);
    let request =
        v1::StartRunRequest { instructions: Some("x".repeat(MAX_MESSAGE_BYTES)), ..Default::default() };
    assert!(client.start_run(request).await.is_err(), "but they are bounded");
}

#[tokio::test(flavor = "current_thread")]
async fn nobody_there_is_not_running() {
    let (_directory, socket) = place();
    assert!(matches!(connect(&socket).await, Err(ConnectError::NotRunning)), "no socket");
    drop(UnixListener::bind(&socket).unwrap());
    assert!(socket.exists());
    assert!(matches!(connect(&socket).await, Err(ConnectError::NotRunning)), "a dead daemon's socket");
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_no_socket_is_an_error_that_names_it() {
    let (directory, _) = place();
    let missing_room = directory.path().join("x".repeat(200));
    let error = connect(&missing_room).await.unwrap_err();
    assert!(matches!(&error, ConnectError::Io { .. }), "{error}");
    assert!(error.to_string().contains("xxx"), "{error}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_lost_connection_is_not_made_again() {
    let (_directory, socket) = place();
    let listener = UnixListener::bind(&socket).unwrap();
    let accept = tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
    let connected = connect(&socket).await;
    accept.await.unwrap();
    std::fs::remove_file(&socket).unwrap();
    serve(&socket);
    if let Ok(mut client) = connected {
        assert!(client.status(v1::StatusRequest {}).await.is_err());
        assert!(client.status(v1::StatusRequest {}).await.is_err());
    }
}
