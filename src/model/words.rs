//! Words that speak for main text or against it, whatever else their block looks like: `he` and
//! `yesterday` stand in stories, `subscribe` and `menu` around them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use crate::language::function_words;

/// One word, folded: its letters and digits, small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    /// A hash of it (FNV-1a, by characters).
    pub hash: u32,
    /// Its letters and digits.
    pub letters: usize,
    /// Whether it begins with a capital.
    pub capital: bool,
    /// Whether it begins with a small letter.
    pub small: bool,
}

impl Folded {
    /// Nothing yet.
    pub const NONE: Folded = Folded { hash: 0x811C_9DC5, letters: 0, capital: false, small: false };

    /// Folds `word`.
    #[must_use]
    pub fn of(word: &str) -> Folded {
        let mut folded = Folded::NONE;
        for c in word.chars() {
            folded.add(c);
        }
        folded
    }

    /// Adds the next character of the word and tells whether it is a letter or a digit: no other counts.
    #[inline]
    pub fn add(&mut self, c: char) -> bool {
        let Some(small) = fold(c) else { return false };
        if self.letters == 0 {
            self.capital = small != c;
            self.small = small == c && c.is_lowercase();
        }
        self.letters += 1;
        self.hash = (self.hash ^ u32::from(small)).wrapping_mul(PRIME);
        true
    }

    /// Adds letters and digits of ASCII: those in this part of `text`.
    #[inline]
    pub(super) fn add_ascii(&mut self, text: &[u8], part: Range<usize>) {
        if self.letters == 0 {
            self.capital = text[part.start].is_ascii_uppercase();
            self.small = text[part.start].is_ascii_lowercase();
        }
        self.letters += part.len();
        // Eight at once, for where a loop ends with the word is hard to foresee for a processor.
        for start in part.clone().step_by(8) {
            let from = start.min(text.len().saturating_sub(8));
            let eight = text[from..].first_chunk().copied().unwrap_or_else(|| {
                let mut eight = [0; 8];
                eight[..text.len()].copy_from_slice(text);
                eight
            });
            let count = (part.end - start).min(8);
            let small = u64::from_le_bytes(eight) >> (8 * (start - from)) | 0x2020_2020_2020_2020;
            let small = (small & u64::MAX >> (64 - 8 * count)).to_le_bytes();
            for (byte, factor) in small.into_iter().zip(FACTORS[count]) {
                self.hash = (self.hash ^ u32::from(byte)).wrapping_mul(factor);
            }
        }
    }
}

/// The factor of the hash.
const PRIME: u32 = 0x0100_0193;

/// By which the hash is multiplied at each of eight places, of which so many hold a letter.
static FACTORS: [[u32; 8]; 9] = {
    let mut factors = [[1; 8]; 9];
    let mut count = 0;
    while count < 9 {
        let mut place = 0;
        while place < count {
            factors[count][place] = PRIME;
            place += 1;
        }
        count += 1;
    }
    factors
};

/// The small letter of a letter or digit; nothing of any other character.
#[inline]
fn fold(c: char) -> Option<char> {
    match ASCII.get(c as usize) {
        Some(0) => None,
        Some(&small) => Some(char::from(small)),
        None => fold_any(c),
    }
}

/// The same for each character of ASCII, 0 for nothing.
static ASCII: [u8; 128] = {
    let mut small = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            small[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    small
};

/// The same for any character: the common ones by their blocks, all else by the tables of the standard
/// library.
fn fold_any(c: char) -> Option<char> {
    match c {
        'ß'..='ö'
        | 'ø'..='ÿ'
        | 'а'..='џ'
        | 'א'..='ת'
        | '\u{620}'..='\u{64A}'
        | '\u{905}'..='\u{939}'
        | '\u{3041}'..='\u{3096}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' => Some(c),
        'А'..='Я' => char::from_u32(u32::from(c) + 0x20),
        '\u{2000}'..='\u{206F}' => None,
        _ if !c.is_alphanumeric() => None,
        _ => c.to_lowercase().next(),
    }
}

/// The text of a folded word.
#[must_use]
pub fn text_of(word: &str) -> String {
    word.chars().filter_map(fold).collect()
}

/// Words with what they say: tenths of a logit, above zero for main text; and the function words of all
/// languages.
#[derive(Clone, Debug)]
pub struct Words {
    by_text: BTreeMap<String, i8>,
    by_hash: Table,
}

impl Default for Words {
    /// Words of which none says anything.
    fn default() -> Words {
        let mut words = Words { by_text: BTreeMap::new(), by_hash: Table::new(KNOWN_BITS) };
        for word in function_words() {
            words.by_hash.add(Folded::of(word).hash, |known| Known(known.0 | FUNCTION));
        }
        words
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Words) -> bool {
        self.by_text == other.by_text
    }
}

impl Eq for Words {}

impl Words {
    /// Adds a word.
    pub fn add(&mut self, word: &str, says: i8) {
        let word = text_of(word);
        let says_so = SAYS | u32::from(says.cast_unsigned());
        self.by_hash.add(Folded::of(&word).hash, |known| Known((known.0 & FUNCTION) | says_so));
        self.by_text.insert(word, says);
    }

    /// What is known of the word with this hash.
    #[must_use]
    #[inline]
    pub fn get(&self, hash: u32) -> Known {
        self.by_hash.get(hash)
    }

    /// How many of them say something.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_text.len()
    }

    /// Whether none does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_text.is_empty()
    }

    /// Reads a line of a file of weights: `NUMBER WORD...`, words that say the same.
    pub(super) fn read(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split_whitespace();
        let says = words.next().unwrap_or_default();
        let says = says.parse().map_err(|_| format!("{says} is not from -128 to 127"))?;
        words.for_each(|word| self.add(word, says));
        Ok(())
    }

    /// Writes the lines that [`Words::read`] reads.
    pub(super) fn write(&self, text: &mut String) {
        let mut lines: BTreeMap<i8, Vec<&str>> = BTreeMap::new();
        for (word, says) in &self.by_text {
            lines.entry(*says).or_default().push(word);
        }
        for (says, words) in lines {
            for words in words.chunks(16) {
                let _ = writeln!(text, "words {says} {}", words.join(" "));
            }
        }
    }
}

/// What is known of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known(u32);

// In the lowest byte of `Known` stands what the word says.
const SAYS: u32 = 1 << 8;
const FUNCTION: u32 = 1 << 9;

impl Known {
    /// What it says; zero where that is not known.
    #[must_use]
    pub fn says(self) -> i8 {
        self.0.to_le_bytes()[0].cast_signed()
    }

    /// Whether it is known what it says.
    #[must_use]
    pub fn is_told(self) -> bool {
        self.0 & SAYS != 0
    }

    /// Whether hardly a sentence of some language can be written without it.
    #[must_use]
    pub fn is_function(self) -> bool {
        self.0 & FUNCTION != 0
    }
}

/// What is known of words, by their hashes. Every other word of a page is known: which ones, a processor
/// cannot foresee, so that any look-up with a branch waits. This one has none, and it is small: the upper
/// bits of a hash choose the bucket, the lower ones stand there in front of what is known.
#[derive(Clone, Debug)]
struct Table {
    /// Two to the power of this many, 10 at the least.
    bits: u32,
    buckets: Vec<Bucket>,
}

/// Places for some words; zero where one is free.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Bucket([u32; 16]);

/// Bits of a place that say what is known.
const KNOWN_BITS: u32 = 10;
const KNOWN: u32 = (1 << KNOWN_BITS) - 1;

impl Table {
    fn new(bits: u32) -> Table {
        Table { bits, buckets: vec![Bucket::default(); 1 << bits] }
    }

    /// Each hash mixed, so that the upper bits depend on all of it (Knuth's multiplicative hashing). No two
    /// are the same after it.
    fn mixed(hash: u32) -> u32 {
        hash.wrapping_mul(0x9E37_79B1)
    }

    fn bucket(&self, mixed: u32) -> usize {
        (mixed >> (u32::BITS - self.bits)) as usize
    }

    #[inline]
    fn get(&self, hash: u32) -> Known {
        let mixed = Table::mixed(hash);
        let Bucket(places) = &self.buckets[self.bucket(mixed)];
        let known = places.iter().fold(0, |all, place| {
            let known = place ^ (mixed << KNOWN_BITS);
            all | if known & !KNOWN == 0 { known } else { 0 }
        });
        Known(known)
    }

    /// Adds to what is known of the word with this hash, by `add`, which does not make it nothing.
    fn add(&mut self, hash: u32, add: impl Fn(Known) -> Known) {
        self.add_mixed(Table::mixed(hash), &add);
    }

    fn add_mixed(&mut self, mixed: u32, add: &dyn Fn(Known) -> Known) {
        let bucket = self.bucket(mixed);
        let Bucket(places) = &mut self.buckets[bucket];
        let word = mixed << KNOWN_BITS;
        let own = places.iter().position(|place| *place != 0 && place & !KNOWN == word);
        if let Some(i) = own.or_else(|| places.iter().position(|&place| place == 0)) {
            places[i] = word | add(Known(places[i] & KNOWN)).0;
            return;
        }
        let wider = Table::new(self.bits + 1);
        let Table { bits, buckets } = std::mem::replace(self, wider);
        for (bucket, Bucket(places)) in (0_u32..).zip(buckets) {
            for place in places.into_iter().filter(|&place| place != 0) {
                let mixed = bucket << (u32::BITS - bits) | place >> KNOWN_BITS;
                self.add_mixed(mixed, &|_| Known(place & KNOWN));
            }
        }
        self.add_mixed(mixed, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_are_those_of_the_standard_library() {
        for c in '\0'..=char::MAX {
            let small = if c.is_alphanumeric() { c.to_lowercase().next() } else { None };
            assert_eq!(fold(c), small, "{c:?}");
        }
    }

    #[test]
    fn a_table_knows_what_it_was_told() {
        let mut table = Table::new(KNOWN_BITS);
        // Every third again; the first has the hash of a free place.
        let hash = |n: u32| n.wrapping_mul(0x0003_0001);
        let known = |n: u32| Known(n % KNOWN + 1);
        for n in (0..50_000).chain((0..50_000).step_by(3)) {
            table.add(hash(n), |before| {
                assert!(before == Known::default() || before == known(n), "{n}");
                known(n)
            });
        }
        assert!(table.bits > KNOWN_BITS);
        for n in 0..100_000 {
            let expected = if n < 50_000 { known(n) } else { Known::default() };
            assert_eq!(table.get(hash(n)), expected, "{n}");
        }
    }

    #[test]
    fn a_word_may_be_a_function_word_and_say_something() {
        let mut words = Words::default();
        words.add("The", -7);
        words.add("Subscribe", 9);
        words.add("subscribe", -38);
        let known = |word: &str| {
            let known = words.get(Folded::of(word).hash);
            (known.says(), known.is_told(), known.is_function())
        };
        assert_eq!(known("the"), (-7, true, true));
        assert_eq!(known("and"), (0, false, true));
        assert_eq!(known("SUBSCRIBE"), (-38, true, false));
        assert_eq!(known("xyzzy"), (0, false, false));
        assert_eq!(words.len(), 2);
    }
}
