//! Hard-wrapped text: whether the lines of a dump are paragraphs, or were broken at a column.

use super::header;
use super::lines::{Line, ends_sentence, is_wide, width};

/// Lines longer than this are no product of a wrapping program.
const WIDTH_MAX: usize = 132;
/// Lines shorter than this may be verse, lists or tables.
const WIDTH_MIN: usize = 50;
/// A line that ends within this many columns of the width would be joined even where the next word
/// had just fitted: programs differ in how they count.
const SLACK: usize = 6;
/// Full lines from which the lines of a whole page, menus and all, count as wrapped. On 555 pages
/// that lynx wrote, three had fewer; on 1,529 written by programs that do not wrap, none had more.
const PAGE_FULL_MIN: usize = 4;

/// A dump that was wrapped.
pub(super) struct Wrapped {
    /// The right-most column.
    column: usize,
    /// Whether the column counts from the margin of the page: its paragraphs are indented, and it
    /// has lines of other kinds among them.
    page: bool,
}

/// How many pairs of lines that follow each other directly look like what.
#[derive(Default)]
struct Pairs {
    all: usize,
    /// The first word of the second had no room behind the first.
    full: usize,
    /// Full, and broken off inside a sentence before a word without a capital.
    open: usize,
}

impl Wrapped {
    /// How `text` was wrapped, if it was.
    ///
    /// A wrapping program breaks a line only where the next word does not fit. So of the lines that
    /// follow each other directly, nearly all must be too full for the first word of the next, and
    /// about half must break off inside a sentence before a word without a capital (German, where
    /// every noun has one, stays just above it). Verse and lists fail one test or the other,
    /// paragraphs set one a line fail the second or are too long.
    ///
    /// Of a whole page with its menus only the longer lines are asked, measured with their indent.
    pub(super) fn find(text: &str, lines: &[Line]) -> Option<Wrapped> {
        let edge = |line: &Line| line.indent + width(line.span.of(text));
        let follows = |pair: &&[Line]| follows(text, pair);
        let too_wide =
            |line: &Line| line.span.len() > WIDTH_MAX && width(line.span.of(text)) > WIDTH_MAX;
        // Cheap: most dumps have a long line among their first.
        if lines.iter().any(|line| line.span.len() > WIDTH_MAX * 4)
            || lines.windows(2).any(|pair| too_wide(&pair[0]) && follows(&pair))
        {
            return None;
        }
        let widest = lines.windows(2).filter(follows).map(|pair| width(pair[0].span.of(text)));
        if let Some(column) = widest.max().filter(|w| (WIDTH_MIN..=WIDTH_MAX).contains(w)) {
            // More than a fifth of the lines beyond the column: they were not wrapped at it.
            let beyond = lines.iter().filter(|line| width(line.span.of(text)) > column).count();
            let wrapped = Wrapped { column, page: false };
            let pairs = wrapped.count(text, lines.windows(2).filter(follows));
            let Pairs { all, full, open } = pairs;
            if full * 10 >= all * 7 && open * 20 >= full * 9 && beyond * 5 <= lines.len() {
                return Some(wrapped);
            }
        }
        if lines.iter().any(too_wide) {
            return None;
        }
        let column =
            lines.iter().map(edge).max().filter(|w| (WIDTH_MIN..=WIDTH_MAX).contains(w))?;
        let wrapped = Wrapped { column, page: true };
        let long = lines.windows(2).filter(|pair| {
            follows(pair) && edge(&pair[0]) * 4 >= column * 3 && !opens_item(pair[1].span.of(text))
        });
        let Pairs { all, full, open } = wrapped.count(text, long);
        (full >= PAGE_FULL_MIN && full * 10 >= all * 8 && open * 20 >= full * 9).then_some(wrapped)
    }

    /// Whether `next` continues the paragraph of `this`, the line before it.
    pub(super) fn continues(&self, text: &str, this: &Line, next: &Line) -> bool {
        next.gap == 0
            && header::parse(this.span.of(text)).is_none()
            && self.is_full(text, this, next)
            && !opens_item(next.span.of(text))
    }

    fn count<'l>(&self, text: &str, pairs: impl Iterator<Item = &'l [Line]>) -> Pairs {
        let mut counted = Pairs::default();
        for pair in pairs {
            counted.all += 1;
            if self.is_full(text, &pair[0], &pair[1]) {
                counted.full += 1;
                let (this, next) = (pair[0].span.of(text), pair[1].span.of(text));
                let capital = next.chars().next().is_some_and(char::is_uppercase);
                counted.open += usize::from(!capital && !ends_sentence(this));
            }
        }
        counted
    }

    /// Whether the first word of `next` had no room behind `this`.
    fn is_full(&self, text: &str, this: &Line, next: &Line) -> bool {
        let first = next.span.of(text).split_whitespace().next().unwrap_or("");
        let word = if first.starts_with(is_wide) { 2 } else { width(first) + 1 };
        let indent = if self.page { this.indent } else { 0 };
        indent + width(this.span.of(text)) + word + SLACK > self.column
    }
}

/// Whether the second of two lines stands directly below the first, which is no line of a metadata
/// header: those are not paragraphs.
fn follows(text: &str, pair: &[Line]) -> bool {
    pair[1].gap == 0 && header::parse(pair[0].span.of(text)).is_none()
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

#[cfg(test)]
mod tests {
    use super::super::lines::lines;
    use super::*;

    #[test]
    fn a_very_long_line_anywhere_was_not_wrapped_nor_was_its_dump() {
        let wrapped = "the river rose above the old stone bridge and the people of the\n\
                       town went out to look at it, and some of them said that it had not\n\
                       been so high since the year in which the mill was carried away and\n\
                       found again at the sea, with all its sacks in their old places and\n\
                       a cat upon them.\n";
        let is_wrapped = |text: &str| Wrapped::find(text, &lines(text)).is_some();
        assert!(is_wrapped(wrapped));
        let long = "A line that nobody has wrapped goes on and on. ".repeat(12);
        assert!(long.len() > WIDTH_MAX * 4);
        assert!(!is_wrapped(&format!("{wrapped}\n{long}\n")));
        assert!(!is_wrapped(&format!("{long}\n{wrapped}")));
    }
}
