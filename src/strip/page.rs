//! What all rules need to know of one article: what each block looks like, where the title stands,
//! where the body starts and ends. Read once, before the rules; it marks nothing itself.

use std::cell::Cell;

use super::alike::{Title, is_cut_copy, same};
use super::facts::{self, Facts};
use super::main_text::Judged;
use super::seen::Scratch;
use super::traits;
use crate::article::{Article, Block};
use crate::fingerprint::key_of;
use crate::ledger::Reason;
use crate::recognize::date::Kind;
use crate::segment::header;
use crate::segment::is_size_control;
use crate::segment::lines::{ends_sentence, looks_like_title};

/// Blocks below a title within which it may be stated again (see `segment::cut`).
const FRAME_BLOCKS: usize = 14;
/// Blocks within which a share bar under one entry has a like one under the next.
const ENTRY_BLOCKS: usize = 40;
/// A line this wide is text whatever its last character: of 1,231 labelled pages' body lines, a
/// headline or a label of this width is rare.
const PROSE_WIDTH: u32 = 110;
/// With more plain lines than this between title and first sentence, the article is a list or a
/// poem and its body starts at the first plain line.
const PLAIN_LINES_MAX: usize = 6;

/// One article with what was read from it.
#[derive(Debug)]
pub struct Page<'f, 'p, 'a> {
    /// The article.
    pub article: &'p Article<'a>,
    /// For each block, what it looks like.
    pub facts: &'f mut [Facts<'p>],
    /// The blocks whose words say something, few of all.
    pub hits: Vec<usize>,
    /// The block that states the title, when the text does.
    pub title: Option<usize>,
    /// Index of the first block of the body: before it stand title, captions, byline, chrome.
    pub head: usize,
    /// One past the last block of the body.
    pub tail: usize,
    /// One past the last restatement of the title and its captions above the body.
    pub frame_end: usize,
    /// What a model makes of the blocks, when there is a whole page around the article.
    pub main_text: Option<Judged>,
    published: Option<String>,
}

impl<'f, 'p, 'a> Page<'f, 'p, 'a> {
    /// Reads `article`. `facts` is where what its blocks look like will stand.
    #[must_use]
    pub fn read(
        article: &'p Article<'a>,
        facts: &'f mut Vec<Facts<'p>>,
        scratch: &mut Scratch,
    ) -> Page<'f, 'p, 'a> {
        facts::facts_of(&[article], facts, scratch, &Cell::default());
        Page::of(article, facts)
    }

    /// Reads `article`, of whose blocks these are the facts.
    pub(super) fn of(article: &'p Article<'a>, facts: &'f mut [Facts<'p>]) -> Page<'f, 'p, 'a> {
        let said = facts.iter().enumerate().filter(|(_, facts)| facts.hit.is_some());
        let hits = said.map(|(i, _)| i).collect();
        let mut page = Page {
            article,
            facts,
            hits,
            title: None,
            head: 0,
            tail: 0,
            frame_end: 0,
            main_text: None,
            published: None,
        };
        page.find_doubles();
        page.find_marked_captions();
        page.read_around(page.find_title());
        page
    }

    /// Sets the block that states the title, and reads again all that goes by it.
    pub fn set_title(&mut self, title: Option<usize>) {
        if title == self.title {
            return;
        }
        for facts in self.facts.iter_mut() {
            (facts.caption, facts.teaser) = (false, None);
        }
        self.find_marked_captions();
        self.read_around(title);
    }

    fn read_around(&mut self, title: Option<usize>) {
        self.title = title;
        self.find_repeats();
        self.frame_end = self.find_frame_end();
        self.find_framed_captions();
        self.head = self.find_head();
        self.find_sourced_paragraphs();
        self.find_teasers();
        self.tail = self.find_tail();
        self.published = self.find_published();
    }

    /// The text of block `i`.
    #[must_use]
    pub fn text(&self, i: usize) -> &'p str {
        &self.article.blocks[i].text
    }

    /// The text of block `i`, once where it stands twice on the line.
    #[must_use]
    #[inline]
    pub fn single(&self, i: usize) -> &'p str {
        let text = self.text(i);
        let second = self.facts[i].second_copy.map(|second| second.get() as usize);
        second.and_then(|second| text.get(..second)).unwrap_or(text)
    }

    /// Number of blocks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.article.blocks.len()
    }

    /// Whether there are no blocks; an article always has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.article.blocks.is_empty()
    }

    /// What the page has: see [`traits`].
    pub(super) fn traits(&self) -> u64 {
        let bit = |has: bool, bit: u64| if has { bit } else { 0 };
        let said = self.hits.iter().filter_map(|&i| self.facts[i].hit);
        let said = said.fold(traits::ANY, |said, hit| said | traits::class(hit.reason));
        self.facts.iter().fold(
            said | bit(self.main_text.is_some(), traits::JUDGED)
                | bit(self.article.header_blocks > 0, traits::HEADED)
                | bit(self.title.is_some_and(|title| title > 0), traits::OVERLINE),
            |has, facts| {
                has | bit(facts.date().is_some(), traits::DATED)
                    | bit(facts.digits > 0, traits::NUMBERED)
                    | bit(facts.teaser.is_some(), traits::TEASING)
                    | bit(
                        facts.caption | facts.doubled | facts.credit().is_some(),
                        traits::PICTURED,
                    )
                    | bit(facts.second_copy.is_some(), traits::GLUED)
            },
        )
    }

    /// Whether block `i` stands before the first or behind the last paragraph of the body.
    #[must_use]
    pub fn at_edge(&self, i: usize) -> bool {
        i < self.head || i >= self.tail
    }

    /// Whether block `i` is chrome by its words or its shape, whatever its strength.
    #[must_use]
    pub fn is_chrome(&self, i: usize) -> bool {
        let facts = &self.facts[i];
        let timed = facts.date().is_some_and(|date| date.kind != Kind::Time);
        facts.hit.is_some() || timed || facts.teaser.is_some()
    }

    /// Whether the block before or after block `i` is chrome. A drawn rule is a witness only for a
    /// line that stands in the article more than once, as a share bar under each entry does.
    #[must_use]
    pub fn has_chrome_beside(&self, i: usize) -> bool {
        let witness = |j: usize| {
            let rule = self.facts[j].hit.as_ref().is_some_and(|h| h.reason == Reason::Separator);
            self.is_chrome(j) && (!rule || self.stands_again(i))
        };
        (i > 0 && witness(i - 1)) || (i + 1 < self.len() && witness(i + 1))
    }

    /// Whether block `i` says the same as block `j`, but for quotes, dashes, case and spaces.
    #[must_use]
    #[inline]
    pub fn same(&self, i: usize, j: usize) -> bool {
        same(self.single(i), self.single(j))
    }

    /// The date of publication that a line of the text gives.
    #[must_use]
    pub fn published(&self) -> Option<&str> {
        self.published.as_deref()
    }

    /// Whether block `i` is a plain line: no chrome, no date, no caption, no credit, no byline.
    #[must_use]
    pub fn is_plain(&self, i: usize) -> bool {
        let facts = &self.facts[i];
        let (unsaid, no_teaser) = (facts.hit.is_none(), facts.teaser.is_none());
        let (no_caption, no_header) = (!facts.caption, i >= self.article.header_blocks);
        (unsaid & no_teaser & no_caption & no_header) && facts.is_common()
    }

    /// Whether block `i` is a sentence of the body.
    #[must_use]
    pub fn is_prose(&self, i: usize) -> bool {
        self.is_told(i) && self.is_plain(i)
    }

    /// Whether block `i` is a plain line and no sentence of the body.
    #[must_use]
    pub fn is_loose(&self, i: usize) -> bool {
        !self.is_told(i) && self.is_plain(i)
    }

    /// Whether block `i` is a sentence of the body if it is plain.
    fn is_told(&self, i: usize) -> bool {
        let facts = &self.facts[i];
        // Reckoned, not asked one after the other: no answer can be foreseen.
        let (some, long) = (facts.width >= 10, facts.width >= PROSE_WIDTH);
        let (no_number, no_date) = (facts.digits == 0, facts.date().is_none());
        (facts.sentence & some & no_number | long) & no_date
    }

    fn stands_again(&self, i: usize) -> bool {
        let mut near = i.saturating_sub(ENTRY_BLOCKS)..self.len().min(i + ENTRY_BLOCKS);
        near.any(|j| j != i && self.text(i) == self.text(j))
    }

    fn find_doubles(&mut self) {
        let mut above = "";
        for i in 0..self.len() {
            let text = self.single(i);
            let letters = self.facts[i].digits == 0 && self.facts[i].width > 2;
            if i > 0 && letters && same(above, text) {
                self.facts[i - 1].doubled = true;
                self.facts[i].doubled = true;
            }
            above = text;
        }
    }

    /// Captions that a credit, a label or a picture's own controls give away.
    fn find_marked_captions(&mut self) {
        for i in 0..self.len() {
            let facts = &self.facts[i];
            let is_hit = |j: usize| self.facts.get(j).is_some_and(|facts| facts.hit.is_some());
            let (below_hit, above_hit) = (i > 0 && is_hit(i - 1), is_hit(i + 1));
            // Nothing gives most blocks away.
            if facts.credit().is_none() && !below_hit && !above_hit {
                continue;
            }
            let signed = facts.byline().is_some_and(|byline| byline.sure);
            if facts.hit.is_some() || facts.width > 600 || facts.date().is_some() || signed {
                continue;
            }
            let own = facts.credit().is_some_and(|credit| {
                !credit.alone && (credit.prefix_label.is_some() || credit.strong)
            }) && !is_quotation(self.text(i))
                && !self.is_list_item(i);
            let alone = facts.credit().is_some_and(|credit| credit.alone);
            let opened = below_hit && self.facts[i - 1].controls.open;
            let closed = above_hit && self.facts[i + 1].controls.close;
            let caption = own || (!alone && facts.width > 2 && (opened || closed));
            self.facts[i].caption = caption;
        }
    }

    /// Paragraphs of the body that name their source in brackets behind a full stop are no captions.
    fn find_sourced_paragraphs(&mut self) {
        for i in self.head..self.len() {
            let Some(credit) = self.facts[i].credit() else { continue };
            let text = self.text(i);
            let before = text.get(..credit.span.start).unwrap_or("").trim_end();
            let brackets = text.get(credit.span.clone()).unwrap_or("").trim();
            let agency = brackets.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            let sourced = ends_sentence(before) && agency == Some(&*credit.text);
            let copied = || {
                let mut near = i.saturating_sub(FRAME_BLOCKS)..i;
                self.facts[i].doubled || near.any(|j| self.facts[j].caption && self.same(i, j))
            };
            if sourced && !copied() {
                self.facts[i].caption = false;
            }
        }
    }

    /// Whether block `i` is one of some lines that end in brackets, as nominees with their firms do.
    fn is_list_item(&self, i: usize) -> bool {
        let beside = [i.checked_sub(1), Some(i + 1)].into_iter().flatten();
        beside.filter(|&j| j < self.len() && !self.same(i, j)).any(|j| {
            let facts = &self.facts[j];
            let credited = facts.credit().is_some_and(|credit| credit.strong);
            self.text(j).ends_with(')') && facts.width <= 120 && !credited && !facts.sentence
        })
    }

    /// Captions that only their place gives away: a doubled line inside the title's frame or beside
    /// a picture's file name or credit, a line above a credit before the body.
    fn find_framed_captions(&mut self) {
        let first = self.title.map_or(0, |title| title + 1);
        // In most articles nothing gives a caption away.
        let may_be = |facts: &Facts| facts.doubled | facts.credit().is_some();
        let len = if self.facts.iter().any(may_be) { self.len() } else { 0 };
        for i in 0..len {
            let facts = &self.facts[i];
            let credited = self.is_credited_line(i);
            if !(facts.doubled || credited) || facts.caption {
                continue;
            }
            if facts.hit.is_some() || facts.date().is_some() || facts.digits > 0 {
                continue;
            }
            if Some(i) == self.title || self.repeats_title(i) || is_size_control(self.text(i)) {
                continue;
            }
            let framed = i >= first && i < self.frame_end;
            let long = facts.width >= 40 && i < first + FRAME_BLOCKS;
            let caption = facts.doubled && (framed || long || self.has_picture_beside(i));
            self.facts[i].caption = caption || credited;
        }
        if !self.facts.iter().any(|facts| facts.caption) {
            return;
        }
        // A copy of a caption is one wherever it stands above the body.
        let mut captions: Vec<&str> = Vec::new();
        for i in 0..self.len().min(self.frame_end.max(first + FRAME_BLOCKS)) {
            if i > 0
                && !self.facts[i].caption
                && self.facts[i].hit.is_none()
                && !self.repeats_title(i)
            {
                let cut_short = |j: usize| {
                    let beside = self.facts.get(j).is_some_and(|beside| beside.caption);
                    beside && is_cut_copy(self.text(i), self.text(j))
                };
                let text = self.single(i);
                let copied = captions.iter().any(|caption| same(text, caption));
                self.facts[i].caption = copied || cut_short(i - 1) || cut_short(i + 1);
            }
            if self.facts[i].caption {
                captions.push(self.single(i));
            }
        }
        if !self.facts.is_empty() && first == 0 {
            let cut =
                self.len() > 1 && self.facts[1].caption && is_cut_copy(self.text(0), self.text(1));
            self.facts[0].caption |= cut;
        }
    }

    /// Whether a picture's file name or a credit on a line of its own stands next to the pair of
    /// equal lines that block `i` is one of.
    fn has_picture_beside(&self, i: usize) -> bool {
        let near = i.saturating_sub(2)..(i + 3).min(self.len());
        near.into_iter().any(|j| {
            let facts = &self.facts[j];
            let file = facts.hit.as_ref().is_some_and(|h| h.reason == Reason::ImageFilename);
            file || facts.credit().is_some_and(|credit| credit.alone && credit.strong)
        })
    }

    /// A line directly above a credit of its own, between the title and the body.
    fn is_credited_line(&self, i: usize) -> bool {
        let credited = self
            .facts
            .get(i + 1)
            .is_some_and(|next| next.credit().is_some_and(|credit| credit.alone && credit.strong));
        let near_top = self.title.is_some_and(|title| i > title && i <= title + 4);
        credited && near_top && self.facts[i].width <= 300 && self.article.blocks[i + 1].gap == 0
    }

    /// The block that states the title: the first line that looks like one among what stands above
    /// the body. A single short word before a date or a control is the name of a section.
    fn find_title(&self) -> Option<usize> {
        let header = self.article.header_blocks;
        if header > 0 {
            return (0..header).find(|&i| {
                header::parse(self.text(i)).is_some_and(|(key, _)| key == header::Key::Title)
            });
        }
        if self.article.fields.title.is_some() {
            return None;
        }
        let mut label = None;
        for i in 0..self.len().min(60) {
            let facts = &self.facts[i];
            let skipped = facts.hit.is_some()
                || facts.date().is_some()
                || facts.caption
                || facts.digits > 0
                || facts.byline().is_some_and(|byline| byline.sure)
                || facts.credit().is_some_and(|credit| credit.alone && credit.strong)
                || is_size_control(self.text(i));
            // A line that ends as a sentence and stands twice is a picture's.
            if skipped || (facts.doubled && !looks_like_title(self.text(i))) {
                continue;
            }
            if !looks_like_title(self.text(i)) {
                return label.or_else(|| self.is_cut_off_title(i).then_some(i));
            }
            let short = facts.width <= 20 && self.text(i).split_whitespace().nth(2).is_none();
            let label_like = short && i + 1 < self.len() && self.is_chrome(i + 1);
            if self.is_lead(i) {
                return label;
            }
            if !label_like {
                return Some(i);
            }
            label.get_or_insert(i);
        }
        label
    }

    /// A first line that does not end as a headline does and yet is one: short above a longer
    /// paragraph, and not a plain statement. Cut headlines end in dots or a quotation's mark.
    fn is_cut_off_title(&self, i: usize) -> bool {
        let text = self.text(i);
        let facts = &self.facts[i];
        let next = self.facts[i + 1..].iter().take(4).find(|next| next.hit.is_none());
        let longer =
            next.is_some_and(|next| next.width >= facts.width.saturating_add(facts.width / 2));
        let dots = text.ends_with("...");
        let statement = text.ends_with(['.', '!', '?', '。', '！', '？', '۔', '।', '؟']) && !dots;
        i == 0 && self.len() > 2 && (12..=100).contains(&facts.width) && longer && !statement
    }

    /// A line as long as a sentence above a text that is not much longer: the first paragraph of a post or
    /// a brief, whether or not somebody put a full stop behind it. A headline is short, or heads a story.
    fn is_lead(&self, i: usize) -> bool {
        const HEADLINE_WIDTH: u64 = 80;
        let width = u64::from(self.facts[i].width);
        let mut rest = self.facts[i + 1..].iter().filter(|facts| facts.hit.is_none());
        let mut below = 0;
        let is_story = rest.any(|facts| {
            below += u64::from(facts.width);
            below >= 3 * width
        });
        width > HEADLINE_WIDTH && !self.facts[i].doubled && !is_story
    }

    /// Whether block `i` states the title again, be it with the site's name behind it.
    pub(super) fn repeats_title(&self, i: usize) -> bool {
        self.facts[i].restates
    }

    /// Finds the blocks that state the title again.
    fn find_repeats(&mut self) {
        let given = self.article.fields.title.as_deref();
        let own = self.title.filter(|_| given.is_none());
        let title = given.or_else(|| own.map(|title| self.text(title))).map(Title::new);
        for i in 0..self.len() {
            let is_stated =
                |title: &Title| title.is_stated(self.text(i), self.facts[i].plain_words.is_some());
            self.facts[i].restates = Some(i) != own && title.as_ref().is_some_and(is_stated);
        }
    }

    fn find_frame_end(&self) -> usize {
        let first = match (self.title, &self.article.fields.title) {
            (Some(title), _) => title + 1,
            (None, Some(_)) => 0,
            (None, None) => return self.article.header_blocks,
        };
        let mut end = first.max(self.article.header_blocks);
        let mut i = first;
        let mut prose = 0;
        while i < self.len().min(end + FRAME_BLOCKS) {
            if self.repeats_title(i) && self.stands_alone(i) {
                end = i + 1;
                prose = 0;
            } else if self.is_prose(i) && !self.facts[i].doubled {
                prose += 1;
                if prose > 2 {
                    break;
                }
            }
            i += 1;
        }
        // Doubled lines below a title that is not stated again may be a chorus.
        let framed = end > first;
        let picture = |facts: &Facts| facts.caption || (facts.doubled && framed);
        let last = end + FRAME_BLOCKS;
        while end < last && self.facts.get(end).is_some_and(picture) {
            end += 1;
        }
        // A last copy of a caption may lack its credit.
        let bare = end < self.len()
            && end > first
            && self.facts[end - 1].caption
            && self.article.blocks[end].gap == 0
            && key_of(self.text(end - 1)).starts_with(&*key_of(self.text(end)));
        end + usize::from(bare)
    }

    /// Whether block `i` is set off from the plain lines around it, as a title is and a line of verse
    /// is not.
    pub(super) fn stands_alone(&self, i: usize) -> bool {
        let furniture =
            |j: usize| !self.is_plain(j) || self.repeats_title(j) || Some(j) == self.title;
        let above = self.article.blocks[i].gap > 0 || i == 0 || furniture(i - 1);
        let below = self.article.blocks.get(i + 1).is_none_or(|next| next.gap > 0)
            || furniture(i + 1)
            || (i > 0 && furniture(i - 1));
        above && below
    }

    /// The first paragraph of the body. A single sentence above a byline, a date or a share bar is
    /// the standfirst: it is text, and what stands between it and the next sentence is not.
    fn find_head(&self) -> usize {
        let first = self.frame_end.max(self.title.map_or(0, |title| title + 1));
        let head = self.first_text(first);
        let opens_list = head < self.len() && self.text(head).ends_with([':', '：']);
        if head >= self.len() || !self.is_prose(head) || first == 0 || opens_list {
            return head;
        }
        let next = (head + 1..self.len().min(head + FRAME_BLOCKS)).find(|&i| self.is_prose(i));
        // Several dates order a diary.
        let is_diary = || {
            let dates = self.facts.iter().filter_map(|facts| facts.date());
            dates.filter(|date| date.kind == Kind::Date && !date.labelled).nth(1).is_some()
        };
        let furniture = |i: usize| {
            let facts = &self.facts[i];
            let stamped = facts
                .date()
                .is_some_and(|date| date.kind == Kind::Date && (date.labelled || !is_diary()));
            let shared = facts.hit.as_ref().is_some_and(|hit| hit.reason == Reason::ShareBar);
            let named = facts.byline().is_some_and(|byline| byline.sure);
            named || stamped || shared
        };
        match next {
            Some(next) if (head + 1..next).any(furniture) => next,
            _ => head,
        }
    }

    /// The first sentence from block `first` on, or the first plain line where sentences are far.
    fn first_text(&self, first: usize) -> usize {
        let mut plain = 0;
        let mut first_plain = None;
        for i in first..self.len() {
            if self.is_prose(i) {
                return if plain > PLAIN_LINES_MAX { first_plain.unwrap_or(i) } else { i };
            }
            if self.is_plain(i) {
                plain += 1;
                first_plain.get_or_insert(i);
            }
        }
        first_plain.unwrap_or(self.len())
    }

    /// Lines under "Read more", "Most popular", "Topics". Below the last sentence all of them are
    /// titles of other articles; between sentences only the one directly under the label.
    fn find_teasers(&mut self) {
        let opens = |i: usize| self.facts[i].hit.as_ref().is_some_and(|hit| hit.opens);
        let Some(&first) = self.hits.iter().find(|&&i| i >= self.head && opens(i)) else { return };
        let mut under: Option<Reason> = None;
        let mut pending: Vec<usize> = Vec::new();
        for i in first..self.len() {
            let hit = self.facts[i].hit.as_ref();
            if let Some(hit) = hit {
                if hit.opens {
                    under = Some(hit.reason);
                }
                // Among tags, the name of a section is one.
                if under.is_none() || hit.opens || hit.reason != Reason::SectionLabel {
                    continue;
                }
            }
            let Some(reason) = under else { continue };
            let facts = &self.facts[i];
            let text = self.text(i);
            let title = facts.digits > 0 || looks_like_title(text);
            if title && !facts.caption && facts.width <= 200 {
                self.facts[i].teaser = Some(reason);
                pending.push(i);
            } else if self.is_prose(i) {
                for &j in &pending {
                    let direct = self.article.blocks[j].gap == 0
                        && self.facts[j - 1].hit.as_ref().is_some_and(|hit| hit.opens);
                    if !direct {
                        self.facts[j].teaser = None;
                    }
                }
                pending.clear();
                under = None;
            }
        }
    }

    fn find_tail(&self) -> usize {
        let last = |is: &dyn Fn(usize) -> bool| (self.head..self.len()).rev().find(|&i| is(i));
        let prose = last(&|i| self.is_prose(i));
        let has_prose = prose.is_some();
        let end = prose.or_else(|| last(&|i| self.is_plain(i))).map_or(self.head, |i| i + 1);
        if !has_prose {
            return end;
        }
        // Plain lines that follow directly are the rest of a list, a poem, a table.
        let mut tail = end;
        while tail < self.len() && self.is_plain(tail) && self.facts[tail].digits == 0 {
            tail += 1;
        }
        tail
    }

    fn find_published(&self) -> Option<String> {
        let edges = (0..self.head).chain(self.head.max(self.tail)..self.len());
        let mut dates =
            edges.filter_map(|i| self.facts[i].date()).filter(|date| date.kind != Kind::Time);
        let published = dates.clone().find_map(|date| date.published.clone());
        published.or_else(|| dates.find_map(|date| date.updated.clone()))
    }
}

/// The value of the header line that block `index` is.
pub(super) fn header_value<'p>(article: &'p Article, index: usize) -> Option<&'p str> {
    let block: &Block = article.blocks.get(index).filter(|_| index < article.header_blocks)?;
    header::parse(&block.text).map(|(_, value)| value)
}

/// A quotation with who said it: what stands in brackets behind it is a source, not a credit.
fn is_quotation(text: &str) -> bool {
    text.starts_with(['“', '"', '«', '„', '「', '‘'])
}
