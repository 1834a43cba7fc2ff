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
    Article(&'a Stored<'a>),
    Reject(RejectRow<'a>),
}

/// A [`CleanArticle`] whose texts lie in the spool.
#[derive(Debug, Deserialize)]
#[serde(from = "Stored<'a>")]
pub(super) struct StoredArticle<'a> {
    pub(super) dump: &'a str,
    pub(super) record: u64,
    pub(super) line: u64,
    pub(super) source: &'a str,
    pub(super) url: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) title_from_text: bool,
    pub(super) byline: Option<&'a str>,
    pub(super) dateline: Option<&'a str>,
    pub(super) published: Option<&'a str>,
    pub(super) language: Option<&'a str>,
    pub(super) text: &'a str,
    facts: &'a [u8],
    digests: &'a [u8],
    places: &'a [u8],
    /// Blocks of paragraphs as they came in, where normalizing changed them, one behind the other.
    raw: &'a str,
    raws: &'a [u8],
    pub(super) captions: Cow<'a, [Caption]>,
    pub(super) meta: Option<&'a str>,
    /// Texts of removals, one behind the other.
    removed: &'a str,
    removals: &'a [u8],
    pub(super) blocks_in: usize,
    pub(super) blocks_in_fields: usize,
}

/// An article as it is stored. First what more than the last pass reads: see [`StoredHead`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored<'a> {
    title: Option<&'a str>,
    title_from_text: bool,
    #[serde(borrow, with = "long_text")]
    text: &'a str,
    /// [`FACT_BYTES`] of each paragraph.
    #[serde(with = "raw_bytes")]
    facts: &'a [u8],
    /// The digest of each.
    #[serde(with = "raw_bytes")]
    digests: &'a [u8],
    /// [`PLACE_BYTES`] of each.
    #[serde(with = "raw_bytes")]
    places: &'a [u8],
    /// [`RAW_BYTES`] of each block that normalizing changed.
    #[serde(with = "raw_bytes")]
    raws: &'a [u8],
    /// All other texts, one behind the other: they are looked at once.
    #[serde(borrow, with = "long_text")]
    texts: &'a str,
    /// [`LENGTH_BYTES`] of each of them.
    #[serde(with = "raw_bytes")]
    lengths: &'a [u8],
    captions: Cow<'a, [Caption]>,
    /// A [`RemovalFacts`] of each removal.
    #[serde(with = "raw_bytes")]
    removals: &'a [u8],
    record: u64,
    line: u64,
    blocks_in: usize,
    blocks_in_fields: usize,
}

impl<'a> Stored<'a> {
    /// A view of `article`, whose parts are in `flat`.
    pub(super) fn of(article: &'a CleanArticle, flat: &'a Flat) -> Stored<'a> {
        Stored {
            title: article.title.as_deref(),
            title_from_text: article.title_from_text,
            text: &article.text,
            facts: flat.facts.as_flattened(),
            digests: flat.digests.as_flattened(),
            places: flat.places.as_flattened(),
            raws: flat.raws.as_flattened(),
            texts: &flat.texts,
            lengths: flat.lengths.as_flattened(),
            captions: Cow::Borrowed(&article.captions),
            removals: &flat.removals,
            record: article.record,
            line: article.line,
            blocks_in: article.blocks_in,
            blocks_in_fields: article.blocks_in_fields,
        }
    }
}

impl<'a> From<Stored<'a>> for StoredArticle<'a> {
    fn from(stored: Stored<'a>) -> StoredArticle<'a> {
        let (lengths, _) = stored.lengths.as_chunks::<LENGTH_BYTES>();
        let (mut lengths, mut rest) = (lengths.iter(), stored.texts);
        let mut next = || {
            let length = u32::from_le_bytes(*lengths.next()?);
            (length != NO_TEXT).then(|| take_text(&mut rest, length as usize))
        };
        // In the order of `Flat::fill`.
        StoredArticle {
            dump: next().unwrap_or_default(),
            source: next().unwrap_or_default(),
            url: next(),
            byline: next(),
            dateline: next(),
            published: next(),
            language: next(),
            meta: next(),
            raw: next().unwrap_or_default(),
            removed: next().unwrap_or_default(),
            record: stored.record,
            line: stored.line,
            title: stored.title,
            title_from_text: stored.title_from_text,
            text: stored.text,
            facts: stored.facts,
            digests: stored.digests,
            places: stored.places,
            raws: stored.raws,
            captions: stored.captions,
            removals: stored.removals,
            blocks_in: stored.blocks_in,
            blocks_in_fields: stored.blocks_in_fields,
        }
    }
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
    /// Every paragraph with its text and digest.
    pub(super) fn texts(&self) -> impl Iterator<Item = (StoredParagraph<'a>, &'a str, Digest)> {
        self.parts()
            .map(|(paragraph, part)| (paragraph, &self.text[part.place.clone()], part.digest()))
    }

    /// Every paragraph with what is known of it.
    pub(super) fn parts(&self) -> impl Iterator<Item = (StoredParagraph<'a>, Part<'a>)> {
        let (places, _) = self.places.as_chunks::<PLACE_BYTES>();
        let (mut raws, mut rest) =
            (self.raws.as_chunks::<RAW_BYTES>().0.iter().peekable(), self.raw);
        (0_u32..).zip(places).zip(parts(self.facts, self.digests)).map(
            move |((index, place), part)| {
                let [start @ .., n0, n1, n2, n3, l0, l1, l2, l3] = *place;
                let start = usize::try_from(u64::from_le_bytes(start)).unwrap_or(usize::MAX);
                let end = start + u32::from_le_bytes([n0, n1, n2, n3]) as usize;
                let line = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
                let raw = raws.next_if(|[of @ .., _, _, _, _]| u32::from_le_bytes(*of) == index);
                let raw = raw.map(|&[.., n0, n1, n2, n3]| {
                    take_text(&mut rest, u32::from_le_bytes([n0, n1, n2, n3]) as usize)
                });
                (StoredParagraph { span: Span { start, end }, line, raw }, part)
            },
        )
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

/// The first fields of what is [`Stored`], in its order: whoever needs no more reads them in a fraction of the time.
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
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        parts(self.facts, self.digests)
    }

    /// See [`StoredArticle::title_alone`].
    pub(super) fn title_alone(
        &self,
        gone: impl Fn(Digest) -> bool,
    ) -> Result<Option<(&'a str, Digest)>, Error> {
        let title = self.title()?.filter(|_| self.title_from_text);
        Ok(title.and_then(|title| title_alone(title, self.digests, gone)))
    }
}

/// What more than the last pass asks of a paragraph.
pub(super) struct Part<'a> {
    /// Its place in the text of the article.
    pub(super) place: Range<usize>,
    pub(super) words: usize,
    /// See [`Part::digest`]; who does not ask for it does not bring it from memory.
    digest: &'a [u8; DIGEST_BYTES],
}

impl Part<'_> {
    /// Its fingerprint.
    pub(super) fn digest(&self) -> Digest {
        Digest(*self.digest)
    }
}

/// Bytes stored of each paragraph: its length and its words. Of fixed size, they are read without a loop.
const FACT_BYTES: usize = 8;

/// The same of its digest.
const DIGEST_BYTES: usize = 32;

/// The same of its place in the dump: the first byte, how many there are, and the line.
const PLACE_BYTES: usize = 16;

/// The same of a block as it came in: the number of its paragraph, and its length.
const RAW_BYTES: usize = 8;

/// The same of the length of a text, and what stands there for none.
const LENGTH_BYTES: usize = 4;
const NO_TEXT: u32 = u32::MAX;

/// What is stored of all paragraphs of an article, of its removals and its short texts; its memory goes from one to the
/// next.
#[derive(Default)]
pub(super) struct Flat {
    facts: Vec<[u8; FACT_BYTES]>,
    digests: Vec<[u8; DIGEST_BYTES]>,
    places: Vec<[u8; PLACE_BYTES]>,
    raws: Vec<[u8; RAW_BYTES]>,
    texts: String,
    lengths: Vec<[u8; LENGTH_BYTES]>,
    removals: Vec<u8>,
}

impl Flat {
    /// Fills it with those of `article`.
    pub(super) fn fill(&mut self, article: &CleanArticle) -> Result<(), Error> {
        let Flat { facts, digests, places, raws, texts, lengths, removals } = self;
        facts.clear();
        facts.extend(article.paragraphs.iter().map(|own| pair(own.bytes, own.words)));
        digests.clear();
        digests.extend(article.digests.iter().map(|digest| digest.0));
        places.clear();
        places.extend(article.paragraphs.iter().map(|own| {
            let behind = u64::from_le_bytes(pair(own.span.len(), own.line));
            (own.span.start as u128 | u128::from(behind) << 64).to_le_bytes()
        }));
        texts.clear();
        lengths.clear();
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(NO_TEXT).to_le_bytes();
        for text in [
            Some(&*article.dump),
            Some(&*article.source),
            article.url.as_deref(),
            article.byline.as_deref(),
            article.dateline.as_deref(),
            article.published.as_deref(),
            article.language.as_deref(),
            article.meta.as_deref(),
        ] {
            texts.push_str(text.unwrap_or_default());
            lengths.push(text.map_or(NO_TEXT.to_le_bytes(), |text| length(text.len())));
        }
        raws.clear();
        let start = texts.len();
        for (index, paragraph) in article.paragraphs.iter().enumerate() {
            if let Some(raw) = &paragraph.raw {
                texts.push_str(raw);
                raws.push(pair(index, raw.len()));
            }
        }
        lengths.push(length(texts.len() - start));
        removals.clear();
        let start = texts.len();
        for removal in &article.removals {
            texts.push_str(&removal.text);
            let facts = RemovalFacts {
                bytes: removal.text.len(),
                span: removal.span,
                line: removal.line,
                rule: removal.rule,
                reason: removal.reason,
                repeats: removal.repeats.clone(),
                partial: removal.partial,
            };
            store(&facts, removals)?;
        }
        lengths.push(length(texts.len() - start));
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

/// What is known of each paragraph with these facts and digests.
fn parts<'a>(facts: &'a [u8], digests: &'a [u8]) -> impl Iterator<Item = Part<'a>> + use<'a> {
    let (facts, _) = facts.as_chunks::<FACT_BYTES>();
    let (digests, _) = digests.as_chunks::<DIGEST_BYTES>();
    let mut start = 0;
    facts.iter().zip(digests).map(move |(&[n0, n1, n2, n3, w0, w1, w2, w3], digest)| {
        let place = start..start + u32::from_le_bytes([n0, n1, n2, n3]) as usize;
        start = place.end + 2;
        let words = u32::from_le_bytes([w0, w1, w2, w3]) as usize;
        Part { place, words, digest }
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
    digests: &[u8],
    gone: impl Fn(Digest) -> bool,
) -> Option<(&'a str, Digest)> {
    let (digests, _) = digests.as_chunks::<DIGEST_BYTES>();
    if !digests.iter().all(|digest| gone(Digest(*digest))) {
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
        let some = |text: &str| Some(text.to_owned());
        let mut article = CleanArticle {
            text: texts.join("\n\n"),
            dump: "a#1".to_owned(),
            source: "Ünïcode".to_owned(),
            title: some("Title"),
            url: some("https://example.org/é"),
            dateline: some(""),
            published: some("2024-05-01"),
            meta: some("{\"a\":1}"),
            record: 1 << 40,
            line: 7,
            ..CleanArticle::default()
        };
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
        let stored = Stored::of(&article, &flat);
        let entry = Storing::Article(&stored);
        let bytes = postcard::to_extend(&entry, Vec::new()).unwrap();
        let Ok(Entry::Article(stored)) = postcard::from_bytes(&bytes) else { panic!("no article") };
        let mut read = Vec::new();
        for (paragraph, part) in stored.parts() {
            let text = &stored.text[part.place.clone()];
            assert_eq!(text, texts[read.len()]);
            read.push((
                CleanParagraph {
                    bytes: text.len(),
                    words: part.words,
                    span: paragraph.span,
                    line: paragraph.line,
                    raw: paragraph.raw.map(str::to_owned),
                },
                part.digest(),
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
        let given = [stored.url, stored.byline, stored.dateline, stored.published, stored.language];
        assert_eq!(
            given,
            [Some("https://example.org/é"), None, Some(""), Some("2024-05-01"), None]
        );
        assert_eq!((stored.dump, stored.source, stored.title), ("a#1", "Ünïcode", Some("Title")));
        assert_eq!((stored.record, stored.line, stored.meta), (1 << 40, 7, Some("{\"a\":1}")));
        let head = StoredHead::read(&bytes).unwrap();
        assert_eq!(head.text(0..article.text.len()), article.text.as_bytes());
        let digests: Vec<Digest> = head.parts().map(|part| part.digest()).collect();
        assert_eq!(digests, article.digests);
    }
}
