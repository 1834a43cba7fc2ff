//! What learning keeps of a paragraph's looks, in one byte.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::recognize::template::ends_sentence;
use crate::recognize::{has_ascii_digit, is_unspaced};

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
const NUMBER_DIGITS: usize = 5;

impl Marks {
    /// The looks of `text`; an address is looked for where `near_end` says so.
    pub(super) fn of(text: &str, near_end: bool) -> Marks {
        let size = text.len().max(1).ilog2().clamp(4, 4 + u32::from(SIZE)) - 4;
        let mut marks = u8::try_from(size).unwrap_or(SIZE);
        if is_heading(text) {
            marks |= HEADING;
        }
        if is_code(text) {
            marks |= CODE;
        }
        if text.chars().any(char::is_alphabetic) {
            marks |= WORDS;
        }
        if near_end && text.len() <= CONTACT_BYTES && has_contact(text) {
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
    let inner = text.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '*', '_', ' ']);
    let last = inner.chars().next_back().unwrap_or(' ');
    // A question is asked again with every answer; these others open what follows, or are code.
    if matches!(last, '?' | '？' | '؟' | ';' | ':' | '：' | '{' | '}' | '(' | '=' | '`' | '>') {
        return true;
    }
    let most = if ends_sentence(last) { LABEL_CHARS } else { HEADING_CHARS };
    // A character has at most four bytes.
    if text.len() > most * 4 || text.chars().count() > most {
        return false;
    }
    let width = |c| if is_unspaced(c) { UNSPACED_CHARS } else { 1 };
    text.is_ascii() || text.chars().map(width).sum::<usize>() <= most
}

/// Whether `text` has marks that programs are full of, and menus are not.
fn is_code(text: &str) -> bool {
    let is_mark = |byte| matches!(byte, b'{' | b'}' | b';' | b'=' | b'<' | b'`' | b'$' | b'_');
    // Without a way out, whole rows of bytes are looked at at once.
    text.len() <= CODE_BYTES && text.bytes().fold(false, |found, byte| found | is_mark(byte))
}

/// What addresses of pages begin with, or have near their beginning.
static ADDRESSES: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("://"), Finder::new("www.")]);

fn has_contact(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr(b'@', bytes).is_some()
        || ADDRESSES.iter().any(|part| part.find(bytes).is_some())
        || (has_ascii_digit(text) && has_number(bytes))
}

/// Whether there are [`NUMBER_DIGITS`] digits in a row: one of so many bytes is in each such row.
fn has_number(bytes: &[u8]) -> bool {
    (NUMBER_DIGITS - 1..bytes.len()).step_by(NUMBER_DIGITS).any(|at| {
        let (before, behind) = bytes.split_at(at);
        let behind = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let before = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        behind > 0 && before + behind >= NUMBER_DIGITS
    })
}
