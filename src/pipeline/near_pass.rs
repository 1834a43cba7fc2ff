//! Near copies: sketches of all articles in parallel, then the pairs that may be copies measured on
//! their texts.

use std::num::NonZero;

use rayon::ThreadPool;

use super::gather::{Gathered, articles_of, each_piece, title_digest};
use super::guard::guarded;
use super::idle::Idle;
use super::index::Index;
use super::sketches::{AllSketches, Sketches};
use super::stored::{StoredHead, utf8};
use crate::boilerplate::{self, Learned};
use crate::dedupe::near::sample::sample;
use crate::dedupe::near::{
    self, Facts, Meanwhile, Measure, Measured, Miss, Shingles, Similarity, Work,
};
use crate::dedupe::{ArticleId, Ranks, Verdict};
use crate::error::{Error, ErrorKind};
use crate::normalize;
use crate::observer::Observer;
use crate::options::Options;
use crate::write::folder::OutputFolder;

/// Finds near and contained copies among the articles that `verdicts` keeps, and enters them there.
/// Returns the pairs a little below `threshold`.
pub(super) fn find(
    pool: &ThreadPool,
    (gathered, learned): (&Gathered, &Learned),
    (options, threshold): (&Options, f64),
    folder: &OutputFolder,
    verdicts: &mut [Verdict],
    observer: &dyn Observer,
) -> Result<Vec<Miss>, Error> {
    let ranks = Ranks::new(&gathered.index.candidates, options.keep);
    let texts = Texts { gathered, learned };
    let mut sketches =
        AllSketches::new(super::memory(options) / SKETCHES_SHARE, ranks.len(), folder);
    sketch(pool, &texts, &ranks, verdicts, &mut sketches, observer)?;
    let (facts, shared) = sketches.share(pool, ranks.len(), observer)?;
    let (own, idle) = Default::default();
    let mut measuring = Measuring { pool, texts, observer, own, idle };
    near::decide(facts, &shared, &ranks, threshold, verdicts, &mut measuring)
}

/// Part of the memory that sketches may take.
const SKETCHES_SHARE: u64 = 4;

/// Sketches every article that `verdicts` keeps, in parallel by piece of the spool.
fn sketch(
    pool: &ThreadPool,
    texts: &Texts,
    ranks: &Ranks,
    verdicts: &[Verdict],
    all: &mut AllSketches,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let Gathered { spool, first_articles, index, .. } = texts.gathered;
    let work = |piece: usize| -> Result<(Sketches, u64), Error> {
        let bytes = spool.read(piece)?;
        let articles = articles_of(first_articles, piece, index.len());
        let mut sketches = Sketches::with_room(articles.size_hint().0);
        let (mut text, mut samples) = <(Vec<u8>, Vec<u32>)>::default();
        for id in articles {
            let is_wanted = index.candidates[id.0 as usize].is_some()
                && verdicts[id.0 as usize] == Verdict::Keep;
            let mut work = || -> Result<(), Error> {
                let article = StoredHead::at(index.place(id), &bytes)?;
                let (text, words) = texts.whole(id, &article, &mut text)?;
                samples.clear();
                let rate = sample(text, &mut samples);
                let words = words.min(near::WORDS_COUNTED);
                let title = if words < near::WORDS_COUNTED { title_hash(&article)? } else { 0 };
                let words = u8::try_from(words).unwrap_or(u8::MAX);
                let count = u32::try_from(samples.len()).unwrap_or(u32::MAX);
                let facts = Facts { title, words, samples: count, rate };
                sketches.push(ranks.of(id), &samples, facts);
                Ok(())
            };
            if is_wanted {
                guarded(&mut work, || index.id(id).to_owned())??;
            }
        }
        Ok((sketches, bytes.len() as u64))
    };
    each_piece(pool, spool.len(), work, observer, &mut |(sketches, bytes)| {
        observer.advance(bytes, 0);
        all.append(&sketches)
    })
}

fn title_hash(article: &StoredHead) -> Result<u64, Error> {
    let digest = article.title()?.and_then(title_digest);
    Ok(digest.map_or(0, boilerplate::key))
}

/// The texts of articles as they will be written.
struct Texts<'a> {
    gathered: &'a Gathered,
    learned: &'a Learned,
}

impl Texts<'_> {
    /// The text of an article without the paragraphs that were learned as boilerplate, put together
    /// in `room` where there are such, and how many words it has.
    fn whole<'t>(
        &self,
        id: ArticleId,
        article: &StoredHead<'t>,
        room: &'t mut Vec<u8>,
    ) -> Result<(&'t [u8], usize), Error> {
        let Index { sources, cuts, .. } = &self.gathered.index;
        let (source, cut) = (sources[id.0 as usize], cuts[id.0 as usize]);
        let is_learned = |digest| self.learned.contains(source, digest);
        room.clear();
        // What stays in a row is borrowed; it is copied once more stays behind what was learned, which is not even
        // brought from memory.
        let (mut row, mut words) = (0..0, 0);
        for (index, part) in article.parts().enumerate() {
            if cut.contains(index, || is_learned(part.digest())) {
                continue;
            }
            words += part.words;
            let place = part.place;
            if row.is_empty() || row.end + 2 == place.start {
                row = if row.is_empty() { place } else { row.start..place.end };
            } else {
                push_row(room, article.text(row));
                row = place;
            }
        }
        if row.is_empty() {
            let title = if cut.is_empty() { None } else { article.title_alone(is_learned)? };
            let title = title.map_or("", |(title, _)| title);
            return Ok((title.as_bytes(), normalize::words(title)));
        }
        let text = article.text(row);
        if room.is_empty() {
            return Ok((text, words));
        }
        push_row(room, text);
        Ok((room, words))
    }
}

/// Puts paragraphs behind those of `text`.
fn push_row(text: &mut Vec<u8>, row: &[u8]) {
    if !text.is_empty() {
        text.extend_from_slice(b"\n\n");
    }
    text.extend_from_slice(row);
}

/// Compares articles on their texts, read from the spool.
struct Measuring<'a> {
    pool: &'a ThreadPool,
    texts: Texts<'a>,
    observer: &'a dyn Observer,
    own: Sets,
    /// The same for each thread that measures ahead.
    idle: Idle<Sets>,
}

/// Articles whose pairs one thread measures at a time, and such shares in a round for each thread: few
/// enough that what is decided in a round changes little of what was measured before it.
const SHARE: usize = 128;
const SHARES_PER_THREAD: usize = 4;

impl Measure<Error> for Measuring<'_> {
    fn compare(&mut self, first: ArticleId, second: ArticleId) -> Result<Similarity, Error> {
        self.own.compare(&self.texts, self.observer, first, second)
    }

    fn round(&self) -> Option<NonZero<usize>> {
        let threads = self.pool.current_num_threads();
        NonZero::new(threads * SHARES_PER_THREAD * SHARE).filter(|_| threads > 1)
    }

    fn ahead(
        &mut self,
        ranks: &[u32],
        work: &Work<Error>,
        meanwhile: Meanwhile<'_, Error>,
    ) -> Result<Vec<Measured>, Error> {
        let Measuring { pool, texts, observer, own, idle } = self;
        let (texts, observer, idle) = (&*texts, *observer, &*idle);
        let measure = |ranks: &[u32]| {
            let mut sets = idle.take().unwrap_or_default();
            let mut measured = Vec::new();
            let mut compare = |first, second| sets.compare(texts, observer, first, second);
            work(ranks, &mut compare, &mut measured)?;
            idle.give(sets);
            Ok(measured)
        };
        let shares = ranks.chunks(SHARE);
        let mut results: Vec<Result<Vec<Measured>, Error>> =
            shares.clone().map(|_| Ok(Vec::new())).collect();
        let mut own_result = Ok(());
        pool.in_place_scope(|scope| {
            for (share, result) in shares.zip(&mut results) {
                let measure = &measure;
                scope.spawn(move |_| *result = measure(share));
            }
            let mut compare = |first, second| own.compare(texts, observer, first, second);
            own_result = meanwhile(&mut compare);
        });
        own_result?;
        let mut all = Vec::new();
        for measured in results {
            all.extend(measured?);
        }
        Ok(all)
    }
}

/// Sets kept at hand: a representative is often compared again soon. Few enough for the second cache.
const SETS: usize = 16;
/// Shingles of the largest set that is kept; it takes 24 bytes a shingle.
const SET_MAX: usize = 1 << 13;

/// The shingles of articles, read when they are needed.
struct Sets {
    scratch: (Vec<u8>, Vec<u64>),
    /// The article compared last, which is compared with several.
    own: (Option<ArticleId>, Shingles),
    /// Others, each in the place that its number says.
    others: Vec<(Option<ArticleId>, Shingles)>,
}

impl Default for Sets {
    fn default() -> Sets {
        let others = vec![(None, Shingles::default()); SETS];
        Sets { scratch: Default::default(), own: (None, Shingles::default()), others }
    }
}

impl Sets {
    fn compare(
        &mut self,
        texts: &Texts,
        observer: &dyn Observer,
        first: ArticleId,
        second: ArticleId,
    ) -> Result<Similarity, Error> {
        if observer.interrupted() {
            return Err(Error::at("run", ErrorKind::Interrupted));
        }
        let compare = || self.measure(texts, first, second);
        guarded(compare, || texts.gathered.index.id(first).to_owned())?
    }

    fn measure(
        &mut self,
        texts: &Texts,
        first: ArticleId,
        second: ArticleId,
    ) -> Result<Similarity, Error> {
        if self.own.0 != Some(first) {
            self.own.0 = None;
            fill(texts, first, &mut self.scratch, &mut self.own.1)?;
            self.own.0 = Some(first);
        }
        let (held, other) = &mut self.others[second.0 as usize % SETS];
        if *held != Some(second) {
            *held = None;
            fill(texts, second, &mut self.scratch, other)?;
            *held = Some(second);
        }
        let similarity = self.own.1.compare(other);
        if other.len() > SET_MAX {
            (*held, *other) = (None, Shingles::default());
        }
        Ok(similarity)
    }
}

/// Makes `set` the set of the shingles of `article`.
fn fill(
    texts: &Texts,
    article: ArticleId,
    (text, words): &mut (Vec<u8>, Vec<u64>),
    set: &mut Shingles,
) -> Result<(), Error> {
    let Gathered { index, spool, .. } = texts.gathered;
    let bytes = spool.read_from(index.place(article))?;
    let (text, _) = texts.whole(article, &StoredHead::read(&bytes)?, text)?;
    words.clear();
    near::words(utf8(text)?, words);
    set.fill(words);
    Ok(())
}
