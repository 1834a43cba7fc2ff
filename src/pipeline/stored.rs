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
#[derive(Debug, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "most are articles, and one is held at a time")]
pub(super) enum Entry<'a> {
    /// An article.
    #[serde(borrow)]
    Article(StoredArticle<'a>),
    /// A record or a file that could not be used.
    #[serde(borrow)]
    Reject(RejectRow<'a>),
}

/// An [`Entry`] as it is stored, in the same form.
#[derive(Debug, Serialize)]
pub(super) enum Storing<'a> {
    Article(&'a StoredArticle<'a>),
    Reject(RejectRow<'a>),
}

/// A [`CleanArticle`] whose texts lie in the spool. First what more than the last pass reads: see [`StoredHead`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredArticle<'a> {
    pub(super) title: Option<&'a str>,
    pub(super) title_from_text: bool,
    #[serde(borrow, with = "long_text")]
    pub(super) text: &'a str,
    /// [`FACT_BYTES`] of each paragraph.
    #[serde(with = "raw_bytes")]
    facts: &'a [u8],
    pub(super) dump: &'a str,
    pub(super) record: u64,
    pub(super) line: u64,
    pub(super) source: &'a str,
    pub(super) url: Option<&'a str>,
    pub(super) byline: Option<&'a str>,
    pub(super) dateline: Option<&'a str>,
    pub(super) published: Option<&'a str>,
    pub(super) language: Option<&'a str>,
    /// [`PLACE_BYTES`] of each paragraph.
    #[serde(with = "raw_bytes")]
    places: &'a [u8],
    /// Blocks of paragraphs as they came in, where normalizing changed them, one behind the other.
    #[serde(borrow, with = "long_text")]
    raw: &'a str,
    /// [`RAW_BYTES`] of each of them.
    #[serde(with = "raw_bytes")]
    raws: &'a [u8],
    pub(super) captions: Cow<'a, [Caption]>,
    pub(super) meta: Option<&'a str>,
    /// Texts of removals, one behind the other.
    #[serde(borrow, with = "long_text")]
    removed: &'a str,
    /// A [`RemovalFacts`] of each of them.
    #[serde(with = "raw_bytes")]
    removals: &'a [u8],
    pub(super) blocks_in: usize,
    pub(super) blocks_in_fields: usize,
}

/// A [`CleanParagraph`] whose texts lie in the spool.
pub(super) struct StoredParagraph<'a> {
    pub(super) span: Span,
    pub(super) line: usize,
    pub(super) raw: Option<&'a str>,
}

/// A [`Removal`](crate::ledger::Removal) whose text lies in the spool.
pub(super) struct StoredRemoval<'a> {
    pub(super) facts: RemovalFacts<'a>,
    pub(super) text: &'a str,
}

/// All of a removal but its text.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RemovalFacts<'a> {
    bytes: usize,
    pub(super) span: Span,
    pub(super) line: usize,
    pub(super) rule: &'a str,
    pub(super) reason: Reason,
    repeats: Option<Repeats>,
    pub(super) partial: bool,
}

impl<'a> StoredArticle<'a> {
    /// A view of `article`, whose parts are in `flat`.
    pub(super) fn of(article: &'a CleanArticle, flat: &'a Flat) -> StoredArticle<'a> {
        StoredArticle {
            title: article.title.as_deref(),
            title_from_text: article.title_from_text,
            published: article.published.as_deref(),
            text: &article.text,
            facts: &flat.facts,
            dump: &article.dump,
            record: article.record,
            line: article.line,
            source: &article.source,
            url: article.url.as_deref(),
            byline: article.byline.as_deref(),
            dateline: article.dateline.as_deref(),
            language: article.language.as_deref(),
            places: &flat.places,
            raw: &flat.raw,
            raws: &flat.raws,
            captions: Cow::Borrowed(&article.captions),
            meta: article.meta.as_deref(),
            removed: &flat.removed,
            removals: &flat.removals,
            blocks_in: article.blocks_in,
            blocks_in_fields: article.blocks_in_fields,
        }
    }

    /// Every paragraph with its text and digest.
    pub(super) fn texts(&self) -> impl Iterator<Item = (StoredParagraph<'a>, &'a str, Digest)> {
        self.parts().map(|(paragraph, part)| (paragraph, &self.text[part.place], part.digest))
    }

    /// Every paragraph with what is known of it.
    pub(super) fn parts(&self) -> impl Iterator<Item = (StoredParagraph<'a>, Part)> {
        let (places, _) = self.places.as_chunks::<PLACE_BYTES>();
        let (mut raws, mut rest) =
            (self.raws.as_chunks::<RAW_BYTES>().0.iter().peekable(), self.raw);
        (0_u32..).zip(places).zip(parts(self.facts)).map(move |((index, place), part)| {
            let [start @ .., n0, n1, n2, n3, l0, l1, l2, l3] = *place;
            let start = usize::try_from(u64::from_le_bytes(start)).unwrap_or(usize::MAX);
            let end = start + u32::from_le_bytes([n0, n1, n2, n3]) as usize;
            let line = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
            let raw = raws.next_if(|[of @ .., _, _, _, _]| u32::from_le_bytes(*of) == index);
            let raw = raw.map(|&[.., n0, n1, n2, n3]| {
                take_text(&mut rest, u32::from_le_bytes([n0, n1, n2, n3]) as usize)
            });
            (StoredParagraph { span: Span { start, end }, line, raw }, part)
        })
    }

    /// What was removed, in the order of the text.
    pub(super) fn removals(&self) -> impl Iterator<Item = Result<StoredRemoval<'a>, Error>> {
        let (mut facts, mut texts) = (self.removals, self.removed);
        std::iter::from_fn(move || {
            if facts.is_empty() {
                return None;
            }
            let read = postcard::take_from_bytes::<RemovalFacts>(facts).map_err(bug);
            Some(read.map(|(removal, rest)| {
                facts = rest;
                StoredRemoval { text: take_text(&mut texts, removal.bytes), facts: removal }
            }))
        })
    }

    /// The title, when it is a block of the text and nothing else of the text remains without the
    /// paragraphs that are `gone`: then it is the text.
    pub(super) fn title_alone(&self, gone: impl Fn(Digest) -> bool) -> Option<(&'a str, Digest)> {
        title_alone(self.title.filter(|_| self.title_from_text)?, self.facts, gone)
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
    /// UTF-8 as it was written, like the text: few look at it.
    #[serde(borrow)]
    title: Option<&'a [u8]>,
    title_from_text: bool,
    /// Whoever looks at no more than a part need not bring all of it from memory.
    #[serde(with = "raw_bytes")]
    text: &'a [u8],
    #[serde(with = "raw_bytes")]
    facts: &'a [u8],
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
        let (Head::Article(head), _) = postcard::take_from_bytes(bytes).map_err(bug)?;
        Ok(head)
    }

    /// The title.
    pub(super) fn title(&self) -> Result<Option<&'a str>, Error> {
        self.title.map(utf8).transpose()
    }

    /// A part of the text.
    pub(super) fn text(&self, place: Range<usize>) -> &'a [u8] {
        &self.text[place]
    }

    /// What is known of every paragraph.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> + use<'a> {
        parts(self.facts)
    }

    /// See [`StoredArticle::title_alone`].
    pub(super) fn title_alone(
        &self,
        gone: impl Fn(Digest) -> bool,
    ) -> Result<Option<(&'a str, Digest)>, Error> {
        let title = self.title()?.filter(|_| self.title_from_text);
        Ok(title.and_then(|title| title_alone(title, self.facts, gone)))
    }
}

/// What more than the last pass asks of a paragraph.
pub(super) struct Part {
    /// Its place in the text of the article.
    pub(super) place: Range<usize>,
    pub(super) words: usize,
    pub(super) digest: Digest,
}

/// Bytes stored of each paragraph: its digest, its length and its words. Of fixed size, they are read without a loop.
const FACT_BYTES: usize = 40;

/// The same of its place in the dump: the first byte, how many there are, and the line.
const PLACE_BYTES: usize = 16;

/// The same of a block as it came in: the number of its paragraph, and its length.
const RAW_BYTES: usize = 8;

/// What is stored of all paragraphs of an article, and of all its removals; its memory goes from one to the next.
#[derive(Default)]
pub(super) struct Flat {
    facts: Vec<u8>,
    places: Vec<u8>,
    raw: String,
    raws: Vec<u8>,
    removed: String,
    removals: Vec<u8>,
}

impl Flat {
    /// Fills it with those of `article`.
    pub(super) fn fill(&mut self, article: &CleanArticle) -> Result<(), Error> {
        let Flat { facts, places, raw, raws, removed, removals } = self;
        [facts, places, raws, removals].into_iter().for_each(Vec::clear);
        [raw, removed].into_iter().for_each(String::clear);
        let paragraphs = article.paragraphs.iter().zip(&article.digests).enumerate();
        for (index, (paragraph, digest)) in paragraphs {
            self.facts.extend_from_slice(&digest.0);
            self.facts.extend_from_slice(&pair(paragraph.bytes, paragraph.words));
            self.places.extend_from_slice(&(paragraph.span.start as u64).to_le_bytes());
            self.places.extend_from_slice(&pair(paragraph.span.len(), paragraph.line));
            if let Some(raw) = &paragraph.raw {
                self.raw.push_str(raw);
                self.raws.extend_from_slice(&pair(index, raw.len()));
            }
        }
        for removal in &article.removals {
            self.removed.push_str(&removal.text);
            let facts = RemovalFacts {
                bytes: removal.text.len(),
                span: removal.span,
                line: removal.line,
                rule: removal.rule,
                reason: removal.reason,
                repeats: removal.repeats.clone(),
                partial: removal.partial,
            };
            store(&facts, &mut self.removals)?;
        }
        Ok(())
    }
}

/// Takes the next `bytes` off `texts`.
fn take_text<'a>(texts: &mut &'a str, bytes: usize) -> &'a str {
    let (text, rest) = texts.split_at_checked(bytes).unwrap_or_default();
    *texts = rest;
    text
}

/// Two numbers of four bytes: a piece of the spool is far smaller than 4 GiB, and no dump has as many lines.
fn pair(one: usize, other: usize) -> [u8; 8] {
    let four = |number: usize| u64::from(u32::try_from(number).unwrap_or(u32::MAX));
    (four(one) | four(other) << 32).to_le_bytes()
}

/// What is known of each paragraph with these facts.
fn parts(facts: &[u8]) -> impl Iterator<Item = Part> {
    let (facts, _) = facts.as_chunks::<FACT_BYTES>();
    let mut start = 0;
    facts.iter().map(move |&[digest @ .., n0, n1, n2, n3, w0, w1, w2, w3]| {
        let place = start..start + u32::from_le_bytes([n0, n1, n2, n3]) as usize;
        start = place.end + 2;
        let words = u32::from_le_bytes([w0, w1, w2, w3]) as usize;
        Part { place, words, digest: Digest(digest) }
    })
}

/// What was written as a text.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    let bug =
        |error: simdutf8::basic::Utf8Error| Error::at("spool", ErrorKind::Bug(error.to_string()));
    simdutf8::basic::from_utf8(bytes).map_err(bug)
}

fn title_alone<'a>(
    title: &'a str,
    facts: &[u8],
    gone: impl Fn(Digest) -> bool,
) -> Option<(&'a str, Digest)> {
    if !parts(facts).all(|part| gone(part.digest)) {
        return None;
    }
    Some((title, fingerprint::paragraph(title, &mut String::new())?))
}

/// Appends `value` in its stored form.
pub(super) fn store(value: &impl Serialize, bytes: &mut Vec<u8>) -> Result<(), Error> {
    postcard::serialize_with_flavor(value, Appending(bytes)).map_err(bug)
}

/// Where the stored form goes: texts are copied at once, which `postcard` does byte by byte to what it knows only
/// as something that can be extended.
struct Appending<'b>(&'b mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Appending<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// What is stored is read as it was written.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn bug(error: postcard::Error) -> Error {
    Error::at("spool", ErrorKind::Bug(error.to_string()))
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
        match &self.facts.repeats {
            None => String::new(),
            Some(Repeats::TitleField) => "the title that the record gives".to_owned(),
            Some(Repeats::Elsewhere { dump, .. }) if dump != own => dump.clone(),
            Some(Repeats::Span(_) | Repeats::Elsewhere { .. }) => "an earlier line".to_owned(),
        }
    }

    /// The row of the ledger, for the article `article` of `dump`.
    pub(super) fn row<'r>(&'r self, dump: &'r str, article: &'r str) -> RemovalRow<'r> {
        let place = |dump, span: Span| RepeatsRow::Place { dump, start: span.start, end: span.end };
        let RemovalFacts { span, line, rule, reason, ref repeats, partial, .. } = self.facts;
        RemovalRow {
            dump,
            article,
            start: span.start,
            end: span.end,
            line,
            rule,
            reason,
            text: self.text,
            repeats: repeats.as_ref().map(|repeats| match repeats {
                Repeats::Span(span) => place(dump, *span),
                Repeats::Elsewhere { dump, span } => place(dump, *span),
                Repeats::TitleField => RepeatsRow::Field { field: "title" },
            }),
            partial,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::clean::CleanParagraph;
    use crate::ledger::Removal;

    #[test]
    fn paragraphs_are_read_as_they_were_stored() {
        let texts = ["One, two.", "é", "three four five"];
        let starts = [0, 1 << 33, (1 << 40) + 7];
        let raws = [Some("One,  two."), None, Some("three\nfour five")];
        let mut article = CleanArticle { text: texts.join("\n\n"), ..CleanArticle::default() };
        for ((index, text), (start, raw)) in (1..).zip(texts).zip(starts.into_iter().zip(raws)) {
            article.digests.push(Digest([index; 32]));
            article.paragraphs.push(CleanParagraph {
                bytes: text.len(),
                words: usize::from(index) * 300,
                span: Span { start, end: start + text.len() },
                line: usize::from(index) << 20,
                raw: raw.map(str::to_owned),
            });
        }
        for (line, text) in ["Share", "", "Mehr über das Thema"].into_iter().enumerate() {
            article.removals.push(Removal {
                span: Span { start: line << 30, end: (line << 30) + text.len() },
                line,
                rule: "share-bar",
                reason: Reason::ShareBar,
                text: text.to_owned(),
                repeats: (line == 1).then_some(Repeats::TitleField),
                partial: line == 2,
            });
        }
        let mut flat = Flat::default();
        flat.fill(&article).unwrap();
        let stored = StoredArticle::of(&article, &flat);
        let entry = Storing::Article(&stored);
        let bytes = postcard::to_extend(&entry, Vec::new()).unwrap();
        let Ok(Entry::Article(stored)) = postcard::from_bytes(&bytes) else { panic!("no article") };
        let mut read = Vec::new();
        for (paragraph, Part { place, words, digest }) in stored.parts() {
            let text = &stored.text[place];
            assert_eq!(text, texts[read.len()]);
            read.push((
                CleanParagraph {
                    bytes: text.len(),
                    words,
                    span: paragraph.span,
                    line: paragraph.line,
                    raw: paragraph.raw.map(str::to_owned),
                },
                digest,
            ));
        }
        let all = article.paragraphs.iter().cloned().zip(article.digests.iter().copied());
        assert_eq!(read, all.collect::<Vec<_>>());
        let removals: Result<Vec<_>, _> = stored.removals().collect();
        let removals = removals.unwrap();
        assert_eq!(removals.len(), article.removals.len());
        for (removal, expected) in removals.iter().zip(&article.removals) {
            let row = removal.row("a#1", "1");
            assert_eq!(format!("{row:?}"), format!("{:?}", RemovalRow::new(expected, "a#1", "1")));
        }
        let head = StoredHead::read(&bytes).unwrap();
        assert_eq!(head.text(0..article.text.len()), article.text.as_bytes());
        let digests: Vec<Digest> = head.parts().map(|part| part.digest).collect();
        assert_eq!(digests, article.digests);
    }
}
