//! Which blocks of a dumped page are its article, by a trained model over many weak signals.

mod second_round;
mod signals;
mod words;

use std::sync::LazyLock;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

pub use self::second_round::read as second_round;
pub use self::signals::Reading;
use super::{Mark, Page, Rule, Take, traits};
use crate::ledger::Reason;
use crate::model::signals::Signals;
use crate::model::{self, Model};
use crate::recognize::date::Kind;

/// The weights that come with the program; the file says how they were made.
static WEIGHTS: LazyLock<Model> = LazyLock::new(|| {
    let model = Model::parse(include_str!("weights.txt"));
    model.unwrap_or_else(|error| panic!("weights.txt:{error}"))
});

/// The name of the rule.
pub const NAME: &str = "main-text";

/// Fewer loose blocks than this are no page around an article.
const LOOSE_MIN: usize = 6;
/// So many are, whatever else there is.
const LOOSE_MANY: usize = 24;
/// Else so many lines must be known chrome.
const CHROME_MIN: usize = 3;
/// Where they are not, only what is main text by a chance below this goes, of 1000. On the pages that
/// the weights are measured on, this and the two above cost two ten-thousandths of the F1; without
/// them two cases of lists lose lines.
const DOUBT: u32 = 300;

rule! {
    /// Blocks of a whole page that are not its article: menus, related stories, comments, footers.
    ///
    /// A dump of a page holds much that no list of words knows. A trained model scores each block by
    /// many weak signals: its length, punctuation, capitals, digits and function words, what the
    /// lexicon says of it, its place, its neighbours, the prose around it, the words that it shares
    /// with the title and with the rest of the text. The rule speaks up only on a page with six or
    /// more lines that are neither sentences nor known chrome, and keeps those blocks that make the
    /// expected F1 of the words kept the highest; where no chrome is known, it takes what is hardly
    /// main text.
    ///
    /// `explain` names the signals that decided; `--model FILE` takes other weights than the built-in
    /// ones, whose file says how they were made and how good they are.
    MainText, "main-text", [
        Nav, ReadMore, ShareBar, CommentPrompt, Newsletter, Tags, Copyright, CookieBanner, Timestamp,
        AdMarker, MediaPlaceholder, SectionLabel, CaptionRepeat
    ], needs traits::JUDGED
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let Some(judged) = &page.main_text else { return };
    let kept = keep(page, &judged.scores, &judged.words);
    let reasons = reasons(page, &kept);
    let mut captions: HashMap<&str, usize> = HashMap::new();
    for (i, reason) in reasons.into_iter().enumerate() {
        let pictured = page.facts[i].caption
            || (judged.captions[i] && page.is_plain(i) && is_lettered(page.text(i)));
        let gone = !kept[i] && Some(i) != page.title;
        marks.extend(match (gone, pictured) {
            (false, _) => None,
            (true, false) => Some(Mark::remove(i, reason)),
            (true, true) => Some(match captions.entry(page.single(i)) {
                Entry::Occupied(first) => Mark::repeat(i, Reason::CaptionRepeat, *first.get()),
                Entry::Vacant(place) => {
                    place.insert(i);
                    Mark::field(i, Take::Caption)
                }
            }),
        });
    }
}

/// What a model makes of the blocks of a page.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The signals that it was told.
    pub signals: Signals,
    /// The score of each block as main text, in thousandths of a logit.
    pub scores: Vec<i32>,
    /// Whether a block that is not main text is the caption of a picture.
    pub captions: Vec<bool>,
    /// The number of words of each block.
    pub words: Vec<u32>,
}

/// The weights that come with the program.
#[must_use]
pub fn built_in() -> &'static Model {
    &WEIGHTS
}

/// Reads `page` with `model`, when it is a whole page: finds its title and judges its blocks.
pub(super) fn read(page: &mut Page, model: &Model) {
    if !may_be_page(page) {
        return;
    }
    let mut reading = Reading::of(page, &model.words);
    let scores = model.first.score(&reading.signals);
    second_round(&mut reading.signals, &scores, &reading.counts);
    if states_title(page) {
        let title = title(page, &model.title.score(&reading.signals));
        if title != page.title {
            page.set_title(title);
            reading.read_title(page, &model.words);
        }
    }
    let Reading { signals, counts, .. } = reading;
    let scores = model.second.score(&signals);
    let captions = model.caption.score(&signals).iter().map(|&score| score > 0).collect();
    page.main_text = Some(Judged { signals, scores, captions, words: counts });
}

/// Whether the title, if there is one, is a block of the text.
#[must_use]
pub fn states_title(page: &Page) -> bool {
    page.article.fields.title.is_none() && page.article.header_blocks == 0
}

/// The title by the `scores` of all blocks as one: the best, if it is good enough; of equal lines
/// the last, which stands next to the text. Else the line that the rules take for it, if the scores
/// do not speak against it.
#[must_use]
pub fn title(page: &Page, scores: &[i32]) -> Option<usize> {
    let chance = |i: usize| model::permille(scores[i]);
    let lettered = (0..scores.len()).filter(|&i| is_lettered(page.text(i)));
    let best = lettered.max_by_key(|&i| (scores[i], std::cmp::Reverse(i)))?;
    if chance(best) < TITLE_LIKELY {
        return page.title.filter(|&title| chance(title) >= TITLE_POSSIBLE);
    }
    // Verse may say its title again and again.
    if page.title.is_some_and(|title| page.text(title) == page.text(best)) {
        return page.title;
    }
    let again = |&i: &usize| page.text(i) == page.text(best) && chance(i) >= TITLE_LIKELY;
    (best..scores.len()).rev().find(again)
}

/// Chance from which a block is the title, of 1000.
const TITLE_LIKELY: u32 = 250;
/// Chance from which the line that looks like the title to the rules is it.
const TITLE_POSSIBLE: u32 = 50;

fn is_lettered(text: &str) -> bool {
    text.contains(char::is_alphabetic)
}

/// Whether there may be a page around the article.
fn may_be_page(page: &Page) -> bool {
    loose(page, LOOSE_MIN) >= LOOSE_MIN
}

/// Whether there surely is one: known chrome among the lines, or very many lines. A list of results
/// has neither.
fn is_surely_page(page: &Page) -> bool {
    let chrome = (0..page.len()).filter(|&i| page.facts[i].hit.is_some());
    chrome.take(CHROME_MIN).count() >= CHROME_MIN || loose(page, LOOSE_MANY) >= LOOSE_MANY
}

/// How many blocks are neither sentences nor known chrome, counted up to `most`.
fn loose(page: &Page, most: usize) -> usize {
    (0..page.len()).filter(|&i| page.is_loose(i)).take(most).count()
}

/// The blocks to keep: those of the highest scores, down to where the expected F1 of the words kept
/// is the highest.
///
/// With `p` the chance that a word is of the article, a choice of words has the expected F1 of about
/// `2 * sum(p of the chosen) / (number chosen + sum(p of all))`, and the best choice is one of those
/// that take the likeliest first (Nan Ye et al. 2012, arXiv:1206.4625).
fn keep(page: &Page, scores: &[i32], words: &[u32]) -> Vec<bool> {
    let weigh = |i: usize| {
        let counted = Some(i) != page.title && !page.is_chrome(i);
        if counted { words[i].max(1).into() } else { 0 }
    };
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by_key(|&i| (-scores[i], i));
    let chances: Vec<u32> = scores.iter().map(|&score| model::permille(score)).collect();
    let weights: Vec<u64> = (0..scores.len()).map(weigh).collect();
    let likely = |i: usize| u64::from(chances[i]) * weights[i];
    let all: u64 = (0..scores.len()).map(likely).sum();
    let (mut right, mut chosen) = (0, 0);
    let (mut best, mut last) = ((0_u64, 1_u64), 0);
    for (n, &i) in order.iter().enumerate() {
        right += likely(i);
        chosen += weights[i] * 1000;
        let of = chosen + all;
        if u128::from(right) * u128::from(best.1) >= u128::from(best.0) * u128::from(of.max(1)) {
            (best, last) = ((right, of.max(1)), n);
        }
    }
    let mut kept = vec![false; scores.len()];
    for &i in order.iter().take(last + 1) {
        kept[i] = true;
    }
    if !is_surely_page(page) {
        for (kept, &chance) in kept.iter_mut().zip(&chances) {
            *kept |= chance >= DOUBT;
        }
    }
    kept
}

/// What each block would be that is no part of the article, as far as can be told: what its own words
/// say, else what the last label above it says that has others below it, else part of a menu.
fn reasons(page: &Page, kept: &[bool]) -> Vec<Reason> {
    let mut under = Reason::Nav;
    let one = |(i, kept): (usize, &bool)| {
        let facts = &page.facts[i];
        if *kept {
            under = Reason::Nav;
        }
        let said = facts.hit.as_ref().map(|hit| hit.reason).or(facts.teaser);
        let said = said.filter(|reason| MainText.reasons().contains(reason));
        if let Some(reason) = said.filter(|reason| HEADINGS.contains(reason)) {
            under = reason;
        }
        let dated = facts.date().is_some_and(|date| date.kind != Kind::Time);
        said.unwrap_or(if dated { Reason::Timestamp } else { under })
    };
    kept.iter().enumerate().map(one).collect()
}

/// Classes whose labels stand above lines of their kind.
const HEADINGS: &[Reason] = &[
    Reason::ReadMore,
    Reason::CommentPrompt,
    Reason::Newsletter,
    Reason::Tags,
    Reason::CookieBanner,
];
