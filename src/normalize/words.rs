//! Counts words by Unicode word boundaries (UAX #29), fast where the rules are simple.

use unicode_segmentation::UnicodeSegmentation;

use crate::vector::{BITS, Loop, Machine, behind, is_ascii, row_of, widest};

/// Number of words of `text`: the segments between Unicode word boundaries (UAX #29) that have at
/// least one alphanumeric character; `text.unicode_words().count()`, but faster.
///
/// `can't`, `3.14` and `1,000` are one word each, `well-known` is two, and every Han character one.
#[must_use]
pub fn words(text: &str) -> usize {
    if is_ascii(text) { ascii(text.as_bytes()) } else { mixed(text) }
}

/// Bytes of stand-ins that are gathered before they are counted: small enough for the first cache.
const BATCH: usize = 4096;

/// Counts a text by its ASCII stand-ins: each character is replaced by an ASCII one that the rules
/// treat alike, a batch of them is counted at once. A token (what stands between two spaces) with
/// any other character is counted by the full rules; there is a word boundary at each space.
fn mixed(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut count = 0;
    let mut batch = Vec::with_capacity(bytes.len().min(BATCH) + 64);
    let mut cut = Cut::default();
    let mut at = 0;
    while at < bytes.len() {
        if batch.len() >= BATCH {
            if cut.batch == 0 {
                // A token longer than a batch.
                count += token(text, cut.text, &mut at);
                count -= usize::from(cut.counted);
                batch.clear();
                cut = Cut { text: at, ..Cut::default() };
                continue;
            }
            count += ascii(batch.get(..cut.batch).unwrap_or_default());
            batch.drain(..cut.batch);
            cut.batch = 0;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let run = rest.get(..ascii_len(rest.get(..BATCH).unwrap_or(rest))).unwrap_or_default();
        if !run.is_empty() {
            if let Some(space) = memchr::memrchr(b' ', run) {
                cut = Cut { text: at + space, batch: batch.len() + space, counted: false };
            }
            batch.extend_from_slice(run);
            at += run.len();
            continue;
        }
        let mut chars = text.get(at..).unwrap_or_default().chars();
        let Some(c) = chars.next() else { break };
        match look_up(c) {
            StandIn::Is(byte) => batch.push(byte),
            StandIn::Alone => {
                count += 1;
                let mut last = c;
                for c in chars.take_while(|&c| is_han(c)) {
                    count += 1;
                    at += last.len_utf8();
                    last = c;
                }
                cut = Cut { text: at, batch: batch.len(), counted: true };
                batch.push(b' ');
                at += last.len_utf8();
                continue;
            }
            // An extending mark takes part in what it follows; on its own it may be a word.
            StandIn::Extends if batch.last().is_some_and(u8::is_ascii_alphanumeric) => {}
            StandIn::Extends | StandIn::Hard => {
                count += ascii(batch.get(..cut.batch).unwrap_or_default());
                batch.clear();
                count += token(text, cut.text, &mut at);
                count -= usize::from(cut.counted);
                cut = Cut { text: at, ..Cut::default() };
                continue;
            }
        }
        at += c.len_utf8();
    }
    count + ascii(&batch)
}

/// The last word boundary at which both text and batch can be cut.
#[derive(Default)]
struct Cut {
    text: usize,
    batch: usize,
    /// The character right after it is counted already.
    counted: bool,
}

/// Length of the ASCII at the start of `bytes`.
fn ascii_len(bytes: &[u8]) -> usize {
    widest(AsciiLen(bytes))
}

/// The look for the first byte that is not ASCII.
struct AsciiLen<'t>(&'t [u8]);

impl Loop for AsciiLen<'_> {
    type Output = usize;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> usize {
        let mut room = [0; 2 * BITS];
        for (index, row) in self.0.chunks(BITS).enumerate() {
            let row = machine.bytes(row_of(self.0, row, &mut room));
            let others = machine.within(row, 0x80..=0xFF);
            if others != 0 {
                return index * BITS + others.trailing_zeros() as usize;
            }
        }
        self.0.len()
    }
}

/// Counts the token that started at `start` and goes on at `at`, by the full rules, and moves `at`
/// to its end.
fn token(text: &str, start: usize, at: &mut usize) -> usize {
    let rest = text.as_bytes().get(*at..).unwrap_or_default();
    *at += memchr::memchr(b' ', rest).unwrap_or(rest.len());
    text.get(start..*at).unwrap_or_default().unicode_words().count()
}

/// How a character that is not ASCII is counted.
#[derive(Clone, Copy)]
enum StandIn {
    /// Like this ASCII character.
    Is(u8),
    /// As a word of its own, whatever stands around it.
    Alone,
    /// As a part of the letter or digit before it.
    Extends,
    /// By the full rules only.
    Hard,
}

/// The stand-ins of the alphabets and of the punctuation: [`stand_in`] as a table.
static TABLE: [StandIn; 0x2100] = {
    let mut table = [StandIn::Hard; 0x2100];
    let mut code = 0_u32;
    while code < 0x2100 {
        if let Some(c) = char::from_u32(code) {
            table[code as usize] = stand_in(c);
        }
        code += 1;
    }
    table
};

fn look_up(c: char) -> StandIn {
    TABLE.get(c as usize).copied().unwrap_or_else(|| stand_in(c))
}

/// Whether `c` is a common Han character: a word of its own.
fn is_han(c: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&c)
}

/// The stand-in of `c`. Any character may be `Hard`; those of common news text should not be.
const fn stand_in(c: char) -> StandIn {
    use StandIn::{Alone, Extends, Hard, Is};
    match c {
        'À'..='Ö'
        | 'Ø'..='ö'
        | 'ø'..='\u{2C1}'
        | 'ª'
        | 'µ'
        | 'º'
        | '\u{1E00}'..='\u{1F15}'
        | '\u{370}'..='\u{373}'
        | 'Ά'
        | 'Έ'..='Ί'
        | 'Ό'
        | 'Ύ'..='Ρ'
        | 'Σ'..='ϵ'
        | '\u{400}'..='\u{481}'
        | '\u{48A}'..='\u{52F}'
        | '\u{620}'..='\u{64A}'
        | '\u{671}'..='\u{6D3}'
        | '\u{904}'..='\u{939}'
        | '\u{958}'..='\u{961}'
        | '\u{AC00}'..='\u{D7A3}' => Is(b'a'),
        '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}' | '\u{966}'..='\u{96F}' => Is(b'0'),
        '\u{300}'..='\u{36F}'
        | '\u{64B}'..='\u{65F}'
        | '\u{670}'
        | '\u{200C}'
        | '\u{900}'..='\u{903}'
        | '\u{93A}'..='\u{93C}'
        | '\u{93E}'..='\u{94F}' => Extends,
        '‘' | '’' => Is(b'.'),
        '،' | '，' | '；' => Is(b','),
        '·' | '：' => Is(b':'),
        // Punctuation and symbols of no rule.
        '\u{A0}'
        | '¡'..='©'
        | '«'
        | '¬'
        | '®'..='±'
        | '´'
        | '¶'
        | '»'
        | '¿'
        | '×'
        | '÷'
        | '‐'..='―'
        | '‚'..='‣'
        | '…'
        | '‹'
        | '›'
        | '€'
        | '™'
        | '−'
        | '؛'
        | '؟'
        | '।'
        | '。'
        | '、'
        | '〈'..='】'
        | '（'
        | '）'
        | '！'
        | '？' => Is(b' '),
        '²'
        | '³'
        | '¹'
        | '¼'..='¾'
        | '\u{3041}'..='\u{3096}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' => Alone,
        _ => Hard,
    }
}

/// Counts the words of ASCII text.
fn ascii(bytes: &[u8]) -> usize {
    if memchr::memchr(b'_', bytes).is_some() {
        // The underscore links anything, and is a word with a letter or digit only.
        return bytes
            .split(|&byte| byte == b' ')
            .filter_map(|token| std::str::from_utf8(token).ok())
            .map(|token| token.unicode_words().count())
            .sum();
    }
    widest(Count(bytes))
}

/// Counting them.
struct Count<'t>(&'t [u8]);

impl Loop for Count<'_> {
    type Output = usize;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> usize {
        let mut words = AsciiWords::default();
        let mut room = [b' '; 2 * BITS];
        for row in self.0.chunks(BITS) {
            words.add_row(machine, row_of(self.0, row, &mut room));
        }
        words.count
    }
}

/// A count of the words of ASCII text without underscores, [`BITS`] bytes at a time.
///
/// A word starts at each letter or digit that follows neither; but a mark that links two letters or
/// two digits (rules WB6 and WB7, WB11 and WB12) makes one word of two.
#[derive(Default)]
pub(crate) struct AsciiWords {
    /// The words that started so far.
    pub(crate) count: usize,
    before: Kinds,
}

/// The bytes of a row, by what they are to words: a bit for each.
#[derive(Clone, Copy, Default)]
struct Kinds {
    letters: u64,
    digits: u64,
    /// Marks that link letters.
    letter_links: u64,
    /// Marks that link digits.
    digit_links: u64,
}

impl AsciiWords {
    /// Counts the words that start in the next row; what fills up the last one must be neither letter
    /// nor digit.
    #[inline(always)]
    fn add_row(&mut self, machine: impl Machine, row: &[u8; BITS]) {
        let row = machine.bytes(row);
        self.add(machine, row, machine.letters(row), machine.digits(row));
    }

    /// The same where it is known which bytes are letters and which are digits.
    #[inline(always)]
    pub(crate) fn add<M: Machine>(&mut self, machine: M, row: M::Bytes, letters: u64, digits: u64) {
        let letter_links = machine.one_of(row, [b'.', b'\'', b':']);
        let digit_links = machine.one_of(row, [b'.', b'\'', b',', b';']);
        let before = self.before;
        let inside = behind(letters | digits, before.letters | before.digits, 1);
        let linked = (behind(letters, before.letters, 2)
            & behind(letter_links, before.letter_links, 1)
            & letters)
            | (behind(digits, before.digits, 2)
                & behind(digit_links, before.digit_links, 1)
                & digits);
        let starts = (letters | digits) & !inside & !linked;
        self.count += starts.count_ones() as usize;
        self.before = Kinds { letters, digits, letter_links, digit_links };
    }
}
