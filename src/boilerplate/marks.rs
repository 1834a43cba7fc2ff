//! What learning keeps of a paragraph's looks, in one byte.

use crate::recognize::is_unspaced;
use crate::recognize::template::ends_sentence;
use crate::vector::{BITS, Loop, Machine, row_of, widest};

/// What a paragraph looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u8);

/// Bits that hold the size.
const SIZE: u8 = 7;
const HEADING: u8 = 1 << 3;
const CONTACT: u8 = 1 << 4;
const WORDS: u8 = 1 << 5;
const TEMPLATE: u8 = 1 << 6;
const CODE: u8 = 1 << 7;

/// Longest paragraph that looks like a heading when it does not end like a sentence, in characters.
/// Of 3,899 lines without a stop that stand before a paragraph in the bodies of labelled pages, 95 % have
/// at most 91.
const HEADING_CHARS: usize = 90;
/// Longest paragraph that looks like a heading however it ends.
const LABEL_CHARS: usize = 20;
/// Characters of other scripts that one of a script without spaces stands for.
const UNSPACED_CHARS: usize = 3;
/// Longest line that may be code, in bytes.
const CODE_BYTES: usize = 160;
/// Longest paragraph in which an address is looked for, in bytes.
const CONTACT_BYTES: usize = 600;
/// Digits in a row, of which no year and no sum with separators is made: a number to call or write to.
const NUMBER_DIGITS: u32 = 5;

impl Marks {
    /// The looks of `text`; an address is looked for where `near_end` says so.
    pub(super) fn of(text: &str, near_end: bool) -> Marks {
        let size = text.len().max(1).ilog2().clamp(4, 4 + u32::from(SIZE)) - 4;
        let mut marks = u8::try_from(size).unwrap_or(SIZE);
        if is_heading(text) {
            marks |= HEADING;
        }
        if text.chars().any(char::is_alphabetic) {
            marks |= WORDS;
        }
        if text.len() <= CODE_BYTES && widest(FindCode(text.as_bytes())) {
            marks |= CODE;
        }
        if near_end && text.len() <= CONTACT_BYTES && widest(FindContact(text.as_bytes())) {
            marks |= CONTACT;
        }
        Marks(marks)
    }

    /// The same, of the form in which dates and numbers are masked.
    pub(super) fn of_template(self) -> Marks {
        Marks(self.0 | TEMPLATE)
    }

    /// Whether it is no paragraph of its own, but the masked form of the one before it.
    pub(super) fn is_template(self) -> bool {
        self.0 & TEMPLATE != 0
    }

    /// Whether it may be a sub-head, a label, a question, a line of a list or of code. A short line
    /// with an address is none.
    pub(super) fn is_heading(self) -> bool {
        self.0 & HEADING != 0 && (self.0 & CONTACT == 0 || self.is_code())
    }

    /// Whether it may be a line of code: the lines of one recur together, too.
    pub(super) fn is_code(self) -> bool {
        self.0 & CODE != 0
    }

    /// Whether it says where to write to or to call.
    pub(super) fn has_contact(self) -> bool {
        self.0 & CONTACT != 0
    }

    /// Whether it has a letter.
    pub(super) fn has_words(self) -> bool {
        self.0 & WORDS != 0
    }

    /// All of it as a number.
    pub(super) fn bits(self) -> u64 {
        u64::from(self.0)
    }

    /// About how many bytes it has.
    pub(super) fn bytes(self) -> u64 {
        24 << (self.0 & SIZE)
    }

    /// The looks of either: spellings with one key may differ in them.
    pub(super) fn or(self, other: Marks) -> Marks {
        let size = (self.0 & SIZE).max(other.0 & SIZE);
        Marks((self.0 | other.0) & !SIZE | size)
    }
}

fn is_heading(text: &str) -> bool {
    let ends = match text.as_bytes().last() {
        // Of most texts the last byte tells.
        Some(last) if last.is_ascii_alphanumeric() || *last == b'.' => *last == b'.',
        _ => {
            let inner = text.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '*', '_', ' ']);
            let last = inner.chars().next_back().unwrap_or(' ');
            // A question is asked again with every answer; these others open what follows, or are code.
            if matches!(
                last,
                '?' | '？' | '؟' | ';' | ':' | '：' | '{' | '}' | '(' | '=' | '`' | '>'
            ) {
                return true;
            }
            ends_sentence(last)
        }
    };
    let most = if ends { LABEL_CHARS } else { HEADING_CHARS };
    // A character has at most four bytes.
    if text.len() > most * 4 {
        return false;
    }
    if text.is_ascii() {
        return text.len() <= most;
    }
    let width = |c| if is_unspaced(c) { UNSPACED_CHARS } else { 1 };
    // Characters are counted faster than their kinds.
    text.chars().count() <= most && text.chars().map(width).sum::<usize>() <= most
}

/// Looking for marks that programs are full of, and menus are not.
struct FindCode<'t>(&'t [u8]);

impl Loop for FindCode<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> bool {
        let mut code = 0;
        let mut room = [b' '; 2 * BITS];
        for row in self.0.chunks(BITS) {
            let row = machine.bytes(row_of(self.0, row, &mut room));
            let is = |byte| machine.equal(row, byte);
            code |= is(b'{') | is(b'}') | is(b'$');
            code |= machine.within(row, b';'..=b'=') | machine.within(row, b'_'..=b'`');
        }
        code != 0
    }
}

/// Bytes that rows have in common: the longest sign of a contact is one longer.
const SHARED: usize = 4;
const _: () = assert!(NUMBER_DIGITS as usize == SHARED + 1);

/// Looking for the start of an address of mail or of a page, or a number to call.
struct FindContact<'t>(&'t [u8]);

impl Loop for FindContact<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> bool {
        let mut contact = 0;
        let mut room = [b' '; 2 * BITS];
        // Each row goes on with the end of the one before: what is looked for stands in one of them.
        for start in (0..self.0.len().saturating_sub(SHARED).max(1)).step_by(BITS - SHARED) {
            let row = machine.bytes(row_of(self.0, &self.0[start..], &mut room));
            let is = |byte| machine.equal(row, byte);
            let (slashes, ws, digits) = (is(b'/'), is(b'w'), machine.digits(row));
            let (two_slashes, three_ws) = (slashes & slashes >> 1, ws & ws >> 1 & ws >> 2);
            let two = digits & digits >> 1;
            contact |= is(b'@') | two & two >> 2 & digits >> (NUMBER_DIGITS - 1);
            if two_slashes | three_ws != 0 {
                contact |= is(b':') & two_slashes >> 1 | three_ws & is(b'.') >> 3;
            }
        }
        contact != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_found_wherever_they_stand() {
        let check = |text: &str| {
            let number = |text: &str| {
                let runs = text.split(|c: char| !c.is_ascii_digit());
                runs.map(str::len).max().unwrap_or(0) >= NUMBER_DIGITS as usize
            };
            let code = text.contains(['{', '}', ';', '=', '<', '`', '$', '_']);
            assert_eq!(widest(FindCode(text.as_bytes())), code, "{text}");
            let contact = ["@", "://", "www."].iter().any(|part| text.contains(part));
            assert_eq!(widest(FindContact(text.as_bytes())), contact || number(text), "{text}");
        };
        for sign in [
            "@", "://", ":/", "www.", "www", "w.ww", "12345", "1234", "1.2345", "{", "|", "}", "~",
            "_", "`", "^", "a", ":", ";", "<", "=", ">", "#", "$", "%", "é", "",
        ] {
            for before in 0..140 {
                check(&format!("{}{sign}", "x".repeat(before)));
                check(&format!("{}{sign}.", "12:/ww".repeat(before / 6)));
                check(&format!("{}{sign} and more", ".".repeat(before)));
            }
        }
    }
}
