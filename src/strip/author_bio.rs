use super::{Mark, Page};
use crate::ledger::Reason;
use crate::lexicon::Strength;
use crate::recognize::byline::{is_author_role, is_name};

rule! {
    /// What the author is: `Opinion Columnist` under the byline, `Jane Doe is a freelance writer`
    /// below the text.
    ///
    /// A role goes only directly below a byline above the body, a description only below the body.
    AuthorBio, "author-bio", [AuthorBio]
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    for i in 0..page.len() {
        let facts = &page.facts[i];
        if let Some(hit) = &facts.hit {
            let place = hit.strength == Strength::Always || page.at_edge(i);
            if hit.reason == Reason::AuthorBio && place {
                marks.push(Mark::remove(i, Reason::AuthorBio));
            }
        } else if i > 0 && i < page.head && !facts.sentence && is_author_role(page.text(i)) {
            let above = &page.facts[i - 1];
            if above.byline.is_some() || is_name(page.text(i - 1)) {
                marks.push(Mark::remove(i, Reason::AuthorBio));
            }
        }
    }
}
