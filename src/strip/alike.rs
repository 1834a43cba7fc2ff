//! Whether two lines say the same, whatever their quotes, dashes, case and spaces.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::fingerprint::key_of;
use crate::segment::lines::width;
use crate::segment::shape::Measure;

/// Whether two lines say the same, but for quotes, dashes, case and spaces.
#[inline(always)]
pub(super) fn same(a: &str, b: &str) -> bool {
    // Reckoned, and no call for most pairs.
    let far = a.len().abs_diff(b.len()) > 16;
    !(far | start_otherwise(a, b)) && say_same(a, b)
}

fn say_same(a: &str, b: &str) -> bool {
    starts_alike(a, b) && (a == b || (!differ_early(a, b) && key_of(a) == key_of(b)))
}

/// Whether two lines start with two letters or digits of ASCII that are not the same.
#[inline(always)]
fn start_otherwise(a: &str, b: &str) -> bool {
    let first = |text: &str| text.as_bytes().first().copied().unwrap_or_default();
    let (a, b) = (first(a), first(b));
    // As small letters, the digits as they are.
    let differ = (a | 0x20) != (b | 0x20);
    differ & a.is_ascii_alphanumeric() & b.is_ascii_alphanumeric()
}

/// Whether the keys of two lines differ by the first byte in which the lines do: two letters or digits of
/// ASCII behind nothing but ASCII, and no mark that could join with them.
fn differ_early(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let alike = |(a, b): &(&u8, &u8)| a.is_ascii() && a.eq_ignore_ascii_case(b);
    let at = a.iter().zip(b).take_while(alike).count();
    let letter = |text: &[u8]| {
        text.get(at).is_some_and(u8::is_ascii_alphanumeric)
            && text.get(at + 1).is_none_or(u8::is_ascii)
    };
    letter(a) && letter(b)
}

/// A cheap test that fails for most pairs of different lines: their first letters.
#[inline]
fn starts_alike(a: &str, b: &str) -> bool {
    match (a.as_bytes(), b.as_bytes()) {
        ([a, ..], [b, ..]) if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => {
            a.eq_ignore_ascii_case(b)
        }
        _ => first_letters_alike(a, b),
    }
}

fn first_letters_alike(a: &str, b: &str) -> bool {
    let letter = |text: &str| text.chars().find(|c| c.is_alphanumeric());
    let fold = |c: char| c.to_lowercase().next().unwrap_or(c);
    match (letter(a), letter(b)) {
        (Some(a), Some(b)) if a.is_ascii() && b.is_ascii() => a.eq_ignore_ascii_case(&b),
        (a, b) => a.map(fold) == b.map(fold),
    }
}

/// By how many bytes the keys of a title and of a line that nearly states it differ in length.
const NEAR_BYTES: usize = 4;

/// The title that blocks are compared with.
pub(super) struct Title<'t> {
    text: &'t str,
    /// Made for the first block that needs it.
    key: OnceCell<Cow<'t, str>>,
}

impl<'t> Title<'t> {
    pub(super) fn new(text: &'t str) -> Title<'t> {
        Title { text, key: OnceCell::new() }
    }

    /// Whether `text` states the title: the same words, or the same with the name of the site behind
    /// a dash, a bar or an angle, or words so near that only a letter or two differ. `is_plain` says that
    /// the text is [plain](Measure::plain_words).
    #[inline]
    pub(super) fn is_stated(&self, text: &str, is_plain: bool) -> bool {
        starts_alike(text, self.text)
            && (same(text, self.text) || self.is_nearly_stated(text, is_plain))
    }

    fn is_nearly_stated(&self, text: &str, is_plain: bool) -> bool {
        if text.len() > self.text.len() * 2 + 80 || self.text.len() < 8 {
            return false;
        }
        // Plain lines have keys of their own length, which differ where the lines do.
        let is_plain = || is_plain && Measure::of(self.text).plain_words.is_some();
        if text.len().abs_diff(self.text.len()) > NEAR_BYTES
            && differ_early(text, self.text)
            && is_plain()
        {
            return false;
        }
        let title = self.key.get_or_init(|| key_of(self.text));
        let text = key_of(text);
        let with_tail = text.strip_prefix(&**title).is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.starts_with(['-', '|', '·', '•', '»', '›', ':', '>'])
        });
        if with_tail {
            return true;
        }
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let near = title.len() >= 24
            && text.len().abs_diff(title.len()) <= NEAR_BYTES
            && digits(&text) == digits(title);
        near && strsim::normalized_levenshtein(&text, title) >= 0.94
    }
}

/// Whether `short` is a copy of `long` that was cut: it ends in an ellipsis, or lacks only the
/// credit behind the words.
pub(super) fn is_cut_copy(short: &str, long: &str) -> bool {
    if short.len() >= long.len() + 8 || !(short.ends_with('…') || short.ends_with("...")) {
        return false;
    }
    let stem = short.trim_end_matches(['…', '.', ' ']);
    width(stem) >= 24 && key_of(long).starts_with(&*key_of(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_early_have_other_keys() {
        let pieces = [
            "A", "a", "e", "\u{301}", "é", " ", "  ", "1", "²", "\u{200b}", "-", "–", "\"", "ﬁ",
            "fi",
        ];
        let mut texts = vec![String::new()];
        for _ in 0..3 {
            let longer = |text: &String| pieces.map(|piece| format!("{text}{piece}"));
            texts = texts.iter().flat_map(longer).collect();
        }
        for (a, b) in texts.iter().flat_map(|a| texts.iter().step_by(7).map(move |b| (a, b))) {
            assert!(!differ_early(a, b) || key_of(a) != key_of(b), "{a:?} {b:?}");
            let plainly = a == b || (first_letters_alike(a, b) && key_of(a) == key_of(b));
            assert!(same(a, b) == plainly || !first_letters_alike(a, b), "{a:?} {b:?}");
        }
        assert!(differ_early("The end", "That end") && !differ_early("The end", "the  end"));
    }
}
