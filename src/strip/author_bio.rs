use super::{Mark, Page};
use crate::ledger::Reason;
use crate::lexicon::Strength;
use crate::recognize::byline::{is_author_role, is_name};

rule! {
    /// What the author is: `Opinion Columnist`, `Jane Doe is a freelance writer`.
    ///
    /// A role goes only directly below a byline above the body; a description only below the body, or
    /// as its last paragraph when it starts with the name of the byline.
    AuthorBio, "author-bio", [AuthorBio]
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let is_said = |&&i: &&usize| {
        page.facts[i].hit.as_ref().is_some_and(|hit| hit.reason == Reason::AuthorBio)
    };
    // Behind the head only the words of a line say so.
    let end = page.hits.iter().rfind(is_said).map_or(0, |last| last + 1);
    for i in 0..end.max(page.head) {
        let facts = &page.facts[i];
        let may_be_role = i > 0 && i < page.head && !facts.sentence;
        let is_role = || may_be_role && is_author_role(page.text(i));
        // What is above is known sooner than what a line says.
        let is_below_name = || page.facts[i - 1].byline().is_some() || is_name(page.text(i - 1));
        if let Some(hit) = facts.hit.as_ref().filter(|_| !is_role()) {
            let place = hit.strength == Strength::Always || page.at_edge(i);
            if hit.reason == Reason::AuthorBio && place {
                marks.push(Mark::remove(i, Reason::AuthorBio));
            }
        } else if may_be_role && is_below_name() && is_role() {
            marks.push(Mark::remove(i, Reason::AuthorBio));
        }
    }
    if let Some(last) = page.tail.checked_sub(1)
        && last > page.head
        && describes_author(page, last)
    {
        marks.push(Mark::remove(last, Reason::AuthorBio));
    }
}

/// Columns of the longest description that was seen.
const DESCRIPTION_WIDTH_MAX: u32 = 400;
/// Words between an author's name and what it is said to be: "Jane Doe, who lives in X, is a ...".
const IS: &[&str] =
    &[" is a", " is the ", " writes ", " ist ", " est ", " es ", " é ", " è ", " — "];

/// Whether block `i`, the last of the text, starts with the author's name and says who that is.
fn describes_author(page: &Page, i: usize) -> bool {
    let text = page.text(i);
    let names = (0..page.head).filter_map(|j| match page.facts[j].byline() {
        Some(byline) => Some(byline.name),
        None if j > 0 && is_name(page.text(j)) => Some(page.text(j)),
        None => None,
    });
    let mut names = names.chain(page.article.fields.byline.as_deref());
    page.facts[i].width <= DESCRIPTION_WIDTH_MAX
        && names.any(|name| {
            let rest = text.strip_prefix(name);
            name.contains(' ')
                && rest.is_some_and(|rest| {
                    IS.iter().any(|is| rest.get(..40).unwrap_or(rest).contains(is))
                })
        })
}
