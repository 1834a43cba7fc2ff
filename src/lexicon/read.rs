//! Reads the phrase files. The build script does, and writes tables of what it read; the program
//! itself only looks up.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::agreed::{
    AFTER_LIST, BEFORE_LIST, GLUED_BYTES_MAX, IN_LIST, START_WORDS, Start, WHOLE, join, next_bit,
};
use super::fold::{Folded, Words, is_unspaced, is_word};

/// The phrase files of this folder, in the order in which they are read.
pub(super) const FILES: &[&str] = &[
    "share.txt",
    "read_more.txt",
    "media.txt",
    "ads.txt",
    "nav.txt",
    "newsletter.txt",
    "tags.txt",
    "legal.txt",
    "cookies.txt",
    "comments.txt",
    "sections.txt",
];

/// Most words of a line that an open phrase may take, when its heading sets no other bound.
const WORDS_MAX: usize = 30;
/// Most bytes of the fixed start of an open phrase; longer ones are a fault.
const HEAD_BYTES_MAX: usize = 96;

/// The class of a phrase, by the words of its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// A word of the ledger.
    pub(super) reason: String,
    /// `always`, `label` or `edge`.
    pub(super) strength: String,
    pub(super) teaser: bool,
    pub(super) opens: bool,
}

/// All phrases, in their comparison form and in the order of the files.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    /// What headings say; phrases name theirs by its place.
    pub(super) classes: Vec<Class>,
    /// Phrases that are whole lines.
    pub(super) exact: Vec<(String, usize)>,
    /// The lists that phrases name, folded.
    pub(super) lists: Vec<Vec<String>>,
    /// Phrases with a list in them.
    pub(super) listed: Vec<Listed>,
    pub(super) open: Vec<Open>,
    /// For each open phrase that starts with `...`, its place and the hash of its last word.
    pub(super) tails: Vec<(u64, usize)>,
    /// What such a line ends in: the hash of its last word and the one before it, or of the last word of a phrase that
    /// has no other there.
    pub(super) tail_ends: HashSet<u64>,
    pub(super) tail_bytes_max: usize,
    /// What is known of a line by its first word.
    pub(super) firsts: HashMap<u64, Start>,
    /// And by its first two, its first three.
    pub(super) starts: HashMap<u64, Start>,
    /// The last word of each label, and a number: what a row of labels may end in.
    pub(super) ends: HashSet<u64>,
    /// What is wrong with the files: `file:line: ...`.
    pub(super) faults: Vec<String>,
    /// Every phrase as it stands in its file, lists filled in, with the place of its class.
    pub(super) entries: Vec<(String, usize)>,
    /// What `exact` holds.
    known: HashSet<String>,
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

/// `share on {platform}`: what stands before and after the word of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) before: String,
    pub(super) list: usize,
    pub(super) after: String,
    pub(super) class: usize,
}

/// A phrase with `...` in it.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) class: usize,
    /// The fixed parts, folded; the first is empty when the phrase starts with `...`.
    pub(super) parts: Vec<String>,
    /// A list that the last part ends with a word of.
    pub(super) list: Option<usize>,
    /// The line must end with the last part.
    pub(super) closed: bool,
    /// A colon or another divider must follow the first part, and words after it.
    pub(super) divided: bool,
    /// The line must not end like a sentence.
    pub(super) unstopped: bool,
    pub(super) words_max: usize,
}

impl Open {
    fn same(&self, other: &Self) -> bool {
        (&self.parts, self.list, self.closed, self.divided)
            == (&other.parts, other.list, other.closed, other.divided)
    }
}

/// What a heading says of the phrases under it.
#[derive(Clone, Copy)]
struct Heading {
    class: usize,
    words_max: usize,
    unstopped: bool,
}

/// What is needed only while the files are read.
#[derive(Default)]
struct Reader {
    folded: Folded,
    /// Names and words of the lists, by their numbers in [`Phrases::lists`].
    lists: Vec<(String, Vec<String>)>,
    heading: Option<Heading>,
}

impl Phrases {
    /// Reads `(name, content)` of every file. Faulty lines are left out and listed.
    pub(super) fn read<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut phrases = Self::default();
        phrases.ends.extend(Words::from_end("0").next());
        let mut reader = Reader::default();
        for (name, content) in files {
            reader.heading = None;
            for (index, line) in content.lines().enumerate() {
                if let Err(fault) = phrases.add_line(line.trim(), &mut reader) {
                    phrases.faults.push(format!("{name}:{}: {line}: {fault}", index + 1));
                }
            }
        }
        phrases
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
            reader.heading = self.heading(words);
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
                self.lists.push(Vec::new());
                reader.lists.len() - 1
            });
        let mut repeated = false;
        for word in words.split(',').map(str::trim) {
            let whole = fold_part(word, &mut reader.folded);
            reader.folded.set(word);
            let key = reader.folded.key();
            // At the end of a line `Google+` loses its sign.
            let list = &mut self.lists[number];
            let known = list.iter().any(|known| known == key);
            repeated |= known;
            for form in [&*whole, key] {
                if !list.iter().any(|known| known == form) {
                    list.push(form.to_owned());
                }
            }
            self.pass(word, GLUED_BYTES_MAX, Kind::Role(IN_LIST));
            self.ends.extend(Words::from_end(word).next());
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
            self.entries.push((phrase.to_owned(), heading.class));
            return Ok(());
        };
        let (name, after) = rest.split_once('}').ok_or("`{` without `}`")?;
        let list = reader.lists.iter().position(|(known, _)| known == name);
        let list = list.ok_or("unknown list")?;
        for word in &reader.lists[list].1 {
            let filled = phrase.replace(&format!("{{{name}}}"), word);
            self.entries.push((filled, heading.class));
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
                if filled.contains("...") || !self.known.contains(reader.folded.key()) {
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
        let head = fold_part(before, &mut reader.folded);
        let after = fold_part(tail, &mut reader.folded);
        if head.len() > HEAD_BYTES_MAX {
            return Err("the part before the list is too long");
        }
        let bytes_max = GLUED_BYTES_MAX;
        self.ends.extend(Words::from_end(tail).next());
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
        let listed = Listed { before: head, list, after, class: heading.class };
        if self.listed.iter().any(|other| Listed { class: other.class, ..listed.clone() } == *other)
        {
            return Err("stands there already");
        }
        self.listed.push(listed);
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
            if !self.known.insert(key.to_owned()) {
                return Err("stands there already");
            }
            self.exact.push((key.to_owned(), heading.class));
            self.pass(phrase, phrase.len() * 2, Kind::Role(WHOLE));
            self.ends.extend(Words::from_end(phrase).next());
            return Ok(());
        }
        // Two bytes a letter for scripts other than Latin, ten letters a word with its space.
        let bytes_max = heading.words_max * if phrase.is_ascii() { 10 } else { 20 };
        let mut parts = Vec::new();
        for piece in phrase.split("...") {
            parts.push(fold_part(piece, &mut reader.folded));
        }
        if parts.iter().all(String::is_empty) {
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
        let mut divided = false;
        if let Some(head) = parts.first_mut().filter(|head| !head.is_empty()) {
            if let Some(label) = head.strip_suffix(':') {
                *head = label.into();
                divided = true;
            }
            if head.len() > HEAD_BYTES_MAX {
                return Err("the part before `...` is too long");
            }
        } else if !closed {
            return Err("open at both ends");
        }
        let Heading { class, words_max, unstopped } = heading;
        let open = Open { class, parts, list, closed, divided, unstopped, words_max };
        if self.open.iter().any(|other| other.same(&open)) {
            return Err("stands there already");
        }
        if open.parts.first().is_none_or(String::is_empty) {
            let mut words = Words::from_end(phrase.rsplit("...").next().unwrap_or_default());
            let word = words.next().ok_or("no word at its end")?;
            self.tail_bytes_max = self.tail_bytes_max.max(bytes_max);
            self.tails.push((word, self.open.len()));
            self.tail_ends.insert(words.next().map_or(word, |before| join(word, before)));
        }
        self.open.push(open);
        if let Some((head, _)) = phrase.split_once("...").filter(|(head, _)| !head.is_empty()) {
            self.pass(head, bytes_max, if divided { Kind::Divided } else { Kind::Open });
        }
        Ok(())
    }

    /// Lets lines up to a length that start as `head` through `may_match`.
    fn pass(&mut self, head: &str, bytes_max: usize, kind: Kind) {
        let bytes_max = u16::try_from(bytes_max).unwrap_or(u16::MAX);
        let mut words = Words::from_start(head, false);
        let mut hash = 0;
        let mut next = words.next();
        for count in 1..=START_WORDS {
            let Some(word) = next else { return };
            hash = join(hash, word);
            next = words.next();
            let known = if count == 1 { &mut self.firsts } else { &mut self.starts };
            let start = known.entry(hash).or_default();
            if let Some(next) = next.filter(|_| count < START_WORDS) {
                start.next |= next_bit(next);
            }
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

    /// `share_bar always`, `newsletter edge words=25 unstopped`, `read_more label opens`.
    fn heading(&mut self, words: &str) -> Option<Heading> {
        let mut words = words.split_whitespace();
        let mut class = Class {
            reason: words.next()?.to_owned(),
            strength: words.next()?.to_owned(),
            teaser: false,
            opens: false,
        };
        let known = matches!(&*class.strength, "always" | "label" | "edge");
        let mut heading = Heading { class: 0, words_max: WORDS_MAX, unstopped: false };
        for word in words {
            match word.split_once('=') {
                None if word == "teaser" => class.teaser = true,
                None if word == "opens" => class.opens = true,
                None if word == "unstopped" => heading.unstopped = true,
                Some(("words", number)) => heading.words_max = number.parse().ok()?,
                _ => return None,
            }
        }
        heading.class =
            self.classes.iter().position(|other| *other == class).unwrap_or_else(|| {
                self.classes.push(class);
                self.classes.len() - 1
            });
        known.then_some(heading)
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
