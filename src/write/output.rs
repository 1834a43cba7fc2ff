//! One output file on its way to the disk: compressed, counted and hashed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use flate2::write::GzEncoder;

use crate::checksum::Checksum;
use crate::error::{Error, ErrorKind};
use crate::options::Compression;

/// A file of an [`OutputFolder`](super::folder::OutputFolder), open for writing. Complete only when it
/// was given to [`seal`](super::folder::OutputFolder::seal).
#[derive(Debug)]
pub struct OutputFile {
    name: String,
    place: String,
    rows: u64,
    /// Bytes that came since [`OutputFile::unsynced`] last gave something.
    fresh: u64,
    sink: Sink,
}

/// What was written to an [`OutputFile`] so far, to be brought to the disk by another thread while more is
/// written.
#[derive(Debug)]
pub struct Unsynced {
    file: Arc<File>,
    place: String,
}

impl Unsynced {
    /// Brings it to the disk.
    ///
    /// # Errors
    /// When it cannot be written there. The file must not be used then: it is not told a second time.
    pub fn sync(&self) -> Result<(), Error> {
        self.file.sync_data().map_err(|error| Error::at(&self.place, ErrorKind::Write(error)))
    }

    /// Says that what is on the disk need not stay in the system's memory: what others have there stays
    /// instead, and writing on takes memory that was just used, which is faster (6 GB in 2.0 s of the
    /// system's time instead of 3.6).
    pub fn forget(&self) {
        // A hint; a file system may not take it.
        #[cfg(target_os = "linux")]
        let _ = rustix::fs::fadvise(&*self.file, 0, None, rustix::fs::Advice::DontNeed);
    }
}

impl OutputFile {
    pub(super) fn new(name: String, place: String, sink: Sink) -> OutputFile {
        OutputFile { name, place, rows: 0, fresh: 0, sink }
    }

    /// Writes all of `bytes`; an error names the file.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.fresh += bytes.len() as u64;
        self.sink.write_all(bytes).map_err(|error| Error::at(&self.place, ErrorKind::Write(error)))
    }

    /// Counts `rows` more rows.
    pub fn add_rows(&mut self, rows: u64) {
        self.rows += rows;
    }

    /// What was appended, where since the last time there is more of it than `bytes`, before compression.
    pub fn unsynced(&mut self, bytes: u64) -> Option<Unsynced> {
        if self.fresh <= bytes {
            return None;
        }
        self.fresh = 0;
        Some(Unsynced { file: self.sink.file(), place: self.place.clone() })
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

/// A buffer for what comes in small parts, so that a system call and a hash are paid for by so many bytes.
/// What is larger passes it by: most rows come by the mebibyte.
type Disk = BufWriter<Hashed>;

const BUFFER_BYTES: usize = 64 << 10;

/// Bytes written at a time, up to a multiple of so many: still in the second cache when they are hashed.
const WRITTEN_BYTES: usize = 64 << 10;

const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 3;

impl Sink {
    pub(super) fn new(file: File, compression: Compression) -> io::Result<Sink> {
        let hashed = Hashed { file: Arc::new(file), bytes: 0, checksum: Checksum::default() };
        let disk = BufWriter::with_capacity(BUFFER_BYTES, hashed);
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

    fn file(&self) -> Arc<File> {
        let disk = match self {
            Sink::Plain(disk) => disk,
            Sink::Gz(steps) => steps.encoder.get_ref(),
            Sink::Zst(steps) => steps.encoder.get_ref(),
        };
        Arc::clone(&disk.get_ref().file)
    }

    /// Writes the end. The file is not yet synced.
    pub(super) fn finish(self) -> io::Result<(Arc<File>, u64, blake3::Hash)> {
        let disk = match self {
            Sink::Plain(disk) => disk,
            Sink::Gz(steps) => steps.finish()?.finish()?,
            Sink::Zst(steps) => steps.finish()?.finish()?,
        };
        let hashed = disk.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((hashed.file, hashed.bytes, hashed.checksum.hash()))
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

/// A file that hashes and counts what arrives in it.
pub(super) struct Hashed {
    file: Arc<File>,
    bytes: u64,
    checksum: Checksum,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let over = usize::try_from(self.bytes % WRITTEN_BYTES as u64).unwrap_or(0);
        let some = &bytes[..bytes.len().min(WRITTEN_BYTES - over)];
        let written = self.file.write(some)?;
        self.checksum.update(&some[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
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
