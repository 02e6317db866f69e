//! What a prompt shows.

use super::Files;

/// What kind of proposal is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Task {
    Draft,
    Improve,
    Cross,
    Leap,
    Debug,
}

/// The headings before a version's code, up to its name.
const HEADINGS: [(&str, Task); 5] = [
    ("# The version to start from:", Task::Draft),
    ("# The version to improve:", Task::Improve),
    ("# The version to build on:", Task::Cross),
    ("# The version to beat:", Task::Leap),
    ("# The version to repair:", Task::Debug),
];

/// The heading before the second version's code.
const OTHER: &str = "# The other version, to take from:";

/// What is asked for, and the code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Shown {
    pub(super) task: Task,
    pub(super) files: Files,
    /// The files in which the second version of a cross differs.
    pub(super) second: Files,
}

impl Shown {
    /// Reads the user's part of a prompt; none if it shows no version.
    pub(super) fn read(user: &str) -> Option<Self> {
        let (mut task, mut files, mut second) = (None, Files::new(), Files::new());
        for section in sections(user) {
            if let Some((_, found)) =
                HEADINGS.iter().find(|(heading, _)| section.heading.starts_with(heading))
            {
                task = Some(*found);
                files.extend(section.blocks);
            } else if section.heading.starts_with(OTHER) {
                let name = |label: String| label.split(" in ").next().unwrap_or_default().to_owned();
                second.extend(section.blocks.into_iter().map(|(label, text)| (name(label), text)));
            }
        }
        Some(Self { task: task?, files, second })
    }
}

struct Section<'p> {
    heading: &'p str,
    /// What is fenced, by the line before it.
    blocks: Vec<(String, String)>,
}

/// The parts of a text by its headings; those within a fence are none.
fn sections(text: &str) -> Vec<Section<'_>> {
    let (mut sections, mut lines, mut label) = (Vec::<Section<'_>>::new(), text.lines(), "");
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let inner = lines.by_ref().take_while(|inner| *inner != line);
            let block = (label.to_owned(), inner.flat_map(|line| [line, "\n"]).collect());
            if let Some(section) = sections.last_mut() {
                section.blocks.push(block);
            }
        } else if line.starts_with("# ") {
            sections.push(Section { heading: line, blocks: Vec::new() });
        }
        label = line;
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_and_headings_in_it_are_not_taken_for_the_prompts() {
        let user = "# Goal\n\n```\npython evaluate.py\n```\n\n# The version to build on: step 3\n\nIts plan was: x\n\n\
            a.py\n````\n# The version to repair: no\n```\nA = 1\n````\n\nb.py\n````\nB = 1\n````\n\n\
            # Its result\n\n```\n12\n```\n\n# The other version, to take from: step 5\n\nb.py in step 5\n````\nB = 2\n````\n";
        let shown = Shown::read(user).unwrap();
        assert_eq!(shown.task, Task::Cross);
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let files = [file("a.py", "# The version to repair: no\n```\nA = 1\n"), file("b.py", "B = 1\n")];
        assert_eq!(shown.files, files.into());
        assert_eq!(shown.second, [file("b.py", "B = 2\n")].into());
        assert_eq!(Shown::read("# Goal\n\nMaximize.\n"), None);
    }
}
