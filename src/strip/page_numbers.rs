use super::{Mark, Page, traits};
use crate::ledger::Reason;

rule! {
    /// The numbers of an article's pages below its text: `1`, `2`, `3`, `Next >`.
    ///
    /// Bare numbers below the last paragraph go when they count up from one or stand beside chrome. Above, numbers may number a list and stay.
    PageNumbers, "page-numbers", [GalleryCounter], needs traits::NUMBERED
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let number = |i: usize| -> Option<u32> {
        let digits = page.facts.get(i)?.digits;
        if (1..=3).contains(&digits) { page.text(i).parse().ok() } else { None }
    };
    for i in page.tail..page.len() {
        let Some(this) = number(i) else { continue };
        // The pages of an article count from one.
        let first = i.checked_sub(this as usize - usize::from(this > 0)).unwrap_or(usize::MAX);
        let run = |from: usize| (0_u32..this).all(|n| number(from + n as usize) == Some(n + 1));
        let counts = first >= page.tail && run(first) && (this > 1 || number(i + 1) == Some(2));
        if page.facts[i].teaser.is_none() && (counts || page.has_chrome_beside(i)) {
            marks.push(Mark::remove(i, Reason::GalleryCounter));
        }
    }
}
