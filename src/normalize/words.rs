//! Counts words by Unicode word boundaries (UAX #29), fast where the rules are simple.

use unicode_segmentation::UnicodeSegmentation;

/// Number of words of `text`: the segments between Unicode word boundaries (UAX #29) that have at
/// least one alphanumeric character; `text.unicode_words().count()`, but faster.
///
/// `can't`, `3.14` and `1,000` are one word each, `well-known` is two, and every Han character one.
#[must_use]
pub fn words(text: &str) -> usize {
    if text.is_ascii() { ascii(text.as_bytes()) } else { mixed(text) }
}

/// Bytes of stand-ins that are gathered before they are counted: small enough for the first cache.
const BATCH: usize = 4096;

/// Counts a text by its ASCII stand-ins: each character is replaced by an ASCII one that the rules
/// treat alike, a batch of them is counted at once. A token (what stands between two spaces) with
/// any other character is counted by the full rules; there is a word boundary at each space.
fn mixed(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut count = 0;
    let mut batch = Vec::with_capacity(BATCH + 64);
    // The last boundary at which text and batch can be cut: (in the text, in the batch).
    let mut cut = (0, 0);
    let mut at = 0;
    while at < bytes.len() {
        if batch.len() >= BATCH {
            if cut.1 == 0 {
                // A token longer than a batch.
                count += token(text, cut.0, &mut at);
                batch.clear();
                cut = (at, 0);
                continue;
            }
            count += ascii(batch.get(..cut.1).unwrap_or_default());
            batch.drain(..cut.1);
            cut.1 = 0;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let rest = rest.get(..BATCH).unwrap_or(rest);
        let run = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        if let Some(run) = rest.get(..run).filter(|run| !run.is_empty()) {
            if let Some(space) = memchr::memrchr(b' ', run) {
                cut = (at + space, batch.len() + space);
            }
            batch.extend_from_slice(run);
            at += run.len();
            continue;
        }
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        match stand_in(c) {
            StandIn::Is(byte) => batch.push(byte),
            StandIn::Alone => {
                cut = (at, batch.len());
                batch.extend_from_slice(b" a ");
            }
            // An extending mark takes part in what it follows; on its own it may be a word.
            StandIn::Extends if batch.last().is_some_and(u8::is_ascii_alphanumeric) => {}
            StandIn::Extends | StandIn::Hard => {
                count += ascii(batch.get(..cut.1).unwrap_or_default());
                batch.clear();
                count += token(text, cut.0, &mut at);
                cut = (at, 0);
                continue;
            }
        }
        at += c.len_utf8();
    }
    count + ascii(&batch)
}

/// Counts the token that started at `start` and goes on at `at`, by the full rules, and moves `at`
/// to its end.
fn token(text: &str, start: usize, at: &mut usize) -> usize {
    let rest = text.as_bytes().get(*at..).unwrap_or_default();
    *at += memchr::memchr(b' ', rest).unwrap_or(rest.len());
    text.get(start..*at).unwrap_or_default().unicode_words().count()
}

/// How a character that is not ASCII is counted.
enum StandIn {
    /// Like this ASCII character.
    Is(u8),
    /// As a word of its own, whatever stands around it.
    Alone,
    /// As a part of the letter or digit before it.
    Extends,
    /// By the full rules only.
    Hard,
}

/// The stand-in of `c`. Any character may be `Hard`; those of common news text should not be.
fn stand_in(c: char) -> StandIn {
    use StandIn::{Alone, Extends, Hard, Is};
    match c {
        'À'..='Ö'
        | 'Ø'..='ö'
        | 'ø'..='\u{2C1}'
        | 'ª'
        | 'µ'
        | 'º'
        | '\u{1E00}'..='\u{1F15}'
        | '\u{370}'..='\u{373}'
        | 'Ά'
        | 'Έ'..='Ί'
        | 'Ό'
        | 'Ύ'..='Ρ'
        | 'Σ'..='ϵ'
        | '\u{400}'..='\u{481}'
        | '\u{48A}'..='\u{52F}'
        | '\u{620}'..='\u{64A}'
        | '\u{671}'..='\u{6D3}'
        | '\u{AC00}'..='\u{D7A3}' => Is(b'a'),
        '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}' => Is(b'0'),
        '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{200C}' => Extends,
        '‘' | '’' => Is(b'.'),
        '،' => Is(b','),
        '·' => Is(b':'),
        // Punctuation and symbols of no rule.
        '\u{A0}'
        | '¡'..='©'
        | '«'
        | '¬'
        | '®'..='±'
        | '´'
        | '¶'
        | '»'
        | '¿'
        | '×'
        | '÷'
        | '‐'..='―'
        | '‚'..='‣'
        | '…'
        | '‹'
        | '›'
        | '€'
        | '™'
        | '−'
        | '؛'
        | '؟'
        | '。'
        | '、'
        | '〈'..='】'
        | '（'
        | '）'
        | '！'
        | '？' => Is(b' '),
        '²'
        | '³'
        | '¹'
        | '¼'..='¾'
        | '\u{3041}'..='\u{3096}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' => Alone,
        _ => Hard,
    }
}

/// Counts the words of ASCII text.
///
/// A word starts at each letter or digit that follows neither; but a mark that links two letters or
/// two digits (rules WB6 and WB7, WB11 and WB12) makes one word of two. Whole rows of bytes are
/// looked at at once.
fn ascii(bytes: &[u8]) -> usize {
    // Few enough that no count of a row overflows a byte.
    const ROW: usize = 192;
    if memchr::memchr(b'_', bytes).is_some() {
        // The underscore links anything, and is a word with a letter or digit only.
        return bytes
            .split(|&byte| byte == b' ')
            .filter_map(|token| std::str::from_utf8(token).ok())
            .map(|token| token.unicode_words().count())
            .sum();
    }
    let mut count = usize::from(bytes.first().is_some_and(u8::is_ascii_alphanumeric));
    let Some(last) = bytes.len().checked_sub(1) else { return 0 };
    let befores = bytes.get(..last).unwrap_or_default();
    let heres = bytes.get(1..).unwrap_or_default();
    for (befores, heres) in befores.chunks(ROW).zip(heres.chunks(ROW)) {
        let starts: u8 =
            befores.iter().zip(heres).map(|(&a, &b)| u8::from(!is_word(a) && is_word(b))).sum();
        count += usize::from(starts);
    }
    let afters = bytes.get(2..).unwrap_or_default();
    for ((befores, heres), afters) in
        befores.chunks(ROW).zip(heres.chunks(ROW)).zip(afters.chunks(ROW))
    {
        let links: u8 = befores
            .iter()
            .zip(heres)
            .zip(afters)
            .map(|((&a, &b), &c)| u8::from(links(a, b, c)))
            .sum();
        count -= usize::from(links);
    }
    count
}

/// Whether `byte` is a letter or a digit.
fn is_word(byte: u8) -> bool {
    is_letter(byte) || is_digit(byte)
}

fn is_letter(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26
}

fn is_digit(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10
}

/// Whether `b` makes one word of `a` and `c`.
fn links(a: u8, b: u8, c: u8) -> bool {
    let either = b == b'.' || b == b'\'';
    (is_letter(a) && is_letter(c) && (either || b == b':'))
        || (is_digit(a) && is_digit(c) && (either || b == b',' || b == b';'))
}
