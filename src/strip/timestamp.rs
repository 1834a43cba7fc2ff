use super::{Mark, Page, traits};
use crate::ledger::Reason;
use crate::recognize::date::Kind;

rule! {
    /// A line that is only the date of publication or change, as `Updated 29 December 2019`.
    ///
    /// Also `Stand: 14.03.2024, 09:12 Uhr` and `3 hours ago`. It goes above the body and, when it says what it is, below it; its value fills `published`.
    /// Dates between paragraphs order a timeline and stay, and then a bare date above the first one
    /// stays too. Times alone (`10 p.m.`) order a live blog and are never touched. Relative times go
    /// anywhere: none of 156 was text.
    Timestamp, "timestamp", [Timestamp], needs traits::DATED
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let bare = |i: usize| {
        let date = page.facts[i].date();
        date.is_some_and(|date| date.kind == Kind::Date && !date.labelled)
    };
    let timeline = (page.head..page.tail).any(bare);
    for (i, facts) in page.facts.iter().enumerate() {
        let Some(date) = facts.date() else { continue };
        let goes = match date.kind {
            Kind::Time => false,
            Kind::Relative => true,
            Kind::Date if i < page.head => date.labelled || !timeline,
            Kind::Date => i >= page.tail && (date.labelled || page.has_chrome_beside(i)),
        };
        if goes {
            marks.push(Mark::remove(i, Reason::Timestamp));
        }
    }
}
