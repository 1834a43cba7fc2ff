//! Reads the phrase files and answers what phrase a folded line is.

use hashbrown::{HashMap, HashSet};

use super::fold::{Folded, Word, is_unspaced, is_word};
use super::{Hit, Strength};
use crate::ledger::Reason;

/// Most words of a line that an open phrase may take, when its heading sets no other bound.
const WORDS_MAX: usize = 30;
/// Most bytes of the fixed start of an open phrase; longer ones are a fault.
const HEAD_BYTES_MAX: usize = 96;
/// Most bytes of a line that is looked up at all, whatever its first word.
const PLAIN_BYTES_MAX: usize = 200;

/// All phrases, ready for look-up.
#[derive(Debug, Default)]
pub(super) struct Table {
    exact: HashMap<String, Hit>,
    open: Vec<Open>,
    /// From the fixed start of an open phrase to its numbers in `open`.
    heads: HashMap<String, Vec<usize>>,
    /// Numbers of the open phrases that start with `...`, by the last word of their end.
    tails: HashMap<Vec<u8>, Vec<usize>>,
    /// From the first word of a phrase to the longest line, in bytes, that may be one.
    first: HashMap<Vec<u8>, usize>,
    head_bytes_max: usize,
    /// What is wrong with the files: `file:line: ...`.
    pub(super) faults: Vec<String>,
    /// Every phrase as it stands in its file, lists filled in, for the tests.
    pub(super) entries: Vec<(String, Hit)>,
}

/// A phrase with `...` in it.
#[derive(Debug)]
struct Open {
    hit: Hit,
    /// The fixed parts, folded; the first is empty when the phrase starts with `...`.
    parts: Vec<String>,
    /// The line must end with the last part.
    closed: bool,
    /// A colon or another divider must follow the first part, and words after it.
    divided: bool,
    /// The line must not end like a sentence.
    unstopped: bool,
    words_max: usize,
}

/// What a heading says of the phrases under it.
#[derive(Clone, Copy)]
struct Heading {
    hit: Hit,
    words_max: usize,
    unstopped: bool,
}

impl Table {
    /// Reads `(name, content)` of every file. Faulty lines are left out and listed.
    pub(super) fn read(files: &[(&str, &str)]) -> Self {
        let mut table = Self::default();
        let mut lists: HashMap<String, Vec<String>> = HashMap::new();
        let mut places: HashMap<String, String> = HashMap::new();
        for (name, content) in files {
            let mut heading = None;
            for (index, line) in content.lines().enumerate() {
                let place = format!("{name}:{}", index + 1);
                let line = line.trim();
                if line.is_empty() || line.starts_with("# ") || line == "#" {
                    continue;
                }
                if let Some(list) = line.strip_prefix('@') {
                    match list.split_once('=') {
                        Some((key, words)) => {
                            let words = words.split(',').map(|word| word.trim().to_owned());
                            lists.entry(key.trim().to_owned()).or_default().extend(words);
                        }
                        None => {
                            table.faults.push(format!("{place}: a list is `@name = word, word`"))
                        }
                    }
                } else if let Some(words) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']'))
                {
                    heading = Heading::parse(words);
                    if heading.is_none() {
                        table.faults.push(format!("{place}: unknown word in heading"));
                    }
                } else if let Some(heading) = heading {
                    for phrase in fill_in(line, &lists) {
                        if let Err(fault) = table.add(&phrase, heading, &place, &mut places) {
                            table.faults.push(format!("{place}: {phrase}: {fault}"));
                        }
                    }
                } else {
                    table.faults.push(format!("{place}: a phrase before the first heading"));
                }
            }
        }
        table
    }

    fn add(
        &mut self,
        phrase: &str,
        heading: Heading,
        place: &str,
        places: &mut HashMap<String, String>,
    ) -> Result<(), String> {
        // Numbers stand as `#` in the files and come out of the fold as `#`.
        let numbered = phrase.replace('#', "0");
        let mut folded = Folded::default();
        let mut parts = Vec::new();
        let pieces: Vec<&str> = numbered.split("...").collect();
        for piece in &pieces {
            folded.set(piece);
            // Inside an open phrase, punctuation beside the gap is part of it.
            let piece = if pieces.len() == 1 { folded.key().to_owned() } else { fold_part(piece) };
            parts.push(piece);
        }
        if parts.iter().all(String::is_empty) {
            return Err("no word".to_owned());
        }
        let identity = parts.join("...");
        if let Some(other) = places.insert(identity, place.to_owned()) {
            return Err(format!("stands already at {other}"));
        }

        let mut words_max = 0;
        if let [exact] = parts.as_slice() {
            self.exact.insert(exact.clone(), heading.hit);
        } else {
            words_max = heading.words_max;
            self.add_open(parts, heading)?;
        }
        // Two bytes a letter for scripts other than Latin, ten letters a word with its space.
        let bytes_max = PLAIN_BYTES_MAX.max(words_max * if phrase.is_ascii() { 10 } else { 20 });
        if !phrase.starts_with("...") {
            for humps in [true, false] {
                let word = Word::first(&numbered, humps);
                let longest = self.first.entry(word.as_bytes().to_vec()).or_default();
                *longest = bytes_max.max(*longest);
            }
        }
        self.entries.push((phrase.to_owned(), heading.hit));
        Ok(())
    }

    fn add_open(&mut self, mut parts: Vec<String>, heading: Heading) -> Result<(), String> {
        let closed = parts.last().is_some_and(|last| !last.is_empty());
        if !closed {
            parts.pop();
        }
        let number = self.open.len();
        let mut divided = false;
        if let Some(head) = parts.first_mut().filter(|head| !head.is_empty()) {
            if let Some(label) = head.strip_suffix(':') {
                *head = label.to_owned();
                divided = true;
            }
            if head.len() > HEAD_BYTES_MAX {
                return Err("the part before `...` is too long".to_owned());
            }
            self.head_bytes_max = self.head_bytes_max.max(head.len());
            self.heads.entry(head.clone()).or_default().push(number);
        } else if closed {
            let last = parts.last().map(String::as_str).unwrap_or_default();
            self.tails.entry(Word::last(last).as_bytes().to_vec()).or_default().push(number);
        } else {
            return Err("open at both ends".to_owned());
        }
        let Heading { hit, words_max, unstopped } = heading;
        self.open.push(Open { hit, parts, closed, divided, unstopped, words_max });
        Ok(())
    }

    /// Whether a line of this length with these ends may be a phrase at all.
    pub(super) fn may_match(&self, line: &str) -> bool {
        let word = Word::first(line, true);
        if self.first.get(word.as_bytes()).is_some_and(|&longest| line.len() <= longest) {
            return true;
        }
        line.len() <= PLAIN_BYTES_MAX * 2 && self.tails.contains_key(Word::last(line).as_bytes())
    }

    /// The phrase that is exactly `key`.
    pub(super) fn exact(&self, key: &str) -> Option<Hit> {
        self.exact.get(key).copied()
    }

    /// The longest open phrase that `key`, the folded `line`, fits.
    pub(super) fn open(&self, key: &str, line: &str) -> Option<Hit> {
        let mut best: Option<&Open> = None;
        let mut take = |phrase: &'_ usize, at: usize| {
            if let Some(open) = self.open.get(*phrase)
                && best.is_none_or(|best| best.weight() < open.weight())
                && open.fits(key, at, line)
            {
                best = Some(open);
            }
        };
        for at in boundaries(key).take_while(|&at| at <= self.head_bytes_max) {
            if let Some(phrases) = key.get(..at).and_then(|head| self.heads.get(head)) {
                phrases.iter().for_each(|phrase| take(phrase, at));
            }
        }
        if key.len() <= PLAIN_BYTES_MAX * 2
            && let Some(phrases) = self.tails.get(Word::last(key).as_bytes())
        {
            phrases.iter().for_each(|phrase| take(phrase, 0));
        }
        best.map(|open| open.hit)
    }
}

impl Open {
    /// The more words are fixed, the better a phrase says what the line is.
    fn weight(&self) -> usize {
        self.parts.iter().map(String::len).sum()
    }

    /// Whether `key` fits, whose first `at` bytes are the first part.
    fn fits(&self, key: &str, at: usize, line: &str) -> bool {
        let Some(mut rest) = key.get(at..) else { return false };
        if self.divided {
            let after = rest.trim_start();
            let divider = after.starts_with([':', '|', '>'])
                || (rest.len() > after.len() && after.starts_with('-'));
            if !divider || !after.contains(is_word) {
                return false;
            }
        }
        let middle = self.parts.get(1..).unwrap_or_default();
        for (index, part) in middle.iter().enumerate() {
            if self.closed && index + 1 == middle.len() {
                return rest.ends_with(part.as_str()) && self.bounded(key, line);
            }
            let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
            rest = after;
        }
        self.bounded(key, line)
    }

    fn bounded(&self, key: &str, line: &str) -> bool {
        let stopped = || {
            line.trim_end_matches(['"', '”', '’', ')', '»'])
                .ends_with(['.', '!', '?', '。', '۔', '।', '؟', '…'])
        };
        count_words(key) <= self.words_max && !(self.unstopped && stopped())
    }
}

impl Heading {
    /// `share_bar always`, `newsletter edge words=25 unstopped`, `read_more label opens`.
    fn parse(words: &str) -> Option<Self> {
        let mut words = words.split_whitespace();
        let reason = words.next()?;
        let reason = *Reason::ALL.iter().find(|known| known.as_str() == reason)?;
        let strength = match words.next()? {
            "always" => Strength::Always,
            "label" => Strength::Label,
            "edge" => Strength::Edge,
            _ => return None,
        };
        let hit = Hit { reason, strength, teaser: false, opens: false };
        let mut heading = Self { hit, words_max: WORDS_MAX, unstopped: false };
        for word in words {
            match word.split_once('=') {
                None if word == "teaser" => heading.hit.teaser = true,
                None if word == "opens" => heading.hit.opens = true,
                None if word == "unstopped" => heading.unstopped = true,
                Some(("words", number)) => heading.words_max = number.parse().ok()?,
                _ => return None,
            }
        }
        Some(heading)
    }
}

/// `share on {platform}` once for each word of the list `platform`.
fn fill_in(phrase: &str, lists: &HashMap<String, Vec<String>>) -> Vec<String> {
    let Some((before, (name, after))) =
        phrase.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return vec![phrase.to_owned()];
    };
    lists.get(name).into_iter().flatten().map(|word| format!("{before}{word}{after}")).collect()
}

/// Folds a fixed part of an open phrase, keeping the punctuation at its ends.
fn fold_part(part: &str) -> String {
    let mut folded = Folded::default();
    // Letters at both ends hold the punctuation in place.
    folded.set(&format!("q{part}q"));
    let key = folded.key();
    let inner = key.strip_prefix('q').and_then(|key| key.strip_suffix('q')).unwrap_or(key);
    inner.trim().to_owned()
}

/// Ends of words and of punctuation marks, in bytes.
fn boundaries(key: &str) -> impl Iterator<Item = usize> + '_ {
    let mut next = key.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (at, c) = next.next()?;
            let after = next.peek().map(|&(_, c)| c);
            let inside = is_word(c)
                && !is_unspaced(c)
                && after.is_some_and(|c| is_word(c) && !is_unspaced(c));
            if !inside && c != ' ' {
                return Some(at + c.len_utf8());
            }
        }
    })
}

/// Words by white space; two letters of a script without spaces count as one.
fn count_words(key: &str) -> usize {
    let unspaced = if key.is_ascii() { 0 } else { key.chars().filter(|&c| is_unspaced(c)).count() };
    key.split(' ').count() + unspaced / 2
}

/// The words of all exact phrases, to see that none is out of reach.
#[cfg(test)]
pub(super) fn sample(phrase: &str) -> Vec<String> {
    let filled: HashSet<String> =
        [phrase.replace('#', "12").replace("...", " Lorem Ipsum ").trim().to_owned()].into();
    filled.into_iter().collect()
}
