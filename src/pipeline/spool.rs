//! Where what waits between the passes lies: in memory up to a budget, then in a temporary file.

use std::borrow::Cow;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use crate::error::{Error, ErrorKind};
use crate::write::folder::OutputFolder;

/// Pieces of bytes, numbered in the order they came.
pub(super) struct Spool {
    pieces: Vec<Piece>,
    in_memory: u64,
    budget: u64,
    file: Option<File>,
    in_file: u64,
    /// What an error of the file names: the folder it is in, for it has no name.
    place: String,
}

enum Piece {
    Memory(Vec<u8>),
    File { start: u64, bytes: usize },
}

impl Spool {
    /// An empty spool that holds `budget` bytes in memory.
    pub(super) fn new(budget: u64) -> Spool {
        let (pieces, place) = (Vec::new(), String::new());
        Spool { pieces, in_memory: 0, budget, file: None, in_file: 0, place }
    }

    /// Takes the next piece; beyond the budget it goes to a nameless file in `folder`.
    pub(super) fn push(&mut self, bytes: Vec<u8>, folder: &OutputFolder) -> Result<(), Error> {
        let size = bytes.len() as u64;
        if self.in_memory + size <= self.budget {
            self.in_memory += size;
            self.pieces.push(Piece::Memory(bytes));
            return Ok(());
        }
        let mut file = if let Some(file) = self.file.take() {
            file
        } else {
            self.place = format!("{}: temporary file", folder.path().display());
            folder.spool()?
        };
        file.write_all(&bytes).map_err(|error| Error::at(&self.place, ErrorKind::Write(error)))?;
        self.file = Some(file);
        self.pieces.push(Piece::File { start: self.in_file, bytes: bytes.len() });
        self.in_file += size;
        Ok(())
    }

    /// Number of pieces.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Bytes of all pieces.
    pub(super) fn bytes(&self) -> u64 {
        self.in_memory + self.in_file
    }

    /// The bytes `entry` of piece `index`.
    pub(super) fn read_from(
        &self,
        index: usize,
        entry: Range<u32>,
    ) -> Result<Cow<'_, [u8]>, Error> {
        let (from, to) = (entry.start as usize, entry.end as usize);
        match (&self.pieces[index], &self.file) {
            (Piece::Memory(bytes), _) => Ok(Cow::Borrowed(&bytes[from..to])),
            (Piece::File { start, .. }, Some(file)) => {
                let mut buffer = vec![0; to - from];
                file.read_exact_at(&mut buffer, *start + from as u64)
                    .map_err(|error| Error::at(&self.place, ErrorKind::Write(error)))?;
                Ok(Cow::Owned(buffer))
            }
            (Piece::File { .. }, None) => {
                Err(Error::at("temporary file", ErrorKind::Bug("not open".to_owned())))
            }
        }
    }

    /// Piece `index`.
    pub(super) fn read(&self, index: usize) -> Result<Cow<'_, [u8]>, Error> {
        match (&self.pieces[index], &self.file) {
            (Piece::Memory(bytes), _) => Ok(Cow::Borrowed(bytes)),
            (Piece::File { start, bytes }, Some(file)) => {
                let mut buffer = vec![0; *bytes];
                file.read_exact_at(&mut buffer, *start)
                    .map_err(|error| Error::at(&self.place, ErrorKind::Write(error)))?;
                Ok(Cow::Owned(buffer))
            }
            (Piece::File { .. }, None) => {
                Err(Error::at("temporary file", ErrorKind::Bug("not open".to_owned())))
            }
        }
    }
}
