//! Cheap looks for what every label of a credit has: a start, and a mark before the source that follows.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::vector::{BITS, Loop, Machine, behind, filled, widest};

/// The marks: what stands between a label and its source, or ends the label.
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

static ALL: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(MARKS).unwrap_or_else(|error| unreachable!("constant patterns: {error}"))
});

/// Whether one of the marks stands in `text`.
pub(super) fn any(text: &str) -> bool {
    if !text.is_ascii() {
        return ALL.is_match(text);
    }
    widest(Look(text.as_bytes()))
}

/// The look at ASCII, in which each mark has a colon, three dots or a y.
struct Look<'t>(&'t [u8]);

impl Loop for Look<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> bool {
        let bytes = self.0;
        let mut dots_before = 0;
        let mut room = [0; BITS];
        for (index, row) in bytes.chunks(BITS).enumerate() {
            let row = machine.bytes(filled(row, &mut room));
            let dots = machine.equal(row, b'.');
            let three = dots & behind(dots, dots_before, 1) & behind(dots, dots_before, 2);
            if machine.equal(row, b':') | three != 0 {
                return true;
            }
            dots_before = dots;
            let mut ys = machine.equal(machine.set(row, 0x20), b'y');
            while ys != 0 {
                if stands_around(bytes, index * BITS + ys.trailing_zeros() as usize) {
                    return true;
                }
                ys &= ys - 1;
            }
        }
        false
    }
}

/// Whether a mark stands around the y at `at`.
fn stands_around(bytes: &[u8], at: usize) -> bool {
    let stands = |back: usize, mark: &str| {
        at.checked_sub(back)
            .and_then(|start| bytes.get(start..))
            .is_some_and(|rest| rest.starts_with(mark.as_bytes()))
    };
    stands(2, " by ")
        || stands(2, " By ")
        || stands(2, " BY ")
        || stands(6, "ourtesy of ")
        || stands(6, "ourtesy Of ")
        || stands(2, "opyright ")
}

/// Cheap test before the labels are tried: whether `word` can begin one.
pub(super) fn may_be_label(word: &str) -> bool {
    let mut chars = word.chars();
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
            let core = word.trim_end_matches([':', '：', ',', '.', '…']);
            !core.is_empty() && core.chars().count() <= 14
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_wherever_they_stand() {
        for mark in MARKS {
            for text in [mark.to_owned(), format!("Copy{mark}x"), format!("y. .. by{mark}")] {
                assert!(any(&text), "{text:?}");
                assert!(ALL.is_match(&text), "{text:?}");
            }
            let last = mark.char_indices().next_back().map_or(0, |(at, _)| at);
            let cut = format!("y {}", &mark[..last]);
            assert_eq!(any(&cut), ALL.is_match(&cut), "{cut:?}");
        }
        let long = "He paid 5. Years later.. they say so ".repeat(5);
        for at in 0..long.len() {
            for mark in ["...", "..", ":", " by ", "y of "] {
                let text = format!("{}{mark}{}", &long[..at], &long[at..]);
                assert_eq!(any(&text), ALL.is_match(&text), "{text:?}");
            }
        }
        for text in ["", "y", ". .. .", "by the way, Bylaws", "courtesy", "copyright", "BY", " bY "]
        {
            assert_eq!(any(text), ALL.is_match(text), "{text:?}");
            assert!(!any(text), "{text:?}");
        }
    }
}
