//! Chrome that is told by its shape, not by its words: addresses, file names, program text, rules.

use super::{Hit, Strength};
use crate::ledger::Reason;

/// Longest name of a picture file, in bytes: the limit of common file systems.
const FILENAME_BYTES_MAX: usize = 255;

const PICTURE_ENDINGS: &[&str] = &[
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif", ".tiff", ".heic",
    ".mp4", ".mov",
];

/// Starts of program text that no sentence has.
const SCRIPT_STARTS: &[&str] = &[
    "(adsbygoogle",
    "(function(",
    "(function (",
    "!function(",
    "![](",
    "[](",
    "//<![cdata[",
    "//]]>",
    "<!--",
    "</script",
    "</style",
    "<iframe",
    "<ins ",
    "<noscript",
    "<script",
    "<style",
    "<img ",
    "[object object]",
    "__next_data__",
    "_gaq.push",
    "_taboola",
    "adsbygoogle",
    "datalayer",
    "document.",
    "fbq(",
    "ga('",
    "googletag",
    "gtag(",
    "jquery(",
    "oa_show(",
    "taboola.",
    "var ads",
    "window.",
    "window[",
    "{{",
    "{%",
    "{\"",
];

/// Starts of program text that a lesson on programming may show as well.
const CODE_STARTS: &[&str] = &[
    "$(",
    "var ",
    "let ",
    "const ",
    "function ",
    "function(",
    "if (",
    "if(",
    "try {",
    "try{",
    "@media ",
    "@import ",
    "/*",
];

/// What PHP writes into a page.
const PHP_STARTS: &[&str] = &[
    "notice: ",
    "warning: ",
    "deprecated: ",
    "fatal error: ",
    "parse error: ",
    "strict standards: ",
];

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
    // An address has no space, and program text none in its first word or two.
    match first.to_ascii_lowercase() {
        b'h' | b'w' | b'<' | b'(' | b'[' if is_address(line) => {
            return hit(Reason::UrlLine, Strength::Edge);
        }
        b'!' | b'$' | b'(' | b'/' | b'<' | b'@' | b'[' | b'_' | b'{' | b'a' | b'c' | b'd'
        | b'f' | b'g' | b'i' | b'j' | b'l' | b'n' | b'o' | b'p' | b's' | b't' | b'v' | b'w' => {
            if let Some(strength) = script(line) {
                return hit(Reason::ScriptResidue, strength);
            }
        }
        _ => {}
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
    let tail = line.as_bytes().iter().rev().take(5);
    if line.len() > FILENAME_BYTES_MAX || !tail.clone().any(|&b| b == b'.') {
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

fn script(line: &str) -> Option<Strength> {
    let starts =
        |list: &[&str]| list.iter().any(|start| strip_prefix_ignoring_case(line, start).is_some());
    if starts(SCRIPT_STARTS) {
        // `Document. He said` and `Window. The word` are not member names.
        let dot = line.find('.').and_then(|at| line.as_bytes().get(at + 1));
        let member = ["document.", "window.", "taboola."]
            .iter()
            .all(|s| strip_prefix_ignoring_case(line, s).is_none())
            || dot.is_some_and(|b| b.is_ascii_lowercase() || *b == b'_' || *b == b'$');
        let code = !line.starts_with("{\"") || line.ends_with('}');
        return (member && code).then_some(Strength::Always);
    }
    if starts(PHP_STARTS) {
        return (line.contains(" in /") || line.contains(" on line ")).then_some(Strength::Always);
    }
    (starts(CODE_STARTS) && line.ends_with([';', '{', '}', ')', '/'])).then_some(Strength::Label)
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
    let (head, rest) = line.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}
