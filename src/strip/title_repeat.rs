use super::{Copied, Mark, Page, Take};
use crate::ledger::Reason;

rule! {
    /// The title stated again, above and below the pictures or behind the text.
    ///
    /// It comes as a picture's alternative text, and with the name of the site behind it.
    /// The first statement becomes the title. Later ones go when they stand above the body, or below
    /// its last sentence; other quotes, dashes, case and a letter or two do not matter. Inside the
    /// body the line stays: of 1,231 labelled pages 48 repeat their title as a line of the text. When
    /// the input record gives the title, the same line above the body repeats that.
    TitleRepeat, "title-repeat", [TitleRepeat]
}

/// Shorter titles may be a word that the text below uses on a line of its own.
const TAIL_WIDTH_MIN: u32 = 20;

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let given = page.article.fields.title.is_some() && page.article.header_blocks == 0;
    if let Some(title) = page.title {
        marks.push(Mark::field(title, Take::Title));
    }
    for i in (0..page.len()).filter(|&i| page.repeats_title(i)) {
        let above = i < page.frame_end || (i < page.head && page.stands_alone(i));
        let below = i >= page.tail && page.facts[i].width >= TAIL_WIDTH_MIN;
        if above || below {
            let copied = match page.title {
                Some(title) if !given => Copied::Block(title),
                _ => Copied::TitleField,
            };
            let take = Take::Remove { reason: Reason::TitleRepeat, repeats: Some(copied) };
            marks.push(Mark { block: i, part: None, take });
        }
    }
}
