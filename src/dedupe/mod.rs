//! Deciding which articles are copies. Pure: what is known of each article in, verdicts out, the same
//! for any number of threads.

pub mod near;

use std::cmp::Reverse;

use crate::fingerprint::Digest;
use crate::options::Keep;

/// How much `keep` wants an article to stay.
fn worth(candidate: Option<&Candidate>, keep: Keep) -> i64 {
    candidate.map_or(i64::MIN, |candidate| match keep {
        Keep::First => 0,
        Keep::Longest => i64::try_from(candidate.bytes).unwrap_or(i64::MAX),
        Keep::Newest => candidate.published,
    })
}

/// The articles that `verdicts` keeps, those that `keep` wants to stay first.
#[must_use]
pub fn order(candidates: &[Option<Candidate>], verdicts: &[Verdict], keep: Keep) -> Vec<ArticleId> {
    let mut order: Vec<u32> = (0_u32..)
        .zip(candidates.iter().zip(verdicts))
        .filter(|(_, (candidate, verdict))| candidate.is_some() && **verdict == Verdict::Keep)
        .map(|(index, _)| index)
        .collect();
    order.sort_by_key(|&index| Reverse(worth(candidates[index as usize].as_ref(), keep)));
    order.into_iter().map(ArticleId).collect()
}

/// The position of an article among all articles of a run, in input order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleId(pub u32);

/// What deciding needs of one article. 40 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Equal for articles that are exact copies; see [`exact_key`].
    pub key: u128,
    /// Bytes of its text.
    pub bytes: u64,
    /// Grows with the date of publication; `i64::MIN` where there is none.
    pub published: i64,
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

/// The key by which exact copies find each other: the article's fingerprint, and for an article of
/// fewer than [`SHORT_WORDS`] words its title's digest with it.
#[must_use]
pub fn exact_key(fingerprint: Digest, words: usize, title: Option<Digest>) -> u128 {
    let mut half = [0; 16];
    if words < SHORT_WORDS {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&fingerprint.0);
        hasher.update(&title.map_or([0; 32], |title| title.0));
        half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    } else {
        half.copy_from_slice(&fingerprint.0[..16]);
    }
    u128::from_le_bytes(half)
}

/// One verdict an article: of those with the same key `keep` chooses the one that stays, the earlier
/// one where it sees no difference. `None` takes no part (an article that was rejected late).
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
        let rank = |index: u32| (worth(candidates[index as usize].as_ref(), keep), Reverse(index));
        let best = group.iter().map(|&(_, index)| index).max_by_key(|&index| rank(index));
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
