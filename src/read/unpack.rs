//! Raw bytes of a file, hashed and counted as they pass, and what is inside when it is compressed.
//!
//! Compression is told by magic bytes alone. All members and frames are read; damage ends the
//! stream and is kept for whoever asks why it ended.

use std::fs::{File, Metadata};
use std::io::{self, Read};

use bzip2::Decompress as Bunzip;
use flate2::{Decompress as Inflate, FlushDecompress, Status};
use liblzma::stream::{Action, Error as XzError, Status as XzStatus, Stream as Xz};
use zstd::stream::raw::{DParameter, Decoder as Unzstd, InBuffer, Operation, OutBuffer};

use super::Limits;
use super::find::refusal;
use crate::checksum::Checksum;
use crate::ledger::RejectReason;

/// Compressed bytes taken from the file at a time.
const INPUT_BYTES: usize = 128 << 10;

/// The longest magic, of bzip2 with the mark of its first block.
const MAGIC_BYTES: usize = 10;

/// `zstd --long=27`, and what every zstd reads without being asked: 128 MiB.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// Four times what `xz -9` needs to unpack.
const XZ_MEMORY_BYTES_MAX: u64 = 260 << 20;

/// Why a stream ended before its end.
#[derive(Clone, Debug)]
pub(super) struct Damage {
    pub(super) reason: RejectReason,
    pub(super) detail: String,
    /// Whether everything before the damage is known to be complete, so that a last line without a
    /// newline may be used.
    pub(super) whole: bool,
}

/// Where the bytes come from.
pub(super) enum Source {
    File(File),
    Stdin(io::Stdin),
}

/// The bytes of a file, hashed and counted.
pub(super) struct Raw {
    source: Source,
    /// Of a regular file, what the system said of it when it was opened.
    opened: Option<Metadata>,
    checksum: Option<Checksum>,
    bytes: u64,
    ended: bool,
    error: Option<io::Error>,
}

impl Raw {
    pub(super) fn new(source: Source, hashed: bool) -> Raw {
        let opened = match &source {
            Source::File(file) => file.metadata().ok().filter(Metadata::is_file),
            Source::Stdin(_) => None,
        };
        Raw {
            source,
            opened,
            checksum: hashed.then(Checksum::default),
            bytes: 0,
            ended: false,
            error: None,
        }
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// BLAKE3 of the bytes read so far, in hex; empty when it is not wanted.
    pub(super) fn blake3(&self) -> String {
        let hex = |checksum: &Checksum| checksum.hash().to_hex().to_string();
        self.checksum.as_ref().map(hex).unwrap_or_default()
    }

    /// Appends `count` bytes, fewer only at the end; whatever sizes the system reads in, the same
    /// file gives the same pieces. Returns how many came.
    fn fill(&mut self, out: &mut Vec<u8>, count: usize) -> usize {
        let (start, end) = (out.len(), out.len() + count);
        out.reserve(count);
        while !self.ended && out.len() < end {
            let before = out.len();
            // Hashed while it is still in a cache.
            let some = INPUT_BYTES.min(end - before);
            // Into room that was not filled with zeros before.
            let read = match &mut self.source {
                Source::File(file) => file.take(some as u64).read_to_end(out),
                Source::Stdin(stdin) => stdin.take(some as u64).read_to_end(out),
            };
            self.ended = out.len() - before < some;
            self.error = read.err();
            if let Some(checksum) = &mut self.checksum {
                checksum.update(&out[before..]);
            }
        }
        self.bytes += (out.len() - start) as u64;
        out.len() - start
    }

    /// Once all is read: why this is not the file that was opened. Whoever writes to a file while it is
    /// read may give half of the old one and half of the new.
    pub(super) fn change(&self) -> Option<(RejectReason, String)> {
        let opened = self.opened.as_ref()?;
        let Source::File(file) = &self.source else { return None };
        let (then, read) = (opened.len(), self.bytes);
        let again = "read it again when nothing writes to it";
        if read < then {
            let detail =
                format!("it shrank from {then} to {read} bytes while it was read; {again}");
            return Some((RejectReason::Truncated, detail));
        }
        // A file that the system no longer speaks of was read to its end all the same.
        let now = file.metadata().ok()?;
        let is_same =
            read == then && now.len() == then && opened.modified().ok() == now.modified().ok();
        let detail = || match now.len() {
            len if len == then && read == then => {
                format!("it was written to while it was read; {again}")
            }
            len => {
                format!("it grew from {then} to {} bytes while it was read; {again}", len.max(read))
            }
        };
        (!is_same).then(|| (RejectReason::Unreadable, detail()))
    }

    /// Reads to the end, so that size and hash are those of the whole file.
    pub(super) fn drain(&mut self) {
        let mut buffer = Vec::new();
        while self.fill(&mut buffer, INPUT_BYTES) > 0 {
            buffer.clear();
        }
    }
}

/// A compression we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Gzip, Kind::Zstd, Kind::Bzip2, Kind::Xz];

    fn name(self) -> &'static str {
        match self {
            Kind::Gzip => "gzip",
            Kind::Zstd => "zstd",
            Kind::Bzip2 => "bzip2",
            Kind::Xz => "xz",
        }
    }

    /// Whether a member, frame or stream of this kind starts here.
    fn starts(self, bytes: &[u8]) -> bool {
        match self {
            Kind::Gzip => bytes.starts_with(b"\x1f\x8b\x08"),
            // The second is a skippable frame, as seekable and parallel writers put first.
            Kind::Zstd => match bytes {
                [0x28, 0xb5, 0x2f, 0xfd, ..] => true,
                [first, 0x2a, 0x4d, 0x18, ..] => (0x50..=0x5f).contains(first),
                _ => false,
            },
            // `BZh9` alone could start a text, so the mark of a block or of the end must follow.
            Kind::Bzip2 => match bytes {
                [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] => {
                    rest.starts_with(b"\x31\x41\x59\x26\x53\x59")
                        || rest.starts_with(b"\x17\x72\x45\x38\x50\x90")
                }
                _ => false,
            },
            Kind::Xz => bytes.starts_with(b"\xfd7zXZ\0"),
        }
    }

    fn codec(self) -> Result<Box<dyn Codec>, Fault> {
        Ok(match self {
            Kind::Gzip => Box::new(Inflate::new_gzip(15)),
            Kind::Zstd => {
                let mut decoder = Unzstd::new().map_err(|e| Fault::Corrupt(e.to_string()))?;
                decoder
                    .set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))
                    .map_err(|e| Fault::Corrupt(e.to_string()))?;
                Box::new(decoder)
            }
            Kind::Bzip2 => Box::new(Bunzip::new(false)),
            Kind::Xz => Box::new(
                Xz::new_stream_decoder(XZ_MEMORY_BYTES_MAX, 0)
                    .map_err(|e| Fault::Corrupt(e.to_string()))?,
            ),
        })
    }
}

/// The name of the compression whose magic stands at the head of `bytes`.
pub(super) fn compression(bytes: &[u8]) -> Option<&'static str> {
    Kind::ALL.into_iter().find(|kind| kind.starts(bytes)).map(Kind::name)
}

/// What one step of a codec did. What came before a fault still counts.
struct Step {
    taken: usize,
    given: usize,
    /// Whether the member, frame or stream is complete and its checksum right.
    ended: Result<bool, Fault>,
}

enum Fault {
    Corrupt(String),
    TooLarge(String),
}

/// One member, frame or stream being unpacked.
trait Codec: Send {
    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Step;
}

/// What a 64-bit total gained since `before`; it is at most the size of a buffer.
fn gained(before: u64, after: u64) -> usize {
    usize::try_from(after - before).unwrap_or(usize::MAX)
}

impl Codec for Inflate {
    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = (self.total_in(), self.total_out());
        let ended = match self.decompress(input, output, FlushDecompress::None) {
            Ok(status) => Ok(status == Status::StreamEnd),
            Err(e) => Err(Fault::Corrupt(e.message().unwrap_or("damaged data").to_owned())),
        };
        let taken = gained(before.0, self.total_in());
        Step { taken, given: gained(before.1, self.total_out()), ended }
    }
}

impl Codec for Unzstd<'static> {
    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let mut input = InBuffer::around(input);
        let mut output = OutBuffer::around(output);
        let ended = match Operation::run(self, &mut input, &mut output) {
            Ok(left) => Ok(left == 0),
            Err(e) if e.to_string().contains("too much memory") => {
                let remedy = "recompress it without --long, as in \
                              zstd -dc --long=31 FILE | zstd -o NEW";
                Err(Fault::TooLarge(format!("its window is over 128 mib; {remedy}")))
            }
            Err(e) => Err(Fault::Corrupt(e.to_string())),
        };
        Step { taken: input.pos(), given: output.pos(), ended }
    }
}

impl Codec for Bunzip {
    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = (self.total_in(), self.total_out());
        let ended = match self.decompress(input, output) {
            Ok(status) => Ok(status == bzip2::Status::StreamEnd),
            Err(e) => Err(Fault::Corrupt(e.to_string())),
        };
        let taken = gained(before.0, self.total_in());
        Step { taken, given: gained(before.1, self.total_out()), ended }
    }
}

impl Codec for Xz {
    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = (self.total_in(), self.total_out());
        let ended = match self.process(input, output, Action::Run) {
            Ok(status) => Ok(status == XzStatus::StreamEnd),
            Err(XzError::MemLimit) => {
                let remedy = "recompress it with xz -9 or less";
                Err(Fault::TooLarge(format!("it needs over 260 mib of memory; {remedy}")))
            }
            Err(e) => Err(Fault::Corrupt(e.to_string())),
        };
        let taken = gained(before.0, self.total_in());
        Step { taken, given: gained(before.1, self.total_out()), ended }
    }
}

/// The decompressed bytes of a file, or its own bytes when it is not compressed.
pub(super) struct Unpacker {
    raw: Raw,
    limits: Limits,
    /// Raw bytes taken from the file and not used yet: `input[at..]`.
    input: Vec<u8>,
    at: usize,
    kind: Option<Kind>,
    /// The member being unpacked; `None` between members.
    codec: Option<Box<dyn Codec>>,
    /// Compressed bytes used, decompressed bytes given.
    taken: u64,
    given: u64,
    ended: bool,
    damage: Option<Damage>,
}

impl Unpacker {
    /// Reads the first block and sees from it whether the file is compressed.
    pub(super) fn new(mut raw: Raw, limits: Limits) -> Unpacker {
        let mut input = Vec::new();
        raw.fill(&mut input, INPUT_BYTES);
        let kind = Kind::ALL.into_iter().find(|kind| kind.starts(&input));
        Unpacker {
            raw,
            limits,
            input,
            at: 0,
            kind,
            codec: None,
            taken: 0,
            given: 0,
            ended: false,
            damage: None,
        }
    }

    /// The name of the compression, if there is one.
    pub(super) fn compression(&self) -> Option<&'static str> {
        self.kind.map(Kind::name)
    }

    /// The file below.
    pub(super) fn raw(&self) -> &Raw {
        &self.raw
    }

    /// The file below.
    pub(super) fn raw_mut(&mut self) -> &mut Raw {
        &mut self.raw
    }

    /// Why the stream ended early, if it did.
    pub(super) fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Appends up to `count` decompressed bytes, fewer only at the end. Returns whether more may
    /// follow.
    pub(super) fn read(&mut self, out: &mut Vec<u8>, count: usize) -> bool {
        match self.kind {
            None => self.copy(out, count),
            Some(kind) => self.unpack(kind, out, count),
        }
        !self.ended
    }

    fn copy(&mut self, out: &mut Vec<u8>, count: usize) {
        let held = count.min(self.input.len() - self.at);
        out.extend_from_slice(&self.input[self.at..self.at + held]);
        self.at += held;
        let mut came = held;
        if came < count {
            self.input = Vec::new();
            self.at = 0;
            came += self.raw.fill(out, count - came);
        }
        self.given += came as u64;
        if came < count {
            self.ended = true;
            self.note_read_error();
        }
    }

    fn unpack(&mut self, kind: Kind, out: &mut Vec<u8>, count: usize) {
        let mut filled = out.len();
        out.resize(filled + count, 0);
        while filled < out.len() && !self.ended {
            let mut codec = match self.codec.take() {
                Some(codec) => codec,
                None => match self.next_member(kind) {
                    Some(codec) => codec,
                    None => break,
                },
            };
            let step = codec.run(&self.input[self.at..], &mut out[filled..]);
            self.at += step.taken;
            filled += step.given;
            self.taken += step.taken as u64;
            self.given += step.given as u64;
            match step.ended {
                Ok(true) => {}
                Ok(false) => {
                    self.codec = Some(codec);
                    if step.taken == 0 && step.given == 0 && !self.refill() {
                        self.cut_off(kind);
                    }
                }
                Err(fault) => self.fail(kind, fault),
            }
            if self.damage.is_none() && self.is_bomb() {
                let ratio = self.limits.expansion_max;
                let detail = format!(
                    "{} data that expands more than {ratio} : 1, given up at byte {} of its \
                     contents; if it is meant to, raise the ratio with --max expansion=N",
                    kind.name(),
                    self.given,
                );
                self.end(RejectReason::Bomb, detail, false);
            }
        }
        out.truncate(filled);
    }

    /// A codec for the member that starts here; `None` at the end, be it good or bad.
    fn next_member(&mut self, kind: Kind) -> Option<Box<dyn Codec>> {
        // Tapes and block devices pad with zeros.
        while self.taken > 0 {
            let rest = &self.input[self.at..];
            let zeros = rest.iter().take_while(|byte| **byte == 0).count();
            let enough = rest.len() - zeros >= MAGIC_BYTES;
            self.at += zeros;
            if enough || !self.refill() {
                break;
            }
        }
        let rest = &self.input[self.at..];
        if rest.is_empty() {
            self.ended = true;
            self.note_read_error();
            return None;
        }
        if !kind.starts(rest) {
            let at = self.raw.bytes - rest.len() as u64;
            let name = kind.name();
            let detail = format!(
                "something that is not {name} follows the {name} data at byte {at} of the file; \
                 what stands before it was read"
            );
            self.end(RejectReason::Corrupt, detail, true);
            return None;
        }
        kind.codec().map_err(|fault| self.fail(kind, fault)).ok()
    }

    /// Gets more raw bytes. Returns false at the end of the file.
    fn refill(&mut self) -> bool {
        self.input.drain(..self.at);
        self.at = 0;
        self.raw.fill(&mut self.input, INPUT_BYTES) > 0
    }

    fn is_bomb(&self) -> bool {
        self.given > self.limits.expansion_free_bytes
            && self.given / self.limits.expansion_max.max(1) > self.taken
    }

    fn cut_off(&mut self, kind: Kind) {
        self.ended = true;
        self.note_read_error();
        if self.damage.is_none() {
            let (name, at) = (kind.name(), self.given);
            let detail = format!(
                "the {name} data ends too early, at byte {at} of its contents; get the file again"
            );
            self.end(RejectReason::Truncated, detail, false);
        }
    }

    fn fail(&mut self, kind: Kind, fault: Fault) {
        let (name, at) = (kind.name(), self.given);
        match fault {
            Fault::TooLarge(why) => {
                self.end(RejectReason::TooLarge, format!("{name} data: {why}"), false);
            }
            Fault::Corrupt(why) => {
                let why = why.to_lowercase();
                let detail = format!(
                    "the {name} data is damaged at byte {at} of its contents ({why}); get the \
                     file again"
                );
                self.end(RejectReason::Corrupt, detail, false);
            }
        }
    }

    fn note_read_error(&mut self) {
        if let Some(error) = self.raw.error.take() {
            let at = self.raw.bytes;
            let detail = format!("cannot be read beyond byte {at}: {}", refusal(&error));
            self.end(RejectReason::Unreadable, detail, false);
        }
    }

    fn end(&mut self, reason: RejectReason, detail: String, whole: bool) {
        self.ended = true;
        self.damage = Some(Damage { reason, detail, whole });
    }
}
