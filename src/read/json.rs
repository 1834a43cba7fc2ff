//! JSON over any number of lines: an array of objects, or objects one after the other.
//!
//! Cut by parsing, for only so is it known where a value ends; the file is never held as a whole.
//! After damage nothing can be trusted to be a record, so the rest is one reject.

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

pub(super) struct Json;

impl Reads for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn start(&self, file: &Arc<Origin>, _: &'static Encoding) -> Box<dyn Frames> {
        Box::new(Values {
            file: file.clone(),
            bytes: Vec::new(),
            at: 0,
            place: Place { record: Some(1), line: 1, offset: 0 },
            in_array: false,
            wants_comma: false,
            more: true,
        })
    }
}

struct Values {
    file: Arc<Origin>,
    /// Read and not given away; `bytes[at..]` is not used yet.
    bytes: Vec<u8>,
    at: usize,
    /// Where `bytes[at]` stands, and the number of the next record.
    place: Place,
    in_array: bool,
    wants_comma: bool,
    /// Whether the stream may have more.
    more: bool,
}

/// What stands next in the file.
enum Next {
    /// A value of so many bytes.
    Value(usize),
    /// A value over the size limit.
    TooLarge,
    /// Nothing more.
    End,
    /// Something that does not belong there.
    Damage(String),
    /// The end of the file, in the middle of something.
    Cut(String),
}

impl Frames for Values {
    fn next(&mut self, stream: &mut Stream) -> Piece {
        self.bytes.drain(..self.at);
        self.at = 0;
        let mut values = Vec::new();
        let mut piece = Piece::default();
        loop {
            match self.value(stream) {
                Next::Value(length) => {
                    values.push((self.at..self.at + length, self.place));
                    self.advance(length);
                    self.end_record();
                    if self.at >= self.file.limits.batch_bytes {
                        break;
                    }
                }
                Next::TooLarge => {
                    let limit = self.file.limits.record_bytes_max;
                    let detail = record::too_large_detail(limit);
                    piece.rejects.push(self.file.reject(
                        self.place,
                        RejectReason::TooLarge,
                        detail,
                    ));
                    // The values before it are given away, so that the buffer can be dropped.
                    let given = self.bytes.drain(..self.at).collect();
                    self.at = 0;
                    self.skip(stream);
                    self.end_record();
                    piece.raws = Some(raws(given, values, stream));
                    return piece;
                }
                Next::End => {
                    piece.rest = Some(Place { record: None, ..self.place });
                    break;
                }
                // A damaged stream has its own reject for the rest.
                Next::Cut(_) if stream.is_cut() => {
                    piece.rest = Some(Place { record: None, ..self.place });
                    break;
                }
                Next::Damage(detail) | Next::Cut(detail) => {
                    let place = Place { record: None, ..self.place };
                    let reason = RejectReason::InvalidJson;
                    piece.rejects.push(self.file.reject(place, reason, detail));
                    piece.rest = Some(place);
                    break;
                }
            }
        }
        let rest = self.bytes.split_off(self.at);
        let given = std::mem::replace(&mut self.bytes, rest);
        self.at = 0;
        piece.raws = Some(raws(given, values, stream));
        piece
    }
}

fn raws(bytes: Vec<u8>, values: Vec<(Range<usize>, Place)>, stream: &mut Stream) -> Box<dyn Raws> {
    Box::new(RawValues { bytes, values, replaced: stream.take_replaced() })
}

impl Values {
    /// Steps over `count` bytes.
    fn advance(&mut self, count: usize) {
        let passed = &self.bytes[self.at..self.at + count];
        self.place.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.place.offset += count as u64;
        self.at += count;
    }

    fn end_record(&mut self) {
        self.place.record = self.place.record.map(|record| record + 1);
        self.wants_comma = self.in_array;
    }

    /// Gets more bytes, as many as are held, so that what is looked at again is read twice at most.
    /// Returns whether some came.
    fn read(&mut self, stream: &mut Stream) -> bool {
        let before = self.bytes.len();
        let held = before - self.at;
        let room = (self.file.limits.record_bytes_max + 1).saturating_sub(held);
        let count = self.file.limits.batch_bytes.max(held.min(room)).max(16);
        while self.more && self.bytes.len() == before {
            self.more = stream.read(&mut self.bytes, count);
        }
        self.bytes.len() > before
    }

    /// Finds the next value, past brackets, commas and white space.
    fn value(&mut self, stream: &mut Stream) -> Next {
        loop {
            let rest = &self.bytes[self.at..];
            let spaces = rest.len() - rest.trim_ascii_start().len();
            self.advance(spaces);
            let rest = &self.bytes[self.at..];
            if rest.len() < BOM.len() && self.more && self.read(stream) {
                continue;
            }
            let rest = &self.bytes[self.at..];
            match rest.first() {
                Some(_) if rest.starts_with(BOM) => self.advance(BOM.len()),
                None if self.in_array => {
                    return Next::Cut("the list is not closed; the file ends early".to_owned());
                }
                None => return Next::End,
                Some(b']') if self.in_array => {
                    self.in_array = false;
                    self.wants_comma = false;
                    self.advance(1);
                }
                Some(b',') if self.wants_comma => {
                    self.wants_comma = false;
                    self.advance(1);
                }
                Some(_) if self.wants_comma => {
                    return Next::Damage("not valid json: no comma after a record".to_owned());
                }
                Some(b'[') if !self.in_array => {
                    self.in_array = true;
                    self.advance(1);
                }
                Some(_) => return self.measure(stream),
            }
        }
    }

    /// How long the value is that starts here.
    fn measure(&mut self, stream: &mut Stream) -> Next {
        let limit = self.file.limits.record_bytes_max;
        loop {
            // What stands behind the limit must not decide what is before it.
            let all = &self.bytes[self.at..];
            let is_over = all.len() > limit;
            let rest = all.get(..limit + 1).unwrap_or(all);
            let mut values = Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
            let (is_short, problem) = match values.next() {
                Some(Ok(_)) => {
                    let length = values.byte_offset();
                    // A number goes on as long as digits come.
                    if length < rest.len() || (!self.more && !is_over) {
                        return if length > limit { Next::TooLarge } else { Next::Value(length) };
                    }
                    (true, String::new())
                }
                Some(Err(error)) => (error.is_eof(), record::describe(&error)),
                None => (true, "nothing follows".to_owned()),
            };
            if !is_short {
                return Next::Damage(problem);
            }
            if is_over {
                return Next::TooLarge;
            }
            if !self.read(stream) && !problem.is_empty() {
                return Next::Cut(problem);
            }
        }
    }

    /// Passes over the value that starts here by its brackets and quotes alone, in little memory.
    fn skip(&mut self, stream: &mut Stream) {
        let (mut depth, mut in_string, mut is_first) = (0_u64, false, true);
        loop {
            while let Some(byte) = self.bytes.get(self.at) {
                let mut step = 1;
                let mut is_end = false;
                match byte {
                    b'\\' if in_string => {
                        if self.at + 1 >= self.bytes.len() && self.more {
                            break;
                        }
                        step = 2.min(self.bytes.len() - self.at);
                    }
                    b'"' => {
                        in_string = !in_string;
                        is_end = !in_string && depth == 0;
                    }
                    _ if in_string => {
                        let rest = &self.bytes[self.at..];
                        step = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    }
                    b'[' | b'{' => depth += 1,
                    // The bracket or comma after a number is not part of it.
                    b']' | b'}' | b',' if depth == 0 && !is_first => return,
                    b']' | b'}' => {
                        depth = depth.saturating_sub(1);
                        is_end = depth == 0;
                    }
                    byte if byte.is_ascii_whitespace() && depth == 0 => return,
                    _ => {}
                }
                is_first = false;
                self.advance(step);
                if is_end {
                    return;
                }
            }
            self.bytes.drain(..self.at);
            self.at = 0;
            if !self.read(stream) {
                return;
            }
        }
    }
}

struct RawValues {
    bytes: Vec<u8>,
    values: Vec<(Range<usize>, Place)>,
    /// Decoding put U+FFFD somewhere in `bytes`.
    replaced: bool,
}

impl Raws for RawValues {
    fn parse(mut self: Box<Self>, file: &Origin, each: Each) -> u64 {
        let suspicious = may_have_surrogates(&self.bytes);
        let mut repaired = 0;
        for (range, place) in self.values {
            let raw = self.bytes.get_mut(range).unwrap_or_default();
            let mended = suspicious && repair_surrogates(raw);
            let text = lossy(raw);
            repaired += u64::from(
                mended
                    || matches!(text, Cow::Owned(_))
                    || (self.replaced && text.contains('\u{fffd}')),
            );
            record::parse(&text, file, place, each);
        }
        repaired
    }
}
