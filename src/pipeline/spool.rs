//! Where what waits between the passes lies: in memory up to a budget, then in a temporary file.

use std::fs::File;
use std::io::Write;
use std::ops::{Deref, Range};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::idle::{Idle, kept};
use super::index::Place;
use crate::error::{Error, ErrorKind};
use crate::write::folder::OutputFolder;

/// Pieces of bytes, numbered in the order they came.
pub(super) struct Spool {
    /// First those in memory, then those in the file.
    pieces: Vec<Piece>,
    /// How many are in memory, and their bytes.
    held: usize,
    held_bytes: u64,
    budget: u64,
    overflow: Option<Overflow>,
    bytes: u64,
    /// The memory of pieces that are in the file, for others that go there, and to read them: memory that was
    /// just used costs nothing, and new memory some microseconds for each 4 KiB.
    idle: Arc<Idle<Vec<u8>>>,
}

/// The bytes of a piece, or some of them.
pub(super) enum Bytes<'s> {
    Held(&'s [u8]),
    Read(Vec<u8>, &'s Idle<Vec<u8>>),
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Held(bytes) => bytes,
            Bytes::Read(bytes, _) => bytes,
        }
    }
}

impl Drop for Bytes<'_> {
    fn drop(&mut self) {
        if let Bytes::Read(bytes, idle) = self {
            idle.give(kept(std::mem::take(bytes)));
        }
    }
}

enum Piece {
    Memory(Vec<u8>),
    File { start: u64, bytes: usize },
}

impl Spool {
    /// An empty spool that holds `budget` bytes in memory.
    pub(super) fn new(budget: u64) -> Spool {
        let (pieces, idle) = Default::default();
        Spool { pieces, held: 0, held_bytes: 0, budget, overflow: None, bytes: 0, idle }
    }

    /// Where workers find the memory of pieces that went to the file, for the next ones.
    pub(super) fn idle(&self) -> Arc<Idle<Vec<u8>>> {
        Arc::clone(&self.idle)
    }

    /// Takes the next piece; beyond the budget, of which `others` bytes are taken by something else, it goes to a
    /// nameless file in `folder`, and pieces that are in memory follow it as `others` grows.
    pub(super) fn push(
        &mut self,
        bytes: Vec<u8>,
        others: u64,
        folder: &OutputFolder,
    ) -> Result<(), Error> {
        let size = bytes.len() as u64;
        self.bytes += size;
        if self.overflow.is_none() && self.held_bytes + size + others <= self.budget {
            self.held += 1;
            self.held_bytes += size;
            self.pieces.push(Piece::Memory(bytes));
            return Ok(());
        }
        let overflow = match &mut self.overflow {
            Some(overflow) => overflow,
            none => none.insert(Overflow::new(folder)?),
        };
        let start = overflow.append(&bytes)?;
        self.pieces.push(Piece::File { start, bytes: bytes.len() });
        self.idle.give(kept(bytes));
        while self.held > 0 && self.held_bytes + others > self.budget {
            self.held -= 1;
            let piece = &mut self.pieces[self.held];
            if let Piece::Memory(bytes) = piece {
                self.held_bytes -= bytes.len() as u64;
                *piece = Piece::File { start: overflow.append(bytes)?, bytes: bytes.len() };
            }
        }
        Ok(())
    }

    /// Number of pieces.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Bytes of all pieces.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether there is more than fits into memory.
    pub(super) fn has_overflown(&self) -> bool {
        self.overflow.is_some()
    }

    /// The bytes at a place.
    pub(super) fn read_from(&self, (piece, bytes): &Place) -> Result<Bytes<'_>, Error> {
        self.read_range(*piece as usize, bytes.start as usize..bytes.end as usize)
    }

    /// Piece `index`.
    pub(super) fn read(&self, index: usize) -> Result<Bytes<'_>, Error> {
        let bytes = match &self.pieces[index] {
            Piece::Memory(bytes) => bytes.len(),
            Piece::File { bytes, .. } => *bytes,
        };
        self.read_range(index, 0..bytes)
    }

    fn read_range(&self, index: usize, range: Range<usize>) -> Result<Bytes<'_>, Error> {
        match (&self.pieces[index], &self.overflow) {
            (Piece::Memory(bytes), _) => Ok(Bytes::Held(&bytes[range])),
            (Piece::File { start, .. }, Some(overflow)) => {
                // What is in it is overwritten, and costs less than to be emptied first.
                let mut buffer = self.idle.take().unwrap_or_default();
                buffer.resize(range.len(), 0);
                overflow.read(*start + range.start as u64, &mut buffer)?;
                Ok(Bytes::Read(buffer, &self.idle))
            }
            (Piece::File { .. }, None) => {
                Err(Error::at("temporary file", ErrorKind::Bug("not open".to_owned())))
            }
        }
    }
}

/// A nameless file for what does not fit into memory. It is gone with the run.
pub(super) struct Overflow {
    file: File,
    bytes: u64,
    /// What an error names: the folder the file is in, for it has no name.
    place: String,
}

impl Overflow {
    /// An empty one in `folder`.
    pub(super) fn new(folder: &OutputFolder) -> Result<Overflow, Error> {
        let place = format!("{}: temporary file", folder.path().display());
        Ok(Overflow { file: folder.spool()?, bytes: 0, place })
    }

    /// Puts `bytes` behind what is there; returns where they start.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<u64, Error> {
        self.file.write_all(bytes).map_err(|error| self.failed(error))?;
        let start = self.bytes;
        self.bytes += bytes.len() as u64;
        Ok(start)
    }

    /// Fills `buffer` with what starts at `start`.
    pub(super) fn read(&self, start: u64, buffer: &mut [u8]) -> Result<(), Error> {
        self.file.read_exact_at(buffer, start).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::at(&self.place, ErrorKind::Write(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_to_the_file_as_others_need_their_memory()
    -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let folder = OutputFolder::open(&root.path().join("out"), &[])?;
        let mut spool = Spool::new(100);
        let pieces: Vec<Vec<u8>> = (0..9).map(|n| vec![n; 20 + usize::from(n)]).collect();
        let mut held = Vec::new();
        for (piece, others) in pieces.iter().zip([0, 10, 20, 30, 40, 55, 60, 99, 200]) {
            spool.push(piece.clone(), others, &folder)?;
            held.push(spool.held);
            assert!(spool.held_bytes + others <= 100 || spool.held == 0);
        }
        assert_eq!(held, [1, 2, 3, 3, 2, 2, 1, 0, 0]);
        for ((index, piece), number) in pieces.iter().enumerate().zip(0..) {
            assert_eq!(*spool.read(index)?, **piece);
            assert_eq!(*spool.read_from(&(number, 3..7))?, piece[3..7]);
        }
        assert_eq!(spool.bytes(), pieces.iter().map(|piece| piece.len() as u64).sum::<u64>());
        Ok(())
    }
}
