//! How similar two articles are: measured on their texts, not estimated.

use std::cell::Cell;

use crate::vector::{BITS, EIGHT, Loop, Machine, widest};

/// Words of the shingles that similarity is measured on.
const SHINGLE_WORDS: usize = 3;

/// The words of a text as hashes: runs of letters and digits in any case; each character of a script
/// without spaces is a word.
///
/// Vowel marks and the stretching of Arabic script do not count, nor do joiners and other invisible
/// characters inside a word.
pub fn words(text: &str, out: &mut Vec<u64>) {
    let mut word = Word::default();
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = ascii_len(rest.as_bytes());
        let (run, after) = rest.split_at_checked(ascii).unwrap_or((rest, ""));
        word.push_ascii(run.as_bytes(), out);
        let mut chars = after.chars();
        while let Some(c) = chars.clone().next().filter(|c| !c.is_ascii_alphanumeric()) {
            chars.next();
            if let Some(small) = small_letter(c) {
                word.push(small);
            } else if is_unspaced(c) {
                word.end(out);
                word.push(c);
                word.end(out);
            } else if is_mark(c) || c.is_alphanumeric() && !is_silent(c) {
                c.to_lowercase().for_each(|lower| word.push(lower));
            } else if !is_silent(c) {
                word.end(out);
            }
        }
        rest = chars.as_str();
    }
    word.end(out);
}

/// Length of the ASCII at the start of `bytes`.
fn ascii_len(bytes: &[u8]) -> usize {
    const WIDE: usize = 32;
    let wide = bytes.chunks_exact(WIDE).take_while(|chunk| chunk.is_ascii()).count() * WIDE;
    let rest = bytes.get(wide..).unwrap_or_default();
    wide + rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len())
}

/// The hash of the word that is being read; zero where none is.
#[derive(Default)]
struct Word(u64);

impl Word {
    fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Takes up `text`, which is ASCII, and puts the words that end in it to `out`.
    fn push_ascii(&mut self, text: &[u8], out: &mut Vec<u64>) {
        widest(Ascii { word: self, text, out });
    }

    /// Takes up the letters and digits of ASCII from `start` to `end` of `text`.
    #[inline(always)]
    fn take_up(&mut self, text: &[u8], mut start: usize, end: usize) {
        while start < end {
            let letters = text[start..].first_chunk().copied();
            self.add(letters.unwrap_or_else(|| last(&text[start..])), end - start);
            start += EIGHT;
        }
    }

    /// Takes up the first of `letters`, so many or all.
    #[inline(always)]
    fn add(&mut self, letters: [u8; EIGHT], len: usize) {
        let own = OWN[len.min(EIGHT)];
        self.0 = fold(self.0 ^ ((u64::from_le_bytes(letters) | LOWER_CASE) & own), WORD) | 1;
    }

    fn push(&mut self, c: char) {
        self.0 = fold(self.0.rotate_left(7) ^ u64::from(c), WORD) | 1;
    }

    /// Puts the word that ends here to `out`.
    #[inline(always)]
    fn end(&mut self, out: &mut Vec<u64>) {
        if !self.is_empty() {
            out.push(self.0);
            self.0 = 0;
        }
    }
}

/// The bits of so many bytes.
const OWN: [u64; 9] = {
    let mut own = [0; 9];
    let mut bytes = 1;
    while bytes < 9 {
        own[bytes] = own[bytes - 1] << 8 | 0xFF;
        bytes += 1;
    }
    own
};

/// Fewer than eight bytes, filled up.
#[cold]
#[inline(never)]
fn last(bytes: &[u8]) -> [u8; EIGHT] {
    let mut filled = [0; EIGHT];
    filled[..bytes.len()].copy_from_slice(bytes);
    filled
}

/// Taking up ASCII: where words begin and end is read from one number for many bytes, as a jump a byte would be
/// hard to predict.
struct Ascii<'w, 't, 'o> {
    word: &'w mut Word,
    text: &'t [u8],
    out: &'o mut Vec<u64>,
}

impl Loop for Ascii<'_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, machine: impl Machine) {
        let Ascii { word: kept, text, out } = self;
        let (mut word, mut start) = (std::mem::take(kept), 0);
        // Whether the byte before is of a word, and for what came before `text` so is its first one.
        let mut inside = !word.is_empty();
        for offset in (0..text.len()).step_by(BITS) {
            let rest = &text[offset..];
            // A word that ends in these bytes has its first eight letters here, or less than eight.
            let mut room;
            let bytes: &[u8; BITS + EIGHT] = if let Some(bytes) = rest.first_chunk() {
                bytes
            } else {
                room = [b' '; BITS + EIGHT];
                room[..rest.len()].copy_from_slice(rest);
                &room
            };
            let row = machine.bytes(bytes.first_chunk().unwrap_or(&[b' '; BITS]));
            let letters = machine.letters(row) | machine.digits(row);
            let before = letters << 1 | u64::from(inside);
            let mut starts = letters & !before;
            // A word may go on behind the text.
            let len = rest.len().min(BITS);
            let mut ends = before & !letters & (u64::MAX >> (BITS - len));
            if inside && ends != 0 {
                word.take_up(text, start, offset + ends.trailing_zeros() as usize);
                ends &= ends - 1;
                word.end(out);
            }
            while ends != 0 {
                let first = starts.trailing_zeros() as usize % BITS;
                let end = ends.trailing_zeros() as usize;
                (starts, ends) = (starts & (starts - 1), ends & (ends - 1));
                let letters = bytes[first..].first_chunk().copied();
                word.add(letters.unwrap_or_default(), end - first);
                if end - first > EIGHT {
                    word.take_up(text, offset + first + EIGHT, offset + end);
                }
                word.end(out);
            }
            if starts != 0 {
                start = offset + starts.trailing_zeros() as usize;
            }
            inside = letters >> (len - 1) & 1 != 0;
        }
        if inside {
            word.take_up(text, start, text.len());
        }
        *kept = word;
    }
}

/// Makes letters of ASCII lower case, and leaves digits.
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;
/// A number without a pattern (of `SplitMix64`).
const WORD: u64 = 0xBF58_476D_1CE4_E5B9;

/// Spreads the bits of two numbers: their product, folded (as the hash wyhash does).
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9E37_79B9_7F4A_7C15) * u128::from(b);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let folded = product as u64 ^ (product >> 64) as u64;
    folded
}

/// The small letter of `c`, where a few comparisons tell that it is a letter and which: of most letters of the Latin,
/// Greek, Cyrillic and Arabic scripts.
fn small_letter(c: char) -> Option<char> {
    let small = match u32::from(c) {
        small @ (0x00DF..=0x00F6
        | 0x00F8..=0x00FF
        | 0x03AC..=0x03CE
        | 0x0430..=0x045F
        | 0x0620..=0x063F
        | 0x0641..=0x064A) => small,
        large @ (0x00C0..=0x00D6 | 0x00D8..=0x00DE | 0x0391..=0x03A1 | 0x0410..=0x042F) => {
            large + 0x20
        }
        large @ 0x0400..=0x040F => large + 0x50,
        _ => return None,
    };
    char::from_u32(small)
}

/// Whether `c` belongs to a script that is written without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF
        | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFD)
}

/// Whether `c` is a vowel sign or accent inside a word.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x0900..=0x0DFF)
}

/// Whether `c` stands in a word and says nothing: marks that Arabic and Hebrew writers may leave out,
/// the stretching of Arabic letters, joiners, soft hyphens.
fn is_silent(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x0591..=0x05BD | 0x0640 | 0x064B..=0x0652 | 0x0670 | 0x200B..=0x200D | 0x2060)
}

/// The set of an article's shingles: every three words in a row; of fewer words, all of them as one.
///
/// Made to be filled again and again: its memory stays.
#[derive(Clone, Debug, Default)]
pub struct Shingles {
    /// A table twice as large as the set, or more; zero is an empty place.
    slots: Vec<u64>,
    list: Vec<u64>,
}

impl Shingles {
    /// The shingles of `text`.
    #[must_use]
    pub fn of(text: &str) -> Shingles {
        let (mut list, mut set) = (Vec::new(), Shingles::default());
        words(text, &mut list);
        set.fill(&mut list);
        set
    }

    /// Makes this the set of the shingles of `words`, in whose place other numbers are left.
    pub fn fill(&mut self, words: &mut Vec<u64>) {
        let Shingles { slots, list } = self;
        // The hashes of words have no pattern, and that of a shingle has none either.
        let hash = |words: &[u64]| {
            words.iter().fold(0, |hash: u64, word| hash.rotate_left(21) ^ word).max(1)
        };
        if words.len() < SHINGLE_WORDS {
            let all = hash(words);
            words.truncate(1);
            words.fill(all);
        } else {
            let cells = Cell::from_mut(words.as_mut_slice()).as_slice_of_cells();
            for [first, second, third] in cells.array_windows::<SHINGLE_WORDS>() {
                first.set(hash(&[first.get(), second.get(), third.get()]));
            }
            words.truncate(words.len() + 1 - SHINGLE_WORDS);
        }
        slots.clear();
        slots.resize((2 * words.len()).next_power_of_two().max(4), 0);
        list.resize(words.len(), 0);
        let (slots, new, mut len) = (slots.as_mut_slice(), list.as_mut_slice(), 0);
        each_place(words, |place, hash| {
            let slot = &mut slots[place & (slots.len() - 1)];
            let is_new = *slot == 0;
            let held = if is_new { hash } else { *slot };
            *slot = held;
            new[len] = hash;
            len += usize::from(is_new);
            held != hash
        });
        list.truncate(len);
    }

    /// Number of different shingles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the article has no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How much this article and `other` have in common.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn compare(&self, other: &Shingles) -> Similarity {
        let (few, many) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        let (slots, mut shared) = (many.slots.as_slice(), 0);
        let mut room = [0; AT_A_TIME];
        for some in few.list.chunks(AT_A_TIME) {
            let hashes = &mut room[..some.len()];
            hashes.copy_from_slice(some);
            each_place(hashes, |place, hash| {
                let other = slots[place & (slots.len() - 1)];
                shared += usize::from(other == hash);
                other != 0 && other != hash
            });
        }
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        Similarity {
            similarity: share(2 * shared, self.len() + other.len()),
            first_in_second: share(shared, self.len()),
            second_in_first: share(shared, other.len()),
            sizes: [self.len(), other.len()],
        }
    }
}

/// Hashes of a set that are looked up in another at a time.
const AT_A_TIME: usize = 256;

/// Calls `look` on each of `hashes` with its place in a table, on those for which it says so with the next place, and so
/// on; other numbers are left in their place. All go on together, for a jump for each would be hard to predict.
#[inline(always)]
fn each_place(hashes: &mut [u64], mut look: impl FnMut(usize, u64) -> bool) {
    let all = Cell::from_mut(hashes).as_slice_of_cells();
    let (mut left, mut by) = (all, 0);
    while !left.is_empty() {
        let mut going_on = 0;
        for hash in left.iter().map(Cell::get) {
            #[expect(clippy::cast_possible_truncation, reason = "its lower bits are meant")]
            let goes_on = look((hash as usize).wrapping_add(by), hash);
            all[going_on].set(hash);
            going_on += usize::from(goes_on);
        }
        (left, by) = (&all[..going_on], by + 1);
    }
}

/// How much two articles have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Similarity {
    /// Twice the shingles they share, by those both have (the Dice coefficient).
    pub similarity: f64,
    /// Share of the first one's shingles that stand in the second.
    pub first_in_second: f64,
    /// Share of the second one's shingles that stand in the first.
    pub second_in_first: f64,
    /// Different shingles of the first and of the second.
    pub sizes: [usize; 2],
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn of(text: &str) -> Vec<u64> {
        let mut hashes = Vec::new();
        words(text, &mut hashes);
        hashes
    }

    #[test]
    fn words_are_runs_of_letters_in_any_case() {
        assert_eq!(of("The OLD tram, again!"), of("the old  Tram again"));
        assert_ne!(of("the old"), of("the odd"));
        assert_eq!(of("Été à Paris").len(), 3);
        assert_eq!(of("ÉTÉ"), of("été"));
        assert_eq!(of("北京时间").len(), 4);
        assert_eq!(of("नई दिल्ली").len(), 2);
        assert_eq!(of(" — … "), Vec::<u64>::new());
        assert_eq!(of(""), Vec::<u64>::new());
    }

    #[test]
    fn long_words_differ_wherever_they_differ() {
        let long = "abcdefghijklmnopqrstuvwxyz";
        for at in 0..26 {
            let mut other = long.to_owned();
            other.replace_range(at..=at, "0");
            assert_ne!(of(long), of(&other));
            assert_ne!(of(&long[..at]), of(long));
        }
        let eights = ["abcdefgh", "abcdefghabcdefgh", "abcdefgh ", "bcdefgh", "aéb", "abé", "éab"];
        let different: HashSet<Vec<u64>> = eights.iter().map(|w| of(w)).collect();
        assert_eq!(different.len(), eights.len() - 1);
    }

    #[test]
    fn letters_told_by_few_comparisons_are_letters() {
        for c in '\0'..=char::MAX {
            if let Some(small) = small_letter(c) {
                assert!(c.is_alphanumeric() && !is_unspaced(c) && !is_silent(c), "{c}");
                assert!(c.to_lowercase().eq([small]), "{c}");
            }
        }
        assert_eq!(small_letter('Ж'), Some('ж'));
    }

    #[test]
    fn a_word_has_one_hash_wherever_it_stands() {
        let pieces =
            ["a", "Bc", " ", ", ", "abcdefgh", "ABCDEFGHI", "0123456789abcdefghij", "é", "z9"];
        let mut state = 1_u32;
        for length in 0..400 {
            let piece = |_| {
                state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
                pieces[(state >> 16) as usize % pieces.len()]
            };
            let text: String = (0..length).map(piece).collect();
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            assert_eq!(of(&text), words.flat_map(of).collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn what_writers_may_leave_out_makes_no_difference() {
        assert_eq!(of("كَتَبَ"), of("كتب"));
        assert_eq!(of("العـــربية"), of("العربية"));
        assert_eq!(of("می\u{200C}شود"), of("میشود"));
        assert_ne!(of("كتب"), of("كتاب"));
    }

    #[test]
    fn sets_hold_and_share_what_plain_ones_do() {
        let mut state = 1_u64;
        let mut below = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % most
        };
        // Of few words shingles come again; words with zeros at such a place make shingles that end in zeros, and all
        // ask for one place of a table.
        let sizes = [0, 1, 2, 3, 4, 9, 300, 2_000];
        let cases =
            sizes.into_iter().flat_map(|size| [(size, 3, 0), (size, 90, 0), (size, 40, 30)]);
        for ((size, words, zeros), (other_size, ..)) in cases.clone().zip(cases.skip(2)) {
            let mut list = |size: usize| (0..size).map(|_| below(words) << zeros).collect();
            let lists: [Vec<u64>; 2] = [list(size), list(other_size)];
            let plain = lists.each_ref().map(|list| {
                let shingles = list.windows(list.len().clamp(1, SHINGLE_WORDS));
                let hash = |hash: u64, word: &u64| hash.rotate_left(21) ^ word;
                shingles.map(|words| words.iter().fold(0, hash).max(1)).collect::<HashSet<u64>>()
            });
            let sets = lists.map(|mut list| {
                let mut set = Shingles::of("what was in it before, of more words or of fewer");
                set.fill(&mut list);
                set
            });
            let found = sets[0].compare(&sets[1]);
            let shared = plain[0].intersection(&plain[1]).count();
            assert_eq!(found.sizes, plain.each_ref().map(HashSet::len));
            let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            for (share, plain) in [found.first_in_second, found.second_in_first].iter().zip(&plain)
            {
                assert!((share * number(plain.len()) - number(shared)).abs() < 1e-6, "{found:?}");
            }
        }
    }

    #[test]
    fn sets_are_compared_exactly() {
        let set = Shingles::of;
        let (four, five) = (set("a b c d"), set("a b c d e"));
        let found = four.compare(&five);
        assert_eq!((found.first_in_second, found.sizes), (1.0, [2, 3]));
        assert!((found.similarity - 0.8).abs() < 1e-12);
        assert!((five.compare(&four).second_in_first - 1.0).abs() < 1e-12);
        assert!(set("").compare(&five).similarity.abs() < 1e-12);
        assert_eq!(set("a b a b a b").len(), 2);
        assert!((set("one two").compare(&set("one two")).similarity - 1.0).abs() < 1e-12);
    }
}
