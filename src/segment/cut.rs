//! Where one article ends and the next begins in a text dump.
//!
//! Four signals, the strongest first: what the dump's own structure says (metadata headers, form
//! feeds), the frame of a title that is stated twice around captions and a text-size control, a run
//! of blank lines clearly longer than the dump's usual gap before a title-like line, a drawn rule
//! before one. Datelines, addresses, short rules and blank runs alone never cut. When in doubt
//! there is no cut: a missed one keeps the text, a wrong one loses a title and makes two false
//! articles.

use super::header;
use super::lines::{ends_sentence, looks_like_title, rule_length, width};
use crate::article::Block;
use crate::fingerprint::key_of;
use crate::lexicon::{self, Scratch};
use crate::recognize::{byline, credit, date, dateline};

/// The title must stand again within this many blocks. In ten pages of one site it stood again after
/// 4 to 7, on galleries after up to 10.
const FRAME_BLOCKS: usize = 12;
/// Blank lines by which a run must exceed the usual gap.
const GAP_EXCESS: usize = 2;
/// The shortest run of blank lines that can part two articles.
const GAP_MIN: usize = 3;
/// A line narrower than this that ends no sentence is loose: a label, a menu's item, a sub-head.
const LOOSE_WIDTH: usize = 60;
/// Loose lines from which a dump can be a page with its menus.
const PAGE_LOOSE_MIN: usize = 20;
/// Sentences that an article on a page with its menus has at the least.
const TEXT_MIN: usize = 4;
/// The shortest drawn rule that can part two articles. Shorter ones stand inside 17 of 1,231 bodies.
const RULE_MIN: usize = 20;

/// Indices of the blocks at which an article starts; the first is 0. `form_feeds` are those of the blocks
/// before which a form feed stands.
pub(super) fn starts(blocks: &[Block], form_feeds: &[usize]) -> Vec<usize> {
    let headers = header::starts(blocks);
    if !headers.is_empty() {
        // A dump with headers of its own says itself where its articles begin.
        return with_first(headers);
    }
    let page = Page { blocks, scratch: &mut Scratch::default() };
    page.starts(form_feeds)
}

/// The blocks of one dump, and room for the words being looked up.
struct Page<'a, 'b> {
    blocks: &'a [Block<'b>],
    scratch: &'a mut Scratch,
}

impl Page<'_, '_> {
    fn starts(mut self, form_feeds: &[usize]) -> Vec<usize> {
        let blocks = self.blocks;
        let fed = form_feeds.iter().copied();
        let mut certain: Vec<usize> =
            fed.filter(|&i| i > 0 && self.opens_article(i) && ends_statement(blocks, i)).collect();
        certain.extend(frames(blocks));
        certain.sort_unstable();
        if is_whole_page(blocks) {
            certain.retain(|&i| parts_texts(blocks, i));
            return with_first(certain);
        }
        let mut all = certain.clone();
        all.extend(self.after_gaps(&certain));
        all.extend(self.after_rules());
        self.with_bodies(&with_first(all), &certain)
    }

    /// Title-like blocks behind a run of blank lines longer than usual.
    ///
    /// Where such runs are also followed by plain sentences, removed advertisements left holes, and
    /// a run needs a witness: a sign-off before it, or a date, a byline, a caption or a dateline
    /// behind the title.
    fn after_gaps(&mut self, certain: &[usize]) -> Vec<usize> {
        let blocks = self.blocks;
        let least = GAP_MIN.max(usual_gap(blocks) + GAP_EXCESS);
        let wide: Vec<usize> = (1..blocks.len())
            .filter(|&i| blocks[i].gap >= least && certain.binary_search(&i).is_err())
            .collect();
        let (titles, holes): (Vec<usize>, Vec<usize>) =
            wide.into_iter().partition(|&i| self.opens_article(i));
        if holes.is_empty() {
            return titles;
        }
        titles.into_iter().filter(|&i| self.has_witness(i)).collect()
    }

    /// Title-like blocks behind a long drawn rule that stands alone.
    fn after_rules(&mut self) -> Vec<usize> {
        let blocks = self.blocks;
        let rules: Vec<usize> = (1..blocks.len().saturating_sub(1))
            .filter(|&i| {
                blocks[i].gap > 0
                    && blocks[i + 1].gap > 0
                    && rule_length(&blocks[i].text) >= RULE_MIN
            })
            .collect();
        let all = rules.iter().all(|&i| self.opens_article(i + 1));
        if all { rules.into_iter().map(|i| i + 1).collect() } else { Vec::new() }
    }

    /// Whether block `i` could be the title of an article: by its shape, by its words, and because
    /// something other than another hole follows it.
    fn opens_article(&mut self, i: usize) -> bool {
        let text = &*self.blocks[i].text;
        let lower = text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase);
        let words = text.split_whitespace().count();
        looks_like_title(text)
            && width(text) <= 160
            && (words >= 2 || width(text) >= 12)
            && !lower
            && i + 1 < self.blocks.len()
            && lexicon::classify(text, self.scratch).is_none()
            && date::line(text).is_none()
    }

    fn has_witness(&mut self, i: usize) -> bool {
        let blocks = self.blocks;
        let signed_off = lexicon::classify(&blocks[i - 1].text, self.scratch).is_some()
            || byline::find(&blocks[i - 1].text).is_some_and(|byline| byline.sure);
        let next = blocks.get(i + 1).map_or("", |block| &*block.text);
        signed_off
            || date::line(next).is_some()
            || dateline::find(next).is_some()
            || byline::find(next).is_some_and(|byline| byline.sure)
            || credit::find(next).is_some_and(|credit| credit.strong)
    }

    /// Leaves out each uncertain start that would make an article without a sentence.
    fn with_bodies(&mut self, starts: &[usize], certain: &[usize]) -> Vec<usize> {
        let mut kept: Vec<usize> = Vec::with_capacity(starts.len());
        let Page { blocks, scratch } = self;
        let mut has_body = |from: usize, to: usize| {
            blocks[from..to].iter().any(|block| {
                (ends_sentence(&block.text) || width(&block.text) >= 80)
                    && lexicon::classify(&block.text, scratch).is_none()
            })
        };
        let sure = |start: usize| certain.binary_search(&start).is_ok();
        for (n, &start) in starts.iter().enumerate() {
            let end = starts.get(n + 1).copied().unwrap_or(blocks.len());
            let keep = match kept.last() {
                None => true,
                // Lines above the first title belong to its article.
                Some(&previous) if sure(start) => sure(previous) || has_body(previous, start),
                Some(&previous) => has_body(previous, start) && has_body(start + 1, end),
            };
            if keep {
                kept.push(start);
            }
        }
        kept
    }
}

/// Whether the dump is a page with its menus: there blank lines and rules part anything, and only a
/// frame with text on both sides cuts. Of 2,084 texts of such pages, each one article, 40 are cut.
fn is_whole_page(blocks: &[Block]) -> bool {
    let loose = |block: &&Block| width(&block.text) < LOOSE_WIDTH && !ends_sentence(&block.text);
    let loose = blocks.iter().filter(loose).count();
    loose >= PAGE_LOOSE_MIN && loose * 2 > blocks.len()
}

/// Whether there is text before block `i` and from it on: several sentences of some length.
fn parts_texts(blocks: &[Block], i: usize) -> bool {
    let says = |block: &&Block| width(&block.text) >= LOOSE_WIDTH && ends_sentence(&block.text);
    let text = |blocks: &[Block]| blocks.iter().filter(says).take(TEXT_MIN).count() == TEXT_MIN;
    text(&blocks[..i]) && text(&blocks[i..])
}

/// Titles that are stated again within a few blocks, with a text-size control or a doubled line
/// between: the frame in which a news page sets its pictures. A title directly doubled counts where
/// a run of blank lines stands before it.
fn frames(blocks: &[Block]) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let mut free = 0;
    for anchor in 0..blocks.len() {
        let doubled = blocks.get(anchor + 1).is_some_and(|next| same(&blocks[anchor], next));
        if anchor < free || (!doubled && !is_size_control(&blocks[anchor].text)) {
            continue;
        }
        let first = anchor.saturating_sub(FRAME_BLOCKS).max(free);
        let found = (first..=anchor).find_map(|i| Some((i, frame_end(blocks, i, anchor)?)));
        if let Some((start, end)) = found {
            starts.push(start);
            free = end + 1;
        }
    }
    starts
}

/// The block that states the title of block `i` again, when `i` opens a frame around `anchor`.
fn frame_end(blocks: &[Block], i: usize, anchor: usize) -> Option<usize> {
    let title = &blocks[i];
    // A mark of an advertisement may stand directly above it.
    let below_mark = i > 0 && title.gap == 0 && is_mark(&blocks[i - 1].text);
    if (title.gap == 0 && i > 0 && !below_mark)
        || !could_be_title(&title.text)
        || is_size_control(&title.text)
    {
        return None;
    }
    let last = (i + FRAME_BLOCKS).min(blocks.len() - 1);
    let again = (anchor.max(i) + 1..=last).find(|&j| same(title, &blocks[j]))?;
    let between = &blocks[i + 1..again];
    let prose = between
        .iter()
        .enumerate()
        .filter(|(n, block)| {
            let beside = |m: usize| between.get(m).is_some_and(|other| same(block, other));
            width(&block.text) > 100 && !beside(n + 1) && !(*n > 0 && beside(n - 1))
        })
        .count();
    let parted = i == 0 || title.gap >= GAP_MIN;
    let framed = again > i + 1 && blocks[again].gap > 0;
    (prose <= 2 && (framed || parted)).then_some(again)
}

/// Whether `text` could be a title that is stated twice: it may be cut by dots.
fn could_be_title(text: &str) -> bool {
    let cut = text.ends_with("...") || text.ends_with('…');
    looks_like_title(if cut { text.trim_end_matches(['.', '…', ' ']) } else { text })
}

/// Whether `text` is a mark that pages set above a title, as of an advertisement.
fn is_mark(text: &str) -> bool {
    text.len() <= 60 && lexicon::classify(text, &mut Scratch::default()).is_some()
}

/// Whether two blocks say the same, but for quotes, dashes, case and spaces.
fn same(a: &Block, b: &Block) -> bool {
    let (a, b) = (&*a.text, &*b.text);
    a == b
        || (a.len().abs_diff(b.len()) <= 12
            && a.chars().count().abs_diff(b.chars().count()) <= 4
            && key_of(a) == key_of(b))
}

/// Whether `text` is the label of a control for the size of the letters.
pub(crate) fn is_size_control(text: &str) -> bool {
    matches!(
        text,
        "TT" | "A A"
            | "AA"
            | "A- A+"
            | "A- A A+"
            | "A+ A-"
            | "A+ A A-"
            | "A-A+"
            | "A+A-"
            | "A A A"
            | "aA"
            | "Aa"
            | "T T"
            | "T- T+"
            | "T+ T-"
    )
}

/// Blank lines between paragraphs in most places of the dump.
fn usual_gap(blocks: &[Block]) -> usize {
    let mut counts = [0_usize; 8];
    for block in blocks.iter().skip(1) {
        counts[block.gap.min(7)] += 1;
    }
    (0..8).rev().max_by_key(|&gap| counts[gap]).unwrap_or(0)
}

/// Whether the block before `i` ends a statement: a page of a printed article does not.
fn ends_statement(blocks: &[Block], i: usize) -> bool {
    i > 0 && (ends_sentence(&blocks[i - 1].text) || width(&blocks[i - 1].text) < 60)
}

fn with_first(mut starts: Vec<usize>) -> Vec<usize> {
    starts.push(0);
    starts.sort_unstable();
    starts.dedup();
    starts
}
