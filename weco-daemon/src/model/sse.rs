//! Server-sent events, as far as model APIs use them: the `data` of each event.
//!
//! Names, ids and retry times of events are ignored: each of the APIs repeats in the data what an event is.

/// More bytes in one event than allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TooLong;

/// Finds events in bytes that arrive in pieces of any size, split anywhere.
#[derive(Debug)]
pub(super) struct Parser {
    /// The most bytes a line or an event's data may have.
    limit: usize,
    /// The line under way, without its end.
    line: Vec<u8>,
    /// The data of the event under way: each of its lines followed by a line feed.
    data: Vec<u8>,
    /// Whether the last byte was a carriage return, so that a line feed now belongs to it.
    after_return: bool,
    /// Whether a line has ended yet; before that, a byte order mark is skipped.
    begun: bool,
}

impl Parser {
    /// A parser for events of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, line: Vec::new(), data: Vec::new(), after_return: false, begun: false }
    }

    /// Takes the next bytes and returns the data of the events that they complete.
    ///
    /// # Errors
    /// [`TooLong`]; the parser is then of no further use.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<String>, TooLong> {
        let mut events = Vec::new();
        if self.after_return && !bytes.is_empty() {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            self.after_return = false;
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.extend_line(&bytes[..end])?;
            events.extend(self.end_line()?);
            let is_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            self.after_return = is_return && bytes.is_empty();
            if is_return {
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
        }
        self.extend_line(bytes)?;
        Ok(events)
    }

    /// The event that the end of the stream completes: some servers forget the last blank line.
    pub(super) fn finish(mut self) -> Option<String> {
        let at_blank_line = self.end_line().ok()?;
        at_blank_line.or_else(|| self.take_event())
    }

    fn extend_line(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + bytes.len() > self.limit {
            return Err(TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<String>, TooLong> {
        let mut line = self.line.as_slice();
        if !self.begun {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
            self.begun = true;
        }
        if line.is_empty() {
            self.line.clear();
            return Ok(self.take_event());
        }
        // A comment has an empty name, and is ignored like every other field.
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        if name == b"data" {
            let value = value.strip_prefix(b" ").unwrap_or(value);
            if self.data.len() + value.len() > self.limit {
                return Err(TooLong);
            }
            self.data.extend_from_slice(value);
            self.data.push(b'\n');
        }
        self.line.clear();
        Ok(None)
    }

    fn take_event(&mut self) -> Option<String> {
        let data = std::mem::take(&mut self.data);
        let data = data.strip_suffix(b"\n")?;
        Some(String::from_utf8_lossy(data).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(pieces: &[&[u8]]) -> Vec<String> {
        let mut parser = Parser::new(1000);
        let mut events: Vec<_> = pieces.iter().flat_map(|piece| parser.push(piece).unwrap()).collect();
        events.extend(parser.finish());
        events
    }

    #[test]
    fn finds_the_data() {
        let cases: [(&str, &[&str]); 12] = [
            ("data: a\n\ndata: b\n\n", &["a", "b"]),
            ("data:a\r\n\r\ndata:  b\r\n\r\n", &["a", " b"]),
            ("data: a\r\rdata: b\r\r", &["a", "b"]),
            ("data: a\ndata: b\n\n", &["a\nb"]),
            (": hello\n\nevent: ping\ndata: {}\nid: 7\n\n", &["{}"]),
            ("event: ping\n\n\n\n", &[]),
            ("\u{feff}data: a\n\n", &["a"]),
            ("data\n\n", &[""]),
            ("data: a", &["a"]),
            ("data: a\n", &["a"]),
            ("data: a\n\ndata: {\"cut", &["a", "{\"cut"]),
            ("dataset: no\n data: no\n\n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(events(&[text.as_bytes()]), expected, "{text:?}");
        }
    }

    #[test]
    fn bounds_lines_and_events() {
        assert_eq!(Parser::new(10).push(&[b'x'; 11]), Err(TooLong));
        let mut parser = Parser::new(10);
        assert_eq!(parser.push(b"data: 123\ndata: 123\n"), Ok(vec![]));
        assert_eq!(parser.push(b"data: 123\ndata: 123\n"), Err(TooLong));
        let mut parser = Parser::new(10);
        for _ in 0..100 {
            assert_eq!(parser.push(b": comment\n"), Ok(vec![]));
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            texts in prop::collection::vec("[\\PC&&[^\r\n]]{0,12}", 0..6),
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let stream: String =
                texts.iter().map(|text| format!(": é{end}event: x{end}data: {text}{end}{end}")).collect();
            let bytes = stream.as_bytes();
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            prop_assert_eq!(events(&pieces), texts);
        }

        #[test]
        fn nothing_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut parser = Parser::new(50);
            let _ = parser.push(&bytes).map(|_| parser.finish());
        }
    }
}
