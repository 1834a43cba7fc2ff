//! Learning which paragraphs recur over the articles of a source and are no part of their stories.
//!
//! Counting looks at one article after the other and keeps, for each source, how many of its
//! articles hold a paragraph, and how often at their edges. [`Learner::learned`] then decides.

use std::hash::{BuildHasherDefault, Hasher};

use hashbrown::{HashMap, HashSet};

use crate::fingerprint::Digest;

/// Paragraphs at the start of an article that count as its edge.
const EDGE_HEAD: usize = 1;
/// Paragraphs at the end of an article that count as its edge: footers come in groups.
const EDGE_TAIL: usize = 3;
/// Fewer articles than this never make a paragraph boilerplate.
const ARTICLES_MIN: u32 = 3;
/// Share of a source's articles from which a paragraph may stand anywhere in them, in percent.
const COMMON_PERCENT: u32 = 30;
/// Share of a source's articles from which a paragraph at their edges counts, in percent. Sentences
/// that reporters use again and again stay below it.
const RARE_PERCENT: u32 = 2;
/// Share of its appearances at an edge that a rare paragraph needs, in percent.
const EDGE_PERCENT: u32 = 70;
/// Share of its appearances in this one source that a rare paragraph needs, in percent. What many
/// sources print is part of their stories.
const OWN_PERCENT: u32 = 60;
/// With fewer articles than this a paragraph must stand in half of them.
const SMALL_SOURCE: u32 = 10;

/// The name of a source in the tables: the order in which sources first came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// Hashes by the digest's own first bits, which are as good as any hash of them.
#[derive(Default)]
pub struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = self.0.rotate_left(23) ^ u64::from_le_bytes(word);
        }
    }
}

type ByDigest = BuildHasherDefault<DigestHasher>;

/// A paragraph of one source: the first half of its digest. Two of 2^32 paragraphs agree in it with
/// a chance of 2^-65.
type Key = (u32, [u8; 16]);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    articles: u32,
    at_edge: u32,
}

/// Counts paragraphs over articles.
#[derive(Default)]
pub struct Learner {
    sources: HashMap<String, SourceId>,
    articles: Vec<u32>,
    counts: HashMap<Key, Count, ByDigest>,
    seen: HashSet<Key, ByDigest>,
}

/// The paragraphs learned as boilerplate, by source.
#[derive(Debug, Default)]
pub struct Learned {
    keys: HashSet<Key, ByDigest>,
    halves: HashSet<[u8; 16], ByDigest>,
}

impl Learner {
    /// The id of the source named `name`.
    pub fn source(&mut self, name: &str) -> SourceId {
        if let Some(id) = self.sources.get(name) {
            return *id;
        }
        let id = SourceId(u32::try_from(self.articles.len()).unwrap_or(u32::MAX));
        self.articles.push(0);
        self.sources.insert(name.to_owned(), id);
        id
    }

    /// Counts one article of `source`. `identity` is what copies and later versions of it share (its
    /// title's digest); an article whose identity came before is not counted again, so that a page
    /// saved often does not look like the furniture of its source.
    pub fn count(&mut self, source: SourceId, identity: Digest, paragraphs: &[Digest]) {
        if !self.seen.insert(key(source, identity)) {
            return;
        }
        self.articles[source.0 as usize] += 1;
        let tail = paragraphs.len().saturating_sub(EDGE_TAIL);
        for (index, digest) in paragraphs.iter().enumerate() {
            // A refrain counts once; articles are short enough to look back.
            if index < 64 && paragraphs[..index].contains(digest) {
                continue;
            }
            let count = self.counts.entry(key(source, *digest)).or_default();
            count.articles += 1;
            count.at_edge += u32::from(index < EDGE_HEAD || index >= tail);
        }
    }

    /// What is boilerplate.
    #[must_use]
    pub fn learned(&self) -> Learned {
        let likely = |count: &Count| count.articles >= ARTICLES_MIN;
        // Appearances over all sources, of the paragraphs in question only.
        let mut everywhere: HashMap<[u8; 16], u32, ByDigest> = HashMap::default();
        for ((_, digest), count) in &self.counts {
            if likely(count) {
                everywhere.insert(*digest, 0);
            }
        }
        for ((_, digest), count) in &self.counts {
            if let Some(total) = everywhere.get_mut(digest) {
                *total += count.articles;
            }
        }
        let is_boilerplate = |(source, digest): &Key, count: &Count| {
            let articles = self.articles[*source as usize];
            let total = everywhere.get(digest).copied().unwrap_or(count.articles);
            let percent = |part: u32, whole: u32| u64::from(part) * 100 / u64::from(whole.max(1));
            let share = percent(count.articles, articles);
            let small = articles < SMALL_SOURCE;
            let common = share >= u64::from(COMMON_PERCENT) && (!small || share >= 50);
            let rare = !small
                && share >= u64::from(RARE_PERCENT)
                && percent(count.at_edge, count.articles) >= u64::from(EDGE_PERCENT)
                && percent(count.articles, total) >= u64::from(OWN_PERCENT);
            likely(count) && (common || rare)
        };
        let keys = self.counts.iter().filter(|(key, count)| is_boilerplate(key, count));
        let keys: HashSet<Key, ByDigest> = keys.map(|(key, _)| *key).collect();
        let halves = keys.iter().map(|(_, half)| *half).collect();
        Learned { keys, halves }
    }

    /// How many articles of all sources hold paragraph `digest`, in how many sources; for reports.
    #[must_use]
    pub fn repeated(&self, least: u32) -> Vec<([u8; 16], u32, u32)> {
        let mut totals: HashMap<[u8; 16], (u32, u32), ByDigest> = HashMap::default();
        for ((_, digest), count) in &self.counts {
            let total = totals.entry(*digest).or_default();
            total.0 += count.articles;
            total.1 += 1;
        }
        let mut rows: Vec<_> = totals
            .into_iter()
            .filter(|(_, (articles, _))| *articles >= least)
            .map(|(digest, (articles, sources))| (digest, articles, sources))
            .collect();
        rows.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows
    }
}

impl Learned {
    /// Whether `paragraph` is boilerplate of `source`.
    #[must_use]
    pub fn contains(&self, source: SourceId, paragraph: Digest) -> bool {
        !self.keys.is_empty() && self.keys.contains(&key(source, paragraph))
    }

    /// Whether the paragraph with this first half of a digest is boilerplate of any source.
    #[must_use]
    pub fn knows(&self, half: [u8; 16]) -> bool {
        self.halves.contains(&half)
    }

    /// Whether nothing was learned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn key(source: SourceId, digest: Digest) -> Key {
    let mut half = [0; 16];
    half.copy_from_slice(&digest.0[..16]);
    (source.0, half)
}
