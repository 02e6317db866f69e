//! Languages of fenced blocks that are seldom the file that was asked for.

/// Languages of commands, output and data, with the endings of files that are written in them. A
/// block in one of them is a remark beside the code unless the file has such an ending.
const ASIDES: &[(&[&str], &[&str])] = &[
    (
        &[
            "bash",
            "bat",
            "batch",
            "cmd",
            "console",
            "fish",
            "powershell",
            "ps1",
            "sh",
            "shell",
            "shell-session",
            "shellsession",
            "terminal",
            "zsh",
        ],
        &["bash", "bat", "cmd", "fish", "ps1", "sh", "zsh"],
    ),
    (
        &["log", "out", "output", "plain", "plaintext", "stdout", "text", "txt"],
        &["log", "rst", "text", "txt"],
    ),
    (
        &["csv", "ini", "json", "jsonc", "toml", "xml", "yaml", "yml"],
        &["cfg", "csv", "ini", "json", "toml", "xml", "yaml", "yml"],
    ),
    (&["markdown", "md", "rst"], &["markdown", "md", "mdx", "rst", "txt"]),
    (&["diff", "patch", "udiff"], &["diff", "patch"]),
    (&["latex", "math", "mermaid", "tex"], &["mmd", "tex"]),
];

/// Endings of files that hold prose, in which `...` and `#` mean nothing to a compiler.
const PROSE: [&str; 6] = ["markdown", "md", "mdx", "rst", "text", "txt"];

/// Whether a block in `language` is a remark and not the file at `path`. Languages of programs
/// never are: models take CUDA for C++ and TypeScript for JavaScript.
pub(super) fn is_aside(language: &str, path: &str) -> bool {
    let language = language.to_ascii_lowercase();
    let extension = extension(path);
    ASIDES
        .iter()
        .any(|(names, endings)| names.contains(&language.as_str()) && !endings.contains(&extension.as_str()))
}

/// Whether the file at `path` holds prose.
pub(super) fn is_prose(path: &str) -> bool {
    PROSE.contains(&extension(path).as_str())
}

/// Whether a block in `language` may wrap a whole reply with blocks of its own.
pub(super) fn is_wrapper(language: &str) -> bool {
    matches!(language.to_ascii_lowercase().as_str(), "" | "markdown" | "md" | "text" | "txt" | "plaintext")
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::is_aside;

    #[test]
    fn commands_and_output_are_remarks_unless_the_file_is_such() {
        assert!(is_aside("bash", "model.py"));
        assert!(is_aside("Text", "model.py"));
        assert!(is_aside("json", "src/model.py"));
        assert!(!is_aside("bash", "run.sh"));
        assert!(!is_aside("md", "README.md"));
        assert!(!is_aside("cpp", "kernel.cu"));
        assert!(!is_aside("", "model.py"));
        assert!(!is_aside("python", "model.py"));
    }
}
