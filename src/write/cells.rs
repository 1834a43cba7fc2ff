//! The cells of one CSV row.

use std::borrow::Cow;
use std::fmt::Display;

/// What a row is made in. It is filled with zeros first: 8 KiB, the usual, would take longer than the row.
const BUFFER_BYTES: usize = 1 << 10;

/// Writes one row, cell by cell, at the end of a buffer.
///
/// A `csv::Writer` for each row sounds dear and is not, with a small buffer.
pub(super) struct Cells<'out> {
    row: csv::Writer<&'out mut Vec<u8>>,
    raw: bool,
}

impl<'out> Cells<'out> {
    /// Starts a row at the end of `out`. With `raw`, cells that a spreadsheet would run stay as
    /// they are.
    pub(super) fn new(out: &'out mut Vec<u8>, raw: bool) -> Cells<'out> {
        let row = csv::WriterBuilder::new().buffer_capacity(BUFFER_BYTES).from_writer(out);
        Cells { row, raw }
    }

    /// A cell of text, without its NUL bytes, which many readers take for the end of the file.
    pub(super) fn text(&mut self, text: &str) {
        // First the NULs, or one of them would hide a formula from the guard.
        let text = match memchr::memchr(0, text.as_bytes()) {
            None => Cow::Borrowed(text),
            Some(_) => Cow::Owned(text.replace('\0', "")),
        };
        if !self.raw && looks_like_a_formula(&text) {
            self.cell(&format!("'{text}"));
        } else {
            self.cell(&text);
        }
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
    pub(super) fn number(&mut self, number: impl Display) {
        self.cell(&number.to_string());
    }

    /// Ends the row.
    pub(super) fn end(mut self) {
        self.row
            .write_record(None::<&[u8]>)
            .and_then(|()| Ok(self.row.flush()?))
            .expect("memory takes every row");
    }

    fn cell(&mut self, text: &str) {
        self.row.write_field(text).expect("memory takes every cell");
    }
}

/// Whether a spreadsheet may run the cell. The apostrophe is in the list so that the guard can be
/// undone: a cell that starts with one always had one put before it.
fn looks_like_a_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\''))
}
