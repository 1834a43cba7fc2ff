use super::{Mark, Page, traits};
use crate::ledger::Reason;

rule! {
    /// A bare number of views, shares or comments between the title and the body.
    ///
    /// Three digits or more that are no year, or a share bar, a date or a counter beside it; smaller numbers may
    /// number the items of a list. Below the first paragraph bare numbers are data and stay.
    CountMarker, "count-marker", [CountMarker], needs traits::NUMBERED
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let first = page.title.map_or(0, |title| title + 1);
    for i in first..page.head.min(page.len()) {
        let digits = page.facts[i].digits;
        let year = digits == 4 && page.text(i).starts_with(['1', '2']);
        let stands = (digits >= 3 && !year) || page.has_chrome_beside(i);
        let item = page.text(i) == "1";
        if digits > 0 && stands && !item && (page.title.is_some() || i > 0) {
            marks.push(Mark::remove(i, Reason::CountMarker));
        }
    }
}
