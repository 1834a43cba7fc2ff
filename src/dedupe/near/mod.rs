//! Near copies: finding them without comparing every pair, and measuring each one found.
//!
//! *Candidates* share samples of their texts ([`sample`]); the samples of all articles, sorted, say which
//! articles do ([`join`]). Only articles that stay are listed for later ones, so a set of equal articles costs no
//! more than others, and what an article can cost is bounded by its length.
//!
//! *Similarity* is measured on all three-word shingles of both articles ([`measure`]): twice those they
//! share, by those both have (Dice). One word in twenty changed breaks at most three shingles in twenty,
//! so it stays above 0.84; an article that shares half of its paragraphs with another stands near 0.5.
//!
//! Here articles go by their *rank*: their place in the order in which they are to stay.

pub mod join;
pub mod measure;
pub mod sample;

use hashbrown::HashMap;
use std::cmp::Reverse;
use std::num::NonZero;

use self::join::{LookUp, Needs, Recent, Shared};
pub use self::measure::{Shingles, Similarity, words};
use super::{ArticleId, Kind, Ranks, SHORT_WORDS, Verdict};

/// Share of the smaller article's samples that a candidate must hold, in percent. An article with a
/// twentieth of its words changed shares two in three, one at the threshold about half.
const SHARED_PERCENT: u64 = 25;
/// Candidates that are measured for one article: those that share most samples.
const MEASURED_MAX: usize = 8;
/// Share of its shingles that must stand in another article for one to be contained in it.
pub const CONTAINED_MIN: f64 = 0.9;
/// Words from which an article can be contained in another.
pub const CONTAINED_WORDS_MIN: usize = 50;
/// Pairs this little below the threshold are reported.
const MISS_MARGIN: f64 = 0.15;
/// Of the copies that lost their representative, as many are tried as representatives of the next.
const FREED_MAX: usize = 8;
/// Words are counted up to this many: beyond it none of the limits matters.
pub const WORDS_COUNTED: usize = 2 * SHORT_WORDS;

/// What is known of an article besides its samples. 16 bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    /// A hash of its title's key; asked for only of articles of fewer than [`WORDS_COUNTED`] words.
    pub title: u64,
    /// Its words, counted up to [`WORDS_COUNTED`].
    pub words: u8,
    /// How many samples it has, those that are the same counted each.
    pub samples: u32,
    /// One in so many places of its text was sampled.
    pub rate: u8,
}

impl Facts {
    fn words(&self) -> usize {
        usize::from(self.words)
    }

    /// Whether the article may be contained in another.
    fn is_long_enough(&self) -> bool {
        self.words() >= CONTAINED_WORDS_MIN
    }

    /// Short articles are copies only when their titles agree as well. A short one and one that is
    /// twice as long are none.
    fn may_be_copy_of(&self, other: &Facts) -> bool {
        let short = self.words().min(other.words()) < SHORT_WORDS;
        let both_counted = self.words().max(other.words()) < WORDS_COUNTED;
        !short || (both_counted && self.title == other.title)
    }
}

/// A pair a little below the threshold.
#[derive(Clone, Copy, Debug)]
pub struct Miss {
    /// An article that stays.
    pub article: ArticleId,
    /// Another that stays.
    pub other: ArticleId,
    /// What was measured.
    pub similarity: f64,
}

/// Who compares articles on their texts; `E` is what can go wrong.
pub trait Measure<E> {
    /// Compares two articles.
    ///
    /// # Errors
    /// When a text cannot be read.
    fn compare(&mut self, first: ArticleId, second: ArticleId) -> Result<Similarity, E>;

    /// Of so many articles [`Measure::ahead`] may be asked at a time; `None` from whoever has one thread,
    /// and would gain nothing.
    fn round(&self) -> Option<NonZero<usize>> {
        None
    }

    /// Does `work` on shares of `ranks`, several at a time, each with its own way to compare, and `meanwhile` on
    /// the calling thread. Returns all that comes out of `work`, in the order of the ranks.
    ///
    /// # Errors
    /// What `work` and `meanwhile` give.
    fn ahead(
        &mut self,
        ranks: &[u32],
        work: &Work<E>,
        meanwhile: Meanwhile<'_, E>,
    ) -> Result<Vec<Measured>, E>;
}

/// See [`Measure::ahead`].
pub type Work<'a, E> =
    dyn Fn(&[u32], Compare<'_, E>, &mut Vec<Measured>) -> Result<(), E> + Sync + 'a;

/// See [`Measure::ahead`].
pub type Meanwhile<'a, E> = &'a mut dyn FnMut(Compare<'_, E>) -> Result<(), E>;

/// See [`Measure::compare`].
pub type Compare<'a, E> = &'a mut dyn FnMut(ArticleId, ArticleId) -> Result<Similarity, E>;

/// A pair that was measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// An article.
    pub rank: u32,
    /// One that is listed before it.
    pub other: u32,
    /// What was measured.
    pub similarity: Similarity,
}

/// Finds near and contained copies among the articles that `verdicts` keeps, and enters them there;
/// returns the pairs a little below `threshold`.
///
/// `facts` and `shared` tell of the articles that `verdicts` keeps, by their rank. `measure` compares two
/// articles on their texts. Each duplicate was measured against its own representative; where a
/// representative is itself left out, its duplicates are measured against the one that takes its place, and
/// stay if they fail.
///
/// Articles are decided one after the other. What may be measured before an article's turn is measured in
/// rounds, where `measure` has several threads: the candidates of each article of a round among those listed
/// before the round, while the round before is decided. When its turn comes, only those listed in these two rounds
/// may be others; where there are any, its candidates are looked up again, so that it makes no difference which of
/// them were seen already. One that was seen under some of its samples only is no exception: who is a candidate
/// with fewer shared samples is one with more.
///
/// # Errors
/// What `measure` gives.
pub fn decide<E>(
    facts: Vec<(u32, Facts)>,
    shared: &Shared,
    ranks: &Ranks,
    threshold: f64,
    verdicts: &mut [Verdict],
    measure: &mut dyn Measure<E>,
) -> Result<Vec<Miss>, E> {
    let mut by_rank = vec![Facts::default(); ranks.len()];
    for (rank, of) in facts {
        by_rank[rank as usize] = of;
    }
    let lengths =
        ranks.all().map(|rank| Length::of(&by_rank[rank as usize], shared.repeated(rank)));
    let lengths: Vec<Length> = lengths.collect();
    let needs = lengths.iter().map(Length::need).collect();
    let known = Known { facts: by_rank, lengths, needs, ranks, threshold };
    let mut search = Search { known, verdicts, measure };
    let found = search.near(shared)?;
    search.contained(found.parts)?;
    search.settle()?;
    let mut misses = found.misses;
    let stays = |article: ArticleId| search.verdicts[article.0 as usize] == Verdict::Keep;
    misses.retain(|miss| stays(miss.article) && stays(miss.other));
    Ok(misses)
}

/// How long an article is, by its samples: enough to refuse most of those that share a phrase with
/// another, at one look.
#[derive(Clone, Copy)]
struct Length {
    /// Its samples, if every place were sampled.
    samples: u64,
    /// See [`Facts::rate`].
    rate: u8,
}

impl Length {
    /// That of an article that has so many samples again.
    fn of(facts: &Facts, repeated: u32) -> Length {
        let different = u64::from(facts.samples.saturating_sub(repeated));
        Length { samples: different * u64::from(facts.rate), rate: facts.rate }
    }

    /// Samples that a candidate shares at least with this article, where it is no shorter; whatever the
    /// rate of both is.
    fn need(&self) -> u8 {
        let least = (self.samples / u64::from(sample::RATE_MAX)) * SHARED_PERCENT;
        u8::try_from(least.div_ceil(100)).unwrap_or(u8::MAX)
    }
}

/// What is known of the articles, but not what becomes of them.
struct Known<'a> {
    facts: Vec<Facts>,
    lengths: Vec<Length>,
    /// See [`Length::need`].
    needs: Needs,
    ranks: &'a Ranks,
    threshold: f64,
}

struct Search<'a, E> {
    known: Known<'a>,
    verdicts: &'a mut [Verdict],
    measure: &'a mut dyn Measure<E>,
}

/// What looking for near copies finds besides them.
#[derive(Default)]
struct Found {
    parts: Vec<Part>,
    misses: Vec<Miss>,
}

/// An article most of whose shingles stand in a longer one.
#[derive(Clone, Copy)]
struct Part {
    /// Its length in shingles.
    size: usize,
    rank: u32,
    inside: f64,
    whole: u32,
}

/// Pairs that were measured before the turn of their articles, in the order of those.
#[derive(Default)]
struct Ahead(Vec<Measured>);

impl Ahead {
    fn of(&self, rank: u32) -> &[Measured] {
        let place = |behind: fn(&u32, &u32) -> bool| {
            self.0.partition_point(|measured| behind(&measured.rank, &rank))
        };
        &self.0[place(u32::lt)..place(u32::le)]
    }
}

/// Articles on their turn, one after the other.
struct Deciding<'a> {
    known: &'a Known<'a>,
    shared: &'a Shared,
    verdicts: &'a mut [Verdict],
    recent: Recent,
    room: Room,
    found: Found,
}

impl Deciding<'_> {
    /// Decides on a round of articles, which is all of them where nothing was measured ahead.
    fn decide<E>(
        &mut self,
        round: &[u32],
        ahead: Option<&Ahead>,
        compare: Compare<'_, E>,
    ) -> Result<(), E> {
        let Deciding { known, shared, verdicts, recent, room, found } = self;
        let Some(&first) = round.first() else { return Ok(()) };
        recent.begin_round(first);
        for &rank in round {
            let ahead = ahead.map(|ahead| ahead.of(rank));
            let mut best: Option<Copy> = None;
            for pair in known.pairs((shared, recent), (rank, None), ahead, room, compare)? {
                if pair.similarity.similarity >= known.threshold {
                    Copy::near(pair.other, pair.similarity).replace_if_closer(&mut best);
                } else {
                    known.look_closer(pair, found);
                }
            }
            match best {
                Some(copy) => known.enter(verdicts, rank, copy),
                None => shared.list(rank, &known.needs, recent),
            }
        }
        Ok(())
    }
}

/// What deciding on an article works with, made to be used again.
#[derive(Default)]
struct Room {
    look_up: LookUp,
    measured: Vec<Measured>,
}

impl Known<'_> {
    /// The articles that are to be measured with `rank`, with the number of samples they share: all but
    /// the one `of`.
    fn candidates<'r>(
        &self,
        shared: &Shared,
        (rank, of): (u32, Option<u32>),
        room: &'r mut LookUp,
    ) -> &'r [(u32, u32)] {
        // Whoever is a copy already may be one of an article that came later, too.
        let candidates = shared.look_up((rank, of.is_some()), &self.needs, room);
        candidates
            .retain(|&(count, other)| Some(other) != of && self.is_candidate(count, rank, other));
        candidates.sort_unstable_by_key(|&(count, other)| (Reverse(count), other));
        candidates.truncate(MEASURED_MAX);
        candidates
    }

    /// The candidates of `rank` but the one `of`, measured: those `ahead`, where no other was listed since.
    fn pairs<'r, E>(
        &self,
        (shared, recent): (&Shared, &Recent),
        asked: (u32, Option<u32>),
        ahead: Option<&'r [Measured]>,
        Room { look_up, measured }: &'r mut Room,
        compare: Compare<'_, E>,
    ) -> Result<&'r [Measured], E> {
        if let Some(ahead) = ahead {
            let rank = asked.0;
            let fresh = shared.fresh(rank, &self.needs, recent, look_up);
            if !fresh.iter().any(|&(count, other)| self.is_candidate(count, rank, other)) {
                return Ok(ahead);
            }
        }
        measured.clear();
        let before = ahead.unwrap_or_default();
        self.measure(shared, asked, before, look_up, compare, measured)?;
        Ok(measured)
    }

    /// Measures the candidates of `rank` but the one `of`, those that were measured `before` not again.
    fn measure<E>(
        &self,
        shared: &Shared,
        (rank, of): (u32, Option<u32>),
        before: &[Measured],
        room: &mut LookUp,
        compare: Compare<'_, E>,
        measured: &mut Vec<Measured>,
    ) -> Result<(), E> {
        for &(_, other) in self.candidates(shared, (rank, of), room) {
            let similarity = match before.iter().find(|pair| pair.other == other) {
                Some(pair) => pair.similarity,
                None => compare(self.ranks.article(rank), self.ranks.article(other))?,
            };
            measured.push(Measured { rank, other, similarity });
        }
        Ok(())
    }

    /// Measures the candidates of some articles before their turn, but for the one that `of` names for each.
    fn measure_ahead<E>(
        &self,
        shared: &Shared,
        ranks: &[u32],
        of: impl Fn(u32) -> Option<u32>,
        compare: Compare<'_, E>,
        measured: &mut Vec<Measured>,
    ) -> Result<(), E> {
        let mut room = LookUp::default();
        ranks.iter().try_for_each(|&rank| {
            self.measure(shared, (rank, of(rank)), &[], &mut room, compare, measured)
        })
    }

    fn verdict(&self, verdicts: &[Verdict], rank: u32) -> Verdict {
        verdicts[self.ranks.article(rank).0 as usize]
    }

    fn enter(&self, verdicts: &mut [Verdict], rank: u32, copy: Copy) {
        verdicts[self.ranks.article(rank).0 as usize] = Verdict::DuplicateOf {
            representative: self.ranks.article(copy.of),
            kind: copy.kind,
            similarity: copy.similarity,
        };
    }

    /// Enters a pair below the threshold that is worth more than nothing.
    fn look_closer(&self, pair: &Measured, found: &mut Found) {
        let &Measured { rank, other, similarity: measured } = pair;
        let Similarity { similarity, sizes: [own, others], .. } = measured;
        if similarity >= self.threshold - MISS_MARGIN {
            let (article, other) = (self.ranks.article(rank), self.ranks.article(other));
            found.misses.push(Miss { article, other, similarity });
        }
        let part = if own <= others {
            Part { size: own, rank, inside: measured.first_in_second, whole: other }
        } else {
            Part { size: others, rank: other, inside: measured.second_in_first, whole: rank }
        };
        if part.inside >= CONTAINED_MIN && self.facts[part.rank as usize].is_long_enough() {
            found.parts.push(part);
        }
    }

    /// Whether two articles that share `count` samples should be measured.
    fn is_candidate(&self, count: u32, rank: u32, other: u32) -> bool {
        let (one, two) = (self.lengths[rank as usize], self.lengths[other as usize]);
        // At the rate of both, the shorter one would have `samples / rate`, rounded down.
        let rate = u64::from(one.rate.max(two.rate).max(1));
        let most = u64::from(count) * 100 / SHARED_PERCENT;
        one.samples.min(two.samples) < (most + 1) * rate
            && self.facts[rank as usize].may_be_copy_of(&self.facts[other as usize])
    }
}

impl<E> Search<'_, E> {
    fn verdict(&self, rank: u32) -> Verdict {
        self.known.verdict(self.verdicts, rank)
    }

    fn enter(&mut self, rank: u32, copy: Copy) {
        self.known.enter(self.verdicts, rank, copy);
    }

    fn measure(&mut self, rank: u32, other: u32) -> Result<Similarity, E> {
        let ranks = self.known.ranks;
        self.measure.compare(ranks.article(rank), ranks.article(other))
    }

    /// Finds near copies, each of an article before it.
    fn near(&mut self, shared: &Shared) -> Result<Found, E> {
        let is_wanted = |rank: &u32| self.verdict(*rank) == Verdict::Keep;
        let wanted: Vec<u32> = self.known.ranks.all().filter(is_wanted).collect();
        let Search { known, verdicts, measure } = self;
        let (recent, room, found) = Default::default();
        let mut decided = Deciding { known, shared, verdicts, recent, room, found };
        if let Some(size) = measure.round() {
            let work = |ranks: &[u32], compare: Compare<'_, E>, measured: &mut Vec<Measured>| {
                known.measure_ahead(shared, ranks, |_| None, compare, measured)
            };
            let (mut round, mut ahead): (&[u32], _) = (&[], Ahead::default());
            // The last round is decided while there is nothing to measure.
            for next in wanted.chunks(size.get()).chain([&[][..]]) {
                let mut decide =
                    |compare: Compare<'_, E>| decided.decide(round, Some(&ahead), compare);
                let measured = measure.ahead(next, &work, &mut decide)?;
                (round, ahead) = (next, Ahead(measured));
            }
        } else {
            let mut compare = |first, second| measure.compare(first, second);
            decided.decide(&wanted, None, &mut compare)?;
        }
        let found = decided.found;
        self.gather(shared)?;
        Ok(found)
    }

    /// Gives each copy to the representative with most copies of all that it is similar enough to, those
    /// that came later among them: so versions of one story stay together, where some of them are
    /// similar to one representative and some to two. Of several, to the most similar.
    fn gather(&mut self, shared: &Shared) -> Result<(), E> {
        let Search { known, verdicts, measure } = self;
        let ranks = known.ranks;
        let mut copies = vec![0_u32; ranks.len()];
        let mut wanted = Vec::new();
        for rank in ranks.all() {
            if let Verdict::DuplicateOf { representative, kind, .. } = known.verdict(verdicts, rank)
            {
                copies[ranks.of(representative) as usize] += 1;
                if kind == Kind::Near {
                    wanted.push(rank);
                }
            }
        }
        // Nothing is listed any more.
        let (mut room, recent) = <(Room, Recent)>::default();
        let size = measure.round();
        for round in wanted.chunks(size.map_or(usize::MAX, NonZero::get)) {
            let of = |rank| {
                let representative = known.verdict(verdicts, rank).representative();
                representative.map(|representative| ranks.of(representative))
            };
            let work = |ranks: &[u32], compare: Compare<'_, E>, measured: &mut Vec<Measured>| {
                known.measure_ahead(shared, ranks, of, compare, measured)
            };
            let measured = match size {
                Some(_) => Some(Ahead(measure.ahead(round, &work, &mut |_| Ok(()))?)),
                None => None,
            };
            for &rank in round {
                let Verdict::DuplicateOf { representative, similarity, .. } =
                    known.verdict(verdicts, rank)
                else {
                    continue;
                };
                let of = ranks.of(representative);
                let mut best = Copy { of, kind: Kind::Near, similarity };
                let ahead = measured.as_ref().map(|ahead| ahead.of(rank));
                let mut compare = |first, second| measure.compare(first, second);
                let asked = (rank, Some(of));
                for &Measured { other, similarity, .. } in
                    known.pairs((shared, &recent), asked, ahead, &mut room, &mut compare)?
                {
                    let copy = Copy::near(other, similarity);
                    let size = |copy: Copy| copies[copy.of as usize];
                    let more = size(copy)
                        .cmp(&size(best))
                        .then(copy.similarity.total_cmp(&best.similarity));
                    if copy.similarity >= known.threshold && more.is_gt() {
                        best = copy;
                    }
                }
                if best.of != of {
                    known.enter(verdicts, rank, best);
                }
            }
        }
        Ok(())
    }

    /// Enters the articles that stand inside a longer one that stays, the longest first.
    fn contained(&mut self, mut parts: Vec<Part>) -> Result<(), E> {
        parts.sort_unstable_by_key(|part| (Reverse(part.size), part.rank, part.whole));
        for of_one in parts.chunk_by(|a, b| a.rank == b.rank) {
            let rank = of_one[0].rank;
            let mut best: Option<Copy> = None;
            if self.verdict(rank) != Verdict::Keep {
                continue;
            }
            for part in of_one {
                let root = self.root(part.whole);
                if root == part.whole {
                    Copy::contained(root, part.inside).replace_if_closer(&mut best);
                } else if root != rank {
                    // The longer article is itself left out: perhaps the one that stays for it
                    // holds this one as well.
                    let measured = self.measure(rank, root)?;
                    let is_longer = measured.sizes[0] <= measured.sizes[1];
                    if is_longer && measured.first_in_second >= CONTAINED_MIN {
                        Copy::contained(root, measured.first_in_second)
                            .replace_if_closer(&mut best);
                    }
                }
            }
            if let Some(copy) = best {
                self.enter(rank, copy);
            }
        }
        Ok(())
    }

    /// The article that stays for this one, by what is known so far.
    fn root(&self, mut rank: u32) -> u32 {
        while let Some(representative) = self.verdict(rank).representative() {
            rank = self.known.ranks.of(representative);
        }
        rank
    }

    /// What is known of the article; an exact copy is as its representative.
    fn facts_of(&self, rank: u32) -> &Facts {
        let known = match self.verdict(rank) {
            Verdict::DuplicateOf { representative, kind: Kind::Exact, .. } => {
                self.known.ranks.of(representative)
            }
            _ => rank,
        };
        &self.known.facts[known as usize]
    }

    /// Measures the copies of articles that are now left out against what stays for those. Those that
    /// fail stay: the first represents the others that are copies of it.
    fn settle(&mut self) -> Result<(), E> {
        let ranks = self.known.ranks;
        let mut freed: HashMap<u32, Vec<u32>> = HashMap::new();
        for rank in ranks.all() {
            let Some(representative) = self.verdict(rank).representative() else { continue };
            let representative = ranks.of(representative);
            let root = self.root(representative);
            if root == representative {
                continue;
            }
            let mut copy = self.copy_of(rank, root)?;
            for &other in freed.get(&root).into_iter().flatten() {
                if copy.is_none() {
                    copy = self.copy_of(rank, other)?;
                }
            }
            if let Some(copy) = copy {
                self.enter(rank, copy);
            } else {
                self.known.facts[rank as usize] = *self.facts_of(rank);
                self.verdicts[ranks.article(rank).0 as usize] = Verdict::Keep;
                let freed = freed.entry(root).or_default();
                if freed.len() < FREED_MAX {
                    freed.push(rank);
                }
            }
        }
        Ok(())
    }

    /// Whether `rank` is a copy of `other`, by their texts.
    fn copy_of(&mut self, rank: u32, other: u32) -> Result<Option<Copy>, E> {
        if !self.facts_of(rank).may_be_copy_of(self.facts_of(other)) {
            return Ok(None);
        }
        let measured = self.measure(rank, other)?;
        let is_part = measured.first_in_second >= CONTAINED_MIN
            && measured.sizes[0] <= measured.sizes[1]
            && self.facts_of(rank).is_long_enough();
        Ok(if measured.similarity >= self.known.threshold {
            Some(Copy::near(other, measured))
        } else if is_part {
            Some(Copy::contained(other, measured.first_in_second))
        } else {
            None
        })
    }
}

/// Of which article another is a copy, and how.
#[derive(Clone, Copy)]
struct Copy {
    of: u32,
    kind: Kind,
    similarity: f64,
}

impl Copy {
    fn near(of: u32, measured: Similarity) -> Copy {
        Copy { of, kind: Kind::Near, similarity: measured.similarity }
    }

    fn contained(of: u32, similarity: f64) -> Copy {
        Copy { of, kind: Kind::Contained, similarity }
    }

    /// The more similar one, and of two equally similar the one that stays first.
    fn replace_if_closer(self, best: &mut Option<Copy>) {
        let is_closer = best.is_none_or(|best| {
            self.similarity > best.similarity
                || (self.similarity >= best.similarity && self.of < best.of)
        });
        if is_closer {
            *best = Some(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::join::Sharing;
    use super::*;

    /// A row of numbers that look like chance, the same every time.
    struct Chance(u64);

    impl Chance {
        fn next(&mut self, below: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            (mixed ^ (mixed >> 31)) % below
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

    /// Compares what it holds.
    struct Sets<'a> {
        all: &'a [Shingles],
        round: Option<NonZero<usize>>,
        calls: usize,
    }

    impl Measure<()> for Sets<'_> {
        fn compare(&mut self, first: ArticleId, second: ArticleId) -> Result<Similarity, ()> {
            self.calls += 1;
            Ok(self.all[first.0 as usize].compare(&self.all[second.0 as usize]))
        }

        fn round(&self) -> Option<NonZero<usize>> {
            self.round
        }

        fn ahead(
            &mut self,
            ranks: &[u32],
            work: &Work<()>,
            meanwhile: Meanwhile<'_, ()>,
        ) -> Result<Vec<Measured>, ()> {
            let mut measured = Vec::new();
            let mut compare = |first, second| self.compare(first, second);
            // Some is measured before the round before is decided, some after.
            let (before, after) = ranks.split_at(ranks.len() / 2);
            for share in before.chunks(3) {
                work(share, &mut compare, &mut measured)?;
            }
            meanwhile(&mut compare)?;
            for share in after.chunks(3) {
                work(share, &mut compare, &mut measured)?;
            }
            Ok(measured)
        }
    }

    /// Runs the search over `texts`; the verdicts on them, the same in rounds of any length.
    fn search(texts: &[Vec<String>], threshold: f64) -> Vec<Verdict> {
        search_counting(texts, threshold, &std::cell::Cell::new(0))
    }

    fn search_counting(
        texts: &[Vec<String>],
        threshold: f64,
        calls: &std::cell::Cell<usize>,
    ) -> Vec<Verdict> {
        let (mut pairs, mut facts, mut sets) = (Vec::new(), Vec::new(), Vec::new());
        for (article, rank) in texts.iter().zip(0..) {
            let text = article.join(" ");
            let mut samples = Vec::new();
            let rate = sample::sample(text.as_bytes(), &mut samples);
            let words = u8::try_from(article.len().min(WORDS_COUNTED)).unwrap_or(u8::MAX);
            pairs.extend(samples.iter().map(|&sample| join::pair(sample, rank)));
            let count = u32::try_from(samples.len()).unwrap_or(u32::MAX);
            facts.push((rank, Facts { title: 0, words, samples: count, rate }));
            sets.push(Shingles::of(&text));
        }
        let ranks = Ranks::in_order(texts.len());
        let decide = |round: Option<usize>| {
            let mut pairs = pairs.clone();
            let mut sharing = Sharing::new(texts.len());
            let sorted = join::sort(&mut pairs);
            let kept = sharing.take(&mut pairs, sorted);
            let mut filling = sharing.filling();
            filling.fill(&pairs[..kept]);
            let mut verdicts = vec![Verdict::Keep; texts.len()];
            let mut sets = Sets { all: &sets, round: round.and_then(NonZero::new), calls: 0 };
            let shared = filling.shared();
            let found = decide(facts.clone(), &shared, &ranks, threshold, &mut verdicts, &mut sets);
            let misses: Vec<_> =
                found.iter().flatten().map(|miss| (miss.article, miss.other)).collect();
            assert!(found.is_ok());
            (verdicts, misses, sets.calls)
        };
        let (verdicts, misses, count) = decide(None);
        calls.set(count);
        for round in [1, 7, 1_000] {
            let ahead = decide(Some(round));
            assert_eq!((&ahead.0, &ahead.1), (&verdicts, &misses), "in rounds of {round}");
        }
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

    /// How often pairs of `texts` are measured.
    fn measured(texts: &[Vec<String>]) -> usize {
        let calls = std::cell::Cell::new(0);
        search_counting(texts, 0.8, &calls);
        calls.get()
    }

    #[test]
    fn what_an_article_costs_is_bounded_however_many_look_alike() {
        let mut chance = Chance(19);
        let count = 2_000;
        let shared = text(&mut chance, 120);
        let almost_equal: Vec<_> = (0..count)
            .map(|n| [&shared[..60], &[format!("own{n}")], &shared[60..]].concat())
            .collect();
        assert!(measured(&almost_equal) <= count);
        // A paragraph that stands in every article, a third of each or more.
        let one_paragraph: Vec<_> =
            (0..count).map(|_| [&shared[..], &text(&mut chance, 150)].concat()).collect();
        assert!(measured(&one_paragraph) <= count * MEASURED_MAX);
        // A phrase of a few words that stands everywhere makes no candidate.
        let one_phrase: Vec<_> =
            (0..count).map(|_| [&shared[..9], &text(&mut chance, 200)].concat()).collect();
        assert_eq!(measured(&one_phrase), 0);
    }

    #[test]
    fn copies_are_found_in_scripts_of_any_kind() {
        let mut chance = Chance(23);
        let scripts = [('а', 32, 6), ('ا', 26, 4), ('一', 900, 1), ('अ', 40, 3), ('ก', 40, 4)];
        for (first, letters, length) in scripts {
            for _ in 0..200 {
                let mut word = |_| -> String {
                    let letter = |chance: &mut Chance| {
                        u32::from(first) + u32::try_from(chance.next(letters)).unwrap_or(0)
                    };
                    (0..length).filter_map(|_| char::from_u32(letter(&mut chance))).collect()
                };
                let original: Vec<String> = (0..150).map(&mut word).collect();
                let copy = edited(&mut chance, &original);
                let verdicts = search(&[original, copy], 0.8);
                assert_eq!(verdicts[1].representative(), Some(ArticleId(0)), "{first}");
            }
        }
    }
}
