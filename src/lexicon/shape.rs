//! Chrome that is told by its shape, not by its words: addresses, file names, program text, rules.

use super::{Hit, Strength};
use crate::ledger::Reason;

/// Longest name of a picture file, in bytes: the limit of common file systems.
const FILENAME_BYTES_MAX: usize = 255;

const PICTURE_ENDINGS: &[&str] = &[
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif", ".tiff", ".heic",
    ".mp4", ".mov",
];

/// Starts of program text that no sentence has, in small letters, by their first byte.
const fn script_starts(first: u8) -> &'static [&'static str] {
    match first.to_ascii_lowercase() {
        b'(' => &["(adsbygoogle", "(function(", "(function ("],
        b'!' => &["!function(", "![]("],
        b'[' => &["[](", "[object object]"],
        b'/' => &["//<![cdata[", "//]]>"],
        b'<' => &[
            "<!--",
            "</script",
            "</style",
            "<iframe",
            "<ins ",
            "<noscript",
            "<script",
            "<style",
            "<img ",
        ],
        b'_' => &["__next_data__", "_gaq.push", "_taboola"],
        b'a' => &["adsbygoogle"],
        b'd' => &["datalayer", "document."],
        b'f' => &["fbq("],
        b'g' => &["ga('", "googletag", "gtag("],
        b'j' => &["jquery("],
        b'o' => &["oa_show("],
        b't' => &["taboola."],
        b'v' => &["var ads"],
        b'w' => &["window.", "window["],
        b'{' => &["{{", "{%"],
        _ => &[],
    }
}

/// What PHP writes into a page, by its first byte.
const fn php_starts(first: u8) -> &'static [&'static str] {
    match first.to_ascii_lowercase() {
        b'd' => &["deprecated: "],
        b'f' => &["fatal error: "],
        b'n' => &["notice: "],
        b'p' => &["parse error: "],
        b's' => &["strict standards: "],
        b'w' => &["warning: "],
        _ => &[],
    }
}

/// For each first byte the second ones, by their last five bits, of all [`script_starts`] and [`php_starts`].
static SECONDS: [u32; 256] = {
    let mut seconds = [0; 256];
    let mut first = 0_u8;
    loop {
        let both = [script_starts(first), php_starts(first)];
        let mut of = 0;
        while of < 2 {
            let mut at = 0;
            while at < both[of].len() {
                seconds[first as usize] |= 1 << (both[of][at].as_bytes()[1] & 31);
                at += 1;
            }
            of += 1;
        }
        if first == u8::MAX {
            break seconds;
        }
        first += 1;
    }
};

/// The class of a trimmed, non-empty line by its shape.
pub(super) fn classify(line: &str) -> Option<Hit> {
    let bytes = line.as_bytes();
    let first = *bytes.first()?;
    if first.is_ascii_alphanumeric() {
        if first.is_ascii_digit()
            && let Some(hit) = gallery_counter(line)
        {
            return Some(hit);
        }
    } else if is_rule(line) {
        return hit(Reason::Separator, Strength::Always);
    }
    if matches!(first, b'h' | b'H' | b'w' | b'W' | b'<' | b'(' | b'[') && is_address(line) {
        return hit(Reason::UrlLine, Strength::Edge);
    }
    if is_script(line, first) {
        return hit(Reason::ScriptResidue, Strength::Always);
    }
    is_picture_name(line).then_some(hit(Reason::ImageFilename, Strength::Always)?)
}

#[expect(clippy::unnecessary_wraps, reason = "every caller returns it at once")]
fn hit(reason: Reason, strength: Strength) -> Option<Hit> {
    Some(Hit { reason, strength, teaser: false, opens: false })
}

/// `___`, `* * *`, `=====`: three marks or more and nothing else. A lone dash may be a dialogue
/// or an empty cell, and dots may be words left out.
fn is_rule(line: &str) -> bool {
    let mut marks = 0;
    for c in line.chars() {
        match c {
            '-'
            | '_'
            | '*'
            | '='
            | '~'
            | '+'
            | '#'
            | '\u{2010}'..='\u{2015}'
            | '\u{2022}'
            | '·'
            | '※'
            | '\u{2500}'..='\u{257F}'
            | '\u{25A0}'..='\u{25FF}'
            | '\u{2605}'
            | '\u{2606}'
            | '\u{2042}' => marks += 1,
            ' ' | '\t' | '\u{A0}' | '\u{3000}' => {}
            _ => return false,
        }
    }
    marks >= 3 || line == "\u{2042}"
}

fn is_address(line: &str) -> bool {
    let pairs = [('<', '>'), ('(', ')'), ('[', ']')];
    let inner = pairs
        .iter()
        .find_map(|&(open, close)| line.strip_prefix(open)?.strip_suffix(close))
        .unwrap_or(line);
    let host = ["http://", "https://", "www."]
        .iter()
        .find_map(|start| strip_prefix_ignoring_case(inner, start));
    host.is_some_and(|host| host.contains(['.', ':']) && !host.contains(char::is_whitespace))
}

fn is_picture_name(line: &str) -> bool {
    // The endings have four bytes or five, of which the first is a dot.
    let [.., fifth, fourth, _, _, _] = line.as_bytes() else { return false };
    if ![*fifth, *fourth].contains(&b'.') || line.len() > FILENAME_BYTES_MAX {
        return false;
    }
    PICTURE_ENDINGS.iter().any(|ending| {
        let Some((stem, last)) =
            line.len().checked_sub(ending.len()).and_then(|at| line.split_at_checked(at))
        else {
            return false;
        };
        // `The picture is called mill.jpg` is a sentence; names have few words.
        last.eq_ignore_ascii_case(ending)
            && stem.contains(char::is_alphanumeric)
            && stem.split_whitespace().count() <= 3
            && !stem.contains("://")
    })
}

fn is_script(line: &str, first: u8) -> bool {
    // Most lines are told by their first two bytes; a letter and its capital have the same last five bits.
    let second = line.as_bytes().get(1).copied().unwrap_or_default();
    if SECONDS[usize::from(first)] >> (second & 31) & 1 == 0 {
        return false;
    }
    let starts = |start: &&str| strip_prefix_ignoring_case(line, start).is_some();
    if let Some(start) = script_starts(first).iter().find(|start| starts(start)) {
        // `Document. He said` and `Window. The word` are not member names.
        let next = line.as_bytes().get(start.len());
        return !start.ends_with('.')
            || next.is_some_and(|&b| b.is_ascii_lowercase() || b == b'_' || b == b'$');
    }
    php_starts(first).iter().any(starts) && (line.contains(" in /") || line.contains(" on line "))
}

/// `1 / 23`. Marks out of five, ten or a hundred are no gallery, nor is `24/7` or `9/11`.
fn gallery_counter(line: &str) -> Option<Hit> {
    if line.len() > 9 {
        return None;
    }
    let (at, of) = line.split_once('/')?;
    let spaced = at.ends_with(' ') && of.starts_with(' ');
    let (at, of): (u16, u16) = (at.trim().parse().ok()?, of.trim().parse().ok()?);
    let counts = (1..=of).contains(&at)
        && !matches!(of, 5 | 10 | 20 | 100)
        && of >= if spaced { 2 } else { 13 };
    (counts && of < 1_000).then_some(hit(Reason::GalleryCounter, Strength::Label)?)
}

fn strip_prefix_ignoring_case<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    // Of those that start alike, most lines differ in the second letter.
    let second = |text: &str| text.as_bytes().get(1).map(u8::to_ascii_lowercase);
    if second(line) != second(start) {
        return None;
    }
    let (head, rest) = line.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_by_single_bytes_is_what_the_tables_say() {
        for first in 0..=u8::MAX {
            for start in script_starts(first).iter().chain(php_starts(first)) {
                for start in [(*start).to_owned(), start.to_uppercase()] {
                    let line = format!("{start}x in /");
                    assert!(is_script(&line, line.as_bytes()[0]), "{line}");
                }
            }
        }
        assert!(!is_script("d", b'd') && !is_script("", b'd') && !is_script("Documents", b'D'));
        for ending in PICTURE_ENDINGS {
            for name in [format!("mill{ending}"), format!("MILL{}", ending.to_uppercase())] {
                assert!(is_picture_name(&name), "{name}");
            }
        }
    }
}
