//! Which language a file is in: its grammar, and the lexer's rules for it.

use tree_sitter::Language as Grammar;

/// How to read a file.
pub(super) struct Language {
    /// Its syntax, where there is a grammar.
    pub(super) grammar: Option<Grammar>,
    /// What the lexer needs to know, also when the grammar fails.
    pub(super) rules: Rules,
}

/// What kind of text a file is, for the lexer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    /// A program.
    Code,
    /// Keys and values.
    Config,
    /// Words, such as a prompt.
    Prose,
}

/// The lexer's rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Rules {
    /// What begins a comment that ends with the line.
    pub(super) line: &'static [&'static str],
    /// What begins and ends a longer comment.
    pub(super) block: Option<(&'static str, &'static str)>,
    /// What delimits strings.
    pub(super) quotes: &'static [&'static str],
    /// What kind of text.
    pub(super) sort: Sort,
}

const C_BLOCK: Option<(&str, &str)> = Some(("/*", "*/"));
const XML_BLOCK: Option<(&str, &str)> = Some(("<!--", "-->"));
/// Longer delimiters first, so that `"""` is not an empty string and a quote.
const TRIPLE: &[&str] = &["\"\"\"", "'''", "\"", "'"];
const DOUBLE: &[&str] = &["\"", "'"];
const BACKTICK: &[&str] = &["\"", "'", "`"];

const fn code(
    line: &'static [&'static str],
    block: Option<(&'static str, &'static str)>,
    quotes: &'static [&'static str],
) -> Rules {
    Rules { line, block, quotes, sort: Sort::Code }
}

const fn config(line: &'static [&'static str], block: Option<(&'static str, &'static str)>) -> Rules {
    Rules { line, block, quotes: TRIPLE, sort: Sort::Config }
}

/// The language of a path, by its name; of a file without an extension, by its first line.
pub(super) fn of(path: &str, source: &str) -> Language {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let shebang = source.lines().next().filter(|line| line.starts_with("#!"));
    let extension = match (extension.as_deref(), shebang) {
        (Some(extension), _) => extension,
        (None, Some(line)) if line.contains("python") => "py",
        (None, Some(line)) if line.contains("node") => "js",
        (None, Some(_)) => "sh",
        (None, None) => "",
    };
    Language { grammar: grammar(extension), rules: rules(extension) }
}

fn grammar(extension: &str) -> Option<Grammar> {
    Some(match extension {
        "py" | "pyi" | "pyw" => tree_sitter_python::LANGUAGE.into(),
        "rs" => tree_sitter_rust::LANGUAGE.into(),
        "c" => tree_sitter_c::LANGUAGE.into(),
        "h" | "cc" | "cpp" | "cxx" | "hh" | "hpp" | "hxx" | "cu" | "cuh" | "inl" => {
            tree_sitter_cpp::LANGUAGE.into()
        }
        "js" | "mjs" | "cjs" | "jsx" => tree_sitter_javascript::LANGUAGE.into(),
        "ts" | "mts" | "cts" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        "tsx" => tree_sitter_typescript::LANGUAGE_TSX.into(),
        _ => return None,
    })
}

fn rules(extension: &str) -> Rules {
    match extension {
        "py" | "pyi" | "pyw" | "jl" | "ex" | "exs" | "nim" => code(&["#"], None, TRIPLE),
        "sh" | "bash" | "zsh" | "fish" | "rb" | "r" | "pl" | "pm" | "mk" | "cmake" | "tcl" | "ps1" => {
            code(&["#"], None, BACKTICK)
        }
        "lua" => code(&["--"], Some(("--[[", "]]")), DOUBLE),
        "sql" => code(&["--"], C_BLOCK, DOUBLE),
        "hs" | "elm" | "ada" | "vhd" | "vhdl" => code(&["--"], Some(("{-", "-}")), &["\""]),
        "m" | "tex" | "erl" | "oct" => code(&["%"], None, DOUBLE),
        "lisp" | "el" | "clj" | "scm" | "asm" | "s" => code(&[";"], None, &["\""]),
        "f90" | "f95" | "f03" | "f" => code(&["!"], None, DOUBLE),
        "css" => code(&[], C_BLOCK, DOUBLE),
        "php" => code(&["//", "#"], C_BLOCK, DOUBLE),
        "toml" | "yaml" | "yml" | "env" | "properties" => config(&["#"], None),
        "ini" | "cfg" | "conf" => config(&["#", ";"], None),
        "json" | "jsonc" | "json5" => config(&["//", "#"], C_BLOCK),
        "xml" | "html" | "svg" => config(&[], XML_BLOCK),
        "md" | "rst" | "markdown" => Rules { line: &[], block: XML_BLOCK, quotes: &[], sort: Sort::Prose },
        "txt" | "prompt" | "j2" | "jinja" => {
            Rules { line: &["#"], block: XML_BLOCK, quotes: &[], sort: Sort::Prose }
        }
        "" => code(&["#", "//"], None, DOUBLE),
        // Most other languages look like C.
        _ => code(&["//"], C_BLOCK, &["\"\"\"", "\"", "'", "`"]),
    }
}
