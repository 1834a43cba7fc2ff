//! Hard-wrapped text: whether the lines of a dump are paragraphs, or were broken at a column.

use super::header;
use super::lines::{Line, is_wide, width};

/// Lines longer than this are no product of a wrapping program.
const WIDTH_MAX: usize = 132;
/// Lines shorter than this may be verse, lists or tables.
const WIDTH_MIN: usize = 50;
/// A line that ends within this many columns of the width would be joined even where the next word
/// had just fitted: programs differ in how they count.
const SLACK: usize = 6;

/// The column at which `text` was wrapped, if it was.
///
/// A wrapping program breaks a line only where the next word does not fit. So of the lines that
/// follow each other directly, nearly all must be too full for the first word of the next, and about
/// half must break off inside a sentence before a word without a capital (German, where every noun
/// has one, stays just above it). Verse and lists fail one test or the other, paragraphs set one a
/// line fail the second or are too long.
pub(super) fn column(text: &str, lines: &[Line]) -> Option<usize> {
    let mut pairs = 0;
    let mut widest = 0;
    // The lines of a metadata header are not paragraphs.
    let follows =
        |pair: &[Line]| pair[1].gap == 0 && header::parse(pair[0].span.of(text)).is_none();
    for pair in lines.windows(2) {
        if follows(pair) {
            let columns = width(pair[0].span.of(text));
            if columns > WIDTH_MAX {
                return None;
            }
            widest = widest.max(columns);
            pairs += 1;
        }
    }
    if pairs == 0 || widest < WIDTH_MIN {
        return None;
    }
    // More than a fifth of the lines beyond the column: they were not wrapped at it.
    let beyond = lines.iter().filter(|line| width(line.span.of(text)) > widest).count();
    let (mut full, mut open) = (0, 0);
    for pair in lines.windows(2).filter(|pair| follows(pair)) {
        let (this, next) = (pair[0].span.of(text), pair[1].span.of(text));
        if is_full(this, next, widest) {
            full += 1;
            let capital = next.chars().next().is_some_and(char::is_uppercase);
            open += usize::from(!capital && !super::lines::ends_sentence(this));
        }
    }
    let wrapped = full * 10 >= pairs * 7 && open * 20 >= full * 9 && beyond * 5 <= lines.len();
    wrapped.then_some(widest)
}

/// Whether `next` continues the paragraph of `this` in a text wrapped at `column`.
pub(super) fn continues(this: &str, next: &str, column: usize) -> bool {
    is_full(this, next, column) && !opens_item(next)
}

/// Whether the first word of `next` had no room behind `this`.
fn is_full(this: &str, next: &str, column: usize) -> bool {
    let first = next.split_whitespace().next().unwrap_or("");
    let word = if first.starts_with(is_wide) { 2 } else { width(first) + 1 };
    width(this) + word + SLACK > column
}

/// Whether `line` starts an item of a list.
fn opens_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('•' | '·' | '*' | '-' | '–' | '▪' | '■' | '●' | '◦' | '+') => {
            chars.next().is_some_and(char::is_whitespace)
        }
        Some(c) if c.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.starts_with(". ") || rest.starts_with(") ")
        }
        _ => false,
    }
}
