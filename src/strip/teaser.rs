use super::{Mark, Page, traits};
use crate::ledger::Reason;

rule! {
    /// Titles of other articles under `Most popular`, `Read also`, `Topics` and the like.
    ///
    /// Below the last sentence every title-like line under such a label goes; between sentences only
    /// the line directly under it. A sentence always ends the list.
    Teaser, "teaser", [ReadMore, Tags, Newsletter, Nav], needs traits::TEASING
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    for (i, facts) in page.facts.iter().enumerate() {
        let named = facts.byline().is_some_and(|byline| byline.sure);
        if let Some(reason) = facts.teaser
            && !named
        {
            let known = matches!(reason, Reason::ReadMore | Reason::Tags | Reason::Newsletter);
            marks.push(Mark::remove(i, if known { reason } else { Reason::Nav }));
        }
    }
}
