//! Opening inputs: from paths to dumps. The only room that knows file formats on the way in.
//!
//! [`find`] lists the files. [`Reader`] reads them one after the other and cuts them into batches of
//! raw records, which is cheap and stays on one thread; [`Batch::parse`] does the rest of the work
//! on any thread. A bad record costs one record, a damaged file its rest.

mod csv;
mod encoding;
mod fields;
mod find;
mod json;
mod jsonl;
mod record;
mod sniff;
mod stream;
mod text;
mod unpack;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::article::{Dump, Fields};
use crate::ledger::{Reject, RejectReason};

pub use fields::FieldName;
pub use find::{Found, Input, find};

use crate::options::Format;
use fields::Names;
use stream::Stream;

/// Bytes from which the format and the encoding of a file are told.
const SAMPLE_BYTES: usize = 256 << 10;

/// Bytes from which the encoding of a text dump is told: it is one decision for the whole text.
const TEXT_SAMPLE_BYTES: usize = 1 << 20;

/// Bytes from which it is told that a file is no text at all.
const BINARY_SAMPLE_BYTES: usize = 64 << 10;

/// Sizes beyond which an input is hostile or broken; what a user can set of them stands in
/// [`options::Limits`](crate::options::Limits).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one record of JSONL, JSON or CSV.
    pub record_bytes_max: usize,
    /// Bytes of one text dump, which is held in memory as a whole.
    pub text_bytes_max: usize,
    /// Arrays and objects inside each other in one record.
    pub depth_max: usize,
    /// Decompressed bytes per compressed byte, once there are more than `expansion_free_bytes`.
    pub expansion_max: u64,
    /// Decompressed bytes that are free: a file of one repeated line may be honest.
    pub expansion_free_bytes: u64,
    /// About how many bytes of raw records stand in a batch.
    pub batch_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::from(&crate::options::Limits::default())
    }
}

impl From<&crate::options::Limits> for Limits {
    fn from(limits: &crate::options::Limits) -> Limits {
        // A limit that no size reaches is none.
        let size = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX - 1);
        Limits {
            record_bytes_max: size(limits.record),
            text_bytes_max: size(limits.text),
            depth_max: size(limits.nesting),
            expansion_max: limits.expansion,
            expansion_free_bytes: 1 << 30,
            batch_bytes: 1 << 20,
        }
    }
}

/// How inputs are found and read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The format of all inputs.
    pub from: Format,
    /// Columns that are fields, in order of preference; they replace the field's default columns.
    pub fields: Vec<(FieldName, String)>,
    /// Globs of files and folders to leave out, matched against the path below the argument and
    /// against the name alone.
    pub exclude: Vec<String>,
    /// The output folder, which is no input wherever it lies.
    pub skip_folder: Option<PathBuf>,
    /// The file that output goes to, which is no input either.
    pub skip_file: Option<PathBuf>,
    /// Sizes beyond which an input is refused.
    pub limits: Limits,
    /// Leave out [`InputSummary::blake3`], for one who writes no report.
    pub unhashed: bool,
}

/// What became of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSummary {
    /// The path as it is shown everywhere.
    pub path: Arc<str>,
    /// Raw bytes of the file. Of a file that was refused at its head, that is no text or that the
    /// system stopped reading, the bytes read.
    pub bytes: u64,
    /// BLAKE3 of those bytes, in hex; empty where it is left out.
    pub blake3: String,
    /// The encoding it was decoded from: `utf-8`, `windows-1256`, `utf-16le`; `none` when it was
    /// refused before.
    pub encoding: String,
    /// `gzip`, `zstd`, `bzip2`, `xz` or nothing.
    pub compression: Option<&'static str>,
    /// `text`, `jsonl`, `json`, `csv`, `tsv`; `none` when it was refused before.
    pub format: &'static str,
    /// Whether it could not be used to its end. Then one reject with `record: None` says why.
    pub failed: bool,
}

/// What [`Batch::parse`] counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParseCounts {
    /// Dumps and rejects in whose raw record malformed bytes or lone surrogates became U+FFFD.
    pub repaired: u64,
}

/// Some raw records of one input, in their order, to be parsed on any thread.
pub struct Batch {
    /// Which input, as an index into the list given to [`Reader::new`].
    pub input: usize,
    /// Raw bytes of the file read since the batch before.
    pub bytes_read: u64,
    /// On the last batch of each input: what became of it.
    pub finished: Option<InputSummary>,
    file: Arc<Origin>,
    raws: Option<Box<dyn Raws>>,
    rejects: Vec<Reject>,
}

impl Batch {
    /// The file, as it is shown everywhere.
    #[must_use]
    pub fn path(&self) -> Arc<str> {
        self.file.path.clone()
    }

    /// Calls `each` for every record, in file order; a reject of the whole file comes last.
    pub fn parse(self, each: Each) -> ParseCounts {
        let repaired = self.raws.map_or(0, |raws| raws.parse(&self.file, each));
        for reject in self.rejects {
            each(Err(reject));
        }
        ParseCounts { repaired }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("input", &self.input)
            .field("bytes_read", &self.bytes_read)
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
}

/// Takes what a file holds: a dump, or why a record is none.
pub type Each<'a> = &'a mut dyn FnMut(Result<Dump, Reject>);

/// What every part of a reader knows of the file it reads.
struct Origin {
    path: Arc<str>,
    folder: Arc<str>,
    names: Arc<Names>,
    limits: Limits,
}

/// Where a record stands in its file.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// 1-based; `None` for the file, or its rest.
    record: Option<u64>,
    /// 1-based.
    line: u64,
    /// In the bytes the format reads: decompressed, and decoded where they are not UTF-8.
    offset: u64,
}

impl Origin {
    fn dump(&self, place: Place, text: String, fields: Fields) -> Dump {
        let (path, folder) = (self.path.clone(), self.folder.clone());
        Dump { path, record: place.record, line: place.line, folder, text, fields }
    }

    fn reject(&self, place: Place, reason: RejectReason, detail: impl Into<String>) -> Reject {
        Reject {
            file: self.path.clone(),
            record: place.record,
            line: Some(place.line),
            offset: Some(place.offset),
            reason,
            detail: detail.into(),
        }
    }

    /// A reject of the file before anything in it had a place.
    fn refuse(&self, reason: RejectReason, detail: String) -> Reject {
        let file = self.path.clone();
        Reject { file, record: None, line: None, offset: None, reason, detail }
    }
}

/// A format that can be read. Implementations own the format; they know nothing of articles.
trait Reads: Sync {
    /// The word used by `--from` and in reports.
    fn name(&self) -> &'static str;

    /// The endings of file names that hint at it, without those of compressions.
    fn endings(&self) -> &'static [&'static str];

    /// Whether the bytes are cut before they are decoded, so that they must come as UTF-8.
    fn wants_utf8(&self) -> bool {
        true
    }

    /// Starts reading a file from its first byte. `encoding` is told to those that decode alone.
    fn start(
        &self,
        file: &Arc<Origin>,
        encoding: &'static encoding_rs::Encoding,
    ) -> Box<dyn Frames>;
}

/// Every format, in the order of messages.
static FORMATS: &[(Format, &dyn Reads)] = &[
    (Format::Text, &text::Text),
    (Format::Jsonl, &jsonl::Jsonl),
    (Format::Json, &json::Json),
    (Format::Csv, &csv::CSV),
    (Format::Tsv, &csv::TSV),
];

/// Cuts one file into raw records.
trait Frames: Send {
    /// The next records; after [`Piece::rest`] was given it is not called again.
    fn next(&mut self, stream: &mut Stream) -> Piece;
}

/// Some records of a file.
#[derive(Default)]
struct Piece {
    raws: Option<Box<dyn Raws>>,
    /// Come after the records.
    rejects: Vec<Reject>,
    /// With the last records: where that which was used ends.
    rest: Option<Place>,
}

/// Raw records, cut and not parsed.
trait Raws: Send {
    /// As [`Batch::parse`]; returns how many were repaired.
    fn parse(self: Box<Self>, file: &Origin, each: Each) -> u64;
}

/// Reads inputs one after the other, one open file and about one batch in memory at a time.
pub struct Reader {
    inputs: std::iter::Enumerate<std::vec::IntoIter<Input>>,
    from: Format,
    limits: Limits,
    unhashed: bool,
    names: Arc<Names>,
    open: Option<Open>,
}

/// The file being read.
struct Open {
    input: usize,
    file: Arc<Origin>,
    stream: Stream,
    frames: Box<dyn Frames>,
    is_regular: bool,
    format: &'static str,
    encoding: String,
    bytes_told: u64,
    failed: bool,
}

impl Reader {
    /// A reader of `inputs`, as [`find`] gives them.
    #[must_use]
    pub fn new(inputs: Vec<Input>, options: &ReadOptions) -> Reader {
        Reader {
            inputs: inputs.into_iter().enumerate(),
            from: options.from,
            limits: options.limits,
            unhashed: options.unhashed,
            names: Arc::new(Names::new(&options.fields)),
            open: None,
        }
    }

    /// Opens an input and decides what it is; the whole batch of a file that is refused.
    fn open(&self, index: usize, input: &Input) -> Result<Open, Box<Batch>> {
        let file = Arc::new(Origin {
            path: input.shown.clone(),
            folder: input.folder.clone(),
            names: self.names.clone(),
            limits: self.limits,
        });
        let mut stream = match Stream::open(input, self.limits, !self.unhashed) {
            Ok(stream) => stream,
            Err(error) => {
                let detail = format!("cannot be opened: {}", find::refusal(&error));
                return Err(refused(index, file, None, RejectReason::Unreadable, detail));
            }
        };
        let sample = stream.peek(SAMPLE_BYTES);
        let Some(mut decision) = encoding::decide(sample) else {
            let detail = "utf-32; convert it with iconv -t utf-8".to_owned();
            return Err(refused(index, file, Some(&stream), RejectReason::Encoding, detail));
        };
        let head = &sample[..sample.len().min(BINARY_SAMPLE_BYTES)];
        let utf16 = decision.encoding.name().starts_with("UTF-16");
        let forced = self.from != Format::Auto;
        if let Some((reason, detail)) = sniff::refuse(head, forced, utf16) {
            return Err(refused(index, file, Some(&stream), reason, detail));
        }
        let (decoded, _) = decision.encoding.decode_without_bom_handling(head);
        let format = match self.from {
            Format::Auto => sniff::format(&input.shown, decoded.as_bytes(), &self.names),
            format => format,
        };
        drop(decoded);
        if format == Format::Text && !decision.is_utf8() {
            decision = encoding::decide(stream.peek(TEXT_SAMPLE_BYTES)).unwrap_or(decision);
        }
        stream.skip(decision.bom_bytes);
        let reads = FORMATS.iter().find(|(known, _)| *known == format).map(|(_, reads)| *reads);
        let reads = reads.unwrap_or(&text::Text);
        if reads.wants_utf8() && !decision.is_utf8() {
            stream.decode_from(decision.encoding);
        }
        Ok(Open {
            input: index,
            frames: reads.start(&file, decision.encoding),
            file,
            stream,
            is_regular: input.bytes.is_some(),
            format: reads.name(),
            encoding: decision.name(),
            bytes_told: 0,
            failed: false,
        })
    }
}

/// The only batch of a file that is not read, or not further than its head.
fn refused(
    input: usize,
    file: Arc<Origin>,
    stream: Option<&Stream>,
    reason: RejectReason,
    detail: String,
) -> Box<Batch> {
    let summary = InputSummary {
        path: file.path.clone(),
        bytes: stream.map_or(0, |stream| stream.raw().bytes()),
        blake3: stream
            .map_or_else(|| blake3::hash(b"").to_hex().to_string(), |stream| stream.raw().blake3()),
        encoding: "none".to_owned(),
        compression: stream.and_then(Stream::compression),
        format: "none",
        failed: true,
    };
    let rejects = vec![file.refuse(reason, detail)];
    let bytes_read = summary.bytes;
    Box::new(Batch { input, bytes_read, finished: Some(summary), file, raws: None, rejects })
}

impl Open {
    fn next(&mut self) -> Batch {
        let mut piece = self.frames.next(&mut self.stream);
        let last = piece.rest.is_some();
        // What the format gave up already is not damaged once more.
        let given_up = piece.rejects.iter().any(|reject| reject.record.is_none());
        let damage = self.stream.damage().filter(|_| !given_up);
        if let (Some(rest), Some(damage)) = (piece.rest, damage) {
            let reject = self.file.reject(rest, damage.reason, damage.detail.clone());
            piece.rejects.push(reject);
        }
        self.failed |= piece.rejects.iter().any(|reject| reject.record.is_none());
        if last && self.is_regular {
            self.stream.drain();
        }
        if let (Some(rest), false, Some((reason, detail))) =
            (piece.rest, self.failed, self.stream.raw().change())
        {
            piece.rejects.push(self.file.reject(rest, reason, detail));
            self.failed = true;
        }
        let bytes = self.stream.raw().bytes();
        let bytes_read = bytes - self.bytes_told;
        self.bytes_told = bytes;
        let finished = last.then(|| InputSummary {
            path: self.file.path.clone(),
            bytes,
            blake3: self.stream.raw().blake3(),
            encoding: self.encoding.clone(),
            compression: self.stream.compression(),
            format: self.format,
            failed: self.failed,
        });
        Batch {
            input: self.input,
            bytes_read,
            finished,
            file: self.file.clone(),
            raws: piece.raws,
            rejects: piece.rejects,
        }
    }
}

impl Iterator for Reader {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let mut open = if let Some(open) = self.open.take() {
            open
        } else {
            let (index, input) = self.inputs.next()?;
            match self.open(index, &input) {
                Ok(open) => open,
                Err(batch) => return Some(*batch),
            }
        };
        let batch = open.next();
        if batch.finished.is_none() {
            self.open = Some(open);
        }
        Some(batch)
    }
}
