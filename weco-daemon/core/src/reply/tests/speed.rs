//! Time grows with a reply's length and not with its square, whatever is in it: the replies here
//! would otherwise take minutes.

use super::{candidate, files};
use crate::reply::parse;

/// Length of each reply in bytes.
const LENGTH: usize = 100_000;

/// What replies are made of.
const UNITS: &[&str] = &[
    "```\n",
    "```py\n",
    "```sh\nls\n```\ntext about model.py\n",
    "```md\n# T\n```\ntext\n",
    "x.py\n```sh\n```\n",
    "=======\n",
    "<<<<<<< SEARCH\n",
    "<<<<<<< SEARCH\n=======\n",
    "<think>\n",
    "```py\n</think>\n",
    "\n",
    "`",
];

#[test]
fn any_reply() {
    let plain: String = (0..10_000).map(|i| format!("x_{i} = {i}\n")).collect();
    let fenced = "# T\n\n```\ncode\n```\n".repeat(5_000);
    for parent in [files([("model.py", &plain)]), files([("README.md", &fenced)])] {
        for unit in UNITS {
            let _ = parse(&unit.repeat(LENGTH / unit.len()), &parent);
        }
    }
}

#[test]
fn many_edits() {
    let file: String = (0..10_000).map(|i| format!("x_{i} = {i}\n")).collect();
    let edit = |i| format!("<<<<<<< SEARCH\nx_{i} = {i}\n=======\ny = 0\n>>>>>>> REPLACE\n");
    let edits: String = (0..9_900).step_by(11).map(edit).collect();
    let new = candidate(&edits, &files([("model.py", &file)]));
    assert_eq!(new.files["model.py"].matches("y = 0\n").count(), 900);
}

#[test]
fn a_search_text_of_equal_lines() {
    let blank = "\n".repeat(LENGTH / 2);
    let reply = format!("<<<<<<< SEARCH\na{blank}=======\nb\n>>>>>>> REPLACE\n");
    assert!(parse(&reply, &files([("model.py", &blank)])).is_err());
}
