//! The lines of a dump, and what can be told from their shape alone.

use crate::article::Span;
use crate::vector::{BITS, Loop, Machine, is_ascii, row_of, widest};

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

/// Every non-blank line of `text`.
#[cfg(test)]
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    find(text, &mut lines);
    lines
}

/// Appends every non-blank line of `text` to `found`. Lines end in LF, CR LF or a lone CR.
pub(super) fn find(text: &str, found: &mut Vec<Line>) {
    widest(Cutting { text, found });
}

/// Looking for the ends of lines.
struct Cutting<'t, 'f> {
    text: &'t str,
    found: &'f mut Vec<Line>,
}

impl Loop for Cutting<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, machine: impl Machine) {
        let Cutting { text, found } = self;
        let bytes = text.as_bytes();
        let mut lines = Lines { text, found, start: 0, count: 0, gap: 0, form_feed: false };
        let mut room = [b' '; 2 * BITS];
        for (index, row) in bytes.chunks(BITS).enumerate() {
            let row = machine.bytes(row_of(bytes, row, &mut room));
            let mut ends = machine.one_of(row, [b'\n', b'\r']);
            while ends != 0 {
                let end = index * BITS + ends.trailing_zeros() as usize;
                ends &= ends - 1;
                // The second of CR LF ends nothing.
                if end >= lines.start {
                    lines.end(end);
                }
            }
        }
        if lines.start < bytes.len() {
            lines.end(bytes.len());
        }
    }
}

/// The lines so far.
struct Lines<'t, 'f> {
    text: &'t str,
    found: &'f mut Vec<Line>,
    /// Where the next one starts.
    start: usize,
    /// How many there were, blank ones too.
    count: usize,
    gap: usize,
    form_feed: bool,
}

impl Lines<'_, '_> {
    /// The line ends before `end`, where its mark stands or the text ends.
    fn end(&mut self, end: usize) {
        let bytes = self.text.as_bytes();
        let start = self.start;
        let span = trimmed(self.text, Span { start, end });
        if span.start > start {
            self.form_feed |= bytes[start..span.start].contains(&b'\x0c');
        }
        self.count += 1;
        if span.is_empty() {
            self.gap += 1;
        } else {
            let (number, gap, form_feed) = (self.count, self.gap, self.form_feed);
            self.found.push(Line { span, number, gap, indent: span.start - start, form_feed });
            (self.gap, self.form_feed) = (0, false);
        }
        let is_pair = bytes.get(end) == Some(&b'\r') && bytes.get(end + 1) == Some(&b'\n');
        self.start = end + if is_pair { 2 } else { 1 };
    }
}

/// `span` without white space and invisible characters at its ends.
fn trimmed(text: &str, span: Span) -> Span {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    // Nothing to trim, nearly always.
    if let Some([first, .., last]) = text.as_bytes().get(span.start..span.end)
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return span;
    }
    let inner = span.of(text);
    let head = inner.trim_start_matches(blank);
    let start = span.end - head.len();
    Span { start, end: start + head.trim_end_matches(blank).len() }
}

/// Columns that `text` takes: wide characters (Chinese, Japanese, Korean) count twice, as a page
/// in those scripts says in half as many characters what an alphabet says.
pub(crate) fn width(text: &str) -> usize {
    if is_ascii(text) {
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
    let last = text.as_bytes().last().map_or(End::Any, |&last| ENDS[usize::from(last)]);
    // One look-up: whether there is a mark cannot be foreseen.
    if last == End::Any { ends_marked_sentence(text) } else { last == End::Stop }
}

/// What the last byte of a text says of its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// A sentence ends.
    Stop,
    /// None does.
    Open,
    /// It takes more than this byte to know.
    Any,
}

/// By the last byte. Nearly all lines end in a stop, or without any mark.
static ENDS: [End; 256] = {
    let mut ends = [End::Any; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        ends[byte as usize] = match byte {
            b'.' | b'!' | b'?' | b':' | b';' => End::Stop,
            _ if byte.is_ascii_alphanumeric() => End::Open,
            _ => End::Any,
        };
        byte += 1;
    }
    ends
};

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
    const WIDTH_MAX: usize = 200;
    // No character has more than four bytes.
    if text.len() > 4 * WIDTH_MAX {
        return false;
    }
    let (ends_open, quoted) = match text.as_bytes().last() {
        Some(byte) if byte.is_ascii() => (b".:;,".contains(byte), *byte == b'"'),
        _ => (
            text.ends_with(['…', '。', '：', '；', '，', '۔', '।', '،']),
            text.ends_with(['”', '’', '»']),
        ),
    };
    if ends_open || (quoted && ends_sentence(text)) {
        return false;
    }
    let (width, letters, chars) = match widest(Letters(text.as_bytes())) {
        Some(letters) => (text.len(), letters as usize, text.len()),
        None => {
            (width(text), text.chars().filter(|c| c.is_alphabetic()).count(), text.chars().count())
        }
    };
    (4..=WIDTH_MAX).contains(&width) && letters * 2 >= chars
}

/// How many letters a text has, if it is ASCII.
struct Letters<'t>(&'t [u8]);

impl Loop for Letters<'_> {
    type Output = Option<u32>;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Option<u32> {
        let mut room = [0; 2 * BITS];
        let (mut letters, mut others) = (0, 0);
        for row in self.0.chunks(BITS) {
            let row = machine.bytes(row_of(self.0, row, &mut room));
            letters += machine.letters(row).count_ones();
            others |= machine.within(row, 0x80..=0xFF);
        }
        (others == 0).then_some(letters)
    }
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

    /// The same, one character after the other.
    fn looks_like_title_plainly(text: &str) -> bool {
        let ends_open =
            text.ends_with(['.', ':', ';', ',', '…', '。', '：', '；', '，', '۔', '।', '،']);
        let quoted = text.ends_with(['”', '"', '’', '»']) && ends_sentence(text);
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        (4..=200).contains(&width(text))
            && letters * 2 >= text.chars().count()
            && !ends_open
            && !quoted
    }

    #[test]
    fn titles_look_like_titles_one_character_after_the_other() {
        let pieces = [
            "a",
            "Mill",
            " ",
            "1",
            "-",
            "é",
            "磨坊",
            ".",
            "\"",
            "”",
            "»",
            ",",
            "…",
            "?",
            "!",
            "'",
            "’",
            " The bridge at the mill",
            "\0",
            "۔",
        ];
        let mut state = 7_usize;
        let mut titles = 0;
        for round in 0..20_000 {
            let mut text = String::new();
            while text.len() < round % 230 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let count = if round % 3 == 0 { 5 } else { pieces.len() };
                text.push_str(pieces[(state >> 33) % count]);
            }
            titles += usize::from(looks_like_title(&text));
            assert_eq!(looks_like_title(&text), looks_like_title_plainly(&text), "{text:?}");
        }
        assert!((5_000..15_000).contains(&titles), "{titles}");
        for len in [200, 201, 801] {
            assert_eq!(looks_like_title(&"m".repeat(len)), len == 200);
        }
        assert!(looks_like_title(&"\u{10400}".repeat(200)));
    }

    #[test]
    fn lines_end_where_they_end_one_by_one() {
        let pieces =
            ["a", "é", "\n", "\r", "\r\n", " ", "\x0c", "\u{feff}", "\u{a0}", "Some words. "];
        let mut state = 7_usize;
        for round in 0..20_000 {
            let mut text = String::new();
            while text.len() < round % 200 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) % pieces.len()]);
            }
            let (mut start, mut blank, mut form_feed, mut expected) = (0, 0, false, Vec::new());
            // With a space for one of the two, CR LF is one end and as long.
            let ends = text.replace("\r\n", " \n").replace('\r', "\n");
            for (index, line) in ends.split('\n').enumerate() {
                let invisible = |c: char| c.is_whitespace() || c == '\u{feff}';
                let head = line.trim_start_matches(invisible);
                let indent = line.len() - head.len();
                let span = start + indent..start + indent + head.trim_end_matches(invisible).len();
                form_feed |= line[..indent].contains('\x0c');
                start += line.len() + 1;
                if span.is_empty() {
                    blank += 1;
                } else {
                    expected.push((span, index + 1, blank, indent, form_feed));
                    (blank, form_feed) = (0, false);
                }
            }
            let found = lines(&text).into_iter().map(|line| {
                (line.span.start..line.span.end, line.number, line.gap, line.indent, line.form_feed)
            });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{text:?}");
        }
    }

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
