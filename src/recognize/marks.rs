//! Cheap looks for what every label of a credit has: a start, and a mark before the source that follows.

use crate::vector::{BITS, Loop, Machine, behind, is_ascii, row_of, widest};

/// Whether one of the marks stands in `text`: what stands between a label and its source, or ends the label.
/// They are a colon, three dots, `by` as a word, `фото` and `من` before a space, and the ends of `courtesy of` and
/// `copyright`.
pub(super) fn any(text: &str) -> bool {
    if is_ascii(text) {
        widest(Look::<false>(text.as_bytes()))
    } else {
        widest(Look::<true>(text.as_bytes()))
    }
}

/// The look for a mark. In ASCII each has a colon, three dots or a y; others are looked for in `WIDE` texts.
struct Look<'t, const WIDE: bool>(&'t [u8]);

impl<const WIDE: bool> Loop for Look<'_, WIDE> {
    type Output = bool;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> bool {
        let bytes = self.0;
        let (mut dots_before, mut firsts_before, mut leads_before) = (0, 0, 0);
        let mut room = [0; 2 * BITS];
        for (index, row) in bytes.chunks(BITS).enumerate() {
            let row = machine.bytes(row_of(bytes, row, &mut room));
            let dots = machine.equal(row, b'.');
            let three = dots & behind(dots, dots_before, 1) & behind(dots, dots_before, 2);
            if machine.equal(row, b':') | three != 0 {
                return true;
            }
            dots_before = dots;
            // Few letters y stand behind one of those before it in the marks.
            let small = machine.set(row, 0x20);
            let leads = machine.one_of(small, [b'b', b's', b'p']);
            let mut found = machine.equal(small, b'y') & behind(leads, leads_before, 1);
            leads_before = leads;
            if WIDE {
                // The last two bytes of the other marks, and of some more.
                let firsts = machine.one_of(row, [0xBC, 0x80, 0xBE, 0x86]);
                let lasts = machine.one_of(row, [0x9A, 0xA6, b' ']);
                found |= lasts & behind(firsts, firsts_before, 1);
                firsts_before = firsts;
            }
            while found != 0 {
                if stands_around(bytes, index * BITS + found.trailing_zeros() as usize) {
                    return true;
                }
                found &= found - 1;
            }
        }
        false
    }
}

/// Whether a mark stands around the y at `at`, or ends there.
fn stands_around(bytes: &[u8], at: usize) -> bool {
    let stands = |back: usize, mark: &str| {
        at.checked_sub(back)
            .and_then(|start| bytes.get(start..))
            .is_some_and(|rest| rest.starts_with(mark.as_bytes()))
    };
    match (at.checked_sub(1).and_then(|before| bytes.get(before)), bytes.get(at)) {
        (_, Some(0x9A)) => stands(2, "："),
        (_, Some(0xA6)) => stands(2, "…"),
        (_, Some(b' ')) => stands(8, "фото ") || stands(5, " من "),
        (Some(b'b' | b'B'), _) => stands(2, " by ") || stands(2, " By ") || stands(2, " BY "),
        (Some(b's'), _) => stands(6, "ourtesy of ") || stands(6, "ourtesy Of "),
        (Some(b'p'), _) => stands(2, "opyright "),
        _ => false,
    }
}

/// Whether a slash or a bar stands in `text`, or may stand `AFP PHOTO`.
pub(super) fn may_be_slashed(text: &str) -> bool {
    widest(Slashes(text.as_bytes()))
}

/// The look for them.
struct Slashes<'t>(&'t [u8]);

impl Loop for Slashes<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> bool {
        let mut ps_before = 0;
        let mut room = [0; 2 * BITS];
        for row in self.0.chunks(BITS) {
            let row = machine.bytes(row_of(self.0, row, &mut room));
            let ps = machine.equal(row, b'P');
            let photo = machine.equal(row, b'H') & behind(ps, ps_before, 1);
            if machine.one_of(row, [b'/', b'|']) | photo != 0 {
                return true;
            }
            ps_before = ps;
        }
        false
    }
}

/// The longest text whose words are looked for.
pub(super) const TEXT_MAX: usize = ROWS * BITS;

const ROWS: usize = 4;

/// Where words start in `text`, of at most [`TEXT_MAX`] bytes, that may be labels: all but the small
/// ones of ASCII that no mark before them leads to. Spaces, slashes, bars and brackets stand before a
/// word; what starts there is a letter or not ASCII.
pub(super) fn labels(text: &str) -> impl Iterator<Item = usize> {
    debug_assert!(text.len() <= TEXT_MAX);
    widest(Words(text.as_bytes())).into_iter().enumerate().flat_map(|(row, mut starts)| {
        std::iter::from_fn(move || {
            let at = (starts != 0).then(|| row * BITS + starts.trailing_zeros() as usize)?;
            starts &= starts - 1;
            Some(at)
        })
    })
}

/// The look for words: a bit for each byte at which one starts.
struct Words<'t>(&'t [u8]);

impl Loop for Words<'_> {
    type Output = [u64; ROWS];

    #[inline(always)]
    fn run(self, machine: impl Machine) -> [u64; ROWS] {
        /// All bits from the lowest that is set.
        #[inline(always)]
        fn from_lowest(bits: u64) -> u64 {
            bits | bits.wrapping_neg()
        }
        let mut found = [0; ROWS];
        let mut room = [0; 2 * BITS];
        // The text starts as behind a space, and what leads to its first word is not known.
        let (mut ends_before, mut firsts_before) = (1 << (BITS - 1), 0);
        let (mut led, mut begun) = (false, false);
        for (row, found) in self.0.chunks(BITS).zip(&mut found) {
            let row = machine.bytes(row_of(self.0, row, &mut room));
            let leads =
                machine.equal(row, b'(') | machine.equal(row, b'|') | machine.equal(row, b'/');
            let high = machine.within(row, 0x80..=0xFF);
            let mut ends = leads | machine.equal(row, b' ');
            // The space without a break has two bytes. The first of them may stand for a word then,
            // which a caller sees to be none.
            let firsts = machine.equal(row, 0xC2);
            ends |= machine.equal(row, 0xA0) & behind(firsts, firsts_before, 1);
            firsts_before = firsts;
            let starts = !ends & behind(ends, ends_before, 1);
            ends_before = ends;
            // White space that is no space counts as a word; what led to it leads to the next one too.
            let words = starts & machine.within(row, b'!'..=0xFF);
            let first = if begun { 0 } else { words & words.wrapping_neg() };
            let behind_lead = if led { u64::MAX } else { from_lowest(leads | high) };
            begun = begun || words != 0;
            led = led || leads | high != 0;
            let small = machine.within(row, b'a'..=b'z') & (behind_lead | first);
            *found = starts & (machine.within(row, b'A'..=b'Z') | high | small);
        }
        found
    }
}

/// Cheap test before the labels are tried: whether the word that opens `text` can begin one.
pub(super) fn may_be_label(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        // The first two letters of the labels in ASCII.
        Some(first) if first.is_ascii() => {
            let second = chars.next().map_or(' ', |c| c.to_ascii_lowercase());
            match first.to_ascii_lowercase() {
                'p' => matches!(second, 'h' | 'i'),
                'f' => matches!(second, 'o' | 'i'),
                'i' => matches!(second, 'm' | 'l'),
                'b' => matches!(second, 'i' | 'e'),
                's' => matches!(second, 'c' | 'y' | 'l' | 'u'),
                'a' => matches!(second, 'r' | 'n'),
                'k' => matches!(second, 'a' | 'e'),
                'c' => second == 'r',
                'z' => second == 'd',
                'h' => second == 'a',
                'r' => second == 'e',
                'v' | 'd' => second == 'i',
                _ => false,
            }
        }
        Some(_) => {
            let word = &text[..text.find([' ', '(', '|', '/', '\u{a0}']).unwrap_or(text.len())];
            let core = word.trim_end_matches([':', '：', ',', '.', '…']);
            !core.is_empty() && core.chars().count() <= 14
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The marks.
    const MARKS: [&str; 12] = [
        ":",
        "：",
        "…",
        "...",
        " by ",
        " By ",
        " BY ",
        "ourtesy of ",
        "ourtesy Of ",
        "opyright ",
        "фото ",
        " من ",
    ];

    fn any_plainly(text: &str) -> bool {
        MARKS.iter().any(|mark| text.contains(mark))
    }

    /// The words of `text` that are looked for, one character after another.
    fn words_one_by_one(text: &str) -> Vec<usize> {
        let marks = ['(', '|', '/'];
        let ends = |c: char| marks.contains(&c) || c == ' ' || c == '\u{a0}';
        let mut found = Vec::new();
        let mut before = ' ';
        let mut begun = false;
        for (at, c) in text.char_indices() {
            if ends(before) && !ends(c) {
                let led = text[..at].contains(|c: char| marks.contains(&c) || !c.is_ascii());
                let small = c.is_ascii_lowercase() && (led || !begun);
                if c.is_ascii_uppercase() || !c.is_ascii() || small {
                    found.push(at);
                }
                begun = begun || c > ' ';
            }
            before = c;
        }
        found
    }

    #[test]
    fn words_start_where_they_start_one_by_one() {
        let pieces = [
            "Foto", "foto", "a", " ", "  ", "(", "|", "/", ": ", "\u{a0}", "à", "•", "\t", "写真",
            " x", " X",
        ];
        let mut state = 7_usize;
        for round in 0..20_000 {
            let mut text = String::new();
            while text.len() < round % (TEXT_MAX - 8) {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let count = if round % 2 == 0 { 9 } else { pieces.len() };
                text.push_str(pieces[(state >> 33) % count]);
            }
            // What no word starts with may be found as well: the space without a break.
            let letters = |at: &usize| !text[*at..].starts_with('\u{a0}');
            let found: Vec<usize> = labels(&text).filter(letters).collect();
            assert_eq!(found, words_one_by_one(&text), "{text:?}");
        }
    }

    #[test]
    fn slashes_are_found_wherever_they_stand() {
        let long = "A Photo of P.H. and HP, Afp Photo, ".repeat(4);
        for at in 0..=long.len() {
            for mark in ["/", "|", "AFP PHOTO", "AFP"] {
                let text = format!("{}{mark}{}", &long[..at], &long[at..]);
                let expected = text.contains(['/', '|']) || text.contains("PH");
                assert_eq!(may_be_slashed(&text), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn marks_are_found_wherever_they_stand() {
        for mark in MARKS {
            for text in [mark.to_owned(), format!("Copy{mark}x"), format!("y. .. by{mark}")] {
                assert!(any(&text), "{text:?}");
                assert!(any_plainly(&text), "{text:?}");
            }
            let last = mark.char_indices().next_back().map_or(0, |(at, _)| at);
            let cut = format!("y {}", &mark[..last]);
            assert_eq!(any(&cut), any_plainly(&cut), "{cut:?}");
        }
        let ascii = "He paid 5. Years later.. they say so ".repeat(5);
        let others = "Ἲ ‡Š фот ом ن م من، 、，ł ‚ ‘y’ Jürgen, фото, byé ".repeat(4);
        for long in [ascii, others] {
            for at in (0..long.len()).filter(|&at| long.is_char_boundary(at)) {
                for mark in MARKS.into_iter().chain(["..", "y of ", "フ", "Ἲ"]) {
                    let text = format!("{}{mark}{}", &long[..at], &long[at..]);
                    assert_eq!(any(&text), any_plainly(&text), "{text:?}");
                }
            }
        }
        for text in ["", "y", ". .. .", "by the way, Bylaws", "courtesy", "copyright", "BY", " bY "]
        {
            assert_eq!(any(text), any_plainly(text), "{text:?}");
            assert!(!any(text), "{text:?}");
        }
    }
}
