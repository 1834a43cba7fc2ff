//! Deciding which articles are copies. Pure: what is known of each article in, verdicts out, the same
//! for any number of threads.

pub mod near;

use std::cmp::Reverse;

use crate::fingerprint::Digest;
use crate::options::Keep;

/// The position of an article among all articles of a run, in input order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleId(pub u32);

/// Articles of a run at most: lists of near copies keep the upper bit of a number for themselves.
pub const ARTICLES_MAX: u32 = 1 << 31;

/// What deciding needs of one article, and its fingerprint. 64 bytes, as an `Option` has.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Equal for articles that are exact copies; see [`exact_key`].
    pub key: u128,
    /// The rest of its fingerprint, where the key is the first half of that.
    pub rest: Option<[u8; 16]>,
    /// Bytes of its text.
    pub bytes: u64,
    /// Grows with the date of publication; `i64::MIN` where there is none.
    pub published: i64,
    /// Tells exact copies apart by what they are, not by where they stand in the input.
    pub tie: u64,
}

/// What comes first is to stay.
type Worth = (Reverse<u64>, Reverse<i64>, u128, u64, u32);

const _: () = assert!(size_of::<Option<Candidate>>() <= 64);

impl Candidate {
    /// The article's fingerprint; `None` where its key is not made of that alone.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Digest> {
        let mut digest = [0; 32];
        let (key, rest) = digest.split_at_mut(16);
        key.copy_from_slice(&self.key.to_le_bytes());
        rest.copy_from_slice(&self.rest?);
        Some(Digest(digest))
    }

    /// How much `keep` wants this article, the one with the number `index`, to stay. Where `keep` goes
    /// by content, so does what decides between equals: the choice is the same for any order of the
    /// input.
    fn worth(&self, keep: Keep, index: u32) -> Worth {
        let by_content = |longest, newest| (longest, newest, self.key, self.tie, index);
        match keep {
            Keep::First => (Reverse(0), Reverse(0), 0, 0, index),
            Keep::Longest => by_content(Reverse(self.bytes), Reverse(0)),
            Keep::Newest => by_content(Reverse(0), Reverse(self.published)),
        }
    }
}

/// The order in which articles are to stay: an article's rank is its place in it.
#[derive(Debug)]
pub struct Ranks {
    order: Vec<ArticleId>,
    /// By article.
    ranks: Vec<u32>,
}

impl Ranks {
    /// Orders the articles by what `keep` wants; rejected ones have no rank.
    #[must_use]
    pub fn new(candidates: &[Option<Candidate>], keep: Keep) -> Ranks {
        let present = candidates.iter().zip(0_u32..);
        let mut order: Vec<u32> =
            present.filter(|(candidate, _)| candidate.is_some()).map(|(_, index)| index).collect();
        if keep != Keep::First {
            let worth = |index: u32| {
                candidates[index as usize].as_ref().map(|candidate| candidate.worth(keep, index))
            };
            order.sort_unstable_by_key(|&index| worth(index));
        }
        let mut ranks = vec![u32::MAX; candidates.len()];
        for (&index, rank) in order.iter().zip(0..) {
            ranks[index as usize] = rank;
        }
        Ranks { order: order.into_iter().map(ArticleId).collect(), ranks }
    }

    /// The ranks of so many articles, none rejected, that are to stay in the order in which they came.
    #[must_use]
    pub fn in_order(articles: usize) -> Ranks {
        let ranks: Vec<u32> = (0..).take(articles).collect();
        Ranks { order: ranks.iter().copied().map(ArticleId).collect(), ranks }
    }

    /// Number of articles that have a rank.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether no article has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Every rank, the first first.
    pub fn all(&self) -> impl Iterator<Item = u32> + use<> {
        (0..).take(self.order.len())
    }

    /// The article of this rank.
    #[must_use]
    pub fn article(&self, rank: u32) -> ArticleId {
        self.order[rank as usize]
    }

    /// The rank of `article`; one that was rejected has none.
    #[must_use]
    pub fn of(&self, article: ArticleId) -> u32 {
        self.ranks[article.0 as usize]
    }
}

/// How a duplicate says what its representative says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With the same fingerprint.
    Exact,
    /// With a similarity at or above the threshold.
    Near,
    /// As a part of it.
    Contained,
}

/// What becomes of an article.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It is written.
    Keep,
    /// It says the same as another, which is kept.
    DuplicateOf {
        /// The one that is kept.
        representative: ArticleId,
        /// In which way.
        kind: Kind,
        /// What was measured: the similarity, or for [`Kind::Contained`] the containment.
        similarity: f64,
    },
}

impl Verdict {
    /// The article it copies, if it is a copy.
    #[must_use]
    pub fn representative(self) -> Option<ArticleId> {
        match self {
            Verdict::Keep => None,
            Verdict::DuplicateOf { representative, .. } => Some(representative),
        }
    }
}

/// Words below which two articles are copies only if their titles agree as well: a single common
/// sentence is no article.
pub const SHORT_WORDS: usize = 30;

/// The key by which exact copies find each other: half of the article's fingerprint, and what [`Candidate::rest`]
/// has of it. Of an article of fewer than [`SHORT_WORDS`] words it is made of the fingerprint and its title's digest.
#[must_use]
pub fn exact_key(
    fingerprint: Digest,
    words: usize,
    title: Option<Digest>,
) -> (u128, Option<[u8; 16]>) {
    let (mut half, mut rest) = ([0; 16], [0; 16]);
    if words < SHORT_WORDS {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&fingerprint.0);
        hasher.update(&title.map_or([0; 32], |title| title.0));
        half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        return (u128::from_le_bytes(half), None);
    }
    half.copy_from_slice(&fingerprint.0[..16]);
    rest.copy_from_slice(&fingerprint.0[16..]);
    (u128::from_le_bytes(half), Some(rest))
}

/// One verdict an article: of those with the same key `keep` chooses the one that stays. `None` takes no
/// part (an article that was rejected late).
///
/// Sorts 20 bytes an article: linear in memory, and equal keys cost no more than others.
#[must_use]
pub fn decide(candidates: &[Option<Candidate>], keep: Keep) -> Vec<Verdict> {
    let mut order: Vec<(u128, u32)> = candidates
        .iter()
        .zip(0_u32..)
        .filter_map(|(candidate, index)| Some((candidate.as_ref()?.key, index)))
        .collect();
    order.sort_unstable();
    let mut verdicts = vec![Verdict::Keep; candidates.len()];
    for group in order.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let worth = |index: u32| {
            candidates[index as usize].as_ref().map(|candidate| candidate.worth(keep, index))
        };
        let best = group.iter().map(|&(_, index)| index).min_by_key(|&index| worth(index));
        for &(_, index) in group {
            if let Some(best) = best.filter(|&best| best != index) {
                let representative = ArticleId(best);
                verdicts[index as usize] =
                    Verdict::DuplicateOf { representative, kind: Kind::Exact, similarity: 1.0 };
            }
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_kept_where_the_key_is_its_half() {
        let mut bytes = [0; 32];
        (0..).zip(&mut bytes).for_each(|(number, byte)| *byte = number);
        let digest = Digest(bytes);
        let of = |words| {
            let (key, rest) = exact_key(digest, words, None);
            Candidate { key, rest, bytes: 0, published: 0, tie: 0 }.fingerprint()
        };
        assert_eq!(of(SHORT_WORDS), Some(digest));
        assert_eq!(of(SHORT_WORDS - 1), None);
    }
}
