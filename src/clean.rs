//! The stages that look at one article, in a row: segment, strip, normalize, fingerprint.
//!
//! A function of one dump: no state passes from one call to the next, so any number of workers may
//! clean any share of the input.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::vec::IntoIter;

use arrayvec::ArrayVec;
use url::Url;

use crate::article::{Article, Caption, Dump, Span};
use crate::fingerprint::{self, Digest, Keys};
use crate::ledger::{Reason, Reject, RejectReason, Removal};
use crate::options::{Limits, Options, Split};
use crate::recognize::{date, dateline};
use crate::segment::{self, segment_with};
use crate::strip::{self, Paragraph, Rules, Stripped};
use crate::{language, normalize};

/// The rule under which the ledger enters lines of characters that cannot be seen.
pub const INVISIBLE_LINE: &str = "invisible-line";

/// Paragraphs in which a dateline is looked for: the first may be a standfirst.
const DATELINE_PARAGRAPHS: usize = 2;

/// How to clean.
pub struct Cleaner {
    rules: Rules,
    split: Split,
    limits: Limits,
    /// Whether articles are written as they are now: see [`Cleaner::writing`].
    writes: bool,
}

/// Stands for a fingerprint that is not known yet.
const NO_DIGEST: Digest = Digest([0; 32]);

/// Buffers that a worker keeps from one article to the next.
#[derive(Default)]
pub struct Scratch {
    segment: segment::Scratch,
    strip: strip::Scratch,
    key: String,
    /// Of the paragraphs whose fingerprints are not known yet, and where these belong: in which of the articles that
    /// go together, and to which of its paragraphs.
    keys: Keys,
    places: Vec<(usize, usize)>,
    /// Those of them that are plain, of one article: where they stand in its text, and which paragraphs they are.
    plain: Vec<(Range<usize>, usize)>,
}

/// One paragraph of a clean article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanParagraph {
    /// Length of its text in bytes.
    pub bytes: usize,
    /// Words of its text.
    pub words: usize,
    /// Its block's place in the dump.
    pub span: Span,
    /// 1-based line of the dump's text on which it starts.
    pub line: usize,
    /// Its block as it came in, where normalizing changed it.
    pub raw: Option<String>,
}

/// An article after all stages that need nothing but itself.
#[derive(Clone, Debug, Default)]
pub struct CleanArticle {
    /// `path#record`.
    pub dump: String,
    /// 1-based number of the record in its file; of an article of a text dump, of the article.
    pub record: u64,
    /// 1-based line of the file on which it starts.
    pub line: u64,
    /// The input's own id.
    pub id: Option<String>,
    /// The id made from the text where the input gives none: the first 16 hex digits of the BLAKE3 of
    /// its decoded input text.
    pub made_id: String,
    /// The publisher: the input's word, the host of the address, or the name of the folder.
    pub source: String,
    /// Whether more than a folder's name says who the publisher is.
    pub source_named: bool,
    /// The address.
    pub url: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// Whether the title is a block of the text: then it is given back to the text when nothing else
    /// of it remains.
    pub title_from_text: bool,
    /// Who wrote it.
    pub byline: Option<String>,
    /// The dateline.
    pub dateline: Option<String>,
    /// When it was published.
    pub published: Option<String>,
    /// BCP 47.
    pub language: Option<Cow<'static, str>>,
    /// The clean paragraphs joined by a blank line.
    pub text: String,
    /// One for each paragraph of `text`; none where [no account](Cleaner::writing) is wanted.
    pub paragraphs: Vec<CleanParagraph>,
    /// The fingerprint of each paragraph.
    pub digests: Vec<Digest>,
    /// The fingerprint of the article: see [`Cleaner::writing`].
    pub fingerprint: Option<Digest>,
    /// Each caption once.
    pub captions: Vec<Caption>,
    /// The record's other fields as one JSON object.
    pub meta: Option<String>,
    /// What was removed, in the order of the text, where an account is wanted.
    pub removals: Vec<Removal>,
    /// Words of `text`.
    pub words: usize,
    /// Blocks that came in.
    pub blocks_in: usize,
    /// Blocks that became the title, a caption, a credit or the byline.
    pub blocks_in_fields: usize,
}

impl CleanArticle {
    /// Every paragraph with its fingerprint.
    #[must_use]
    pub fn texts(&self) -> impl ExactSizeIterator<Item = (&str, Digest)> {
        let mut start = 0;
        self.paragraphs.iter().zip(&self.digests).map(move |(paragraph, digest)| {
            let text = &self.text[start..start + paragraph.bytes];
            start += paragraph.bytes + 2;
            (text, *digest)
        })
    }
}

impl Cleaner {
    /// A cleaner with every rule but those that `options` switch off, with their weights, and with
    /// what they keep.
    #[must_use]
    pub fn new(options: &Options) -> Cleaner {
        let rules =
            Rules::new(&options.no_rules, options.model.clone()).keeping(options.keep_list.clone());
        Cleaner { rules, split: options.split, limits: options.limits, writes: false }
    }

    /// The same cleaner for who writes articles as they are now: each has its fingerprint, and there is no account of
    /// what was removed and of where paragraphs stood. Who removes more of an article needs the account, and gives it a
    /// fingerprint then.
    #[must_use]
    pub fn writing(self) -> Cleaner {
        Cleaner { writes: true, ..self }
    }

    /// The text of `dump`, where an account is wanted.
    fn accounting<'d>(&self, dump: &'d Dump) -> Option<&'d str> {
        (!self.writes).then_some(&dump.text)
    }

    /// Cleans every article of `dump`, in order: see [`Cleaner::clean_all`].
    pub fn clean(
        &self,
        dump: &Dump,
        scratch: &mut Scratch,
        each: &mut dyn FnMut(Result<CleanArticle, Reject>),
    ) {
        self.clean_all(std::slice::from_ref(dump), scratch, &Cell::default(), each);
    }

    /// Cleans every article of `dumps`, in order. An article in which no paragraph remains, and a
    /// record without any, is a reject; so is what is over one of the limits: a text, an article of
    /// it, or the rest of it.
    ///
    /// Some articles go through each stage together: the code of all stages is more than fits into the first cache
    /// of a processor. `at` says at any moment which record is worked at, or which article of a text.
    pub fn clean_all(
        &self,
        dumps: &[Dump],
        scratch: &mut Scratch,
        at: &Cell<Option<u64>>,
        each: &mut dyn FnMut(Result<CleanArticle, Reject>),
    ) {
        let (mut found, mut bytes) = (Vec::with_capacity(TOGETHER.min(dumps.len())), 0);
        let (mut lines, mut articles) = (std::mem::take(&mut scratch.segment), Vec::new());
        let mut flush = |found: &mut Vec<Found>, rejected: Option<Reject>| {
            self.clean_found(found, scratch, at, each);
            found.clear();
            if let Some(reject) = rejected {
                each(Err(reject));
            }
        };
        for dump in dumps {
            at.set(Some(dump.record.unwrap_or(1)));
            if let Some(reject) = too_many_lines(dump, &self.limits) {
                flush(&mut found, Some(reject));
                continue;
            }
            segment_with(dump, self.split, &mut lines, &mut articles);
            if articles.is_empty() && dump.record.is_some() {
                flush(&mut found, Some(empty(dump, dump.record.unwrap_or(1), dump.line, None)));
            }
            let parts = articles.len();
            for (index, article) in articles.drain(..).enumerate() {
                let number = index as u64 + 1;
                let record = dump.record.unwrap_or(number);
                let line = dump.record.map_or(article.blocks[0].line as u64, |_| dump.line);
                let place = dump.record.is_none().then(|| article.span().start as u64);
                if number > self.limits.articles {
                    let detail = format!(
                        "more than {} articles in one text; split it into files, or raise the limit \
                         with --max articles=N",
                        self.limits.articles
                    );
                    flush(&mut found, Some(too_large(dump, None, line, place, detail)));
                    break;
                }
                if let Some(detail) = over(&article, &self.limits) {
                    flush(&mut found, Some(too_large(dump, Some(record), line, place, detail)));
                    continue;
                }
                bytes += article.span().len();
                found.push(Found { dump, article, number, parts, record, line, place });
                if found.len() == TOGETHER || bytes >= TOGETHER_BYTES {
                    flush(&mut found, None);
                    bytes = 0;
                }
            }
        }
        flush(&mut found, None);
        scratch.segment = lines;
    }

    /// All stages behind `segment`, one after the other.
    fn clean_found(
        &self,
        found: &[Found],
        scratch: &mut Scratch,
        at: &Cell<Option<u64>>,
        each: &mut dyn FnMut(Result<CleanArticle, Reject>),
    ) {
        let told = || found.iter().inspect(|found| at.set(Some(found.record)));
        let articles: Vec<_> = found.iter().map(|found| &found.article).collect();
        let telling = Telling { found, index: Cell::default(), at };
        let mut facts = Vec::new();
        strip::facts_of(&articles, &mut facts, &mut scratch.strip, &telling.index);
        drop(telling);
        let mut paragraphs = Vec::with_capacity(facts.len());
        let mut facts = facts.into_iter();
        // Each page is read for the rules and goes when it was used, while it is still in the cache.
        let strip = |found| {
            let Found { dump, article, .. }: &Found = found;
            let blocks = article.blocks.len();
            let own = facts.as_mut_slice().get_mut(..blocks).unwrap_or_default();
            let page = self.rules.page(article, own);
            let stripped = strip::strip(
                &page,
                self.accounting(dump),
                &self.rules,
                &mut scratch.strip,
                &mut paragraphs,
            );
            facts.by_ref().take(blocks).for_each(drop);
            stripped
        };
        let stripped: Vec<_> = told().map(strip).collect();
        let mut left = (stripped.into_iter(), paragraphs.into_iter());
        for found in found.chunks(FINISHED) {
            self.finish_some(found, &mut left, scratch, at, each);
        }
    }

    /// The last stages: written form, fingerprints, language. `left` is what stripping left of `found` and of those
    /// behind them.
    fn finish_some<'d>(
        &self,
        found: &[Found<'d>],
        (stripped, paragraphs): &mut (IntoIter<Stripped>, IntoIter<Paragraph<'d>>),
        scratch: &mut Scratch,
        at: &Cell<Option<u64>>,
        each: &mut dyn FnMut(Result<CleanArticle, Reject>),
    ) {
        let told = || found.iter().inspect(|found| at.set(Some(found.record)));
        scratch.keys.clear();
        scratch.places.clear();
        let finish = |(index, (found, stripped)): (_, (&Found, _))| {
            let account = self.accounting(found.dump);
            finish(index, found, stripped, paragraphs, account, scratch)
        };
        let mut all: Vec<_> = told().zip(stripped.by_ref()).enumerate().map(finish).collect();
        for (&(index, paragraph), digest) in scratch.places.iter().zip(scratch.keys.digests()) {
            all[index].digests[paragraph] = digest;
        }
        if self.writes {
            scratch.keys.clear();
            for clean in &all {
                scratch.keys.push_article(&clean.digests);
            }
            for (clean, digest) in all.iter_mut().zip(scratch.keys.digests()) {
                clean.fingerprint = Some(digest);
            }
        }
        for (found, mut clean) in told().zip(all) {
            if clean.digests.is_empty() {
                each(Err(empty(found.dump, found.record, found.line, found.place)));
                continue;
            }
            settle(&mut clean, found);
            each(Ok(clean));
        }
    }
}

/// Articles that go through the stages together, and bytes of theirs from which one more does not: what is known of
/// them fits into the second cache.
pub(crate) const TOGETHER: usize = 24;
pub(crate) const TOGETHER_BYTES: usize = 96 << 10;

/// Those that go through the last stages together: their clean texts and keys are written and used, and then their memory
/// is used again, so that the second cache has room for the code.
const FINISHED: usize = 8;

/// An article on its way through the stages.
struct Found<'d> {
    dump: &'d Dump,
    article: Article<'d>,
    /// See [`dump_name`].
    number: u64,
    parts: usize,
    /// The number of the record, or of the article in a text.
    record: u64,
    line: u64,
    /// Where an article of a text starts.
    place: Option<u64>,
}

/// Says in the end at which record work was, also when it fails there.
struct Telling<'t> {
    found: &'t [Found<'t>],
    index: Cell<usize>,
    at: &'t Cell<Option<u64>>,
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.at.set(self.found.get(self.index.get()).map(|found| found.record));
    }
}

/// `path#record` of the article with this 1-based number, of `parts` in `dump`. A record that was
/// split has `path#record.number`.
#[must_use]
pub fn dump_name(dump: &Dump, number: u64, parts: usize) -> String {
    let mut name = String::with_capacity(dump.path.len() + 24);
    name.push_str(&dump.path);
    let mut add = |mark, number| {
        name.push(mark);
        name.push_str(itoa::Buffer::new().format(number));
    };
    add('#', dump.record.unwrap_or(number));
    if dump.record.is_some() && parts > 1 {
        add('.', number);
    }
    name
}

/// The reject of an article without paragraphs.
fn empty(dump: &Dump, record: u64, line: u64, offset: Option<u64>) -> Reject {
    Reject {
        file: dump.path.clone(),
        record: Some(record),
        line: Some(line),
        offset,
        reason: RejectReason::Empty,
        detail: "no paragraph remains after cleaning".to_owned(),
    }
}

/// The reject of a dump with more lines than the limit, told before they take memory.
#[must_use]
pub fn too_many_lines(dump: &Dump, limits: &Limits) -> Option<Reject> {
    let bytes = dump.text.as_bytes();
    // A line has a byte at least.
    if bytes.len() as u64 <= limits.lines {
        return None;
    }
    let alone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
    let lines = memchr::memchr_iter(b'\n', bytes).count()
        + memchr::memchr_iter(b'\r', bytes).filter(alone).count();
    let detail = format!(
        "a text of more than {} lines; split it into files, or raise the limit with --max lines=N",
        limits.lines
    );
    let is_over = lines as u64 > limits.lines;
    is_over.then(|| too_large(dump, dump.record, dump.line, None, detail))
}

/// What of `article` is over a limit.
fn over(article: &Article, limits: &Limits) -> Option<String> {
    if article.blocks.len() as u64 > limits.blocks {
        let limit = limits.blocks;
        return Some(format!(
            "an article of more than {limit} blocks; raise the limit with --max blocks=N"
        ));
    }
    let limit = limits.line;
    let long = article.blocks.iter().find(|block| block.span.len() as u64 > limit)?;
    Some(format!(
        "line {} of its text has more than {limit} bytes; raise the limit with --max line=SIZE",
        long.line
    ))
}

/// The reject of what is over a limit, which `detail` names.
fn too_large(
    dump: &Dump,
    record: Option<u64>,
    line: u64,
    offset: Option<u64>,
    detail: String,
) -> Reject {
    let (file, line) = (dump.path.clone(), Some(line));
    Reject { file, record, line, offset, reason: RejectReason::TooLarge, detail }
}

/// Normalizes what stripping left, the next of `paragraphs`, and settles the fields but for those of [`settle`].
/// Fingerprints that are not known yet are left open: see [`Scratch`]. `account` is as in [`add_paragraph`].
fn finish(
    index: usize,
    found: &Found,
    stripped: Stripped,
    paragraphs: &mut IntoIter<Paragraph>,
    account: Option<&str>,
    scratch: &mut Scratch,
) -> CleanArticle {
    let Found { dump, article, .. } = found;
    let mut clean = CleanArticle {
        record: found.record,
        line: found.line,
        removals: stripped.removals,
        blocks_in: stripped.blocks_in,
        blocks_in_fields: stripped.blocks_in_fields,
        ..CleanArticle::default()
    };
    let count = stripped.paragraphs;
    let bytes: usize = paragraphs.as_slice().iter().take(count).map(|one| one.text.len() + 2).sum();
    clean.text.reserve(bytes);
    clean.paragraphs.reserve(account.map_or(0, |_| count));
    clean.digests.reserve(count);
    let mut firsts = ArrayVec::<_, DATELINE_PARAGRAPHS>::new();
    for paragraph in paragraphs.by_ref().take(count) {
        let place = add_paragraph(index, &mut clean, &paragraph, account, scratch);
        let room = firsts.remaining_capacity();
        firsts.extend(place.into_iter().take(room));
    }
    if !scratch.plain.is_empty() {
        let Scratch { keys, places, plain, .. } = scratch;
        places.extend(plain.iter().map(|(_, paragraph)| (index, *paragraph)));
        keys.push_plain(&clean.text, plain.drain(..).map(|(place, _)| place));
    }
    clean.removals.sort_by_key(|removal| removal.span.start);
    clean.captions = stripped.captions.into_iter().map(normalized_caption).collect();
    let found = firsts.into_iter().find_map(|place| dateline::find(&clean.text[place]));
    let found = found.map(|dateline| dateline.text.to_owned());
    let Stripped { title, byline, published, .. } = stripped;
    set_fields(&mut clean, dump, article, Said { title, byline, dateline: found, published });
    clean
}

/// Puts what the input says as it is, and the language. Of each article right before it is given away: an allocator has
/// memory at hand for few short texts of one length.
fn settle(clean: &mut CleanArticle, found: &Found) {
    let Found { dump, article, .. } = found;
    let fields = &article.fields;
    clean.dump = dump_name(dump, found.number, found.parts);
    clean.id.clone_from(&fields.id);
    if fields.id.is_none() {
        clean.made_id = made_id(article.span().of(&dump.text));
    }
    clean.url.clone_from(&fields.url);
    clean.meta.clone_from(&fields.meta);
    clean.language = match &fields.language {
        Some(given) => Some(language::tag(given).into()),
        None => language::detect(&clean.text).map(Cow::Borrowed),
    };
}

/// Adds one paragraph, and says where its text stands; a line of characters that cannot be seen goes to the ledger.
/// `account` is the text of the dump, where an account is wanted.
fn add_paragraph(
    index: usize,
    clean: &mut CleanArticle,
    paragraph: &Paragraph,
    account: Option<&str>,
    scratch: &mut Scratch,
) -> Option<Range<usize>> {
    let before = clean.text.len();
    if before > 0 {
        clean.text.push_str("\n\n");
    }
    let start = clean.text.len();
    let raw = account.map(|dump_text| paragraph.span.of(dump_text));
    let digest = if let Some(plain) = &paragraph.plain {
        clean.text.push_str(&paragraph.text);
        let known = plain.digest.and_then(|known| scratch.strip.digest(known));
        if known.is_none() {
            scratch.plain.push((start..clean.text.len(), clean.digests.len()));
        }
        known.unwrap_or(NO_DIGEST)
    } else {
        normalize::append(&paragraph.text, &mut clean.text);
        scratch.key.clear();
        fingerprint::key(&clean.text[start..], &mut scratch.key);
        if scratch.key.is_empty() {
            clean.text.truncate(before);
            clean.removals.extend(raw.map(|raw| Removal {
                span: paragraph.span,
                line: paragraph.line,
                rule: INVISIBLE_LINE,
                reason: Reason::ScriptResidue,
                text: raw.to_owned(),
                repeats: None,
                partial: false,
            }));
            return None;
        }
        scratch.keys.push(&scratch.key);
        scratch.places.push((index, clean.digests.len()));
        NO_DIGEST
    };
    clean.digests.push(digest);
    let text = &clean.text[start..];
    let plain = paragraph.plain.as_ref();
    let words = plain.map_or_else(|| normalize::words(text), |plain| plain.words);
    clean.words += words;
    // A plain paragraph on one line is the very text of the dump.
    let same = paragraph.plain.is_some() && matches!(paragraph.text, Cow::Borrowed(_));
    clean.paragraphs.extend(raw.map(|raw| CleanParagraph {
        bytes: text.len(),
        words,
        span: paragraph.span,
        line: paragraph.line,
        raw: (!same && text != raw).then(|| raw.to_owned()),
    }));
    Some(start..clean.text.len())
}

/// What the text says of its article.
struct Said {
    title: Option<String>,
    byline: Option<String>,
    dateline: Option<String>,
    published: Option<String>,
}

/// Fills the fields: what the input says comes before what the text says.
fn set_fields(
    clean: &mut CleanArticle,
    dump: &Dump,
    article: &Article,
    Said { title, byline, dateline, published }: Said,
) {
    let given = &article.fields;
    let field = |given: &Option<String>, found: Option<String>| {
        let value = match given {
            Some(given) => normalize::text(given).into_owned(),
            None => written(found?),
        };
        Some(value).filter(|value| !value.is_empty())
    };
    clean.title_from_text = given.title.is_none() && title.is_some();
    clean.title = field(&given.title, title);
    // A line of the text that names somebody else must not vanish behind the record's byline.
    let named = |given: &str, found: &str| {
        fingerprint::key_of(given).contains(&*fingerprint::key_of(found))
    };
    clean.byline = match (&given.byline, byline) {
        (Some(given), Some(found)) if !named(given, &found) => {
            Some(normalize::text(&format!("{given}, {found}")).into_owned())
        }
        (given, found) => field(given, found),
    };
    let host = || {
        let url = Url::parse(given.url.as_deref()?).ok()?;
        url.host_str().map(str::to_owned).filter(|host| !host.is_empty())
    };
    let source = field(&given.source, None).or_else(host);
    clean.source_named = source.is_some();
    clean.source = source.unwrap_or_else(|| dump.folder.to_string());
    let dated = |found: &String| date::published(found).unwrap_or_else(|| found.clone());
    let published = given.published.as_ref().map(dated).or(published);
    clean.published = published.map(written).filter(|published| !published.is_empty());
    clean.dateline = field(&given.dateline, dateline);
}

fn normalized_caption(caption: Caption) -> Caption {
    Caption { text: caption.text.map(written), credit: caption.credit.map(written) }
}

/// The written form of `text`, which is nearly always the text itself.
fn written(text: String) -> String {
    match normalize::text(&text) {
        Cow::Owned(written) => written,
        Cow::Borrowed(_) => text,
    }
}

fn made_id(text: &str) -> String {
    let hash = blake3::hash(text.as_bytes());
    hash.to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Fields;

    #[test]
    fn articles_are_the_same_without_an_account() {
        let lines = [
            "Bridge opens after ten years of work",
            "Share on Facebook",
            "By Jane Doe",
            "\u{200b}\u{200b}",
            "The mill at the river in the morning after the fire. (Sam Holt/AP)",
            "The mill at the river burnt down.The mill at the river burnt down.",
            "BERLIN (AP) — The council met on Monday to speak of the bridge at the mill.",
            "The  council met again ,  and nobody knows why\u{a0}it did so in the night.",
            "Follow us on Facebook, Twitter and Instagram",
            "Updated 29 December 2019",
        ];
        let mut state = 7_usize;
        let mut line = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            lines[(state >> 33) % lines.len()]
        };
        let dump = |record: u64| Dump {
            path: "a.jsonl".into(),
            record: Some(record),
            line: record,
            folder: "a".into(),
            text: (0..record % 23).map(|_| line().to_owned() + "\n").collect(),
            fields: Fields::default(),
        };
        let dumps: Vec<Dump> = (1..300).map(dump).collect();
        let clean = |cleaner: &Cleaner| {
            let mut found = Vec::new();
            cleaner.clean_all(&dumps, &mut Scratch::default(), &Cell::default(), &mut |clean| {
                found.push(clean);
            });
            found
        };
        let (accounted, written) = (
            clean(&Cleaner::new(&Options::default())),
            clean(&Cleaner::new(&Options::default()).writing()),
        );
        assert!(accounted.iter().flatten().any(|clean| !clean.removals.is_empty()));
        assert_eq!(accounted.len(), written.len());
        for (accounted, written) in accounted.into_iter().zip(written) {
            match (accounted, written) {
                (Ok(accounted), Ok(written)) => {
                    assert_eq!(accounted.paragraphs.len(), accounted.digests.len());
                    assert!(written.fingerprint.is_some());
                    let kept = CleanArticle {
                        paragraphs: Vec::new(),
                        removals: Vec::new(),
                        fingerprint: written.fingerprint,
                        ..accounted
                    };
                    assert_eq!(format!("{kept:?}"), format!("{written:?}"));
                }
                (accounted, written) => {
                    assert_eq!(accounted.err().map(|e| e.detail), written.err().map(|e| e.detail));
                }
            }
        }
    }
}
