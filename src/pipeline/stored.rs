//! Articles at rest between the passes of a run: a compact form that is read without copying.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::index::Place;
use crate::article::{Caption, Span};
use crate::clean::CleanArticle;
use crate::error::{Error, ErrorKind};
use crate::fingerprint::{self, Digest};
use crate::ledger::{Reason, Repeats};
use crate::write::rows::{ArticleRow, RejectRow, RemovalRow, RepeatsRow};

/// One entry of the spool, in input order.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Entry<'a> {
    /// An article.
    #[serde(borrow)]
    Article(Box<StoredArticle<'a>>),
    /// A record or a file that could not be used.
    #[serde(borrow)]
    Reject(RejectRow<'a>),
}

/// A [`CleanArticle`] whose texts lie in the spool. First what more than the last pass reads: see [`StoredHead`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredArticle<'a> {
    pub(super) title: Option<&'a str>,
    pub(super) title_from_text: bool,
    #[serde(borrow, with = "long_text")]
    pub(super) text: &'a str,
    /// Bytes of each paragraph.
    lens: Vec<usize>,
    /// 32 bytes a paragraph.
    #[serde(with = "raw_bytes")]
    pub(super) digests: &'a [u8],
    pub(super) dump: &'a str,
    pub(super) record: u64,
    pub(super) line: u64,
    pub(super) source: &'a str,
    pub(super) url: Option<&'a str>,
    pub(super) byline: Option<&'a str>,
    pub(super) dateline: Option<&'a str>,
    pub(super) published: Option<&'a str>,
    pub(super) language: Option<&'a str>,
    #[serde(borrow)]
    pub(super) paragraphs: Vec<StoredParagraph<'a>>,
    pub(super) captions: Cow<'a, [Caption]>,
    pub(super) meta: Option<&'a str>,
    #[serde(borrow)]
    pub(super) removals: Vec<StoredRemoval<'a>>,
    pub(super) words: usize,
    pub(super) blocks_in: usize,
    pub(super) blocks_in_fields: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredParagraph<'a> {
    pub(super) span: Span,
    pub(super) line: usize,
    pub(super) raw: Option<&'a str>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredRemoval<'a> {
    pub(super) span: Span,
    pub(super) line: usize,
    pub(super) rule: &'a str,
    pub(super) reason: Reason,
    pub(super) text: &'a str,
    repeats: Option<Repeats>,
    pub(super) partial: bool,
}

impl<'a> StoredArticle<'a> {
    /// A view of `article`; `digests` are its paragraphs' digests in a row.
    pub(super) fn of(article: &'a CleanArticle, digests: &'a [u8]) -> StoredArticle<'a> {
        let paragraphs = article.paragraphs.iter().map(|paragraph| StoredParagraph {
            span: paragraph.span,
            line: paragraph.line,
            raw: paragraph.raw.as_deref(),
        });
        let removals = article.removals.iter().map(|removal| StoredRemoval {
            span: removal.span,
            line: removal.line,
            rule: removal.rule,
            reason: removal.reason,
            text: &removal.text,
            repeats: removal.repeats.clone(),
            partial: removal.partial,
        });
        StoredArticle {
            title: article.title.as_deref(),
            title_from_text: article.title_from_text,
            published: article.published.as_deref(),
            text: &article.text,
            lens: article.paragraphs.iter().map(|paragraph| paragraph.bytes).collect(),
            digests,
            dump: &article.dump,
            record: article.record,
            line: article.line,
            source: &article.source,
            url: article.url.as_deref(),
            byline: article.byline.as_deref(),
            dateline: article.dateline.as_deref(),
            language: article.language.as_deref(),
            paragraphs: paragraphs.collect(),
            captions: Cow::Borrowed(&article.captions),
            meta: article.meta.as_deref(),
            removals: removals.collect(),
            words: article.words,
            blocks_in: article.blocks_in,
            blocks_in_fields: article.blocks_in_fields,
        }
    }

    /// Every paragraph with its text and digest.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&StoredParagraph<'a>, &'a str, Digest)> {
        let places = places(&self.lens, self.digests);
        self.paragraphs
            .iter()
            .zip(places)
            .map(|(paragraph, (place, digest))| (paragraph, &self.text[place], digest))
    }

    /// The title, when it is a block of the text and nothing else of the text remains without the
    /// paragraphs that are `gone`: then it is the text.
    pub(super) fn title_alone(&self, gone: impl Fn(Digest) -> bool) -> Option<(&'a str, Digest)> {
        title_alone(self.title.filter(|_| self.title_from_text)?, self.digests, gone)
    }

    /// The row of `articles.*`, with `text` and the rest of what later passes settle.
    pub(super) fn row<'r>(&'r self, settled: &'r Settled<'r>) -> ArticleRow<'r> {
        ArticleRow {
            id: settled.id,
            dump: self.dump,
            source: Some(self.source),
            url: self.url,
            title: settled.title,
            byline: self.byline,
            dateline: self.dateline,
            published: self.published,
            language: self.language,
            text: settled.text,
            captions: &self.captions,
            fingerprint: settled.fingerprint,
            paragraphs: settled.paragraphs,
            words: settled.words as u64,
            copies: settled.copies,
            duplicate_of: settled.duplicate_of,
            meta: self.meta,
        }
    }
}

/// The first fields of a [`StoredArticle`], in its order: whoever needs no more reads them in a fraction of the time.
#[derive(Debug, Deserialize)]
pub(super) struct StoredHead<'a> {
    pub(super) title: Option<&'a str>,
    title_from_text: bool,
    /// UTF-8 as it was written: whoever looks at no more than a part need not bring all of it from memory.
    #[serde(with = "raw_bytes")]
    text: &'a [u8],
    lens: Vec<usize>,
    #[serde(with = "raw_bytes")]
    digests: &'a [u8],
}

impl<'a> StoredHead<'a> {
    /// Reads the start of the article at `place` of the `piece` of the spool that it is in.
    pub(super) fn at((_, place): &Place, piece: &'a [u8]) -> Result<StoredHead<'a>, Error> {
        StoredHead::read(&piece[place.start as usize..place.end as usize])
    }

    /// Reads the start of an [`Entry`] that is an article.
    pub(super) fn read(bytes: &'a [u8]) -> Result<StoredHead<'a>, Error> {
        #[derive(Deserialize)]
        enum Head<'h> {
            #[serde(borrow)]
            Article(StoredHead<'h>),
        }
        let bug = |error: postcard::Error| Error::at("spool", ErrorKind::Bug(error.to_string()));
        let (Head::Article(head), _) = postcard::take_from_bytes(bytes).map_err(bug)?;
        Ok(head)
    }

    /// The text.
    pub(super) fn text(&self) -> Result<&'a str, Error> {
        utf8(self.text)
    }

    /// The text of the paragraph at this place of the text.
    pub(super) fn paragraph(&self, place: Range<usize>) -> Result<&'a str, Error> {
        utf8(&self.text[place])
    }

    /// Every paragraph's place in the text, and its digest.
    pub(super) fn paragraphs(&self) -> impl Iterator<Item = (Range<usize>, Digest)> {
        places(&self.lens, self.digests)
    }

    /// See [`StoredArticle::title_alone`].
    pub(super) fn title_alone(&self, gone: impl Fn(Digest) -> bool) -> Option<(&'a str, Digest)> {
        title_alone(self.title.filter(|_| self.title_from_text)?, self.digests, gone)
    }
}

/// Every paragraph's place in the text, and its digest.
fn places(lens: &[usize], digests: &[u8]) -> impl Iterator<Item = (Range<usize>, Digest)> {
    let mut start = 0;
    lens.iter().zip(digests.chunks_exact(32)).map(move |(len, bytes)| {
        let place = start..start + len;
        start += len + 2;
        (place, digest(bytes))
    })
}

/// What was written as a text.
fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    let bug =
        |error: simdutf8::basic::Utf8Error| Error::at("spool", ErrorKind::Bug(error.to_string()));
    simdutf8::basic::from_utf8(bytes).map_err(bug)
}

/// The 32 `bytes` as a digest.
fn digest(bytes: &[u8]) -> Digest {
    let mut digest = [0; 32];
    digest.copy_from_slice(bytes);
    Digest(digest)
}

fn title_alone<'a>(
    title: &'a str,
    digests: &[u8],
    gone: impl Fn(Digest) -> bool,
) -> Option<(&'a str, Digest)> {
    if !digests.chunks_exact(32).all(|bytes| gone(digest(bytes))) {
        return None;
    }
    Some((title, fingerprint::paragraph(title, &mut String::new())?))
}

/// What is known of an article only when all of them are.
pub(super) struct Settled<'r> {
    pub(super) id: &'r str,
    pub(super) title: Option<&'r str>,
    pub(super) text: &'r str,
    pub(super) fingerprint: &'r str,
    pub(super) paragraphs: &'r [[u8; 32]],
    pub(super) words: usize,
    pub(super) copies: u64,
    pub(super) duplicate_of: Option<&'r str>,
}

impl StoredRemoval<'_> {
    /// What it repeats, in words for people; empty for nothing.
    pub(super) fn repeated(&self, own: &str) -> String {
        match &self.repeats {
            None => String::new(),
            Some(Repeats::TitleField) => "the title that the record gives".to_owned(),
            Some(Repeats::Elsewhere { dump, .. }) if dump != own => dump.clone(),
            Some(Repeats::Span(_) | Repeats::Elsewhere { .. }) => "an earlier line".to_owned(),
        }
    }

    /// The row of the ledger, for the article `article` of `dump`.
    pub(super) fn row<'r>(&'r self, dump: &'r str, article: &'r str) -> RemovalRow<'r> {
        let place = |dump, span: Span| RepeatsRow::Place { dump, start: span.start, end: span.end };
        RemovalRow {
            dump,
            article,
            start: self.span.start,
            end: self.span.end,
            line: self.line,
            rule: self.rule,
            reason: self.reason,
            text: self.text,
            repeats: self.repeats.as_ref().map(|repeats| match repeats {
                Repeats::Span(span) => place(dump, *span),
                Repeats::Elsewhere { dump, span } => place(dump, *span),
                Repeats::TitleField => RepeatsRow::Field { field: "title" },
            }),
            partial: self.partial,
        }
    }
}

/// A text as `serde` has it, whose bytes are looked at several times as fast.
mod long_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &&str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(text.as_bytes())
    }

    pub(super) fn deserialize<'de: 'a, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'a str, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        simdutf8::basic::from_utf8(bytes).map_err(D::Error::custom)
    }
}

/// Bytes as one piece; serde would store a slice byte by byte.
mod raw_bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        bytes: &&[u8],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de: 'a, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'a [u8], D::Error> {
        <&[u8]>::deserialize(deserializer)
    }
}
