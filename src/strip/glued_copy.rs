use super::{Copied, Mark, Page, Take, traits};
use crate::ledger::Reason;

rule! {
    /// A text that stands twice on one line: the second copy goes.
    ///
    /// Also the label `Image:` that a page puts before a caption.
    /// Of 377 such lines on 78 sites 16 were text, and 14 of those were rules drawn with one
    /// character; so it takes letters and 16 columns, and the line must be nothing but the two
    /// copies, with at most spaces between them.
    GluedCopy, "glued-copy", [CaptionRepeat], needs traits::GLUED | traits::PICTURED
}

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    for (i, facts) in page.facts.iter().enumerate() {
        let one_line = matches!(page.article.blocks[i].text, std::borrow::Cow::Borrowed(_));
        if !one_line || facts.hit.is_some() {
            continue;
        }
        let text = page.text(i);
        let mut cut = |part, repeats| {
            let take = Take::Remove { reason: Reason::CaptionRepeat, repeats };
            marks.push(Mark { block: i, part: Some(part), take });
        };
        // With a space between, a sentence may be said twice.
        let spaced = |copy: usize| text.get(copy..).is_some_and(|rest| rest.starts_with(' '));
        let said = |copy: usize| spaced(copy) && facts.sentence && !facts.caption;
        let copy = facts.second_copy.map(|copy| copy.get() as usize);
        if let Some(copy) = copy.filter(|&copy| !said(copy)) {
            cut(copy..text.len(), Some(Copied::Block(i)));
        }
        let label = facts.credit().and_then(|credit| credit.prefix_label.clone());
        if let Some(label) = label
            && facts.caption
        {
            cut(label, None);
        }
    }
}
