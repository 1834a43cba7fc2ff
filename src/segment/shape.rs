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
    let (mut upper, mut lower, mut digits, mut blanks, mut controls) = (0, 0, 0, 0, 0);
    for row in bytes.chunks(ROW) {
        let (pairs, rest) = row.as_chunks::<2>();
        let add = |sum: u64, byte: u8| sum + COUNTS[usize::from(byte)];
        // Two sums, for each waits for the one before it.
        let (mut even, mut odd) = (0, rest.iter().fold(0, |sum, &byte| add(sum, byte)));
        for &[first, second] in pairs {
            even = add(even, first);
            odd = add(odd, second);
        }
        let counts = (even + odd).to_le_bytes().map(usize::from);
        upper += counts[UPPER];
        lower += counts[LOWER];
        digits += counts[DIGIT];
        blanks += counts[BLANK];
        controls += counts[CONTROL];
    }
    let ends = if controls == 0 { 0 } else { bytes.iter().filter(|&&byte| is_end(byte)).count() };
    let letters = upper + lower;
    let mut words = usize::from(bytes.first().is_some_and(|&byte| !is_space(byte)));
    let last = bytes.len().saturating_sub(1);
    let befores = bytes.get(..last).unwrap_or_default().chunks(ROW);
    for (befores, heres) in befores.zip(bytes.get(1..).unwrap_or_default().chunks(ROW)) {
        let pairs = befores.iter().zip(heres);
        let starts: u8 = pairs.map(|(&a, &b)| u8::from(is_space(a) & !is_space(b))).sum();
        words += usize::from(starts);
    }
    Shape {
        chars: bytes.len(),
        width: bytes.len(),
        letters,
        upper,
        lower,
        digits,
        spaces: blanks + ends,
        punctuation: bytes.len() - letters - digits - blanks - controls,
        words,
        ..Shape::default()
    }
}

/// Few enough bytes that no count of a row overflows one.
const ROW: usize = 192;

// Places of the counts.
const UPPER: usize = 0;
const LOWER: usize = 1;
const DIGIT: usize = 2;
const BLANK: usize = 3;
const CONTROL: usize = 4;
const PUNCTUATION: usize = 5;

/// What each byte adds.
static COUNTS: [u64; 256] = {
    let mut counts = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let place = match byte {
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            b'0'..=b'9' => DIGIT,
            b' ' => BLANK,
            0..b' ' | 0x7F => CONTROL,
            _ => PUNCTUATION,
        };
        counts[byte as usize] = 1 << (8 * place);
        byte += 1;
    }
    counts
};

/// The white space among the controls.
fn is_end(byte: u8) -> bool {
    byte.wrapping_sub(b'\t') < 5
}

/// What `char::is_whitespace` says of ASCII.
fn is_space(byte: u8) -> bool {
    (byte == b' ') | is_end(byte)
}

/// Counts any text, a character at a time.
fn mixed(text: &str) -> Shape {
    let mut shape = Shape::default();
    let mut in_word = false;
    for c in text.chars() {
        shape.chars += 1;
        shape.width += 1 + usize::from(is_wide(c));
        let kind = Kind::of(c);
        let space = kind == Kind::Space;
        shape.words += usize::from(!space && !in_word);
        in_word = !space;
        match kind {
            Kind::Upper => shape.upper += 1,
            Kind::Lower => shape.lower += 1,
            Kind::Uncased => shape.letters += 1,
            Kind::Digit => shape.digits += 1,
            Kind::Space => shape.spaces += 1,
            Kind::Control => {}
            Kind::Other => shape.punctuation += 1,
        }
    }
    shape.letters += shape.upper + shape.lower;
    shape
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Upper,
    Lower,
    Uncased,
    Digit,
    Space,
    Control,
    Other,
}

impl Kind {
    /// The common letters by their blocks, all else by the tables of the standard library.
    fn of(c: char) -> Kind {
        match c {
            'a'..='z' | 'а'..='џ' => Kind::Lower,
            'A'..='Z' | 'Ѐ'..='Я' => Kind::Upper,
            '0'..='9' => Kind::Digit,
            ' ' => Kind::Space,
            '!'..='~' => Kind::Other,
            'א'..='ת'
            | '\u{620}'..='\u{64A}'
            | '\u{905}'..='\u{939}'
            | '\u{3041}'..='\u{3096}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7A3}' => Kind::Uncased,
            _ if c.is_uppercase() => Kind::Upper,
            _ if c.is_lowercase() => Kind::Lower,
            _ if c.is_alphabetic() => Kind::Uncased,
            _ if c.is_numeric() => Kind::Digit,
            _ if c.is_whitespace() => Kind::Space,
            _ if c.is_control() => Kind::Control,
            _ => Kind::Other,
        }
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
