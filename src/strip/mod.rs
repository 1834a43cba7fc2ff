//! Taking chrome and in-article repeats out of one article, and catching what fills its fields.
//!
//! Rules only *mark*. [`strip`] is the one place that removes, so every removal is in the ledger and
//! rules cannot disturb each other. What all rules need to know of an article (where its title
//! stands, where its body starts and ends) is read once, in [`page::Page`].

/// Declares a rule: its doc is both what rustdoc shows and what `copydesk rules NAME` prints. The
/// file that declares it gives it a function `mark(page, marks)`.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])+
        $rule:ident, $name:literal, [$($reason:ident),*] $(, needs $needs:expr)?
    ) => {
        $(#[doc = $doc])+
        pub(crate) struct $rule;

        impl $crate::strip::Rule for $rule {
            fn name(&self) -> &'static str {
                $name
            }

            fn reasons(&self) -> &'static [$crate::ledger::Reason] {
                &[$($crate::ledger::Reason::$reason),*]
            }

            fn doc(&self) -> &'static str {
                concat!($($doc, "\n"),+)
            }

            $(fn needs(&self) -> u64 {
                $needs
            })?

            fn mark(&self, page: &$crate::strip::Page, marks: &mut Vec<$crate::strip::Mark>) {
                mark(page, marks);
            }
        }
    };
}

mod alike;
mod author_bio;
mod byline;
mod caps_link;
mod caption_repeat;
mod count_marker;
mod facts;
mod glued_copy;
pub mod main_text;
mod metadata_header;
mod page;
mod page_numbers;
mod section_label;
mod seen;
mod teaser;
mod text_size_widget;
mod timestamp;
mod title_repeat;
mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

pub use facts::{Facts, facts_of};
pub use page::Page;
pub use seen::{Known, Scratch};

use crate::article::{Article, Caption, Span};
use crate::fingerprint::key_of;
use crate::keep::KeepList;
use crate::ledger::{Reason, Removal, Repeats};
use crate::model::Model;
use crate::recognize::{byline as names, credit};

/// What a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// The text is no part of the article. `repeats` is the earlier block it copies.
    Remove {
        /// Why.
        reason: Reason,
        /// The block it repeats; the title field of the record where that is what it repeats.
        repeats: Option<Copied>,
    },
    /// The text is the title.
    Title,
    /// The text is the caption of a picture, with its credit or without.
    Caption,
    /// The text is a credit on a line of its own.
    Credit,
    /// The text names the author.
    Byline,
}

/// What a removed text copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The block with this index.
    Block(usize),
    /// The title that the input record gives.
    TitleField,
}

/// A rule's wish for one block, or for a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Index of the block.
    pub block: usize,
    /// The bytes of the block's text that are meant; `None` for all of it. Only removals have parts,
    /// and only in blocks that are one line.
    pub part: Option<Range<usize>>,
    /// What for.
    pub take: Take,
}

impl Mark {
    /// Removes block `block`, which copies nothing.
    #[must_use]
    pub fn remove(block: usize, reason: Reason) -> Mark {
        Mark { block, part: None, take: Take::Remove { reason, repeats: None } }
    }

    /// Removes block `block`, a copy of block `of`.
    #[must_use]
    pub fn repeat(block: usize, reason: Reason, of: usize) -> Mark {
        let repeats = Some(Copied::Block(of));
        Mark { block, part: None, take: Take::Remove { reason, repeats } }
    }

    /// Takes block `block` for a field.
    #[must_use]
    pub fn field(block: usize, take: Take) -> Mark {
        Mark { block, part: None, take }
    }
}

/// Finds blocks that are no paragraph of the article. Looks at one article, keeps no state, never
/// fails, and does not know what other rules mark.
pub trait Rule: Sync {
    /// The name users write after `--no-rule` and read in reports.
    fn name(&self) -> &'static str;

    /// The reasons it gives.
    fn reasons(&self) -> &'static [Reason];

    /// What it looks for, why that is safe, and where it was seen; the first line is a summary.
    fn doc(&self) -> &'static str;

    /// Traits of which a page must have one, a bit for each, or the rule marks nothing.
    fn needs(&self) -> u64 {
        traits::ANY
    }

    /// Adds a mark for each block it knows.
    fn mark(&self, page: &Page, marks: &mut Vec<Mark>);
}

/// Every rule, in the order they are listed to users. On overlap the first one decides.
pub static RULES: &[&dyn Rule] = &[
    &metadata_header::MetadataHeader,
    &title_repeat::TitleRepeat,
    &text_size_widget::TextSizeWidget,
    &caption_repeat::CaptionRepeat,
    &glued_copy::GluedCopy,
    &timestamp::Timestamp,
    &byline::Byline,
    &author_bio::AuthorBio,
    &section_label::SectionLabel,
    &count_marker::CountMarker,
    &page_numbers::PageNumbers,
    &teaser::Teaser,
    &caps_link::CapsLink,
    &words::SHARE_BAR,
    &words::AD_MARKER,
    &words::MEDIA_PLACEHOLDER,
    &words::GALLERY_COUNTER,
    &words::READING_TIME,
    &words::NAV,
    &words::READ_MORE,
    &words::TAGS,
    &words::NEWSLETTER,
    &words::COOKIE_BANNER,
    &words::COMMENT_PROMPT,
    &words::PAYWALL,
    &words::COPYRIGHT,
    &words::WIRE_SIGNOFF,
    &words::SEPARATOR,
    &words::COUNT_WORDS,
    &words::URL_LINE,
    &words::IMAGE_FILENAME,
    &words::SCRIPT_RESIDUE,
    &main_text::MainText,
];

/// What a page may have, a bit for each: lines of a class, and what stands here.
pub(crate) mod traits {
    use crate::ledger::Reason;

    /// A line whose words are of this class.
    pub(crate) const fn class(reason: Reason) -> u64 {
        1 << reason as u32
    }

    /// Any page has this.
    pub(crate) const ANY: u64 = 1 << 63;
    /// Scores of a model.
    pub(crate) const JUDGED: u64 = 1 << 62;
    /// A metadata header.
    pub(crate) const HEADED: u64 = 1 << 61;
    /// Lines above the title.
    pub(crate) const OVERLINE: u64 = 1 << 60;
    /// A line that is only a date.
    pub(crate) const DATED: u64 = 1 << 59;
    /// A line that is only a number.
    pub(crate) const NUMBERED: u64 = 1 << 58;
    /// A title of another article.
    pub(crate) const TEASING: u64 = 1 << 57;
    /// A caption, a credit, or a line that stands twice.
    pub(crate) const PICTURED: u64 = 1 << 56;
    /// A line of two equal halves.
    pub(crate) const GLUED: u64 = 1 << 55;
}

/// The rules of one run.
pub struct Rules {
    /// Each with what it needs of a page, or it is not asked.
    listed: Vec<(&'static dyn Rule, u64)>,
    /// Whether the rule `main-text` is one of them, and its weights.
    is_judging: bool,
    model: Option<Arc<Model>>,
    /// What no rule may remove.
    keep: Option<Arc<KeepList>>,
}

impl Rules {
    /// Every rule but those named in `unwanted`; `model` replaces the built-in weights.
    #[must_use]
    pub fn new(unwanted: &[String], model: Option<Arc<Model>>) -> Rules {
        let wanted = |rule: &&&dyn Rule| !unwanted.iter().any(|name| name == rule.name());
        let listed: Vec<_> =
            RULES.iter().filter(wanted).map(|rule| (*rule, rule.needs())).collect();
        let is_judging = listed.iter().any(|(rule, _)| rule.name() == main_text::MainText.name());
        Rules { listed, is_judging, model, keep: None }
    }

    /// These rules, which may not remove what stands in `keep`.
    #[must_use]
    pub fn keeping(self, keep: Option<Arc<KeepList>>) -> Rules {
        Rules { keep, ..self }
    }

    /// Whether the configuration says no to `mark`, which removes: it keeps the block, or the part.
    fn forbids(&self, article: &Article, mark: &Mark) -> bool {
        let Some(keep) = &self.keep else { return false };
        let text = &article.blocks[mark.block].text;
        let part = mark.part.clone().and_then(|part| text.get(part));
        [Some(&**text), part].into_iter().flatten().any(|text| keep.kept_by(text).is_some())
    }

    /// The weights, where their rule runs.
    fn model(&self) -> Option<&Model> {
        self.is_judging.then(|| self.model.as_deref().unwrap_or_else(|| main_text::built_in()))
    }

    /// Reads `article` for the rules: see [`Page::read`].
    #[must_use]
    pub fn read<'f, 'p, 'a>(
        &self,
        article: &'p Article<'a>,
        facts: &'f mut Vec<Facts<'p>>,
        scratch: &mut Scratch,
    ) -> Page<'f, 'p, 'a> {
        self.judged(Page::read(article, facts, scratch))
    }

    /// The page of `article` for the rules. `facts` are those of its blocks, from [`facts_of`].
    #[must_use]
    pub fn page<'f, 'p, 'a>(
        &self,
        article: &'p Article<'a>,
        facts: &'f mut [Facts<'p>],
    ) -> Page<'f, 'p, 'a> {
        self.judged(Page::of(article, facts))
    }

    /// `page` with what the model makes of it, where its rule runs.
    fn judged<'f, 'p, 'a>(&self, mut page: Page<'f, 'p, 'a>) -> Page<'f, 'p, 'a> {
        if let Some(model) = self.model() {
            main_text::read(&mut page, model);
        }
        page
    }
}

/// One paragraph that stays.
#[derive(Clone, Debug)]
pub struct Paragraph<'a> {
    /// Its text as it came in, less the parts that were cut out.
    pub text: Cow<'a, str>,
    /// Its block's place in the dump.
    pub span: Span,
    /// 1-based line of the dump's text on which it starts.
    pub line: usize,
    /// What is known of it when it is plain, as `segment::shape` tells it.
    pub plain: Option<PlainParagraph>,
}

/// A plain paragraph, which is its own written form.
#[derive(Clone, Copy, Debug)]
pub struct PlainParagraph {
    /// The number of its words.
    pub words: usize,
    /// Its fingerprint, where that is known already: see [`Scratch::digest`].
    pub digest: Option<Known>,
}

/// An article without chrome and repeats, and the account of what went.
#[derive(Debug, Default)]
pub struct Stripped {
    /// How many paragraphs stay.
    pub paragraphs: usize,
    /// The title found in the text, as it came in.
    pub title: Option<String>,
    /// The names of the authors found in the text.
    pub byline: Option<String>,
    /// The date of publication found in the text, as `date::published` writes it.
    pub published: Option<String>,
    /// Each picture caption once.
    pub captions: Vec<Caption>,
    /// What was removed, in the order of the text.
    pub removals: Vec<Removal>,
    /// What rules asked for and the configuration kept.
    pub kept: Vec<Kept>,
    /// Blocks that came in.
    pub blocks_in: usize,
    /// Blocks that became the title, a caption, a credit or the byline.
    pub blocks_in_fields: usize,
}

/// A removal that a rule asked for and the configuration forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Index of the block.
    pub block: usize,
    /// The rule.
    pub rule: &'static str,
    /// Its reason.
    pub reason: Reason,
}

/// What becomes of the blocks.
struct Fates {
    /// What each block is taken for, and the rule that says so.
    whole: Vec<Option<(Take, &'static str)>>,
    /// What is cut out of blocks, by their indices. Few articles have any.
    cuts: BTreeMap<usize, Vec<Cut>>,
}

/// A part of a block that is removed.
struct Cut {
    part: Range<usize>,
    reason: Reason,
    rule: &'static str,
    repeats: Option<Copied>,
}

/// Removes from the article of `page`, which `rules` read, what they mark, adds what stays to `paragraphs`, in reading
/// order and not yet normalized, and fills its fields. `dump_text` is the decoded text the spans point into, where an
/// account of what is removed is wanted.
#[must_use]
pub fn strip<'a>(
    page: &Page<'_, '_, 'a>,
    dump_text: Option<&str>,
    rules: &Rules,
    scratch: &mut Scratch,
    paragraphs: &mut Vec<Paragraph<'a>>,
) -> Stripped {
    let article = page.article;
    let blocks_in = article.blocks.len();
    let before = paragraphs.len();
    let mut stripped = Stripped { blocks_in, ..Stripped::default() };
    let mut fates = Fates { whole: std::mem::take(&mut scratch.fates), cuts: BTreeMap::new() };
    fates.whole.clear();
    fates.whole.resize(blocks_in, None);
    let marks = &mut scratch.marks;
    // A rule that failed on another article may have left some.
    marks.clear();
    let has = page.traits();
    for (rule, needs) in &rules.listed {
        if needs & has == 0 {
            continue;
        }
        rule.mark(page, marks);
        // Most rules find nothing in most articles.
        if marks.is_empty() {
            continue;
        }
        for mark in marks.drain(..) {
            match mark.take {
                Take::Remove { reason, .. } if rules.forbids(article, &mark) => {
                    stripped.kept.push(Kept { block: mark.block, rule: rule.name(), reason });
                }
                _ => fates.add(mark, rule.name()),
            }
        }
    }
    keep_a_paragraph(&mut fates.whole);
    stripped.published = page.published().map(str::to_owned);
    let mut credits = Vec::new();
    for (block, &whole) in fates.whole.iter().enumerate() {
        if whole.is_none() && !fates.cuts.contains_key(&block) {
            let text = article.blocks[block].text.clone();
            paragraphs.push(paragraph(page, block, text, true));
            continue;
        }
        let cuts = fates.cuts.remove(&block).unwrap_or_default();
        let rest = apply(page, dump_text, block, whole, cuts, &mut stripped, &mut credits);
        paragraphs.extend(rest);
    }
    stripped.paragraphs = paragraphs.len() - before;
    scratch.fates = fates.whole;
    place_credits(&mut stripped.captions, credits);
    stripped
}

impl Fates {
    fn add(&mut self, mark: Mark, rule: &'static str) {
        match (mark.part, mark.take) {
            (Some(part), Take::Remove { reason, repeats }) => {
                let cuts = self.cuts.entry(mark.block).or_default();
                let apart = |cut: &Cut| cut.part.end <= part.start || part.end <= cut.part.start;
                if cuts.iter().all(apart) {
                    cuts.push(Cut { part, reason, rule, repeats });
                }
            }
            (_, take) => {
                self.whole[mark.block].get_or_insert((take, rule));
            }
        }
    }
}

/// What is taken from the text must leave a paragraph behind; else captions, and then the title, are
/// the text.
fn keep_a_paragraph(taken: &mut [Option<(Take, &'static str)>]) {
    for wanted in [Take::Caption, Take::Title] {
        if taken.iter().any(Option::is_none) {
            return;
        }
        for fate in taken.iter_mut() {
            fate.take_if(|(take, _)| *take == wanted);
        }
    }
}

/// The block as a paragraph with this text; `whole` says that nothing was cut out of it.
fn paragraph<'a>(
    page: &Page<'_, '_, 'a>,
    index: usize,
    text: Cow<'a, str>,
    whole: bool,
) -> Paragraph<'a> {
    let (block, facts) = (&page.article.blocks[index], &page.facts[index]);
    let plain = facts.plain_words.filter(|_| whole);
    let plain = plain.map(|words| PlainParagraph { words: words as usize, digest: facts.digest });
    Paragraph { text, span: block.span, line: block.line, plain }
}

/// Carries out what was decided of one block, and gives what stays of it.
fn apply<'a>(
    page: &Page<'_, '_, 'a>,
    dump_text: Option<&str>,
    index: usize,
    whole: Option<(Take, &'static str)>,
    mut cuts: Vec<Cut>,
    stripped: &mut Stripped,
    credits: &mut Vec<(usize, String)>,
) -> Option<Paragraph<'a>> {
    let article = page.article;
    let block = &article.blocks[index];
    let mut account = |span: Span, rule, reason, copied: Option<Copied>, partial| {
        stripped.removals.extend(dump_text.map(|dump_text| Removal {
            span,
            line: block.line,
            rule,
            reason,
            text: span.of(dump_text).to_owned(),
            repeats: copied.map(|copied| match copied {
                Copied::Block(of) => Repeats::Span(article.blocks[of].span),
                Copied::TitleField => Repeats::TitleField,
            }),
            partial,
        }));
    };
    if let Some((Take::Remove { reason, repeats }, rule)) = whole {
        account(block.span, rule, reason, repeats, false);
        return None;
    }
    cuts.sort_by_key(|cut| cut.part.start);
    for Cut { part, reason, rule, repeats } in &cuts {
        let start = block.span.start + part.start;
        let span = Span { start, end: block.span.start + part.end };
        account(span, *rule, *reason, *repeats, true);
    }
    let mut text = block.text.clone();
    for Cut { part, .. } in cuts.iter().rev() {
        text.to_mut().replace_range(part.clone(), "");
    }
    // A whole block has no space at its ends.
    if !cuts.is_empty() {
        text = Cow::Owned(text.trim().to_owned());
    }
    stripped.blocks_in_fields += usize::from(whole.is_some());
    match whole.map(|(take, _)| take) {
        Some(Take::Title) => {
            let value = page::header_value(article, index).unwrap_or(&text);
            stripped.title.get_or_insert_with(|| value.to_owned());
        }
        Some(Take::Byline) => {
            let name = names::find(&text).map_or_else(|| text.to_string(), |b| b.name.to_string());
            match &mut stripped.byline {
                Some(byline) if key_of(byline) != key_of(&name) => {
                    byline.push_str(", ");
                    byline.push_str(&name);
                }
                Some(_) => {}
                none => *none = Some(name),
            }
        }
        Some(Take::Caption) => {
            let credit = if *text == *block.text {
                page.facts[index].credit().map(|credit| credit.text.clone().into_owned())
            } else {
                credit::find(&text).map(|credit| credit.text.into_owned())
            };
            let credit = credit.filter(|credit| !credit.is_empty());
            stripped.captions.push(Caption { text: Some(text.into_owned()), credit });
        }
        Some(Take::Credit) => {
            let found = credit::find(&text).map(|credit| credit.text.into_owned());
            let credit = found.unwrap_or_else(|| text.into_owned());
            credits.push((stripped.captions.len(), credit));
        }
        Some(Take::Remove { .. }) | None => {
            return Some(paragraph(page, index, text, cuts.is_empty()));
        }
    }
    None
}

/// Gives each credit on a line of its own to the nearest caption without one: the one before it,
/// else the one after it. What finds none stands alone.
fn place_credits(captions: &mut Vec<Caption>, credits: Vec<(usize, String)>) {
    let mut alone = Vec::new();
    for (place, credit) in credits {
        let key = key_of(&credit).into_owned();
        let open = |caption: &Caption| caption.credit.is_none();
        let before = captions[..place].iter().rposition(open).filter(|&i| i + 1 == place);
        let after = || (place < captions.len() && open(&captions[place])).then_some(place);
        let any = || captions.iter().position(open);
        match before.or_else(after).or_else(any) {
            Some(caption) => captions[caption].credit = Some(credit),
            None if captions
                .iter()
                .any(|c| c.credit.as_deref().is_some_and(|c| key_of(c) == key)) => {}
            None => alone.push(Caption { text: None, credit: Some(credit) }),
        }
    }
    captions.extend(alone);
}
