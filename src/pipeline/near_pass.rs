//! Near copies: sketches of all articles in parallel, then the pairs that may be copies measured on
//! their texts.

use std::ops::ControlFlow;

use hashbrown::HashMap;
use rayon::ThreadPool;

use super::gather::{Gathered, each_entry, title_digest};
use super::ordered::ordered;
use super::stored::{Entry, StoredArticle};
use crate::boilerplate::Learned;
use crate::dedupe::near::{self, Miss, Similarity, Sketches};
use crate::dedupe::{self, ArticleId, Verdict};
use crate::error::{Error, ErrorKind};
use crate::observer::Observer;
use crate::options::Keep;

/// Articles whose shingles are kept at hand while pairs are measured: about 8 bytes a word each.
const AT_HAND: usize = 2048;

/// Finds near and contained copies among the articles that `verdicts` keeps, and enters them there.
/// Returns the pairs a little below `threshold`.
pub(super) fn find(
    pool: &ThreadPool,
    gathered: &Gathered,
    learned: &Learned,
    threshold: f64,
    keep: Keep,
    verdicts: &mut [Verdict],
    observer: &dyn Observer,
) -> Result<Vec<Miss>, Error> {
    let sketches = sketch(pool, gathered, learned, verdicts, observer)?;
    let order = dedupe::order(&gathered.index.candidates, verdicts, keep);
    let mut texts = Texts { gathered, learned, at_hand: HashMap::new() };
    near::decide(&sketches, &order, threshold, verdicts, &mut |first, second| {
        if observer.interrupted() {
            return Err(Error::at("run", ErrorKind::Interrupted));
        }
        texts.compare(first, second)
    })
}

/// Sketches every article, in parallel by piece of the spool.
fn sketch(
    pool: &ThreadPool,
    gathered: &Gathered,
    learned: &Learned,
    verdicts: &[Verdict],
    observer: &dyn Observer,
) -> Result<Sketches, Error> {
    let work = |piece: usize| -> Result<(Sketches, u64), Error> {
        let bytes = gathered.spool.read(piece)?;
        let mut sketches = Sketches::default();
        let mut words = Vec::new();
        let mut id = ArticleId(gathered.first_articles[piece]);
        each_entry(&bytes, &mut |entry| {
            let Entry::Article(article) = entry else { return Ok(()) };
            words_of(gathered, learned, id, &article, &mut words);
            let wanted = verdicts[id.0 as usize] == Verdict::Keep
                && gathered.index.candidates[id.0 as usize].is_some();
            let samples = if wanted { near::samples(&words) } else { Vec::new() };
            sketches.push(&samples, words.len(), title_hash(&article));
            id.0 += 1;
            Ok(())
        })?;
        Ok((sketches, bytes.len() as u64))
    };
    let mut all = Sketches::default();
    let flow = ordered(pool, 0..gathered.spool.len(), work, |piece| {
        if observer.interrupted() {
            return ControlFlow::Break(Error::at("run", ErrorKind::Interrupted));
        }
        match piece {
            Ok((sketches, bytes)) => {
                all.append(&sketches);
                observer.advance(bytes, 0);
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    });
    match flow {
        ControlFlow::Continue(()) => Ok(all),
        ControlFlow::Break(error) => Err(error),
    }
}

fn title_hash(article: &StoredArticle) -> u64 {
    let digest = article.title.and_then(title_digest);
    digest.map_or(0, |digest| {
        let mut half = [0; 8];
        half.copy_from_slice(&digest.0[..8]);
        u64::from_le_bytes(half)
    })
}

/// The words of `article` without the paragraphs that were learned as boilerplate.
fn words_of(
    gathered: &Gathered,
    learned: &Learned,
    id: ArticleId,
    article: &StoredArticle,
    words: &mut Vec<u64>,
) {
    words.clear();
    if learned.is_empty() {
        near::words(article.text, words);
        return;
    }
    let source = gathered.index.sources[id.0 as usize];
    if let Some((title, _)) = article.title_alone(|digest| learned.contains(source, digest)) {
        near::words(title, words);
        return;
    }
    for (_, text, digest) in article.texts() {
        if !learned.contains(source, digest) {
            near::words(text, words);
        }
    }
}

/// The texts of articles, as sets of shingles.
struct Texts<'a> {
    gathered: &'a Gathered,
    learned: &'a Learned,
    at_hand: HashMap<u32, Vec<u64>>,
}

impl Texts<'_> {
    fn compare(&mut self, first: ArticleId, second: ArticleId) -> Result<Similarity, Error> {
        if self.at_hand.len() > AT_HAND {
            self.at_hand.clear();
        }
        for id in [first, second] {
            if !self.at_hand.contains_key(&id.0) {
                let measured = self.read(id)?;
                self.at_hand.insert(id.0, measured);
            }
        }
        Ok(near::compare(&self.at_hand[&first.0], &self.at_hand[&second.0]))
    }

    fn read(&self, id: ArticleId) -> Result<Vec<u64>, Error> {
        let (piece, offset) = self.gathered.index.place(id);
        let bytes = self.gathered.spool.read_from(piece, offset)?;
        let mut words = Vec::new();
        let (entry, _) = postcard::take_from_bytes(&bytes)
            .map_err(|error| Error::at("spool", ErrorKind::Bug(error.to_string())))?;
        if let Entry::Article(article) = entry {
            words_of(self.gathered, self.learned, id, &article, &mut words);
        }
        Ok(near::measured(&words))
    }
}
