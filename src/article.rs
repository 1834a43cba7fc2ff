//! The nouns of the program: dumps, articles, blocks, spans. Imports nothing else from the crate.

use std::borrow::Cow;
use std::sync::Arc;

/// A range of bytes in the decoded text of one dump: `start <= end`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The part of `text` this span names.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// What an input record says of its article besides the text. `None` where the input is silent.
///
/// Values stand as the input wrote them; numbers became strings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The input's own id.
    pub id: Option<String>,
    /// The publisher.
    pub source: Option<String>,
    /// The address of the page.
    pub url: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// Who wrote it; several names joined by `, `.
    pub byline: Option<String>,
    /// The dateline.
    pub dateline: Option<String>,
    /// The publication date, as found.
    pub published: Option<String>,
    /// The language, as found.
    pub language: Option<String>,
    /// All other fields of the record, byte for byte, as the text of one JSON object on one line.
    pub meta: Option<String>,
}

/// One unit of input: the decoded text of a text file, or of one record of a JSONL or CSV file.
#[derive(Clone, Debug)]
pub struct Dump {
    /// The path of the file as it is shown everywhere: bytes that are not UTF-8 as `\xNN`.
    pub path: Arc<str>,
    /// 1-based number of the record in its file; `None` for a text dump, whose records are the
    /// articles found in it.
    pub record: Option<u64>,
    /// 1-based line of the file on which the record starts.
    pub line: u64,
    /// Name of the folder the file stands in: the source of last resort.
    pub folder: Arc<str>,
    /// The decoded text. Every [`Span`] of this dump points into it.
    pub text: String,
    /// What the record says besides.
    pub fields: Fields,
}

/// One non-blank line of the input, or the lines of a hard-wrapped paragraph joined into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The text, trimmed; lines of a wrapped paragraph are joined by one space.
    pub text: Cow<'a, str>,
    /// Its place in the dump, first to last byte that is not white space.
    pub span: Span,
    /// 1-based line of the dump's text on which it starts.
    pub line: usize,
    /// Blank lines between it and the block before it.
    pub gap: usize,
    /// Bytes of white space before it on its first line: programs that turn a page into text indent
    /// what stands in lists and columns.
    pub indent: usize,
}

/// What a reader would call one article: a run of blocks of one dump, as they came in.
#[derive(Clone, Debug)]
pub struct Article<'a> {
    /// Its blocks, in reading order. Never empty.
    pub blocks: Vec<Block<'a>>,
    /// How many of the first blocks are lines of a metadata header.
    pub header_blocks: usize,
    /// What the input record or the metadata header says of it.
    pub fields: Cow<'a, Fields>,
}

impl Article<'_> {
    /// From its first block to its last: the text that an id is made from.
    #[must_use]
    pub fn span(&self) -> Span {
        let start = self.blocks.first().map_or(0, |block| block.span.start);
        let end = self.blocks.last().map_or(start, |block| block.span.end);
        Span { start, end }
    }
}

/// A picture's caption and its credit. One of the two is always there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Caption {
    /// The words under the picture, verbatim with the credit in them; `None` for a credit alone.
    pub text: Option<String>,
    /// Photographer and agency as written: `AP`, `AHMAD AL-RUBAYE / AFP`.
    pub credit: Option<String>,
}
