//! Which articles share samples: one sort of all of them, then flat lists.

/// Articles listed under one sample; what more of them share is a common phrase.
const LISTED_MAX: usize = 64;

/// A sample and the article that holds it, as one number to be sorted.
#[must_use]
pub fn pair(sample: u32, rank: u32) -> u64 {
    u64::from(sample) << 32 | u64::from(rank)
}

/// The samples that two articles or more share, and under each a list of articles.
#[derive(Debug, PartialEq, Eq)]
pub struct Shared {
    /// For each article where its samples end in `samples`.
    ends: Vec<usize>,
    /// Where the list of each sample starts in `lists`.
    samples: Vec<u32>,
    /// For each article, how many different samples it has, shared or not.
    counts: Vec<u32>,
    /// Lists one behind the other, each with a [`Head`] before it: most are read in one go.
    lists: Vec<u32>,
    /// See [`Shared::begin_round`].
    round: u32,
    /// A bit for each list that grew in this round, where several share one.
    grown: Vec<u64>,
}

/// Bits of [`Shared::grown`]: some for each list of a round, and few enough for a cache.
const GROWN_BITS: usize = 1 << 19;

/// The word and the bit in [`Shared::grown`] of the list that starts there.
fn grown_bit(start: u32) -> (usize, u64) {
    // An odd factor brings what tells starts apart to the upper bits, of which there are then enough.
    let place = (start.wrapping_mul(0x9E37_79B1) >> (32 - GROWN_BITS.ilog2())) as usize;
    (place / 64, 1 << (place % 64))
}

/// How many articles stand in a list, and how many may.
#[derive(Clone, Copy)]
struct Head {
    len: u8,
    room: u8,
}

impl Head {
    fn to_bits(self) -> u32 {
        u32::from(self.len) | u32::from(self.room) << 8
    }

    #[expect(clippy::cast_possible_truncation, reason = "the parts are taken")]
    fn from_bits(bits: u32) -> Head {
        Head { len: bits as u8, room: (bits >> 8) as u8 }
    }
}

/// Where the articles of a list stand in [`Shared::lists`], and how many.
#[derive(Clone, Copy)]
struct List {
    start: usize,
    len: u8,
}

/// What [`Shared::look_up`] works with, made to be used again.
#[derive(Default)]
pub struct LookUp {
    lists: Vec<List>,
    hits: Vec<u32>,
    /// For each article that was found the number of samples it shares, and its rank.
    found: Vec<(u32, u32)>,
}

/// [`Shared`] in the making: takes the pairs of all articles part by part, and says which are to be filled in.
pub struct Sharing {
    counts: Vec<u32>,
    /// For each article how many of its samples others have, too.
    shared: Vec<u32>,
}

impl Sharing {
    /// Of so many articles.
    #[must_use]
    pub fn new(articles: usize) -> Sharing {
        Sharing { counts: vec![0; articles], shared: vec![0; articles] }
    }

    /// Takes pairs (see [`pair`]), sorted and with all of a sample among them; returns how many are of
    /// samples that several articles share, and puts those to the front.
    pub fn take(&mut self, part: &mut [u64]) -> usize {
        // Where the pairs of the last sample start among what is kept.
        let (mut kept, mut start, mut last) = (0, 0, None);
        for at in 0..part.len() {
            let pair = part[at];
            if last.replace(pair) == Some(pair) {
                continue;
            }
            self.counts[rank(pair)] += 1;
            if kept > start && part[start] >> 32 != pair >> 32 {
                start = if kept == start + 1 { start } else { kept };
                kept = start;
            }
            part[kept] = pair;
            kept += 1;
        }
        kept = if kept == start + 1 { start } else { kept };
        for &pair in &part[..kept] {
            self.shared[rank(pair)] += 1;
        }
        kept
    }

    /// Makes room for all that was kept of the parts taken.
    #[must_use]
    pub fn filling(self) -> Filling {
        let mut end = 0;
        // The start for now; filling moves it to the end.
        let start = |&shared: &u32| {
            let start = end;
            end += shared as usize;
            start
        };
        let ends = self.shared.iter().map(start).collect();
        let samples = vec![0; end];
        // One list without room for all samples whose own would start too far behind.
        let lists = vec![Head { len: 0, room: 0 }.to_bits()];
        let grown = vec![0; GROWN_BITS / 64];
        Filling(Shared { ends, samples, counts: self.counts, lists, round: u32::MAX, grown })
    }
}

/// [`Shared`] as it is filled in.
pub struct Filling(Shared);

impl Filling {
    /// Fills in what [`Sharing::take`] kept of a part: of each part once, in the order of the parts.
    pub fn fill(&mut self, part: &[u64]) {
        let Shared { ends, samples, lists, .. } = &mut self.0;
        for group in part.chunk_by(|a, b| a >> 32 == b >> 32) {
            let start = u32::try_from(lists.len()).unwrap_or(0);
            for &pair in group {
                let place = &mut ends[rank(pair)];
                samples[*place] = start;
                *place += 1;
            }
            if start > 0 {
                let own = group.len().min(LISTED_MAX);
                let head = Head { len: 0, room: u8::try_from(own).unwrap_or(u8::MAX) };
                lists.push(head.to_bits());
                lists.resize(lists.len() + own, 0);
            }
        }
    }

    /// The samples that several articles share, with empty lists.
    #[must_use]
    pub fn shared(self) -> Shared {
        self.0
    }
}

impl Shared {
    /// How many different samples the article `rank` has.
    #[must_use]
    pub fn count(&self, rank: u32) -> u32 {
        self.counts[rank as usize]
    }

    fn samples(&self, rank: u32) -> &[u32] {
        let rank = rank as usize;
        let start = rank.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.samples[start..self.ends[rank]]
    }

    /// The listed articles that share enough samples with the article `rank`, and how many: `needs` says
    /// for each article what is enough, and the lower of both numbers counts.
    ///
    /// Some of the longest lists, half as many as the article needs, are read only for those that need
    /// no more: whoever else shares enough stands in as many of the other lists (the prefix filter of
    /// S. Chaudhuri and others, "A primitive operator for similarity joins in data cleaning", 2006).
    #[must_use]
    pub fn look_up<'f>(
        &self,
        rank: u32,
        needs: &[u8],
        LookUp { lists, hits, found }: &'f mut LookUp,
    ) -> &'f mut Vec<(u32, u32)> {
        lists.clear();
        hits.clear();
        found.clear();
        // All heads first: none is waited for before the next is asked for.
        lists.extend(self.samples(rank).iter().map(|&head| self.list_at(head)));
        lists.retain(|list| list.len > 0);
        let need = needs[rank as usize];
        let half = need / 2;
        let first_skipped = lists.len().saturating_sub(usize::from(half));
        if (1..lists.len()).contains(&first_skipped) {
            lists.select_nth_unstable_by_key(first_skipped, |list| list.len);
        }
        let (read, skipped) = lists.split_at(first_skipped);
        for &list in read {
            hits.extend_from_slice(self.listed(list));
        }
        let needs_few = |other: u32| needs[other as usize] <= half;
        for &list in skipped {
            hits.extend(self.listed(list).iter().filter(|&&other| needs_few(other)));
        }
        hits.sort_unstable();
        for same in hits.chunk_by(|a, b| a == b) {
            let other = same[0];
            let enough = usize::from(need.min(needs[other as usize]));
            let mut count = same.len();
            if !needs_few(other) && count + skipped.len() >= enough {
                let holds = |list: &&List| self.listed(**list).binary_search(&other).is_ok();
                count += skipped.iter().filter(holds).count();
            }
            if count >= enough {
                found.push((u32::try_from(count).unwrap_or(u32::MAX), other));
            }
        }
        found
    }

    fn list_at(&self, head: u32) -> List {
        let Head { len, .. } = Head::from_bits(self.lists[head as usize]);
        List { start: head as usize + 1, len }
    }

    /// What stands in a list, in order of rank.
    fn listed(&self, list: List) -> &[u32] {
        &self.lists[list.start..list.start + usize::from(list.len)]
    }

    /// Begins a round, in which articles from the rank `first` on are listed: [`Shared::fresh`] tells of those.
    pub fn begin_round(&mut self, first: u32) {
        self.round = first;
        self.grown.fill(0);
    }

    /// What [`Shared::look_up`] finds among the articles listed in this round.
    #[must_use]
    pub fn fresh<'f>(
        &self,
        rank: u32,
        needs: &[u8],
        LookUp { hits, found, .. }: &'f mut LookUp,
    ) -> &'f [(u32, u32)] {
        hits.clear();
        found.clear();
        let has_grown = |head: &&u32| {
            let (word, bit) = grown_bit(**head);
            self.grown[word] & bit != 0
        };
        for &head in self.samples(rank).iter().filter(has_grown) {
            let listed = self.listed(self.list_at(head)).iter().rev();
            hits.extend(listed.take_while(|&&other| other >= self.round));
        }
        hits.sort_unstable();
        for same in hits.chunk_by(|a, b| a == b) {
            let other = same[0];
            if same.len() >= usize::from(needs[rank as usize].min(needs[other as usize])) {
                found.push((u32::try_from(same.len()).unwrap_or(u32::MAX), other));
            }
        }
        found
    }

    /// Lists the article `rank`, which comes after those listed so far, under each of its samples that has
    /// room.
    pub fn list(&mut self, rank: u32) {
        let start = (rank as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        for &start in &self.samples[start..self.ends[rank as usize]] {
            let (word, bit) = grown_bit(start);
            self.grown[word] |= bit;
            let start = start as usize;
            let mut head = Head::from_bits(self.lists[start]);
            if head.len < head.room {
                head.len += 1;
                self.lists[start] = head.to_bits();
                self.lists[start + usize::from(head.len)] = rank;
            }
        }
    }
}

/// Parts that pairs are put into by [`part`].
pub const PARTS: usize = 256;

/// Puts `pairs` into parts by their upper byte, in place (the American flag sort of P. `McIlroy` and others,
/// "Engineering radix sort", 1993), and returns where each part ends: once each is sorted, all are. Of 500 MB of
/// articles a part is small enough for a cache.
pub fn part(pairs: &mut [u64]) -> [usize; PARTS] {
    let part = |pair: u64| (pair >> 56) as usize;
    let mut ends = [0; PARTS];
    for &pair in &*pairs {
        ends[part(pair)] += 1;
    }
    let mut end = 0;
    // Where each part starts for now; what belongs there moves it to its end.
    let mut next = ends.each_mut().map(|count| {
        let start = end;
        end += *count;
        *count = end;
        start
    });
    for own in 0..PARTS {
        while next[own] < ends[own] {
            let mut pair = pairs[next[own]];
            while part(pair) != own {
                let place = &mut next[part(pair)];
                std::mem::swap(&mut pair, &mut pairs[*place]);
                *place += 1;
            }
            pairs[next[own]] = pair;
            next[own] += 1;
        }
    }
    ends
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
        pairs.sort_unstable();
        let mut sharing = Sharing::new(articles);
        let kept = sharing.take(&mut pairs);
        let mut filling = sharing.filling();
        filling.fill(&pairs[..kept]);
        filling.shared()
    }

    #[test]
    fn articles_that_share_samples_find_each_other() {
        let samples: [&[u32]; 4] = [&[7, 7, 9, 1], &[2, 9], &[], &[7, 9, 5]];
        let pairs = (0_u32..)
            .zip(samples)
            .flat_map(|(rank, samples)| samples.iter().map(move |&sample| pair(sample, rank)));
        let mut shared = shared(pairs.collect(), 4);
        assert_eq!([0, 1, 2, 3].map(|rank| shared.count(rank)), [3, 2, 0, 3]);
        let mut room = LookUp::default();
        let mut look_up = |shared: &Shared, rank| shared.look_up(rank, &[1; 4], &mut room).clone();
        assert_eq!(look_up(&shared, 3), []);
        shared.list(0);
        assert_eq!(look_up(&shared, 1), [(1, 0)]);
        shared.list(1);
        assert_eq!(look_up(&shared, 3), [(2, 0), (1, 1)]);
        assert_eq!(look_up(&shared, 2), []);
    }

    #[test]
    fn sorted_parts_are_a_sorted_whole() {
        for count in [0, 1, 2, 300, 20_000] {
            let number = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut pairs: Vec<u64> = (0..count).map(|n| number(n % 5_000)).collect();
            let mut expected = pairs.clone();
            expected.sort_unstable();
            let mut start = 0;
            for end in part(&mut pairs) {
                pairs[start..end].sort_unstable();
                start = end;
            }
            assert_eq!(pairs, expected);
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
        let needs: Vec<u8> = articles
            .iter()
            .map(|samples| u8::try_from(1 + below(1 + samples.len() as u32 / 2)).unwrap_or(1))
            .collect();
        let pairs = (0_u32..)
            .zip(&articles)
            .flat_map(|(rank, samples)| samples.iter().map(move |&sample| pair(sample, rank)));
        let mut shared = shared(pairs.collect(), articles.len());
        let mut room = LookUp::default();
        for (rank, samples) in articles.iter().enumerate() {
            let expected: Vec<(u32, u32)> = (0..rank)
                .filter_map(|other| {
                    let common = |sample: &&u32| articles[other].contains(sample);
                    let count = samples.iter().filter(common).count();
                    let enough = usize::from(needs[rank].min(needs[other]));
                    (count >= enough).then_some((count as u32, other as u32))
                })
                .collect();
            assert_eq!(*shared.look_up(rank as u32, &needs, &mut room), expected);
            shared.list(rank as u32);
        }
    }

    #[test]
    fn what_was_listed_since_a_round_began_is_fresh() {
        let pairs = [(1, 0), (1, 1), (1, 3), (2, 2), (2, 3), (3, 0), (3, 1), (3, 3)];
        let mut shared = shared(pairs.map(|(sample, rank)| pair(sample, rank)).to_vec(), 4);
        let mut room = LookUp::default();
        let mut fresh = |shared: &Shared, need| shared.fresh(3, &[need; 4], &mut room).to_vec();
        shared.list(0);
        assert_eq!(fresh(&shared, 1), []);
        shared.begin_round(1);
        assert_eq!(fresh(&shared, 1), []);
        shared.list(1);
        shared.list(2);
        assert_eq!(fresh(&shared, 1), [(2, 1), (1, 2)]);
        assert_eq!(fresh(&shared, 2), [(2, 1)]);
        shared.begin_round(3);
        assert_eq!(fresh(&shared, 1), []);
    }

    #[test]
    fn a_common_phrase_lists_no_more_than_its_room() {
        let pairs = (0..1000).map(|rank| pair(1, rank)).collect();
        let mut shared = shared(pairs, 1000);
        (0..1000).for_each(|rank| shared.list(rank));
        let mut room = LookUp::default();
        let found = shared.look_up(999, &[1; 1000], &mut room);
        assert_eq!(found.len(), LISTED_MAX);
    }
}
