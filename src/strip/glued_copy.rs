use super::{Copied, Mark, Page, Take};
use crate::ledger::Reason;
use crate::segment::lines::width;

rule! {
    /// A text that stands twice on one line, glued together: the second copy goes. And the label
    /// `Image:` that a page puts before a caption.
    ///
    /// Of 377 such lines on 78 sites 16 were text, and 14 of those were rules drawn with one
    /// character; so it takes letters and 16 columns, and the line must be nothing but the two
    /// copies, with at most spaces between them.
    GluedCopy, "glued-copy", [CaptionRepeat]
}

/// Columns of the whole line below which a doubled word may be a cheer or a name.
const WIDTH_MIN: usize = 32;

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
        if let Some(copy) = second_copy(text) {
            cut(copy..text.len(), Some(Copied::Block(i)));
        }
        let label = facts.credit.as_ref().and_then(|credit| credit.prefix_label.clone());
        if let Some(label) = label
            && facts.caption
        {
            cut(label, None);
        }
    }
}

/// Where the second of two equal halves of `text` starts, with the spaces before it.
fn second_copy(text: &str) -> Option<usize> {
    let middle = text.len() / 2;
    let bytes = text.as_bytes();
    // Most lines differ in the first byte of their halves.
    if bytes.len() < WIDTH_MIN / 2 || !(middle..middle + 2).any(|m| bytes.get(m) == bytes.first()) {
        return None;
    }
    let first = text.get(..middle)?.trim_end();
    let second = text.get(first.len()..)?.trim_start();
    let letters = first.chars().filter(|c| c.is_alphabetic()).count();
    let doubled = first == second && letters * 2 > first.chars().count();
    (doubled && width(text) >= WIDTH_MIN).then_some(first.len())
}
