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
        let mut records = 0;
        for line in lines(&bytes) {
            self.at.line += 1;
            let is_long = is_longer_than(self.file.limits.record_bytes_max, line);
            let line = content(line);
            records += match line {
                _ if is_long => 1,
                [] => 0,
                _ => records_in(line),
            };
        }
        self.at.offset += bytes.len() as u64;
        self.at.record = self.at.record.map(|record| record + records);
        Box::new(RawLines { bytes, start, replaced: stream.take_replaced() })
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

/// The lines of a batch with their newlines.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).map(|end| end + 1);
    ends.chain(std::iter::once(bytes.len())).filter_map(move |end| {
        let line = bytes.get(start..end)?;
        start = end;
        (!line.is_empty()).then_some(line)
    })
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

/// How many records a line has that is not blank: objects one after the other count each, and what
/// is broken after the first one is one more. Everything else is one.
fn records_in(line: &[u8]) -> u64 {
    if !may_hold_several(line) {
        return 1;
    }
    values_in(line).count() as u64
}

/// Whether something follows a `}` that cannot follow inside of an object, in a string aside. Cheap,
/// for braces are rare in prose.
fn may_hold_several(line: &[u8]) -> bool {
    line.first() == Some(&b'{')
        && memchr::memchr_iter(b'}', line).any(|at| {
            let rest = line.get(at + 1..).unwrap_or_default();
            let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
            next.is_some_and(|byte| !matches!(byte, b',' | b'}' | b']'))
        })
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
    start: Place,
    /// Decoding put U+FFFD somewhere in `bytes`.
    replaced: bool,
}

impl Raws for RawLines {
    fn parse(mut self: Box<Self>, file: &Origin, each: Each) -> u64 {
        let (mut at, mut repaired) = (self.start, 0);
        let mut start = 0;
        // Line by line, for a line stays in the cache from one look at it to the next and a batch does not.
        while start < self.bytes.len() {
            let rest = &self.bytes[start..];
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let whole_line = &rest[..end];
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
                let (records, is_repaired) = self.parse_line(line, file, place, each);
                repaired += u64::from(is_repaired);
                at.record = at.record.map(|record| record + records);
            }
            at.line += 1;
            start += end;
        }
        repaired
    }
}

impl RawLines {
    /// Parses the line that is `line` of the bytes. Returns how many records it has, and whether it was repaired.
    fn parse_line(
        &mut self,
        line: Range<usize>,
        file: &Origin,
        place: Place,
        each: Each,
    ) -> (u64, bool) {
        let line = &mut self.bytes[line];
        let records = records_in(line);
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
            assert_eq!(records_in(content(line.as_bytes())), expected, "{line}");
        }
    }

    #[test]
    fn lines_and_their_content() {
        let found: Vec<&[u8]> = lines(b"a\n\n \xef\xbb\xbf b \r\nc").map(content).collect();
        assert_eq!(found, [b"a", &b""[..], b"b", b"c"]);
        assert_eq!(lines(b"").count(), 0);
    }
}
