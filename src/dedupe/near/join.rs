//! Which articles share samples: one sort of all that may be shared, then flat lists.

use std::sync::atomic::{AtomicU32, Ordering};

use arrayvec::ArrayVec;

use crate::dedupe::ARTICLES_MAX;

/// Articles listed under one sample; what more of them share is a common phrase.
const LISTED_MAX: usize = 64;

/// Places far apart in memory that are all read before the first is written: a processor may not read past a write
/// whose place it does not know yet. Of 38 million places in 150 MB, 1.5 s instead of 5.3 on a Zen 1.
const AT_A_TIME: usize = 64;

/// A sample and the article that holds it, as one number to be sorted.
#[must_use]
pub fn pair(sample: u32, rank: u32) -> u64 {
    u64::from(sample) << 32 | u64::from(rank)
}

/// The samples that two articles or more share, and under each a list of articles.
///
/// One thread lists articles while others look up: they find all that were listed before, and of those that are
/// listed meanwhile some, with some of the samples that they share. [`Recent`] tells whether that matters.
#[derive(Debug)]
pub struct Shared {
    /// For each article where its samples end in `samples`.
    ends: Vec<usize>,
    /// The samples of each article.
    samples: Vec<Sample>,
    /// For each article, how many of its samples it has had before.
    repeated: Vec<u32>,
    /// Lists one behind the other, each with its length before it: most are read in one go. A length is written
    /// after what it counts.
    lists: Vec<AtomicU32>,
}

/// What was listed in this round of deciding and in the one before.
pub struct Recent {
    /// The rank of the first article of this round, and of that before.
    first: u32,
    since: u32,
    /// For each of both rounds a bit for each list that grew in it, where several lists have the same.
    grown: [Vec<u64>; 2],
}

/// Bits for the lists that grow in a round: some for each, and few enough for a cache.
const GROWN_BITS: usize = 1 << 19;

impl Default for Recent {
    fn default() -> Recent {
        let grown = [vec![0; GROWN_BITS / 64], vec![0; GROWN_BITS / 64]];
        Recent { first: u32::MAX, since: u32::MAX, grown }
    }
}

impl Recent {
    /// Begins a round, in which articles from the rank `first` on are listed.
    pub fn begin_round(&mut self, first: u32) {
        self.since = self.first.min(first);
        self.first = first;
        self.grown.reverse();
        self.grown[0].fill(0);
    }

    /// The word and the bit of the list that starts there.
    fn place(start: u32) -> (usize, u64) {
        // An odd factor brings what tells starts apart to the upper bits, of which there are then enough.
        let place = (start.wrapping_mul(0x9E37_79B1) >> (32 - GROWN_BITS.ilog2())) as usize;
        (place / 64, 1 << (place % 64))
    }

    fn grow(&mut self, start: u32) {
        let (word, bit) = Recent::place(start);
        self.grown[0][word] |= bit;
    }

    fn has_grown(&self, start: u32) -> bool {
        let (word, bit) = Recent::place(start);
        (self.grown[0][word] | self.grown[1][word]) & bit != 0
    }
}

/// A sample of an article: where its list starts in [`Shared::lists`], and whether the article is the first of those that
/// share it. None before it is listed there then, and the list, which is far away in memory, need not be looked at.
#[derive(Clone, Copy, Debug)]
struct Sample(u32);

impl Sample {
    /// The bit that says so: lists start before it.
    const FIRST: u32 = 1 << 31;
    /// One whose list would start too far behind: it has the list of no articles.
    const NONE: Sample = Sample(0);

    /// Where its list starts.
    fn start(self) -> u32 {
        self.0 & !Sample::FIRST
    }

    /// Where a list starts of all that are listed there before the article.
    fn before(self) -> u32 {
        // Without a jump, which would be hard to predict.
        self.0 & (self.0 >> 31).wrapping_sub(1)
    }
}

/// Where the articles of a list stand in [`Shared::lists`], and how many.
#[derive(Clone, Copy)]
struct List {
    start: usize,
    len: usize,
}

/// An article in a list: its rank, and whether it needs fewer than [`FEW`].
#[derive(Clone, Copy)]
struct Listed(u32);

impl Listed {
    /// The bit that says so, which no rank has.
    const FEW: u32 = ARTICLES_MAX;

    fn of(rank: u32, needs: &Needs) -> Listed {
        Listed(if needs.of(rank) < FEW { rank | Listed::FEW } else { rank })
    }

    fn rank(self) -> u32 {
        self.0 & !Listed::FEW
    }

    fn is_few(self) -> bool {
        self.0 & Listed::FEW != 0
    }

    /// Where its hits are counted, of the places that `mask` leaves.
    fn place(self, mask: usize) -> usize {
        self.0 as usize & mask
    }
}

/// What [`Shared::look_up`] works with, made to be used again.
pub struct LookUp {
    lists: Vec<List>,
    /// For each place how many hits fell there; see [`PLACES`].
    places: Box<[u8; PLACES]>,
    hits: Vec<u32>,
    /// For each article that was found the number of samples it shares, and its rank.
    found: Vec<(u32, u32)>,
}

/// Places in which hits are counted at most, each article in the one that its rank gives: few enough for the first
/// cache.
const PLACES: usize = 1 << 12;
/// Places for each hit.
const PLACES_EACH: usize = 16;

impl Default for LookUp {
    fn default() -> LookUp {
        let (lists, hits, found) = Default::default();
        LookUp { lists, places: Box::new([0; PLACES]), hits, found }
    }
}

impl LookUp {
    /// The articles that were hit often enough, in order.
    fn found(&mut self, rank: u32, needs: &Needs) -> &mut Vec<(u32, u32)> {
        let LookUp { hits, found, .. } = self;
        found.clear();
        hits.sort_unstable();
        for same in hits.chunk_by(|a, b| a == b) {
            if same.len() >= usize::from(needs.of(rank).min(needs.of(same[0]))) {
                found.push((u32::try_from(same.len()).unwrap_or(u32::MAX), same[0]));
            }
        }
        found
    }
}

/// For each article how many samples another must share with it, where that is no shorter.
pub struct Needs(Vec<u8>);

/// What most articles need at least: those of a kilobyte.
const FEW: u8 = 4;

impl FromIterator<u8> for Needs {
    fn from_iter<I: IntoIterator<Item = u8>>(all: I) -> Needs {
        Needs(all.into_iter().collect())
    }
}

impl Needs {
    fn of(&self, rank: u32) -> u8 {
        self.0[rank as usize]
    }
}

/// [`Shared`] in the making: takes the pairs of all articles part by part, and says which are to be filled in.
pub struct Sharing {
    /// For each article how many of its samples it has had before, and how many of the others several articles have.
    /// Most samples are alone, and nothing is to be looked up in memory for them.
    counts: Vec<[u32; 2]>,
}

impl Sharing {
    /// Of so many articles.
    #[must_use]
    pub fn new(articles: usize) -> Sharing {
        Sharing { counts: vec![[0; 2]; articles] }
    }

    /// Takes pairs (see [`pair`]) with all of a sample among them, of which [`sort`] sorted so many; returns how many
    /// are of samples that several articles share, and puts those to the front.
    pub fn take(&mut self, part: &mut [u64], sorted: usize) -> usize {
        let part = &mut part[..sorted];
        let (mut kept, mut start) = (0, 0);
        while start < part.len() {
            let (first, sample) = (part[start], part[start] >> 32);
            let same = part[start..].iter().take_while(|pair| *pair >> 32 == sample).count();
            let end = start + same;
            let is_shared = first != part[end - 1];
            if same > 1 {
                let mut last = None;
                for at in start..end {
                    let pair = part[at];
                    let [repeated, shared] = &mut self.counts[rank(pair)];
                    if last.replace(pair) == Some(pair) {
                        *repeated += 1;
                    } else if is_shared {
                        *shared += 1;
                        part[kept] = pair;
                        kept += 1;
                    }
                }
            }
            start = end;
        }
        kept
    }

    /// Makes room for all that was kept of the parts taken.
    #[must_use]
    pub fn filling(self) -> Filling {
        let mut end = 0;
        // The start for now; filling moves it to the end.
        let start = |&[_, shared]: &[u32; 2]| {
            let start = end;
            end += shared as usize;
            start
        };
        let ends = self.counts.iter().map(start).collect();
        let repeated = self.counts.iter().map(|[repeated, _]| *repeated).collect();
        let samples = vec![Sample::NONE; end];
        // The list of no articles.
        let lists = vec![AtomicU32::new(0)];
        Filling(Shared { ends, samples, repeated, lists })
    }
}

/// [`Shared`] as it is filled in.
pub struct Filling(Shared);

impl Filling {
    /// Fills in what [`Sharing::take`] kept of a part: of each part once, in the order of the parts.
    pub fn fill(&mut self, part: &[u64]) {
        let Shared { ends, samples, lists, .. } = &mut self.0;
        let mut placed = ArrayVec::<_, AT_A_TIME>::new();
        for group in part.chunk_by(|a, b| a >> 32 == b >> 32) {
            let start = u32::try_from(lists.len()).ok().filter(|start| *start < Sample::FIRST);
            // Those of a group are in order of rank.
            let mut sample = start.map_or(Sample::NONE, |start| Sample(start | Sample::FIRST));
            for &pair in group {
                let place = &mut ends[rank(pair)];
                placed.push((*place, sample));
                *place += 1;
                sample = Sample(sample.start());
                if placed.is_full() {
                    placed.drain(..).for_each(|(place, sample)| samples[place] = sample);
                }
            }
            if start.is_some() {
                let own = group.len().min(LISTED_MAX);
                lists.resize_with(lists.len() + 1 + own, AtomicU32::default);
            }
        }
        placed.into_iter().for_each(|(place, sample)| samples[place] = sample);
    }

    /// The samples that several articles share, with empty lists.
    #[must_use]
    pub fn shared(self) -> Shared {
        self.0
    }
}

impl Shared {
    /// How many samples of the article `rank` are the same as another of it.
    #[must_use]
    pub fn repeated(&self, rank: u32) -> u32 {
        self.repeated[rank as usize]
    }

    fn samples(&self, rank: u32) -> &[Sample] {
        let rank = rank as usize;
        let start = rank.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.samples[start..self.ends[rank]]
    }

    /// The listed articles that share enough samples with the article `rank`, and how many: `needs` says
    /// for each article what is enough, and the lower of both numbers counts. Those listed after it are among them
    /// where `all` says so.
    #[must_use]
    pub fn look_up<'f>(
        &self,
        (rank, all): (u32, bool),
        needs: &Needs,
        room: &'f mut LookUp,
    ) -> &'f mut Vec<(u32, u32)> {
        let LookUp { lists, places, hits, .. } = room;
        lists.clear();
        hits.clear();
        // All lengths first: none is waited for before the next is asked for.
        let start = |sample: &Sample| if all { sample.start() } else { sample.before() };
        lists.extend(self.samples(rank).iter().map(|sample| self.list_at(start(sample))));
        // Nearly all share a phrase and no more, which is told without sorting them.
        let most_hits: usize = lists.iter().map(|list| list.len).sum();
        let mask = ((most_hits * PLACES_EACH).next_power_of_two() - 1).min(PLACES - 1);
        places[..=mask].fill(0);
        let (least, mut most) = (needs.of(rank).min(FEW), 0);
        for list in &*lists {
            for other in self.listed(*list) {
                let place = &mut places[other.place(mask)];
                *place = place.saturating_add(1);
                most = most.max(*place);
                if other.is_few() {
                    hits.push(other.rank());
                }
            }
        }
        if most >= least {
            for list in &*lists {
                let others = self.listed(*list);
                let others =
                    others.filter(|other| !other.is_few() && places[other.place(mask)] >= least);
                hits.extend(others.map(Listed::rank));
            }
        }
        room.found(rank, needs)
    }

    fn list_at(&self, start: u32) -> List {
        let len = self.lists[start as usize].load(Ordering::Acquire) as usize;
        List { start: start as usize + 1, len }
    }

    /// What stands in a list, in order of rank.
    fn listed(&self, list: List) -> impl DoubleEndedIterator<Item = Listed> {
        let listed = &self.lists[list.start..list.start + list.len];
        listed.iter().map(|other| Listed(other.load(Ordering::Relaxed)))
    }

    /// What [`Shared::look_up`] finds among the articles listed in this round and the one before.
    #[must_use]
    pub fn fresh<'f>(
        &self,
        rank: u32,
        needs: &Needs,
        recent: &Recent,
        room: &'f mut LookUp,
    ) -> &'f [(u32, u32)] {
        let hits = &mut room.hits;
        hits.clear();
        let starts = self.samples(rank).iter().map(|sample| sample.before());
        for start in starts.filter(|start| recent.has_grown(*start)) {
            let listed = self.listed(self.list_at(start)).rev().map(Listed::rank);
            hits.extend(listed.take_while(|&other| other >= recent.since));
        }
        room.found(rank, needs)
    }

    /// Lists the article `rank`, which comes after those listed so far, under each of its samples that has
    /// room. Only one thread may list.
    pub fn list(&self, rank: u32, needs: &Needs, recent: &mut Recent) {
        let listed = Listed::of(rank, needs);
        for some in self.samples(rank).chunks(AT_A_TIME) {
            // That of the first is known, and what is written is not waited for.
            let len =
                |sample: &Sample| self.lists[sample.before() as usize].load(Ordering::Relaxed);
            let lens: ArrayVec<_, AT_A_TIME> = some.iter().map(len).collect();
            for (sample, len) in some.iter().zip(lens) {
                let start = sample.start();
                recent.grow(start);
                // A list has room for all articles of its group, or for so many.
                if start > 0 && (len as usize) < LISTED_MAX {
                    let start = start as usize;
                    self.lists[start + 1 + len as usize].store(listed.0, Ordering::Relaxed);
                    self.lists[start].store(len + 1, Ordering::Release);
                }
            }
        }
    }
}

/// Sorts the pairs whose samples may stand in several of `pairs`, to the front; returns how many. The others, which
/// are most, are alone with their samples and in no order.
pub fn sort(pairs: &mut [u64]) -> usize {
    // Two bits for each of some places: whether a sample fell there, and whether a second one did. Of a part of
    // 500 MB of articles they are as large as the first cache.
    let places = (4 * pairs.len()).next_power_of_two().max(32);
    let mut words = vec![0_u64; places / 32];
    let place = |pair: u64| {
        let place = (pair >> 32) as usize & (places - 1);
        (place / 32, 1 << (place % 32))
    };
    for &pair in &*pairs {
        let (word, first) = place(pair);
        words[word] |= first | (words[word] & first) << 32;
    }
    let mut several = 0;
    for at in 0..pairs.len() {
        let (word, first) = place(pairs[at]);
        // Always swapped, and counted without a jump, which would be hard to predict.
        pairs.swap(several, at);
        several += usize::from(words[word] >> 32 & first != 0);
    }
    pairs[..several].sort_unstable();
    several
}

/// Parts that pairs are put into by [`part`]: of 500 MB of articles a part is small enough for a cache.
pub const PARTS: usize = 256;

/// The part that `pair` belongs to, by its upper byte: once each part is sorted, all are.
#[must_use]
pub fn part(pair: u64) -> usize {
    (pair >> 56) as usize
}

/// The article of a pair.
fn rank(pair: u64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "its lower half is meant")]
    let rank = pair as u32;
    rank as usize
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "small numbers")]
mod tests {
    use super::*;

    fn shared(mut pairs: Vec<u64>, articles: usize) -> Shared {
        let sorted = sort(&mut pairs);
        let mut sharing = Sharing::new(articles);
        let kept = sharing.take(&mut pairs, sorted);
        let mut filling = sharing.filling();
        filling.fill(&pairs[..kept]);
        filling.shared()
    }

    fn needs(all: &[u8]) -> Needs {
        all.iter().copied().collect()
    }

    #[test]
    fn articles_that_share_samples_find_each_other() {
        let samples: [&[u32]; 4] = [&[7, 7, 9, 1], &[2, 9], &[], &[7, 9, 5]];
        let pairs = (0_u32..)
            .zip(samples)
            .flat_map(|(rank, samples)| samples.iter().map(move |&sample| pair(sample, rank)));
        let (shared, mut recent) = (shared(pairs.collect(), 4), Recent::default());
        assert_eq!([0, 1, 2, 3].map(|rank| shared.repeated(rank)), [1, 0, 0, 0]);
        let mut room = LookUp::default();
        let mut look_up = |shared: &Shared, rank| {
            shared.look_up((rank, true), &needs(&[1; 4]), &mut room).clone()
        };
        assert_eq!(look_up(&shared, 3), []);
        shared.list(0, &needs(&[1; 4]), &mut recent);
        assert_eq!(look_up(&shared, 1), [(1, 0)]);
        shared.list(1, &needs(&[1; 4]), &mut recent);
        assert_eq!(look_up(&shared, 3), [(2, 0), (1, 1)]);
        assert_eq!(look_up(&shared, 2), []);
    }

    #[test]
    fn samples_left_out_of_sorting_count_as_sorted_ones_do() {
        for (count, samples) in [(0, 1), (1, 1), (40, 3), (5_000, 2_000), (5_000, 90_000)] {
            let number = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
            // Samples that differ in their upper bits alone are told apart by sorting.
            let sample = |n: u64| {
                (number(n) % samples) as u32 * if n.is_multiple_of(3) { 1 << 12 } else { 1 }
            };
            let pairs = (0..count).map(|n| pair(sample(n), (number(n + count) % 50) as u32));
            let taken = |sort: &dyn Fn(&mut [u64]) -> usize| {
                let mut pairs: Vec<u64> = pairs.clone().collect();
                let (sorted, mut sharing) = (sort(&mut pairs), Sharing::new(50));
                let kept = sharing.take(&mut pairs, sorted);
                pairs.truncate(kept);
                (pairs, sharing.counts)
            };
            let all = |pairs: &mut [u64]| {
                pairs.sort_unstable();
                pairs.len()
            };
            assert_eq!(taken(&sort), taken(&all));
        }
    }

    #[test]
    fn whoever_shares_enough_is_found_with_all_that_it_shares() {
        let mut state = 1_u32;
        let mut below = |most: u32| {
            state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            (state >> 16) % most
        };
        // A few samples are common, and articles need between one and half of theirs.
        let articles: Vec<Vec<u32>> = (0..60)
            .map(|_| {
                let mut samples: Vec<u32> =
                    (0..3 + below(40)).map(|_| below(30) * below(30)).collect();
                samples.sort_unstable();
                samples.dedup();
                samples
            })
            .collect();
        let all: Vec<u8> = articles
            .iter()
            .map(|samples| u8::try_from(1 + below(1 + samples.len() as u32 / 2)).unwrap_or(1))
            .collect();
        let needs = needs(&all);
        let pairs = (0_u32..)
            .zip(&articles)
            .flat_map(|(rank, samples)| samples.iter().map(move |&sample| pair(sample, rank)));
        let (shared, mut recent) = (shared(pairs.collect(), articles.len()), Recent::default());
        let mut room = LookUp::default();
        let expected = |rank: usize, others: std::ops::Range<usize>| -> Vec<(u32, u32)> {
            let enough_in_common = |other: usize| {
                let common = |sample: &&u32| articles[other].contains(sample);
                let count = articles[rank].iter().filter(common).count();
                let enough = usize::from(all[rank].min(all[other]));
                (count >= enough && other != rank).then_some((count as u32, other as u32))
            };
            others.filter_map(enough_in_common).collect()
        };
        for rank in 0..articles.len() {
            for all in [false, true] {
                let found = shared.look_up((rank as u32, all), &needs, &mut room);
                assert_eq!(*found, expected(rank, 0..rank));
            }
            shared.list(rank as u32, &needs, &mut recent);
        }
        for rank in 0..articles.len() {
            let found = shared.look_up((rank as u32, true), &needs, &mut room);
            found.retain(|(_, other)| *other as usize != rank);
            assert_eq!(*found, expected(rank, 0..articles.len()));
        }
    }

    #[test]
    fn what_was_listed_in_this_round_or_the_one_before_is_fresh() {
        let pairs = [(1, 0), (1, 1), (1, 3), (2, 2), (2, 3), (3, 0), (3, 1), (3, 3)];
        let shared = shared(pairs.map(|(sample, rank)| pair(sample, rank)).to_vec(), 4);
        let (mut room, mut recent) = (LookUp::default(), Recent::default());
        let one = needs(&[1; 4]);
        let mut fresh =
            |recent: &Recent, need| shared.fresh(3, &needs(&[need; 4]), recent, &mut room).to_vec();
        assert_eq!(fresh(&recent, 1), []);
        recent.begin_round(0);
        shared.list(0, &one, &mut recent);
        assert_eq!(fresh(&recent, 1), [(2, 0)]);
        recent.begin_round(1);
        shared.list(1, &one, &mut recent);
        shared.list(2, &one, &mut recent);
        assert_eq!(fresh(&recent, 1), [(2, 0), (2, 1), (1, 2)]);
        assert_eq!(fresh(&recent, 2), [(2, 0), (2, 1)]);
        recent.begin_round(3);
        assert_eq!(fresh(&recent, 1), [(2, 1), (1, 2)]);
        recent.begin_round(3);
        assert_eq!(fresh(&recent, 1), []);
    }

    #[test]
    fn a_common_phrase_lists_no_more_than_its_room() {
        let pairs = (0..1000).map(|rank| pair(1, rank)).collect();
        let (shared, mut recent) = (shared(pairs, 1000), Recent::default());
        let needs = needs(&[1; 1000]);
        (0..1000).for_each(|rank| shared.list(rank, &needs, &mut recent));
        let mut room = LookUp::default();
        let found = shared.look_up((999, false), &needs, &mut room);
        assert_eq!(found.len(), LISTED_MAX);
    }
}
