//! What the model of main text is told of each block: small numbers, each from 0 to 255.
//!
//! A signal is a column over the blocks of one page. Some say what a block looks like by itself, the
//! others where it stands and what stands around it: a sub-head and the name of a section look alike,
//! but one is followed by sentences. Counts are scaled by [`scaled`], shares of one run to [`WHOLE`].

use crate::vector::ROW;

/// A share of one, as a signal.
pub const WHOLE: u32 = 63;

macro_rules! signals {
    ($($(#[doc = $doc:literal])+ $signal:ident = $name:literal,)+) => {
        /// A signal, by its place among the columns.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Signal {
            $($(#[doc = $doc])+ $signal,)+
        }

        impl Signal {
            /// Every signal, in the order of the columns.
            pub const ALL: &[Signal] = &[$(Signal::$signal),+];

            /// Its name in the file of weights and in explanations.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Signal::$signal => $name,)+
                }
            }
        }
    };
}

signals! {
    /// Columns.
    Width = "width",
    /// Words, or a guess at them from the columns in a script without spaces.
    Words = "words",
    /// Letters a word.
    WordLength = "word-length",
    /// Share of letters among the characters.
    Letters = "letters",
    /// Share of capitals among the letters.
    Upper = "upper",
    /// Share of words that begin with a capital.
    Capitals = "capitals",
    /// Share of digits.
    Digits = "digits",
    /// Number of digits.
    DigitCount = "digit-count",
    /// Share of punctuation.
    Punctuation = "punctuation",
    /// Commas in the first words.
    Commas = "commas",
    /// Function words in the first words.
    FunctionCount = "function-count",
    /// Their share.
    Functions = "functions",
    /// What its words say of main text, on the mean; 128 is nothing.
    WordsSay = "words-say",
    /// What the word says that says the most against it.
    WordAgainst = "word-against",
    /// What the word says that says the most for it.
    WordFor = "word-for",
    /// What its first two words say.
    FirstWords = "first-words",
    /// Sentences that end before the last.
    Stops = "stops",
    /// How it ends: nothing, comma, colon, dots, question, full stop.
    Ending = "ending",
    /// How it begins: punctuation, small letter, digit, capital, other letter, quotation mark.
    Opening = "opening",
    /// It is marked as an item of a list.
    Bullet = "bullet",
    /// Blank lines above.
    GapAbove = "gap-above",
    /// Blank lines below.
    GapBelow = "gap-below",
    /// Indent.
    Indent = "indent",
    /// What the lexicon says.
    Hit = "hit",
    /// Where that holds.
    HitStrength = "hit-strength",
    /// Chrome by its words, its date, the label above it.
    Chrome = "chrome",
    /// A date or a time.
    Date = "date",
    /// A credit.
    Credit = "credit",
    /// A byline.
    Byline = "byline",
    /// A caption.
    Caption = "caption",
    /// How often the page says it.
    Repeats = "repeats",
    /// Bars, arrows, bullets inside it.
    Bars = "bars",
    /// An address, an account.
    Address = "address",
    /// Share of the characters of program code.
    Code = "code",
    /// A year.
    Year = "year",
    /// Quotation marks.
    Quotes = "quotes",
    /// Columns of the paragraph whose pieces lie on several lines.
    JoinedWidth = "joined-width",
    /// Pieces of that paragraph.
    JoinedLines = "joined-lines",
    /// Prose: a sentence or a long line with function words.
    Prose = "prose",
    /// Share of prose two blocks around.
    Prose2 = "prose-2",
    /// Share of prose five blocks around.
    Prose5 = "prose-5",
    /// Share of prose twelve blocks around.
    Prose12 = "prose-12",
    /// Share of prose thirty blocks around.
    Prose30 = "prose-30",
    /// Mean columns of the three blocks above.
    WidthAbove3 = "width-above-3",
    /// Of the three below.
    WidthBelow3 = "width-below-3",
    /// Of the ten above.
    WidthAbove10 = "width-above-10",
    /// Of the ten below.
    WidthBelow10 = "width-below-10",
    /// Share of chrome in the three blocks above.
    ChromeAbove3 = "chrome-above-3",
    /// In the three below.
    ChromeBelow3 = "chrome-below-3",
    /// In the ten above.
    ChromeAbove10 = "chrome-above-10",
    /// In the ten below.
    ChromeBelow10 = "chrome-below-10",
    /// Share of blocks that end as sentences in the three above.
    EndsAbove3 = "ends-above-3",
    /// In the three below.
    EndsBelow3 = "ends-below-3",
    /// In the ten above.
    EndsAbove10 = "ends-above-10",
    /// In the ten below.
    EndsBelow10 = "ends-below-10",
    /// Mean share of words with a capital in the three blocks above.
    CapitalsAbove3 = "capitals-above-3",
    /// In the three below.
    CapitalsBelow3 = "capitals-below-3",
    /// In the ten above.
    CapitalsAbove10 = "capitals-above-10",
    /// In the ten below.
    CapitalsBelow10 = "capitals-below-10",
    /// Mean share of function words in the three blocks above.
    FunctionsAbove3 = "functions-above-3",
    /// In the three below.
    FunctionsBelow3 = "functions-below-3",
    /// In the ten above.
    FunctionsAbove10 = "functions-above-10",
    /// In the ten below.
    FunctionsBelow10 = "functions-below-10",
    /// Share of list items in the ten blocks above.
    BulletsAbove10 = "bullets-above-10",
    /// In the ten below.
    BulletsBelow10 = "bullets-below-10",
    /// Share of dates in the ten blocks above.
    DatesAbove10 = "dates-above-10",
    /// In the ten below.
    DatesBelow10 = "dates-below-10",
    /// Columns of the block above.
    WidthM1 = "width-m1",
    /// Of the block below.
    WidthP1 = "width-p1",
    /// Of the second above.
    WidthM2 = "width-m2",
    /// Of the second below.
    WidthP2 = "width-p2",
    /// Of the third above.
    WidthM3 = "width-m3",
    /// Of the third below.
    WidthP3 = "width-p3",
    /// How the block above ends.
    EndingM1 = "ending-m1",
    /// How the block below ends.
    EndingP1 = "ending-p1",
    /// How the block below begins.
    OpeningP1 = "opening-p1",
    /// Share of words with a capital in the block above.
    CapitalsM1 = "capitals-m1",
    /// In the block below.
    CapitalsP1 = "capitals-p1",
    /// Indent of the block above.
    IndentM1 = "indent-m1",
    /// Indent of the block below.
    IndentP1 = "indent-p1",
    /// Indent of the second above.
    IndentM2 = "indent-m2",
    /// Indent of the second below.
    IndentP2 = "indent-p2",
    /// What the lexicon says of the block above.
    HitM1 = "hit-m1",
    /// Of the block below.
    HitP1 = "hit-p1",
    /// Where in the page, by blocks.
    Place = "place",
    /// Where in the page, by columns.
    PlaceByWidth = "place-by-width",
    /// Blocks above.
    Above = "above",
    /// Blocks below.
    Below = "below",
    /// Columns of prose in the page.
    PageProse = "page-prose",
    /// Blocks of prose in the page.
    PageProseBlocks = "page-prose-blocks",
    /// Share of prose in the page's columns.
    PageProseShare = "page-prose-share",
    /// Mean columns of a block of prose.
    PageProseWidth = "page-prose-width",
    /// Share of the page's prose that stands above.
    ProseAbove = "prose-above",
    /// Share of the page's prose that stands below.
    ProseBelow = "prose-below",
    /// Blocks up to the next prose above.
    ProseDistanceAbove = "prose-distance-above",
    /// Blocks down to the next prose below.
    ProseDistanceBelow = "prose-distance-below",
    /// Blocks of the run of short lines it is in.
    ShortRun = "short-run",
    /// Blocks up to a label of other stories.
    RelatedDistance = "related-distance",
    /// Such labels above.
    RelatedAbove = "related-above",
    /// Blocks down to the next.
    RelatedNext = "related-next",
    /// Blocks up to a word of the comments.
    CommentsDistance = "comments-distance",
    /// Such above.
    CommentsAbove = "comments-above",
    /// Blocks down to the next.
    CommentsNext = "comments-next",
    /// Blocks up to a request to subscribe.
    NewsletterDistance = "newsletter-distance",
    /// Such above.
    NewsletterAbove = "newsletter-above",
    /// Blocks down to the next.
    NewsletterNext = "newsletter-next",
    /// Blocks up to a menu's word.
    NavDistance = "nav-distance",
    /// Such above.
    NavAbove = "nav-above",
    /// Blocks down to the next.
    NavNext = "nav-next",
    /// Blocks up to a share button.
    ShareDistance = "share-distance",
    /// Such above.
    ShareAbove = "share-above",
    /// Blocks down to the next.
    ShareNext = "share-next",
    /// Blocks up to a legal line.
    LegalDistance = "legal-distance",
    /// Such above.
    LegalAbove = "legal-above",
    /// Blocks down to the next.
    LegalNext = "legal-next",
    /// Share of its topic words that stand in the title.
    TitleWords = "title-words",
    /// Share of the title's words that stand in it.
    TitleCovered = "title-covered",
    /// Blocks from the title; 128 is the title itself.
    TitleDistance = "title-distance",
    /// Blocks from the first of the body, as the rules see it; 128 is that block.
    HeadDistance = "head-distance",
    /// Blocks to the end of the body, as the rules see it; 128 is that block.
    TailDistance = "tail-distance",
    /// Share of its topic words that other prose of the page says.
    Topic = "topic",
    /// How often other prose says them.
    TopicWeight = "topic-weight",
    /// Its own score in the first round; 128 is undecided.
    Score = "score",
    /// The score of the block above.
    ScoreM1 = "score-m1",
    /// Of the block below.
    ScoreP1 = "score-p1",
    /// Of the second above.
    ScoreM2 = "score-m2",
    /// Of the second below.
    ScoreP2 = "score-p2",
    /// Mean chance of the three blocks above.
    LikelyAbove3 = "likely-above-3",
    /// Of the three below.
    LikelyBelow3 = "likely-below-3",
    /// Of the ten above.
    LikelyAbove10 = "likely-above-10",
    /// Of the ten below.
    LikelyBelow10 = "likely-below-10",
    /// Mean chance of the words five blocks around.
    LikelyWords5 = "likely-words-5",
    /// Of the words twenty blocks around.
    LikelyWords20 = "likely-words-20",
    /// Share of the page's likely words that stand above.
    LikelyWordsAbove = "likely-words-above",
    /// Share that stands below.
    LikelyWordsBelow = "likely-words-below",
    /// Share of the page's words that are likely.
    PageLikely = "page-likely",
    /// Number of the page's likely words.
    PageLikelyWords = "page-likely-words",
    /// Blocks up to the next likely one.
    LikelyDistanceAbove = "likely-distance-above",
    /// Blocks down to the next likely one.
    LikelyDistanceBelow = "likely-distance-below",
    /// Words of the run of blocks, likely but for single ones, that it is in.
    LikelyRun = "likely-run",
    /// The scores of blocks that look like it: same ending and opening, about the same columns.
    LikelyAlike = "likely-alike",
}

impl Signal {
    /// The signals of the second round, which knows what the first made of the page.
    pub const SECOND_ROUND: Signal = Signal::Score;
}

/// The signals of one page: a column of [`Signals::blocks`] numbers for each of [`Signal::ALL`].
///
/// Blocks lie in rows, the last of a column filled up with zeros.
#[derive(Clone, Debug)]
pub struct Signals {
    blocks: usize,
    columns: Vec<Row>,
}

/// The signal of so many blocks as are looked at together.
pub type Row = [u8; ROW];

/// A number as a signal that keeps the order: itself below 8, from there an eighth of an octave a step.
#[must_use]
pub fn scaled(number: u32) -> u8 {
    if number < 8 {
        return byte(number);
    }
    let octave = number.ilog2();
    byte(((octave - 2) << 3) | ((number >> (octave - 3)) & 7))
}

/// A small number as a signal; a greater one is the greatest.
#[must_use]
pub fn byte(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// `part` of `whole` as a signal; nothing of nothing is none.
#[must_use]
pub fn share(part: u32, whole: u32) -> u8 {
    let whole = whole.max(1);
    // Nearly always in 32 bits, whose division takes half the time.
    let share = part.checked_mul(WHOLE).map_or_else(
        || u32::try_from(u64::from(part) * u64::from(WHOLE) / u64::from(whole)).unwrap_or(WHOLE),
        |part| part / whole,
    );
    byte(share.min(WHOLE))
}

impl Signals {
    /// Columns of zeros for a page of so many blocks.
    #[must_use]
    pub fn new(blocks: usize) -> Signals {
        Signals { blocks, columns: vec![[0; ROW]; blocks.div_ceil(ROW) * Signal::ALL.len()] }
    }

    /// Number of blocks.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The column of the signal with this place.
    #[must_use]
    pub fn column(&self, signal: usize) -> &[u8] {
        let (start, rows) = (signal * self.rows(), self.rows());
        let rows = self.columns.get(start..start + rows).unwrap_or_default();
        rows.as_flattened().get(..self.blocks).unwrap_or_default()
    }

    /// Rows of a column.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.blocks.div_ceil(ROW)
    }

    /// One row of the signal with this place.
    #[inline(always)]
    pub(super) fn row(&self, signal: usize, row: usize) -> &Row {
        &self.columns[signal * self.rows() + row]
    }

    /// Sets the signal of one block.
    pub fn set(&mut self, signal: Signal, block: usize, value: u8) {
        let start = signal as usize * self.rows();
        self.columns[start + block / ROW][block % ROW] = value;
    }

    /// Sets the signal of every block.
    pub fn fill(&mut self, signal: Signal, mut value: impl FnMut(usize) -> u8) {
        for (i, slot) in self.column_mut(signal).iter_mut().enumerate() {
            *slot = value(i);
        }
    }

    /// Sets the signal of every block to one value.
    pub fn fill_with(&mut self, signal: Signal, value: u8) {
        self.column_mut(signal).fill(value);
    }

    /// Sets the signal of every block, in order.
    pub fn set_all(&mut self, signal: Signal, values: &[u8]) {
        self.column_mut(signal).copy_from_slice(values);
    }

    /// Sets the signal `to` of every block to what `from` is so many blocks below, above where `step` is
    /// negative. Beyond the page stands nothing: one more than anything.
    pub fn shift(&mut self, from: Signal, to: Signal, step: isize) {
        let far = step.unsigned_abs().min(self.blocks);
        let near = self.blocks - far;
        let column = |signal: Signal| signal as usize * self.rows() * ROW;
        let (from, to) = (column(from), column(to));
        let all = self.columns.as_flattened_mut();
        let (from, moved, beyond) =
            if step < 0 { (from, to + far, to) } else { (from + far, to, to + near) };
        all.copy_within(from..from + near, moved);
        all[beyond..beyond + far].fill(u8::MAX);
    }

    fn column_mut(&mut self, signal: Signal) -> &mut [u8] {
        let (start, rows) = (signal as usize * self.rows(), self.rows());
        &mut self.columns[start..start + rows].as_flattened_mut()[..self.blocks]
    }
}
