//! Replies as models write them, and as nobody should.

mod edits;
mod properties;
mod refusals;
mod shapes;
mod speed;

use super::{Candidate, parse};
use crate::run::Files;

/// The parent of the tables: one file.
const MODEL: &str = "\
import math

SIZE = 10


def area(radius):
    # the usual formula
    return math.pi * radius ** 2


print(\"total:\", sum(area(r) for r in range(SIZE)))
";

/// What the model means to answer.
const BETTER: &str = "\
import math

SIZE = 10
CACHE = {}


def area(radius):
    if radius not in CACHE:
        CACHE[radius] = math.pi * radius * radius
    return CACHE[radius]


print(\"total:\", sum(map(area, range(SIZE))))
";

fn files<const N: usize>(texts: [(&str, &str); N]) -> Files {
    texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into()
}

fn model() -> Files {
    files([("model.py", MODEL)])
}

/// Two files, one of them in a folder.
fn pair() -> Files {
    files([
        ("src/model.py", MODEL),
        ("utils.py", "def twice(x):\n    return x + x\n\n\ndef half(x):\n    return x / 2\n"),
    ])
}

fn candidate(reply: &str, parent: &Files) -> Candidate {
    parse(reply, parent).unwrap_or_else(|why| panic!("{why}\n---\n{reply}"))
}

fn refusal(reply: &str, parent: &Files) -> String {
    match parse(reply, parent) {
        Err(why) => why.reason,
        Ok(candidate) => panic!("taken as {candidate:?}\n---\n{reply}"),
    }
}

/// What the model is told about each of these replies, for a snapshot.
fn refusals(replies: &[(&str, &str, &Files)]) -> String {
    let refusals =
        replies.iter().map(|(name, reply, parent)| format!("{name}:\n{}\n", refusal(reply, parent)));
    refusals.collect::<Vec<_>>().join("\n")
}

/// The new text of the only file.
fn only(reply: &str) -> String {
    candidate(reply, &model()).files.remove("model.py").unwrap()
}
