//! The lines of a dump, and what can be told from their shape alone.

use crate::article::Span;

/// One non-blank line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// First to last byte that is not white space.
    pub(super) span: Span,
    /// 1-based number in the dump.
    pub(super) number: usize,
    /// Blank lines above it, back to the non-blank line before.
    pub(super) gap: usize,
    /// Bytes of white space before it on its line.
    pub(super) indent: usize,
    /// Whether a form feed stands at its start or on a blank line above it.
    pub(super) form_feed: bool,
}

/// Every non-blank line of `text`. Lines end in LF, CR LF or a lone CR.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    let mut lines = Vec::with_capacity(16);
    let (mut start, mut number, mut gap, mut form_feed) = (0, 1, 0, false);
    let mut ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    while start < bytes.len() {
        let end = ends.next().unwrap_or(bytes.len());
        let span = trimmed(text, Span { start, end });
        form_feed |= bytes[start..span.start].contains(&b'\x0c');
        if span.is_empty() {
            gap += 1;
        } else {
            let indent = span.start - start;
            lines.push(Line { span, number, gap, indent, form_feed });
            (gap, form_feed) = (0, false);
        }
        start = end + 1;
        if bytes.get(end) == Some(&b'\r') && bytes.get(start) == Some(&b'\n') {
            ends.next();
            start += 1;
        }
        number += 1;
    }
    lines
}

/// `span` without white space and invisible characters at its ends.
fn trimmed(text: &str, span: Span) -> Span {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    let inner = span.of(text);
    // Nothing to trim, nearly always.
    if let [first, .., last] = inner.as_bytes()
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return span;
    }
    let head = inner.trim_start_matches(blank);
    let start = span.end - head.len();
    Span { start, end: start + head.trim_end_matches(blank).len() }
}

/// Columns that `text` takes: wide characters (Chinese, Japanese, Korean) count twice, as a page
/// in those scripts says in half as many characters what an alphabet says.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Whether `c` belongs to a script that is written without spaces between words.
pub(crate) fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF | 0xFF01..=0xFF60 | 0x2_0000..=0x3_FFFD)
}

/// Whether `text` ends as a sentence does, in any script, closing quotes and brackets aside.
pub(crate) fn ends_sentence(text: &str) -> bool {
    match text.as_bytes().last() {
        // Nearly all lines end so, or without any mark.
        Some(b'.' | b'!' | b'?' | b':' | b';') => true,
        Some(last) if last.is_ascii_alphanumeric() => false,
        _ => ends_marked_sentence(text),
    }
}

/// The same for a text with any end.
fn ends_marked_sentence(text: &str) -> bool {
    let closing = |c: char| {
        matches!(c, '"' | '\'' | '”' | '’' | '»' | '“' | '‘' | ')' | ']' | '」' | '』' | '）' | '›')
    };
    let inner = text.trim_end_matches(closing);
    inner.ends_with(|c| {
        matches!(
            c,
            '.' | '!'
                | '?'
                | '…'
                | ':'
                | ';'
                | '。'
                | '！'
                | '？'
                | '；'
                | '：'
                | '؟'
                | '۔'
                | '।'
                | '॥'
                | '؛'
                | '።'
                | '။'
                | '។'
        )
    }) || (inner.len() < text.len() && inner.ends_with([',', '，', '、', '،']))
}

/// Whether `text` could be a headline by its shape: one line of some words that does not end as a
/// statement does.
pub(crate) fn looks_like_title(text: &str) -> bool {
    let width = width(text);
    if !(4..=200).contains(&width) {
        return false;
    }
    let (letters, chars) = if text.is_ascii() {
        (text.bytes().filter(u8::is_ascii_alphabetic).count(), text.len())
    } else {
        (text.chars().filter(|c| c.is_alphabetic()).count(), text.chars().count())
    };
    let ends_open = text
        .ends_with(['.', ':', ';', ',', '…', '。', '：', '；', '，', '۔', '।', '،'])
        || text.ends_with("...");
    let quoted_statement = text.ends_with(['”', '"', '’', '»']) && ends_sentence(text);
    letters * 2 >= chars && !ends_open && !quoted_statement
}

/// Whether the line is a rule drawn with one character, and of how many.
pub(crate) fn rule_length(text: &str) -> usize {
    let first = text.chars().next().unwrap_or(' ');
    let drawn = matches!(first, '-' | '_' | '=' | '*' | '~' | '#' | '—' | '–' | '─' | '━');
    let all = drawn && text.chars().all(|c| c == first || c == ' ');
    if all { text.chars().filter(|c| *c == first).count() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_sentences_are_the_same_at_one_look() {
        let ends = ('\0'..='\u{7F}').chain("”’»“‘」…。，؟۔।é字".chars());
        for last in ends {
            for before in ["", "a", ".", ",", "\"", "”", "字", "。"] {
                let text = format!("{before}{last}");
                assert_eq!(ends_sentence(&text), ends_marked_sentence(&text), "{text:?}");
            }
        }
        assert_eq!(ends_sentence(""), ends_marked_sentence(""));
    }
}
