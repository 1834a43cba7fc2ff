//! What `run` says when it is done.

use std::fmt::Write as _;
use std::path::Path;

use indicatif::{HumanBytes, HumanCount};

use crate::cli::report::counted;
use crate::options::Duplicates;
use crate::report::Report;
use crate::text::terminal_safe;

/// Lines of a summary at most.
pub const LINES_MAX: usize = 7;

/// Reasons named in the summary; the report has them all.
const REASONS_SHOWN: usize = 6;

/// The summary of the run written to `dir`, one line for each question a person asks.
#[must_use]
pub fn summary(report: &Report, dir: &Path) -> String {
    let totals = &report.totals;
    let folder = dir.display().to_string();
    let mut text = String::new();
    let mut line = |label: &str, words: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{label:<9} {}", terminal_safe(words));
    };
    line(
        "Read",
        &format!(
            "{} in {}, {}",
            counted(totals.read, "article"),
            counted(totals.files, "file"),
            HumanBytes(totals.bytes_in)
        ),
    );
    line(
        "Written",
        &format!(
            "{}, {} of text",
            counted(totals.written, "article"),
            HumanBytes(totals.text_bytes_out)
        ),
    );
    if report.options.duplicates != Duplicates::Keep {
        let kinds =
            [(totals.exact, "exact"), (totals.near, "near"), (totals.contained, "contained")];
        let kinds = listed(kinds.into_iter().filter(|(count, _)| *count > 0));
        line("Copies", &joined(&HumanCount(totals.duplicates).to_string(), &kinds));
    }
    let reasons = report.reasons.iter().filter(|row| row.blocks > 0);
    let mut named =
        listed(reasons.clone().take(REASONS_SHOWN).map(|row| (row.blocks, row.reason.as_str())));
    if reasons.count() > REASONS_SHOWN {
        named.push_str(", …");
    }
    let removed =
        format!("{} of {}", HumanCount(totals.blocks_removed), counted(totals.blocks_in, "block"));
    line("Removed", &joined(&removed, &named));
    if totals.rejected > 0 || totals.files_failed > 0 {
        let mut what = counted(totals.rejected, "record");
        if totals.files_failed > 0 {
            let _ = write!(what, " and (parts of) {}", counted(totals.files_failed, "file"));
        }
        let rows = report.rejects.iter().map(|row| (row.records + row.files, row.reason.as_str()));
        let place = dir.join("rejects.jsonl");
        let place = report
            .outputs
            .iter()
            .find(|output| output.path.starts_with("rejects.jsonl"))
            .map_or(place, |output| dir.join(&output.path));
        let what = joined(&what, &listed(rows));
        line("Rejected", &format!("{what}; see {}", place.display()));
    }
    let articles = report.outputs.iter().map(|output| output.path.as_str());
    let articles: Vec<&str> = articles.filter(|path| path.starts_with("articles.")).collect();
    line("Files", &joined(&folder, &articles.join(", ")));
    line("Next", &format!("copydesk report {}", shell_word(&folder)));
    text
}

/// `1,200 boilerplate, 7 nav`.
fn listed<'a>(counts: impl Iterator<Item = (u64, &'a str)>) -> String {
    let words: Vec<String> =
        counts.map(|(count, word)| format!("{} {word}", HumanCount(count))).collect();
    words.join(", ")
}

fn joined(head: &str, rest: &str) -> String {
    if rest.is_empty() { head.to_owned() } else { format!("{head}: {rest}") }
}

/// `word` as a shell takes it for one word.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
