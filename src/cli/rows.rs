//! The rows of a finished run, read one by one from whatever format they were written in.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};
use crate::report::Report;

/// A table of a finished run.
pub(super) struct Table {
    path: PathBuf,
    ending: &'static str,
    is_raw: bool,
}

impl Table {
    /// The table `name` in the best format there is. Names come from here, never from the report: a
    /// report from elsewhere must not open other files.
    pub(super) fn find(dir: &Path, report: &Report, name: &str) -> Option<Table> {
        let endings = [".jsonl", ".jsonl.zst", ".jsonl.gz", ".csv", ".csv.zst", ".csv.gz"];
        endings.into_iter().find_map(|ending| {
            let path = format!("{name}{ending}");
            let is_there = report.outputs.iter().any(|output| output.path == path);
            let is_raw = report.options.csv_raw;
            is_there.then(|| Table { path: dir.join(path), ending, is_raw })
        })
    }

    pub(super) fn is_json(&self) -> bool {
        self.ending.starts_with(".jsonl")
    }
}

/// The parts of an article that are compared, and a hash of each.
pub(super) type Parts = [u64; 4];
pub(super) const PARTS: [&str; 4] = ["title", "text", "captions", "fields"];

/// A row that can be read from a JSON line and from the cells of a CSV file.
pub(super) trait Row: Sized {
    /// The row on `line`.
    fn of_json(line: &[u8]) -> Result<Self, serde_json::Error>;

    /// The row of a CSV file; `None` when a column is missing, and of what is JSON lines whatever else is
    /// written.
    fn of_csv(_: &Cells<'_>) -> Option<Self> {
        None
    }
}

/// A row of `articles`.
pub(super) struct ArticleRow {
    pub(super) id: String,
    pub(super) dump: String,
    pub(super) parts: Parts,
}

impl Row for ArticleRow {
    fn of_json(line: &[u8]) -> Result<ArticleRow, serde_json::Error> {
        #[derive(Deserialize)]
        struct Json<'a> {
            id: String,
            dump: String,
            title: Option<String>,
            text: String,
            #[serde(borrow)]
            captions: &'a RawValue,
            #[serde(borrow)]
            source: &'a RawValue,
            #[serde(borrow)]
            url: &'a RawValue,
            #[serde(borrow)]
            byline: &'a RawValue,
            #[serde(borrow)]
            dateline: &'a RawValue,
            #[serde(borrow)]
            published: &'a RawValue,
            #[serde(borrow)]
            language: &'a RawValue,
            #[serde(borrow)]
            meta: &'a RawValue,
        }
        let row: Json<'_> = serde_json::from_slice(line)?;
        let fields =
            [row.source, row.url, row.byline, row.dateline, row.published, row.language, row.meta];
        let parts = [
            // A CSV cell cannot tell no title from an empty one.
            hash(row.title.unwrap_or_default()),
            hash(row.text),
            hash(row.captions.get()),
            hash(fields.map(RawValue::get)),
        ];
        Ok(ArticleRow { id: row.id, dump: row.dump, parts })
    }

    fn of_csv(cells: &Cells<'_>) -> Option<ArticleRow> {
        let fields = ["source", "url", "byline", "dateline", "published", "language"];
        let parts = [
            hash(cells.get("title")?),
            hash(cells.get("text")?),
            hash(["captions", "credits"].map(|name| cells.get(name))),
            hash(fields.map(|name| cells.get(name))),
        ];
        Some(ArticleRow { id: cells.get("id")?.into(), dump: cells.get("dump")?.into(), parts })
    }
}

/// A row of `duplicates`.
#[derive(Deserialize)]
pub(super) struct CopyRow {
    pub(super) id: String,
    pub(super) dump: String,
    pub(super) kind: String,
    pub(super) duplicate_of: String,
}

impl Row for CopyRow {
    fn of_json(line: &[u8]) -> Result<CopyRow, serde_json::Error> {
        serde_json::from_slice(line)
    }

    fn of_csv(cells: &Cells<'_>) -> Option<CopyRow> {
        Some(CopyRow {
            id: cells.get("id")?.into(),
            dump: cells.get("dump")?.into(),
            kind: cells.get("kind")?.into(),
            duplicate_of: cells.get("duplicate_of")?.into(),
        })
    }
}

/// A row of `rejects`, which are JSON lines whatever else is written.
#[derive(Deserialize)]
pub(super) struct RejectedRow {
    pub(super) file: String,
    pub(super) record: Option<u64>,
    pub(super) reason: String,
}

impl Row for RejectedRow {
    fn of_json(line: &[u8]) -> Result<RejectedRow, serde_json::Error> {
        serde_json::from_slice(line)
    }
}

/// A row of `removals`, which are JSON lines as well.
#[derive(Deserialize)]
pub(super) struct RemovedRow {
    pub(super) dump: String,
    pub(super) rule: String,
}

impl Row for RemovedRow {
    fn of_json(line: &[u8]) -> Result<RemovedRow, serde_json::Error> {
        serde_json::from_slice(line)
    }
}

/// One row of a CSV file with its header.
pub(super) struct Cells<'a> {
    header: &'a csv::StringRecord,
    row: &'a csv::StringRecord,
    is_raw: bool,
}

impl Cells<'_> {
    /// The cell of a column, without the `'` that keeps spreadsheets from running it.
    fn get(&self, name: &str) -> Option<&str> {
        let cell = self.row.get(self.header.iter().position(|column| column == name)?)?;
        Some(if self.is_raw { cell } else { unguarded(cell) })
    }
}

/// A cell of a CSV file without the `'` that keeps spreadsheets from running it.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => rest,
        _ => cell,
    }
}

/// Within one process this is the same for the same value, and nobody sees it.
fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Calls `each` with every row of a table.
pub(super) fn rows<R: Row>(
    table: &Table,
    interrupted: &dyn Fn() -> bool,
    each: &mut dyn FnMut(R),
) -> Result<(), Error> {
    let path = table.path.display();
    let read = |error| Error::at(&path, ErrorKind::Read(error));
    let damaged = |line: u64, what: &str| {
        let what = format!("no row of a finished run: {what}; run copydesk again");
        Error::at(format_args!("{path}:{line}"), ErrorKind::Damaged(what))
    };
    let go_on =
        || if interrupted() { Err(Error::at(&path, ErrorKind::Interrupted)) } else { Ok(()) };
    let mut input = BufReader::with_capacity(1 << 18, open(table).map_err(read)?);
    if table.is_json() {
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            if input.read_until(b'\n', &mut bytes).map_err(read)? == 0 {
                break;
            }
            go_on()?;
            each(R::of_json(&bytes).map_err(|error| damaged(line, &error.to_string()))?);
        }
        return Ok(());
    }
    let mut csv = csv::Reader::from_reader(input);
    let line_of = |error: &csv::Error| error.position().map_or(1, csv::Position::line);
    let header = csv.headers().map_err(|error| damaged(1, &error.to_string()))?.clone();
    let mut row = csv::StringRecord::new();
    while csv.read_record(&mut row).map_err(|error| damaged(line_of(&error), &error.to_string()))? {
        go_on()?;
        let cells = Cells { header: &header, row: &row, is_raw: table.is_raw };
        let line = row.position().map_or(1, csv::Position::line);
        each(R::of_csv(&cells).ok_or_else(|| damaged(line, "a column is missing"))?);
    }
    Ok(())
}

fn open(table: &Table) -> io::Result<Box<dyn Read>> {
    let file = File::open(&table.path)?;
    Ok(match table.ending.rsplit('.').next() {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Some("zst") => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(file),
    })
}
