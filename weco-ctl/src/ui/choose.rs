//! Choosing from numbered lists, line by line.

use std::io::{self, BufRead, Write};

use super::format::one_line;

/// Entries of a list that are shown; others can be named.
const SHOWN: usize = 40;

/// Questions and answers.
pub struct Dialog<R, W> {
    answers: R,
    out: W,
}

/// One entry of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What is chosen.
    pub value: String,
    /// What else is shown of it; may be empty.
    pub about: String,
}

impl<R: BufRead, W: Write> Dialog<R, W> {
    /// Asks on `out`.
    pub fn new(answers: R, out: W) -> Self {
        Self { answers, out }
    }

    /// Asks until one entry is chosen, by its number or its name. None at the end of the answers.
    ///
    /// # Errors
    /// If nothing can be read or written.
    pub fn one(&mut self, title: &str, entries: &[Entry]) -> io::Result<Option<String>> {
        self.list(title, entries)?;
        loop {
            let Some(line) = self.ask("number or name")? else { return Ok(None) };
            match chosen(&line, entries).as_deref() {
                Ok([one]) => return Ok(Some(one.clone())),
                Ok([]) => writeln!(self.out, "  choose one")?,
                Ok(_) => writeln!(self.out, "  choose only one")?,
                Err(why) => writeln!(self.out, "  {why}")?,
            }
        }
    }

    /// Asks until some entries are chosen, by numbers or names with spaces between; `nothing` is what an empty line
    /// means. None at the end of the answers.
    ///
    /// # Errors
    /// If nothing can be read or written.
    pub fn some(&mut self, title: &str, entries: &[Entry], nothing: &str) -> io::Result<Option<Vec<String>>> {
        self.list(title, entries)?;
        loop {
            let Some(line) = self.ask(&format!("numbers or names; Enter for {nothing}"))? else {
                return Ok(None);
            };
            match chosen(&line, entries) {
                Ok(chosen) => return Ok(Some(chosen)),
                Err(why) => writeln!(self.out, "  {why}")?,
            }
        }
    }

    /// Says a line.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    fn list(&mut self, title: &str, entries: &[Entry]) -> io::Result<()> {
        writeln!(self.out, "{title}")?;
        let width = entries.len().min(SHOWN).to_string().len();
        for (number, entry) in (1..).zip(entries.iter().take(SHOWN)) {
            let about = if entry.about.is_empty() {
                String::new()
            } else {
                format!("  ({})", one_line(&entry.about))
            };
            writeln!(self.out, "  {number:>width$}  {}{about}", one_line(&entry.value))?;
        }
        match entries.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(self.out, "  and {more} more, by name"),
        }
    }

    fn ask(&mut self, what: &str) -> io::Result<Option<String>> {
        write!(self.out, "{what}: ")?;
        self.out.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            writeln!(self.out)?;
            return Ok(None);
        }
        Ok(Some(line))
    }
}

/// What a line chooses, each entry once.
fn chosen(line: &str, entries: &[Entry]) -> Result<Vec<String>, String> {
    let named = |word: &str| entries.iter().find(|entry| entry.value == word);
    // A name may have spaces in it.
    if let Some(entry) = named(line.trim()) {
        return Ok(vec![entry.value.clone()]);
    }
    let mut chosen: Vec<String> = Vec::new();
    for word in line.split([' ', ',', '\t', '\r', '\n']).filter(|word| !word.is_empty()) {
        let numbered = || word.parse::<usize>().ok()?.checked_sub(1).and_then(|at| entries.get(at));
        let entry = named(word).or_else(numbered).ok_or_else(|| {
            format!("there is no '{}': a number from 1 to {}, or a name", one_line(word), entries.len())
        })?;
        if !chosen.contains(&entry.value) {
            chosen.push(entry.value.clone());
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        [("qa", "50 examples"), ("my set", ""), ("3", "")]
            .map(|(value, about)| Entry { value: value.into(), about: about.into() })
            .to_vec()
    }

    fn asked<T>(answers: &str, ask: impl FnOnce(&mut Dialog<&[u8], &mut Vec<u8>>) -> T) -> (T, String) {
        let mut out = Vec::new();
        let answer = ask(&mut Dialog::new(answers.as_bytes(), &mut out));
        (answer, String::from_utf8(out).unwrap())
    }

    #[test]
    fn one_is_chosen_by_its_number_or_its_name() {
        for (answer, value) in
            [("1\n", "qa"), (" my set \n", "my set"), ("2", "my set"), ("3\n", "3"), ("qa\n", "qa")]
        {
            let (chosen, _) = asked(answer, |dialog| dialog.one("Datasets", &entries()).unwrap());
            assert_eq!(chosen.as_deref(), Some(value), "{answer:?}");
        }
        let (chosen, shown) = asked("\n9\nx\n1 2\n1\n", |dialog| dialog.one("Datasets", &entries()).unwrap());
        assert_eq!(chosen.as_deref(), Some("qa"));
        assert!(shown.starts_with("Datasets\n  1  qa  (50 examples)\n  2  my set\n"), "{shown}");
        for told in
            ["choose one\n", "there is no '9': a number from 1 to 3, or a name\n", "choose only one\n"]
        {
            assert!(shown.contains(told), "{shown}");
        }
        assert_eq!(asked("", |dialog| dialog.one("Datasets", &entries()).unwrap()).0, None);
    }

    #[test]
    fn several_or_none_are_chosen() {
        let some = |answer| asked(answer, |dialog| dialog.some("Splits", &entries(), "all").unwrap());
        assert_eq!(some("2, 1 2\n").0, Some(vec!["my set".to_owned(), "qa".to_owned()]));
        assert_eq!(some("\n").0, Some(Vec::new()));
        assert_eq!(some("0\n1\n").0, Some(vec!["qa".to_owned()]));
        assert!(some("\n").1.contains("numbers or names; Enter for all: "));
    }

    #[test]
    fn a_long_list_is_cut_and_its_rest_can_be_named() {
        let many: Vec<Entry> =
            (0..100).map(|n| Entry { value: format!("d{n}"), about: String::new() }).collect();
        let (chosen, shown) = asked("d99\n", |dialog| dialog.one("Datasets", &many).unwrap());
        assert_eq!(chosen.as_deref(), Some("d99"));
        assert!(shown.contains("and 60 more, by name") && shown.lines().count() < 45, "{shown}");
    }
}
