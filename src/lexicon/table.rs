//! Answers what phrase a folded line is, from tables that the build script made of the phrase files.

use super::agreed::{
    AFTER_LIST, BEFORE_LIST, FILTER_BITS, GLUED_BYTES_MAX, IN_LIST, NO_BYTES, START_WORDS, Start,
    WHOLE, bucket, hash_on, join, next_bit, pair_bit, pair_row,
};
use super::fold::{Words, is_unspaced, is_word};
use super::{Hit, Strength};
use crate::ledger::Reason;

use made::{
    AFTER_BYTES_MAX, BEFORE_BYTES_MAX, CLASSES, ENDS, EXACT, EXACT_BYTES_MAX, FIRSTS,
    HEAD_BYTES_MAX, HEADS, LEADING, LEADING_PAIRS, LIST_WORD_BYTES_MAX, LIST_WORDS, OPEN, STARTS,
    TAIL_ENDS, TAIL_LINE_BYTES_MAX, TAILS, TEXT, TRAILING, TRAILING_PAIRS,
};

#[expect(clippy::unreadable_literal, reason = "the build script writes it, and nobody reads it")]
mod made {
    use super::{Exact, Hashed, Hit, ListWord, Listed, Open, Place, Reason, Start, Strength};

    include!(concat!(env!("OUT_DIR"), "/lexicon.rs"));
}

/// A hash table: the entries of bucket `b` are those from `buckets[b]` to `buckets[b + 1]`.
struct Hashed<V: 'static> {
    bits: u32,
    buckets: &'static [u32],
    /// A bit for the hash of each entry.
    filter: &'static [u64],
    entries: &'static [(u64, V)],
}

impl<V> Hashed<V> {
    /// Every entry with this hash, in the order of the files.
    fn all(&self, hash: u64) -> impl Iterator<Item = &'static V> + use<V> {
        let bit = bucket(hash, self.bits + FILTER_BITS);
        let known = self.filter.get(bit / 64).is_some_and(|bits| bits >> (bit % 64) & 1 != 0);
        let bucket = bit >> FILTER_BITS;
        let at = |bucket: usize| self.buckets.get(bucket).map_or(0, |&at| at as usize);
        let range = if known { at(bucket)..at(bucket + 1) } else { 0..0 };
        self.entries
            .get(range)
            .unwrap_or_default()
            .iter()
            .filter(move |(other, _)| *other == hash)
            .map(|(_, entry)| entry)
    }

    /// Whether there is an entry with this hash.
    fn has(&self, hash: u64) -> bool {
        self.all(hash).next().is_some()
    }
}

/// A part of [`TEXT`].
#[derive(Clone, Copy)]
struct Place {
    start: u32,
    len: u16,
}

impl Place {
    fn text(self) -> &'static str {
        let start = self.start as usize;
        TEXT.get(start..start + usize::from(self.len)).unwrap_or_default()
    }
}

/// A phrase that is a whole line, and its class.
struct Exact(Place, u16);

/// A list and a word of it.
struct ListWord(u16, Place);

/// `share on {platform}`: what stands before the word of the list, the list, what stands after it,
/// and the class.
struct Listed(Place, u16, Place, u16);

/// A phrase with `...` in it.
struct Open {
    class: u16,
    /// The fixed parts, folded; the first is empty when the phrase starts with `...`.
    parts: &'static [&'static str],
    /// A list that the last part ends with a word of.
    list: Option<u16>,
    /// The line must end with the last part.
    closed: bool,
    /// A colon or another divider must follow the first part, and words after it.
    divided: bool,
    /// The line must not end like a sentence.
    unstopped: bool,
    words_max: usize,
}

fn hit(class: u16) -> Option<Hit> {
    CLASSES.get(usize::from(class)).copied()
}

fn is_in_list(list: u16, word: &str) -> bool {
    let word = word.trim();
    word.len() <= LIST_WORD_BYTES_MAX
        && LIST_WORDS
            .all(hash_on(NO_BYTES, word.as_bytes()))
            .any(|ListWord(other, place)| *other == list && place.text() == word)
}

/// What a line may be by the words at its start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum May {
    /// At most a phrase that any words may start.
    End,
    /// Also a row of labels.
    Row,
    /// A phrase.
    Phrase,
}

/// Whether a line of this length with these ends may be a phrase or a row of labels at all; and if so,
/// whether it may start like an open phrase.
pub(super) fn may_match(line: &str) -> Option<bool> {
    let (may, opens) = by_start(line);
    if may == May::Phrase {
        return Some(opens);
    }
    let may_be_row = may == May::Row;
    let may_be_tail = line.len() <= TAIL_LINE_BYTES_MAX;
    if !may_be_row && !may_be_tail {
        return None;
    }
    let mut words = Words::from_end(line);
    let last = words.next();
    // A word with a hump in it ends in a label that starts at the hump.
    let may = (may_be_row && words.hump_seen())
        || last.is_some_and(|last| {
            (may_be_row && ENDS.has(last)) || (may_be_tail && is_tail(last, words))
        });
    may.then_some(opens)
}

/// Whether a phrase that any words may start may end in the word `last`, behind the next one of `before`.
fn is_tail(last: u64, mut before: Words<'_, true>) -> bool {
    TAILS.has(last)
        && (TAIL_ENDS.has(last)
            || before.next().is_some_and(|before| TAIL_ENDS.has(join(last, before))))
}

/// What `line` may be by its start, and whether it may start like an open phrase. Of those the whole words are
/// compared, so humps say nothing of them.
fn by_start(line: &str) -> (May, bool) {
    let mut words = Words::from_start(line, false);
    let (may, opens) = may_start(line, &mut words);
    if may == May::Phrase || !words.hump_seen() {
        return (may, opens);
    }
    (may.max(may_start(line, &mut Words::from_start(line, true)).0), opens)
}

/// Whether `line` may be a row of labels by its start alone.
#[cfg(test)]
pub(super) fn may_be_row(line: &str) -> bool {
    by_start(line).0 == May::Row
}

/// What `line` with these words may be by its start, and whether an open phrase may start so.
fn may_start(line: &str, words: &mut Words<'_, false>) -> (May, bool) {
    let Ok(len) = u16::try_from(line.len()) else { return (May::End, true) };
    let row = line.len() <= GLUED_BYTES_MAX;
    // An open phrase takes longer lines than `Start` says where they have long words or wide gaps.
    let (mut may_be_row, mut may_be_open) = (false, false);
    let mut hash = 0;
    let mut next = words.next();
    // First words stand apart: so few are near the processor, and most lines are told by theirs.
    let mut starts = &FIRSTS;
    for _ in 0..START_WORDS {
        let Some(word) = next else { break };
        hash = join(hash, word);
        let Some(start) = starts.all(hash).next() else { break };
        starts = &STARTS;
        may_be_open |= start.open > 0 || start.divided > 0;
        if len <= start.open || (len <= start.divided && words.clone().divider_follows()) {
            return (May::Phrase, true);
        }
        next = words.next();
        let Some(next) = next else {
            if start.roles & WHOLE != 0 {
                return (May::Phrase, may_be_open);
            }
            break;
        };
        // A label stands alone or before another one. Words that may be neither are told without the second look.
        if row
            && !may_be_row
            && start.roles & (WHOLE | BEFORE_LIST | IN_LIST) != 0
            && let Some(next) = FIRSTS.all(join(0, next)).next()
            && (start.roles & WHOLE != 0
                || (start.roles & BEFORE_LIST != 0 && next.roles & IN_LIST != 0)
                || (start.roles & IN_LIST != 0 && next.roles & AFTER_LIST != 0))
        {
            may_be_row = true;
        }
        if start.next & next_bit(next) == 0 {
            break;
        }
    }
    let may = match (may_be_row, may_be_open) {
        (false, _) => May::End,
        (true, false) => May::Row,
        (true, true) => May::Phrase,
    };
    (may, may_be_open)
}

/// Whether a phrase can start with this folded word, which has no hump in it.
pub(super) fn may_start_label(word: &str) -> bool {
    let mut words = Words::from_start(word, false);
    words.next().is_some_and(|word| FIRSTS.has(join(0, word)))
}

/// The phrase that is exactly `key`.
pub(super) fn exact(key: &str) -> Option<Hit> {
    if key.len() > EXACT_BYTES_MAX.max(LISTED_BYTES_MAX) {
        return None;
    }
    exact_hashed(key, hash_on(NO_BYTES, key.as_bytes()), may_be_led(key))
}

/// The same for a key whose hash is known, and whether it [may be led](may_be_led).
pub(super) fn exact_hashed(key: &str, hash: u64, led: bool) -> Option<Hit> {
    let mut same = EXACT.all(hash);
    if let Some(Exact(_, class)) = same.find(|Exact(place, _)| place.text() == key) {
        return hit(*class);
    }
    listed(key, led)
}

/// Whether `key` may start like a phrase that has a word of a list further on.
fn starts_led(key: &str) -> bool {
    let &[first, second, ..] = key.as_bytes() else { return false };
    LEADING_PAIRS[pair_row(first)] & pair_bit(second) != 0
}

/// Whether `key`, or a part of it from its start to the end of a word, has the start of a phrase with a word of
/// a list behind it.
pub(super) fn may_be_led(key: &str) -> bool {
    let (mut hash, mut hashed) = (NO_BYTES, 0);
    starts_led(key)
        && boundaries(key).take_while(|&at| at <= BEFORE_BYTES_MAX).any(|at| {
            hash = hash_on(hash, key.as_bytes().get(hashed..at).unwrap_or_default());
            hashed = at;
            LEADING.has(hash)
        })
}

/// A word of a list may have a space at each end.
const WORD_MAX: usize = LIST_WORD_BYTES_MAX + 2;
/// Most bytes from a word of a list to the end of its phrase.
const REST_MAX: usize = WORD_MAX + AFTER_BYTES_MAX;
/// Most bytes of a phrase with a word of a list in it.
const LISTED_BYTES_MAX: usize = BEFORE_BYTES_MAX + REST_MAX;

/// The phrase that `key` is with a word of a list in it.
fn listed(key: &str, led: bool) -> Option<Hit> {
    let bytes = key.as_bytes();
    let &[.., last_but_one, last] = bytes else { return None };
    let leads = led && starts_led(key);
    let trails = TRAILING_PAIRS[pair_row(last_but_one)] & pair_bit(last) != 0;
    if !(leads || trails) || key.len() > LISTED_BYTES_MAX {
        return None;
    }
    let mut hash = NO_BYTES;
    let mut hashed = 0;
    for at in boundaries(key) {
        if at > BEFORE_BYTES_MAX.max(WORD_MAX) {
            return None;
        }
        let (head, rest) = key.split_at_checked(at)?;
        hash = hash_on(hash, bytes.get(hashed..at)?);
        hashed = at;
        let found = (leads && rest.len() <= REST_MAX).then(|| leading(hash, head, rest)).flatten();
        let found = found.or_else(|| {
            let trailed = || trailed(head, rest.trim_start());
            (trails && at <= WORD_MAX && rest.len() <= AFTER_BYTES_MAX + 1).then(trailed).flatten()
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The phrase that starts with `head`, whose hash is `hash`, and goes on as `rest`.
fn leading(hash: u64, head: &str, rest: &str) -> Option<Hit> {
    LEADING.all(hash).filter(|Listed(before, ..)| before.text() == head).find_map(
        |Listed(_, list, after, class)| {
            let word = rest.strip_suffix(after.text())?;
            is_in_list(*list, word).then(|| hit(*class)).flatten()
        },
    )
}

/// The phrase that starts with the word `head` of a list and ends as `rest`.
fn trailed(head: &str, rest: &str) -> Option<Hit> {
    TRAILING
        .all(hash_on(NO_BYTES, rest.as_bytes()))
        .filter(|Listed(_, _, after, _)| after.text() == rest)
        .find(|Listed(_, list, ..)| is_in_list(*list, head))
        .and_then(|Listed(.., class)| hit(*class))
}

/// The longest open phrase that `key`, the folded `line`, fits. Those with a fixed start are looked for only
/// if it `opens` like one.
pub(super) fn open(key: &str, line: &str, opens: bool) -> Option<Hit> {
    let mut best: Option<&Open> = None;
    let mut take = |open: &'static Open, at: usize| {
        if best.is_none_or(|best| best.weight() < open.weight()) && open.fits(key, at, line) {
            best = Some(open);
        }
    };
    let numbered = |number: &u32| OPEN.get(*number as usize);
    let mut hash = NO_BYTES;
    let mut hashed = 0;
    for at in boundaries(key).take_while(|&at| opens && at <= HEAD_BYTES_MAX) {
        hash = hash_on(hash, key.as_bytes().get(hashed..at).unwrap_or_default());
        hashed = at;
        let head = key.get(..at).unwrap_or_default();
        let phrases = HEADS.all(hash).filter_map(numbered);
        for open in phrases.filter(|open| open.parts.first() == Some(&head)) {
            take(open, at);
        }
    }
    if key.len() <= TAIL_LINE_BYTES_MAX
        && let Some(word) = Words::from_end(key).next()
    {
        for open in TAILS.all(word).filter_map(numbered) {
            take(open, 0);
        }
    }
    best.and_then(|open| hit(open.class))
}

impl Open {
    /// The more words are fixed, the better a phrase says what the line is.
    fn weight(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum::<usize>() + usize::from(self.divided)
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
                return self.ends(rest, part) && self.bounded(key, line);
            }
            let Some((_, after)) = rest.split_once(part) else { return false };
            rest = after;
        }
        self.bounded(key, line)
    }

    /// Whether `rest` ends with `part`, and behind it with a word of the list.
    fn ends(&self, rest: &str, part: &str) -> bool {
        let Some(list) = self.list else {
            return rest.ends_with(part);
        };
        let words = rest.rmatch_indices(part).filter_map(|(at, _)| rest.get(at + part.len()..));
        words
            .take_while(|word| word.len() <= LIST_WORD_BYTES_MAX + 2)
            .any(|word| is_in_list(list, word))
    }

    fn bounded(&self, key: &str, line: &str) -> bool {
        let stopped = || {
            line.trim_end_matches(['"', '”', '’', ')', '»'])
                .ends_with(['.', '!', '?', '。', '۔', '।', '؟', '…'])
        };
        count_words(key) <= self.words_max && !(self.unstopped && stopped())
    }
}

/// Ends of words and of punctuation marks, in bytes.
fn boundaries(key: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = key.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            // Plain letters are passed together, and what follows tells whether they end a word.
            let from = at;
            while bytes.get(at).is_some_and(u8::is_ascii_lowercase) {
                at += 1;
            }
            match bytes.get(at) {
                Some(b'#' | 0x80..) if at > from => at -= 1,
                _ if at > from => return Some(at),
                Some(b' ') => {
                    at += 1;
                    continue;
                }
                Some(b'#' | 0x80..) => {}
                Some(_) => {
                    at += 1;
                    return Some(at);
                }
                None => return None,
            }
            let mut chars = key.get(at..)?.chars();
            let c = chars.next()?;
            at += c.len_utf8();
            if !(joins(c) && chars.next().is_some_and(joins)) {
                return Some(at);
            }
        }
    })
}

/// Whether `c` is of one word with a character beside it that does so too.
fn joins(c: char) -> bool {
    is_word(c) && !is_unspaced(c)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_where_a_word_or_a_mark_ends() {
        let plainly = |key: &str| -> Vec<usize> {
            let ends = key.char_indices().filter(|&(at, c)| {
                let after = key[at + c.len_utf8()..].chars().next();
                c != ' ' && !(joins(c) && after.is_some_and(joins))
            });
            ends.map(|(at, c)| at + c.len_utf8()).collect()
        };
        let pieces = ["a", "bcd", "é", "#", " ", "  ", "-", "'", "ß", "ж", "字", "©", "|", "…"];
        for n in 0..pieces.len().pow(5) {
            let piece = |by: u32| pieces[n / pieces.len().pow(by) % pieces.len()];
            let key = [piece(0), piece(1), piece(2), piece(3), piece(4)].concat();
            assert_eq!(boundaries(&key).collect::<Vec<_>>(), plainly(&key), "{key:?}");
        }
    }
}
