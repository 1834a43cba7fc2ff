use super::{Mark, Page, Take};
use crate::recognize::byline::{is_author_role, is_name};

rule! {
    /// Who wrote it: `By Jane Doe`, `Von: Karin Vogt`, a name on a line of its own.
    ///
    /// A labelled name counts above and below the body. A bare name counts only between the title
    /// and the body, once, where bylines stand: next to a date, a picture, the author's role or
    /// directly above the first paragraph. Lines such as `By Category` or `By Friday the group had
    /// voted.` are text.
    Byline, "byline", []
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let mut found = false;
    for (i, facts) in page.facts.iter().enumerate() {
        if let Some(byline) = facts.byline()
            && page.at_edge(i)
            && facts.hit.is_none()
            && Some(i) != page.title
            && (byline.sure || i < page.head)
        {
            marks.push(Mark::field(i, Take::Byline));
            found = true;
        }
    }
    let first = page.title.map_or(0, |title| title + 1);
    let has_title = page.title.is_some() || page.article.fields.title.is_some();
    if found || !has_title {
        return;
    }
    let bare = (first..page.head).find(|&i| {
        let facts = &page.facts[i];
        page.is_plain(i)
            && !facts.sentence
            && facts.credit().is_none()
            && !page.repeats_title(i)
            && is_name(page.text(i))
            && stands_as_byline(page, i)
    });
    marks.extend(bare.map(|i| Mark::field(i, Take::Byline)));
}

/// Whether block `i` stands where a byline stands.
fn stands_as_byline(page: &Page, i: usize) -> bool {
    let furniture = |j: usize| page.is_chrome(j) || page.facts[j].caption;
    let above = i > 0 && furniture(i - 1);
    let below = i + 1 < page.len() && {
        let direct = page.article.blocks[i + 1].gap == 0 && i + 1 == page.head;
        direct || furniture(i + 1) || is_author_role(page.text(i + 1))
    };
    above || below
}
