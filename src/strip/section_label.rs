use super::{Mark, Page, traits};
use crate::ledger::Reason;

rule! {
    /// The name of the section above the title: `Opinion`, `World`, `Dancing`.
    ///
    /// Above the title any plain line of up to three words is one; between title and body only a
    /// word that is known as the name of a section. Below the first paragraph such a line is a
    /// sub-head and stays.
    SectionLabel, "section-label", [SectionLabel], needs traits::OVERLINE | traits::class(Reason::SectionLabel)
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let title = page.title.unwrap_or(0);
    for (i, facts) in page.facts.iter().enumerate().take(page.head.max(title)) {
        let known = facts.hit.as_ref().is_some_and(|hit| hit.reason == Reason::SectionLabel);
        let plain = i < title
            && facts.width <= 40
            && page.text(i).split_whitespace().nth(3).is_none()
            && page.is_plain(i)
            && !facts.sentence
            && facts.date().is_none()
            && !page.repeats_title(i);
        if Some(i) != page.title && (plain || (known && (i < title || page.has_chrome_beside(i)))) {
            marks.push(Mark::remove(i, Reason::SectionLabel));
        }
    }
}
