//! Learns what single words say: naive Bayes, each word by the blocks that hold it.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "counts and bounded figures"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use copydesk::model::words::{Folded, Words, text_of};

use crate::pages::LabelledPage;
use crate::train::Example;

/// Domains whose pages must hold a word: names of one site say nothing of others.
const DOMAINS_MIN: usize = 6;
/// Tenths of a logit that a word must say.
const SAYS_MIN: f64 = 5.0;
/// Weight of a prior that a word says nothing, in weights of blocks.
const PRIOR: f64 = 4.0;

/// The text of each word of `pages`, by its hash.
pub(crate) fn texts(pages: &[&LabelledPage]) -> HashMap<u32, String> {
    let mut texts = HashMap::new();
    for word in pages.iter().flat_map(|page| page.dump.text.split_whitespace()) {
        let hash = Folded::of(word).hash;
        texts.entry(hash).or_insert_with(|| text_of(word));
    }
    texts
}

/// Learns from the examples that are `wanted`.
pub(crate) fn learn(
    examples: &[Example],
    texts: &HashMap<u32, String>,
    wanted: impl Fn(&Example) -> bool,
) -> Words {
    #[derive(Default)]
    struct Seen<'e> {
        kept: f64,
        all: f64,
        domains: BTreeSet<&'e str>,
    }
    let mut seen: BTreeMap<u32, Seen> = BTreeMap::new();
    let (mut kept, mut all) = (0.0, 0.0);
    let labelled = |example: &&Example| wanted(example) && example.page.is_dumped();
    for example in examples.iter().filter(labelled) {
        for (i, (&target, &weight)) in
            example.kept.values.iter().zip(&example.kept.weights).enumerate()
        {
            // In one order, so that sums come out the same.
            let mut words = example.reading.words(i).to_vec();
            words.sort_unstable();
            words.dedup();
            // A long block says no more than a short one, word by word.
            let share = weight / (words.len().max(1) as f64).sqrt();
            for word in words {
                let seen = seen.entry(word).or_default();
                seen.kept += share * target;
                seen.all += share;
                seen.domains.insert(&example.page.domain);
                kept += share * target;
                all += share;
            }
        }
    }
    let prior = kept / f64::max(all, 1e-9);
    let base = (prior / (1.0 - prior)).ln();
    let mut words = Words::default();
    for (hash, Seen { kept, all, domains }) in seen {
        let odds = (kept + PRIOR * prior) / (all - kept + PRIOR * (1.0 - prior));
        let says = (odds.ln() - base) * 10.0;
        if let Some(text) = texts.get(&hash)
            && domains.len() >= DOMAINS_MIN
            && says.abs() >= SAYS_MIN
            && text.chars().any(char::is_alphabetic)
        {
            words.add(text, says.round().clamp(-60.0, 60.0) as i8);
        }
    }
    words
}
