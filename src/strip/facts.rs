//! What each line of some articles looks like, one question after the other asked of many lines: the code of all
//! questions is more than a first cache holds.

use std::cell::Cell;
use std::num::NonZeroU32;

use super::seen::{Known, Place, Plain, Scratch};
use crate::article::Article;
use crate::ledger::Reason;
use crate::lexicon::{self, Hit, Strength};
use crate::recognize::byline::{self, Byline};
use crate::recognize::credit::{self, Credit};
use crate::recognize::date::{self, DateLine, Kind};
use crate::segment::lines::{ends_sentence, width};
use crate::segment::shape::Measure;

/// What one block looks like. Small, so that those of most articles need no large piece of memory.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Facts<'a> {
    /// Columns.
    pub width: u32,
    /// The number of its words, when it is graphic characters of ASCII with one space between words, which are their own
    /// written form.
    pub plain_words: Option<u32>,
    /// Whether it ends as a sentence does.
    pub sentence: bool,
    /// What its words say.
    pub hit: Option<Hit>,
    /// Whether they are controls of a picture; asked only of a block whose words say something.
    pub controls: Controls,
    /// What few lines have.
    rare: Option<Box<Rare<'a>>>,
    /// Whether it is nothing but digits, and how many.
    pub digits: u8,
    /// The block directly before or after says the same.
    pub doubled: bool,
    /// It is the caption of a picture.
    pub caption: bool,
    /// It states the title again.
    pub restates: bool,
    /// It is a title of another article, under a label that announces such.
    pub teaser: Option<Reason>,
    /// Where the second of two equal halves of the line starts.
    pub second_copy: Option<NonZeroU32>,
    /// Its fingerprint, where that is known already.
    pub digest: Option<Known>,
}

// They are gone over again and again.
const _: () = assert!(size_of::<Facts>() <= 40);

/// What few lines have: apart from what is read of each of them.
#[derive(Clone, Debug, Default)]
struct Rare<'a> {
    date: Option<DateLine>,
    credit: Option<Credit<'a>>,
    byline: Option<Byline<'a>>,
}

/// Fills `all` with the facts of all blocks of `articles`. `at` says at any moment at which of them it works.
pub fn facts_of<'p>(
    articles: &[&'p Article],
    all: &mut Vec<Facts<'p>>,
    scratch: &mut Scratch,
    at: &Cell<usize>,
) {
    all.clear();
    all.reserve_exact(articles.iter().map(|of| of.blocks.len()).sum());
    let mut asked = Asked::new(at);
    scratch.seen.forget_digests();
    for (article, of) in articles.iter().enumerate() {
        at.set(article);
        for block in &of.blocks {
            let text = &*block.text;
            let place = Place::of(text);
            if let Some((plain, digest)) = scratch.seen.get(text, place) {
                all.push(Facts { digest, ..Facts::of(plain) });
                continue;
            }
            let stands = (article, all.len());
            all.push(Facts::default());
            if !asked.is_copy(text, place, stands) {
                asked.lines.push(Line::new(text, place, stands));
                if asked.lines.len() == TOGETHER {
                    asked.answer(all, scratch);
                    at.set(article);
                }
            }
        }
    }
    asked.answer(all, scratch);
}

/// Lines that are asked together: with half as many, 18 wrong jumps and 36 misses of the first cache of instructions an
/// article more, and 32 of data less.
const TOGETHER: usize = 128;

/// Places in which an equal line is looked for.
const PLACES: usize = 2 * TOGETHER;

/// The lines that are being asked.
struct Asked<'p, 'f> {
    at: &'f Cell<usize>,
    lines: Vec<Line<'p>>,
    /// By the place of a line, where the last one of that place stands in `lines`. What it holds only saves time.
    latest: [u8; PLACES],
    /// Lines that are equal to one of `lines`: where they stand, their place, and which one.
    copies: Vec<((usize, usize), Place, usize)>,
}

/// A line and the answers so far.
struct Line<'p> {
    text: &'p str,
    place: Place,
    /// Its article, and where its facts stand.
    stands: (usize, usize),
    hit: Option<Hit>,
    rare: Option<Box<Rare<'p>>>,
}

impl<'p> Line<'p> {
    fn new(text: &'p str, place: Place, stands: (usize, usize)) -> Line<'p> {
        Line { text, place, stands, hit: None, rare: None }
    }

    fn rare(&mut self) -> &mut Rare<'p> {
        self.rare.get_or_insert_default()
    }

    /// Whether its words say all that can be said of it.
    fn is_settled(&self) -> bool {
        self.hit.is_some_and(|hit| hit.strength == Strength::Always)
    }
}

impl<'p, 'f> Asked<'p, 'f> {
    fn new(at: &'f Cell<usize>) -> Asked<'p, 'f> {
        Asked { at, lines: Vec::with_capacity(TOGETHER), latest: [0; PLACES], copies: Vec::new() }
    }

    /// Whether one of the lines is equal to `text`, which will get its facts. A line alone always says the same.
    fn is_copy(&mut self, text: &str, place: Place, stands: (usize, usize)) -> bool {
        let latest = &mut self.latest[place.among(PLACES)];
        let of = usize::from(*latest);
        if self.lines.get(of).is_some_and(|line| line.place == place && line.text == text) {
            self.copies.push((stands, place, of));
            return true;
        }
        // Fewer lines than the type has numbers.
        *latest = u8::try_from(self.lines.len()).unwrap_or_default();
        false
    }

    /// Asks the lines one question after the other, and sets the facts of their blocks.
    fn answer(&mut self, all: &mut [Facts<'p>], scratch: &mut Scratch) {
        self.ask(|line| line.hit = lexicon::classify(line.text, &mut scratch.lexicon));
        self.ask(|line| {
            if line.hit.is_none()
                && let Some(date) = date::line(line.text)
            {
                line.rare().date = Some(date);
            }
        });
        self.ask(|line| {
            if !line.is_settled()
                && let Some(credit) = credit::find(line.text)
            {
                line.rare().credit = Some(credit);
            }
        });
        self.ask(|line| {
            if !line.is_settled()
                && let Some(byline) = byline::find(line.text)
            {
                line.rare().byline = Some(byline);
            }
        });
        self.ask(|line| {
            all[line.stands.1] = line.facts(scratch);
        });
        for ((article, stands), place, of) in self.copies.drain(..) {
            let Line { text, stands: (first, of), .. } = self.lines[of];
            let facts = all[of].clone();
            // Copies in one article are captions, which do not come back.
            if first != article && facts.rare.is_none() {
                scratch.seen.put(text, place, facts.plain());
            }
            all[stands] = facts;
        }
        self.lines.clear();
    }

    /// Asks all lines one question.
    fn ask(&mut self, mut question: impl FnMut(&mut Line<'p>)) {
        for line in &mut self.lines {
            self.at.set(line.stands.0);
            question(line);
        }
    }
}

impl<'p> Line<'p> {
    /// What the answers come to.
    fn facts(&mut self, scratch: &mut Scratch) -> Facts<'p> {
        let text = self.text;
        let rare = self.rare.take();
        // "Photo: ..." opens links to galleries and credits alike, and a reporter signs below the story
        // where an agency does: a name on the line decides.
        let named = rare.as_ref().map(|rare| (rare.credit.as_ref(), rare.byline.as_ref()));
        let (credit, byline) = named.unwrap_or_default();
        let credited = credit.is_some_and(|credit| credit.alone && credit.strong);
        let signed = byline.is_some_and(|byline| byline.sure) && text.contains(':');
        let hit = self.hit.filter(|hit| {
            let picture = credited && hit.teaser;
            let reporter = signed && hit.reason == Reason::WireSignoff;
            !picture && !reporter
        });
        let controls = hit.as_ref().map_or(Controls::default(), |_| Controls::of(text));
        let Measure { width, plain_words } = Measure::of(text);
        let facts = Facts {
            width: width.try_into().unwrap_or(u32::MAX),
            plain_words: plain_words.and_then(|words| words.try_into().ok()),
            sentence: ends_sentence(text),
            hit,
            controls,
            rare,
            digits: digits(text),
            second_copy: second_copy(text),
            ..Facts::default()
        };
        if facts.rare.is_none() {
            scratch.seen.put(text, self.place, facts.plain());
        }
        facts
    }
}

impl<'a> Facts<'a> {
    /// Whether it is only a date or a time.
    #[must_use]
    #[inline]
    pub fn date(&self) -> Option<&DateLine> {
        self.rare.as_ref()?.date.as_ref()
    }

    /// The credit in it.
    #[must_use]
    #[inline]
    pub fn credit(&self) -> Option<&Credit<'a>> {
        self.rare.as_ref()?.credit.as_ref()
    }

    /// Whether it names an author.
    #[must_use]
    #[inline]
    pub fn byline(&self) -> Option<&Byline<'a>> {
        self.rare.as_ref()?.byline.as_ref()
    }

    /// Whether it is no date, no credit of its own and hardly a byline.
    #[inline]
    pub(super) fn is_common(&self) -> bool {
        self.rare.as_ref().is_none_or(|rare| {
            rare.date.as_ref().is_none_or(|date| date.kind == Kind::Time)
                && rare.credit.as_ref().is_none_or(|credit| !credit.alone)
                && !rare.byline.is_some_and(|byline| byline.sure)
        })
    }

    /// What is remembered of a line without what is rare.
    fn plain(&self) -> Plain {
        Plain {
            width: self.width,
            words: self.plain_words,
            sentence: self.sentence,
            hit: self.hit,
            controls: self.controls,
            digits: self.digits,
            second_copy: self.second_copy,
        }
    }

    /// The facts of such a line, before its place is known.
    fn of(plain: Plain) -> Self {
        Facts {
            width: plain.width,
            plain_words: plain.words,
            sentence: plain.sentence,
            hit: plain.hit,
            controls: plain.controls,
            digits: plain.digits,
            second_copy: plain.second_copy,
            ..Facts::default()
        }
    }
}

/// How many bytes `text` has, if it is nothing but digits and not longer than a number is.
fn digits(text: &str) -> u8 {
    match u8::try_from(text.len()) {
        Ok(len @ ..=24) if text.chars().all(char::is_numeric) => len,
        _ => 0,
    }
}

/// Columns of the whole line below which a doubled word may be a cheer or a name.
const GLUED_WIDTH_MIN: usize = 32;

/// Where the second of two equal halves of `text` starts, with the spaces before it. Of 377 such
/// lines on 78 sites 16 were text, 14 of those rules drawn with one character; so it takes letters.
fn second_copy(text: &str) -> Option<NonZeroU32> {
    let middle = text.len() / 2;
    let bytes = text.as_bytes();
    // Most lines differ in the first byte of their halves.
    let alike = (middle..middle + 2).any(|m| bytes.get(m) == bytes.first());
    if bytes.len() < GLUED_WIDTH_MIN / 2 || !alike {
        return None;
    }
    let first = text.get(..middle)?.trim_end();
    let second = text.get(first.len()..)?.trim_start();
    let letters = first.chars().filter(|c| c.is_alphabetic()).count();
    let doubled = first == second && letters * 2 > first.chars().count();
    let second = first.len().try_into().ok().and_then(NonZeroU32::new);
    second.filter(|_| doubled && width(text) >= GLUED_WIDTH_MIN)
}

/// Whether a line holds the controls of a picture.
#[derive(Clone, Copy, Debug, Default)]
pub struct Controls {
    /// Those above its caption.
    pub open: bool,
    /// Those under it.
    pub close: bool,
}

impl Controls {
    fn of(text: &str) -> Controls {
        let text = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let view = ["enlarge", "fullscreen", "full screen", "view image"];
        let open = has(&view)
            || has(&["image caption", "vollbild", "agrandir"])
            || ((text.starts_with("image ") || text.starts_with("photo ")) && has(&[" of "]));
        Controls { open, close: has(&["hide caption", "toggle caption"]) }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::article::{Block, Fields, Span};

    fn article<'t>(lines: impl Iterator<Item = &'t str>) -> Article<'t> {
        let block = |(number, line): (usize, &'t str)| {
            let span = Span { start: 0, end: line.len() };
            Block { text: Cow::Borrowed(line), span, line: number + 1, gap: 0, indent: 0 }
        };
        let blocks = lines.enumerate().map(block).collect();
        Article { blocks, header_blocks: 0, fields: Cow::Owned(Fields::default()) }
    }

    #[test]
    fn lines_asked_together_are_what_they_are_alone() {
        let long = "The mill at the river burnt down on Monday, and nobody knows why. ".repeat(6);
        let other_long = format!("{}?", long.replace("nobody", "no body"));
        let lines = [
            "Share on Facebook",
            "Updated 29 December 2019",
            "By Jane Doe",
            "The mill at the river in the morning after the fire (AP)",
            "The mill at the river in the morning after the fire (AFP)",
            "Photo: Sam Holt, AP",
            "Foto: Jürgen Holt/dpa",
            "12",
            "",
            "The mill at the river burnt.The mill at the river burnt.",
            "Read more: Bridge opens",
            "磨坊周一烧毁",
            "  two  spaces ",
            &long,
            &other_long,
        ];
        let mut state = 7_usize;
        let mut scratch = Scratch::default();
        for count in [1, 2, 7, 40] {
            let mut line = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                lines[(state >> 33) % lines.len()]
            };
            let articles: Vec<Article> =
                (0..count).map(|n| article((0..n * 3 % 50).map(|_| line()))).collect();
            let at = Cell::new(0);
            let mut all = vec![Facts::default()];
            facts_of(&articles.iter().collect::<Vec<_>>(), &mut all, &mut scratch, &at);
            let blocks = articles.iter().flat_map(|article| &article.blocks);
            assert_eq!((all.len(), at.get() < count), (blocks.clone().count(), true));
            for (block, found) in blocks.zip(all) {
                let alone = Article { blocks: vec![block.clone()], ..articles[0].clone() };
                let mut plainly = Vec::new();
                facts_of(&[&alone], &mut plainly, &mut Scratch::default(), &Cell::default());
                // A fingerprint is known only of a line that is remembered.
                let found = Facts { digest: None, ..found };
                assert_eq!(format!("{:?}", [found]), format!("{plainly:?}"));
            }
        }
    }
}
