//! Learning which paragraphs recur over the articles of a source and are no part of their stories.
//!
//! A [`Learner`] notes of each article which paragraphs it holds, in their order: nine bytes a
//! paragraph, no text. Two learners add up by putting one's notes behind the other's. When all articles
//! are known, [`Learner::counted`] looks at what recurs: which articles are copies of each other
//! (`copies`), and where, how often and beside what a paragraph stands (`decide`). The result is a
//! function of the articles alone, in whatever order they came. The rule and its numbers:
//! `docs/boilerplate.md`.

mod copies;
mod decide;
mod marks;
mod recurring;

use std::num::NonZero;
use std::ops::Range;

use hashbrown::{HashMap, HashSet};

use self::marks::Marks;
pub use self::recurring::{Counted, Part};
use crate::fingerprint::{self, Digest};
use crate::recognize::template;

/// The name of a source in the tables: the order in which sources first came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// The first eight bytes of a paragraph's digest. Of the 2^32 paragraphs of a source, none agrees by
/// chance with one of the thousand that are learned (2^-22).
pub type Key = u64;

/// Notes what articles hold.
#[derive(Clone, Debug, Default)]
pub struct Learner {
    ids: HashMap<String, SourceId>,
    sources: Vec<Source>,
    articles: Vec<Noted>,
    keys: Vec<Key>,
    marks: Vec<Marks>,
}

#[derive(Clone, Debug, Default)]
struct Source {
    name: String,
    /// Whether an article names it, or its address does; else it is only a folder's name.
    named: bool,
}

/// One article in the notes. Its paragraphs stand from the end of the one before to `end`.
#[derive(Clone, Copy, Debug)]
struct Noted {
    source: SourceId,
    /// Whether it names its source; see [`Source::named`].
    names: bool,
    title: Key,
    end: usize,
}

/// The paragraphs learned as boilerplate, by source.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    keys: HashSet<(SourceId, Key)>,
    /// A bit for each key by its lowest bits, of a power of two: most paragraphs are told to be none by one look.
    filter: Vec<u64>,
    /// One for each paragraph that was learned, or form of one; ordered by source and key.
    pub rows: Vec<LearnedRow>,
}

/// Which paragraphs of an article are boilerplate: looked up once, and remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut(u64);

/// A paragraph that was learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedRow {
    /// The source whose boilerplate it is.
    pub source: String,
    /// It, or every paragraph that differs from it only in dates and numbers; sorted.
    pub keys: Vec<Key>,
    /// In how many articles of the source it stands, copies counted once.
    pub stories: u32,
    /// In how many, copies among them.
    pub articles: u32,
    /// Whether it recurs only when dates and numbers are masked.
    pub template: bool,
}

/// A paragraph that stands in more than one article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// Which; of a line that recurs with other dates, all.
    pub keys: Vec<Key>,
    /// In how many articles, copies among them.
    pub articles: u32,
    /// Of how many sources.
    pub sources: u32,
    /// The first of the sources whose boilerplate it is, in the order of their names.
    pub learned_of: Vec<String>,
    /// Whether it recurs only when dates and numbers are masked.
    pub template: bool,
}

/// What counting takes of memory for each paragraph noted, where all are looked at at once: two to four bytes,
/// and 24 for each that may recur, of news about half.
const COUNTING_BYTES: u64 = 16;
/// All paragraphs are passed over for each part of them.
const PARTS_MAX: u32 = 64;

/// Paragraphs at the end of an article in which an address is looked for: there it tells a footer.
const CONTACT_TAIL: usize = 4;

/// Paragraphs of an article that room is made for.
const PARAGRAPHS_EACH: usize = 12;

impl Learner {
    /// One that has noted nothing yet, and has room for the notes of about so many articles.
    #[must_use]
    pub fn with_room(articles: usize) -> Learner {
        let paragraphs = articles.saturating_mul(PARAGRAPHS_EACH);
        Learner {
            articles: Vec::with_capacity(articles),
            keys: Vec::with_capacity(paragraphs),
            marks: Vec::with_capacity(paragraphs),
            ..Learner::default()
        }
    }

    /// Notes one article of the source named `source`, with its title's and its paragraphs' fingerprints; `named`
    /// when more than a folder's name says so.
    pub fn note<'a>(
        &mut self,
        (source, named): (&str, bool),
        title: Option<Digest>,
        paragraphs: impl ExactSizeIterator<Item = (&'a str, Digest)>,
    ) {
        let source = self.enter(source, named);
        let mut scratch = String::new();
        let mut left = paragraphs.len();
        for (text, digest) in paragraphs {
            let marks = Marks::of(text, left <= CONTACT_TAIL);
            left -= 1;
            self.keys.push(key(digest));
            self.marks.push(marks);
            if let Some(masked) = template::of(text)
                && let Some(digest) = fingerprint::paragraph(&masked, &mut scratch)
            {
                self.keys.push(key(digest));
                self.marks.push(marks.of_template());
            }
        }
        let (title, end) = (title.map_or(0, key), self.keys.len());
        self.articles.push(Noted { source, names: named, title, end });
    }

    /// Adds what `other` noted of other articles.
    pub fn merge(&mut self, other: &Learner) {
        self.merge_first(other, other.articles.len());
    }

    /// The same of the first so many articles.
    pub fn merge_first(&mut self, other: &Learner, articles: usize) {
        let before = self.keys.len();
        let mut ids: Vec<Option<SourceId>> = vec![None; other.sources.len()];
        let articles = &other.articles[..articles];
        for article in articles {
            let id = &mut ids[article.source.0 as usize];
            // An article that names a source says so of those that do not.
            let source = match *id {
                Some(source) if !article.names || self.sources[source.0 as usize].named => source,
                _ => self.enter(&other.sources[article.source.0 as usize].name, article.names),
            };
            *id = Some(source);
            self.articles.push(Noted { source, end: before + article.end, ..*article });
        }
        let end = articles.last().map_or(0, |last| last.end);
        self.keys.extend_from_slice(&other.keys[..end]);
        self.marks.extend_from_slice(&other.marks[..end]);
    }

    /// The source named `name`, if an article of it was noted.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<SourceId> {
        self.ids.get(name).copied()
    }

    /// The sources of the articles that were noted, from the one with this number on.
    pub fn sources_from(&self, article: usize) -> impl Iterator<Item = SourceId> {
        self.articles[article..].iter().map(|article| article.source)
    }

    fn enter(&mut self, name: &str, named: bool) -> SourceId {
        let id = if let Some(id) = self.ids.get(name) {
            *id
        } else {
            let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
            self.sources.push(Source { name: name.to_owned(), named: false });
            self.ids.insert(name.to_owned(), id);
            id
        };
        if let Some(source) = self.sources.get_mut(id.0 as usize) {
            source.named |= named;
        }
        id
    }

    /// Finds what recurs. Besides what it returns (4 bytes a paragraph noted, 8 more for each that recurs, 56 for
    /// every different one of those) that takes about `memory` bytes for a while.
    #[must_use]
    pub fn counted(&self, memory: u64) -> Counted<'_> {
        let parts = self.parts(memory, 1);
        Counted::of(self, (0..parts.get()).map(|part| Part::of(self, part, parts)))
    }

    /// In how many parts paragraphs are counted, of which so many are held `at_once`, in about `memory` bytes.
    #[must_use]
    pub fn parts(&self, memory: u64, at_once: u32) -> NonZero<u32> {
        let wanted = (self.keys.len() as u64 * COUNTING_BYTES).div_ceil(memory.max(1));
        let parts = u32::try_from(wanted).map_or(PARTS_MAX, |wanted| wanted.min(PARTS_MAX));
        NonZero::new(parts.max(1) * at_once).unwrap_or(NonZero::<u32>::MIN)
    }

    /// Bytes that the notes take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.keys.len() * (size_of::<Key>() + size_of::<Marks>())
            + self.articles.len() * size_of::<Noted>()
    }

    /// Where the paragraphs of article `index` stand in the notes.
    fn entries(&self, index: usize) -> Range<usize> {
        let start = index.checked_sub(1).map_or(0, |before| self.articles[before].end);
        start..self.articles[index].end
    }
}

impl Learned {
    /// Whether `paragraph` is boilerplate of `source`.
    #[must_use]
    pub fn contains(&self, source: SourceId, paragraph: Digest) -> bool {
        let key = key(paragraph);
        let (word, bit) = filter_place(key, self.filter.len());
        self.filter.get(word).is_some_and(|word| word & bit != 0)
            && self.keys.contains(&(source, key))
    }

    /// Enters that these are boilerplate of their sources, all at once.
    fn enter(&mut self, keys: HashSet<(SourceId, Key)>) {
        self.filter = vec![0; (keys.len() * FILTER_BITS / 64).next_power_of_two()];
        for &(_, key) in &keys {
            let (word, bit) = filter_place(key, self.filter.len());
            self.filter[word] |= bit;
        }
        self.keys = keys;
    }

    /// Takes back that `paragraph` is boilerplate of `source`, whose name is `name`.
    pub fn forget(&mut self, source: SourceId, name: &str, paragraph: Key) {
        self.keys.remove(&(source, paragraph));
        for row in self.rows.iter_mut().filter(|row| row.source == name) {
            row.keys.retain(|key| *key != paragraph);
        }
        self.rows.retain(|row| !row.keys.is_empty());
    }

    /// Whether nothing was learned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl Cut {
    /// The bit that stands for all paragraphs from this one on.
    const LAST: usize = 63;

    /// Remembers that paragraph `index` is.
    pub fn insert(&mut self, index: usize) {
        self.0 |= 1 << index.min(Cut::LAST);
    }

    /// Whether paragraph `index` is; of those far behind `look_up` says it again.
    #[must_use]
    pub fn contains(self, index: usize, look_up: impl FnOnce() -> bool) -> bool {
        self.0 >> index.min(Cut::LAST) & 1 != 0 && (index < Cut::LAST || look_up())
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Bits of the filter for each paragraph that was learned.
const FILTER_BITS: usize = 16;

/// The word and the bit of `key` in a filter of so many words.
fn filter_place(key: Key, words: usize) -> (usize, u64) {
    let word = (key >> 6) as usize & words.wrapping_sub(1);
    (word, 1 << (key & 63))
}

/// The key of a paragraph with this fingerprint.
#[must_use]
pub fn key(digest: Digest) -> Key {
    u64::from_le_bytes(digest.0.as_chunks().0[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_remembered_of_any_paragraph() {
        for all in [0, 1, 5, 62, 63, 64, 65, 127, 128, 200, 1000] {
            for step in [1, 2, 3, 61, 64] {
                let is_cut = |index: usize| index.is_multiple_of(step);
                let mut cut = Cut::default();
                (0..all).filter(|index| is_cut(*index)).for_each(|index| cut.insert(index));
                assert_eq!(cut.is_empty(), all == 0);
                for index in 0..all {
                    assert_eq!(cut.contains(index, || is_cut(index)), is_cut(index));
                }
            }
        }
    }

    #[test]
    fn what_was_learned_is_found_through_the_filter() {
        let digest = |number: u32| fingerprint::digest(&number.to_string());
        let mut learned = Learned::default();
        assert!(!learned.contains(SourceId(0), digest(0)));
        for all in [0, 1, 3, 100, 5000] {
            learned.enter(
                (0..all).map(|number| (SourceId(number % 3), key(digest(number)))).collect(),
            );
            for number in 0..all + 1000 {
                for source in 0..3 {
                    let expected = number < all && number % 3 == source;
                    assert_eq!(learned.contains(SourceId(source), digest(number)), expected);
                }
            }
        }
        learned.forget(SourceId(1), "", key(digest(4)));
        assert!(!learned.contains(SourceId(1), digest(4)));
    }
}
