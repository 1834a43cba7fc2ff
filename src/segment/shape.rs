//! How many characters of which kind a block has: what many questions of shape are answered from,
//! counted in one look at it.

use super::lines::is_wide;

/// The characters of one block, by kind. Each is of one of `letters`, `digits`, `spaces`,
/// `punctuation` or a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
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
    /// The first character.
    pub first: Option<char>,
    /// The last character.
    pub last: Option<char>,
}

impl Shape {
    /// The shape of `text`.
    #[must_use]
    pub fn of(text: &str) -> Shape {
        let (first, last) = (text.chars().next(), text.chars().next_back());
        let counted = if text.is_ascii() { ascii(text.as_bytes()) } else { mixed(text) };
        Shape { first, last, ..counted }
    }
}

/// Counts ASCII: a byte adds to one of eight counts that lie in one number.
fn ascii(bytes: &[u8]) -> Shape {
    // Few enough bytes that no count of a row overflows one.
    const ROW: usize = 192;
    let mut counts = [0; KINDS];
    let add = |sum: u64, byte: u8| sum + COUNTS[usize::from(byte)];
    for row in bytes.chunks(ROW) {
        let (pairs, rest) = row.as_chunks::<2>();
        // Two sums, for each waits for the one before it.
        let (mut even, mut odd) = (0, rest.iter().fold(0, |sum, &byte| add(sum, byte)));
        for &[first, second] in pairs {
            even = add(even, first);
            odd = add(odd, second);
        }
        for (count, more) in counts.iter_mut().zip((even + odd).to_le_bytes()) {
            *count += usize::from(more);
        }
    }
    let is_space = |byte: u8| (byte == b' ') | (byte.wrapping_sub(b'\t') < 5);
    let mut words = usize::from(bytes.first().is_some_and(|&byte| !is_space(byte)));
    let last = bytes.len().saturating_sub(1);
    let befores = bytes.get(..last).unwrap_or_default().chunks(ROW);
    for (befores, heres) in befores.zip(bytes.get(1..).unwrap_or_default().chunks(ROW)) {
        let pairs = befores.iter().zip(heres);
        let starts: u8 = pairs.map(|(&a, &b)| u8::from(is_space(a) & !is_space(b))).sum();
        words += usize::from(starts);
    }
    let of = |place: u8| counts[usize::from(place)];
    Shape {
        chars: bytes.len(),
        width: bytes.len(),
        letters: of(UPPER) + of(LOWER),
        upper: of(UPPER),
        lower: of(LOWER),
        digits: of(DIGIT),
        spaces: of(BLANK) + of(END),
        punctuation: of(PUNCTUATION),
        words,
        ..Shape::default()
    }
}

/// Counts any text, a character at a time.
fn mixed(text: &str) -> Shape {
    let mut counts = [0_usize; KINDS];
    let mut shape = Shape::default();
    let mut before = BLANK;
    for c in text.chars() {
        let place = if c.is_ascii() { ASCII[c as usize] } else { place(c) };
        counts[usize::from(place)] += 1;
        shape.width += usize::from(!c.is_ascii() && is_wide(c));
        shape.words += usize::from(is_blank(before) && !is_blank(place));
        before = place;
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

/// What each byte of ASCII adds: one, in the byte of its kind.
static COUNTS: [u64; 256] = {
    let mut counts = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        counts[byte] = 1 << (8 * ASCII[byte]);
        byte += 1;
    }
    counts
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
    use super::super::lines::width;
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
            first: text.chars().next(),
            last: text.chars().next_back(),
        }
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
        }
        for end in 0..long.len() {
            assert_eq!(Shape::of(&long[..end]), plainly(&long[..end]), "{end}");
        }
    }
}
