//! One open input: decompressed, decoded to UTF-8 where its format is read piece by piece.

use std::fs::File;
use std::io;

use encoding_rs::{Decoder, Encoding};

use super::Limits;
use super::find::Input;
use super::unpack::{Damage, Raw, Source, Unpacker};

/// Bytes decoded at a time.
const DECODE_BYTES: usize = 256 << 10;

/// The bytes of an input as its format reads them.
pub(super) struct Stream {
    unpacker: Unpacker,
    /// Decompressed bytes that were looked at and not read yet: `ahead[at..]`.
    ahead: Vec<u8>,
    at: usize,
    more: bool,
    decoder: Option<Decoder>,
    /// All was decoded; a decoder that has finished must not be asked again.
    decoded: bool,
    replaced: bool,
    scratch: Vec<u8>,
}

impl Stream {
    /// Opens `input`; `hashed` says whether the hash of its bytes is wanted.
    pub(super) fn open(input: &Input, limits: Limits, hashed: bool) -> io::Result<Stream> {
        let source = match &input.path {
            Some(path) => Source::File(File::open(path)?),
            None => Source::Stdin(io::stdin()),
        };
        Ok(Stream {
            unpacker: Unpacker::new(Raw::new(source, hashed), limits),
            ahead: Vec::new(),
            at: 0,
            more: true,
            decoder: None,
            decoded: false,
            replaced: false,
            scratch: Vec::new(),
        })
    }

    /// The first `count` decompressed bytes, fewer when there are no more. Nothing may have been
    /// read yet.
    pub(super) fn peek(&mut self, count: usize) -> &[u8] {
        if self.ahead.len() < count && self.more {
            let missing = count - self.ahead.len();
            self.more = self.unpacker.read(&mut self.ahead, missing);
        }
        &self.ahead
    }

    /// Drops the first `count` bytes, a byte order mark, that were looked at.
    pub(super) fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.ahead.len());
    }

    /// From now on bytes are decoded from `encoding` to UTF-8.
    pub(super) fn decode_from(&mut self, encoding: &'static Encoding) {
        self.decoder = Some(encoding.new_decoder_without_bom_handling());
    }

    /// Appends about `count` bytes. Returns whether more may follow; false is said only once all
    /// is read, or the rest cannot be.
    pub(super) fn read(&mut self, out: &mut Vec<u8>, count: usize) -> bool {
        if self.decoder.is_none() {
            return self.read_undecoded(out, count);
        }
        let end = out.len() + count;
        while out.len() < end && !self.decoded {
            let mut bytes = std::mem::take(&mut self.scratch);
            bytes.clear();
            let more = self.read_undecoded(&mut bytes, DECODE_BYTES.min(count.max(4)));
            if let Some(decoder) = &mut self.decoder {
                self.replaced |= decode(decoder, &bytes, !more, out);
            }
            self.scratch = bytes;
            self.decoded = !more;
        }
        !self.decoded
    }

    fn read_undecoded(&mut self, out: &mut Vec<u8>, count: usize) -> bool {
        let held = count.min(self.ahead.len() - self.at);
        out.extend_from_slice(&self.ahead[self.at..self.at + held]);
        self.at += held;
        if self.at == self.ahead.len() {
            self.ahead = Vec::new();
            self.at = 0;
            if held < count && self.more {
                self.more = self.unpacker.read(out, count - held);
            }
        }
        self.more || self.at < self.ahead.len()
    }

    /// Whether decoding put U+FFFD for bytes since this was asked last.
    pub(super) fn take_replaced(&mut self) -> bool {
        std::mem::take(&mut self.replaced)
    }

    /// Why the stream ended early, if it did.
    pub(super) fn damage(&self) -> Option<&Damage> {
        self.unpacker.damage()
    }

    /// Whether the end that was reached lies in the middle of something.
    pub(super) fn is_cut(&self) -> bool {
        self.damage().is_some_and(|damage| !damage.whole)
    }

    /// The name of the compression, if there is one.
    pub(super) fn compression(&self) -> Option<&'static str> {
        self.unpacker.compression()
    }

    /// The file below.
    pub(super) fn raw(&self) -> &Raw {
        self.unpacker.raw()
    }

    /// Reads the file below to its end, for its size and hash.
    pub(super) fn drain(&mut self) {
        self.unpacker.raw_mut().drain();
    }
}

/// Appends `bytes` decoded. Returns whether some were malformed.
fn decode(decoder: &mut Decoder, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    // Only an absurd length has no bound; then nothing is lost but speed, as we loop.
    let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len());
    out.resize(start + room.max(16), 0);
    let (mut read, mut written, mut malformed) = (0, start, false);
    loop {
        let (result, took, gave, replaced) =
            decoder.decode_to_utf8(&bytes[read..], &mut out[written..], last);
        read += took;
        written += gave;
        malformed |= replaced;
        match result {
            encoding_rs::CoderResult::InputEmpty => break,
            encoding_rs::CoderResult::OutputFull => out.resize(written + room.max(16), 0),
        }
    }
    out.truncate(written);
    malformed
}
