//! Plain text: the whole file is one dump, whatever number of articles it holds.

use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::encoding::{lossy, without_marks};
use super::stream::Stream;
use super::{Each, Frames, Origin, Piece, Place, Raws, Reads};
use crate::article::Fields;
use crate::ledger::RejectReason;

pub(super) struct Text;

const START: Place = Place { record: None, line: 1, offset: 0 };

impl Reads for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["txt", "text", "md"]
    }

    fn wants_utf8(&self) -> bool {
        false
    }

    fn start(&self, file: &Arc<Origin>, encoding: &'static Encoding) -> Box<dyn Frames> {
        Box::new(Whole { file: file.clone(), encoding })
    }
}

struct Whole {
    file: Arc<Origin>,
    encoding: &'static Encoding,
}

impl Frames for Whole {
    fn next(&mut self, stream: &mut Stream) -> Piece {
        let limit = self.file.limits.text_bytes_max;
        let mut bytes = Vec::new();
        while stream.read(&mut bytes, self.file.limits.batch_bytes) {
            if bytes.len() > limit {
                break;
            }
        }
        if bytes.len() > limit {
            let detail = format!(
                "a text of more than {limit} bytes; split it into files, or raise the limit with \
                 --max text=SIZE"
            );
            let reject = self.file.reject(START, RejectReason::TooLarge, detail);
            return Piece { rejects: vec![reject], rest: Some(START), ..Piece::default() };
        }
        let mut rest = Place { record: None, line: 1, offset: bytes.len() as u64 };
        if stream.is_cut() {
            // The last line may be half a line.
            let (end, lines) = whole_lines(&bytes, self.encoding);
            bytes.truncate(end);
            rest = Place { record: None, line: lines + 1, offset: end as u64 };
        }
        let raws = Box::new(RawText { bytes, encoding: self.encoding });
        Piece { raws: Some(raws), rest: Some(rest), ..Piece::default() }
    }
}

/// Where the last whole line ends, and how many lines there are up to it.
fn whole_lines(bytes: &[u8], encoding: &'static Encoding) -> (usize, u64) {
    let newline: &[u8] = match encoding {
        e if e == UTF_16LE => b"\n\0",
        e if e == UTF_16BE => b"\0\n",
        // In all others no character has this byte inside.
        _ => b"\n",
    };
    let units = bytes.chunks_exact(newline.len()).enumerate();
    units
        .filter(|(_, unit)| *unit == newline)
        .fold((0, 0), |(_, lines), (index, _)| ((index + 1) * newline.len(), lines + 1))
}

struct RawText {
    bytes: Vec<u8>,
    encoding: &'static Encoding,
}

impl Raws for RawText {
    fn parse(self: Box<Self>, file: &Origin, each: Each) -> u64 {
        let (text, repaired) = decode(self.bytes, self.encoding);
        let text = without_marks(text);
        if text.trim().is_empty() {
            return 0;
        }
        each(Ok(file.dump(START, text, Fields::default())));
        u64::from(repaired)
    }
}

/// The text, and whether bytes were malformed. A text that is UTF-8 already is not copied.
fn decode(bytes: Vec<u8>, encoding: &'static Encoding) -> (String, bool) {
    if encoding != UTF_8 {
        let (text, malformed) = encoding.decode_without_bom_handling(&bytes);
        return (text.into_owned(), malformed);
    }
    if simdutf8::basic::from_utf8(&bytes).is_ok() {
        return (String::from_utf8(bytes).unwrap_or_default(), false);
    }
    (lossy(&bytes).into_owned(), true)
}
