//! The cells of one CSV row.

use std::borrow::Cow;

use crate::vector::{BITS, Loop, Machine, filled, widest};

/// Writes one row, cell by cell, at the end of a buffer: the very bytes that a `csv::Writer` makes, which copies a
/// text byte by byte. A row has more than one cell: an only one that is empty would need quotes.
pub(super) struct Cells<'out> {
    out: &'out mut Vec<u8>,
    raw: bool,
}

impl<'out> Cells<'out> {
    /// Starts a row at the end of `out`. With `raw`, cells that a spreadsheet would run stay as
    /// they are.
    pub(super) fn new(out: &'out mut Vec<u8>, raw: bool) -> Cells<'out> {
        Cells { out, raw }
    }

    /// A cell of text, without its NUL bytes, which many readers take for the end of the file.
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return self.plain("");
        }
        // First the NULs, or one of them would hide a formula from the guard.
        let text = match memchr::memchr(0, text.as_bytes()) {
            None => Cow::Borrowed(text),
            Some(_) => Cow::Owned(text.replace('\0', "")),
        };
        let is_guarded = !self.raw && looks_like_a_formula(&text);
        self.cell(if is_guarded { "'" } else { "" }, &text);
    }

    /// A cell of text; empty where the text is unknown.
    pub(super) fn optional(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    /// One cell of several texts, joined by ` | `.
    pub(super) fn joined<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        let texts: Vec<&str> = texts.collect();
        match texts.as_slice() {
            [] => self.text(""),
            [text] => self.text(text),
            texts => self.text(&texts.join(" | ")),
        }
    }

    /// A cell that is a number for spreadsheets too: never guarded.
    pub(super) fn number(&mut self, number: u64) {
        self.plain(itoa::Buffer::new().format(number));
    }

    /// A cell that is a number between 0 and 1.
    pub(super) fn share(&mut self, share: f64) {
        // As in JSON, where a whole number keeps its `.0`.
        self.plain(&format!("{share:?}"));
    }

    /// A cell of letters and digits, of which nobody need make sure.
    pub(super) fn plain(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b',');
    }

    /// Ends the row.
    pub(super) fn end(self) {
        if let Some(comma) = self.out.last_mut() {
            *comma = b'\n';
        }
    }

    /// A cell of `guard`, which needs no quotes, and `text`, with the comma behind it.
    fn cell(&mut self, guard: &str, text: &str) {
        if !needs_quotes(text.as_bytes()) {
            self.out.extend_from_slice(guard.as_bytes());
            return self.plain(text);
        }
        self.out.push(b'"');
        self.out.extend_from_slice(guard.as_bytes());
        widest(Doubling { text: text.as_bytes(), out: self.out });
        self.out.extend_from_slice(b"\",");
    }
}

/// Appending a text with each quote twice.
struct Doubling<'t, 'o> {
    text: &'t [u8],
    out: &'o mut Vec<u8>,
}

impl Loop for Doubling<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, machine: impl Machine) {
        let Doubling { text, out } = self;
        let mut start = 0;
        let mut room = [b' '; BITS];
        for (index, row) in text.chunks(BITS).enumerate() {
            let mut quotes = machine.equal(machine.bytes(filled(row, &mut room)), b'"');
            while quotes != 0 {
                let at = index * BITS + quotes.trailing_zeros() as usize;
                quotes &= quotes - 1;
                out.extend_from_slice(&text[start..=at]);
                // What follows starts with the quote again.
                start = at;
            }
        }
        out.extend_from_slice(&text[start..]);
    }
}

/// Whether a cell with this text is read as another one without quotes around it.
fn needs_quotes(text: &[u8]) -> bool {
    memchr::memchr3(b',', b'"', b'\n', text).is_some() || memchr::memchr(b'\r', text).is_some()
}

/// Whether a spreadsheet may run the cell. The apostrophe is in the list so that the guard can be
/// undone: a cell that starts with one always had one put before it.
fn looks_like_a_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\''))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn rows_are_those_of_a_csv_writer() {
        let parts =
            ["", ",", "\"", "\n", "\r", "'", "=", "plain", "é", " ", ";", "#", "\\", "\t", "\"\""];
        let long = "Words, and \"quotes\" of them.\n\n".repeat(70);
        let mut texts: Vec<String> = vec![long.clone(), long.replace(['"', ',', '\n'], "-")];
        for (one, two) in parts.iter().flat_map(|one| parts.map(|two| (one, two))) {
            texts.push(format!("{one}{two}"));
            texts.push(format!("{one}{}{two}{one}", "x".repeat(50)));
        }
        for (number, pair) in (0_u32..).zip(texts.windows(2)) {
            let (number, share) = (u64::from(number) << 20, 1.0 / f64::from(number + 1));
            let mut out = b"before\n".to_vec();
            let mut cells = Cells::new(&mut out, true);
            cells.text(&pair[0]);
            cells.number(number);
            cells.share(share);
            cells.text(&pair[1]);
            cells.end();
            let mut csv = csv::Writer::from_writer(b"before\n".to_vec());
            let (number, share) = (number.to_string(), format!("{share:?}"));
            csv.write_record([&pair[0], &number, &share, &pair[1]]).unwrap();
            let expected = csv.into_inner().unwrap();
            assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
        }
    }

    #[test]
    fn a_formula_is_guarded_within_its_quotes() {
        let row = |text: &str, raw: bool| {
            let mut out = Vec::new();
            let mut cells = Cells::new(&mut out, raw);
            cells.text(text);
            cells.text("");
            cells.end();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(row("\0=1,2", false), "\"'=1,2\",\n");
        assert_eq!(row("=1,2", true), "\"=1,2\",\n");
        assert_eq!(row("-1", false), "'-1,\n");
        assert_eq!(row("a-1", false), "a-1,\n");
    }
}
