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

/// Counts ASCII, whole rows of bytes at once.
fn ascii(bytes: &[u8]) -> Shape {
    // Few enough that no count of a row overflows a byte.
    const ROW: usize = 192;
    let mut shape = Shape { chars: bytes.len(), width: bytes.len(), ..Shape::default() };
    let mut controls = 0;
    for row in bytes.chunks(ROW) {
        let [mut upper, mut lower, mut digits, mut spaces, mut rest] = [0_u8; 5];
        for &byte in row {
            upper += u8::from(byte.wrapping_sub(b'A') < 26);
            lower += u8::from(byte.wrapping_sub(b'a') < 26);
            digits += u8::from(byte.wrapping_sub(b'0') < 10);
            spaces += u8::from(is_space(byte));
            rest += u8::from(byte < b' ' || byte == 0x7F);
        }
        shape.upper += usize::from(upper);
        shape.lower += usize::from(lower);
        shape.digits += usize::from(digits);
        shape.spaces += usize::from(spaces);
        controls += usize::from(rest);
    }
    // Tabs and line ends are white space first.
    controls -= bytes.iter().filter(|&&byte| byte != b' ' && is_space(byte)).count();
    shape.letters = shape.upper + shape.lower;
    shape.punctuation = bytes.len() - shape.letters - shape.digits - shape.spaces - controls;
    let inner = bytes.len().saturating_sub(1);
    let (befores, heres) = (bytes.get(..inner), bytes.get(1..));
    for (befores, heres) in
        befores.unwrap_or_default().chunks(ROW).zip(heres.unwrap_or_default().chunks(ROW))
    {
        let pairs = befores.iter().zip(heres);
        let starts: u8 = pairs.map(|(&a, &b)| u8::from(is_space(a) && !is_space(b))).sum();
        shape.words += usize::from(starts);
    }
    shape.words += usize::from(bytes.first().is_some_and(|&byte| !is_space(byte)));
    shape
}

/// What `char::is_whitespace` says of ASCII.
fn is_space(byte: u8) -> bool {
    byte == b' ' || byte.wrapping_sub(b'\t') < 5
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
