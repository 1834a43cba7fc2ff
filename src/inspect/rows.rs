//! The rows of a finished run, read one after the other.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::article::{Caption, Span};
use crate::error::{Error, ErrorKind};
use crate::ledger::{Removal, Repeats};
use crate::options::Compression;

/// A row of `articles.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ArticleRow {
    pub(super) id: String,
    pub(super) dump: String,
    pub(super) source: Option<String>,
    pub(super) title: Option<String>,
    pub(super) byline: Option<String>,
    pub(super) text: String,
    pub(super) captions: Vec<Caption>,
    pub(super) fingerprint: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) copies: u64,
    pub(super) duplicate_of: Option<String>,
}

/// A row of `duplicates.jsonl`.
#[derive(Debug, Deserialize)]
pub(super) struct DuplicateRow {
    pub(super) id: String,
    pub(super) dump: String,
    pub(super) source: Option<String>,
    pub(super) kind: String,
    pub(super) duplicate_of: String,
    pub(super) similarity: f64,
    pub(super) fingerprint: String,
}

/// A row of `removals.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct RemovalRow {
    pub(super) dump: String,
    pub(super) article: String,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: u64,
    pub(super) rule: String,
    pub(super) reason: String,
    pub(super) text: String,
    pub(super) repeats: Option<serde_json::Value>,
    pub(super) partial: bool,
}

impl RemovalRow {
    /// The row that an article left out would have.
    pub(super) fn of(removal: &Removal, dump: &str) -> RemovalRow {
        let place = |dump: &str, span: &Span| serde_json::json!({ "dump": dump, "start": span.start, "end": span.end });
        RemovalRow {
            dump: dump.to_owned(),
            article: String::new(),
            start: removal.span.start,
            end: removal.span.end,
            line: removal.line as u64,
            rule: removal.rule.to_owned(),
            reason: removal.reason.to_string(),
            text: removal.text.clone(),
            repeats: removal.repeats.as_ref().map(|repeats| match repeats {
                Repeats::Span(span) => place(dump, span),
                Repeats::Elsewhere { dump, span } => place(dump, span),
                Repeats::TitleField => serde_json::json!({ "field": "title" }),
            }),
            partial: removal.partial,
        }
    }
}

/// A row of `rejects.jsonl`.
#[derive(Debug, Deserialize)]
pub(super) struct RejectRow {
    pub(super) file: String,
    pub(super) record: Option<u64>,
}

/// Rows of one file, with one row of lookahead.
pub(super) struct Rows<T> {
    path: PathBuf,
    lines: Box<dyn BufRead>,
    buffer: Vec<u8>,
    number: u64,
    next: Option<T>,
}

impl<T: DeserializeOwned> Rows<T> {
    /// Opens `name` in `dir`, compressed as the run was told.
    pub(super) fn open(dir: &Path, name: &str, compression: Compression) -> Result<Rows<T>, Error> {
        let path = dir.join(format!("{name}{}", compression.extension()));
        let failed = |error| Error::at(path.display(), ErrorKind::Read(error));
        let file = File::open(&path).map_err(failed)?;
        let plain: Box<dyn Read> = match compression {
            Compression::None => Box::new(file),
            Compression::Gz => Box::new(flate2::read::MultiGzDecoder::new(file)),
            Compression::Zst => Box::new(zstd::Decoder::new(file).map_err(failed)?),
        };
        let lines = Box::new(BufReader::with_capacity(1 << 18, plain));
        let mut rows = Rows { path, lines, buffer: Vec::new(), number: 0, next: None };
        rows.advance()?;
        Ok(rows)
    }

    /// The next row, left in place.
    pub(super) fn peek(&self) -> Option<&T> {
        self.next.as_ref()
    }

    /// The next row, when `wanted` says so.
    pub(super) fn next_if(&mut self, wanted: impl Fn(&T) -> bool) -> Result<Option<T>, Error> {
        if !self.next.as_ref().is_some_and(wanted) {
            return Ok(None);
        }
        let row = self.next.take();
        self.advance()?;
        Ok(row)
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<T>, Error> {
        self.next_if(|_| true)
    }

    fn advance(&mut self) -> Result<(), Error> {
        self.buffer.clear();
        let place = || format!("{}:{}", self.path.display(), self.number + 1);
        let read = self.lines.read_until(b'\n', &mut self.buffer);
        if read.map_err(|error| Error::at(place(), ErrorKind::Read(error)))? == 0 {
            return Ok(());
        }
        let row = serde_json::from_slice(&self.buffer)
            .map_err(|error| Error::at(place(), ErrorKind::Damaged(error.to_string())))?;
        self.number += 1;
        self.next = Some(row);
        Ok(())
    }
}
