//! Which articles share samples: one sort of all of them, then flat lists.

/// Articles listed under one sample; what more of them share is a common phrase.
const LISTED_MAX: usize = 64;

/// A sample and the article that holds it, as one number to be sorted.
#[must_use]
pub fn pair(sample: u32, rank: u32) -> u64 {
    u64::from(sample) << 32 | u64::from(rank)
}

/// The samples that two articles or more share, as numbers from 0; and under each the articles listed
/// so far.
pub struct Shared {
    /// For each article where its samples end in `samples`.
    ends: Vec<usize>,
    samples: Vec<u32>,
    /// For each article, how many samples it has, shared or not.
    counts: Vec<u32>,
    /// For each sample where its list starts in `listed`, and how many stand there.
    lists: Vec<List>,
    listed: Vec<u32>,
}

#[derive(Clone, Copy)]
struct List {
    start: usize,
    len: u16,
    room: u16,
}

impl Shared {
    /// Sorts `pairs` (see [`pair`]) of `articles` articles: at no cost if they are sorted already.
    #[must_use]
    pub fn new(mut pairs: Vec<u64>, articles: usize) -> Shared {
        pairs.sort_unstable();
        pairs.dedup();
        let mut shared = Shared {
            ends: vec![0; articles],
            samples: Vec::new(),
            counts: vec![0; articles],
            lists: Vec::new(),
            listed: Vec::new(),
        };
        for &pair in &pairs {
            shared.counts[rank(pair)] += 1;
        }
        // First how many shared samples each article has, then where they end.
        let of_one_sample = |a: &u64, b: &u64| a >> 32 == b >> 32;
        let groups = || pairs.chunk_by(of_one_sample).filter(|group| group.len() > 1);
        for &pair in groups().flatten() {
            shared.ends[rank(pair)] += 1;
        }
        let mut end = 0;
        for count in &mut shared.ends {
            // The start for now; filling moves it to the end.
            let start = end;
            end += *count;
            *count = start;
        }
        shared.samples.resize(end, 0);
        let mut room = 0;
        for (group, number) in groups().zip(0_u32..) {
            let own = group.len().min(LISTED_MAX);
            let list = List { start: room, len: 0, room: u16::try_from(own).unwrap_or(u16::MAX) };
            shared.lists.push(list);
            room += own;
            for &pair in group {
                let place = &mut shared.ends[rank(pair)];
                shared.samples[*place] = number;
                *place += 1;
            }
        }
        shared.listed.resize(room, 0);
        shared
    }

    /// How many samples the article `rank` has.
    #[must_use]
    pub fn count(&self, rank: u32) -> u32 {
        self.counts[rank as usize]
    }

    fn samples(&self, rank: u32) -> &[u32] {
        let rank = rank as usize;
        let start = rank.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.samples[start..self.ends[rank]]
    }

    /// Puts the listed articles that share samples with the article `rank` to `found`, with the number
    /// of samples they share. `hits` is overwritten.
    pub fn look_up(&self, rank: u32, hits: &mut Vec<u32>, found: &mut Vec<(u32, u32)>) {
        hits.clear();
        found.clear();
        for &sample in self.samples(rank) {
            let List { start, len, .. } = self.lists[sample as usize];
            hits.extend_from_slice(&self.listed[start..start + usize::from(len)]);
        }
        hits.sort_unstable();
        for same in hits.chunk_by(|a, b| a == b) {
            found.push((u32::try_from(same.len()).unwrap_or(u32::MAX), same[0]));
        }
    }

    /// Lists the article `rank` under each of its samples that has room.
    pub fn list(&mut self, rank: u32) {
        let start = (rank as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        for &sample in &self.samples[start..self.ends[rank as usize]] {
            let list = &mut self.lists[sample as usize];
            if list.len < list.room {
                self.listed[list.start + usize::from(list.len)] = rank;
                list.len += 1;
            }
        }
    }
}

/// The article of a pair.
fn rank(pair: u64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "its lower half is meant")]
    let rank = pair as u32;
    rank as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_that_share_samples_find_each_other() {
        let samples: [&[u32]; 4] = [&[7, 7, 9, 1], &[2, 9], &[], &[7, 9, 5]];
        let pairs = (0_u32..)
            .zip(samples)
            .flat_map(|(rank, samples)| samples.iter().map(move |&sample| pair(sample, rank)));
        let mut shared = Shared::new(pairs.collect(), 4);
        assert_eq!([0, 1, 2, 3].map(|rank| shared.count(rank)), [3, 2, 0, 3]);
        let (mut hits, mut found) = (Vec::new(), Vec::new());
        let mut look_up = |shared: &Shared, rank| {
            shared.look_up(rank, &mut hits, &mut found);
            found.clone()
        };
        assert_eq!(look_up(&shared, 3), []);
        shared.list(0);
        assert_eq!(look_up(&shared, 1), [(1, 0)]);
        shared.list(1);
        assert_eq!(look_up(&shared, 3), [(2, 0), (1, 1)]);
        assert_eq!(look_up(&shared, 2), []);
    }

    #[test]
    fn a_common_phrase_lists_no_more_than_its_room() {
        let pairs = (0..1000).map(|rank| pair(1, rank)).collect();
        let mut shared = Shared::new(pairs, 1000);
        (0..1000).for_each(|rank| shared.list(rank));
        let (mut hits, mut found) = (Vec::new(), Vec::new());
        shared.look_up(999, &mut hits, &mut found);
        assert_eq!(found.len(), LISTED_MAX);
    }
}
