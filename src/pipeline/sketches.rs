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

/// What near copies are found by, of some articles: 8 bytes a sample, of which an article of 3 kB has about 41, and
/// 24 bytes an article.
#[derive(Default)]
pub(super) struct Sketches {
    /// See [`pair`].
    pairs: Vec<u64>,
    facts: Vec<(u32, Facts)>,
}

impl Sketches {
    /// None yet, of about so many articles.
    pub(super) fn with_room(articles: usize) -> Sketches {
        let pairs = Vec::with_capacity(articles.saturating_mul(SAMPLES_EACH));
        Sketches { pairs, facts: Vec::with_capacity(articles) }
    }

    /// Enters the article with this rank and these samples.
    pub(super) fn push(&mut self, rank: u32, samples: &[u32], facts: Facts) {
        self.pairs.extend(samples.iter().map(|&sample| pair(sample, rank)));
        self.facts.push((rank, facts));
    }
}

/// The sketches of all articles, of which no more than a budget is held in memory.
pub(super) struct AllSketches<'a> {
    /// The pairs that are held, of each part.
    held: Vec<Vec<u64>>,
    /// How many these are, and how many they may be.
    held_len: usize,
    held_max: usize,
    facts: Vec<(u32, Facts)>,
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
/// Samples of each article that room is made for at once: growing would move what is there again and again.
const SAMPLES_EACH: usize = 48;
/// Bytes of samples that are at least sorted at a time: with few of them there are few calls.
const SORTED_BYTES: u64 = 16 << 10;

impl<'a> AllSketches<'a> {
    /// None yet, of about so many `articles`. Beyond `memory` bytes samples go to a nameless file in `folder`.
    pub(super) fn new(memory: u64, articles: usize, folder: &'a OutputFolder) -> AllSketches<'a> {
        let held_max = usize::try_from(memory).unwrap_or(usize::MAX) / PAIR_BYTES;
        let room = articles.saturating_mul(SAMPLES_EACH).min(held_max) / PARTS;
        let held = (0..PARTS).map(|_| Vec::with_capacity(room)).collect();
        AllSketches { held, held_len: 0, held_max, facts: Vec::new(), folder, runs: None }
    }

    /// Enters the articles of `more`.
    pub(super) fn append(&mut self, more: &Sketches) -> Result<(), Error> {
        self.facts.extend_from_slice(&more.facts);
        if self.held_len > 0 && self.held_len + more.pairs.len() > self.held_max {
            let runs = match &mut self.runs {
                Some(runs) => runs,
                none => none.insert(Runs::new(self.folder)?),
            };
            runs.push(&self.held)?;
            self.held.iter_mut().for_each(Vec::clear);
            self.held_len = 0;
        }
        for &pair in &more.pairs {
            self.held[part(pair)].push(pair);
        }
        self.held_len += more.pairs.len();
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
        let AllSketches { mut held, held_len, facts, mut runs, folder, .. } = self;
        let mut kept = Kept::Held(Vec::new());
        if let Some(runs) = &mut runs {
            // All or nothing is in the file, so that no memory is taken by what was done with.
            runs.push(&held)?;
            held = Vec::new();
            kept = Kept::Filed(Overflow::new(folder)?, Vec::new());
        }
        let all = runs.as_ref().map_or(held_len as u64, |runs| runs.pairs);
        let bytes = all * PAIR_BYTES as u64;
        let groups =
            usize::try_from(bytes / SORTED_BYTES).map_or(PARTS, |some| some.clamp(1, PARTS));
        let mut held = held.into_iter();
        let parts = (0..groups).map(|group| {
            let parts = PARTS * group / groups..PARTS * (group + 1) / groups;
            let own: Vec<Vec<u64>> = held.by_ref().take(parts.len()).collect();
            (parts, own)
        });
        let runs = runs.as_ref();
        let mut sharing = Sharing::new(articles);
        let flow = ordered(
            pool,
            parts,
            |(parts, held)| sorted(runs, &parts, held),
            |part| {
                if observer.interrupted() {
                    return ControlFlow::Break(Error::at("run", ErrorKind::Interrupted));
                }
                match part.and_then(|part| kept.take(part, &mut sharing)) {
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

/// All pairs of some parts, those `held` or those of the runs, with what [`sort`] made of them.
fn sorted(
    runs: Option<&Runs>,
    parts: &Range<usize>,
    held: Vec<Vec<u64>>,
) -> Result<(Vec<u64>, usize), Error> {
    let mut held = held.into_iter();
    // A part alone is not copied.
    let mut pairs = held.next().unwrap_or_default();
    pairs.reserve(held.as_slice().iter().map(Vec::len).sum());
    held.for_each(|part| pairs.extend_from_slice(&part));
    if let Some(runs) = runs {
        runs.read(parts, &mut pairs)?;
    }
    let sorted = sort(&mut pairs);
    Ok((pairs, sorted))
}

/// The pairs of samples that are shared, part by part: all where they were held, or all in a file again, with how
/// many of each part there are.
enum Kept {
    Held(Vec<Vec<u64>>),
    Filed(Overflow, Vec<usize>),
}

impl Kept {
    fn take(
        &mut self,
        (mut pairs, sorted): (Vec<u64>, usize),
        sharing: &mut Sharing,
    ) -> Result<(), Error> {
        let kept = sharing.take(&mut pairs, sorted);
        pairs.truncate(kept);
        match self {
            Kept::Held(parts) => parts.push(pairs),
            Kept::Filed(file, counts) => {
                write([&pairs[..]], file)?;
                counts.push(kept);
            }
        }
        Ok(())
    }

    fn shared(self, sharing: Sharing) -> Result<Shared, Error> {
        let mut filling = sharing.filling();
        match self {
            Kept::Held(parts) => parts.iter().for_each(|part| filling.fill(part)),
            Kept::Filed(file, counts) => {
                let (mut part, mut start) = (Vec::new(), 0);
                for count in counts {
                    part.clear();
                    read(&file, start, count, &mut part)?;
                    filling.fill(&part);
                    start += (count * PAIR_BYTES) as u64;
                }
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

    /// Takes the parts of the next run.
    fn push(&mut self, parts: &[Vec<u64>]) -> Result<(), Error> {
        let (mut ends, mut end) = ([0; PARTS], 0);
        for (own_end, part) in ends.iter_mut().zip(parts) {
            end += part.len();
            *own_end = end;
        }
        let start = self.pairs * PAIR_BYTES as u64;
        write(parts.iter().map(Vec::as_slice), &mut self.file)?;
        self.ends.push((start, ends));
        self.pairs += end as u64;
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

/// Puts the pairs of `parts` behind what is in `file`.
fn write<'p>(parts: impl IntoIterator<Item = &'p [u64]>, file: &mut Overflow) -> Result<(), Error> {
    /// Pairs put together before they are written.
    const WRITTEN: usize = 1 << 17;
    let mut bytes = Vec::new();
    for pairs in parts.into_iter().flat_map(|part| part.chunks(WRITTEN)) {
        if bytes.len() + pairs.len() * PAIR_BYTES > WRITTEN * PAIR_BYTES {
            file.append(&bytes)?;
            bytes.clear();
        }
        bytes.extend(pairs.iter().flat_map(|pair| pair.to_le_bytes()));
    }
    file.append(&bytes)?;
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
                sketches.push(rank, &samples, Facts { words: 60, ..Facts::default() });
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
        let mut all = AllSketches::new(memory, 500, &folder);
        pieces().iter().try_for_each(|piece| all.append(piece))?;
        let runs = all.runs.as_ref().map_or(0, |runs| runs.ends.len());
        let (facts, shared) = all.share(&pool, 500, &Silent)?;
        assert!(facts.iter().zip(0..).all(|((rank, _), expected)| *rank == expected));
        Ok((runs, shared))
    }

    #[test]
    fn what_is_shared_is_the_same_for_any_memory() -> Result<(), Box<dyn std::error::Error>> {
        let (runs, whole) = share(u64::MAX, 1)?;
        assert_eq!((runs, whole.repeated(0), whole.repeated(2)), (0, 0, 2));
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
