//! Deciding which articles are copies. Pure: what is known of each article in, verdicts out, the same
//! for any number of threads.

use crate::fingerprint::Digest;
use crate::options::Keep;

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

/// What becomes of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is written.
    Keep,
    /// It says the same as this one, which is kept.
    DuplicateOf(ArticleId),
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
        let rank = |index: u32| {
            let candidate = candidates[index as usize].as_ref();
            let value = candidate.map_or(i64::MIN, |candidate| match keep {
                Keep::First => 0,
                Keep::Longest => i64::try_from(candidate.bytes).unwrap_or(i64::MAX),
                Keep::Newest => candidate.published,
            });
            (value, std::cmp::Reverse(index))
        };
        let best = group.iter().map(|&(_, index)| index).max_by_key(|&index| rank(index));
        for &(_, index) in group {
            if let Some(best) = best.filter(|&best| best != index) {
                verdicts[index as usize] = Verdict::DuplicateOf(ArticleId(best));
            }
        }
    }
    verdicts
}
