//! The cells of one CSV row.

use std::borrow::Cow;

use super::append;
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
        self.texts(&[text]);
    }

    /// Several of them, which is faster than one after the other.
    pub(super) fn texts(&mut self, texts: &[&str]) {
        widest(Appending { texts, raw: self.raw, out: self.out });
    }

    /// A cell of text; empty where the text is unknown.
    pub(super) fn optional(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    /// A cell that is a number for spreadsheets too: never guarded.
    pub(super) fn number(&mut self, number: u64) {
        append::number(number, self.out);
        self.out.push(b',');
    }

    /// A cell that is a number between 0 and 1.
    pub(super) fn share(&mut self, share: f64) {
        // As in JSON, where a whole number keeps its `.0`. Most copies are exact.
        if share.to_bits() == 1.0_f64.to_bits() {
            self.plain("1.0");
        } else {
            self.plain(&format!("{share:?}"));
        }
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
}

/// The text of one cell for several texts, joined by ` | `.
pub(super) fn joined<'a>(mut texts: impl Iterator<Item = &'a str>) -> Cow<'a, str> {
    let first = texts.next().unwrap_or_default();
    match texts.next() {
        None => first.into(),
        Some(second) => {
            let texts: Vec<&str> = [first, second].into_iter().chain(texts).collect();
            texts.join(" | ").into()
        }
    }
}

/// Appending cells with the comma behind each.
struct Appending<'t, 'o> {
    texts: &'t [&'t str],
    /// Whether no apostrophe, which needs no quotes, stands before what looks like a formula.
    raw: bool,
    out: &'o mut Vec<u8>,
}

impl Loop for Appending<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, machine: impl Machine) {
        let Appending { texts, raw, out } = self;
        for text in texts {
            Cell { raw, text: text.as_bytes(), out }.run(machine);
        }
    }
}

/// Appending a cell: in quotes where a cell with this text is read as another one without.
struct Cell<'t, 'o> {
    /// See [`Appending`].
    raw: bool,
    text: &'t [u8],
    out: &'o mut Vec<u8>,
}

impl Loop for Cell<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, machine: impl Machine) {
        let Cell { raw, text, out } = self;
        out.reserve(text.len() + text.len() / 32 + BITS + 4);
        let mut room = [b' '; BITS];
        if text.len() <= BITS {
            // Most cells are one row in which nothing is odd, and it is known at one look.
            let row = filled(text, &mut room);
            let odd = machine.one_of(machine.bytes(row), [b',', b'"', b'\n', b'\r', 0]);
            if odd == 0 && (raw || !starts_formulas(row[0])) {
                append::some(row, text.len(), out);
                out.push(b',');
                return;
            }
        }
        let is_guarded = !raw && looks_like_a_formula(text);
        let mut rows = text.chunks(BITS);
        let needs_quotes = rows.any(|row| {
            let row = machine.bytes(filled(row, &mut room));
            machine.one_of(row, [b',', b'"', b'\n', b'\r']) != 0
        });
        if needs_quotes {
            out.push(b'"');
        }
        if is_guarded {
            out.push(b'\'');
        }
        // Two of a quote, and nothing of a NUL.
        let odd = |row| machine.one_of(row, [b'"', 0]);
        let instead = |byte: u8, _| (([byte; 7], if byte == 0 { 0 } else { 2 }), false);
        append::rewritten(machine, text, odd, instead, out);
        if needs_quotes {
            out.push(b'"');
        }
        out.push(b',');
    }
}

/// Whether a spreadsheet may run the cell, NULs aside. The apostrophe is in the list so that the guard can be
/// undone: a cell that starts with one always had one put before it.
fn looks_like_a_formula(text: &[u8]) -> bool {
    text.iter().find(|byte| **byte != 0).is_some_and(|first| starts_formulas(*first))
}

/// Whether what starts with this byte looks like a formula.
fn starts_formulas(byte: u8) -> bool {
    matches!(byte, b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\'')
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
    fn a_text_with_nuls_is_written_as_the_one_without() {
        let row = |text: &str, raw: bool| {
            let mut out = Vec::new();
            Cells::new(&mut out, raw).text(text);
            String::from_utf8(out).unwrap()
        };
        for (before, what) in (0..140).flat_map(|n| ["=", "\"", "\0", "x\"", "é,"].map(|w| (n, w)))
        {
            for with in [
                format!("{}{what}\0{what}", "é".repeat(before)),
                format!("{}{what}{}\0", "\0".repeat(before), "x".repeat(before)),
            ] {
                for raw in [false, true] {
                    assert_eq!(row(&with, raw), row(&with.replace('\0', ""), raw), "{with:?}");
                }
            }
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
