//! The signals of the second round: what the first made of the blocks around each.

use super::signals::{Groups, Sums, distances};
use crate::model::permille;
use crate::model::signals::{Signal, Signals, byte, scaled, share};

/// Chance above which a block is likely, of 1000.
const LIKELY: u32 = 500;
/// Unlikely blocks in a row that end a run of likely ones.
const HOLE: usize = 2;

/// Adds to `signals` those of the second round. `scores` are those of the first, `words` the words
/// of each block.
pub fn read(signals: &mut Signals, scores: &[i32], words: &[u32]) {
    let blocks = scores.len();
    let chances: Vec<u32> = scores.iter().map(|&score| permille(score)).collect();
    let level = |score: i32| byte(u32::try_from(score / 40 + 128).unwrap_or(0)).min(254);
    signals.fill(Signal::Score, |i| level(scores[i]));
    let (above, below) = (Signal::ScoreM1, Signal::ScoreP1);
    let (above_2, below_2) = (Signal::ScoreM2, Signal::ScoreP2);
    signals.shift(Signal::Score, [(above, -1), (below, 1), (above_2, -2), (below_2, 2)]);
    let chance = Sums::of(&chances, |&chance| chance);
    let mean = |sum: u32, of: u32| byte(sum / of * 255 / 1000);
    chance.beside::<3>(signals, mean, Signal::LikelyAbove3, Signal::LikelyBelow3);
    chance.beside::<10>(signals, mean, Signal::LikelyAbove10, Signal::LikelyBelow10);
    // Of a longer block so many words count.
    let weights: Vec<u32> = words.iter().map(|&words| words.clamp(1, 120)).collect();
    let each: Vec<(u32, u32)> =
        weights.iter().zip(&chances).map(|(&words, &chance)| (words, words * chance)).collect();
    let all = Sums::of(&each, |each| each.0);
    let likely = Sums::of(&each, |each| each.1 / 16);
    for (signal, reach) in [(Signal::LikelyWords5, 5), (Signal::LikelyWords20, 20)] {
        signals.fill(signal, |i| {
            let (start, end) = (i.saturating_sub(reach), i + reach + 1);
            share(likely.between(start, end), all.between(start, end) * 62)
        });
    }
    let sum = likely.between(0, blocks);
    signals.fill(Signal::LikelyWordsAbove, |i| share(likely.between(0, i), sum));
    signals.fill(Signal::LikelyWordsBelow, |i| share(likely.between(i + 1, blocks), sum));
    signals.fill_with(Signal::PageLikely, share(sum, all.between(0, blocks).saturating_mul(62)));
    signals.fill_with(Signal::PageLikelyWords, scaled(sum / 62));
    let (above, below) = (Signal::LikelyDistanceAbove, Signal::LikelyDistanceBelow);
    let told: Vec<usize> = (0..blocks).filter(|&i| chances[i] > LIKELY).collect();
    distances(signals, &told, above, below);
    runs(signals, &chances, &weights);
    alike(signals, &chances);
}

/// Runs of likely blocks with single unlikely ones between.
fn runs(signals: &mut Signals, chances: &[u32], weights: &[u32]) {
    let mut start = 0;
    while start < chances.len() {
        let (mut end, mut hole, mut words) = (start, 0, 0);
        while end < chances.len() && hole <= HOLE {
            let likely = chances[end] > LIKELY;
            hole = if likely { 0 } else { hole + 1 };
            words += if likely { weights[end] } else { 0 };
            end += 1;
        }
        for i in start..end {
            signals.set(Signal::LikelyRun, i, scaled(words));
        }
        start = end;
    }
}

/// What the first round made of the blocks of the same look: a list is kept or goes as a whole.
fn alike(signals: &mut Signals, chances: &[u32]) {
    let looks: Vec<u32> = (0..chances.len())
        .map(|i| {
            let of = |signal: Signal| signals.get(signal, i);
            let of_text = [of(Signal::Ending) << 4 | of(Signal::Opening), of(Signal::Width) / 6];
            let of_place = [of(Signal::Indent), of(Signal::GapAbove).min(2)];
            u32::from_le_bytes([of_text[0], of_text[1], of_place[0], of_place[1]])
        })
        .collect();
    let groups = Groups::of(looks.into_iter());
    let mut sums = vec![(0, 0); groups.count];
    for (&group, chance) in groups.of.iter().zip(chances) {
        let (sum, count) = &mut sums[group];
        (*sum, *count) = (*sum + chance, *count + 1);
    }
    signals.fill(Signal::LikelyAlike, |i| {
        let (sum, count): (u32, u32) = sums[groups.of[i]];
        // The mean of the others.
        let others = (sum - chances[i]) / (count - 1).max(1);
        if count > 1 { byte(others * 250 / 1000) } else { 255 }
    });
}
