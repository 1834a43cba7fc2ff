//! Words that speak for main text or against it, whatever else their block looks like: `he` and
//! `yesterday` stand in stories, `subscribe` and `menu` around them.

use std::collections::BTreeMap;
use std::fmt::Write;

use hashbrown::HashMap;

/// One word, folded: its letters and digits, small.
#[derive(Clone, Copy, Debug)]
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
    /// Folds `word`.
    #[must_use]
    pub fn of(word: &str) -> Folded {
        if word.is_ascii() {
            return Folded::of_ascii(word.as_bytes());
        }
        let mut folded = Folded { hash: NO_LETTERS, letters: 0, capital: false, small: false };
        for (c, small) in word.chars().filter_map(|c| Some((c, fold(c)?))) {
            if folded.letters == 0 {
                folded.capital = small != c;
                folded.small = small == c && c.is_lowercase();
            }
            folded.letters += 1;
            folded.hash = (folded.hash ^ u32::from(small)).wrapping_mul(PRIME);
        }
        folded
    }

    /// Folds a word in ASCII.
    #[must_use]
    pub fn of_ascii(word: &[u8]) -> Folded {
        let mut folded = Folded { hash: NO_LETTERS, letters: 0, capital: false, small: false };
        for &byte in word {
            let small = SMALL[usize::from(byte & 0x7F)];
            if small == 0 {
                continue;
            }
            if folded.letters == 0 {
                folded.capital = small != byte;
                folded.small = byte.is_ascii_lowercase();
            }
            folded.letters += 1;
            folded.hash = (folded.hash ^ u32::from(small)).wrapping_mul(PRIME);
        }
        folded
    }
}

/// The hash of no letters.
const NO_LETTERS: u32 = 0x811C_9DC5;
const PRIME: u32 = 0x0100_0193;

/// For each character of ASCII what [`fold`] makes of it, 0 for nothing.
const SMALL: [u8; 128] = {
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

/// The small letter of a letter or digit; nothing of any other character.
fn fold(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        _ if c.is_ascii() || !c.is_alphanumeric() => None,
        _ => c.to_lowercase().next(),
    }
}

/// The text of a folded word.
#[must_use]
pub fn text_of(word: &str) -> String {
    word.chars().filter_map(fold).collect()
}

/// Words with what they say: tenths of a logit, above zero for main text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    by_text: BTreeMap<String, i8>,
    by_hash: HashMap<u32, i8>,
}

impl Words {
    /// Adds a word.
    pub fn add(&mut self, word: &str, says: i8) {
        let word = text_of(word);
        self.by_hash.insert(Folded::of(&word).hash, says);
        self.by_text.insert(word, says);
    }

    /// What the word with this hash says; nothing where it is not known.
    #[must_use]
    pub fn says(&self, hash: u32) -> Option<i8> {
        self.by_hash.get(&hash).copied()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_text.len()
    }

    /// Whether there are none.
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
