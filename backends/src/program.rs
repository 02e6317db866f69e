//! The Python program that evaluates, as the daemon unpacks it.
//!
//! ```text
//! __main__.py
//! weco_bridge/*.py                    what all backends have in common
//! weco_bridge/backends/<name>/*.py    each backend's own
//! ```

use std::borrow::Cow;

use rust_embed::RustEmbed;

/// What all backends have in common.
#[derive(RustEmbed)]
#[folder = "bridge"]
struct Common;

/// The backends' own.
#[derive(RustEmbed)]
#[folder = "src"]
struct Own;

/// Builds the same from the repository, for Python's tests; no part of it.
const ASSEMBLER: &str = "assemble.py";

/// A program's files: path below its directory, and content.
pub type Files = Vec<(String, Cow<'static, [u8]>)>;

/// The program, sorted by path.
pub fn files() -> Files {
    let common = Common::iter()
        .filter(|path| is_python(path) && *path != ASSEMBLER)
        .filter_map(|path| Some((path.to_string(), Common::get(&path)?.data)));
    let own = Own::iter()
        .filter(|path| is_python(path) && path.contains('/'))
        .filter_map(|path| Some((format!("weco_bridge/backends/{path}"), Own::get(&path)?.data)));
    let mut files: Vec<_> = common.chain(own).collect();
    files.sort();
    files
}

fn is_python(path: &str) -> bool {
    path.ends_with(".py") && !path.split('/').any(|part| part == "__pycache__" || part == "tests")
}
