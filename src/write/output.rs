//! One output file: its rows counted, and compressed.

use std::io::{self, Write};

use flate2::write::GzEncoder;

use super::disk::{Block, Disk};
use crate::error::{Error, ErrorKind};
use crate::options::Compression;

/// A file of an [`OutputFolder`](super::folder::OutputFolder), open for writing. Complete only when it
/// was given to [`seal`](super::folder::OutputFolder::seal).
#[derive(Debug)]
pub struct OutputFile {
    name: String,
    place: String,
    rows: u64,
    sink: Sink,
}

impl OutputFile {
    pub(super) fn new(name: String, place: String, sink: Sink) -> OutputFile {
        OutputFile { name, place, rows: 0, sink }
    }

    /// Takes all of `bytes`, and writes those of them that fill a block; an error names the file.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.append_by(bytes, &mut Block::write)
    }

    /// Takes all of `bytes`, and gives every block that is full to `put`, to be written before the file is sealed.
    ///
    /// # Errors
    /// Those of `put`, and of a compression.
    pub fn append_by(
        &mut self,
        bytes: &[u8],
        put: &mut dyn FnMut(Block) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let taken = self.sink.write_all(bytes);
        taken.map_err(|error| Error::at(&self.place, ErrorKind::Write(error)))?;
        self.sink.disk().put_full(put)
    }

    /// Counts `rows` more rows.
    pub fn add_rows(&mut self, rows: u64) {
        self.rows += rows;
    }

    pub(super) fn into_parts(self) -> (String, String, u64, Sink) {
        (self.name, self.place, self.rows, self.sink)
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // A flush in the middle would show in the compressed bytes; only the end counts here.
        Ok(())
    }
}

/// Where the bytes go.
pub(super) enum Sink {
    Plain(Disk),
    Gz(Steps<GzEncoder<Disk>>),
    Zst(Steps<zstd::Encoder<'static, Disk>>),
}

const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 3;

impl Sink {
    pub(super) fn new(disk: Disk, compression: Compression) -> io::Result<Sink> {
        Ok(match compression {
            Compression::None => Sink::Plain(disk),
            Compression::Gz => {
                let level = flate2::Compression::new(GZIP_LEVEL);
                Sink::Gz(Steps::new(GzEncoder::new(disk, level)))
            }
            Compression::Zst => {
                let mut encoder = zstd::Encoder::new(disk, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Sink::Zst(Steps::new(encoder))
            }
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Sink::Plain(disk) => disk.write_all(bytes),
            Sink::Gz(steps) => steps.write_all(bytes),
            Sink::Zst(steps) => steps.write_all(bytes),
        }
    }

    fn disk(&mut self) -> &mut Disk {
        match self {
            Sink::Plain(disk) => disk,
            Sink::Gz(steps) => steps.encoder.get_mut(),
            Sink::Zst(steps) => steps.encoder.get_mut(),
        }
    }

    /// Ends a compression; what comes out is for the disk.
    pub(super) fn finish(self) -> io::Result<Disk> {
        match self {
            Sink::Plain(disk) => Ok(disk),
            Sink::Gz(steps) => steps.finish()?.finish(),
            Sink::Zst(steps) => steps.finish()?.finish(),
        }
    }
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Sink::Plain(_) => "Plain",
            Sink::Gz(_) => "Gz",
            Sink::Zst(_) => "Zst",
        })
    }
}

/// Feeds an encoder in steps of one size. What an encoder makes of its input may depend on the
/// pieces it comes in, and those depend on how many threads made the rows.
pub(super) struct Steps<W> {
    encoder: W,
    step: Vec<u8>,
}

const STEP_BYTES: usize = 128 << 10;

impl<W: Write> Steps<W> {
    fn new(encoder: W) -> Steps<W> {
        Steps { encoder, step: Vec::with_capacity(STEP_BYTES) }
    }

    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (head, tail) = bytes.split_at(bytes.len().min(STEP_BYTES - self.step.len()));
            self.step.extend_from_slice(head);
            bytes = tail;
            if self.step.len() == STEP_BYTES {
                self.encoder.write_all(&self.step)?;
                self.step.clear();
            }
        }
        Ok(())
    }

    /// Hands over the rest, and the encoder, to be finished.
    fn finish(mut self) -> io::Result<W> {
        self.encoder.write_all(&self.step)?;
        Ok(self.encoder)
    }
}
