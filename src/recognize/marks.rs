//! A cheap look for the marks without which no label of a credit is followed by a source.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

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
    // Each mark in ASCII has a colon, three dots or a y.
    let bytes = text.as_bytes();
    let from = |at: usize, back: usize| bytes.get(at.checked_sub(back)?..);
    let stands = |at: usize, back: usize, mark: &str| {
        from(at, back).is_some_and(|rest| rest.starts_with(mark.as_bytes()))
    };
    memchr::memchr(b':', bytes).is_some()
        || memchr::memchr_iter(b'.', bytes).any(|at| stands(at, 0, "..."))
        || memchr::memchr2_iter(b'y', b'Y', bytes).any(|at| {
            stands(at, 2, " by ")
                || stands(at, 2, " By ")
                || stands(at, 2, " BY ")
                || stands(at, 6, "ourtesy of ")
                || stands(at, 6, "ourtesy Of ")
                || stands(at, 2, "opyright ")
        })
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
        for text in ["", "y", ". .. .", "by the way, Bylaws", "courtesy", "copyright", "BY", " bY "]
        {
            assert_eq!(any(text), ALL.is_match(text), "{text:?}");
            assert!(!any(text), "{text:?}");
        }
    }
}
