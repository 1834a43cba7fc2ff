//! Which paragraphs stand in more than one article, found by sorting only those that may.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZero;

use super::{Key, Learned, LearnedRow, Learner, Marks, Repeated, SourceId, copies, decide};

/// A paragraph of the notes that stands in no other article of its source.
pub(super) const ALONE: u32 = u32::MAX;

/// What recurs in the notes of a [`Learner`].
pub struct Counted<'a> {
    pub(super) notes: &'a Learner,
    /// The paragraphs that recur within a source, ordered by key and source.
    pub(super) groups: Vec<Group>,
    /// Appearances of the groups, one group's behind the other's, each in input order.
    pub(super) members: Vec<Member>,
    /// For each paragraph of the notes its group, or [`ALONE`].
    pub(super) group_of: Vec<u32>,
    /// Paragraphs in more than one article, of whatever sources, in the order of their keys.
    repeated: Vec<Row>,
}

/// A paragraph in more than one article, of whatever sources.
#[derive(Clone, Copy, Debug)]
struct Row {
    key: Key,
    articles: u32,
    sources: u32,
}

/// A paragraph that stands in at least two articles of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) source: SourceId,
    pub(super) key: Key,
    pub(super) marks: Marks,
    /// Its appearances among all members.
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many articles of this source hold it, and how many of all.
    pub(super) here: u32,
    pub(super) everywhere: u32,
}

/// One appearance of a paragraph that recurs. 8 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) article: u32,
    /// The lower half of its place in the notes.
    low: u32,
}

impl Member {
    /// Its place in the notes.
    pub(super) fn entry(self, notes: &Learner) -> usize {
        let start = notes.entries(self.article as usize).start;
        #[expect(clippy::cast_possible_truncation, reason = "its lower half is meant")]
        let paragraph = self.low.wrapping_sub(start as u32);
        start + paragraph as usize
    }
}

/// One appearance of a paragraph that may recur. 24 bytes, for these are many.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    key: Key,
    source: SourceId,
    member: Member,
    /// The upper half of its place in the notes: looking it up by the article would wait for memory.
    high: u8,
    marks: Marks,
}

impl Candidate {
    fn entry(&self) -> usize {
        usize::from(self.high) << 32 | self.member.low as usize
    }
}

/// Sorts candidates by key and source. Articles come in their order, and their paragraphs in theirs, and stay so.
fn sort(found: &mut Vec<Candidate>) {
    // Whole numbers are sorted faster than rows.
    let order = (0_u32..).zip(&*found).map(|(place, &Candidate { key, source, .. })| {
        u128::from(key) << 64 | u128::from(source.0) << 32 | u128::from(place)
    });
    let mut order: Vec<u128> = order.collect();
    order.sort_unstable();
    #[expect(clippy::cast_possible_truncation, reason = "its lower bits are meant")]
    let sorted = order.iter().map(|&place| found[place as u32 as usize]).collect();
    *found = sorted;
}

/// What may recur of one part of the paragraphs: some lists, each of the keys between those of its neighbours.
pub struct Part(Vec<Vec<Candidate>>);

impl Part {
    /// Looks at the paragraphs in `part`, counted from 0, of `parts`, by their keys: what looking takes shrinks
    /// with their number.
    #[must_use]
    pub fn of(notes: &Learner, part: u32, parts: NonZero<u32>) -> Part {
        let mut found = may_recur(notes, part, parts);
        found.iter_mut().for_each(sort);
        Part(found)
    }
}

impl<'a> Counted<'a> {
    /// What recurs, when each of the `parts` of the paragraphs is there, in order. It is the same for any
    /// number of parts.
    pub fn of(notes: &'a Learner, parts: impl IntoIterator<Item = Part>) -> Counted<'a> {
        let mut counted = Counted {
            notes,
            groups: Vec::new(),
            members: Vec::new(),
            group_of: vec![ALONE; notes.keys.len()],
            repeated: Vec::new(),
        };
        for found in parts.into_iter().flat_map(|Part(found)| found) {
            for of_key in found.chunk_by(|a, b| a.key == b.key) {
                counted.enter(of_key);
            }
        }
        counted
    }

    /// Enters a paragraph with all its appearances.
    fn enter(&mut self, of_key: &[Candidate]) {
        let by_source = || of_key.chunk_by(|a, b| a.source == b.source);
        let everywhere = by_source().map(articles).sum();
        if everywhere < 2 {
            return;
        }
        let Candidate { key, marks, .. } = of_key[0];
        if !marks.is_template() {
            let sources = u32::try_from(by_source().count()).unwrap_or(u32::MAX);
            self.repeated.push(Row { key, articles: everywhere, sources });
        }
        for candidates in by_source() {
            let here = articles(candidates);
            let number = u32::try_from(self.groups.len()).unwrap_or(ALONE);
            if here < 2 || number == ALONE {
                continue;
            }
            let mut marks = Marks::default();
            let start = self.members.len();
            for candidate in candidates {
                self.group_of[candidate.entry()] = number;
                marks = marks.or(candidate.marks);
                self.members.push(candidate.member);
            }
            let (source, end) = (candidates[0].source, self.members.len());
            self.groups.push(Group { source, key, marks, start, end, here, everywhere });
        }
    }

    /// The group of the paragraph at `entry` of the notes.
    pub(super) fn group(&self, entry: usize) -> Option<usize> {
        let group = self.group_of[entry];
        (group != ALONE).then_some(group as usize)
    }

    /// What is boilerplate.
    #[must_use]
    pub fn learned(&self) -> Learned {
        decide::learned(self, &copies::distinct(self))
    }

    /// The paragraphs that stand in more than one article, at most `most`, and how many there are:
    /// first what was `learned`, then the rest, those in most articles first.
    #[must_use]
    pub fn repeated(mut self, learned: &Learned, most: usize) -> (Vec<Repeated>, u64) {
        let mut rows: Vec<Repeated> = Vec::new();
        let mut exact: BTreeMap<Key, Vec<&LearnedRow>> = BTreeMap::new();
        for row in &learned.rows {
            match row.keys[..] {
                [key] if !row.template => exact.entry(key).or_default().push(row),
                _ => rows.push(Repeated {
                    keys: row.keys.clone(),
                    articles: row.articles,
                    sources: 1,
                    learned_of: vec![row.source.clone()],
                    template: true,
                }),
            }
        }
        let all = (self.repeated.len() + rows.len()) as u64;
        let row = |row: &Row, learned: &[&LearnedRow]| Repeated {
            keys: vec![row.key],
            articles: row.articles,
            sources: row.sources,
            learned_of: learned.iter().take(LEARNED_OF_MAX).map(|row| row.source.clone()).collect(),
            template: false,
        };
        let is_learned = |row: &Row| exact.contains_key(&row.key);
        for of_key in self.repeated.iter().filter(|row| is_learned(row)) {
            rows.push(row(of_key, &exact[&of_key.key]));
        }
        rows.sort_by(|a, b| b.articles.cmp(&a.articles).then_with(|| a.keys.cmp(&b.keys)));
        rows.truncate(most);
        self.repeated.retain(|row| !exact.contains_key(&row.key));
        self.repeated.sort_unstable_by_key(|row| (Reverse(row.articles), row.key));
        rows.extend(self.repeated.iter().take(most - rows.len()).map(|of_key| row(of_key, &[])));
        (rows, all)
    }
}

/// Articles in which `candidates`, of one source and in input order, stand.
fn articles(candidates: &[Candidate]) -> u32 {
    let articles = candidates.chunk_by(|a, b| a.member.article == b.member.article).count();
    u32::try_from(articles).unwrap_or(u32::MAX)
}

/// Every appearance of a paragraph that another with the same bits came before or after, of the
/// paragraphs in `part` of `parts`, in [`LISTS`]. Most come once, and need two bits of a table here instead of a row
/// to sort.
fn may_recur(notes: &Learner, part: u32, parts: NonZero<u32>) -> Vec<Vec<Candidate>> {
    let slots = notes.keys.len() / parts.get() as usize * SLOTS_PER_PARAGRAPH;
    let slots = slots.next_power_of_two().max(64);
    // Two bits a slot, side by side: whether a paragraph with these bits came, and whether another one did.
    let mut seen = vec![0_u64; slots / 32];
    #[expect(clippy::cast_possible_truncation, reason = "the table has fewer slots")]
    let place = |key: Key| {
        let slot = key as usize & (slots - 1);
        (slot / 32, 1_u64 << (slot % 32 * 2))
    };
    // By their upper bits, so that parts and lists are in the order of keys.
    let list = |key: Key| ((key >> 32) * u64::from(parts.get()) * LISTS) >> 32;
    let is_in_part = |key: Key| list(key) / LISTS == u64::from(part);
    for key in notes.keys.iter().filter(|key| is_in_part(**key)) {
        let (word, bit) = place(*key);
        seen[word] |= (seen[word] & bit) << 1 | bit;
    }
    let mut found: Vec<Vec<Candidate>> = (0..LISTS).map(|_| Vec::new()).collect();
    for (index, article) in (0_u32..).zip(&notes.articles) {
        for entry in notes.entries(index as usize) {
            let key = notes.keys[entry];
            if !is_in_part(key) {
                continue;
            }
            let (word, bit) = place(key);
            if seen[word] & bit << 1 != 0 {
                #[expect(clippy::cast_possible_truncation, reason = "its lower half is meant")]
                let member = Member { article: index, low: entry as u32 };
                let high = u8::try_from(entry >> 32).unwrap_or(u8::MAX);
                let (source, marks) = (article.source, notes.marks[entry]);
                found[(list(key) % LISTS) as usize].push(Candidate {
                    key,
                    source,
                    member,
                    high,
                    marks,
                });
            }
        }
    }
    found
}

/// Sources that a row names: a line that more publishers print is told by some of them as well.
const LEARNED_OF_MAX: usize = 10;

/// Lists of a part: a short one is sorted in fewer steps, and in the first cache.
const LISTS: u64 = 256;

/// One paragraph in about eight comes into the sorting by chance alone.
const SLOTS_PER_PARAGRAPH: usize = 8;
