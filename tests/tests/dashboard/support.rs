//! What these tests share: worlds with a dashboard, and plain HTTP.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use serde_json::Value;
use weco_tests::World;

use crate::common::world;

/// A port that nobody has now, and that other tests' daemons do not try.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A world whose dashboard has a port of its own, which a daemon that comes back finds free.
pub(crate) fn world_with_dashboard() -> World {
    let world = world();
    configure(&world, &format!("port = {}", free_port()));
    world
}

/// Writes the configuration of the dashboard.
pub(crate) fn configure(world: &World, settings: &str) {
    fs::write(world.config().join("config.toml"), format!("[dashboard]\n{settings}\n")).unwrap();
}

/// The URL that the client prints.
pub(crate) fn url(world: &World) -> String {
    let printed = world.weco(&["dashboard", "--url"]);
    assert_eq!(printed.code, 0, "{printed:?}");
    printed.stdout.trim().to_owned()
}

/// What a printed URL says.
pub(crate) struct Parts {
    /// The dashboard's own name.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) token: String,
}

/// What `url` says.
pub(crate) fn parts(url: &str) -> Parts {
    let (place, rest) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (host, port) = place.split_once(':').unwrap();
    assert!(host.starts_with("weco-") && host.ends_with(".localhost"), "{url}");
    let token = rest.split_once("?token=").unwrap().1.to_owned();
    Parts { host: host.to_owned(), port: port.parse().unwrap(), token }
}

/// Writes a source with two numbers, and the program that measures it and takes its time for it.
pub(crate) fn job(world: &World, seconds: f32) {
    world.write(
        "eval.py",
        &format!(
            "import time\nfrom model import X, Y\nprint('evaluating', flush=True)\ntime.sleep({seconds})\n\
             print('score:', -((X - 3) ** 2 + (Y + 4) ** 2))\n"
        ),
    );
    world.write("model.py", "X = 8.0  # weco: -10..10\nY = 6.0  # weco: -10..10\n");
}

/// The words of a run of that source that its client leaves to the daemon.
pub(crate) fn left_to_the_daemon<'a>(more: &[&'a str]) -> Vec<&'a str> {
    crate::common::builtin("model.py", &[&["--eval-repeats", "1", "--daemon"], more].concat())
}

/// All runs, as the command line tells of them.
pub(crate) fn runs(world: &World) -> Value {
    serde_json::from_str(&world.weco(&["runs", "--format", "json"]).stdout).unwrap()
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Asks `port`; `headers` are whole lines.
pub(crate) fn ask(port: u16, request: &str, headers: &[String], body: &str) -> Answer {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let length = body.len();
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let text =
        format!("{request} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
