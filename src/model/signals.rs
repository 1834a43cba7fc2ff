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
        #[repr(u8)]
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
/// Blocks that are looked at together lie together, in each column a row of them; what stands in the last
/// row behind the last block says nothing.
#[derive(Clone, Debug)]
pub struct Signals {
    blocks: usize,
    rows: Vec<Rows>,
}

/// A row of each column.
pub(super) type Rows = [[u8; ROW]; Signal::ALL.len()];

/// A number as a signal that keeps the order: itself below 16, from there an eighth of an octave a step.
#[must_use]
pub const fn scaled(number: u32) -> u8 {
    let octave = (number | 8).ilog2() - 3;
    byte((octave << 3) + (number >> octave))
}

/// A small number as a signal; a greater one is the greatest.
#[must_use]
pub const fn byte(number: u32) -> u8 {
    if number > u8::MAX as u32 { u8::MAX } else { number.to_le_bytes()[0] }
}

/// `part` of `whole` as a signal; nothing of nothing is none.
#[must_use]
pub fn share(part: u32, whole: u32) -> u8 {
    if part == 0 {
        return 0;
    }
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
        Signals { blocks, rows: vec![[[0; ROW]; _]; blocks.div_ceil(ROW)] }
    }

    /// Number of blocks.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The signal of one block.
    #[must_use]
    pub fn get(&self, signal: Signal, block: usize) -> u8 {
        self.rows[block / ROW][signal as usize][block % ROW]
    }

    /// The signal of every block, in order.
    pub fn column(&self, signal: Signal) -> impl Iterator<Item = u8> {
        let rows = self.rows.iter().flat_map(move |rows| rows[signal as usize]);
        rows.take(self.blocks)
    }

    /// The rows of all columns, from the first blocks to the last.
    pub(super) fn rows(&self) -> &[Rows] {
        &self.rows
    }

    /// The signals of one block, to be set.
    pub fn of_block(&mut self, block: usize) -> OfBlock<'_> {
        OfBlock { rows: &mut self.rows[block / ROW], place: block % ROW }
    }

    /// Sets the signal of one block.
    pub fn set(&mut self, signal: Signal, block: usize, value: u8) {
        self.of_block(block).set(signal, value);
    }

    /// Sets the signal of every block.
    pub fn fill(&mut self, signal: Signal, mut value: impl FnMut(usize) -> u8) {
        let mut block = 0;
        for row in self.column_mut(signal) {
            for slot in row {
                *slot = value(block);
                block += 1;
            }
        }
    }

    /// Sets the signal of every block to one value.
    pub fn fill_with(&mut self, signal: Signal, value: u8) {
        for rows in &mut self.rows {
            rows[signal as usize] = [value; ROW];
        }
    }

    /// Sets the signal of every block, in order.
    pub fn set_all(&mut self, signal: Signal, values: &[u8]) {
        let (values, rest) = values.as_chunks();
        for (rows, values) in self.rows.iter_mut().zip(values) {
            rows[signal as usize] = *values;
        }
        if let Some(rows) = self.rows.get_mut(values.len()) {
            rows[signal as usize][..rest.len()].copy_from_slice(rest);
        }
    }

    /// Sets each signal of `to` to what `from` is so many blocks below, above where the number is negative.
    /// Beyond the page stands nothing: one more than anything.
    pub fn shift<const COUNT: usize>(&mut self, from: Signal, to: [(Signal, isize); COUNT]) {
        const FAR: usize = 3;
        let mut values = vec![u8::MAX; FAR];
        self.rows.iter().for_each(|rows| values.extend_from_slice(&rows[from as usize]));
        values.truncate(FAR + self.blocks);
        values.extend([u8::MAX; FAR]);
        for (signal, step) in to {
            self.set_all(signal, &values[FAR.saturating_add_signed(step)..][..self.blocks]);
        }
    }

    /// The column of a signal, row by row.
    fn column_mut(&mut self, signal: Signal) -> impl Iterator<Item = &mut [u8]> {
        let mut left = self.blocks;
        self.rows.iter_mut().map(move |rows| {
            let row = &mut rows[signal as usize];
            let count = left.min(ROW);
            left -= count;
            &mut row[..count]
        })
    }
}

/// The signals of one block.
pub struct OfBlock<'s> {
    rows: &'s mut Rows,
    place: usize,
}

impl OfBlock<'_> {
    /// Sets one of them.
    pub fn set(&mut self, signal: Signal, value: u8) {
        self.rows[signal as usize][self.place % ROW] = value;
    }
}
