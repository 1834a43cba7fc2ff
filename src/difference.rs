//! What differs between two texts, word by word, for people who look at a copy beside its
//! representative. Imports nothing else from the crate.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation as _;

/// A stretch of both texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// It stands in both, up to white space.
    Same(&'a str),
    /// It does not: what the first text has, what the second has; one of them may be empty.
    Differs(&'a str, &'a str),
}

/// Two texts beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    /// All of both, in order, as far as they were compared.
    pub pieces: Vec<Piece<'a>>,
    /// Whether a text was longer than what was compared.
    pub is_cut: bool,
}

/// Compares the first `words_max` words of each text.
///
/// Words, numbers and marks are told apart as Unicode does; each character of a script without spaces is a
/// word. The search gives up on the shortest difference where texts have little in common, so its
/// cost is bounded, and it looks at no clock, so its result is the same everywhere.
#[must_use]
pub fn difference<'a>(first: &'a str, second: &'a str, words_max: usize) -> Difference<'a> {
    let (old, new) = (Words::of(first, words_max), Words::of(second, words_max));
    let ops = capture_diff_slices(Algorithm::Myers, &old.list, &new.list);
    let pieces = ops.into_iter().map(|op| match op {
        DiffOp::Equal { old_index, len, .. } => Piece::Same(old.slice(old_index, len)),
        DiffOp::Delete { old_index, old_len, .. } => {
            Piece::Differs(old.slice(old_index, old_len), "")
        }
        DiffOp::Insert { new_index, new_len, .. } => {
            Piece::Differs("", new.slice(new_index, new_len))
        }
        DiffOp::Replace { old_index, old_len, new_index, new_len } => {
            Piece::Differs(old.slice(old_index, old_len), new.slice(new_index, new_len))
        }
    });
    Difference { pieces: pieces.collect(), is_cut: old.is_cut || new.is_cut }
}

/// The words of a text, and where each ends with the white space behind it.
struct Words<'a> {
    text: &'a str,
    list: Vec<&'a str>,
    ends: Vec<usize>,
    is_cut: bool,
}

impl<'a> Words<'a> {
    fn of(text: &'a str, words_max: usize) -> Words<'a> {
        let mut all = Words { text, list: Vec::new(), ends: Vec::new(), is_cut: false };
        // The rule of Unicode takes longer than all else, and most texts are mostly ASCII.
        let mut start = 0;
        while start < text.len() && !all.is_cut {
            let ascii = ascii_word(&text.as_bytes()[start..]);
            if ascii > 0 {
                all.push(start, start + ascii, words_max);
                start += ascii;
                continue;
            }
            let rest = &text[start..];
            // The first character is taken in any case: there is always something before the end.
            let letter = rest.chars().next().map_or(0, char::len_utf8);
            let end = rest[letter..].find([' ', '\n']).map_or(rest.len(), |end| letter + end);
            for (at, word) in rest[..end].split_word_bound_indices() {
                all.push(start + at, start + at + word.len(), words_max);
            }
            start += end;
        }
        all
    }

    /// Enters the next word; white space belongs to the word before it.
    fn push(&mut self, start: usize, end: usize, words_max: usize) {
        let word = &self.text[start..end];
        match self.ends.last_mut() {
            Some(last) if word.trim().is_empty() && !self.is_cut => *last = end,
            _ if self.list.len() == words_max => self.is_cut = true,
            _ => {
                self.list.push(word);
                self.ends.push(end);
            }
        }
    }

    /// `count` words from the word `first` on.
    fn slice(&self, first: usize, count: usize) -> &'a str {
        let end = |words: usize| words.checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.text[end(first)..end(first + count)]
    }
}

/// Length of the word, mark or white space at the start of `text`; 0 where letters beyond ASCII are near.
fn ascii_word(text: &[u8]) -> usize {
    let Some(first) = text.first() else { return 0 };
    let run = |is: fn(&u8) -> bool| text.iter().position(|byte| !is(byte)).unwrap_or(text.len());
    let length = match first {
        b' ' | b'\n' => return run(|byte| matches!(byte, b' ' | b'\n')),
        // What Unicode leaves whole: `don't`, `3.5`, `a_b`.
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {
            let joined = |at: usize| {
                let side = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
                matches!(text[at], b'\'' | b'.' | b',') && side(at - 1) && side(at + 1)
            };
            let is_word = |at: usize| {
                text[at].is_ascii_alphanumeric() || text[at] == b'_' || (at > 0 && joined(at))
            };
            (0..text.len()).find(|&at| !is_word(at)).unwrap_or(text.len())
        }
        byte if byte.is_ascii() => 1,
        _ => 0,
    };
    if text.get(length).is_some_and(|byte| !byte.is_ascii()) { 0 } else { length }
}

/// The beginning and the end of a stretch that both texts have, when it is longer than `words_max`
/// words, and how many words lie between.
#[must_use]
pub fn shortened(text: &str, words_max: usize) -> Option<(&str, usize, &str)> {
    // A word of one letter and a space is the shortest.
    if text.len() <= words_max {
        return None;
    }
    let words = Words::of(text, usize::MAX);
    let count = words.list.len();
    if count <= words_max {
        return None;
    }
    let side = words_max / 2;
    let head = words.slice(0, side).trim_end();
    Some((head, count - 2 * side, words.slice(count - side, side)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: &str, second: &str, pieces: &[Piece]) {
        assert_eq!(difference(first, second, 100).pieces, pieces);
    }

    #[test]
    fn words_are_compared_and_spaces_are_not() {
        use Piece::{Differs, Same};
        check("", "", &[]);
        check("one two", "one  two", &[Same("one two")]);
        check(
            "The port lost a million.",
            "The port lost two million.",
            &[Same("The port lost "), Differs("a ", "two "), Same("million.")],
        );
        check("a b", "a b c", &[Same("a b"), Differs("", "c")]);
        check("湖滨公园秋色", "湖滨公园春色", &[Same("湖滨公园"), Differs("秋", "春"), Same("色")]);
    }

    #[test]
    fn mixed_texts_come_to_an_end() {
        let check = |text: &str, words: &[&str]| {
            assert_eq!(Words::of(text, 100).list, words, "{text}");
        };
        check("a “b c” d", &["a ", "“", "b ", "c", "”", "d"].map(str::trim));
        check(" é", &[" ", "é"]);
        check(
            "don't pay 3.5, 1,200 or a_b...",
            &["don't", "pay", "3.5", ",", "1,200", "or", "a_b", ".", ".", "."],
        );
        check("Götter 湖滨 x", &["Götter", "湖", "滨", "x"]);
    }

    #[test]
    fn every_word_of_both_stands_in_the_pieces() {
        let first = "In the beginning, the crews said: no.  \n\nThey stay.";
        let second = "At the end the crews said yes!\n\nThey go.";
        let found = difference(first, second, 100);
        let (mut old, mut new) = (String::new(), String::new());
        for piece in &found.pieces {
            match piece {
                Piece::Same(text) => {
                    old.push_str(text);
                    new.push_str(text);
                }
                Piece::Differs(before, after) => {
                    old.push_str(before);
                    new.push_str(after);
                }
            }
        }
        assert_eq!(old, first);
        let words = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(words(&new), words(second));
        assert!(!found.is_cut);
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        let found = difference("a b c d", "a b c d", 3);
        assert_eq!((found.pieces, found.is_cut), (vec![Piece::Same("a b c ")], true));
        assert_eq!(shortened("a b c d e f g", 4), Some(("a b", 3, "f g")));
        assert_eq!(shortened("a b c d", 4), None);
    }
}
