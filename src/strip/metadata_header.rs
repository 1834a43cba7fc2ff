use super::page::header_value;
use super::{Mark, Page, Take, traits};
use crate::ledger::Reason;
use crate::lexicon::Strength;

rule! {
    /// Lines of a metadata header: `Title: ...`, `URL: ...`, `Date: ...`, `News code: ...`.
    ///
    /// A header above an article fills the article's fields; its title line becomes the title, the
    /// others are removed. A single `Date:` line in a press release is no header: it takes two lines
    /// with different keys, one of them a title or an address. Numbers that a site files its pages
    /// under go above and below the body.
    MetadataHeader, "metadata-header", [MetadataHeader], needs traits::HEADED | traits::class(Reason::MetadataHeader)
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    for i in 0..page.article.header_blocks {
        // Of two title lines the first one fills the field.
        if page.title == Some(i) && header_value(page.article, i).is_some() {
            marks.push(Mark::field(i, Take::Title));
        } else {
            marks.push(Mark::remove(i, Reason::MetadataHeader));
        }
    }
    for &i in &page.hits {
        let Some(hit) = &page.facts[i].hit else { continue };
        let place = hit.strength == Strength::Always || page.at_edge(i);
        if hit.reason == Reason::MetadataHeader && place {
            marks.push(Mark::remove(i, Reason::MetadataHeader));
        }
    }
}
