//! What the words of one line say: which class of chrome it is, if any, in any language.
//!
//! The phrases stand in the `.txt` files of this folder, one a line, and anyone who reads a
//! language can add to them; `share.txt` explains the notation. The words alone decide nothing:
//! a caller weighs [`Strength`] with the line's place and its neighbours.
//!
//! A line is compared whole. A sentence *about* cookies, newsletters or shares is never a hit,
//! for a phrase matches from the first word on, and an open one only up to a number of words.

mod agreed;
mod fold;
#[cfg(test)]
#[expect(dead_code, reason = "the build script needs more of it")]
mod read;
mod shape;
mod table;

use agreed::{GLUED_BYTES_MAX, NO_BYTES, hash_on};
use fold::{Folded, is_word};

use crate::ledger::Reason;

/// Longest line that is looked at, in bytes. Real chrome of more than about 80 words is rare.
const LINE_BYTES_MAX: usize = 1_200;
/// Most words of a line that is taken apart into labels.
const GLUED_WORDS_MAX: usize = 48;
/// Most words of one label within a glued line.
const LABEL_WORDS_MAX: usize = 6;

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
/// parts, and a label that stands twice in a row (`ПоделитьсяПоделиться`) as the label.
#[must_use]
pub fn classify(line: &str, scratch: &mut Scratch) -> Option<Hit> {
    let line = trimmed(line);
    if line.is_empty() || line.len() > LINE_BYTES_MAX {
        return None;
    }
    if let Some(hit) = shape::classify(line) {
        return Some(hit);
    }
    let (half, glued) = halve(line);
    let opens = if glued { true } else { table::may_match(line)? };
    looked_up(line, half, opens, scratch)
}

/// `line` without white space around it. There is none, nearly always.
fn trimmed(line: &str) -> &str {
    match line.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => line,
        _ => line.trim(),
    }
}

/// What the tables say of `line`; of its `half`, where it is glued from two. `opens` says whether it may start
/// like an open phrase.
fn looked_up(line: &str, half: &str, opens: bool, scratch: &mut Scratch) -> Option<Hit> {
    let glued = half.len() < line.len();
    if glued {
        // `chercher` is one word.
        scratch.folded.set(line);
        if let Some(hit) = table::exact(scratch.folded.key()) {
            return Some(hit);
        }
    }
    let line = half;
    scratch.folded.set(line);
    let key = scratch.folded.key();
    let mut hit = table::exact(key).or_else(|| table::open(key, line, opens));
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
    // Most lines differ in the first byte of their halves.
    if line.as_bytes().get(half) != line.as_bytes().first() {
        return (line, false);
    }
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
    words.clear();
    let humped = folded.humps().next().is_some();
    let mut parts = parts(folded);
    let mut hits: Vec<Hit> = Vec::new();
    let mut numbers = 0;
    let mut divided = false;
    let mut at = 0;
    // Most lines end here, and are not split further.
    words.extend(parts.next());
    if !may_start_label(key, words.first()?, humped) {
        return None;
    }
    loop {
        while words.len() < at + LABEL_WORDS_MAX {
            let Some(word) = parts.next() else { break };
            if words.len() == GLUED_WORDS_MAX {
                return None;
            }
            words.push(word);
        }
        let Some(first) = words.get(at) else { break };
        divided |= at > 0 && first.divided;
        let (count, hit) = label(key, &words[at..], humped)?;
        match hit {
            Some(hit) => hits.push(hit),
            None => numbers += 1,
        }
        at += count;
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

/// The longest label that `words` start with: its words and its class, none for the count beside a
/// button.
fn label(key: &str, words: &[Part], humped: bool) -> Option<(usize, Option<Hit>)> {
    let first = words.first()?;
    let alone = key.get(first.start..first.end)?;
    if may_start_label(key, first, humped) {
        let undivided = |(index, word): &(usize, &Part)| *index == 0 || !word.divided;
        let words = words.iter().take(LABEL_WORDS_MAX).enumerate().take_while(undivided);
        // All starts of the row are hashed in one walk.
        let mut labels = [("", NO_BYTES); LABEL_WORDS_MAX];
        let (mut hash, mut hashed, mut longest) = (NO_BYTES, first.start, 0);
        for (index, word) in words {
            hash = hash_on(hash, key.as_bytes().get(hashed..word.end)?);
            hashed = word.end;
            labels[index] = (key.get(first.start..word.end)?, hash);
            longest = index + 1;
        }
        // A part before a hump ends within a word of the whole.
        let led = humped || table::may_be_led(labels[longest - 1].0);
        let found = (1..=longest).rev().find_map(|count| {
            let (label, hash) = labels[count - 1];
            Some((count, Some(table::exact_hashed(label, hash, led)?)))
        });
        if found.is_some() {
            return found;
        }
    }
    (alone == "#").then_some((1, None))
}

/// Whether `word` may be the first of a label. One that ends at a hump is none where the tables were made,
/// and a number stood there as digits.
fn may_start_label(key: &str, word: &Part, humped: bool) -> bool {
    let word = key.get(word.start..word.end).unwrap_or_default();
    humped || word.contains('#') || table::may_start_label(word)
}

/// Splits a key at spaces, dividers and humps.
struct Parts<'f, H: Iterator<Item = usize>> {
    key: &'f str,
    chars: std::str::CharIndices<'f>,
    humps: std::iter::Peekable<H>,
    /// Where the word began that is being read.
    start: Option<usize>,
    divided: bool,
    ended: bool,
}

fn parts(folded: &Folded) -> Parts<'_, impl Iterator<Item = usize>> {
    let (key, humps) = (folded.key(), folded.humps().peekable());
    Parts { key, chars: key.char_indices(), humps, start: None, divided: false, ended: false }
}

impl<H: Iterator<Item = usize>> Iterator for Parts<'_, H> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        while !self.ended {
            let next = self.chars.next();
            self.ended = next.is_none();
            let (at, c) = next.unwrap_or((self.key.len(), ' '));
            let hump = self.humps.next_if(|&hump| hump <= at).is_some();
            let parts = matches!(c, '|' | '/' | ',' | ';' | ':' | '>' | '<');
            let mut found = None;
            if let Some(from) = self.start
                && (parts || hump || c == ' ')
            {
                let word = self.key.get(from..at).unwrap_or_default();
                let end = from + word.trim_end_matches(['.', '-', '!', ')', ']', '"']).len();
                if word.contains(is_word) {
                    found = Some(Part { start: from, end, divided: self.divided });
                    self.divided = false;
                } else {
                    self.divided = true;
                }
                self.start = None;
            }
            // Commas part the words of sentences too.
            self.divided |= parts && !matches!(c, ',' | ';' | ':');
            if self.start.is_none() && !parts && c != ' ' {
                self.start = Some(at);
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::read::{Class, FILES, Phrases};
    use super::*;

    fn content(name: &str) -> String {
        let path = format!("{}/src/lexicon/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn read() -> Phrases {
        let files: Vec<_> = FILES.iter().map(|name| (*name, content(name))).collect();
        Phrases::read(files.iter().map(|(name, content)| (*name, &**content)))
    }

    #[test]
    fn the_files_have_no_fault() {
        assert_eq!(read().faults, Vec::<String>::new());
    }

    #[test]
    fn faults_are_named_with_their_line() {
        let file = "[share_bar always]\nshare ...\nshare ...\n...\n[share_bar never]\nprint\n";
        let phrases = Phrases::read([("x.txt", file)].into_iter());
        let lines: Vec<&str> = phrases.faults.iter().map(|fault| &fault[..8]).collect();
        assert_eq!(lines, ["x.txt:3:", "x.txt:4:", "x.txt:5:", "x.txt:6:"]);
    }

    #[test]
    fn no_row_of_labels_is_refused_by_its_ends() {
        let mut scratch = Scratch::default();
        let entries = read().entries;
        let sample = |n: usize| table::sample(&entries[n * 7919 % entries.len()].0);
        let (mut rows, mut known) = (0, 0);
        for n in 0..30_000 {
            let (one, two, three) = (sample(n), sample(3 * n + 1), sample(5 * n + 2));
            for row in [
                format!("{one} {two}"),
                format!("{one} | {two} | {three}"),
                format!("{one}{}{}", two.to_uppercase(), three),
                format!("{} {} 12", one.to_uppercase(), two),
                format!("{one}{}", table::sample(&entries[0].0)),
            ] {
                let line = row.trim();
                let may = table::may_match(line);
                let said = looked_up(line, line, true, &mut scratch);
                if table::may_be_row(line) {
                    rows += 1;
                    known += usize::from(said.is_some());
                    assert!(said.is_none() || may.is_some(), "{line:?}: {said:?}");
                }
                if may == Some(false) {
                    assert_eq!(looked_up(line, line, false, &mut scratch), said, "{line:?}");
                }
            }
        }
        assert!(known > rows / 4, "{known} of {rows}");
        // An open phrase with more bytes than its words have as a rule, where a row of labels starts as well.
        let line = format!("Latest from Shopping Essentials |{}* Pricing |", " ".repeat(40));
        assert!(classify(&line, &mut scratch).is_some());
    }

    #[test]
    fn every_phrase_is_what_its_heading_says() {
        let mut scratch = Scratch::default();
        let mut wrong = Vec::new();
        let phrases = read();
        for (phrase, class) in &phrases.entries {
            let class = &phrases.classes[*class];
            let line = table::sample(phrase);
            for line in [line.clone(), line.to_uppercase(), format!("• {line} ›")] {
                let said = classify(&line, &mut scratch).map(|hit| Class {
                    reason: hit.reason.as_str().to_owned(),
                    strength: format!("{:?}", hit.strength).to_lowercase(),
                    teaser: hit.teaser,
                    opens: hit.opens,
                });
                if said.as_ref() != Some(class) {
                    wrong.push(format!("{phrase} as {line:?}: {said:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert!(phrases.entries.len() > 10_000, "{}", phrases.entries.len());
    }
}
