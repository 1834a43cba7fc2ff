//! A small sample of many things, balanced over groups: a few of each of a few groups.
//!
//! Things are chosen by the smallest hashes (bottom-k sampling), so the sample is the same in whatever
//! order they come, two samples add up to one, and what is held does not grow with what is seen.
//! Imports nothing else from the crate.

/// The sample.
#[derive(Clone, Debug)]
pub struct Sample<T> {
    groups_max: usize,
    each_max: usize,
    /// By the hash of the group, smallest first, its things with their hashes, smallest first.
    groups: Vec<(u64, Vec<(u64, T)>)>,
}

impl<T> Sample<T> {
    /// A sample of at most `each_max` things of each of at most `groups_max` groups.
    #[must_use]
    pub fn new(groups_max: usize, each_max: usize) -> Sample<T> {
        Sample { groups_max, each_max, groups: Vec::new() }
    }

    /// Whether a thing with this hash would be taken in.
    #[must_use]
    pub fn wants(&self, group: u64, hash: u64) -> bool {
        match self.place(group) {
            Ok(place) => {
                let things = &self.groups[place].1;
                things.len() < self.each_max || things.last().is_some_and(|(last, _)| hash < *last)
            }
            Err(place) => self.each_max > 0 && place < self.groups_max,
        }
    }

    /// Where the group stands, or where it would.
    fn place(&self, group: u64) -> Result<usize, usize> {
        self.groups.binary_search_by_key(&group, |(group, _)| *group)
    }

    /// Takes in `thing`, if its hashes are among the smallest.
    pub fn add(&mut self, group: u64, hash: u64, thing: T) {
        // Most groups of a long run come behind the last of a full list: told without a search.
        let is_full = self.groups.len() >= self.groups_max;
        if is_full && self.groups.last().is_none_or(|(last, _)| *last < group) {
            return;
        }
        match self.place(group) {
            Ok(place) => {
                let things = &mut self.groups[place].1;
                let place = things.partition_point(|(other, _)| *other <= hash);
                if place < self.each_max {
                    things.truncate(self.each_max - 1);
                    things.insert(place, (hash, thing));
                }
            }
            Err(place) if self.each_max > 0 && place < self.groups_max => {
                self.groups.truncate(self.groups_max - 1);
                let mut things = Vec::with_capacity(self.each_max);
                things.push((hash, thing));
                self.groups.insert(place, (group, things));
            }
            Err(_) => {}
        }
    }

    /// Adds what `other` holds.
    pub fn merge(&mut self, other: Sample<T>) {
        for (group, things) in other.groups {
            for (hash, thing) in things {
                self.add(group, hash, thing);
            }
        }
    }

    /// At most `count` things, from as many groups as there are: the first of each, then the second.
    #[must_use]
    pub fn take(self, count: usize) -> Vec<T> {
        let mut groups: Vec<_> =
            self.groups.into_iter().map(|(_, things)| things.into_iter()).collect();
        let mut taken = Vec::new();
        while taken.len() < count {
            let before = taken.len();
            let left = count - before;
            taken.extend(groups.iter_mut().filter_map(Iterator::next).take(left).map(|(_, t)| t));
            if taken.len() == before {
                break;
            }
        }
        taken
    }
}

/// A hash of a name: 64 bits of BLAKE3, the same on every machine.
#[must_use]
pub fn hash_of(name: &str) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(word)
}

/// The hash of the place `offset` in what has the hash `of`: the finalizer of `SplitMix64`, which
/// spreads neighbouring places over all values (Steele, Lea, Flood, "Fast splittable pseudorandom
/// number generators", 2014).
#[must_use]
pub fn hash_at(of: u64, offset: u64) -> u64 {
    let mut z = of.wrapping_add(offset.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Shares `count` among strata of these sizes as evenly as their sizes allow; the larger ones get what is
/// left over, earlier ones first among equals.
#[must_use]
pub fn shares(sizes: &[u64], count: u64) -> Vec<u64> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&stratum| sizes[stratum]);
    let (mut shares, mut left) = (vec![0; sizes.len()], count);
    for (done, &stratum) in order.iter().enumerate() {
        let open = (order.len() - done) as u64;
        shares[stratum] = sizes[stratum].min(left / open);
        left -= shares[stratum];
    }
    for &stratum in order.iter().rev() {
        if left > 0 && shares[stratum] < sizes[stratum] {
            shares[stratum] += 1;
            left -= 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn things() -> impl Iterator<Item = (u64, u64, u64)> {
        (0..500_u64).map(|n| (hash_at(7, n % 9), hash_at(1, n), n))
    }

    #[test]
    fn the_order_and_the_cut_do_not_matter() {
        let mut whole = Sample::new(5, 3);
        things().for_each(|(group, hash, n)| whole.add(group, hash, n));
        let mut back: Vec<_> = things().collect();
        back.reverse();
        let (mut first, mut second) = (Sample::new(5, 3), Sample::new(5, 3));
        for (i, (group, hash, n)) in back.into_iter().enumerate() {
            let part = if i % 7 < 3 { &mut first } else { &mut second };
            part.add(group, hash, n);
        }
        first.merge(second);
        assert_eq!(first.groups, whole.groups);
        assert_eq!(
            (
                whole.groups.len(),
                whole.groups.iter().map(|(_, things)| things.len()).sum::<usize>()
            ),
            (5, 15)
        );
    }

    #[test]
    fn every_group_comes_before_the_second_of_any() {
        let mut sample = Sample::new(9, 9);
        things().for_each(|(group, hash, n)| sample.add(group, hash, n));
        let mut groups: Vec<u64> = sample.clone().take(9).iter().map(|n| n % 9).collect();
        groups.sort_unstable();
        assert_eq!(groups, (0..9).collect::<Vec<_>>());
        assert_eq!(sample.take(1000).len(), 81);
        assert!(Sample::<u8>::new(1, 0).take(3).is_empty());
    }

    #[test]
    fn shares_are_even_as_far_as_there_is_something() {
        assert_eq!(shares(&[100, 2, 50], 20), [9, 2, 9]);
        assert_eq!(shares(&[1, 1], 20), [1, 1]);
        assert_eq!(shares(&[5, 9, 7], 2), [0, 1, 1]);
        assert_eq!(shares(&[0, 10], 3), [0, 3]);
        assert_eq!(shares(&[], 3), [] as [u64; 0]);
    }
}
