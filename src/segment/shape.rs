//! How many characters of which kind a block has: what many questions of shape are answered from,
//! counted in one look at it.

use super::lines::is_wide;
use crate::vector::{Loop, Machine, ROW, ROWS, sum, take_row, widest};

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
    /// Whether it is plain ASCII: graphic characters but the grave accent, one space between words,
    /// none at the ends. Then it is its own written form, and but for case its own key.
    pub plain: bool,
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

/// Counts ASCII. Each place of a row has counts of its own, so that all are counted at once.
fn ascii(bytes: &[u8]) -> Shape {
    let Counts { upper, lower, digits, blanks, controls, starts, odd } = widest(Count(bytes));
    let blank_first = bytes.first().is_none_or(|&byte| byte == b' ');
    let blank_last = bytes.last().is_none_or(|&byte| byte == b' ');
    let ends = if controls == 0 { 0 } else { bytes.iter().filter(|&&byte| is_end(byte)).count() };
    let words = if ends == 0 {
        starts + usize::from(!blank_first) - usize::from(blank_last && !bytes.is_empty())
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
        punctuation: bytes.len() - upper - lower - digits - blanks - controls,
        words,
        plain: !odd && controls == 0 && !blank_first && !blank_last,
        ..Shape::default()
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
    /// Spaces that something else follows, be it the end.
    starts: usize,
    /// Whether there is a grave accent, or a space behind a space.
    odd: bool,
}

/// The counting.
struct Count<'t>(&'t [u8]);

impl Loop for Count<'_> {
    type Output = Counts;

    #[inline(always)]
    fn run(self, _: impl Machine) -> Counts {
        count(self.0)
    }
}

#[inline(always)]
#[expect(clippy::needless_bitwise_bool, reason = "without branches, rows are looked at at once")]
fn count(bytes: &[u8]) -> Counts {
    /// No ASCII, so that it counts for nothing.
    const NOTHING: u8 = 0x80;
    let mut counts = Counts::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut sums = [[0_u8; ROW]; 6];
        let mut odd = [false; ROW];
        for _ in 0..ROWS {
            let mut last = [NOTHING; ROW + 1];
            let row = take_row(&mut rest, &mut last);
            for i in 0..ROW {
                let (byte, next) = (row[i], row[i + 1]);
                let blank = byte == b' ';
                sums[0][i] += u8::from(byte.wrapping_sub(b'A') < 26);
                sums[1][i] += u8::from(byte.wrapping_sub(b'a') < 26);
                sums[2][i] += u8::from(byte.wrapping_sub(b'0') < 10);
                sums[3][i] += u8::from(blank);
                sums[4][i] += u8::from((byte < b' ') | (byte == 0x7F));
                sums[5][i] += u8::from(blank & (next != b' '));
                odd[i] |= (byte == b'`') | (blank & (next == b' '));
            }
            if rest.is_empty() {
                break;
            }
        }
        counts.upper += sum(&sums[0]);
        counts.lower += sum(&sums[1]);
        counts.digits += sum(&sums[2]);
        counts.blanks += sum(&sums[3]);
        counts.controls += sum(&sums[4]);
        counts.starts += sum(&sums[5]);
        counts.odd |= odd.contains(&true);
    }
    counts
}

/// The white space among the controls.
fn is_end(byte: u8) -> bool {
    ASCII[usize::from(byte & 0x7F)] == END
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
            plain: text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic() && byte != b'`')
                && !text.is_empty()
                && text.split(' ').all(|word| !word.is_empty()),
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
