use super::{Mark, Page};
use crate::ledger::Reason;
use crate::segment::shape::Shape;

rule! {
    /// A link to another story set in capitals between two paragraphs.
    ///
    /// Six or more words, no closing stop, capitals throughout, a sentence directly before and
    /// after, and at most three such lines: more, or shorter ones, are the sub-heads of the article.
    /// Seen on: foxnews.com.
    CapsLink, "caps-link", [ReadMore]
}

const WORDS_MIN: usize = 6;
const LINES_MAX: usize = 3;

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let links: Vec<usize> = (page.head + 1..page.tail.min(page.len()).saturating_sub(1))
        .filter(|&i| may_be_link(page, i) && page.is_prose(i - 1) && page.is_prose(i + 1))
        .filter(|&i| page.is_plain(i) && is_in_capitals(page.text(i)))
        .collect();
    if links.len() <= LINES_MAX {
        marks.extend(links.into_iter().map(|i| Mark::remove(i, Reason::ReadMore)));
    }
}

/// What few lines between paragraphs are.
fn may_be_link(page: &Page, i: usize) -> bool {
    let facts = &page.facts[i];
    // Reckoned: nobody foresees the answers.
    let (short, apart) = (facts.width <= 160, page.article.blocks[i].gap > 0);
    !facts.sentence & short & apart
}

fn is_in_capitals(text: &str) -> bool {
    let shape = Shape::of(text);
    shape.upper >= 20 && shape.lower == 0 && shape.words >= WORDS_MIN
}
