//! CSV and TSV: a table with a header, quoted as in RFC 4180, a record a row.
//!
//! Rows are cut on the reader's thread, for only that finds where a quoted cell ends.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::Encoding;

use super::encoding::{BOM, lossy};
use super::fields::{FieldName, Names};
use super::record::too_large_detail;
use super::stream::Stream;
use super::{Each, Frames, Origin, Piece, Place, Raws, Reads};
use crate::article::Fields;
use crate::ledger::RejectReason;

/// Columns of a table: more than any spreadsheet has.
const COLUMNS_MAX: usize = 1 << 15;

/// Bytes from which the delimiter is told, when the header is longer than that.
const HEADER_SAMPLE_BYTES: usize = 64 << 10;

/// The remedy of a quote that has no partner.
const UNCLOSED: &str = "a quote opens in this row and never closes; close it, or double it";

pub(super) struct Csv {
    name: &'static str,
    ending: &'static [&'static str],
    /// `None`: the one that the header uses.
    delimiter: Option<u8>,
}

pub(super) static CSV: Csv = Csv { name: "csv", ending: &["csv"], delimiter: None };
pub(super) static TSV: Csv = Csv { name: "tsv", ending: &["tsv", "tab"], delimiter: Some(b'\t') };

impl Reads for Csv {
    fn name(&self) -> &'static str {
        self.name
    }

    fn endings(&self) -> &'static [&'static str] {
        self.ending
    }

    fn start(&self, file: &Arc<Origin>, _: &'static Encoding) -> Box<dyn Frames> {
        Box::new(Rows {
            file: file.clone(),
            delimiter: self.delimiter,
            core: Reader::new(),
            header: None,
            input: Vec::new(),
            used: 0,
            more: true,
            place: Place { record: Some(1), line: 1, offset: 0 },
        })
    }
}

/// What the header says.
struct Header {
    /// Names as keys of `meta`, quoted; a name that occurs again gets `~2`.
    keys: Vec<String>,
    /// For each field of [`FieldName::ALL`] its columns, the preferred one first.
    fields: Vec<Vec<usize>>,
    /// Whether a column can fill a field, and so says nothing when it is blank.
    is_field: Vec<bool>,
}

impl Header {
    fn new(cells: &[Cow<str>], names: &Names) -> Header {
        let names_seen: HashSet<&str> = cells.iter().map(AsRef::as_ref).collect();
        // How often each name occurred so far.
        let mut times: HashMap<&str, u32> = HashMap::new();
        let mut ranked = vec![Vec::new(); FieldName::ALL.len()];
        let mut keys = Vec::new();
        let mut is_field = vec![false; cells.len()];
        for (column, cell) in cells.iter().enumerate() {
            let time = times.entry(cell).or_insert(0);
            *time += 1;
            let mut key = cell.to_string();
            if *time == 1 {
                for (field, rank) in names.of(cell) {
                    ranked[field.index()].push((rank, column));
                    is_field[column] = true;
                }
            } else {
                key = format!("{cell}~{time}");
                while names_seen.contains(&*key) {
                    *time += 1;
                    key = format!("{cell}~{time}");
                }
            }
            keys.push(quoted(&key));
        }
        let in_order = |mut columns: Vec<(usize, usize)>| {
            columns.sort_unstable();
            columns.into_iter().map(|(_, column)| column).collect()
        };
        Header { keys, fields: ranked.into_iter().map(in_order).collect(), is_field }
    }
}

/// `text` as a JSON string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Cells of some rows, one after the other.
#[derive(Default)]
struct Cells {
    /// Room for the cells; `used` bytes are filled.
    bytes: Vec<u8>,
    used: usize,
    /// Room for the ends of cells, each counted from the start of its row.
    ends: Vec<usize>,
    ends_used: usize,
    rows: Vec<Row>,
}

struct Row {
    place: Place,
    kind: Kind,
    /// Where its cells start, in bytes and in ends.
    start: usize,
    ends_start: usize,
    cells: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    /// A quote was open when the file ended.
    Unclosed,
    TooLarge,
}

struct Rows {
    file: Arc<Origin>,
    delimiter: Option<u8>,
    core: Reader,
    header: Option<Arc<Header>>,
    /// `input[used..]` was read and not used yet.
    input: Vec<u8>,
    used: usize,
    more: bool,
    /// Where `input[used]` stands, and the number of the next record.
    place: Place,
}

impl Frames for Rows {
    fn next(&mut self, stream: &mut Stream) -> Piece {
        let header = match &self.header {
            Some(header) => header.clone(),
            None => match self.read_header(stream) {
                Ok(header) => self.header.insert(header).clone(),
                Err(piece) => return piece,
            },
        };
        let mut cells = Cells::default();
        let mut rest = None;
        let end = self.place.offset + self.file.limits.batch_bytes as u64;
        while self.place.offset < end {
            if !self.row(stream, &mut cells, header.keys.len()) {
                rest = Some(Place { record: None, ..self.place });
                break;
            }
            self.place.record = self.place.record.map(|record| record + 1);
        }
        let replaced = stream.take_replaced();
        Piece {
            raws: Some(Box::new(RawRows { header, cells, replaced })),
            rest,
            ..Piece::default()
        }
    }
}

impl Rows {
    /// Reads the first row. The only piece of a file that has none, or no text column.
    fn read_header(&mut self, stream: &mut Stream) -> Result<Arc<Header>, Piece> {
        while self.input.len() < HEADER_SAMPLE_BYTES && self.read(stream) {}
        let names = self.file.names.clone();
        let delimiter = self.delimiter.unwrap_or_else(|| sniff_delimiter(&self.input, &names));
        self.core = ReaderBuilder::new().delimiter(delimiter).build();
        let start = Place { record: None, ..self.place };
        let mut cells = Cells::default();
        let is_there = self.row(stream, &mut cells, COLUMNS_MAX);
        let Some(row) = cells.rows.first().filter(|_| is_there) else {
            return Err(Piece { rest: Some(start), ..Piece::default() });
        };
        let refuse = |reason, detail: String| {
            let rejects = vec![self.file.reject(start, reason, detail)];
            Err(Piece { rejects, rest: Some(start), ..Piece::default() })
        };
        if row.kind == Kind::Unclosed {
            return refuse(RejectReason::InvalidCsv, UNCLOSED.to_owned());
        }
        if row.kind == Kind::TooLarge || row.cells > COLUMNS_MAX {
            let detail = format!("a header of more than {COLUMNS_MAX} columns");
            return refuse(RejectReason::TooLarge, detail);
        }
        let names_seen: Vec<Cow<str>> =
            (0..row.cells).map(|column| lossy(cells.cell(row, column))).collect();
        let header = Header::new(&names_seen, &names);
        if header.fields[FieldName::Text.index()].is_empty() {
            let detail = format!(
                "no text column among {}; name one with --field text=COLUMN",
                listed(&names_seen)
            );
            return refuse(RejectReason::NoText, detail);
        }
        Ok(Arc::new(header))
    }

    /// Reads a row of a table of so many columns. Returns false at the end of what can be used.
    fn row(&mut self, stream: &mut Stream, cells: &mut Cells, columns: usize) -> bool {
        loop {
            self.skip_newlines(stream);
            if self.used == self.input.len() {
                return false;
            }
            let (place, start, ends_start) = (self.place, cells.used, cells.ends_used);
            let Some((kind, count)) = self.cut_row(stream, cells, columns) else {
                self.place = place;
                return false;
            };
            let row = Row { place, kind, start, ends_start, cells: count };
            let is_blank = |cell: &[u8]| cell.trim_ascii().is_empty();
            if kind == Kind::Whole && count == 1 && columns > 1 && is_blank(cells.cell(&row, 0)) {
                (cells.used, cells.ends_used) = (start, ends_start);
                continue;
            }
            cells.rows.push(row);
            return true;
        }
    }

    /// Cuts the row that starts here. Returns what it is and its number of cells; `None` when a
    /// damaged file ends inside it.
    fn cut_row(
        &mut self,
        stream: &mut Stream,
        cells: &mut Cells,
        columns: usize,
    ) -> Option<(Kind, usize)> {
        let (start, ends_start) = (cells.used, cells.ends_used);
        let (mut kind, mut count) = (Kind::Whole, 0);
        loop {
            let at_end = self.used == self.input.len() && !self.read(stream);
            if at_end && stream.is_cut() {
                (cells.used, cells.ends_used) = (start, ends_start);
                return None;
            }
            cells.make_room();
            // At the end, a newline tells a last row without one from an open quote.
            let input = if at_end { &b"\n"[..] } else { &self.input[self.used..] };
            let (result, taken, given, ended) = self.core.read_record(
                input,
                &mut cells.bytes[cells.used..],
                &mut cells.ends[cells.ends_used..],
            );
            if !at_end {
                self.advance(taken);
            }
            count += ended;
            cells.used += given;
            // Cells beyond the header's are counted and not kept: the row is a reject.
            cells.ends_used = (cells.ends_used + ended).min(ends_start + columns);
            if cells.used - start > self.file.limits.record_bytes_max {
                kind = Kind::TooLarge;
            }
            if kind == Kind::TooLarge {
                (cells.used, cells.ends_used) = (start, ends_start);
            }
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => return Some((kind, count)),
                _ if at_end && taken == 1 => {
                    (cells.used, cells.ends_used) = (start, ends_start);
                    return Some((Kind::Unclosed, count));
                }
                _ => {}
            }
        }
    }

    /// Steps over line ends between rows, and the byte order mark that joined files leave.
    fn skip_newlines(&mut self, stream: &mut Stream) {
        loop {
            let rest = &self.input[self.used..];
            let newlines = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            self.advance(newlines);
            if self.input.len() - self.used < BOM.len() && self.read(stream) {
                continue;
            }
            if self.input[self.used..].starts_with(BOM) {
                self.advance(BOM.len());
            } else {
                return;
            }
        }
    }

    fn advance(&mut self, count: usize) {
        let passed = &self.input[self.used..self.used + count];
        self.place.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.place.offset += count as u64;
        self.used += count;
    }

    /// Gets more input. Returns whether some came.
    fn read(&mut self, stream: &mut Stream) -> bool {
        self.input.drain(..self.used);
        self.used = 0;
        let before = self.input.len();
        while self.more && self.input.len() == before {
            self.more = stream.read(&mut self.input, self.file.limits.batch_bytes.max(16));
        }
        self.input.len() > before
    }
}

impl Cells {
    /// Room for at least one byte and one end.
    fn make_room(&mut self) {
        if self.used == self.bytes.len() {
            self.bytes.resize((self.used * 2).max(64 << 10), 0);
        }
        if self.ends_used == self.ends.len() {
            self.ends.resize((self.ends_used * 2).max(1 << 10), 0);
        }
    }

    /// Where the cell of a whole row stands in `bytes`.
    fn range(&self, row: &Row, column: usize) -> Range<usize> {
        let end = |column: usize| row.start + self.ends[row.ends_start + column];
        let start = column.checked_sub(1).map_or(row.start, end);
        start..end(column)
    }

    fn cell(&self, row: &Row, column: usize) -> &[u8] {
        &self.bytes[self.range(row, column)]
    }
}

/// The delimiter that gives the header a text column, else the one that gives it most cells.
fn sniff_delimiter(sample: &[u8], names: &Names) -> u8 {
    let sample = sample.trim_ascii_start();
    let sample = sample.strip_prefix(BOM).unwrap_or(sample);
    let mut bytes = vec![0; sample.len() + 1];
    let mut ends = vec![0; COLUMNS_MAX];
    let mut score = |delimiter: u8| {
        let mut core = ReaderBuilder::new().delimiter(delimiter).build();
        let (_, _, _, count) = core.read_record(sample, &mut bytes, &mut ends);
        let mut start = 0;
        let is_text = ends[..count].iter().any(|&end| {
            let cell = std::mem::replace(&mut start, end)..end;
            names.is_text(&lossy(&bytes[cell]))
        });
        (is_text, count)
    };
    // Of equal ones the last is taken.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// Some of the names, for a message of one line.
fn listed(names: &[Cow<str>]) -> String {
    const SHOWN: usize = 20;
    let shown = names.iter().take(SHOWN).map(|name| {
        let name: String = name.chars().take(40).collect();
        format!("`{}`", name.escape_debug())
    });
    let mut list = shown.collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        list.push_str(", …");
    }
    list
}

struct RawRows {
    header: Arc<Header>,
    cells: Cells,
    /// Decoding put U+FFFD somewhere in the cells.
    replaced: bool,
}

impl Raws for RawRows {
    fn parse(self: Box<Self>, file: &Origin, each: Each) -> u64 {
        let valid = simdutf8::basic::from_utf8(&self.cells.bytes[..self.cells.used]).ok();
        let mut repaired = 0;
        for row in &self.cells.rows {
            if let Some((reason, detail)) = self.refusal(row, file) {
                each(Err(file.reject(row.place, reason, detail)));
                continue;
            }
            let cell = |column: usize| match valid {
                // A cell that starts or ends inside a character is malformed.
                Some(text) => text
                    .get(self.cells.range(row, column))
                    .map_or_else(|| lossy(self.cells.cell(row, column)), Cow::Borrowed),
                None => lossy(self.cells.cell(row, column)),
            };
            let cells: Vec<Cow<str>> = (0..row.cells).map(cell).collect();
            repaired += u64::from(cells.iter().any(|cell| {
                matches!(cell, Cow::Owned(_)) || (self.replaced && cell.contains('\u{fffd}'))
            }));
            let found = self.pick(&cells).ok_or_else(|| {
                let detail = "the text cell is empty; name another with --field text=COLUMN";
                file.reject(row.place, RejectReason::NoText, detail)
            });
            each(found.map(|(text, fields)| file.dump(row.place, text, fields)));
        }
        repaired
    }
}

impl RawRows {
    /// Why `row` cannot be used.
    fn refusal(&self, row: &Row, file: &Origin) -> Option<(RejectReason, String)> {
        let columns = self.header.keys.len();
        match row.kind {
            Kind::Unclosed => Some((RejectReason::InvalidCsv, UNCLOSED.to_owned())),
            Kind::TooLarge => {
                let detail = too_large_detail(file.limits.record_bytes_max);
                Some((RejectReason::TooLarge, detail))
            }
            Kind::Whole if row.cells != columns => {
                let detail = format!("{} cells where the header has {columns}", row.cells);
                Some((RejectReason::InvalidCsv, detail))
            }
            Kind::Whole => None,
        }
    }

    /// The text and the fields of a row; `None` when it has no text.
    fn pick(&self, cells: &[Cow<str>]) -> Option<(String, Fields)> {
        let is_blank = |column: usize| cells[column].trim().is_empty();
        let mut chosen = [None; FieldName::ALL.len()];
        for (slot, columns) in chosen.iter_mut().zip(&self.header.fields) {
            *slot = columns.iter().copied().find(|&column| !is_blank(column));
        }
        let value = |field: FieldName| chosen[field.index()].map(|at| cells[at].to_string());
        let text = value(FieldName::Text)?;
        let mut meta = String::new();
        for (column, key) in self.header.keys.iter().enumerate() {
            let is_dropped = self.header.is_field[column] && is_blank(column);
            if !is_dropped && !chosen.contains(&Some(column)) {
                meta.push(if meta.is_empty() { '{' } else { ',' });
                meta.push_str(key);
                meta.push(':');
                meta.push_str(&quoted(&cells[column]));
            }
        }
        let fields = Fields {
            id: value(FieldName::Id),
            source: value(FieldName::Source),
            url: value(FieldName::Url),
            title: value(FieldName::Title),
            byline: value(FieldName::Byline),
            dateline: value(FieldName::Dateline),
            published: value(FieldName::Published),
            language: value(FieldName::Language),
            meta: (!meta.is_empty()).then(|| meta + "}"),
        };
        Some((text, fields))
    }
}
