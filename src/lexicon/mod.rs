//! What the words of one line say: which class of chrome it is, if any, in any language.
//!
//! The phrases stand in the `.txt` files of this folder, one a line, and anyone who reads a
//! language can add to them; `share.txt` explains the notation. The words alone decide nothing:
//! a caller weighs [`Strength`] with the line's place and its neighbours.
//!
//! A line is compared whole. A sentence *about* cookies, newsletters or shares is never a hit,
//! for a phrase matches from the first word on, and an open one only up to a number of words.

mod fold;
mod shape;
mod table;

use std::sync::LazyLock;

use fold::{Folded, is_word};
use table::Table;

use crate::ledger::Reason;

/// Longest line that is looked at, in bytes. Real chrome of more than about 80 words is rare.
const LINE_BYTES_MAX: usize = 1_200;
/// Longest line that is taken apart into labels, in bytes, and its most words.
const GLUED_BYTES_MAX: usize = 400;
const GLUED_WORDS_MAX: usize = 48;
/// Most words of one label within a glued line.
const LABEL_WORDS_MAX: usize = 6;

const FILES: &[(&str, &str)] = &[
    ("share.txt", include_str!("share.txt")),
    ("read_more.txt", include_str!("read_more.txt")),
    ("media.txt", include_str!("media.txt")),
    ("ads.txt", include_str!("ads.txt")),
    ("nav.txt", include_str!("nav.txt")),
    ("newsletter.txt", include_str!("newsletter.txt")),
    ("tags.txt", include_str!("tags.txt")),
    ("legal.txt", include_str!("legal.txt")),
    ("cookies.txt", include_str!("cookies.txt")),
    ("comments.txt", include_str!("comments.txt")),
    ("sections.txt", include_str!("sections.txt")),
];

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(FILES));

/// What a line is by its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The class.
    pub reason: Reason,
    /// Where in an article the words are safe to be taken for chrome.
    pub strength: Strength,
    /// The line is a label with a teaser behind it: "Read more: Bridge opens".
    pub teaser: bool,
    /// The line is a label that usually covers the next short lines too: teasers, tags.
    pub opens: bool,
}

/// Where in an article such a line is chrome. The three are not ranked: a copyright line in the
/// middle of a story and a sub-head "Share" are both doubtful, each for its own reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Anywhere: no story says this in a line of its own ("Share on Facebook").
    Always,
    /// A word or two that may be a sub-head as well ("Share", "Related", "Video"): only among
    /// other chrome, or where the place speaks for it.
    Label,
    /// Before the first or after the last paragraph of the body: menus, requests to subscribe,
    /// copyright, who the author is.
    Edge,
}

/// Working memory of [`classify`], to be kept from line to line.
#[derive(Debug, Default)]
pub struct Scratch {
    folded: Folded,
    words: Vec<Part>,
}

/// One word of a glued line: its bytes in the key, and whether a divider stands before it.
#[derive(Clone, Copy, Debug)]
struct Part {
    start: usize,
    end: usize,
    divided: bool,
}

/// The class of a whole line, white space around it ignored; `None` for everything that is not
/// surely chrome by its words.
///
/// A line glued from labels ("Facebook Twitter Email", "Privacy | Terms") is classified by its
/// parts, and a label that stands twice in a row ("ПоделитьсяПоделиться") as the label.
#[must_use]
pub fn classify(line: &str, scratch: &mut Scratch) -> Option<Hit> {
    let line = line.trim();
    if line.is_empty() || line.len() > LINE_BYTES_MAX {
        return None;
    }
    if let Some(hit) = shape::classify(line) {
        return Some(hit);
    }
    let (half, glued) = halve(line);
    if !glued && !TABLE.may_match(line) {
        return None;
    }
    if glued {
        // `chercher` is one word.
        scratch.folded.set(line);
        if let Some(hit) = TABLE.exact(scratch.folded.key()) {
            return Some(hit);
        }
    }
    let line = half;
    scratch.folded.set(line);
    let key = scratch.folded.key();
    let mut hit = TABLE.exact(key).or_else(|| TABLE.open(key, line));
    if hit.is_none() && line.len() <= GLUED_BYTES_MAX {
        hit = classify_parts(&scratch.folded, &mut scratch.words);
    }
    if glued && let Some(hit) = &mut hit {
        hit.strength = Strength::Always;
    }
    hit
}

/// `X` for a line `XX`, and whether it was one. With a space between, a verse may say it.
fn halve(line: &str) -> (&str, bool) {
    let half = line.len() / 2;
    match (line.get(..half), line.get(half..)) {
        (Some(left), Some(right)) if left == right && left.contains(char::is_alphabetic) => {
            (left, true)
        }
        _ => (line, false),
    }
}

/// Takes a line for a row of labels when every word of it belongs to one.
fn classify_parts(folded: &Folded, words: &mut Vec<Part>) -> Option<Hit> {
    let key = folded.key();
    split_words(key, folded, words)?;

    let mut hits: Vec<Hit> = Vec::new();
    let mut numbers = 0;
    let mut divided = false;
    let mut at = 0;
    while let Some(first) = words.get(at) {
        let longest = words[at..]
            .iter()
            .take(LABEL_WORDS_MAX)
            .enumerate()
            .take_while(|(index, word)| *index == 0 || !word.divided)
            .count();
        let found = (1..=longest).rev().find_map(|count| {
            let last = words.get(at + count - 1)?;
            Some((count, TABLE.exact(key.get(first.start..last.end)?)?))
        });
        divided |= at > 0 && first.divided;
        match found {
            Some((count, hit)) => {
                hits.push(hit);
                at += count;
            }
            // The count beside a button.
            None if key.get(first.start..first.end) == Some("#") => {
                numbers += 1;
                at += 1;
            }
            None => return None,
        }
    }

    let first = *hits.first()?;
    let of_sections = |hit: &&Hit| hit.reason == Reason::SectionLabel;
    let sections = hits.iter().filter(of_sections).count();
    if hits.len() == 1 {
        let counted = numbers > 0
            && matches!(
                first.reason,
                Reason::ShareBar | Reason::CommentPrompt | Reason::MediaPlaceholder
            );
        return counted.then_some(first);
    }
    if sections == hits.len() {
        // A path (`World | Europe`) or a menu.
        let menu = hits.len() >= 4;
        let reason = if menu { Reason::Nav } else { Reason::SectionLabel };
        let strength = if menu { Strength::Edge } else { Strength::Label };
        return Some(Hit { reason, strength, teaser: false, opens: false });
    }
    let count = |reason| hits.iter().filter(|hit| hit.reason == reason).count();
    let mut reason = first.reason;
    for hit in &hits {
        if count(hit.reason) > count(reason) {
            reason = hit.reason;
        }
    }
    let one_reason = hits.iter().all(|hit| hit.reason == first.reason);
    if hits.len() == 2 && !divided && !one_reason {
        // Two labels side by side may be any two words: `Live Science`.
        return None;
    }
    let surely = hits.iter().filter(|hit| hit.strength == Strength::Always).count();
    let buttons = one_reason && first.reason == Reason::ShareBar;
    let strength = if sections > 0 && hits.len() < 4 {
        Strength::Label
    } else if sections > 0 || hits.iter().all(|hit| hit.strength == Strength::Edge) {
        Strength::Edge
    } else if divided || surely == hits.len() || (buttons && hits.len() >= 3) {
        Strength::Always
    } else if hits.len() < 4 {
        Strength::Label
    } else if surely * 2 >= hits.len() {
        Strength::Always
    } else {
        Strength::Edge
    };
    Some(Hit { reason, strength, teaser: false, opens: hits.last().is_some_and(|hit| hit.opens) })
}

/// Splits `key` at spaces, dividers and humps; `None` when there are too many words for labels.
fn split_words(key: &str, folded: &Folded, words: &mut Vec<Part>) -> Option<()> {
    words.clear();
    let mut humps = folded.humps().peekable();
    let mut start = None;
    let mut divided = false;
    for (at, c) in key.char_indices().chain([(key.len(), ' ')]) {
        let hump = humps.next_if(|&hump| hump <= at).is_some();
        let divider = matches!(c, '|' | '/' | ',' | ';' | ':' | '>' | '<');
        if let Some(from) = start
            && (divider || hump || c == ' ')
        {
            let word = key.get(from..at)?;
            let end = from + word.trim_end_matches(['.', '-', '!', ')', ']', '"']).len();
            if word.contains(is_word) {
                words.push(Part { start: from, end, divided });
                divided = false;
            } else {
                divided = true;
            }
            start = None;
        }
        // Commas part the words of sentences too.
        divided |= divider && !matches!(c, ',' | ';' | ':');
        if start.is_none() && !divider && c != ' ' {
            start = Some(at);
        }
        if words.len() > GLUED_WORDS_MAX {
            return None;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_have_no_fault() {
        assert_eq!(TABLE.faults, Vec::<String>::new());
    }

    #[test]
    fn every_phrase_is_what_its_heading_says() {
        let mut scratch = Scratch::default();
        let mut wrong = Vec::new();
        for (phrase, hit) in &TABLE.entries {
            let line = table::sample(phrase);
            for line in [line.clone(), line.to_uppercase(), format!("• {line} ›")] {
                let found = classify(&line, &mut scratch);
                if found != Some(*hit) {
                    wrong.push(format!("{phrase} as {line:?}: {found:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}
