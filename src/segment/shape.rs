//! How many characters of which kind a block has: what many questions of shape are answered from,
//! counted in one look at it. Most blocks are asked for less, which is counted faster.

use super::lines::{is_wide, width};
use crate::normalize::AsciiWords;
use crate::vector::{BITS, Loop, Machine, behind, is_ascii, row_of, widest};

/// The characters of one block, by kind. Each is of one of `letters`, `digits`, `spaces`,
/// `punctuation` or a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// All of them.
    pub chars: usize,
    /// Columns: wide characters count twice.
    pub width: usize,
    /// Letters of any script (`Alphabetic`).
    pub letters: usize,
    /// Letters that are capitals.
    pub upper: usize,
    /// Letters that are small ones. A script without case has neither.
    pub lower: usize,
    /// Digits and other numbers that are no letters, as the Roman ones are.
    pub digits: usize,
    /// White space.
    pub spaces: usize,
    /// What is no letter, digit, white space or control: punctuation, symbols, marks.
    pub punctuation: usize,
    /// Words between white space.
    pub words: usize,
}

impl Shape {
    /// The shape of `text`.
    #[must_use]
    pub(crate) fn of(text: &str) -> Shape {
        if is_ascii(text) { ascii(text.as_bytes()) } else { mixed(text) }
    }
}

/// What is asked of every block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Columns: wide characters count twice.
    pub width: usize,
    /// The number of its words as [`normalize::words`](crate::normalize::words) counts them, when it is
    /// plain: graphic characters of ASCII but the grave accent and the underscore, one space between
    /// words, none at the ends. Then it is its own written form, and but for case its own key.
    pub plain_words: Option<usize>,
}

impl Measure {
    /// The measure of `text`.
    #[must_use]
    pub(crate) fn of(text: &str) -> Measure {
        let bytes = text.as_bytes();
        let plain_words = widest(Plain(bytes));
        if plain_words.is_some() {
            return Measure { width: bytes.len(), plain_words };
        }
        Measure { width: widest(Narrow(bytes)).unwrap_or_else(|| width(text)), plain_words }
    }
}

/// Counts the words of a plain text; nothing where it is not plain.
struct Plain<'t>(&'t [u8]);

impl Loop for Plain<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Option<usize> {
        /// Plain, and part of no word.
        const FILLER: u8 = b'-';
        let Plain(bytes) = self;
        if bytes.last().is_none_or(|&last| last == b' ') {
            return None;
        }
        let mut words = AsciiWords::default();
        let mut space_before = 1;
        let mut room = [FILLER; 2 * BITS];
        for row in bytes.chunks(BITS) {
            let row = machine.bytes(row_of(bytes, row, &mut room));
            let blanks = machine.equal(row, b' ');
            // The grave accent is next to the underscore.
            let odd = machine.within(row, b'_'..=b'`') | (blanks & (blanks << 1 | space_before));
            if odd | !machine.within(row, b' '..=b'~') != 0 {
                return None;
            }
            space_before = blanks >> (BITS - 1);
            words.add(machine, row, machine.letters(row), machine.digits(row));
        }
        Some(words.count)
    }
}

/// Counts the characters of a text; nothing where some may be wide.
struct Narrow<'t>(&'t [u8]);

impl Loop for Narrow<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Option<usize> {
        /// Not the first byte of a character.
        const FILLER: u8 = 0x80;
        let Narrow(bytes) = self;
        let (mut chars, mut e2_before) = (0, 0);
        let mut room = [FILLER; 2 * BITS];
        for row in bytes.chunks(BITS) {
            let row = machine.bytes(row_of(bytes, row, &mut room));
            // Behind 0xE2 stand quotes and dashes, and wide characters from U+2E80 on.
            let e2 = machine.equal(row, 0xE2);
            let far = behind(e2, e2_before, 1) & machine.within(row, 0xBA..=0xBF);
            if far | machine.equal(row, 0xE1) | machine.within(row, 0xE3..=0xFF) != 0 {
                return None;
            }
            e2_before = e2;
            chars += (!machine.within(row, 0x80..=0xBF)).count_ones() as usize;
        }
        Some(chars)
    }
}

/// Counts ASCII.
fn ascii(bytes: &[u8]) -> Shape {
    let counted = widest(Count { bytes, after_space: true });
    let Counts { upper, lower, digits, blanks, controls, words } = counted;
    let ends = if controls == 0 { 0 } else { bytes.iter().filter(|&&byte| is_end(byte)).count() };
    let words = if ends == 0 {
        words
    } else {
        let tokens = bytes.split(|&byte| byte == b' ' || is_end(byte));
        tokens.filter(|token| !token.is_empty()).count()
    };
    Shape {
        chars: bytes.len(),
        width: bytes.len(),
        letters: upper + lower,
        upper,
        lower,
        digits,
        spaces: blanks + ends,
        punctuation: counted.punctuation(bytes.len()),
        words,
    }
}

/// What was counted of ASCII.
#[derive(Default)]
struct Counts {
    upper: usize,
    lower: usize,
    digits: usize,
    blanks: usize,
    controls: usize,
    /// Words between spaces.
    words: usize,
}

/// The counting.
struct Count<'t> {
    bytes: &'t [u8],
    /// Whether they stand at the start or behind a space.
    after_space: bool,
}

impl Loop for Count<'_> {
    type Output = Counts;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Counts {
        /// No ASCII, so that it counts for nothing.
        const NOTHING: u8 = 0x80;
        let mut counts = Counts::default();
        let mut space_before = u64::from(self.after_space);
        let mut room = [NOTHING; 2 * BITS];
        for bytes in self.bytes.chunks(BITS) {
            let some = u64::MAX >> (BITS - bytes.len());
            counts.add(machine, row_of(self.bytes, bytes, &mut room), some, &mut space_before);
        }
        counts
    }
}

impl Counts {
    /// What is nothing else of `len` bytes.
    fn punctuation(&self, len: usize) -> usize {
        len - self.upper - self.lower - self.digits - self.blanks - self.controls
    }

    /// Counts a row, of which `some` are bytes of the text.
    #[inline(always)]
    fn add(&mut self, machine: impl Machine, row: &[u8; BITS], some: u64, space_before: &mut u64) {
        let of = |bits: u64| bits.count_ones() as usize;
        let row = machine.bytes(row);
        let upper = machine.within(row, b'A'..=b'Z');
        let lower = machine.within(row, b'a'..=b'z');
        let digits = machine.digits(row);
        let blanks = machine.equal(row, b' ');
        let controls = machine.within(row, 0..=0x1F) | machine.equal(row, 0x7F);
        let after_space = blanks << 1 | *space_before;
        *space_before = blanks >> (BITS - 1);
        self.upper += of(upper);
        self.lower += of(lower);
        self.digits += of(digits);
        self.blanks += of(blanks);
        self.controls += of(controls);
        self.words += of(some & !blanks & after_space);
    }
}

/// The white space among the controls.
fn is_end(byte: u8) -> bool {
    ASCII[usize::from(byte & 0x7F)] == END
}

/// Counts any text: long runs of ASCII together, the rest a character at a time.
fn mixed(text: &str) -> Shape {
    let mut counts = [0_usize; KINDS];
    let mut shape = Shape::default();
    let mut before = BLANK;
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((run, behind)) = ascii_run(rest) {
            let counted = widest(Count { bytes: run.as_bytes(), after_space: is_blank(before) });
            if counted.controls == 0 {
                counts[usize::from(UPPER)] += counted.upper;
                counts[usize::from(LOWER)] += counted.lower;
                counts[usize::from(DIGIT)] += counted.digits;
                counts[usize::from(BLANK)] += counted.blanks;
                counts[usize::from(PUNCTUATION)] += counted.punctuation(run.len());
                shape.words += counted.words;
                before = if run.ends_with(' ') { BLANK } else { PUNCTUATION };
                rest = behind;
                continue;
            }
        }
        // Up to where ASCII starts again.
        let mut chars = rest.chars();
        let mut is_ascii = true;
        while let Some(c) = chars.next() {
            is_ascii &= c.is_ascii();
            let place = if c.is_ascii() { ASCII[c as usize] } else { place(c) };
            counts[usize::from(place)] += 1;
            shape.width += usize::from(!c.is_ascii() && is_wide(c));
            shape.words += usize::from(is_blank(before) && !is_blank(place));
            before = place;
            if !is_ascii && chars.as_str().as_bytes().first().is_some_and(u8::is_ascii) {
                break;
            }
        }
        rest = chars.as_str();
    }
    let of = |place: u8| counts[usize::from(place)];
    Shape {
        chars: counts.iter().sum(),
        width: shape.width + counts.iter().sum::<usize>(),
        letters: of(UPPER) + of(LOWER) + of(UNCASED),
        upper: of(UPPER),
        lower: of(LOWER),
        digits: of(DIGIT),
        spaces: of(BLANK) + of(END),
        punctuation: of(PUNCTUATION),
        ..shape
    }
}

/// The ASCII at the start of `text` and what is behind it, when it is long enough to be counted together.
fn ascii_run(text: &str) -> Option<(&str, &str)> {
    /// Below this, counting the characters one by one is as fast.
    const RUN: usize = 32;
    let (chunks, _) = text.as_bytes().as_chunks::<RUN>();
    let whole = chunks.iter().take_while(|chunk| chunk.is_ascii()).count() * RUN;
    let rest = text.as_bytes().get(whole..)?;
    let len = whole + rest.iter().take_while(|byte| byte.is_ascii()).count();
    (whole > 0).then(|| text.split_at_checked(len)).flatten()
}

// The kinds of characters, places in a list of counts.
const UPPER: u8 = 0;
const LOWER: u8 = 1;
const DIGIT: u8 = 2;
const BLANK: u8 = 3;
/// A tab or the end of a line.
const END: u8 = 4;
const CONTROL: u8 = 5;
const PUNCTUATION: u8 = 6;
const UNCASED: u8 = 7;
const KINDS: usize = 8;

fn is_blank(place: u8) -> bool {
    place == BLANK || place == END
}

/// The kinds of ASCII.
const ASCII: [u8; 128] = {
    let mut kinds = [PUNCTUATION; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            b'0'..=b'9' => DIGIT,
            b' ' => BLANK,
            b'\t'..=b'\r' => END,
            0..b' ' | 0x7F => CONTROL,
            _ => PUNCTUATION,
        };
        byte += 1;
    }
    kinds
};

/// The kind of a character that is not ASCII: the common letters by their blocks, all else by the
/// tables of the standard library.
fn place(c: char) -> u8 {
    match c {
        'а'..='џ' => LOWER,
        'Ѐ'..='Я' => UPPER,
        'א'..='ת'
        | '\u{620}'..='\u{64A}'
        | '\u{905}'..='\u{939}'
        | '\u{3041}'..='\u{3096}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' => UNCASED,
        _ if c.is_uppercase() => UPPER,
        _ if c.is_lowercase() => LOWER,
        _ if c.is_alphabetic() => UNCASED,
        _ if c.is_numeric() => DIGIT,
        _ if c.is_whitespace() => BLANK,
        _ if c.is_control() => CONTROL,
        _ => PUNCTUATION,
    }
}

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    /// The same by the words of the standard library alone.
    fn plainly(text: &str) -> Shape {
        let count = |is: fn(char) -> bool| text.chars().filter(|&c| is(c)).count();
        let letters = count(char::is_alphabetic);
        let digits = count(|c| c.is_numeric() && !c.is_alphabetic());
        let spaces = count(char::is_whitespace);
        let controls = count(|c| c.is_control() && !c.is_whitespace());
        Shape {
            chars: text.chars().count(),
            width: width(text),
            letters,
            upper: count(char::is_uppercase),
            lower: count(char::is_lowercase),
            digits,
            spaces,
            punctuation: text.chars().count() - letters - digits - spaces - controls,
            words: text.split_whitespace().count(),
        }
    }

    fn measured_plainly(text: &str) -> Measure {
        let plain_words = is_plain(text).then(|| text.unicode_words().count());
        Measure { width: width(text), plain_words }
    }

    #[test]
    fn wide_characters_count_twice_wherever_they_stand() {
        let before = "Quotes ‘’ — Дни ".repeat(6);
        for c in ('\u{7F}'..='\u{FFFF}').step_by(61).chain("ᄀ⺀⹿⿿　㄀가鿿𠀀Ａ🙂—".chars())
        {
            for len in [0, 3, 60, 61, 62, 63, 64, 65].map(|len| before.floor_char_boundary(len)) {
                let text = format!("{}{c}{before}", &before[..len]);
                assert_eq!(Measure::of(&text), measured_plainly(&text), "{text:?}");
            }
        }
    }

    fn is_plain(text: &str) -> bool {
        let graphic = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'`' | b'_');
        text.bytes().all(|byte| byte == b' ' || graphic(byte))
            && text.split(' ').all(|word| !word.is_empty())
    }

    #[test]
    fn counts_are_those_of_the_standard_library() {
        let all: String = ('\0'..='\u{30FFF}').collect();
        assert_eq!(Shape::of(&all), plainly(&all));
        let long = "Two  words,\tor\r\n3. ".repeat(40);
        for text in
            ["", " ", "x", "a b", " a  b ", "Ünder 3½ Дни", "新聞 第１号、", "\u{a0}x\u{2003}y"]
        {
            assert_eq!(Shape::of(text), plainly(text), "{text:?}");
            assert_eq!(Measure::of(text), measured_plainly(text), "{text:?}");
        }
        assert_eq!(Measure::of(&all), measured_plainly(&all));
        let dotted = "It's 3.14, or 1,000; a.b:c 5:6 'x' No. 7.".repeat(8);
        let foreign =
            "A cost of £40m (or so) was paid by the ministry in one go – twice\t– and over ";
        let foreign = foreign.repeat(4);
        for text in [long, dotted, foreign] {
            for (end, _) in text.char_indices() {
                for part in [&text[..end], &text[end..]] {
                    assert_eq!(Measure::of(part), measured_plainly(part), "{part:?}");
                }
                assert_eq!(Shape::of(&text[..end]), plainly(&text[..end]), "{end} of {text}");
                assert_eq!(Shape::of(&text[end..]), plainly(&text[end..]), "{end} of {text}");
            }
        }
    }
}
