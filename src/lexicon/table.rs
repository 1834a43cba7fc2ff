//! Reads the phrase files and answers what phrase a folded line is.

use std::borrow::Cow;
use std::hash::BuildHasherDefault;
use std::str::Chars;

use hashbrown::{HashMap, HashSet};

use super::fold::{Folded, Words, is_unspaced, is_word};
use super::{GLUED_BYTES_MAX, Hit, Strength};
use crate::ledger::Reason;

/// Most words of a line that an open phrase may take, when its heading sets no other bound.
const WORDS_MAX: usize = 30;
/// Most bytes of the fixed start of an open phrase; longer ones are a fault.
const HEAD_BYTES_MAX: usize = 96;
/// Most phrases of a certain kind that are expected, so that no table grows while it is filled.
const PHRASES: usize = 16_384;

type Hashed<V> = HashMap<u64, V, BuildHasherDefault<Same>>;

/// All phrases, ready for look-up.
#[derive(Debug, Default)]
pub(super) struct Table {
    exact: HashMap<Box<str>, Hit>,
    /// The lists that phrases name, folded.
    lists: Vec<HashSet<Box<str>>>,
    /// Phrases with a list in them, by what stands before it.
    listed: HashMap<Box<str>, Vec<Listed>>,
    /// Phrases that start with a word of a list, by what stands after it.
    trailing: HashMap<Box<str>, Vec<Listed>>,
    open: Vec<Open>,
    /// From the fixed start of an open phrase to its numbers in `open`.
    heads: HashMap<Box<str>, Vec<usize>>,
    /// Numbers of the open phrases that start with `...`, by the last word of their end.
    tails: Hashed<Vec<usize>>,
    head_bytes_max: usize,
    tail_bytes_max: usize,
    /// What is known of a line by its first word, its first two, its first three.
    starts: Hashed<Start>,
    /// What is wrong with the files: `file:line: ...`.
    pub(super) faults: Vec<String>,
    /// Every phrase as it stands in its file, lists filled in.
    #[cfg(test)]
    pub(super) entries: Vec<(String, Hit)>,
}

/// How many words at the start of a line are looked at before it is folded.
const START_WORDS: usize = 3;

/// The words are a phrase, alone on the line or with other labels behind it.
const WHOLE: u8 = 1;
/// A word of a list follows the words.
const BEFORE_LIST: u8 = 2;
/// The words are of a list.
const IN_LIST: u8 = 4;
/// The words follow a word of a list.
const AFTER_LIST: u8 = 8;

/// What is known of a line by the words at its start.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    /// Which of [`WHOLE`], [`BEFORE_LIST`], [`IN_LIST`] and [`AFTER_LIST`] they are.
    roles: u8,
    /// Longest line, in bytes, that may fit an open phrase whose fixed start they begin.
    open: u16,
    /// The same for those that a divider must follow here.
    divided: u16,
}

/// What may stand behind the words at the start of a phrase.
#[derive(Clone, Copy)]
enum Kind {
    /// What their role in a row of labels lets follow.
    Role(u8),
    /// A divider and more.
    Divided,
    /// Anything.
    Open,
}

/// The hash of a word is a hash already.
#[derive(Clone, Copy, Debug, Default)]
struct Same(u64);

impl std::hash::Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        // The table takes its bucket from the low bits and its tag from the high ones.
        self.0 = hash ^ (hash >> 32);
    }
}

/// `share on {platform}`: what stands after the word of the list.
#[derive(Debug)]
struct Listed {
    list: usize,
    after: Box<str>,
    hit: Hit,
}

/// A phrase with `...` in it.
#[derive(Debug)]
struct Open {
    hit: Hit,
    /// The fixed parts, folded; the first is empty when the phrase starts with `...`.
    parts: Vec<Box<str>>,
    /// A list that the last part ends with a word of.
    list: Option<usize>,
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

/// What is needed only while the files are read.
#[derive(Default)]
struct Reader {
    folded: Folded,
    /// Names and words of the lists, by their numbers in [`Table::lists`].
    lists: Vec<(String, Vec<String>)>,
    heading: Option<Heading>,
}

impl Table {
    /// Reads `(name, content)` of every file. Faulty lines are left out and listed.
    pub(super) fn read(files: &[(&str, &str)]) -> Self {
        let mut table = Self::default();
        table.exact.reserve(PHRASES);
        table.starts.reserve(PHRASES);
        let mut reader = Reader::default();
        for (name, content) in files {
            reader.heading = None;
            for (index, line) in content.lines().enumerate() {
                if let Err(fault) = table.add_line(line.trim(), &mut reader) {
                    table.faults.push(format!("{name}:{}: {line}: {fault}", index + 1));
                }
            }
        }
        table
    }

    fn add_line(&mut self, line: &str, reader: &mut Reader) -> Result<(), &'static str> {
        if line.is_empty() || is_remark(line, reader.heading.is_none()) {
            return Ok(());
        }
        if let Some(list) = line.strip_prefix('@') {
            let (name, words) = list.split_once('=').ok_or("a list is `@name = word, word`")?;
            return self.add_to_list(name.trim(), words, reader);
        }
        if let Some(words) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            reader.heading = Heading::parse(words);
            return reader.heading.map(drop).ok_or("unknown word in heading");
        }
        let heading = reader.heading.ok_or("a phrase before the first heading")?;
        self.add(line, heading, reader)
    }

    fn add_to_list(
        &mut self,
        name: &str,
        words: &str,
        reader: &mut Reader,
    ) -> Result<(), &'static str> {
        let number =
            reader.lists.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
                reader.lists.push((name.to_owned(), Vec::new()));
                self.lists.push(HashSet::new());
                reader.lists.len() - 1
            });
        let mut repeated = false;
        for word in words.split(',').map(str::trim) {
            let whole = fold_part(word, &mut reader.folded);
            reader.folded.set(word);
            let key = reader.folded.key();
            // At the end of a line `Google+` loses its sign.
            let known = self.lists[number].contains(key);
            repeated |= known;
            if !known && *whole != *key {
                self.lists[number].insert(whole.into());
            }
            self.lists[number].insert(key.into());
            self.pass(word, GLUED_BYTES_MAX, Kind::Role(IN_LIST));
            reader.lists[number].1.push(word.to_owned());
        }
        if repeated { Err("a word stands twice in the list") } else { Ok(()) }
    }

    fn add(
        &mut self,
        phrase: &str,
        heading: Heading,
        reader: &mut Reader,
    ) -> Result<(), &'static str> {
        // Numbers stand as `#` in the files and come out of the fold as `#`.
        let mut numbered = Cow::Borrowed(phrase);
        if phrase.contains('#') {
            numbered = phrase.replace('#', "0").into();
        }
        let Some((before, rest)) = numbered.split_once('{') else {
            self.add_filled(&numbered, None, heading, reader)?;
            #[cfg(test)]
            self.entries.push((phrase.to_owned(), heading.hit));
            return Ok(());
        };
        let (name, after) = rest.split_once('}').ok_or("`{` without `}`")?;
        let list = reader.lists.iter().position(|(known, _)| known == name);
        let list = list.ok_or("unknown list")?;
        #[cfg(test)]
        for word in &reader.lists[list].1 {
            let filled = phrase.replace(&format!("{{{name}}}"), word);
            self.entries.push((filled, heading.hit));
        }
        // Words are found by their starts, and an open phrase is found by a word of its own beside the
        // gap; other places of a list are filled in.
        let glued = before.chars().next_back().is_some_and(is_letter)
            || after.chars().next().is_some_and(is_letter);
        let bracketed = before.ends_with(['(', '[']);
        let open = before.contains("...");
        let inside = open && (!after.is_empty() || before.starts_with("..."));
        if glued || bracketed || inside || after.contains("...") {
            for index in 0..reader.lists[list].1.len() {
                let filled = format!("{before}{}{after}", reader.lists[list].1[index]);
                reader.folded.set(&filled);
                // A phrase of its own may stand for one word of the list.
                if filled.contains("...") || !self.exact.contains_key(reader.folded.key()) {
                    self.add_filled(&filled, None, heading, reader)?;
                }
            }
            return Ok(());
        }
        if open {
            self.add_filled(before, Some(list), heading, reader)
        } else {
            self.add_listed(before, list, after, heading, reader)
        }
    }

    fn add_listed(
        &mut self,
        before: &str,
        list: usize,
        tail: &str,
        heading: Heading,
        reader: &mut Reader,
    ) -> Result<(), &'static str> {
        let head: Box<str> = fold_part(before, &mut reader.folded).into();
        let after: Box<str> = fold_part(tail, &mut reader.folded).into();
        if head.len() > HEAD_BYTES_MAX {
            return Err("the part before the list is too long");
        }
        self.head_bytes_max = self.head_bytes_max.max(head.len());
        let bytes_max = GLUED_BYTES_MAX;
        if Words::from_start(before, false).nth(1).is_some() {
            self.pass(before, bytes_max, Kind::Open);
        } else {
            if head.is_empty() && after.is_empty() {
                for word in &reader.lists[list].1 {
                    self.pass(word, bytes_max, Kind::Role(WHOLE));
                }
            }
            self.pass(before, bytes_max, Kind::Role(BEFORE_LIST));
            self.pass(tail, bytes_max, Kind::Role(AFTER_LIST));
        }
        let trailing = head.is_empty() && !after.is_empty();
        let same = if trailing {
            self.trailing.entry(after.clone()).or_default()
        } else {
            self.listed.entry(head).or_default()
        };
        if same.iter().any(|other| other.list == list && other.after == after) {
            return Err("stands there already");
        }
        same.push(Listed { list, after, hit: heading.hit });
        Ok(())
    }

    fn add_filled(
        &mut self,
        phrase: &str,
        list: Option<usize>,
        heading: Heading,
        reader: &mut Reader,
    ) -> Result<(), &'static str> {
        if list.is_none() && !phrase.contains("...") {
            reader.folded.set(phrase);
            let key = reader.folded.key();
            if !key.contains(is_word) {
                return Err("no word");
            }
            if self.exact.contains_key(key) {
                return Err("stands there already");
            }
            self.exact.insert(key.into(), heading.hit);
            self.pass(phrase, phrase.len() * 2, Kind::Role(WHOLE));
            return Ok(());
        }
        // Two bytes a letter for scripts other than Latin, ten letters a word with its space.
        let bytes_max = heading.words_max * if phrase.is_ascii() { 10 } else { 20 };
        let mut parts: Vec<Box<str>> = Vec::new();
        for piece in phrase.split("...") {
            parts.push(fold_part(piece, &mut reader.folded).into());
        }
        if parts.iter().all(|part| part.is_empty()) {
            return Err("no word");
        }
        if let Some((at, _)) = phrase.match_indices("...").next()
            && phrase.get(..at).and_then(|start| start.chars().next_back()).is_some_and(is_letter)
        {
            return Err("no space before `...`");
        }
        let closed = list.is_some() || parts.last().is_some_and(|last| !last.is_empty());
        if !closed {
            parts.pop();
        }
        let number = self.open.len();
        let mut divided = false;
        if let Some(head) = parts.first_mut().filter(|head| !head.is_empty()) {
            if let Some(label) = head.strip_suffix(':') {
                *head = label.into();
                divided = true;
            }
            if head.len() > HEAD_BYTES_MAX {
                return Err("the part before `...` is too long");
            }
            self.head_bytes_max = self.head_bytes_max.max(head.len());
        } else if !closed {
            return Err("open at both ends");
        }
        let Heading { hit, words_max, unstopped } = heading;
        let open = Open { hit, parts, list, closed, divided, unstopped, words_max };
        let place = match open.parts.first() {
            Some(head) if !head.is_empty() => self.heads.entry(head.clone()).or_default(),
            _ => {
                let end = open.parts.last().map(|part| &**part).unwrap_or_default();
                let word = Words::from_end(end).next().ok_or("no word at its end")?;
                self.tail_bytes_max = self.tail_bytes_max.max(bytes_max);
                self.tails.entry(word).or_default()
            }
        };
        if place.iter().filter_map(|&other| self.open.get(other)).any(|other| other.same(&open)) {
            return Err("stands there already");
        }
        place.push(number);
        self.open.push(open);
        if let Some((head, _)) = phrase.split_once("...").filter(|(head, _)| !head.is_empty()) {
            self.pass(head, bytes_max, if divided { Kind::Divided } else { Kind::Open });
        }
        Ok(())
    }

    /// Lets lines up to a length that start as `head` through [`Table::may_match`].
    fn pass(&mut self, head: &str, bytes_max: usize, kind: Kind) {
        let bytes_max = u16::try_from(bytes_max).unwrap_or(u16::MAX);
        let mut words = Words::from_start(head, false);
        let mut hash = 0;
        let mut next = words.next();
        for count in 1..=START_WORDS {
            let Some(word) = next else { return };
            hash = join(hash, word);
            next = words.next();
            let start = self.starts.entry(hash).or_default();
            match kind {
                Kind::Role(role @ (IN_LIST | AFTER_LIST)) => start.roles |= role,
                _ if next.is_some() && count < START_WORDS => {}
                // What comes after the last word looked at is not known.
                _ if next.is_some() => start.open = bytes_max.max(start.open),
                Kind::Role(role) => start.roles |= role,
                Kind::Divided => start.divided = bytes_max.max(start.divided),
                Kind::Open => start.open = bytes_max.max(start.open),
            }
        }
    }

    /// Whether a line of this length with these ends may be a phrase or a row of labels at all.
    pub(super) fn may_match(&self, line: &str) -> bool {
        let mut words = Words::from_start(line, false);
        if self.may_start(line, &mut words) {
            return true;
        }
        if words.hump_seen() && self.may_start(line, &mut Words::from_start(line, true)) {
            return true;
        }
        line.len() <= self.tail_bytes_max
            && Words::from_end(line).next().is_some_and(|word| self.tails.contains_key(&word))
    }

    fn may_start(&self, line: &str, words: &mut Words<Chars<'_>>) -> bool {
        let Ok(len) = u16::try_from(line.len()) else { return false };
        let row = line.len() <= GLUED_BYTES_MAX;
        let mut hash = 0;
        let mut next = words.next();
        for _ in 0..START_WORDS {
            let Some(word) = next else { return false };
            hash = join(hash, word);
            let Some(start) = self.starts.get(&hash) else { return false };
            if len <= start.open || (len <= start.divided && words.clone().divider_follows()) {
                return true;
            }
            next = words.next();
            let Some(next) = next else { return start.roles & WHOLE != 0 };
            // A label stands alone or before another one.
            if row
                && let Some(next) = self.starts.get(&join(0, next))
                && (start.roles & WHOLE != 0
                    || (start.roles & BEFORE_LIST != 0 && next.roles & IN_LIST != 0)
                    || (start.roles & IN_LIST != 0 && next.roles & AFTER_LIST != 0))
            {
                return true;
            }
        }
        false
    }

    /// The phrase that is exactly `key`.
    pub(super) fn exact(&self, key: &str) -> Option<Hit> {
        self.exact.get(key).copied().or_else(|| self.listed(key))
    }

    fn listed(&self, key: &str) -> Option<Hit> {
        if key.len() > 2 * HEAD_BYTES_MAX {
            return None;
        }
        let known = |listed: &Listed, word: &str| {
            self.lists.get(listed.list).is_some_and(|list| list.contains(word.trim()))
        };
        std::iter::once(0).chain(boundaries(key)).find_map(|at| {
            let (head, rest) = key.split_at_checked(at)?;
            let hit = |listed: &Listed| {
                known(listed, rest.strip_suffix(&*listed.after)?).then_some(listed.hit)
            };
            let led = || self.listed.get(head)?.iter().find_map(hit);
            let trailed = || {
                let all = self.trailing.get(rest.trim_start())?;
                all.iter().find(|listed| known(listed, head)).map(|listed| listed.hit)
            };
            led().or_else(trailed)
        })
    }

    /// The longest open phrase that `key`, the folded `line`, fits.
    pub(super) fn open(&self, key: &str, line: &str) -> Option<Hit> {
        let mut best: Option<&Open> = None;
        let mut take = |phrase: &'_ usize, at: usize| {
            if let Some(open) = self.open.get(*phrase)
                && best.is_none_or(|best| best.weight() < open.weight())
                && open.fits(key, at, line, &self.lists)
            {
                best = Some(open);
            }
        };
        for at in boundaries(key).take_while(|&at| at <= self.head_bytes_max) {
            if let Some(phrases) = key.get(..at).and_then(|head| self.heads.get(head)) {
                for phrase in phrases {
                    take(phrase, at);
                }
            }
        }
        if key.len() <= self.tail_bytes_max
            && let Some(word) = Words::from_end(key).next()
            && let Some(phrases) = self.tails.get(&word)
        {
            for phrase in phrases {
                take(phrase, 0);
            }
        }
        best.map(|open| open.hit)
    }
}

impl Open {
    /// The more words are fixed, the better a phrase says what the line is.
    fn weight(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum::<usize>() + usize::from(self.divided)
    }

    fn same(&self, other: &Self) -> bool {
        (&self.parts, self.list, self.closed, self.divided)
            == (&other.parts, other.list, other.closed, other.divided)
    }

    /// Whether `key` fits, whose first `at` bytes are the first part.
    fn fits(&self, key: &str, at: usize, line: &str, lists: &[HashSet<Box<str>>]) -> bool {
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
                return self.ends(rest, part, lists) && self.bounded(key, line);
            }
            let Some((_, after)) = rest.split_once(&**part) else { return false };
            rest = after;
        }
        self.bounded(key, line)
    }

    /// Whether `rest` ends with `part`, and behind it with a word of the list.
    fn ends(&self, rest: &str, part: &str, lists: &[HashSet<Box<str>>]) -> bool {
        let Some(list) = self.list.and_then(|list| lists.get(list)) else {
            return rest.ends_with(part);
        };
        let words = rest.rmatch_indices(part).filter_map(|(at, _)| rest.get(at + part.len()..));
        words.take_while(|word| word.len() <= HEAD_BYTES_MAX).any(|word| list.contains(word.trim()))
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

/// Folds a fixed part of an open phrase, keeping the punctuation at its ends.
fn fold_part(part: &str, folded: &mut Folded) -> String {
    // Letters at both ends hold the punctuation in place.
    let mut held = String::with_capacity(part.len() + 2);
    held.push('q');
    held.push_str(part);
    held.push('q');
    folded.set(&held);
    let key = folded.key();
    let inner = key.strip_prefix('q').and_then(|key| key.strip_suffix('q')).unwrap_or(key);
    inner.trim().to_owned()
}

/// `# English`, but not `# min read`; above the first heading every such line.
fn is_remark(line: &str, above: bool) -> bool {
    let Some(rest) = line.strip_prefix('#') else { return false };
    let capital = rest.strip_prefix(' ').and_then(|rest| rest.chars().next());
    above || rest.is_empty() || capital.is_some_and(char::is_uppercase)
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_unspaced(c)
}

/// The hash of some words and the one behind them.
fn join(words: u64, next: u64) -> u64 {
    words.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23) ^ next
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

/// A line that `phrase` is meant for.
#[cfg(test)]
pub(super) fn sample(phrase: &str) -> String {
    phrase.replace('#', "12").replace("...", " Lorem Ipsum ").trim().to_owned()
}
