use super::alike::{is_cut_copy, same};
use super::{Mark, Page, Take, traits};
use crate::fingerprint::key_of;
use crate::ledger::Reason;

rule! {
    /// Captions and credits of pictures: each becomes data once, its copies go.
    ///
    /// A page states a caption as alternative text and again under the picture, often twice over. A
    /// line is a caption by its credit, by a picture's own controls beside it, or by its place in
    /// the frame between two statements of the title. The same line again is a copy, also when cut
    /// by an ellipsis or without its credit. Directly adjacent copies of 40 or more columns are no
    /// text in any of 1,231 labelled pages and lose the second one anywhere; shorter ones may be a
    /// chorus or two equal results and stay outside the frame.
    CaptionRepeat, "caption-repeat", [CaptionRepeat], needs traits::PICTURED
}

/// Adjacent equal lines at least this wide are never both text.
const ADJACENT_WIDTH_MIN: u32 = 40;

fn mark(page: &Page, marks: &mut Vec<Mark>) {
    let mut captions: Vec<usize> = Vec::new();
    let mut credits: Vec<usize> = Vec::new();
    for i in 0..page.len() {
        if Some(i) == page.title || page.repeats_title(i) || i < page.article.header_blocks {
            continue;
        }
        let facts = &page.facts[i];
        if let Some(&first) = captions.iter().find(|&&j| is_copy(page, i, j)) {
            marks.push(Mark::repeat(i, Reason::CaptionRepeat, first));
        } else if facts.caption {
            if let Some(j) = longer_copy(page, i) {
                marks.push(Mark::repeat(i, Reason::CaptionRepeat, j));
            } else {
                captions.push(i);
                marks.push(Mark::field(i, Take::Caption));
            }
        } else if is_credit_line(page, i) {
            if let Some(&first) = credits.iter().find(|&&j| page.same(i, j)) {
                marks.push(Mark::repeat(i, Reason::CaptionRepeat, first));
            } else {
                credits.push(i);
                marks.push(Mark::field(i, Take::Credit));
            }
        } else if i > 0 && facts.doubled && facts.width >= ADJACENT_WIDTH_MIN && page.same(i - 1, i)
        {
            marks.push(Mark::repeat(i, Reason::CaptionRepeat, i - 1));
        }
    }
}

/// Whether block `i` copies caption `j`, wholly or cut short.
fn is_copy(page: &Page, i: usize, j: usize) -> bool {
    let (text, caption) = (page.single(i), page.single(j));
    // Outside the header a line may state what a caption also says.
    let near = i < page.head.max(page.frame_end) || i <= j + 2;
    let marked = page.facts[i].caption || page.facts[i].doubled;
    if same(text, caption) {
        return near || marked || page.facts[i].width >= ADJACENT_WIDTH_MIN;
    }
    near && (is_cut_copy(text, caption) || is_bare_copy(page, i, j))
}

/// Whether block `i` is the words of caption `j` without its credit, inside the frame of the title or
/// set directly under it. Elsewhere it may be the first paragraph, which often says the same.
fn is_bare_copy(page: &Page, i: usize, j: usize) -> bool {
    let direct = i == j + 1 && page.article.blocks[i].gap == 0;
    if !(direct || i < page.frame_end) || page.facts[i].width < ADJACENT_WIDTH_MIN / 2 {
        return false;
    }
    let Some(credit) = page.facts[j].credit() else { return false };
    let words = page.text(j).get(..credit.span.start).unwrap_or("").trim();
    same(page.text(i), words)
}

/// The next block, when it states caption `i` again with more words or with its credit.
fn longer_copy(page: &Page, i: usize) -> Option<usize> {
    let j = i + 1;
    if j >= page.len() || !page.facts[j].caption || page.same(i, j) {
        return None;
    }
    let (short, long) = (page.text(i), page.text(j));
    let bare = page.facts[i].credit().is_none()
        && page.facts[i].width >= ADJACENT_WIDTH_MIN / 2
        && key_of(long).starts_with(&*key_of(short));
    (is_cut_copy(short, long) || bare).then_some(j)
}

/// Whether block `i` is a credit on a line of its own, beside a picture's caption or above the body.
fn is_credit_line(page: &Page, i: usize) -> bool {
    let facts = &page.facts[i];
    let Some(credit) = facts.credit().filter(|credit| credit.alone) else { return false };
    if facts.hit.is_some() {
        return false;
    }
    let picture = |j: usize| {
        let beside = &page.facts[j];
        let controls = beside.hit.as_ref().is_some_and(|hit| {
            matches!(hit.reason, Reason::GalleryCounter | Reason::MediaPlaceholder)
        });
        beside.caption || controls
    };
    let beside = (i > 0 && picture(i - 1)) || (i + 1 < page.len() && picture(i + 1));
    beside || (credit.strong && i < page.head)
}
