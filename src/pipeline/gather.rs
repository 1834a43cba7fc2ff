//! The first pass: every batch cleaned, in parallel; texts to the spool, figures to the tables.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rayon::ThreadPool;

use super::Cleaning;
use super::guard::guarded;
use super::idle::Idle;
use super::index::{Index, NewIds};
use super::ordered::ordered;
use super::spool::Spool;
use super::stored::{Entry, Flat, Stored, StoredHead, Storing, store};
use crate::boilerplate::{self, Cut, Key, Learned, Learner, SourceId};
use crate::clean::CleanArticle;
use crate::dedupe::{self, ArticleId, Candidate};
use crate::error::{Error, ErrorKind};
use crate::fingerprint::{self, Digest, Keys};
use crate::keep::KeepList;
use crate::ledger::{Reject, RejectReason};
use crate::observer::Observer;
use crate::options::{Keep, Options};
use crate::read::{Batch, Found, InputSummary, Reader};
use crate::report;
use crate::write::folder::OutputFolder;
use crate::write::rows::RejectRow;

/// Everything the first pass leaves behind.
pub(super) struct Gathered {
    /// Cleaned articles and rejects, in input order.
    pub(super) spool: Spool,
    /// For each piece of the spool, the number of its first article.
    pub(super) first_articles: Vec<u32>,
    /// What is held of each article.
    pub(super) index: Index,
    /// What paragraphs the articles of each source hold.
    pub(super) learner: Learner,
    /// One row for each input.
    pub(super) inputs: Vec<report::Input>,
    records_left: u64,
}

/// What a worker makes of one batch.
struct Chunk {
    input: usize,
    bytes_read: u64,
    finished: Option<InputSummary>,
    repaired: u64,
    bytes: Vec<u8>,
    items: Vec<Item>,
    /// What the tables need of its articles, in their order: flat, for it is freed by another thread than made
    /// it, and each piece would make that one wait.
    candidates: Vec<Candidate>,
    ids: NewIds,
    learner: Learner,
    problems: Vec<Reject>,
    /// How many rejected records are not among them.
    unnamed: u64,
}

/// One entry of a chunk.
struct Item {
    /// Where its bytes end.
    end: usize,
    what: What,
}

enum What {
    Article,
    RejectedRecord,
    RejectedFile(RejectReason),
}

impl Gathered {
    /// Starts with the files that could not even be opened for reading.
    pub(super) fn new(
        options: &Options,
        found: &Found,
        folder: &OutputFolder,
        observer: &dyn Observer,
    ) -> Result<Gathered, Error> {
        let mut gathered = Gathered {
            spool: Spool::new(super::memory(options) / 2),
            first_articles: Vec::new(),
            index: Index::default(),
            learner: Learner::default(),
            inputs: found.inputs.iter().map(|input| unread(&input.shown)).collect(),
            records_left: options.limit.unwrap_or(u64::MAX),
        };
        let mut bytes = Vec::new();
        for reject in &found.rejects {
            store(&Storing::Reject(RejectRow::from(reject)), &mut bytes)?;
            tell(reject, observer);
            let failed = Some(reject.reason);
            gathered.inputs.push(report::Input { failed, ..unread(&reject.file) });
        }
        gathered.keep(bytes, 0, folder)?;
        Ok(gathered)
    }

    /// Reads and cleans all of `reader`.
    pub(super) fn gather(
        &mut self,
        pool: &ThreadPool,
        reader: Reader,
        (cleaning, keep): (&Cleaning, Keep),
        observer: &dyn Observer,
        folder: &OutputFolder,
    ) -> Result<(), Error> {
        let idle = self.spool.idle();
        let work = |batch: Batch| chunk(batch, cleaning, keep, &idle);
        let flow = ordered(pool, reader, work, |chunk| {
            if observer.interrupted() {
                return ControlFlow::Break(Err(Error::at("run", ErrorKind::Interrupted)));
            }
            match chunk.and_then(|chunk| self.add(chunk, observer, folder)) {
                Ok(()) if self.records_left > 0 => ControlFlow::Continue(()),
                end => ControlFlow::Break(end),
            }
        });
        match flow {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(end) => end,
        }
    }

    /// Takes in the next chunk, as far as the limit of records allows.
    fn add(
        &mut self,
        mut chunk: Chunk,
        observer: &dyn Observer,
        folder: &OutputFolder,
    ) -> Result<(), Error> {
        let mut end = 0;
        let (mut records, mut places) = (0, Vec::new());
        let first = self.index.len();
        let piece = u32::try_from(self.spool.len()).map_err(|_| too_many())?;
        let input = &mut self.inputs[chunk.input];
        for item in &chunk.items {
            if self.records_left == 0 {
                break;
            }
            let start = end;
            end = item.end;
            match item.what {
                What::RejectedFile(reason) => {
                    input.failed = Some(reason);
                    continue;
                }
                What::RejectedRecord => {}
                What::Article => {
                    // A batch is far smaller than 4 GiB.
                    let place = u32::try_from(start).unwrap_or(u32::MAX)
                        ..u32::try_from(end).unwrap_or(u32::MAX);
                    places.push((piece, place));
                }
            }
            records += 1;
            self.records_left -= 1;
        }
        let articles = places.len();
        if first + articles > dedupe::ARTICLES_MAX as usize {
            return Err(too_many());
        }
        self.learner.merge_first(&chunk.learner, articles);
        let sources = self.learner.sources_from(first);
        for ((candidate, id), (source, place)) in
            chunk.candidates.iter().zip(chunk.ids.iter()).zip(sources.zip(places))
        {
            self.index.push(*candidate, source, id, place);
        }
        input.records += records;
        input.repaired += chunk.repaired;
        if let Some(summary) = chunk.finished {
            input.bytes = summary.bytes;
            input.blake3 = Some(summary.blake3);
            input.encoding = Some(summary.encoding);
            input.compression = summary.compression.map(str::to_owned);
            input.format = Some(summary.format.to_owned());
        }
        chunk.problems.iter().for_each(|reject| tell(reject, observer));
        observer.more_problems(chunk.unnamed);
        observer.advance(chunk.bytes_read, articles as u64);
        chunk.bytes.truncate(end);
        let first = u32::try_from(first).map_err(|_| too_many())?;
        self.keep(chunk.bytes, first, folder)
    }

    /// Stores a piece whose first article has the number `first`; an empty one is none.
    fn keep(&mut self, bytes: Vec<u8>, first: u32, folder: &OutputFolder) -> Result<(), Error> {
        if !bytes.is_empty() {
            let tables = self.index.bytes() + self.learner.bytes() as u64;
            self.spool.push(bytes, tables, folder)?;
            self.first_articles.push(first);
        }
        Ok(())
    }

    /// Takes out of `learned` every paragraph that the configuration keeps.
    pub(super) fn forget_kept(
        &self,
        pool: &ThreadPool,
        learned: &mut Learned,
        keep: &KeepList,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let known = &*learned;
        let work = |piece: usize| -> Result<BTreeSet<(SourceId, String, Key)>, Error> {
            let mut kept = BTreeSet::new();
            let bytes = self.spool.read(piece)?;
            let mut id = ArticleId(self.first_articles[piece]);
            each_entry(&bytes, &mut |entry| {
                let Entry::Article(article) = entry else { return Ok(()) };
                let source = self.index.sources[id.0 as usize];
                for (_, text, digest) in article.texts() {
                    if known.contains(source, digest) && keep.kept_by(text).is_some() {
                        let name = article.source.to_owned();
                        kept.insert((source, name, boilerplate::key(digest)));
                    }
                }
                id.0 += 1;
                Ok(())
            })?;
            Ok(kept)
        };
        let mut all = BTreeSet::new();
        each_piece(pool, self.spool.len(), work, observer, &mut |kept| {
            all.extend(kept);
            Ok(())
        })?;
        for (source, name, paragraph) in &all {
            learned.forget(*source, name, *paragraph);
        }
        Ok(())
    }

    /// Fingerprints every article without its paragraphs of `learned`. One in which nothing else stands is
    /// rejected.
    pub(super) fn fingerprint(
        &mut self,
        pool: &ThreadPool,
        learned: &Learned,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let Gathered { spool, first_articles, index, .. } = self;
        let Index { candidates, sources, places, cuts, .. } = index;
        let idle = Idle::<Keys>::default();
        let work = |piece: usize| -> Result<(usize, Vec<_>), Error> {
            let bytes = spool.read(piece)?;
            let mut keys = idle.take().unwrap_or_default();
            keys.clear();
            let left = articles_of(first_articles, piece, sources.len()).map(|id| {
                let article = StoredHead::at(&places[id.0 as usize], &bytes)?;
                let source = sources[id.0 as usize];
                let gone = |digest| learned.contains(source, digest);
                without(&article, gone, &mut keys)
            });
            let left = left.collect::<Result<Vec<_>, Error>>()?;
            // All of a piece together, which is faster than one after the other.
            let left = left.into_iter().zip(keys.digests()).map(|((cut, left), fingerprint)| {
                let key = |left: Left| {
                    (dedupe::exact_key(fingerprint, left.words, left.title), left.bytes)
                };
                (cut, left.map(key))
            });
            let left = left.collect();
            idle.give(keys);
            Ok((first_articles[piece] as usize, left))
        };
        each_piece(pool, spool.len(), work, observer, &mut |(first, all)| {
            for (candidate, (cut, left)) in candidates[first..].iter_mut().zip(all) {
                cuts.push(cut);
                *candidate = candidate.zip(left).map(|(candidate, ((key, rest), bytes))| {
                    let bytes = bytes.unwrap_or(candidate.bytes);
                    Candidate { key, rest, bytes, ..candidate }
                });
            }
            Ok(())
        })
    }
}

/// Calls `work` on the number of each piece of the spool in parallel, and `take` on what comes out, in
/// order.
pub(super) fn each_piece<R: Send>(
    pool: &ThreadPool,
    pieces: usize,
    work: impl Fn(usize) -> Result<R, Error> + Sync,
    observer: &dyn Observer,
    take: &mut (dyn FnMut(R) -> Result<(), Error> + Send),
) -> Result<(), Error> {
    let flow = ordered(pool, 0..pieces, work, |result| {
        if observer.interrupted() {
            return ControlFlow::Break(Error::at("run", ErrorKind::Interrupted));
        }
        match result.and_then(&mut *take) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    });
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

/// An input of which nothing is known yet.
fn unread(path: &str) -> report::Input {
    report::Input {
        path: path.to_owned(),
        bytes: 0,
        blake3: None,
        encoding: None,
        compression: None,
        format: None,
        records: 0,
        repaired: 0,
        failed: None,
    }
}

/// The articles in a piece of the spool, of `all`.
pub(super) fn articles_of(
    first_articles: &[u32],
    piece: usize,
    all: usize,
) -> impl Iterator<Item = ArticleId> + use<> {
    let all = u32::try_from(all).unwrap_or(u32::MAX);
    (first_articles[piece]..first_articles.get(piece + 1).copied().unwrap_or(all)).map(ArticleId)
}

/// What is left of an article, besides its fingerprint.
struct Left {
    words: usize,
    /// What tells it from others, where its words are few.
    title: Option<Digest>,
    /// `None` where all of it is left.
    bytes: Option<u64>,
}

/// Which paragraphs of `article` are `gone`, and what is left without them, if anything is. What it is fingerprinted
/// by becomes the next of `keys`.
fn without(
    article: &StoredHead,
    gone: impl Fn(Digest) -> bool,
    keys: &mut Keys,
) -> Result<(Cut, Option<Left>), Error> {
    let (mut bytes, mut words, mut cut) = (0, 0, Cut::default());
    for (index, paragraph) in article.parts().enumerate() {
        if gone(paragraph.digest()) {
            cut.insert(index);
        } else {
            bytes += paragraph.place.len() as u64 + 2;
            words += paragraph.words;
            keys.extend(paragraph.digest());
        }
    }
    let left = if bytes > 0 {
        let title = if words < dedupe::SHORT_WORDS { article.title()? } else { None };
        let title = title.and_then(title_digest);
        Some(Left { words, title, bytes: (!cut.is_empty()).then_some(bytes) })
    } else {
        article.title_alone(gone)?.map(|(title, digest)| {
            keys.extend(digest);
            let words = crate::normalize::words(title);
            Left { words, title: None, bytes: Some(title.len() as u64) }
        })
    };
    keys.end();
    Ok((cut, left))
}

/// What tells `article` from its exact copies, wherever they stand in the input.
fn tie(article: &CleanArticle) -> u64 {
    // Hashed at once, which is faster than ten small pieces.
    let mut bytes = Vec::with_capacity(512);
    for field in [&article.id, &article.url, &article.title, &article.published] {
        let field = field.as_deref().unwrap_or_default();
        bytes.extend_from_slice(&(field.len() as u64).to_le_bytes());
        bytes.extend_from_slice(field.as_bytes());
    }
    bytes.extend_from_slice(article.made_id.as_bytes());
    bytes.extend_from_slice(article.source.as_bytes());
    let mut half = [0; 8];
    half.copy_from_slice(&blake3::hash(&bytes).as_bytes()[..8]);
    u64::from_le_bytes(half)
}

/// Seconds since 1970 of a date of publication that can be compared with others.
fn instant(published: &str) -> Option<i64> {
    if let Ok(at) = published.parse::<jiff::Timestamp>() {
        return Some(at.as_second());
    }
    let day = published.get(..10)?.parse::<jiff::civil::Date>().ok()?;
    Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

pub(super) fn title_digest(text: &str) -> Option<Digest> {
    fingerprint::paragraph(text, &mut String::new())
}

/// Bytes of a batch for which room is made for one article: most have more, and growing would
/// move what is there again and again.
const BYTES_PER_ARTICLE: usize = 2 << 10;

/// Bytes that room is made for at once: a batch that is larger is one large record.
const ROOM_MAX: usize = 2 << 20;

/// Cleans one batch; what comes out goes to memory that is `idle`, if any is.
fn chunk(
    batch: Batch,
    cleaning: &Cleaning,
    keep: Keep,
    idle: &Idle<Vec<u8>>,
) -> Result<Chunk, Error> {
    let room = usize::try_from(batch.bytes_read).unwrap_or(0).min(ROOM_MAX);
    let room = room + room / 4;
    let used = idle.take();
    let is_held = used.is_none();
    let mut bytes = used.unwrap_or_default();
    bytes.clear();
    // An article takes little more than its record; growing would move all of them again and again.
    bytes.reserve(room);
    let articles = room / BYTES_PER_ARTICLE;
    let mut chunk = Chunk {
        input: batch.input,
        bytes_read: batch.bytes_read,
        finished: batch.finished.clone(),
        repaired: 0,
        bytes,
        items: Vec::with_capacity(articles),
        candidates: Vec::with_capacity(articles),
        ids: NewIds::default(),
        learner: Learner::with_room(articles),
        problems: Vec::new(),
        unnamed: 0,
    };
    let (mut failure, mut flat, mut key) = (Ok(()), Flat::default(), String::new());
    chunk.repaired = cleaning.each_article(batch, &mut |outcome| {
        if failure.is_ok() {
            failure = chunk.take(outcome, keep, &mut flat, &mut key);
        }
    })?;
    // Here, where no other thread waits for it. Used memory goes on to be used, for the piece goes to the file.
    if is_held {
        chunk.bytes.shrink_to_fit();
    }
    failure.map(|()| chunk)
}

/// Rejected records named on the terminal, for each batch; all of them stand in `rejects.jsonl`.
const PROBLEMS_PER_BATCH: usize = 20;

impl Chunk {
    fn take(
        &mut self,
        outcome: Result<CleanArticle, Reject>,
        keep: Keep,
        flat: &mut Flat,
        key: &mut String,
    ) -> Result<(), Error> {
        let what = match outcome {
            Ok(article) => {
                flat.fill(&article)?;
                let stored = Stored::of(&article, flat);
                self.bytes.reserve(article.text.len() + article.text.len() / 16 + 1024);
                store(&Storing::Article(&stored), &mut self.bytes)?;
                self.note(&article, keep, key);
                What::Article
            }
            Err(reject) => {
                store(&Storing::Reject(RejectRow::from(&reject)), &mut self.bytes)?;
                let what = match reject.record {
                    Some(_) => What::RejectedRecord,
                    None => What::RejectedFile(reject.reason),
                };
                if reject.record.is_none() || self.problems.len() < PROBLEMS_PER_BATCH {
                    self.problems.push(reject);
                } else {
                    self.unnamed += 1;
                }
                what
            }
        };
        self.items.push(Item { end: self.bytes.len(), what });
        Ok(())
    }

    /// Enters what the tables need of `article`; `key` is overwritten.
    fn note(&mut self, article: &CleanArticle, keep: Keep, key: &mut String) {
        let title = article.title.as_deref();
        self.candidates.push(Candidate {
            // Known when it is known which of its paragraphs are boilerplate.
            key: 0,
            rest: None,
            bytes: article.text.len() as u64,
            published: article.published.as_deref().and_then(instant).unwrap_or(i64::MIN),
            // Where the first is kept, nothing else decides.
            tie: if keep == Keep::First { 0 } else { tie(article) },
        });
        let source = (&*article.source, article.source_named);
        let title = title.and_then(|title| fingerprint::paragraph(title, key));
        self.learner.note(source, title, article.texts());
        self.ids.push(article.id.as_deref().unwrap_or(&article.made_id), article.id.is_some());
    }
}

/// Tells the observer of `reject`, with the place where a person would look for it.
pub(super) fn tell(reject: &Reject, observer: &dyn Observer) {
    let place = match reject.line {
        Some(line) => format!("{}:{line}", reject.file),
        None => reject.file.to_string(),
    };
    observer.problem(&place, &format!("{}: {}", reject.reason, reject.detail));
}

/// Calls `each` on every entry of a piece of the spool.
pub(super) fn each_entry<'a>(
    mut bytes: &'a [u8],
    each: &mut dyn FnMut(&Entry<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    while !bytes.is_empty() {
        let (entry, rest) = postcard::take_from_bytes(bytes)
            .map_err(|error| Error::at("spool", ErrorKind::Bug(error.to_string())))?;
        let place = match &entry {
            Entry::Article(article) => article.dump,
            Entry::Reject(row) => row.file,
        };
        guarded(|| each(&entry), || place.to_owned())??;
        bytes = rest;
    }
    Ok(())
}

fn too_many() -> Error {
    let kind = ErrorKind::Usage("more than 2,147,483,648 articles; split the input".to_owned());
    Error::at("run", kind)
}
