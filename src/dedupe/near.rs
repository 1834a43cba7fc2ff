//! Near copies: finding them without comparing every pair, and measuring each one found.
//!
//! *Candidates* share sampled shingles. A shingle is five words in a row, hashed. Of each article the
//! sixteenth of its shingles with the smallest hashes is kept (the same ones in every article that
//! holds them, so a short article inside a long one is found as well) and never fewer than sixteen (the
//! bottom-k sketch of Broder, "On the resemblance and containment of documents", 1997). Only articles
//! that stay are looked up, so a set of equal articles costs no more than others.
//!
//! *Similarity* is measured on all three-word shingles of both articles: twice those they share, by
//! those both have (Dice). One word in twenty changed breaks at most three shingles in twenty, so it
//! stays above 0.84; an article that shares half of its paragraphs with another stands near 0.5.

use hashbrown::HashMap;

use super::{ArticleId, Kind, SHORT_WORDS, Verdict};

/// Words of the shingles that candidates share.
const SAMPLED_WORDS: usize = 5;
/// Words of the shingles that similarity is measured on.
const MEASURED_WORDS: usize = 3;
/// One in this many shingles is sampled.
const SAMPLE_RATE: u64 = 16;
/// The fewest samples of an article that has as many shingles. Of sixteen, an article with a
/// twentieth of its words changed shares about eleven.
const SAMPLES_MIN: usize = 16;
/// Articles listed under one sample; what more of them share is a common phrase.
const LISTED_MAX: usize = 64;
/// Share of an article's samples that a candidate must hold, in percent.
const SHARED_PERCENT: usize = 15;
/// Candidates that are measured for one article: those that share most samples.
const MEASURED_MAX: usize = 8;
/// Share of its shingles that must stand in another article for one to be contained in it.
pub const CONTAINED_MIN: f64 = 0.9;
/// Words from which an article can be contained in another.
pub const CONTAINED_WORDS_MIN: usize = 50;
/// Pairs this little below the threshold are reported.
const MISS_MARGIN: f64 = 0.15;

/// The words of a text as hashes: runs of letters and digits in any case; each character of a script
/// without spaces is a word.
pub fn words(text: &str, out: &mut Vec<u64>) {
    const SEED: u64 = 0xCBF2_9CE4_8422_2325;
    let mix = |hash: u64, value: u64| (hash ^ value).wrapping_mul(0x0000_0100_0000_01B3);
    let mut hash = SEED;
    let end = |hash: &mut u64, out: &mut Vec<u64>| {
        if *hash != SEED {
            out.push(finish(*hash));
            *hash = SEED;
        }
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii() {
            if byte.is_ascii_alphanumeric() {
                hash = mix(hash, u64::from(byte.to_ascii_lowercase()));
            } else {
                end(&mut hash, out);
            }
            at += 1;
            continue;
        }
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        at += c.len_utf8();
        if is_unspaced(c) {
            end(&mut hash, out);
            out.push(finish(mix(SEED, u64::from(u32::from(c)))));
        } else if c.is_alphanumeric() || is_mark(c) {
            for lower in c.to_lowercase() {
                hash = mix(hash, u64::from(u32::from(lower)));
            }
        } else {
            end(&mut hash, out);
        }
    }
    end(&mut hash, out);
}

/// Whether `c` belongs to a script that is written without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF
        | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFD)
}

/// Whether `c` is a vowel sign or accent inside a word of an Indic or Arabic script.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x064B..=0x065F | 0x0900..=0x0DFF | 0x200C..=0x200D)
}

/// Spreads the bits of a hash (the finalizer of `MurmurHash3`).
fn finish(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^ (hash >> 33)
}

/// Hashes of every `n` words in a row; of fewer words, one hash of all.
fn shingles(words: &[u64], n: usize) -> impl Iterator<Item = u64> + '_ {
    let size = n.min(words.len()).max(1);
    words
        .windows(size)
        .map(|window| finish(window.iter().fold(0, |hash: u64, word| hash.rotate_left(21) ^ word)))
}

/// The samples of an article, to be looked up in those of others.
#[must_use]
pub fn samples(words: &[u64]) -> Vec<u32> {
    let mut all: Vec<u64> = shingles(words, SAMPLED_WORDS).collect();
    let sampled = all.iter().filter(|hash| **hash < u64::MAX / SAMPLE_RATE).count();
    let count = sampled.max(SAMPLES_MIN).min(all.len());
    if count < all.len() {
        all.select_nth_unstable(count);
        all.truncate(count);
    }
    all.sort_unstable();
    all.dedup();
    // The upper half holds what the sample was chosen by; the lower half is as good as any.
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is meant")]
    let mut halves: Vec<u32> = all.into_iter().map(|hash| hash as u32).collect();
    halves.sort_unstable();
    halves.dedup();
    halves
}

/// The shingles that similarity is measured on, each once, sorted.
#[must_use]
pub fn measured(words: &[u64]) -> Vec<u64> {
    let mut all: Vec<u64> = shingles(words, MEASURED_WORDS).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// How much two articles have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Similarity {
    /// Twice the shingles they share, by those both have.
    pub similarity: f64,
    /// Share of the first one's shingles that stand in the second.
    pub first_in_second: f64,
    /// Share of the second one's shingles that stand in the first.
    pub second_in_first: f64,
}

/// Compares two sets of [`measured`] shingles.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn compare(first: &[u64], second: &[u64]) -> Similarity {
    let (mut i, mut j, mut shared) = (0, 0, 0_usize);
    while i < first.len() && j < second.len() {
        let (a, b) = (first[i], second[j]);
        shared += usize::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    Similarity {
        similarity: share(2 * shared, first.len() + second.len()),
        first_in_second: share(shared, first.len()),
        second_in_first: share(shared, second.len()),
    }
}

/// What is held of every article to find its near copies: about 100 bytes.
#[derive(Debug, Default)]
pub struct Sketches {
    samples: Vec<u32>,
    ends: Vec<usize>,
    words: Vec<u32>,
    titles: Vec<u64>,
}

impl Sketches {
    /// Enters the next article: its samples, its number of words, and a hash of its title's key.
    pub fn push(&mut self, samples: &[u32], words: usize, title: u64) {
        self.samples.extend_from_slice(samples);
        self.ends.push(self.samples.len());
        self.words.push(u32::try_from(words).unwrap_or(u32::MAX));
        self.titles.push(title);
    }

    /// Enters the articles of `more` behind those that are here.
    pub fn append(&mut self, more: &Sketches) {
        let start = self.samples.len();
        self.samples.extend_from_slice(&more.samples);
        self.ends.extend(more.ends.iter().map(|end| start + end));
        self.words.extend_from_slice(&more.words);
        self.titles.extend_from_slice(&more.titles);
    }

    fn of(&self, article: u32) -> &[u32] {
        let index = article as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.samples[start..self.ends[index]]
    }

    fn words(&self, article: u32) -> usize {
        self.words[article as usize] as usize
    }

    /// Short articles are copies only when their titles agree as well.
    fn may_be_copies(&self, a: u32, b: u32) -> bool {
        let short = self.words(a).min(self.words(b)) < SHORT_WORDS;
        !short || self.titles[a as usize] == self.titles[b as usize]
    }
}

/// Articles listed under their samples.
#[derive(Default)]
struct Listing {
    lists: HashMap<u32, Vec<u32>>,
    counts: HashMap<u32, u32>,
}

impl Listing {
    fn add(&mut self, article: u32, samples: &[u32]) {
        for sample in samples {
            let list = self.lists.entry(*sample).or_default();
            if list.len() < LISTED_MAX {
                list.push(article);
            }
        }
    }

    /// The articles that share most samples with `samples`, most first.
    fn candidates(&mut self, samples: &[u32]) -> Vec<u32> {
        self.counts.clear();
        for sample in samples {
            for article in self.lists.get(sample).into_iter().flatten() {
                *self.counts.entry(*article).or_default() += 1;
            }
        }
        let least = (samples.len() * SHARED_PERCENT).div_ceil(100).max(1);
        let mut found: Vec<(u32, u32)> = self
            .counts
            .iter()
            .filter(|(_, count)| **count as usize >= least)
            .map(|(article, count)| (*count, *article))
            .collect();
        found.sort_unstable_by_key(|&(count, article)| (std::cmp::Reverse(count), article));
        found.truncate(MEASURED_MAX);
        found.into_iter().map(|(_, article)| article).collect()
    }
}

/// A pair a little below the threshold.
#[derive(Clone, Copy, Debug)]
pub struct Miss {
    /// An article.
    pub article: ArticleId,
    /// One that stays.
    pub other: ArticleId,
    /// What was measured.
    pub similarity: f64,
}

/// Finds near and contained copies among the articles that `verdicts` keeps, and enters them there.
///
/// `order` lists the articles, those that are to stay first. `measure` compares two articles on their
/// texts. Each duplicate was measured against its own representative; where a representative is itself
/// found inside a longer article, its duplicates are measured against that one, and stay if they fail.
///
/// # Errors
/// What `measure` gives.
pub fn decide<E>(
    sketches: &Sketches,
    order: &[ArticleId],
    threshold: f64,
    verdicts: &mut [Verdict],
    measure: &mut dyn FnMut(ArticleId, ArticleId) -> Result<Similarity, E>,
) -> Result<Vec<Miss>, E> {
    let mut misses = Vec::new();
    let mut listing = Listing::default();
    let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
    for (article, verdict) in verdicts.iter().enumerate() {
        if let Verdict::DuplicateOf { representative, .. } = verdict {
            let article = u32::try_from(article).unwrap_or(u32::MAX);
            members.entry(representative.0).or_default().push(article);
        }
    }
    for &ArticleId(article) in order {
        if verdicts[article as usize] != Verdict::Keep {
            continue;
        }
        let samples = sketches.of(article);
        let mut best: Option<(f64, u32)> = None;
        for other in listing.candidates(samples) {
            if !sketches.may_be_copies(article, other) {
                continue;
            }
            let similarity = measure(ArticleId(article), ArticleId(other))?.similarity;
            if similarity >= threshold {
                if best.is_none_or(|(most, _)| similarity > most) {
                    best = Some((similarity, other));
                }
            } else if similarity >= threshold - MISS_MARGIN {
                misses.push(Miss {
                    article: ArticleId(article),
                    other: ArticleId(other),
                    similarity,
                });
            }
        }
        match best {
            Some((similarity, other)) => {
                let moved = members.remove(&article).unwrap_or_default();
                enter(verdicts, &mut members, article, other, Kind::Near, similarity);
                remeasure(sketches, moved, other, threshold, verdicts, &mut members, measure)?;
            }
            None => listing.add(article, samples),
        }
    }
    contained(sketches, order, threshold, verdicts, &mut members, measure)?;
    Ok(misses)
}

fn enter(
    verdicts: &mut [Verdict],
    members: &mut HashMap<u32, Vec<u32>>,
    article: u32,
    representative: u32,
    kind: Kind,
    similarity: f64,
) {
    verdicts[article as usize] =
        Verdict::DuplicateOf { representative: ArticleId(representative), kind, similarity };
    members.entry(representative).or_default().push(article);
}

/// Finds articles that stand inside longer ones, the longest first.
fn contained<E>(
    sketches: &Sketches,
    order: &[ArticleId],
    threshold: f64,
    verdicts: &mut [Verdict],
    members: &mut HashMap<u32, Vec<u32>>,
    measure: &mut dyn FnMut(ArticleId, ArticleId) -> Result<Similarity, E>,
) -> Result<(), E> {
    let mut by_length: Vec<u32> = order
        .iter()
        .map(|article| article.0)
        .filter(|&article| verdicts[article as usize] == Verdict::Keep)
        .collect();
    by_length.sort_by_key(|&article| std::cmp::Reverse(sketches.words(article)));
    let mut listing = Listing::default();
    for article in by_length {
        let samples = sketches.of(article);
        let mut best: Option<(f64, u32)> = None;
        if sketches.words(article) >= CONTAINED_WORDS_MIN {
            for other in listing.candidates(samples) {
                let inside = measure(ArticleId(article), ArticleId(other))?.first_in_second;
                if inside >= CONTAINED_MIN && best.is_none_or(|(most, _)| inside > most) {
                    best = Some((inside, other));
                }
            }
        }
        match best {
            Some((inside, other)) => {
                let moved = members.remove(&article).unwrap_or_default();
                enter(verdicts, members, article, other, Kind::Contained, inside);
                remeasure(sketches, moved, other, threshold, verdicts, members, measure)?;
            }
            None => listing.add(article, samples),
        }
    }
    Ok(())
}

/// Measures the duplicates of an article that is now left out against its representative. Those that
/// fail stay: the first represents the others that are copies of it.
fn remeasure<E>(
    sketches: &Sketches,
    moved: Vec<u32>,
    representative: u32,
    threshold: f64,
    verdicts: &mut [Verdict],
    members: &mut HashMap<u32, Vec<u32>>,
    measure: &mut dyn FnMut(ArticleId, ArticleId) -> Result<Similarity, E>,
) -> Result<(), E> {
    let mut freed: Vec<u32> = Vec::new();
    for article in moved {
        let mut found = None;
        for other in std::iter::once(representative).chain(freed.iter().copied()) {
            if !sketches.may_be_copies(article, other) {
                continue;
            }
            let measured = measure(ArticleId(article), ArticleId(other))?;
            if measured.similarity >= threshold {
                found = Some((other, Kind::Near, measured.similarity));
            } else if measured.first_in_second >= CONTAINED_MIN
                && sketches.words(article) >= CONTAINED_WORDS_MIN
                && sketches.words(article) <= sketches.words(other)
            {
                found = Some((other, Kind::Contained, measured.first_in_second));
            }
            if found.is_some() {
                break;
            }
        }
        if let Some((other, kind, similarity)) = found {
            enter(verdicts, members, article, other, kind, similarity);
        } else {
            verdicts[article as usize] = Verdict::Keep;
            freed.push(article);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of numbers that look like chance, the same every time.
    struct Chance(u64);

    impl Chance {
        fn next(&mut self, below: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            finish(self.0) % below
        }
    }

    fn text(chance: &mut Chance, words: u64) -> Vec<String> {
        (0..words).map(|_| format!("w{}", chance.next(3_000))).collect()
    }

    /// `words` with one in twenty changed, left out, or with another before it.
    fn edited(chance: &mut Chance, words: &[String]) -> Vec<String> {
        let mut edited = words.to_vec();
        for _ in 0..words.len() / 20 {
            let at = usize::try_from(chance.next(edited.len() as u64)).unwrap_or(0);
            let word = format!("w{}", chance.next(3_000));
            match chance.next(4) {
                0 => drop(edited.remove(at)),
                1 => edited.insert(at, word),
                _ => edited[at] = word,
            }
        }
        edited
    }

    /// Runs the search over `texts`; the verdicts and the texts' words.
    fn search(texts: &[Vec<String>], threshold: f64) -> Vec<Verdict> {
        let mut sketches = Sketches::default();
        let mut sets = Vec::new();
        for article in texts {
            let mut hashes = Vec::new();
            words(&article.join(" "), &mut hashes);
            sketches.push(&samples(&hashes), hashes.len(), 0);
            sets.push(measured(&hashes));
        }
        let order: Vec<ArticleId> = (0_u32..).take(texts.len()).map(ArticleId).collect();
        let mut verdicts = vec![Verdict::Keep; texts.len()];
        let mut measure = |a: ArticleId, b: ArticleId| -> Result<Similarity, ()> {
            Ok(compare(&sets[a.0 as usize], &sets[b.0 as usize]))
        };
        assert!(decide(&sketches, &order, threshold, &mut verdicts, &mut measure).is_ok());
        for verdict in &verdicts {
            if let Some(representative) = verdict.representative() {
                assert_eq!(verdicts[representative.0 as usize], Verdict::Keep, "a chain");
            }
        }
        verdicts
    }

    #[test]
    fn a_copy_with_a_twentieth_of_its_words_changed_is_found() {
        let mut chance = Chance(7);
        for trial in 0..10 {
            let mut texts = Vec::new();
            for _ in 0..1_000 {
                let words = 40 + chance.next(400);
                let original = text(&mut chance, words);
                texts.push(edited(&mut chance, &original));
                texts.insert(texts.len() - 1, original);
            }
            let verdicts = search(&texts, 0.8);
            for (pair, verdicts) in verdicts.chunks(2).enumerate() {
                let first = ArticleId(u32::try_from(pair * 2).unwrap_or(0));
                let found = verdicts[1].representative();
                assert_eq!((verdicts[0], found), (Verdict::Keep, Some(first)), "trial {trial}");
            }
        }
    }

    #[test]
    fn articles_that_share_half_stay() {
        let mut chance = Chance(11);
        for _ in 0..50 {
            let shared = text(&mut chance, 150);
            let own = |chance: &mut Chance| [shared.clone(), text(chance, 150)].concat();
            let texts = [own(&mut chance), own(&mut chance), own(&mut chance)];
            assert_eq!(search(&texts, 0.8), [Verdict::Keep; 3]);
        }
    }

    #[test]
    fn a_part_is_contained_in_the_longer_one_whatever_comes_first() {
        let mut chance = Chance(13);
        for long_words in [300, 3_000, 30_000] {
            let long = text(&mut chance, long_words);
            let part = long[100..200].to_vec();
            for (texts, part, long) in [([part.clone(), long.clone()], 0, 1), ([long, part], 1, 0)]
            {
                let verdicts = search(&texts, 0.8);
                let expected = Verdict::DuplicateOf {
                    representative: ArticleId(long),
                    kind: Kind::Contained,
                    similarity: 1.0,
                };
                assert_eq!(verdicts[part], expected, "{long_words} words");
                assert_eq!(verdicts[long as usize], Verdict::Keep);
            }
        }
    }

    #[test]
    fn neighbours_in_a_row_do_not_make_one_cluster() {
        let mut chance = Chance(17);
        let all = text(&mut chance, 6_000);
        let texts: Vec<Vec<String>> =
            (0..200).map(|n| all[n * 20..n * 20 + 400].to_vec()).collect();
        let verdicts = search(&texts, 0.8);
        for (article, verdict) in verdicts.iter().enumerate() {
            if let Some(representative) = verdict.representative() {
                assert!(article.abs_diff(representative.0 as usize) <= 4, "{article}: {verdict:?}");
            }
        }
        assert!(verdicts.iter().filter(|verdict| **verdict == Verdict::Keep).count() >= 20);
    }

    #[test]
    fn words_are_runs_of_letters_in_any_case() {
        let of = |text: &str| {
            let mut hashes = Vec::new();
            words(text, &mut hashes);
            hashes
        };
        assert_eq!(of("The OLD tram, again!"), of("the old  Tram again"));
        assert_eq!(of("Été à Paris").len(), 3);
        assert_eq!(of("ÉTÉ"), of("été"));
        assert_eq!(of("北京时间").len(), 4);
        assert_eq!(of("नई दिल्ली").len(), 2);
        assert_eq!(of(" — … "), Vec::<u64>::new());
        assert_eq!(samples(&of("")), Vec::<u32>::new());
    }
}
