//! `copydesk report DIR`: a finished run's totals and tables.

use std::fs;
use std::io;
use std::path::Path;

use indicatif::{HumanBytes, HumanCount};

use crate::cli::table::{Cell, Limit, Look, Page};
use crate::error::{Error, ErrorKind};
use crate::report::{Report, SCHEMA_VERSION, Totals};

/// Rows of a long table that a terminal shows.
const ROWS_SHOWN: usize = 20;

/// Reads the report of the run in `dir`.
///
/// # Errors
/// A usage error when there is no finished run of this version, [`ErrorKind::Damaged`] when the
/// report is there and is no report.
pub fn load(dir: &Path) -> Result<Report, Error> {
    let path = dir.join("report.json");
    let at = |kind| Error::at(path.display(), kind);
    let bytes = fs::read(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            let what = "no such file, so there is no finished run; name the output folder of one";
            at(ErrorKind::Usage(what.to_owned()))
        }
        _ => at(ErrorKind::Read(error)),
    })?;
    let damaged = |what: String| at(ErrorKind::Damaged(what));
    let version: Version = serde_json::from_slice(&bytes)
        .map_err(|error| damaged(format!("no report of a run: {error}; run copydesk again")))?;
    if version.schema_version != SCHEMA_VERSION {
        return Err(at(ErrorKind::Usage(format!(
            "written by copydesk {}, whose reports this version does not read; use that version",
            version.version
        ))));
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| damaged(format!("no report of a run: {error}; run copydesk again")))
}

/// What every version's report says.
#[derive(serde::Deserialize)]
struct Version {
    schema_version: String,
    version: String,
}

/// The totals and tables as a page.
#[must_use]
pub fn page(report: &Report, look: Look) -> String {
    let mut page = Page::new(look);
    totals(&mut page, report);
    removed(&mut page, report);
    let lists = &report.list_totals;
    page.table(
        "Sources",
        ["source", "read", "written", "copies", "rejected", "blocks in", "removed"],
        report.sources.iter().map(|row| {
            [
                row.source.as_deref().map_or("(none)".into(), Cell::clipped),
                row.read.into(),
                row.written.into(),
                row.duplicates.into(),
                row.rejected.into(),
                row.blocks_in.into(),
                row.blocks_removed.into(),
            ]
        }),
        limit(lists.sources.max(report.sources.len() as u64)),
    );
    page.table(
        "Paragraphs that stand in several articles",
        ["times", "articles", "sources", "removed", "boilerplate of", "paragraph"],
        report.repeated_paragraphs.iter().map(|row| {
            [
                row.count.into(),
                row.articles.into(),
                row.sources.into(),
                row.removed.into(),
                Cell::clipped(&row.learned_of.join(", ")),
                Cell::clipped(&row.text),
            ]
        }),
        limit(lists.repeated_paragraphs.max(report.repeated_paragraphs.len() as u64)),
    );
    page.table(
        "Largest clusters of copies",
        ["articles", "kept", "title"],
        report.clusters.iter().map(|row| {
            let title = row.title.as_deref().unwrap_or("(none)");
            [row.size.into(), Cell::clipped(&row.id), Cell::clipped(title)]
        }),
        limit(lists.clusters.max(report.clusters.len() as u64)),
    );
    copies(&mut page, report);
    page.table(
        "By month of publication",
        ["month", "written", "copies", "words"],
        report.months.iter().map(|row| {
            [row.month.as_str().into(), row.written.into(), row.duplicates.into(), row.words.into()]
        }),
        limit(report.months.len() as u64),
    );
    page.table(
        "Rejected",
        ["reason", "records", "files"],
        report
            .rejects
            .iter()
            .map(|row| [row.reason.as_str().into(), row.records.into(), row.files.into()]),
        Limit::ALL,
    );
    let failed = || report.inputs.iter().filter_map(|input| Some((input, input.failed?)));
    page.table(
        "Files that could not be read to their end",
        ["file", "reason"],
        failed().map(|(input, reason)| [input.path.as_str().into(), reason.as_str().into()]),
        limit(failed().count() as u64),
    );
    page.table(
        "Files written",
        ["file", "rows", "bytes"],
        report.outputs.iter().map(|output| {
            let rows = output.rows.map_or("".into(), Cell::Number);
            [output.path.as_str().into(), rows, output.bytes.into()]
        }),
        Limit::ALL,
    );
    page.into_text()
}

/// How large clusters are, how alike copies, and what stayed just below the threshold.
fn copies(page: &mut Page, report: &Report) {
    page.table(
        "Clusters by size",
        ["articles", "clusters"],
        report.cluster_sizes.iter().map(|row| [row.size.into(), row.clusters.into()]),
        limit(report.cluster_sizes.len() as u64),
    );
    page.table(
        "Near copies and near misses by similarity",
        ["from", "near", "contained", "misses"],
        report.similarities.iter().map(|row| {
            [
                Cell::Right(format!("{:.2}", row.from)),
                row.near.into(),
                row.contained.into(),
                row.near_misses.into(),
            ]
        }),
        Limit { rows_max: 101, ..Limit::ALL },
    );
    page.table(
        "Pairs just below the threshold",
        ["similarity", "article", "other"],
        report.near_misses.iter().map(|row| {
            let similarity = Cell::Right(format!("{:.3}", row.similarity));
            [similarity, row.id.as_str().into(), row.other.as_str().into()]
        }),
        limit(report.list_totals.near_misses.max(report.near_misses.len() as u64)),
    );
}

/// The beginning of a list of `total` rows.
fn limit(total: u64) -> Limit<'static> {
    Limit { rows_max: ROWS_SHOWN, total, more: "; `--json` shows what report.json holds" }
}

fn removed(page: &mut Page, report: &Report) {
    let blocks_in = report.totals.blocks_in;
    page.table(
        "Removed, by reason",
        ["reason", "blocks", "parts", "bytes", "of all blocks"],
        report.reasons.iter().map(|row| {
            [
                row.reason.as_str().into(),
                row.blocks.into(),
                row.parts.into(),
                row.bytes.into(),
                percent(row.blocks, blocks_in),
            ]
        }),
        Limit::ALL,
    );
    page.table(
        "Removed, by rule",
        ["rule", "reason", "blocks", "parts", "bytes"],
        report.rules.iter().map(|row| {
            [
                row.rule.as_str().into(),
                row.reason.as_str().into(),
                row.blocks.into(),
                row.parts.into(),
                row.bytes.into(),
            ]
        }),
        limit(report.rules.len() as u64),
    );
}

fn totals(page: &mut Page, report: &Report) {
    let totals = &report.totals;
    page.table(
        "Articles",
        ["", "articles", "of those read"],
        [
            ("read", totals.read),
            ("written", totals.written),
            ("exact copies", totals.exact),
            ("near copies", totals.near),
            ("contained copies", totals.contained),
            ("rejected", totals.rejected),
        ]
        .map(|(name, count)| [name.into(), count.into(), percent(count, totals.read)]),
        Limit::ALL,
    );
    page.table(
        "Blocks",
        ["", "blocks", "of all"],
        [
            ("in", totals.blocks_in),
            ("written", totals.blocks_out),
            ("removed", totals.blocks_removed),
            ("in copies", totals.blocks_duplicate),
        ]
        .map(|(name, count)| [name.into(), count.into(), percent(count, totals.blocks_in)]),
        Limit::ALL,
    );
    page.heading("Bytes");
    page.line(&format!(
        " {} in {} read, {} of clean text written",
        HumanBytes(totals.bytes_in),
        counted(totals.files, "file"),
        HumanBytes(totals.text_bytes_out)
    ));
}

/// The counts of [`Totals`] by the names they have in `report.json`.
#[must_use]
pub fn named_totals(totals: &Totals) -> [(&'static str, u64); 15] {
    [
        ("read", totals.read),
        ("written", totals.written),
        ("duplicates", totals.duplicates),
        ("exact", totals.exact),
        ("near", totals.near),
        ("contained", totals.contained),
        ("rejected", totals.rejected),
        ("files", totals.files),
        ("files_failed", totals.files_failed),
        ("blocks_in", totals.blocks_in),
        ("blocks_out", totals.blocks_out),
        ("blocks_removed", totals.blocks_removed),
        ("blocks_duplicate", totals.blocks_duplicate),
        ("bytes_in", totals.bytes_in),
        ("text_bytes_out", totals.text_bytes_out),
    ]
}

/// `1 file`, `1,200 files`.
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", HumanCount(count))
}

/// A share with one decimal, counted in integers so that it is the same everywhere.
fn percent(part: u64, whole: u64) -> Cell {
    if whole == 0 {
        return Cell::Right(String::new());
    }
    let tenths = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    Cell::Right(format!("{}.{}%", tenths / 10, tenths % 10))
}
