use super::{Mark, Page};
use crate::ledger::Reason;

rule! {
    /// The numbers of an article's pages below its text: `1`, `2`, `3`, `Next >`.
    ///
    /// Bare numbers below the last paragraph go when they count up from each other or stand beside
    /// chrome. Above, numbers may number a list and stay.
    PageNumbers, "page-numbers", [GalleryCounter]
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let number = |i: usize| -> Option<u32> {
        let digits = page.facts.get(i)?.digits;
        if (1..=3).contains(&digits) { page.text(i).parse().ok() } else { None }
    };
    for i in page.tail..page.len() {
        let Some(this) = number(i) else { continue };
        let counts = number(i + 1) == Some(this + 1)
            || (i > page.tail && number(i - 1).is_some_and(|before| before + 1 == this));
        if page.facts[i].teaser.is_none() && (counts || page.has_chrome_beside(i)) {
            marks.push(Mark::remove(i, Reason::GalleryCounter));
        }
    }
}
