//! What is found in sources of many languages, as snapshots: one line per literal.

use weco_tune::{CannotTune, Files, Literal, Tuner};

fn line(literal: &Literal) -> String {
    let mark = if literal.annotated { " annotated" } else { "" };
    format!("{}: {} = {} in {}{mark}\n", literal.line, literal.name, literal.text, literal.domain)
}

fn found(path: &str, source: &str) -> String {
    let files = Files::from([(path.to_owned(), source.to_owned())]);
    match Tuner::new(&files) {
        Err(CannotTune::Nothing { .. }) => "nothing".to_owned(),
        Err(error) => error.to_string(),
        Ok(tuner) => tuner.literals().iter().map(line).collect(),
    }
}

macro_rules! sources {
    ($($name:ident: $path:literal,)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(found($path, include_str!(concat!("sources/", $path))));
        }
    )*};
}

sources! {
    python: "train.py",
    python_annotated: "annotated.py",
    rust: "kernel.rs",
    cuda: "kernel.cu",
    c: "filter.c",
    typescript: "app.ts",
    tsx: "view.tsx",
    javascript: "app.js",
    go: "server.go",
    java: "Cache.java",
    shell: "run.sh",
    toml: "config.toml",
    yaml: "config.yaml",
    json: "config.json",
    ini: "config.ini",
    lua: "game.lua",
    julia: "solve.jl",
    r: "fit.R",
    prompt: "prompt.txt",
    markdown: "notes.md",
    windows_line_ends_and_unicode: "windows.py",
    cpp_that_is_none: "broken.cpp",
    rust_unfinished: "broken.rs",
}
