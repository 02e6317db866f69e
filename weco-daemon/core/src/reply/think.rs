//! Thoughts that a model writes into its reply instead of keeping them apart.

/// Names of the tags that models put around their thoughts.
const TAGS: [&str; 5] = ["think", "thinking", "thought", "reasoning", "reflection"];

/// The name of the tag that opens a thought at the start of this line.
pub(super) fn opening(line: &str) -> Option<&'static str> {
    let rest = line.trim_start_matches([' ', '\t', '\u{feff}']).strip_prefix('<')?;
    TAGS.into_iter().find(|tag| rest.strip_prefix(tag).is_some_and(|rest| rest.starts_with('>')))
}

/// What follows the tag that closes a thought named `tag` on this line.
pub(super) fn after_closing<'a>(line: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("</{tag}>"))?;
    Some(rest)
}

/// What follows a closing tag that begins or ends this line. Some servers put the opening tag into
/// the prompt, so that only the closing one is in the reply.
pub(super) fn after_lone_closing(line: &str) -> Option<&str> {
    let line = line.trim();
    if !line.contains("</") {
        return None;
    }
    TAGS.into_iter().find_map(|tag| {
        let tag = format!("</{tag}>");
        if line.ends_with(&tag) { Some("") } else { line.strip_prefix(&tag) }
    })
}
