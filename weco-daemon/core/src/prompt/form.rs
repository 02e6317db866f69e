//! The system message: the role, the rules and the form of an answer.

use crate::forms::Forms;
use crate::run::Files;

/// The system message for these files, all of which are shown in `fence`.
pub(super) fn system(files: &Files, forms: &Forms, fence: &str) -> String {
    [ROLE.to_owned(), rules(files), answer(files, forms, fence)].join("\n")
}

const ROLE: &str = "\
You improve code by experiment. You are shown files, the command that measures them and what was tried so far, \
and you answer with one new version. It is evaluated by running the command and reading the metric from its output; \
the best version is kept in the end.
";

fn rules(files: &Files) -> String {
    format!(
        "\
# Rules

- Only these files can be changed: {}. Others can be neither changed nor added.
- Keep what the evaluation relies on: names, signatures, arguments, formats and whatever is printed.
- Make the code itself better. Do not detect the evaluation, special-case its data, or print or hard-code the metric.
- Use only the language's standard library and what the files already use, unless the instructions say otherwise.
",
        paths(files)
    )
}

fn answer(files: &Files, forms: &Forms, fence: &str) -> String {
    let path = files.keys().next().map_or("path", String::as_str);
    let backticks = fence.len();
    format!(
        "\
# Your answer

First your plan: one to three sentences on what you change and why it should help. Then the code, in one of two forms.

Form 1, a whole file: its path on a line of its own, then all of its new text in a fenced block.

{path}
{fence}
the complete new text of the file
{fence}

Form 2, SEARCH/REPLACE blocks: its path on a line of its own, then in a fenced block any number of these.

{path}
{fence}
<<<<<<< SEARCH
lines copied from the file
=======
the lines to put in their place
>>>>>>> REPLACE
{fence}

- {preference}
- A fence has at least {backticks} backticks, as above, and more than any run of backticks in the code.
- Write everything out. Never leave code out with `...` or a comment such as `# rest unchanged`.
- SEARCH lines are whole lines, exactly as they are in the file, spaces at their beginning included, and few; together \
they must occur only once in the file. Blocks are applied in their order.
- Files that you do not mention stay as they are.
",
        preference = preference(files, forms)
    )
}

/// Which form suits these files, and has done well.
fn preference(files: &Files, forms: &Forms) -> String {
    let longest = forms.longest_whole();
    let is_long = |text: &String| text.lines().count() > longest;
    let long: Vec<&str> =
        files.iter().filter(|(_, text)| is_long(text)).map(|(path, _)| path.as_str()).collect();
    if long.is_empty() {
        return "Prefer form 1; form 2 is for a small change to a long file.".to_owned();
    }
    let others = if long.len() < files.len() { ", form 1 for the short files" } else { "" };
    format!("Use form 2 for {}, which would be long to write out{others}.", listed(long.into_iter()))
}

fn paths(files: &Files) -> String {
    listed(files.keys().map(String::as_str))
}

fn listed<'a>(paths: impl Iterator<Item = &'a str>) -> String {
    paths.map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}
