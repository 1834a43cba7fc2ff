//! What is held of every article while all of them are not yet known: flat tables, no texts.

use std::ops::Range;

use hashbrown::HashSet;

use crate::boilerplate::{Cut, SourceId};
use crate::dedupe::{ArticleId, Candidate};

/// The tables, by [`ArticleId`]. 97 bytes an article, its id, and 8 more for an id of the input.
#[derive(Default)]
pub(super) struct Index {
    /// What deciding needs; `None` for an article that was rejected late.
    pub(super) candidates: Vec<Option<Candidate>>,
    /// The source of each article.
    pub(super) sources: Vec<SourceId>,
    /// Which of its paragraphs are boilerplate, when that is known.
    pub(super) cuts: Vec<Cut>,
    /// Where each article lies in the spool: its piece, and its bytes in it.
    pub(super) places: Vec<Place>,
    ids: Ids,
}

/// A piece of the spool, and bytes in it.
pub(super) type Place = (u32, Range<u32>);

/// Final ids, one after the other in one string.
#[derive(Default)]
struct Ids {
    text: String,
    ends: Vec<usize>,
    /// [`telling`] of the ids that stand in the input.
    given: Vec<u64>,
    taken: HashSet<u64>,
    wishes: Vec<bool>,
}

/// The ids of some articles, one after the other in one string, and [`telling`] of each that stands in the input.
#[derive(Default)]
pub(super) struct NewIds {
    text: String,
    ends: Vec<(usize, Option<u64>)>,
}

impl NewIds {
    /// Enters the id of the next article.
    pub(super) fn push(&mut self, id: &str, given: bool) {
        self.text.push_str(id);
        self.ends.push((self.text.len(), given.then(|| telling(id))));
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<u64>)> {
        let mut start = 0;
        self.ends
            .iter()
            .map(move |&(end, given)| (&self.text[std::mem::replace(&mut start, end)..end], given))
    }
}

impl Index {
    /// Enters the next article.
    pub(super) fn push(
        &mut self,
        candidate: Candidate,
        source: SourceId,
        (id, given): (&str, Option<u64>),
        place: Place,
    ) {
        self.candidates.push(Some(candidate));
        self.places.push(place);
        self.sources.push(source);
        self.ids.text.push_str(id);
        self.ids.ends.push(self.ids.text.len());
        self.ids.wishes.push(given.is_some());
        self.ids.given.extend(given);
    }

    /// Where `article` lies in the spool.
    pub(super) fn place(&self, article: ArticleId) -> &Place {
        &self.places[article.0 as usize]
    }

    /// Articles entered.
    pub(super) fn len(&self) -> usize {
        self.candidates.len()
    }

    /// Bytes that the tables take.
    pub(super) fn bytes(&self) -> u64 {
        let article = size_of::<Option<Candidate>>()
            + size_of::<SourceId>()
            + size_of::<Cut>()
            + size_of::<Place>()
            + size_of::<usize>()
            + size_of::<bool>();
        (self.len() * article + self.ids.text.len() + size_of_val(&self.ids.given[..])) as u64
    }

    /// Makes ids unique, in input order: the first article with an id keeps it, later ones get `~2`,
    /// `~3` behind it, unless the input has that id as well.
    pub(super) fn settle_ids(&mut self) {
        let mut given = std::mem::take(&mut self.ids.given);
        // Sorted once, which is faster than entering each into a table far from the processor.
        given.sort_unstable();
        if given.len() == self.len() && given.array_windows().all(|[id, next]| id != next) {
            self.ids.wishes = Vec::new();
            return;
        }
        let old = std::mem::take(&mut self.ids);
        let id = |index: usize| &old.text[before(&old.ends, index)..old.ends[index]];
        let hashes: Vec<u64> = (0..old.ends.len()).map(|index| hash(id(index))).collect();
        // A made id must not equal one that stands in the input.
        let stands = hashes.iter().zip(&old.wishes).filter(|(_, stands)| **stands);
        let given: HashSet<u64> = stands.map(|(hash, _)| *hash).collect();
        let mut new = Ids { text: String::with_capacity(old.text.len()), ..Ids::default() };
        let mut counts: hashbrown::HashMap<u64, u32> = hashbrown::HashMap::new();
        for (index, wish) in hashes.into_iter().enumerate() {
            let id = id(index);
            let free = (old.wishes[index] || !given.contains(&wish)) && new.taken.insert(wish);
            new.text.push_str(id);
            if !free {
                let count = counts.entry(wish).or_insert(1);
                let stem = new.text.len();
                loop {
                    *count += 1;
                    new.text.truncate(stem);
                    new.text.push('~');
                    new.text.push_str(&count.to_string());
                    let made = hash(&new.text[stem - id.len()..]);
                    if !given.contains(&made) && new.taken.insert(made) {
                        break;
                    }
                }
            }
            new.ends.push(new.text.len());
        }
        new.taken = HashSet::new();
        self.ids = new;
    }

    /// The id of `article`.
    pub(super) fn id(&self, article: ArticleId) -> &str {
        let index = article.0 as usize;
        &self.ids.text[before(&self.ids.ends, index)..self.ids.ends[index]]
    }
}

/// Where what ends at the end `index` of `ends` starts.
fn before(ends: &[usize], index: usize) -> usize {
    index.checked_sub(1).map_or(0, |before| ends[before])
}

/// A number that tells most ids apart: where it does, they need not be hashed.
fn telling(id: &str) -> u64 {
    // The odd factor of `SplitMix64`.
    let mix = |all: u64, word: u64| {
        let all = (all ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        all ^ all >> 32
    };
    let (words, rest) = id.as_bytes().as_chunks();
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    words.iter().map(|word| u64::from_le_bytes(*word)).chain([last]).fold(id.len() as u64, mix)
}

/// 64 bits of BLAKE3, the same on every machine.
fn hash(id: &str) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&blake3::hash(id.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ids: &[(&str, bool)], expected: &[&str]) {
        let (mut index, mut new) = <(Index, NewIds)>::default();
        let candidate = Candidate { key: 0, rest: None, bytes: 0, published: 0, tie: 0 };
        for (id, given) in ids {
            new.push(id, *given);
        }
        for id in new.iter() {
            index.push(candidate, SourceId(0), id, (0, 0..0));
        }
        index.settle_ids();
        let settled: Vec<&str> = (0..).take(ids.len()).map(|n| index.id(ArticleId(n))).collect();
        assert_eq!(settled, expected);
    }

    #[test]
    fn ids_become_unique_in_input_order() {
        check(&[("a", true), ("b", true), ("a", true), ("a", true)], &["a", "b", "a~2", "a~3"]);
        check(&[("a", true), ("a", true), ("a~2", true)], &["a", "a~3", "a~2"]);
        check(&[("7f", false), ("7f", true)], &["7f~2", "7f"]);
        check(&[("", true), ("", true)], &["", "~2"]);
        check(&[("b", true), ("a", true)], &["b", "a"]);
        check(&[("a", false), ("a", false)], &["a", "a~2"]);
    }

    #[test]
    fn ids_are_told_apart() {
        let long = |n: usize| format!("https://a.example/{n}/{}", "x".repeat(n % 70));
        let ids = (0..50_000).flat_map(|n| [n.to_string(), format!("0{n}"), long(n)]);
        let zeros = (0..40).map(|n| "\0".repeat(n));
        let ids: Vec<String> = ids.chain(zeros).collect();
        let different = |ids: &[String]| ids.iter().collect::<HashSet<_>>().len();
        let told: HashSet<u64> = ids.iter().map(|id| telling(id)).collect();
        assert_eq!(told.len(), different(&ids));
    }
}
