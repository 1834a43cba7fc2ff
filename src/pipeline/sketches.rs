//! Samples of all articles, brought together by value: in memory up to a budget, then in a temporary file.

use std::ops::{ControlFlow, Range};

use rayon::ThreadPool;

use super::ordered::ordered;
use super::spool::Overflow;
use crate::dedupe::near::Facts;
use crate::dedupe::near::join::{PARTS, Shared, Sharing, pair, part, sort};
use crate::error::{Error, ErrorKind};
use crate::observer::Observer;
use crate::write::folder::OutputFolder;

/// What near copies are found by: 8 bytes a sample, of which an article of 3 kB has about 41, and 24 bytes
/// an article. Two of these make one, in any order.
#[derive(Default)]
pub(super) struct Sketches {
    /// See [`pair`].
    pairs: Vec<u64>,
    facts: Vec<(u32, Facts)>,
}

impl Sketches {
    /// Enters the article with this rank and these samples.
    pub(super) fn push(&mut self, rank: u32, samples: &[u32], facts: Facts) {
        self.pairs.extend(samples.iter().map(|&sample| pair(sample, rank)));
        self.facts.push((rank, facts));
    }
}

/// The sketches of all articles, of which no more than a budget is held in memory.
pub(super) struct AllSketches<'a> {
    held: Sketches,
    /// Samples that may be held.
    held_max: usize,
    folder: &'a OutputFolder,
    runs: Option<Runs>,
}

/// Pairs that did not fit into memory, one run behind the other, each in its parts.
struct Runs {
    file: Overflow,
    /// Where each run starts in the file, and where each part ends in it, in pairs.
    ends: Vec<(u64, [usize; PARTS])>,
    pairs: u64,
}

const PAIR_BYTES: usize = size_of::<u64>();
/// Bytes of samples that are at least sorted at a time: with few of them there are few calls.
const SORTED_BYTES: u64 = 16 << 10;

impl<'a> AllSketches<'a> {
    /// None yet. Beyond `memory` bytes samples go to a nameless file in `folder`.
    pub(super) fn new(memory: u64, folder: &'a OutputFolder) -> AllSketches<'a> {
        let held_max = usize::try_from(memory).unwrap_or(usize::MAX) / PAIR_BYTES;
        AllSketches { held: Sketches::default(), held_max, folder, runs: None }
    }

    /// Enters the articles of `more`.
    pub(super) fn append(&mut self, more: &Sketches) -> Result<(), Error> {
        self.held.facts.extend_from_slice(&more.facts);
        let pairs = &mut self.held.pairs;
        if !pairs.is_empty() && pairs.len() + more.pairs.len() > self.held_max {
            let runs = match &mut self.runs {
                Some(runs) => runs,
                none => none.insert(Runs::new(self.folder)?),
            };
            runs.push(pairs)?;
            pairs.clear();
        }
        pairs.extend_from_slice(&more.pairs);
        Ok(())
    }

    /// What is known of each article besides its samples, and the samples that several share, among
    /// articles whose rank is below `articles`. The same for any budget.
    pub(super) fn share(
        self,
        pool: &ThreadPool,
        articles: usize,
        observer: &dyn Observer,
    ) -> Result<(Vec<(u32, Facts)>, Shared), Error> {
        let AllSketches { held: Sketches { mut pairs, facts }, mut runs, folder, .. } = self;
        if let Some(runs) = &mut runs {
            // All or nothing is in the file, so that no memory is taken by what was done with.
            runs.push(&mut pairs)?;
            pairs = Vec::new();
        }
        let ends = part(&mut pairs);
        let all = pairs.len() as u64 + runs.as_ref().map_or(0, |runs| runs.pairs);
        let bytes = all * PAIR_BYTES as u64;
        let groups =
            usize::try_from(bytes / SORTED_BYTES).map_or(PARTS, |some| some.clamp(1, PARTS));
        let mut rest = &mut pairs[..];
        let parts = (0..groups).map(|group| {
            let parts = PARTS * group / groups..PARTS * (group + 1) / groups;
            let all = std::mem::take(&mut rest);
            let (own, behind) = all.split_at_mut(span(&ends, &parts).len());
            rest = behind;
            (parts, own)
        });
        let runs = runs.as_ref();
        let mut sharing = Sharing::new(articles);
        let mut kept = Kept::default();
        let flow = ordered(
            pool,
            parts,
            |(parts, held)| sorted(runs, &parts, held),
            |part| {
                if observer.interrupted() {
                    return ControlFlow::Break(Error::at("run", ErrorKind::Interrupted));
                }
                match part.and_then(|part| kept.take(part, &mut sharing, folder)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => ControlFlow::Break(error),
                }
            },
        );
        if let ControlFlow::Break(error) = flow {
            return Err(error);
        }
        Ok((facts, kept.shared(sharing)?))
    }
}

/// All pairs of some parts, with what [`sort`] made of them: those held, or those of the runs.
enum Sorted<'h> {
    Held(&'h mut [u64], usize),
    Read(Vec<u64>, usize),
}

fn sorted<'h>(
    runs: Option<&Runs>,
    parts: &Range<usize>,
    held: &'h mut [u64],
) -> Result<Sorted<'h>, Error> {
    let Some(runs) = runs else {
        let sorted = sort(held);
        return Ok(Sorted::Held(held, sorted));
    };
    let mut pairs = Vec::new();
    runs.read(parts, &mut pairs)?;
    let sorted = sort(&mut pairs);
    Ok(Sorted::Read(pairs, sorted))
}

/// The pairs of samples that are shared, part by part: all where they were held, or all in a file again.
#[derive(Default)]
struct Kept<'h> {
    held: Vec<&'h [u64]>,
    file: Option<Overflow>,
    /// How many of each part there are in the file.
    counts: Vec<usize>,
}

impl<'h> Kept<'h> {
    fn take(
        &mut self,
        part: Sorted<'h>,
        sharing: &mut Sharing,
        folder: &OutputFolder,
    ) -> Result<(), Error> {
        match part {
            Sorted::Held(pairs, sorted) => {
                let kept = sharing.take(pairs, sorted);
                self.held.push(&pairs[..kept]);
            }
            Sorted::Read(mut pairs, sorted) => {
                let kept = sharing.take(&mut pairs, sorted);
                let file = match &mut self.file {
                    Some(file) => file,
                    none => none.insert(Overflow::new(folder)?),
                };
                write(&pairs[..kept], file)?;
                self.counts.push(kept);
            }
        }
        Ok(())
    }

    fn shared(self, sharing: Sharing) -> Result<Shared, Error> {
        let mut filling = sharing.filling();
        self.held.iter().for_each(|part| filling.fill(part));
        let (mut part, mut start) = (Vec::new(), 0);
        if let Some(file) = &self.file {
            for count in self.counts {
                part.clear();
                read(file, start, count, &mut part)?;
                filling.fill(&part);
                start += (count * PAIR_BYTES) as u64;
            }
        }
        Ok(filling.shared())
    }
}

/// Where some adjacent parts stand, of parts that end at `ends`.
fn span(ends: &[usize; PARTS], parts: &Range<usize>) -> Range<usize> {
    let before = |part: usize| part.checked_sub(1).map_or(0, |before| ends[before]);
    before(parts.start)..before(parts.end)
}

impl Runs {
    fn new(folder: &OutputFolder) -> Result<Runs, Error> {
        Ok(Runs { file: Overflow::new(folder)?, ends: Vec::new(), pairs: 0 })
    }

    /// Takes the next run, and puts it into parts.
    fn push(&mut self, pairs: &mut [u64]) -> Result<(), Error> {
        let ends = part(pairs);
        let start = self.pairs * PAIR_BYTES as u64;
        write(pairs, &mut self.file)?;
        self.ends.push((start, ends));
        self.pairs += pairs.len() as u64;
        Ok(())
    }

    /// Puts what all runs hold of some adjacent parts to `pairs`.
    fn read(&self, parts: &Range<usize>, pairs: &mut Vec<u64>) -> Result<(), Error> {
        for (start, ends) in &self.ends {
            let span = span(ends, parts);
            read(&self.file, start + (span.start * PAIR_BYTES) as u64, span.len(), pairs)?;
        }
        Ok(())
    }
}

/// Puts `pairs` behind what is in `file`.
fn write(pairs: &[u64], file: &mut Overflow) -> Result<(), Error> {
    /// Pairs written at a time.
    const WRITTEN: usize = 1 << 17;
    let mut bytes = Vec::with_capacity(pairs.len().min(WRITTEN) * PAIR_BYTES);
    for pairs in pairs.chunks(WRITTEN) {
        bytes.clear();
        bytes.extend(pairs.iter().flat_map(|pair| pair.to_le_bytes()));
        file.append(&bytes)?;
    }
    Ok(())
}

/// Puts `count` pairs that stand at byte `start` of `file` to `pairs`.
fn read(file: &Overflow, start: u64, count: usize, pairs: &mut Vec<u64>) -> Result<(), Error> {
    let mut bytes = vec![0; count * PAIR_BYTES];
    file.read(start, &mut bytes)?;
    pairs.extend(bytes.as_chunks().0.iter().map(|pair| u64::from_le_bytes(*pair)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observer::Silent;

    /// Sketches of some articles a piece; many share a sample, and some hold one twice.
    fn pieces() -> Vec<Sketches> {
        let mut rank = 0;
        let piece = |articles: u32| {
            let mut sketches = Sketches::default();
            for _ in 0..articles {
                let sample = |n: u32| (rank / 2 * 31 + n).wrapping_mul(0x9E37_79B1) % 0xFFF0_0007;
                let samples: Vec<u32> = (0..40).chain(0..rank % 3).map(sample).collect();
                sketches.push(rank, &samples, Facts { title: 0, words: 60, rate: rank });
                rank += 1;
            }
            sketches
        };
        [70, 0, 1, 300, 9, 120].map(piece).into()
    }

    fn share(memory: u64, threads: usize) -> Result<(usize, Shared), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let folder = OutputFolder::open(&root.path().join("out"), &[])?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let mut all = AllSketches::new(memory, &folder);
        pieces().iter().try_for_each(|piece| all.append(piece))?;
        let runs = all.runs.as_ref().map_or(0, |runs| runs.ends.len());
        let (facts, shared) = all.share(&pool, 500, &Silent)?;
        assert!(facts.iter().zip(0..).all(|((rank, _), expected)| *rank == expected));
        Ok((runs, shared))
    }

    #[test]
    fn what_is_shared_is_the_same_for_any_memory() -> Result<(), Box<dyn std::error::Error>> {
        let (runs, whole) = share(u64::MAX, 1)?;
        assert_eq!((runs, whole.count(0), whole.count(2)), (0, 40, 40));
        for (memory, expected) in [(0, 4), (1 << 10, 4), (100_000, 2)] {
            for threads in [1, 3] {
                let (runs, shared) = share(memory, threads)?;
                assert_eq!(runs, expected, "with {memory}");
                assert_eq!(format!("{shared:?}"), format!("{whole:?}"), "with {memory}");
            }
        }
        Ok(())
    }
}
