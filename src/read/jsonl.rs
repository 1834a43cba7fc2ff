//! JSON Lines: one object a line, a record each.
//!
//! A line that is no record is reported with its number and skipped. Scrapers crash in the middle
//! of a line; the other hundred thousand lines are still wanted.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use encoding_rs::Encoding;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::encoding::{BOM, lossy};
use super::record::{self, may_have_surrogates, repair_surrogates};
use super::stream::Stream;
use super::{Each, Frames, Origin, Piece, Place, Raws, Reads};
use crate::ledger::RejectReason;
use crate::vector::{BITS, Loop, Machine, filled, widest};

pub(super) struct Jsonl;

impl Reads for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["jsonl", "ndjson"]
    }

    fn start(&self, file: &Arc<Origin>, _: &'static Encoding) -> Box<dyn Frames> {
        Box::new(Lines {
            file: file.clone(),
            carry: Vec::new(),
            at: Place { record: Some(1), line: 1, offset: 0 },
        })
    }
}

/// Cuts at newlines.
struct Lines {
    file: Arc<Origin>,
    /// The start of a line whose end was not read yet.
    carry: Vec<u8>,
    /// Where `carry` starts.
    at: Place,
}

impl Frames for Lines {
    fn next(&mut self, stream: &mut Stream) -> Piece {
        let batch_bytes = self.file.limits.batch_bytes.max(1);
        let mut bytes = Vec::with_capacity(self.carry.len() + batch_bytes);
        bytes.append(&mut self.carry);
        let mut searched = 0;
        loop {
            // Twice as much each time, but hardly more than the longest line that counts.
            let room = (self.file.limits.record_bytes_max + 1).saturating_sub(searched);
            let more = stream.read(&mut bytes, batch_bytes.max(searched.min(room)));
            if let Some(end) = memchr::memrchr(b'\n', &bytes[searched..]) {
                let end = searched + end + 1;
                if !more {
                    return self.last(bytes, stream);
                }
                self.carry.extend_from_slice(&bytes[end..]);
                bytes.truncate(end);
                let raws = Some(self.batch(bytes, stream));
                return Piece { raws, ..Piece::default() };
            }
            if !more {
                return self.last(bytes, stream);
            }
            if bytes.len() > self.file.limits.record_bytes_max {
                return self.skip(bytes, stream);
            }
            searched = bytes.len();
        }
    }
}

impl Lines {
    /// The last lines of the file; what a damaged file has after its last newline is no record.
    fn last(&mut self, mut bytes: Vec<u8>, stream: &mut Stream) -> Piece {
        if stream.is_cut() {
            bytes.truncate(memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1));
        }
        let raws = Some(self.batch(bytes, stream));
        Piece { raws, rest: Some(Place { record: None, ..self.at }), ..Piece::default() }
    }

    /// Whole lines as a batch. Counts them, for the numbers of the records in the next one.
    fn batch(&mut self, bytes: Vec<u8>, stream: &mut Stream) -> Box<dyn Raws> {
        let start = self.at;
        let lines = cut(&bytes, self.file.limits.record_bytes_max);
        let records: u64 = lines.iter().map(|line| line.records).sum();
        self.at.line += lines.len() as u64;
        self.at.offset += bytes.len() as u64;
        self.at.record = self.at.record.map(|record| record + records);
        Box::new(RawLines { bytes, lines, start, replaced: stream.take_replaced() })
    }

    /// Passes over a line that is over the limit, of which `bytes` is the start.
    fn skip(&mut self, mut bytes: Vec<u8>, stream: &mut Stream) -> Piece {
        let detail = record::too_large_detail(self.file.limits.record_bytes_max);
        let reject = self.file.reject(self.at, RejectReason::TooLarge, detail);
        let mut piece = Piece { rejects: vec![reject], ..Piece::default() };
        let mut more = true;
        loop {
            if let Some(end) = memchr::memchr(b'\n', &bytes) {
                self.at.offset += end as u64 + 1;
                self.carry.extend_from_slice(&bytes[end + 1..]);
                break;
            }
            self.at.offset += bytes.len() as u64;
            if !more {
                break;
            }
            bytes.clear();
            more = stream.read(&mut bytes, self.file.limits.batch_bytes.max(1));
        }
        self.at.line += 1;
        self.at.record = self.at.record.map(|record| record + 1);
        stream.take_replaced();
        if !more && self.carry.is_empty() {
            piece.rest = Some(Place { record: None, ..self.at });
        }
        piece
    }
}

/// A line of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RawLine {
    /// The byte behind it and its newline.
    end: usize,
    /// How many records it has.
    records: u64,
}

/// The lines of a batch, where a record of more than `limit` bytes counts, but is not looked into.
fn cut(bytes: &[u8], limit: usize) -> Vec<RawLine> {
    widest(Cutting { bytes, limit })
}

/// Looking for ends of lines, and for a `}` that something follows which cannot follow inside of an object: cheap,
/// for braces are rare in prose.
struct Cutting<'b> {
    bytes: &'b [u8],
    limit: usize,
}

impl Loop for Cutting<'_> {
    type Output = Vec<RawLine>;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Vec<RawLine> {
        let Cutting { bytes, limit } = self;
        let mut lines = Vec::new();
        let (mut start, mut may_hold_several) = (0, false);
        let mut room = [b' '; BITS];
        for (index, row) in bytes.chunks(BITS).enumerate() {
            let row = machine.bytes(filled(row, &mut room));
            let mut marks = machine.one_of(row, [b'\n', b'}']);
            while marks != 0 {
                let end = index * BITS + marks.trailing_zeros() as usize + 1;
                marks &= marks - 1;
                if bytes[end - 1] == b'}' {
                    may_hold_several = may_hold_several || object_ends(&bytes[end..]);
                } else {
                    let records = records_in(&bytes[start..end], limit, may_hold_several);
                    lines.push(RawLine { end, records });
                    (start, may_hold_several) = (end, false);
                }
            }
        }
        if start < bytes.len() {
            let records = records_in(&bytes[start..], limit, may_hold_several);
            lines.push(RawLine { end: bytes.len(), records });
        }
        lines
    }
}

/// Whether on the line of a `}`, behind which is `rest`, something follows it that cannot follow inside of an object.
/// In a string anything may.
fn object_ends(rest: &[u8]) -> bool {
    let is_next = |byte: &&u8| **byte == b'\n' || !byte.is_ascii_whitespace();
    let next = rest.iter().find(is_next);
    next.is_some_and(|byte| !matches!(byte, b',' | b'}' | b']' | b'\n'))
}

/// Whether a line, its newline aside, has more than `limit` bytes: then it is one record.
fn is_longer_than(limit: usize, line: &[u8]) -> bool {
    line.strip_suffix(b"\n").unwrap_or(line).len() > limit
}

/// A line without the white space around it and the byte order mark that joined files leave.
fn content(line: &[u8]) -> &[u8] {
    let mut line = line.trim_ascii();
    while let Some(rest) = line.strip_prefix(BOM) {
        line = rest.trim_ascii();
    }
    line
}

/// How many records a line has: objects one after the other count each, and what is broken after the
/// first one is one more. Everything else is one, but for a blank line.
fn records_in(line: &[u8], limit: usize, may_hold_several: bool) -> u64 {
    if is_longer_than(limit, line) {
        return 1;
    }
    match content(line) {
        [] => 0,
        line @ [b'{', ..] if may_hold_several => values_in(line).count() as u64,
        _ => 1,
    }
}

/// Start and end of each value of a line; the last one is the broken rest, if there is one.
fn values_in(line: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut values = Deserializer::from_slice(line).into_iter::<IgnoredAny>();
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= line.len() {
            return None;
        }
        let end = match values.next()? {
            Ok(_) => values.byte_offset(),
            Err(_) => line.len(),
        };
        let value = (start, end);
        start = end;
        Some(value)
    })
}

struct RawLines {
    bytes: Vec<u8>,
    lines: Vec<RawLine>,
    start: Place,
    /// Decoding put U+FFFD somewhere in `bytes`.
    replaced: bool,
}

impl Raws for RawLines {
    fn parse(mut self: Box<Self>, file: &Origin, each: Each) -> u64 {
        let (mut at, mut repaired) = (self.start, 0);
        let mut start = 0;
        // Line by line, for a line stays in the cache from one look at it to the next and a batch does not.
        for RawLine { end, records } in std::mem::take(&mut self.lines) {
            let whole_line = &self.bytes[start..end];
            let line = content(whole_line);
            if is_longer_than(file.limits.record_bytes_max, whole_line) {
                let detail = record::too_large_detail(file.limits.record_bytes_max);
                let place = Place { offset: self.start.offset + start as u64, ..at };
                each(Err(file.reject(place, RejectReason::TooLarge, detail)));
                at.record = at.record.map(|record| record + 1);
            } else if !line.is_empty() {
                // Trimming takes off only ASCII and whole byte order marks.
                let from = start + (line.as_ptr() as usize - whole_line.as_ptr() as usize);
                let place = Place { offset: self.start.offset + from as u64, ..at };
                let line = from..from + line.len();
                let (records, is_repaired) = self.parse_line(line, records, file, place, each);
                repaired += u64::from(is_repaired);
                at.record = at.record.map(|record| record + records);
            }
            at.line += 1;
            start = end;
        }
        repaired
    }
}

impl RawLines {
    /// Parses the line of `records` records that is `line` of the bytes. Returns how many they were, and whether it
    /// was repaired.
    fn parse_line(
        &mut self,
        line: Range<usize>,
        records: u64,
        file: &Origin,
        place: Place,
        each: Each,
    ) -> (u64, bool) {
        let line = &mut self.bytes[line];
        if records == 1
            && let Ok(text) = simdutf8::basic::from_utf8(line)
            && record::parse_plain(text, file, place, each)
        {
            return (1, self.replaced && text.contains('\u{fffd}'));
        }
        let is_mended = may_have_surrogates(line) && repair_surrogates(line);
        let text = lossy(line);
        let records = parse_records(&text, records, file, place, each);
        let is_repaired = is_mended
            || matches!(text, Cow::Owned(_))
            || (self.replaced && text.contains('\u{fffd}'));
        (records, is_repaired)
    }
}

/// Parses a line of `records` records. Returns how many they were.
fn parse_records(line: &str, records: u64, file: &Origin, place: Place, each: Each) -> u64 {
    if records == 1 {
        record::parse(line, file, place, each);
        return 1;
    }
    let mut seen = 0;
    for (start, end) in values_in(line.as_bytes()) {
        let record = place.record.map(|record| record + seen);
        let place = Place { record, offset: place.offset + start as u64, ..place };
        record::parse(line.get(start..end).unwrap_or_default(), file, place, each);
        seen += 1;
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_a_line() {
        for (line, expected) in [
            ("{}", 1),
            ("{}{}", 2),
            ("{} \r {}  ", 2),
            ("{\"a\":{\"b\":[{}]}}", 1),
            ("{\"a\":\"} {\"}", 1),
            ("{\"a\":\"} {\"} {\"b\":1}x", 3),
            ("{} garbage", 2),
            ("{bad} {}", 1),
            ("}{", 1),
            ("[1] {}", 1),
            ("{\"a\":\"cut } x", 1),
        ] {
            let end = line.len();
            assert_eq!(cut(line.as_bytes(), end), [RawLine { end, records: expected }], "{line}");
        }
    }

    #[test]
    fn lines_and_their_content() {
        let bytes = b"a\n\n \xef\xbb\xbf b \r\nc";
        let mut start = 0;
        let found = cut(bytes, 9).into_iter().map(|line| {
            let content = content(&bytes[start..line.end]);
            start = line.end;
            (content, line.records)
        });
        let found: Vec<(&[u8], u64)> = found.collect();
        assert_eq!(found, [(&b"a"[..], 1), (b"", 0), (b"b", 1), (b"c", 1)]);
        assert_eq!(cut(b"", 9), []);
    }

    /// The lines of a batch by the words of the standard library.
    fn cut_plainly(bytes: &[u8], limit: usize) -> Vec<RawLine> {
        let mut end = 0;
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(|line| {
            end += line.len();
            let several = content(line).split(|byte| *byte == b'}').skip(1).any(|rest| {
                let next = rest.trim_ascii_start().first();
                next.is_some_and(|next| !matches!(next, b',' | b']'))
            });
            RawLine { end, records: records_in(line, limit, several) }
        });
        lines.collect()
    }

    #[test]
    fn lines_are_cut_as_one_by_one() {
        let pieces = [
            "{}",
            "{\"a\":1}",
            "\n",
            "\r\n",
            " ",
            "\x0c",
            "\u{b}",
            "}",
            ",",
            "]",
            "x",
            "é",
            "{",
            "\"} \"",
        ];
        let mut state = 7_usize;
        for round in 0..20_000 {
            let mut text = String::new();
            while text.len() < round % 200 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) % pieces.len()]);
            }
            for limit in [10, 1000] {
                let bytes = text.as_bytes();
                assert_eq!(cut(bytes, limit), cut_plainly(bytes, limit), "{text:?}");
            }
        }
    }
}
