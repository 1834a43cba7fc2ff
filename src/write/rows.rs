//! One struct for each kind of row. A field's name is its JSON key and the order of the fields is the
//! order of the keys; both change only with a major version.
//!
//! Rows borrow what they say and know nothing of files, so any thread can turn its articles into
//! bytes. Keys are always there, `null` where the value is unknown.

use std::borrow::Cow;
use std::ops::Range;

use serde::ser::Serialize;
use serde_json::value::RawValue;

use super::cells::{Cells, joined};
use super::json::{self, Member, Object, member};
use crate::article::{Caption, Span};
use crate::ledger::{Reason, Reject, RejectReason, Removal, Repeats};

/// One row of `articles.jsonl` and `articles.csv`: a clean article.
#[derive(Clone, Debug)]
pub struct ArticleRow<'a> {
    /// The input's own id, or one made from the text.
    pub id: &'a str,
    /// Where it came from: `path#record`.
    pub dump: &'a str,
    /// The publisher.
    pub source: Option<&'a str>,
    /// The address of the page.
    pub url: Option<&'a str>,
    /// The headline.
    pub title: Option<&'a str>,
    /// Who wrote it, without "By".
    pub byline: Option<&'a str>,
    /// Where and by whom: `NEW YORK (Reuters)`.
    pub dateline: Option<&'a str>,
    /// RFC 3339, `YYYY-MM-DD`, or as found.
    pub published: Option<&'a str>,
    /// BCP 47.
    pub language: Option<&'a str>,
    /// The clean paragraphs, a blank line between them.
    pub text: &'a str,
    /// Every picture caption once.
    pub captions: &'a [Caption],
    /// The article's fingerprint, in hex.
    pub fingerprint: &'a str,
    /// The fingerprints of the paragraphs of `text`; written in hex.
    pub paragraphs: &'a [[u8; 32]],
    /// Words of `text`.
    pub words: u64,
    /// How many rows of `duplicates.jsonl` name this article.
    pub copies: u64,
    /// The representative's id, where copies are only marked.
    pub duplicate_of: Option<&'a str>,
    /// The other fields of the input record, as the text of one JSON object; written verbatim. `None`
    /// is `{}`. A text that is not JSON is written as a string, so that it breaks no line.
    pub meta: Option<&'a str>,
}

/// The first members of an [`ArticleRow`].
const ARTICLE_TEXTS: [Member; 10] = [
    member("id"),
    member("dump"),
    member("source"),
    member("url"),
    member("title"),
    member("byline"),
    member("dateline"),
    member("published"),
    member("language"),
    member("text"),
];

impl ArticleRow<'_> {
    /// The first line of `articles.csv`, with its line end.
    pub const CSV_HEADER: &'static str = "id,dump,source,url,title,byline,dateline,published,\
        language,text,captions,credits,fingerprint,words,copies,duplicate_of\n";

    /// Appends the row as one line of JSON.
    pub fn jsonl(&self, out: &mut Vec<u8>) {
        let mut row = Object::open(out);
        let texts = [
            Some(self.id),
            Some(self.dump),
            self.source,
            self.url,
            self.title,
            self.byline,
            self.dateline,
            self.published,
            self.language,
            Some(self.text),
        ];
        row.texts(&ARTICLE_TEXTS, texts);
        json::list(row.value(b"captions"), self.captions, |caption, out| {
            let mut object = Object::open(out);
            object.optional(b"text", caption.text.as_deref());
            object.optional(b"credit", caption.credit.as_deref());
            object.close();
        });
        row.text(b"fingerprint", self.fingerprint);
        json::digests(self.paragraphs, row.value(b"paragraphs"));
        row.number(b"words", self.words);
        row.number(b"copies", self.copies);
        row.optional(b"duplicate_of", self.duplicate_of);
        verbatim(self.meta, row.value(b"meta"));
        row.close();
        out.push(b'\n');
    }

    /// Appends the row as one row of CSV. Unless `raw`, a text that a spreadsheet would run gets an
    /// apostrophe in front.
    pub fn csv(&self, out: &mut Vec<u8>, raw: bool) {
        let mut cells = Cells::new(out, raw);
        cells.texts(&[
            self.id,
            self.dump,
            self.source.unwrap_or_default(),
            self.url.unwrap_or_default(),
            self.title.unwrap_or_default(),
            self.byline.unwrap_or_default(),
            self.dateline.unwrap_or_default(),
            self.published.unwrap_or_default(),
            self.language.unwrap_or_default(),
            self.text,
            &joined(self.captions.iter().filter_map(|caption| caption.text.as_deref())),
            &joined(self.captions.iter().filter_map(|caption| caption.credit.as_deref())),
            self.fingerprint,
        ]);
        cells.number(self.words);
        cells.number(self.copies);
        cells.optional(self.duplicate_of);
        cells.end();
    }
}

/// How a duplicate resembles its representative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateKind {
    /// The same fingerprint.
    Exact,
    /// A similarity at or above the threshold.
    Near,
    /// Nearly all of it stands within the representative.
    Contained,
}

impl DuplicateKind {
    /// The word used in files. Users filter by it, so it never changes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DuplicateKind::Exact => "exact",
            DuplicateKind::Near => "near",
            DuplicateKind::Contained => "contained",
        }
    }
}

/// One row of `duplicates.jsonl` and `duplicates.csv`: an article that is a copy of another.
#[derive(Clone, Debug)]
pub struct DuplicateRow<'a> {
    /// The duplicate's id.
    pub id: &'a str,
    /// Where it came from: `path#record`.
    pub dump: &'a str,
    /// The publisher.
    pub source: Option<&'a str>,
    /// The address of the page.
    pub url: Option<&'a str>,
    /// The headline.
    pub title: Option<&'a str>,
    /// RFC 3339, `YYYY-MM-DD`, or as found.
    pub published: Option<&'a str>,
    /// In what way it is a copy.
    pub kind: DuplicateKind,
    /// Id of the written article it is a copy of.
    pub duplicate_of: &'a str,
    /// The value measured against that article, 0 to 1; written with at most six decimals.
    pub similarity: f64,
    /// The representative's id.
    pub cluster: &'a str,
    /// The duplicate's own fingerprint, in hex.
    pub fingerprint: &'a str,
}

impl DuplicateRow<'_> {
    /// The first line of `duplicates.csv`, with its line end.
    pub const CSV_HEADER: &'static str =
        "id,dump,source,url,title,published,kind,duplicate_of,similarity,cluster,fingerprint\n";

    /// Appends the row as one line of JSON.
    pub fn jsonl(&self, out: &mut Vec<u8>) {
        let mut row = Object::open(out);
        row.text(b"id", self.id);
        row.text(b"dump", self.dump);
        row.optional(b"source", self.source);
        row.optional(b"url", self.url);
        row.optional(b"title", self.title);
        row.optional(b"published", self.published);
        row.plain(b"kind", self.kind.as_str());
        row.text(b"duplicate_of", self.duplicate_of);
        json::serialized(&rounded(self.similarity), row.value(b"similarity"));
        row.text(b"cluster", self.cluster);
        row.text(b"fingerprint", self.fingerprint);
        row.close();
        out.push(b'\n');
    }

    /// Appends the row as one row of CSV, as [`ArticleRow::csv`] does.
    pub fn csv(&self, out: &mut Vec<u8>, raw: bool) {
        let mut cells = Cells::new(out, raw);
        cells.texts(&[
            self.id,
            self.dump,
            self.source.unwrap_or_default(),
            self.url.unwrap_or_default(),
            self.title.unwrap_or_default(),
            self.published.unwrap_or_default(),
            self.kind.as_str(),
            self.duplicate_of,
        ]);
        cells.share(rounded(self.similarity));
        cells.texts(&[self.cluster, self.fingerprint]);
        cells.end();
    }
}

/// One row of the file that `copydesk review` writes: something taken out, for people to judge.
#[derive(Clone, Copy, Debug)]
pub struct ReviewRow<'a> {
    /// `removal` or `copy`.
    pub kind: &'a str,
    /// The rule that removed it; of a copy, its kind.
    pub rule: &'a str,
    /// Why; empty for a copy.
    pub reason: &'a str,
    /// The publisher.
    pub source: Option<&'a str>,
    /// The id of the article it was taken out of; of a copy, its own.
    pub article: &'a str,
    /// Where the article came from: `path#record`.
    pub dump: &'a str,
    /// 1-based line of the decoded text.
    pub line: Option<u64>,
    /// What stands before it; of a copy, the title of its representative.
    pub before: &'a str,
    /// What was removed; of a copy, how it differs from its representative.
    pub text: &'a str,
    /// What stands behind it.
    pub after: &'a str,
    /// What it repeats: a dump, or `title`; of a copy, the id of its representative.
    pub repeats: Option<&'a str>,
    /// Of a copy, how alike the two are.
    pub similarity: Option<f64>,
}

impl ReviewRow<'_> {
    /// The first line of the file, with its line end.
    pub const CSV_HEADER: &'static str = "right,kind,rule,reason,source,article,dump,line,before,\
        text,after,repeats,similarity\n";

    /// Appends the row, with the cell of the judgement empty. Cells that a spreadsheet would run are
    /// guarded: the file is made for spreadsheets.
    pub fn csv(&self, out: &mut Vec<u8>) {
        let mut cells = Cells::new(out, false);
        cells.text("");
        for text in [self.kind, self.rule, self.reason] {
            cells.text(text);
        }
        cells.optional(self.source);
        cells.text(self.article);
        cells.text(self.dump);
        cells.optional(self.line.map(|line| line.to_string()).as_deref());
        for text in [self.before, self.text, self.after] {
            cells.text(text);
        }
        cells.optional(self.repeats);
        match self.similarity {
            Some(similarity) => cells.share(rounded(similarity)),
            None => cells.text(""),
        }
        cells.end();
    }
}

/// One row of `removals.jsonl`: a block, or a part of one, that was taken out of a written article.
#[derive(Clone, Debug)]
pub struct RemovalRow<'a> {
    /// Where the article came from: `path#record`.
    pub dump: &'a str,
    /// The article's id.
    pub article: &'a str,
    /// First byte removed, in the decoded text.
    pub start: usize,
    /// One past the last byte removed.
    pub end: usize,
    /// 1-based line of that text.
    pub line: usize,
    /// The rule that asked for it.
    pub rule: &'a str,
    /// Why.
    pub reason: Reason,
    /// The slice of the text.
    pub text: &'a str,
    /// What it copies.
    pub repeats: Option<RepeatsRow<'a>>,
    /// Whether the rest of its block stays.
    pub partial: bool,
}

/// What a removed text copies: a place, or a field of the input record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatsRow<'a> {
    /// Bytes of the decoded text of a dump.
    Place {
        /// `path#record`.
        dump: &'a str,
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// A field, by the name it has in our records.
    Field {
        /// `title`.
        field: &'a str,
    },
}

impl<'a> RemovalRow<'a> {
    /// The row of a removal from the article `article` of `dump`.
    #[must_use]
    pub fn new(removal: &'a Removal, dump: &'a str, article: &'a str) -> RemovalRow<'a> {
        let place = |dump: &'a str, span: Span| RepeatsRow::Place {
            dump,
            start: span.start,
            end: span.end,
        };
        RemovalRow {
            dump,
            article,
            start: removal.span.start,
            end: removal.span.end,
            line: removal.line,
            rule: removal.rule,
            reason: removal.reason,
            text: &removal.text,
            repeats: removal.repeats.as_ref().map(|repeats| match repeats {
                Repeats::Span(span) => place(dump, *span),
                Repeats::Elsewhere { dump, span } => place(dump, *span),
                Repeats::TitleField => RepeatsRow::Field { field: "title" },
            }),
            partial: removal.partial,
        }
    }

    /// Appends the row as one line of JSON.
    pub fn jsonl(&self, out: &mut Vec<u8>) {
        self.jsonl_behind(&mut None, out);
    }

    /// The same, where rows of one article stand behind each other in `out`: `head` is where their common start does,
    /// once there is one.
    pub(crate) fn jsonl_behind(&self, head: &mut Option<Range<usize>>, out: &mut Vec<u8>) {
        let mut row = if let Some(head) = head {
            Object::open_like(head.clone(), out)
        } else {
            let start = out.len();
            let mut row = Object::open(out);
            row.text(b"dump", self.dump);
            row.text(b"article", self.article);
            *head = Some(start..row.end());
            row
        };
        row.number(b"start", self.start as u64);
        row.number(b"end", self.end as u64);
        row.number(b"line", self.line as u64);
        row.texts(
            &const { [member("rule"), member("reason"), member("text")] },
            [Some(self.rule), Some(self.reason.as_str()), Some(self.text)],
        );
        let repeats = row.value(b"repeats");
        match self.repeats {
            None => repeats.extend_from_slice(b"null"),
            Some(RepeatsRow::Place { dump, start, end }) => {
                let mut place = Object::open(repeats);
                place.text(b"dump", dump);
                place.number(b"start", start as u64);
                place.number(b"end", end as u64);
                place.close();
            }
            Some(RepeatsRow::Field { field }) => {
                let mut object = Object::open(repeats);
                object.text(b"field", field);
                object.close();
            }
        }
        row.truth(b"partial", self.partial);
        row.close();
        out.push(b'\n');
    }
}

/// One row of `rejects.jsonl`: a record or a file that could not be used.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct RejectRow<'a> {
    /// The file.
    pub file: &'a str,
    /// 1-based number of the record; `None` when the file, or its rest, is meant.
    pub record: Option<u64>,
    /// 1-based line of the file.
    pub line: Option<u64>,
    /// Byte of the decoded file.
    pub offset: Option<u64>,
    /// Why.
    pub reason: RejectReason,
    /// What exactly, and the remedy.
    pub detail: &'a str,
}

impl<'a> From<&'a Reject> for RejectRow<'a> {
    fn from(reject: &'a Reject) -> RejectRow<'a> {
        RejectRow {
            file: &reject.file,
            record: reject.record,
            line: reject.line,
            offset: reject.offset,
            reason: reject.reason,
            detail: &reject.detail,
        }
    }
}

impl RejectRow<'_> {
    /// Appends the row as one line of JSON.
    pub fn jsonl(&self, out: &mut Vec<u8>) {
        line(self, out);
    }
}

fn line(row: &impl Serialize, out: &mut Vec<u8>) {
    json::serialized(row, out);
    out.push(b'\n');
}

/// Six decimals are more than the measure can tell apart, and hide how a platform rounds the last bit.
fn rounded(similarity: f64) -> f64 {
    (similarity * 1e6).round() / 1e6
}

fn verbatim(meta: Option<&str>, out: &mut Vec<u8>) {
    let json = one_line(meta.unwrap_or("{}"));
    match serde_json::from_str::<&RawValue>(&json) {
        Ok(raw) => out.extend_from_slice(raw.get().as_bytes()),
        Err(_) => json::string(&json, out),
    }
}

/// A line end in JSON is always white space between its parts, so a space says the same.
fn one_line(json: &str) -> Cow<'_, str> {
    match memchr::memchr2(b'\n', b'\r', json.as_bytes()) {
        None => Cow::Borrowed(json),
        Some(_) => Cow::Owned(json.replace(['\n', '\r'], " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_article_start_alike() {
        let removal = |start| RemovalRow {
            dump: "in/a \"b\".txt#1",
            article: "é\n1",
            start,
            end: start + 4,
            line: 1,
            rule: "share-bar",
            reason: Reason::ShareBar,
            text: "\ttext",
            repeats: None,
            partial: false,
        };
        let (mut head, mut out, mut expected) = (None, b"before\n".to_vec(), b"before\n".to_vec());
        for start in [0, 70, 1 << 40] {
            removal(start).jsonl_behind(&mut head, &mut out);
            removal(start).jsonl(&mut expected);
        }
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
    }
}
