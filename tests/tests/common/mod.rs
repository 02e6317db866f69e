//! What several suites share.

#![allow(dead_code, clippy::allow_attributes, reason = "each suite uses its part")]

use std::path::PathBuf;

use weco_tests::World;

/// A fresh world with the programs under test.
pub(crate) fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_weco-under-test"), env!("CARGO_BIN_EXE_weco-daemon-under-test"))
}

/// A source with two literals whose best values are 3 and -4; the baseline's score is -125.
pub(crate) fn quadratic(world: &World) -> PathBuf {
    world.write(
        "eval.py",
        "from model import X, Y\nprint('evaluating')\nprint('score:', round(-((X - 3) ** 2 + (Y + 4) ** 2), 6))\n",
    );
    world.write("model.py", "X = 8.0  # weco: -10..10\nY = 6.0  # weco: -10..10\n")
}

/// The words of a plain run of the built-in proposer on `source`, measured by `eval.py`, and `more`.
pub(crate) fn builtin<'a>(source: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let words = ["run", "-s", source, "-c", "python3 eval.py", "-m", "score", "-g", "max", "-M", "builtin"];
    [&words[..], &["--output", "plain"], more].concat()
}
