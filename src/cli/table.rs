//! Tables for people: columns that stand in line, the same in a pipe but for the bold and the rule.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use anstyle::Style;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use indicatif::HumanCount;

use crate::text::terminal_safe;

/// Characters of a title or a paragraph that a table shows.
const TEXT_CHARS_MAX: usize = 60;

const BOLD: Style = Style::new().bold();

/// How pages look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether headings stand out: only on a terminal.
    pub is_rich: bool,
}

impl Look {
    /// What suits this standard output.
    #[must_use]
    pub fn of_stdout() -> Look {
        Look { is_rich: std::io::stdout().is_terminal() }
    }
}

/// A text of headings, lines and tables.
pub struct Page {
    look: Look,
    text: String,
}

/// A cell, which knows its side of the column.
pub enum Cell {
    /// On the left, escaped.
    Text(String),
    /// On the right, as it is.
    Right(String),
    /// On the right.
    Number(u64),
    /// On the right, with its sign: how far a number went up or down.
    Change(i128),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(terminal_safe(text).into_owned())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        Cell::Number(number)
    }
}

impl Cell {
    /// A text that may be long: its beginning.
    #[must_use]
    pub fn clipped(text: &str) -> Cell {
        let end = text.char_indices().nth(TEXT_CHARS_MAX).map(|(end, _)| end);
        match end.and_then(|end| text.get(..end)) {
            Some(start) => Cell::Text(format!("{}…", terminal_safe(start))),
            None => Cell::from(text),
        }
    }

    fn show(&self) -> (String, CellAlignment) {
        match self {
            Cell::Text(text) => (text.clone(), CellAlignment::Left),
            Cell::Right(text) => (text.clone(), CellAlignment::Right),
            Cell::Number(number) => (HumanCount(*number).to_string(), CellAlignment::Right),
            Cell::Change(change) => {
                let size = u64::try_from(change.unsigned_abs()).unwrap_or(u64::MAX);
                let sign = match change.signum() {
                    -1 => "-",
                    0 => "",
                    _ => "+",
                };
                (format!("{sign}{}", HumanCount(size)), CellAlignment::Right)
            }
        }
    }
}

impl Page {
    /// An empty page.
    #[must_use]
    pub fn new(look: Look) -> Page {
        Page { look, text: String::new() }
    }

    /// The page's text. Styles in it are for [`anstream`] to keep or drop.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// A heading, with an empty line before it.
    pub fn heading(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.styled_line(text);
    }

    /// A line as it is, escaped.
    pub fn line(&mut self, text: &str) {
        self.text.push_str(&terminal_safe(text));
        self.text.push('\n');
    }

    /// A heading and a table under it, at most `rows_max` rows of the `total` there are; `more` says
    /// where the others stand. Nothing when there are no rows.
    pub fn table<const N: usize>(
        &mut self,
        heading: &str,
        columns: [&str; N],
        rows: impl IntoIterator<Item = [Cell; N]>,
        limit: Limit<'_>,
    ) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.force_no_tty();
        let mut alignments = [CellAlignment::Left; N];
        let mut shown = 0;
        for row in rows.into_iter().take(limit.rows_max) {
            let cells = row.iter().zip(&mut alignments).map(|(cell, column)| {
                let (text, alignment) = cell.show();
                *column = alignment;
                comfy_table::Cell::new(text).set_alignment(alignment)
            });
            let cells: Vec<_> = cells.collect();
            table.add_row(cells);
            shown += 1;
        }
        if shown == 0 {
            return;
        }
        let header = columns.iter().zip(alignments);
        // A column may be named by a folder.
        let header = header
            .map(|(name, side)| comfy_table::Cell::new(terminal_safe(name)).set_alignment(side));
        table.set_header(header.collect::<Vec<_>>());

        self.heading(heading);
        for (index, line) in table.lines().enumerate() {
            let line = line.trim_end();
            match (index, self.look.is_rich) {
                // Underlined by a rule of its own width: no frame for the eye to get past.
                (0, true) => {
                    self.text.push_str(line);
                    let _ = write!(self.text, "\n {}", "─".repeat(line.chars().count().max(1) - 1));
                }
                _ => self.text.push_str(line),
            }
            self.text.push('\n');
        }
        let rest = limit.total.saturating_sub(shown);
        if rest > 0 {
            let rest = HumanCount(rest);
            // Writing to a string cannot fail.
            let _ = writeln!(self.text, " … and {rest} more{}", limit.more);
        }
    }

    fn styled_line(&mut self, text: &str) {
        let text = terminal_safe(text);
        // Writing to a string cannot fail.
        let _ = if self.look.is_rich {
            writeln!(self.text, "{BOLD}{text}{BOLD:#}")
        } else {
            writeln!(self.text, "{text}")
        };
    }
}

/// How much of a list a table shows.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    /// Rows shown at most.
    pub rows_max: usize,
    /// Rows there are.
    pub total: u64,
    /// Where the others stand, after a comma or in brackets; may be empty.
    pub more: &'a str,
}

impl Limit<'_> {
    /// Every row.
    pub const ALL: Limit<'static> = Limit { rows_max: usize::MAX, total: 0, more: "" };
}
