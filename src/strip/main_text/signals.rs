//! Reads the signals of a page.

use std::hash::{BuildHasher, Hash};
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashMap};

use super::words::{Sayings, Spoken, TitleWords, Told, Topic};
use crate::article::Block;
use crate::ledger::Reason;
use crate::lexicon::Strength;
use crate::model::head::Head;
use crate::model::signals::{OfBlock, Signal, Signals, byte, scaled, share};
use crate::model::words::Words;
use crate::recognize::date::Kind;
use crate::segment::shape::Shape;
use crate::strip::Page;
use crate::strip::facts::Facts;

/// Columns from which a sentence counts as prose here: shorter ones are labels and comments as often.
const PROSE_WIDTH: u32 = 60;
/// Columns from which a line is prose whatever its last character.
const LONG_WIDTH: u32 = 110;
/// Function words of every 63 words that prose has at the least. Of the lines of articles as wide as
/// prose nine in ten have more, of teasers and legal lines half.
const PROSE_FUNCTIONS: u32 = 8;
/// Columns below which a line is short.
const SHORT_WIDTH: u32 = 50;
/// Columns of one block that count towards how much text stands above and below it.
const MASS_MAX: u32 = 400;
/// Blocks from which a distance is far.
const FAR: u32 = 80;

/// What one block looks like by itself.
#[derive(Clone, Copy, Default)]
struct Look {
    width: u32,
    ending: u8,
    opening: u8,
    bullet: bool,
    chrome: bool,
    prose: bool,
    hit: u8,
    date: u8,
    capitals: u8,
    functions: u8,
    indent: u8,
}

/// The signals of one page, and the words that more of them are read from.
pub struct Reading {
    /// The signals.
    pub signals: Signals,
    /// The number of words of each block, between white space.
    pub counts: Vec<u32>,
    blocks: usize,
    /// The words of all blocks.
    told: Told,
    /// Which of the topic words are of each block.
    topics: Vec<Range<usize>>,
    /// Which of all words.
    words: Vec<Range<usize>>,
}

impl Reading {
    /// Reads the signals of `page` but for those of the second round.
    #[must_use]
    pub fn of(page: &Page, known: &Words) -> Reading {
        let blocks = page.len();
        let mut reading = Reading {
            signals: Signals::new(blocks),
            blocks,
            told: Told::default(),
            topics: Vec::with_capacity(blocks),
            words: Vec::with_capacity(blocks),
            counts: Vec::with_capacity(blocks),
        };
        let looks: Vec<Look> = (0..blocks).map(|i| reading.read_block(page, i, known)).collect();
        reading.read_repeats(page);
        reading.read_joined(page, &looks);
        reading.read_windows(&looks);
        reading.read_neighbours();
        reading.read_places(&looks);
        reading.read_labels(page, &looks);
        reading.read_title(page, known);
        reading.read_topic(&looks);
        reading
    }

    /// The topic words of block `i`.
    fn topics(&self, i: usize) -> &[u32] {
        &self.told.topics[self.topics[i].clone()]
    }

    /// The hashes of the first words of block `i`.
    #[must_use]
    pub fn words(&self, i: usize) -> &[u32] {
        &self.told.words[self.words[i].clone()]
    }

    /// Reads what the words of each block say, by other words than those that the page was read with.
    pub fn read_words(&mut self, known: &Words) {
        for i in 0..self.blocks {
            let mut sayings = Sayings::default();
            for (n, &word) in self.words(i).iter().enumerate() {
                sayings.add(known.get(word), n < 2);
            }
            sayings.tell(&mut self.signals.of_block(i));
        }
    }

    fn read_block(&mut self, page: &Page, i: usize, known: &Words) -> Look {
        let (facts, block) = (&page.facts[i], &page.article.blocks[i]);
        let text = page.text(i);
        let shape = &Shape::of(text);
        self.counts.push(u32::try_from(shape.words).unwrap_or(u32::MAX));
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).min(1 << 20);
        let (chars, letters) = (count(shape.chars), count(shape.letters));
        let wide = shape.width - shape.chars;
        let head = Head::of(text);
        let (topics, all_words) = (self.told.topics.len(), self.told.words.len());
        let spoken = Spoken::read(&head, text, wide * 2 > shape.letters, known, &mut self.told);
        self.topics.push(topics..self.told.topics.len());
        self.words.push(all_words..self.told.words.len());
        let width = count(shape.width);
        let words = count(shape.words).max(count(wide) / 2);
        let look = Look {
            width,
            ending: ending(text),
            opening: opening(text),
            bullet: is_bullet(text),
            chrome: page.is_chrome(i),
            hit: hit(facts),
            date: date(facts),
            capitals: share(spoken.capitals, spoken.words),
            functions: share(spoken.functions, spoken.functions_of),
            indent: scaled(count(block.indent)),
            prose: false,
        };
        let says = look.ending >= ENDS && width >= PROSE_WIDTH || width >= LONG_WIDTH;
        let functional = u32::from(look.functions) >= PROSE_FUNCTIONS;
        let look = Look { prose: says && functional && !look.chrome, ..look };
        let mut own = self.signals.of_block(i);
        own.set(Signal::Width, scaled(width));
        own.set(Signal::Words, scaled(words));
        own.set(Signal::WordLength, scaled(letters * 4 / words.max(1)));
        own.set(Signal::Letters, share(letters, chars));
        own.set(Signal::Upper, share(count(shape.upper), letters));
        own.set(Signal::Capitals, look.capitals);
        own.set(Signal::Digits, share(count(shape.digits), chars));
        own.set(Signal::DigitCount, scaled(count(shape.digits)));
        own.set(Signal::Punctuation, share(count(shape.punctuation), chars));
        own.set(Signal::Commas, scaled(spoken.commas));
        own.set(Signal::FunctionCount, scaled(spoken.functions));
        own.set(Signal::Functions, look.functions);
        spoken.sayings.tell(&mut own);
        own.set(Signal::Stops, scaled(spoken.stops));
        own.set(Signal::Ending, look.ending);
        own.set(Signal::Opening, look.opening);
        own.set(Signal::Bullet, look.bullet.into());
        own.set(Signal::GapAbove, scaled(count(block.gap)));
        let below: Option<&Block> = page.article.blocks.get(i + 1);
        own.set(Signal::GapBelow, below.map_or(3, |next| scaled(count(next.gap))));
        own.set(Signal::Indent, look.indent);
        own.set(Signal::Hit, look.hit);
        own.set(Signal::HitStrength, strength(facts));
        own.set(Signal::Chrome, look.chrome.into());
        own.set(Signal::Date, look.date);
        own.set(
            Signal::Credit,
            facts.credit().map_or(0, |c| 1 + u8::from(c.alone) + 2 * u8::from(c.strong)),
        );
        own.set(Signal::Byline, facts.byline().map_or(0, |b| 1 + u8::from(b.sure)));
        own.set(Signal::Caption, facts.caption.into());
        own.set(Signal::Prose, look.prose.into());
        read_marks(&mut own, &head, text, shape);
        look
    }

    fn read_repeats(&mut self, page: &Page) {
        let hasher = DefaultHashBuilder::default();
        let keys: Vec<u64> = (0..self.blocks).map(|i| hasher.hash_one(page.text(i))).collect();
        let groups = Groups::of(keys.into_iter());
        let mut counts = vec![0; groups.count];
        groups.of.iter().for_each(|&group| counts[group] += 1);
        self.signals.fill(Signal::Repeats, |i| scaled(counts[groups.of[i]]));
    }

    /// Programs that set every link on a line of its own cut paragraphs into pieces.
    fn read_joined(&mut self, page: &Page, looks: &[Look]) {
        let joins = |i: usize| {
            let (above, here) = (&looks[i - 1], &looks[i]);
            let open = above.ending < ENDS_CLAUSE && page.article.blocks[i].gap <= 1;
            let goes_on = here.opening <= OPENS_SMALL || above.ending == ENDS_COMMA;
            open && goes_on && !here.bullet
        };
        let mut start = 0;
        while start < looks.len() {
            let mut end = start + 1;
            while end < looks.len() && joins(end) {
                end += 1;
            }
            let width: u32 = looks[start..end].iter().map(|look| look.width).sum();
            let lines = u32::try_from(end - start).unwrap_or(u32::MAX);
            for i in start..end {
                self.signals.set(Signal::JoinedWidth, i, scaled(width));
                self.signals.set(Signal::JoinedLines, i, scaled(lines));
            }
            start = end;
        }
    }

    fn read_windows(&mut self, looks: &[Look]) {
        let signals = &mut self.signals;
        let prose = Sums::of(looks, |look| look.prose.into());
        prose.share_around::<2>(signals, Signal::Prose2);
        prose.share_around::<5>(signals, Signal::Prose5);
        prose.share_around::<12>(signals, Signal::Prose12);
        prose.share_around::<30>(signals, Signal::Prose30);
        let mean = |sum: u32, of: u32| scaled(sum / of);
        let flat = |sum: u32, of: u32| byte(sum / of);
        let widths = Sums::of(looks, |look| look.width.min(300));
        widths.beside::<3>(signals, mean, Signal::WidthAbove3, Signal::WidthBelow3);
        widths.beside::<10>(signals, mean, Signal::WidthAbove10, Signal::WidthBelow10);
        let chrome = Sums::of(looks, |look| look.chrome.into());
        chrome.beside::<3>(signals, share, Signal::ChromeAbove3, Signal::ChromeBelow3);
        chrome.beside::<10>(signals, share, Signal::ChromeAbove10, Signal::ChromeBelow10);
        let ends = Sums::of(looks, |look| (look.ending >= ENDS).into());
        ends.beside::<3>(signals, share, Signal::EndsAbove3, Signal::EndsBelow3);
        ends.beside::<10>(signals, share, Signal::EndsAbove10, Signal::EndsBelow10);
        let capitals = Sums::of(looks, |look| look.capitals.into());
        capitals.beside::<3>(signals, flat, Signal::CapitalsAbove3, Signal::CapitalsBelow3);
        capitals.beside::<10>(signals, flat, Signal::CapitalsAbove10, Signal::CapitalsBelow10);
        let functions = Sums::of(looks, |look| look.functions.into());
        functions.beside::<3>(signals, flat, Signal::FunctionsAbove3, Signal::FunctionsBelow3);
        functions.beside::<10>(signals, flat, Signal::FunctionsAbove10, Signal::FunctionsBelow10);
        let bullets = Sums::of(looks, |look| look.bullet.into());
        bullets.beside::<10>(signals, share, Signal::BulletsAbove10, Signal::BulletsBelow10);
        let dates = Sums::of(looks, |look| (look.date > 0).into());
        dates.beside::<10>(signals, share, Signal::DatesAbove10, Signal::DatesBelow10);
    }

    fn read_neighbours(&mut self) {
        let signals = &mut self.signals;
        let (above, below) = (Signal::WidthM1, Signal::WidthP1);
        let (above_2, below_2) = (Signal::WidthM2, Signal::WidthP2);
        let (above_3, below_3) = (Signal::WidthM3, Signal::WidthP3);
        let widths =
            [(above, -1), (below, 1), (above_2, -2), (below_2, 2), (above_3, -3), (below_3, 3)];
        signals.shift(Signal::Width, widths);
        signals.shift(Signal::Ending, [(Signal::EndingM1, -1), (Signal::EndingP1, 1)]);
        signals.shift(Signal::Opening, [(Signal::OpeningP1, 1)]);
        signals.shift(Signal::Capitals, [(Signal::CapitalsM1, -1), (Signal::CapitalsP1, 1)]);
        let (above, below) = (Signal::IndentM1, Signal::IndentP1);
        let (above_2, below_2) = (Signal::IndentM2, Signal::IndentP2);
        let indents = [(above, -1), (below, 1), (above_2, -2), (below_2, 2)];
        signals.shift(Signal::Indent, indents);
        signals.shift(Signal::Hit, [(Signal::HitM1, -1), (Signal::HitP1, 1)]);
    }

    fn read_places(&mut self, looks: &[Look]) {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let blocks = looks.len();
        let widths = Sums::of(looks, |look| look.width.min(4 * MASS_MAX));
        let mass = Sums::of(looks, |look| if look.prose { look.width.min(MASS_MAX) } else { 0 });
        let prose = Sums::of(looks, |look| look.prose.into());
        let (all, spoken, told) =
            (widths.between(0, blocks), mass.between(0, blocks), prose.between(0, blocks));
        self.signals.fill(Signal::Place, |i| share(count(i), count(blocks.saturating_sub(1))));
        self.signals.fill(Signal::PlaceByWidth, |i| share(widths.between(0, i), all));
        self.signals.fill(Signal::Above, |i| scaled(count(i)));
        self.signals.fill(Signal::Below, |i| scaled(count(blocks - 1 - i)));
        self.signals.fill_with(Signal::PageProse, scaled(spoken));
        self.signals.fill_with(Signal::PageProseBlocks, scaled(told));
        self.signals.fill_with(Signal::PageProseShare, share(spoken, all));
        self.signals.fill_with(Signal::PageProseWidth, scaled(spoken / told.max(1)));
        self.signals.fill(Signal::ProseAbove, |i| share(mass.between(0, i), spoken));
        self.signals.fill(Signal::ProseBelow, |i| share(mass.between(i + 1, blocks), spoken));
        let (above, below) = (Signal::ProseDistanceAbove, Signal::ProseDistanceBelow);
        let prose: Vec<usize> = (0..blocks).filter(|&i| looks[i].prose).collect();
        distances(&mut self.signals, &prose, above, below);
        let mut start = 0;
        while start < blocks {
            let short = |look: &Look| look.width < SHORT_WIDTH;
            let run = looks[start..].iter().take_while(|look| short(look)).count();
            for i in start..start + run {
                self.signals.set(Signal::ShortRun, i, scaled(count(run)));
            }
            start += run.max(1);
        }
    }

    /// The labels above and below that say what part of a page this is.
    fn read_labels(&mut self, page: &Page, looks: &[Look]) {
        type Labels = (fn(u8) -> bool, Signal, Signal, Signal);
        let labels: [Labels; 6] = [
            (
                |hit| hit == HIT_READ_MORE,
                Signal::RelatedDistance,
                Signal::RelatedAbove,
                Signal::RelatedNext,
            ),
            (
                |hit| hit == HIT_COMMENTS,
                Signal::CommentsDistance,
                Signal::CommentsAbove,
                Signal::CommentsNext,
            ),
            (
                |hit| hit == HIT_NEWSLETTER,
                Signal::NewsletterDistance,
                Signal::NewsletterAbove,
                Signal::NewsletterNext,
            ),
            (|hit| hit == HIT_NAV, Signal::NavDistance, Signal::NavAbove, Signal::NavNext),
            (|hit| hit == HIT_SHARE, Signal::ShareDistance, Signal::ShareAbove, Signal::ShareNext),
            (
                |hit| hit == HIT_COPYRIGHT || hit == HIT_COOKIES,
                Signal::LegalDistance,
                Signal::LegalAbove,
                Signal::LegalNext,
            ),
        ];
        for (is, above, count, below) in labels {
            let told = page.hits.iter().copied().filter(|&i| is(looks[i].hit));
            let told: Vec<usize> = told.collect();
            distances(&mut self.signals, &told, above, below);
            let mut values = vec![0; looks.len()];
            for (seen, &i) in (1..).zip(&told) {
                let next = told.get(seen as usize).map_or(looks.len(), |next| next + 1);
                values[i + 1..next].fill(scaled(seen));
            }
            self.signals.set_all(count, &values);
        }
    }

    /// Reads what goes by the title and by what `page` makes of it.
    pub fn read_title(&mut self, page: &Page, known: &Words) {
        let given = page.article.fields.title.as_deref();
        let title = given.or_else(|| page.title.map(|title| page.text(title)));
        let title = TitleWords::of(title.unwrap_or(""), known);
        let length = |words: &[u32]| u32::try_from(words.len()).unwrap_or(u32::MAX);
        for i in 0..self.blocks {
            let words = self.topics(i);
            let (shared, covered) = title.shared(words);
            let shared = share(shared, length(words));
            let mut own = self.signals.of_block(i);
            own.set(Signal::TitleWords, shared);
            own.set(Signal::TitleCovered, share(covered, title.len()));
        }
        let signed = |i: usize, from: usize| {
            let step =
                |by: usize| scaled(u32::try_from(by).unwrap_or(u32::MAX).min(1 << 16)).min(127);
            if i >= from { 128 + step(i - from) } else { 128 - step(from - i) }
        };
        let title = page.title;
        self.signals.fill(Signal::TitleDistance, |i| title.map_or(0, |title| signed(i, title)));
        self.signals.fill(Signal::HeadDistance, |i| signed(i, page.head));
        self.signals.fill(Signal::TailDistance, |i| signed(i, page.tail));
    }

    fn read_topic(&mut self, looks: &[Look]) {
        let mut topic = Topic::new();
        for (i, _) in looks.iter().enumerate().filter(|(_, look)| look.prose) {
            topic.add(u32::try_from(i).unwrap_or(u32::MAX), self.topics(i));
        }
        for (i, look) in looks.iter().enumerate() {
            let words = self.topics(i);
            let length = u32::try_from(words.len()).unwrap_or(u32::MAX);
            let (shared, all) = topic.shared(words, look.prose);
            // A line without a topic is no stranger to it.
            let part = if words.is_empty() { 0 } else { 1 + share(shared, length) };
            self.signals.set(Signal::Topic, i, part);
            self.signals.set(Signal::TopicWeight, i, scaled(all * 4 / length.max(1)));
        }
    }
}

/// The signs inside the line, and a year.
fn read_marks(own: &mut OfBlock, head: &Head, text: &str, shape: &Shape) {
    let text = text.as_bytes().get(..head.bytes).unwrap_or_default();
    let is_year = |w: &[u8]| {
        matches!(w, [b'1', b'9', ..] | [b'2', b'0', ..]) && w.iter().all(u8::is_ascii_digit)
    };
    let year = shape.digits >= 4 && text.windows(4).any(is_year);
    own.set(Signal::Bars, scaled(head.bars));
    own.set(Signal::Code, share(head.code * 4, u32::try_from(head.bytes).unwrap_or(u32::MAX)));
    own.set(Signal::Address, 2 * u8::from(head.address) + u8::from(head.names > 0));
    own.set(Signal::Quotes, scaled(head.quotes));
    own.set(Signal::Year, year.into());
}

/// Blocks that have the same key.
pub(super) struct Groups {
    /// The group of each block, counted from zero.
    pub(super) of: Vec<usize>,
    /// How many groups there are.
    pub(super) count: usize,
}

impl Groups {
    pub(super) fn of<K: Hash + Eq>(keys: impl ExactSizeIterator<Item = K>) -> Groups {
        let mut groups = HashMap::with_capacity(keys.len());
        let group = |key| {
            let next = groups.len();
            *groups.entry(key).or_insert(next)
        };
        Groups { of: keys.map(group).collect(), count: groups.len() }
    }
}

/// Distances below [`FAR`] as signals, from the nearest on, and from the furthest.
const NEAR: [[u8; FAR as usize - 1]; 2] = {
    let mut near = [[0; FAR as usize - 1]; 2];
    let mut distance = 1;
    while distance < FAR {
        near[0][distance as usize - 1] = scaled(distance);
        near[1][(FAR - distance) as usize - 1] = scaled(distance);
        distance += 1;
    }
    near
};

/// Reads how many blocks it is to the nearest above and below of those that are `told`, in order.
pub(super) fn distances(signals: &mut Signals, told: &[usize], above: Signal, below: Signal) {
    signals.fill_with(above, scaled(FAR));
    signals.fill_with(below, scaled(FAR));
    if told.is_empty() {
        return;
    }
    let [falling, rising] = NEAR;
    let mut values = vec![scaled(FAR); signals.blocks()];
    for &i in told {
        let values = &mut values[i + 1..];
        let near = values.len().min(falling.len());
        values[..near].copy_from_slice(&falling[..near]);
    }
    signals.set_all(above, &values);
    values.fill(scaled(FAR));
    for &i in told.iter().rev() {
        let near = i.min(rising.len());
        values[i - near..i].copy_from_slice(&rising[rising.len() - near..]);
    }
    signals.set_all(below, &values);
}

/// Sums of a number over the blocks up to each.
pub(super) struct Sums {
    /// Of no blocks, of the first, and so on; before and behind them [`BEYOND`] times the first and the last.
    sums: Vec<u32>,
    blocks: usize,
}

/// How far beyond the page sums over neighbours reach at the most.
const BEYOND: usize = 30;

impl Sums {
    pub(super) fn of<T>(blocks: &[T], number: impl Fn(&T) -> u32) -> Sums {
        let mut sums = Vec::with_capacity(blocks.len() + 2 * BEYOND + 1);
        let mut sum: u32 = 0;
        sums.resize(BEYOND + 1, sum);
        sums.extend(blocks.iter().map(|block| {
            sum = sum.saturating_add(number(block));
            sum
        }));
        sums.resize(sums.len() + BEYOND, sum);
        Sums { sums, blocks: blocks.len() }
    }

    /// Over the blocks from `start` to before `end`, as far as there are any.
    pub(super) fn between(&self, start: usize, end: usize) -> u32 {
        let sum = |end: usize| self.sums[BEYOND + end.min(self.blocks)];
        sum(end) - sum(start)
    }

    /// Over `count` blocks each: the first time those up to `end`, counted from [`BEYOND`] blocks before
    /// the page, the next time to one further.
    fn runs(&self, count: usize, end: usize) -> impl Iterator<Item = u32> {
        let (ends, starts) = (&self.sums[end..], &self.sums[end - count..]);
        ends.iter().zip(starts).map(|(end, start)| end - start)
    }

    /// Sets a signal to the share of the blocks within `REACH` of each.
    fn share_around<const REACH: usize>(&self, signals: &mut Signals, signal: Signal) {
        let number = |count: usize| u32::try_from(count).unwrap_or(1);
        let blocks = self.blocks;
        let whole = 2 * REACH + 1;
        let mut sums = self.runs(whole, BEYOND + REACH + 1);
        signals.fill(signal, |i| {
            let sum = sums.next().unwrap_or_default();
            let count = (i + REACH + 1).min(blocks) - i.saturating_sub(REACH);
            // A constant is divided by in a fraction of the time.
            if count == whole { share(sum, number(whole)) } else { share(sum, number(count)) }
        });
    }

    /// Sets two signals to what `form` makes of the sum over the `REACH` blocks above each, and below,
    /// and of `REACH`.
    pub(super) fn beside<const REACH: usize>(
        &self,
        signals: &mut Signals,
        form: impl Fn(u32, u32) -> u8,
        above: Signal,
        below: Signal,
    ) {
        let of = u32::try_from(REACH).unwrap_or(1);
        // What is above a block is below the one before those.
        let sums = self.runs(REACH, BEYOND).take(self.blocks + REACH + 1);
        let values: Vec<u8> = sums.map(|sum| form(sum, of)).collect();
        signals.set_all(above, &values[..self.blocks]);
        signals.set_all(below, &values[REACH + 1..]);
    }
}

const ENDS_COMMA: u8 = 1;
/// A colon, and what ends more than that.
const ENDS_CLAUSE: u8 = 2;
/// Dots, a question, a full stop.
const ENDS: u8 = 4;

fn ending(text: &str) -> u8 {
    let closing = ['"', '\'', '”', '’', '»', '“', '‘', ')', ']', '」', '』', '）', '›'];
    let last = match text.chars().next_back() {
        Some(c) if c.is_alphanumeric() => return 0,
        Some(c) if closing.contains(&c) => text.trim_end_matches(closing).chars().next_back(),
        last => last,
    };
    match last {
        Some(',' | '，' | '、' | '،') => ENDS_COMMA,
        Some(':' | '：' | ';' | '；' | '؛') => ENDS_CLAUSE,
        Some('…') => 3,
        Some('.') if text.ends_with("...") => 3,
        Some('?' | '？' | '؟') => ENDS,
        Some('.' | '!' | '。' | '！' | '۔' | '।' | '॥' | '።' | '။') => ENDS + 1,
        _ => 0,
    }
}

/// A small letter, and what begins even less.
const OPENS_SMALL: u8 = 1;

fn opening(text: &str) -> u8 {
    match text.chars().next() {
        Some(',' | '.' | ';' | ':' | ')' | '!' | '?') => 0,
        Some(c) if c.is_lowercase() => OPENS_SMALL,
        Some(c) if c.is_numeric() => 2,
        Some(c) if c.is_uppercase() => 4,
        Some(c) if c.is_alphabetic() => 5,
        Some('"' | '“' | '„' | '«' | '\'' | '「' | '‘') => 6,
        _ => 3,
    }
}

fn is_bullet(text: &str) -> bool {
    let mut chars = text.chars();
    let mark = chars.next().is_some_and(|c| {
        matches!(c, '•' | '·' | '*' | '-' | '–' | '▪' | '■' | '●' | '◦' | '+' | '—' | '►' | '▶')
    });
    mark && chars.next().is_some_and(char::is_whitespace)
}

const HIT_NAV: u8 = 1;
const HIT_SHARE: u8 = 2;
const HIT_READ_MORE: u8 = 3;
const HIT_COMMENTS: u8 = 4;
const HIT_NEWSLETTER: u8 = 5;
const HIT_COPYRIGHT: u8 = 7;
const HIT_COOKIES: u8 = 8;

fn hit(facts: &Facts) -> u8 {
    match facts.hit.as_ref().map(|hit| hit.reason) {
        None => 0,
        Some(Reason::Nav) => HIT_NAV,
        Some(Reason::ShareBar) => HIT_SHARE,
        Some(Reason::ReadMore) => HIT_READ_MORE,
        Some(Reason::CommentPrompt) => HIT_COMMENTS,
        Some(Reason::Newsletter) => HIT_NEWSLETTER,
        Some(Reason::Tags) => 6,
        Some(Reason::Copyright) => HIT_COPYRIGHT,
        Some(Reason::CookieBanner) => HIT_COOKIES,
        Some(Reason::AdMarker) => 9,
        Some(Reason::MediaPlaceholder) => 10,
        Some(Reason::Timestamp) => 11,
        Some(Reason::SectionLabel) => 12,
        Some(Reason::Separator) => 13,
        Some(_) => 14,
    }
}

fn strength(facts: &Facts) -> u8 {
    match facts.hit.as_ref().map(|hit| hit.strength) {
        None => 0,
        Some(Strength::Label) => 1,
        Some(Strength::Edge) => 2,
        Some(Strength::Always) => 3,
    }
}

fn date(facts: &Facts) -> u8 {
    let Some(date) = facts.date() else { return 0 };
    let kind = match date.kind {
        Kind::Date => 1,
        Kind::Time => 2,
        Kind::Relative => 3,
    };
    kind + 3 * u8::from(date.labelled)
}
