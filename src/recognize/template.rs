//! The form of a line in which its date is masked, so that "Updated 12 May 2023" and "Updated 3 June
//! 2024" are one.

use std::ops::Range;

use super::words::{DateWord, date_word, digit, is_word_char};

/// Longest line that is looked at, in bytes: of 2 bytes a letter, twenty words.
const LINE_MAX: usize = 120;
/// What stands for digits and for the names of days and months: no text holds it.
const MASK: char = '\u{E000}';

/// The template of `line`: runs of digits and names of weekdays and months, with what stands between
/// them, became one mask.
///
/// `None` for a line without a date, without another word, and for a sentence: a sentence that changes
/// its numbers says something else each time. So does a row of a table, and it has no date.
#[must_use]
pub fn of(line: &str) -> Option<String> {
    if line.len() > LINE_MAX || line.chars().next_back().is_none_or(ends_sentence) {
        return None;
    }
    if !line.bytes().any(|byte| byte.is_ascii_digit() || !byte.is_ascii())
        || !line.chars().any(|c| digit(c).is_some())
    {
        return None;
    }
    let mut masked = Masked { out: String::with_capacity(line.len()), ..Masked::default() };
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let token = if digit(c).is_some() {
            run(rest, |c| digit(c).is_some())
        } else if is_word_char(c) {
            run(rest, |c| is_word_char(c) && digit(c).is_none())
        } else {
            0..c.len_utf8()
        };
        let (token, after) = rest.split_at(token.end);
        masked.push(token, c);
        rest = after;
    }
    masked.out.push_str(&masked.between);
    (masked.dated && masked.words > 0).then_some(masked.out)
}

fn run(text: &str, is_in: impl Fn(char) -> bool) -> Range<usize> {
    0..text.find(|c| !is_in(c)).unwrap_or(text.len())
}

#[derive(Default)]
struct Masked {
    out: String,
    /// What stands behind the last mask, while it may still be between two.
    between: String,
    dated: bool,
    words: usize,
}

impl Masked {
    fn push(&mut self, token: &str, first: char) {
        if digit(first).is_some() {
            self.dated |= is_year(token);
            return self.mask();
        }
        if !is_word_char(first) {
            return if self.out.ends_with(MASK) {
                self.between.push_str(token);
            } else {
                self.out.push_str(token);
            };
        }
        let word = date_word(token).unwrap_or_default();
        let name = DateWord::MONTH | DateWord::HIJRI | DateWord::SOLAR | DateWord::WEEKDAY;
        let unit = DateWord::HOUR | DateWord::MINUTE | DateWord::DAY | DateWord::AGO;
        self.dated |= word.is(name | unit);
        if word.is(name) {
            return self.mask();
        }
        self.words += 1;
        self.out.push_str(&std::mem::take(&mut self.between));
        self.out.push_str(token);
    }

    fn mask(&mut self) {
        self.between.clear();
        if !self.out.ends_with(MASK) {
            self.out.push(MASK);
        }
    }
}

/// Whether `c` ends a sentence, in any script.
#[must_use]
pub fn ends_sentence(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '…' | '。' | '！' | '？' | '．' | '।' | '॥' | '؟' | '۔' | '։' | '።'
    )
}

/// Whether `digits` may be a year of our time.
fn is_year(digits: &str) -> bool {
    let mut value = 0;
    let mut count = 0;
    for c in digits.chars().take(5) {
        value = value * 10 + digit(c).unwrap_or_default();
        count += 1;
    }
    // 1300 to 1500 are years of the two calendars of the Islamic world.
    count == 4 && matches!(value, 1300..=1500 | 1900..=2100)
}
