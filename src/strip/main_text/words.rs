//! What the words of a block tell the model: how many are function words, begin with a capital, end
//! a sentence, stand in the title, or stand in the page's prose.

use crate::model::head::{Head, Word};
use crate::model::signals::{OfBlock, Signal, byte};
use crate::model::words::{Known, Words};
use crate::segment::lines::is_wide;

/// Words of a block that are looked at: enough to tell prose from labels.
const WORDS_MAX: usize = 32;
/// Letters from which a word says what a text is about.
const TOPIC_LETTERS_MIN: usize = 4;
/// Slots of the table of topic words: a page has a few hundred, two in one slot do no harm.
const SLOTS: usize = 4096;

/// Characters that the sentences of Chinese are full of and its menus are not.
const WIDE_FUNCTION: &[char] =
    &['的', '了', '是', '在', '和', '有', '不', '这', '這', '也', '为', '為'];

/// What the first words of one block are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spoken {
    /// Words with a letter or a digit that were looked at, [`WORDS_MAX`] at the most.
    pub(super) words: u32,
    /// Words that begin with a capital.
    pub(super) capitals: u32,
    /// Function words of any language; in a script without spaces, characters that stand for such.
    pub(super) functions: u32,
    /// Of how many `functions` is the count: words, or characters without spaces.
    pub(super) functions_of: u32,
    /// Words that end a sentence before another begins.
    pub(super) stops: u32,
    /// Words that end in a comma.
    pub(super) commas: u32,
    /// What they say.
    pub(super) sayings: Sayings,
}

/// The words of all blocks of a page, one after the other.
#[derive(Default)]
pub(super) struct Told {
    /// Hashes of the first words of each.
    pub(super) words: Vec<u32>,
    /// Hashes of those of them that say what it is about.
    pub(super) topics: Vec<u32>,
    /// The words of the last.
    last: Vec<Word>,
}

impl Spoken {
    /// Looks at the first words of `text`, which has this head, and adds them to those `told`.
    pub(super) fn read(
        head: &Head,
        text: &str,
        wide: bool,
        known: &Words,
        told: &mut Told,
    ) -> Spoken {
        let mut spoken = Spoken::default();
        let mut ended = false;
        told.last.clear();
        head.words(text, WORDS_MAX, &mut told.last);
        for &Word { folded: word, last } in &told.last {
            told.words.push(word.hash);
            spoken.stops += u32::from(ended && !word.small);
            let known = known.get(word.hash);
            spoken.sayings.add(known, spoken.words < 2);
            spoken.words += 1;
            spoken.capitals += u32::from(word.capital);
            spoken.functions += u32::from(known.is_function());
            // Kept or not without a branch, for it is hard to foresee.
            let is_topic = !known.is_function() && word.letters >= TOPIC_LETTERS_MIN;
            let kept = told.topics.len() + usize::from(is_topic);
            told.topics.push(word.hash);
            told.topics.truncate(kept);
            ended = matches!(last, '.' | '!' | '?' | '؟' | '۔' | '।');
            spoken.commas += u32::from(matches!(last, ',' | '،'));
        }
        spoken.functions_of = spoken.words;
        if wide {
            spoken.read_wide(text);
        }
        spoken
    }

    /// In a script without spaces the characters speak.
    fn read_wide(&mut self, text: &str) {
        let (mut letters, mut functions) = (0, 0);
        let mut stops = 0;
        for c in text.chars().take(WORDS_MAX * 8) {
            letters += u32::from(is_wide(c) && c.is_alphabetic());
            let function = ('\u{3041}'..='\u{3096}').contains(&c) || WIDE_FUNCTION.contains(&c);
            functions += u32::from(function);
            stops += u32::from(matches!(c, '。' | '！' | '？'));
            self.commas += u32::from(matches!(c, '，' | '、'));
        }
        self.functions = functions;
        self.functions_of = letters.max(1);
        self.stops += stops;
    }
}

/// What the words of a block say of main text, in tenths of a logit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sayings {
    sum: i32,
    count: i32,
    low: i32,
    high: i32,
    first: i32,
}

impl Sayings {
    /// Adds a word, one of the first two or not.
    pub(super) fn add(&mut self, word: Known, is_first: bool) {
        let says = i32::from(word.says());
        self.sum += says;
        self.count += i32::from(word.is_told());
        self.low = self.low.min(says);
        self.high = self.high.max(says);
        self.first += if is_first { says } else { 0 };
    }

    /// Sets the signals of it.
    pub(super) fn tell(&self, own: &mut OfBlock) {
        let byte = |tenths: i32| byte(u32::try_from(128 + tenths * 2).unwrap_or(0));
        own.set(Signal::WordsSay, byte(self.sum * 2 / (self.count + 1)));
        own.set(Signal::WordAgainst, byte(self.low));
        own.set(Signal::WordFor, byte(self.high));
        own.set(Signal::FirstWords, byte(self.first));
    }
}

/// How often the prose of a page says a word, by the word's hash.
pub(super) struct Topic {
    /// Blocks of prose that hold a word of the slot.
    counts: Vec<u16>,
    /// The block that was counted last, so that it counts once.
    last: Vec<u32>,
}

impl Topic {
    pub(super) fn new() -> Topic {
        Topic { counts: vec![0; SLOTS], last: vec![u32::MAX; SLOTS] }
    }

    /// Counts the words of the prose block with this number.
    pub(super) fn add(&mut self, block: u32, words: &[u32]) {
        for word in words {
            let slot = *word as usize % SLOTS;
            if std::mem::replace(&mut self.last[slot], block) != block {
                self.counts[slot] = self.counts[slot].saturating_add(1);
            }
        }
    }

    /// How many of `words` stand in other blocks of prose, and in how many such blocks they stand
    /// all in all. `own` says that the block itself was counted.
    pub(super) fn shared(&self, words: &[u32], own: bool) -> (u32, u32) {
        let (mut shared, mut all) = (0, 0);
        for word in words {
            let count = u32::from(self.counts[*word as usize % SLOTS]);
            let count = count.saturating_sub(u32::from(own));
            shared += u32::from(count > 0);
            all += count;
        }
        (shared, all)
    }
}

/// The words of a title, folded.
pub(super) struct TitleWords {
    words: Vec<u32>,
    /// A bit for the lower bits of each word: nearly all words of a page are refused by it.
    bits: [u64; 16],
}

impl TitleWords {
    pub(super) fn of(title: &str, known: &Words) -> TitleWords {
        let mut told = Told::default();
        Spoken::read(&Head::of(title), title, false, known, &mut told);
        let mut words = told.topics;
        words.sort_unstable();
        words.dedup();
        let mut bits = [0; 16];
        for &word in &words {
            bits[word as usize / 64 % 16] |= 1 << (word % 64);
        }
        TitleWords { words, bits }
    }

    /// How many of `words` stand in the title, and of how many words of it.
    pub(super) fn shared(&self, words: &[u32]) -> (u32, u32) {
        let may_hold = |word: u32| self.bits[word as usize / 64 % 16] >> (word % 64) & 1 == 1;
        // To the last, for a block without any is the rule.
        if !words.iter().fold(false, |any, &word| any | may_hold(word)) {
            return (0, 0);
        }
        let shared = words.iter().filter(|word| self.words.contains(word)).count();
        let covered = self.words.iter().filter(|word| words.contains(word)).count();
        (u32::try_from(shared).unwrap_or(u32::MAX), u32::try_from(covered).unwrap_or(u32::MAX))
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.words.len()).unwrap_or(u32::MAX)
    }
}
