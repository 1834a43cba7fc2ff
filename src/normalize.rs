//! Brings text to its written form and counts its words: NFC, one space between words, nothing
//! invisible but what a script or an emoji needs. What can be read stays as written.
//!
//! Characters that [`text`] deletes:
//!
//! | Characters | Which |
//! |---|---|
//! | controls | U+0000-0008, U+000E-001F, U+007F-0084, U+0086-009F |
//! | bidi controls | U+061C, U+200E-200F, U+202A-202E, U+2066-2069 |
//! | zero width | U+00AD soft hyphen, U+034F, U+17B4-17B5, U+200B, U+2060-2065, U+206A-206F, U+FEFF, U+FFF0-FFF8, U+1BCA0-1BCA3, U+1D173-1D17A, U+E0000-E0FFF |
//! | annotation marks | U+FFF9-FFFB |
//! | noncharacters | U+FDD0-FDEF and the last two code points of each plane |
//!
//! Characters that stay only where they do something:
//!
//! | Characters | Stay |
//! |---|---|
//! | U+200C, U+200D joiners | one, after a letter or mark of a script that joins (Arabic, Syriac, the Indic and Mongolian blocks); U+200D also between two emoji |
//! | U+FE00-FE0F variation selectors | one, after a symbol, an emoji, an ideograph or CJK punctuation; after `0`-`9`, `#`, `*` before U+20E3 |
//! | U+E0100-E01EF variation selectors | one, after an ideograph |
//! | U+180B-180F Mongolian selectors | one, after a Mongolian letter |
//! | U+E0020-E007F tags | as a whole flag after U+1F3F4 |
//!
//! Everything else stays, U+FFFD, private use and the Hangul fillers (which have a width) too.
//! All deleted characters are deleted by the fingerprint's key as well, so that a text and its
//! written form have one key.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use unicode_general_category::{GeneralCategory, get_general_category};

use crate::vector::{BITS, Loop, Machine, row_of, widest};

mod words;

pub(crate) use words::AsciiWords;
pub use words::words;

/// Appends `text`, of ASCII, in small letters.
pub(crate) fn push_small_letters(text: &str, out: &mut Vec<u8>) {
    widest(SmallLetters { text: text.as_bytes(), out });
}

/// Appending a text in small letters.
struct SmallLetters<'t, 'o> {
    text: &'t [u8],
    out: &'o mut Vec<u8>,
}

impl Loop for SmallLetters<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: impl Machine) {
        let SmallLetters { text, out } = self;
        let end = out.len() + text.len();
        let mut room = [0; 2 * BITS];
        // Whole rows, the last one too: a compiler does what is left of a text byte by byte.
        for row in text.chunks(BITS) {
            let mut row = *row_of(text, row, &mut room);
            row.make_ascii_lowercase();
            out.extend_from_slice(&row);
        }
        out.truncate(end);
    }
}

/// The written form of one line or paragraph; borrowed when it is so already.
///
/// Every run of white space (Unicode `White_Space`, so line ends, NBSP, U+2028 too) becomes one
/// space, none stays at the ends; the characters listed above go; the rest is brought to NFC. The
/// result has no `\n`, and its own written form is itself.
#[must_use]
pub fn text(raw: &str) -> Cow<'_, str> {
    match scan(raw) {
        Scan::Simple => Cow::Borrowed(raw),
        Scan::Clean => nfc(raw),
        Scan::Change => {
            let mut out = String::with_capacity(raw.len());
            filter(raw, &mut out);
            compose_tail(&mut out, 0);
            if out == raw { Cow::Borrowed(raw) } else { Cow::Owned(out) }
        }
    }
}

/// Appends the written form of `raw` to `out`: the same as pushing [`text`].
pub fn append(raw: &str, out: &mut String) {
    match scan(raw) {
        Scan::Simple => out.push_str(raw),
        Scan::Clean => out.push_str(&nfc(raw)),
        Scan::Change => {
            let start = out.len();
            filter(raw, out);
            compose_tail(out, start);
        }
    }
}

/// What one look at a text says.
enum Scan {
    /// Nothing to do; not even NFC can change it.
    Simple,
    /// Nothing to delete and no white space to change.
    Clean,
    /// [`filter`] may change it.
    Change,
}

/// Looks for anything that [`filter`] may change.
fn scan(raw: &str) -> Scan {
    let bytes = raw.as_bytes();
    if bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ') {
        return Scan::Change;
    }
    let mut simple = true;
    let mut at = 0;
    loop {
        at = kept_run(bytes, at, &mut simple);
        let Some(c) = raw.get(at..).and_then(|rest| rest.chars().next()) else { break };
        if c.is_whitespace() || is_invisible(c) {
            return Scan::Change;
        }
        simple = false;
        at += c.len_utf8();
    }
    if simple { Scan::Simple } else { Scan::Clean }
}

/// Where the run ends, from `at` on, of characters that [`filter`] surely keeps, and single spaces
/// that something else than a space follows. `simple` becomes false at a character that NFC may
/// touch.
fn kept_run(bytes: &[u8], mut at: usize, simple: &mut bool) -> usize {
    loop {
        let Some(&byte) = bytes.get(at) else { return at };
        let second = bytes.get(at + 1).copied().unwrap_or_default();
        let third = bytes.get(at + 2).copied().unwrap_or_default();
        match byte {
            b'`' => at += 1,
            // Between two words of another script.
            b' ' if second >= 0x80 => at += 1,
            0..0x80 => {
                let end = plain_run(bytes, at);
                if end == at {
                    return at;
                }
                at = end;
            }
            // Letters and punctuation that are common and that NFC leaves alone: Latin, Greek,
            // Cyrillic, Arabic, U+2010-2027, kana, Han, Hangul, full width forms.
            0xC2 if second > 0xA0 && second != 0xAD => at += 2,
            0xCE if second != 0x87 => at += 2,
            0xD8 if matches!(second, 0xA0..|0x8C| 0x9B | 0x9F) => at += 2,
            0xDB if second <= 0x93 || second >= 0xB0 => at += 2,
            0xD9 if second <= 0x8A || (0xA0..0xB0).contains(&second) => at += 2,
            0xC3..=0xCB | 0xCF..=0xD1 | 0xDA => at += 2,
            0xE2 if second == 0x80 && (0x90..=0xA7).contains(&third) => at += 3,
            0xE3 if second == 0x80 && (0x81..=0xA9).contains(&third) => at += 3,
            0xE3 if second == 0x81 || second == 0x83 => at += 3,
            0xE3 if second == 0x82 && third != 0x99 && third != 0x9A => at += 3,
            0xED if second < 0x9E => at += 3,
            0xEF if second == 0xBC => at += 3,
            0xE4..=0xE9 | 0xEB | 0xEC => at += 3,
            _ if may_change(byte, second, third) => return at,
            _ => {
                *simple = false;
                at += match byte {
                    0..0xE0 => 2,
                    0xE0..0xF0 => 3,
                    0xF0.. => 4,
                };
            }
        }
    }
}

/// Whether a character that starts with these bytes can be white space or invisible. It may say
/// yes for one that is neither, never no for one that is.
fn may_change(first: u8, second: u8, third: u8) -> bool {
    match first {
        0xC2 | 0xF1..=0xFF => true,
        0xCD => second == 0x8F,
        0xD8 => second == 0x9C,
        0xE1 => matches!(second, 0x9A | 0x9E | 0xA0),
        0xE2 => matches!(second, 0x80 | 0x81),
        0xE3 => second == 0x80 && third == 0x80,
        0xEF => matches!(second, 0xB7 | 0xB8 | 0xBB | 0xBF),
        0xF0 => matches!(second, 0x9B | 0x9D) || (second & 0x0F == 0x0F && third == 0xBF),
        _ => false,
    }
}

/// Appends `raw` with white space collapsed and invisible characters deleted; not yet NFC.
fn filter(raw: &str, out: &mut String) {
    let bytes = raw.as_bytes();
    let start = out.len();
    let mut left = Left::default();
    // Whether white space stood before what comes next.
    let mut space = false;
    let mut at = 0;
    while at < bytes.len() {
        let end = kept_run(bytes, at, &mut false);
        if end > at {
            let run = raw.get(at..end).unwrap_or_default();
            let body = run.strip_prefix(' ').unwrap_or(run);
            space |= body.len() < run.len();
            let words = body.strip_suffix(' ').unwrap_or(body);
            if !words.is_empty() {
                if space && out.len() > start {
                    out.push(' ');
                }
                out.push_str(words);
                space = false;
            }
            space |= words.len() < body.len();
            left.pass_all(run);
            at = end;
            continue;
        }
        let Some(c) = raw.get(at..).and_then(|rest| rest.chars().next()) else { break };
        let before = raw.get(..at).unwrap_or_default();
        if before.ends_with(BLACK_FLAG) {
            let tags = raw.get(at..at + tags_len(raw.get(at..).unwrap_or_default()));
            if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
                out.push_str(tags);
                at += tags.len();
                continue;
            }
        }
        at += c.len_utf8();
        let after = raw.get(at..).unwrap_or_default();
        if c.is_whitespace() {
            space = true;
            left = Left::default();
        } else if !is_invisible(c) || left.needs(c, before, after) {
            if space && out.len() > start {
                out.push(' ');
            }
            space = false;
            out.push(c);
            left.pass(c);
        }
    }
}

/// The first half of the flags of England, Scotland and Wales; tags spell the other half.
const BLACK_FLAG: char = '\u{1F3F4}';

/// Length in bytes of the tags that `text` starts with, when they end as a flag's must.
fn tags_len(text: &str) -> usize {
    // A region's code has at most six letters and digits.
    let mut len = 0;
    for c in text.chars().take(7) {
        len += c.len_utf8();
        match c {
            '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}' => {}
            '\u{E007F}' => return len,
            _ => return 0,
        }
    }
    0
}

/// What stands to the left of a character and may need it. Follows the characters that stay.
///
/// It must say the same before and after NFC, else a written form would not be its own written
/// form. So marks that NFC may move do not change the script, and all else looks only at the
/// character next to it, of a kind that NFC leaves in place.
#[derive(Clone, Copy, Default)]
struct Left {
    /// The last base is of a script that joins, and no joiner followed yet.
    joins: bool,
    /// The character right before.
    last: Last,
}

/// Kinds of characters that an invisible one may belong to.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Emoji,
    /// An emoji and its variation selector.
    VariedEmoji,
    Ideograph,
    CjkPunctuation,
    Mongolian,
}

impl Left {
    /// Whether the invisible `c` does something here.
    fn needs(self, c: char, before: &str, after: &str) -> bool {
        match c {
            '\u{200C}' => self.joins,
            '\u{200D}' => {
                let emoji = matches!(self.last, Last::Emoji | Last::VariedEmoji);
                self.joins || (emoji && after.starts_with(is_emoji_like))
            }
            '\u{FE00}'..='\u{FE0F}' => match self.last {
                Last::Emoji | Last::Ideograph | Last::CjkPunctuation => true,
                // A key cap.
                _ => {
                    after.starts_with('\u{20E3}')
                        && before.ends_with(|c| matches!(c, '0'..='9' | '#' | '*'))
                }
            },
            '\u{E0100}'..='\u{E01EF}' => self.last == Last::Ideograph,
            '\u{180B}'..='\u{180F}' => self.last == Last::Mongolian,
            _ => false,
        }
    }

    /// Goes past `run`, which stays.
    fn pass_all(&mut self, run: &str) {
        // ASCII needs nothing and gives nothing, so only what follows the last of it counts.
        let ascii = run.bytes().rposition(|byte| byte.is_ascii());
        if ascii.is_some() {
            *self = Left::default();
        }
        let tail = ascii.map_or(run, |at| run.get(at + 1..).unwrap_or_default());
        tail.chars().for_each(|c| self.pass(c));
    }

    /// Goes past `c`, which stays.
    fn pass(&mut self, c: char) {
        let (joins, last) = match c {
            '\u{200C}' | '\u{200D}' => (false, Last::Other),
            '\u{FE00}'..='\u{FE0F}' if self.last == Last::Emoji => (self.joins, Last::VariedEmoji),
            '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180F}' => {
                (self.joins, Last::Other)
            }
            _ => {
                let joins = is_of_joining_script(c);
                let stays = joins != self.joins && is_moved_by_nfc(c);
                (if stays { self.joins } else { joins }, Last::of(c))
            }
        };
        *self = Left { joins, last };
    }
}

impl Last {
    fn of(c: char) -> Last {
        match c {
            '\0'..='\u{A8}' => Last::Other,
            _ if is_emoji_like(c) => Last::Emoji,
            '\u{1820}'..='\u{18A8}' | '\u{18AA}' => Last::Mongolian,
            '\u{3001}'..='\u{3029}' | '\u{3030}'..='\u{303F}' | '\u{3200}'..='\u{32FF}' => {
                Last::CjkPunctuation
            }
            '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' => {
                Last::Ideograph
            }
            '\u{20000}'..='\u{3FFFD}' => Last::Ideograph,
            _ => Last::Other,
        }
    }
}

/// Whether `c` is a mark that NFC may put in another order, or becomes such marks, as three Tibetan
/// vowels do.
fn is_moved_by_nfc(c: char) -> bool {
    CanonicalCombiningClassMapBorrowed::new().get_u8(c) != 0
        || matches!(c, '\u{F73}' | '\u{F75}' | '\u{F81}')
}

/// Whether nothing of `c` shows: deleted unless [`Left`] needs it. White space is not asked for.
///
/// `Default_Ignorable_Code_Point` of Unicode 16 without the Hangul fillers, the controls, the
/// annotation marks and the noncharacters.
fn is_invisible(c: char) -> bool {
    is_deleted_from_keys(c) && !matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}')
}

/// Whether the fingerprint's key drops `c`: it is a control that is no white space, default
/// ignorable, an annotation mark or a noncharacter.
pub(crate) fn is_deleted_from_keys(c: char) -> bool {
    match c {
        '\u{20}'..='\u{7E}' => false,
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FDD0}'..='\u{FDEF}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => (c.is_control() && !c.is_whitespace()) || u32::from(c) & 0xFFFE == 0xFFFE,
    }
}

/// Whether `c` stands in a block of a script whose writing needs joiners: the cursive ones (Arabic,
/// Syriac, Mandaic, N'Ko, Mongolian, Phags-pa, Manichaean to Old Uyghur, Adlam) and those of the
/// Brahmi family, where a joiner chooses between a ligature and a visible vowel killer.
fn is_of_joining_script(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{7FF}' | '\u{840}'..='\u{DFF}' | '\u{F00}'..='\u{109F}'
        | '\u{1700}'..='\u{18AF}' | '\u{1900}'..='\u{1AAF}' | '\u{1B00}'..='\u{1C4F}'
        | '\u{A800}'..='\u{A82F}' | '\u{A840}'..='\u{A8FF}' | '\u{A930}'..='\u{AADF}'
        | '\u{AAE0}'..='\u{AAFF}' | '\u{ABC0}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDCF}'
        | '\u{FDF0}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' | '\u{10A00}'..='\u{10A5F}'
        | '\u{10AC0}'..='\u{10AFF}' | '\u{10D00}'..='\u{10D3F}' | '\u{10E60}'..='\u{11FFF}'
        | '\u{1E900}'..='\u{1E95F}')
}

/// Whether `c` stands in a block of emoji and symbols: a variation selector or a joiner after it
/// may belong to an emoji.
fn is_emoji_like(c: char) -> bool {
    matches!(c,
        '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{2199}' | '\u{21A9}'..='\u{21AA}' | '\u{2300}'..='\u{2328}'
        | '\u{232B}'..='\u{23FF}' | '\u{24C2}' | '\u{25A0}'..='\u{27BF}'
        | '\u{2934}' | '\u{2935}' | '\u{2B00}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}'
        | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Where the run of plain ASCII that starts at `at` ends: graphic characters but the grave accent
/// (which the key changes), and single spaces that something else than a space follows.
///
/// The run has no two spaces in a row, and a space at its end is followed by a character that is
/// not plain.
pub(crate) fn plain_run(bytes: &[u8], at: usize) -> usize {
    at + widest(PlainRun(bytes.get(at..).unwrap_or_default()))
}

/// The look for its end.
struct PlainRun<'t>(&'t [u8]);

impl Loop for PlainRun<'_> {
    type Output = usize;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> usize {
        let PlainRun(bytes) = self;
        // A space behind a space, or at the end, ends the run.
        let mut room = [b' '; 2 * BITS];
        for (index, row) in bytes.chunks(BITS).enumerate() {
            let behind = bytes.get((index + 1) * BITS).is_none_or(|&byte| byte == b' ');
            let row = machine.bytes(row_of(bytes, row, &mut room));
            let blanks = machine.equal(row, b' ');
            let double = blanks & (blanks >> 1 | u64::from(behind) << (BITS - 1));
            let odd = double | machine.equal(row, b'`') | !machine.within(row, b' '..=b'~');
            if odd != 0 {
                return bytes.len().min(index * BITS + odd.trailing_zeros() as usize);
            }
        }
        bytes.len()
    }
}

/// NFC of Unicode 16, whatever newer version the normalizer's tables are of.
///
/// They agree on all characters that Unicode 16 has; a later one is left where it is, as Unicode 16
/// would, so that fingerprints do not change when the tables do.
pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    let normalizer = ComposingNormalizerBorrowed::new_nfc();
    let (done, rest) = normalizer.split_normalized(text);
    if rest.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(done);
    let mut from = 0;
    for (at, c) in rest.char_indices() {
        if c > '\u{2FF}' && get_general_category(c) == GeneralCategory::Unassigned {
            out.push_str(&normalizer.normalize(rest.get(from..at).unwrap_or_default()));
            out.push(c);
            from = at + c.len_utf8();
        }
    }
    out.push_str(&normalizer.normalize(rest.get(from..).unwrap_or_default()));
    Cow::Owned(out)
}

/// Brings what stands in `out` from `start` on to NFC.
pub(crate) fn compose_tail(out: &mut String, start: usize) {
    let tail = out.get(start..).unwrap_or_default();
    if let Cow::Owned(composed) = nfc(tail) {
        out.truncate(start);
        out.push_str(&composed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, one byte after another.
    fn plain_run_slowly(bytes: &[u8], mut at: usize) -> usize {
        while let Some(&byte) = bytes.get(at) {
            let plain = match byte {
                b' ' => bytes.get(at + 1).is_some_and(|&next| next != b' '),
                b'`' => false,
                _ => byte.is_ascii_graphic(),
            };
            if !plain {
                break;
            }
            at += 1;
        }
        at
    }

    #[test]
    fn plain_runs_end_where_they_end_byte_by_byte() {
        let pieces = [" ", "  ", "a", "Words and words. ", "`", "é", "\u{7f}", "\n", "~", "—"];
        let mut state = 7_usize;
        for round in 0..5_000 {
            let mut text = String::new();
            while text.len() < round % 200 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let count = if round % 3 == 0 { pieces.len() } else { 4 };
                text.push_str(pieces[(state >> 33) % count]);
            }
            for at in 0..=text.len() {
                let bytes = text.as_bytes();
                assert_eq!(plain_run(bytes, at), plain_run_slowly(bytes, at), "{text:?} {at}");
            }
        }
    }
}
