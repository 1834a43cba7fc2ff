use super::{Mark, Page};
use crate::ledger::Reason;
use crate::segment::is_size_control;

rule! {
    /// The control for the size of the letters: `TT`, `A A` or `A- A+`.
    ///
    /// Often the current size, as `20`, stands on the next line and goes with it. It goes only where such a control stands: below the title, above the body, and next to
    /// something else that a page puts there (a picture's caption, a date, a byline, the title
    /// again). A lone number may be an item, a score or a year; `TT` may be a race and `AA` an
    /// agency. Seen on: aawsat.com (ten pages, one with a number), amwaj.ca, bilgesam.org.
    TextSizeWidget, "text-size-widget", [TextSizeWidget]
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let first = page.title.map_or(0, |title| title + 1);
    let has_title = page.title.is_some() || page.article.fields.title.is_some();
    for i in first..page.head.min(page.len()) {
        if !has_title || !is_size_control(page.text(i)) {
            continue;
        }
        let furniture = |j: usize| {
            let facts = &page.facts[j];
            facts.caption || page.is_chrome(j) || facts.byline().is_some() || page.repeats_title(j)
        };
        if !(first..page.head).any(|j| j != i && furniture(j)) {
            continue;
        }
        marks.push(Mark::remove(i, Reason::TextSizeWidget));
        let next = i + 1;
        if next < page.len()
            && page.article.blocks[next].gap == 0
            && (1..=3).contains(&page.facts[next].digits)
        {
            marks.push(Mark::remove(next, Reason::TextSizeWidget));
        }
    }
}
