//! What can go wrong with the outside world. Text itself never is an error: any text has a reading.

use std::io;

/// An error, and the place a person would open to repair it.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {kind}")]
pub struct Error {
    /// A path, or a path and a line: `news.jsonl:14`. May hold control characters of a file's name:
    /// whoever prints it escapes them.
    pub place: String,
    /// What happened there.
    pub kind: ErrorKind,
}

/// The kinds of errors. The caller chooses an exit code by them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An input cannot be opened or read.
    #[error("{0}")]
    Read(io::Error),
    /// An output cannot be written.
    #[error("{0}")]
    Write(io::Error),
    /// The command asks for something that cannot be done; nothing was read or written.
    #[error("{0}")]
    Usage(String),
    /// A finished run's folder does not hold what it should.
    #[error("{0}")]
    Damaged(String),
    /// A reader of our output went away: a normal end.
    #[error("the reader of the output went away")]
    ClosedPipe,
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// A mistake of this program, found by its own checks.
    #[error("{0}; please report this")]
    Bug(String),
}

impl Error {
    /// Gives `kind` its place.
    pub fn at(place: impl std::fmt::Display, kind: ErrorKind) -> Error {
        Error { place: place.to_string(), kind }
    }

    /// An output that cannot be written; a closed pipe is recognised.
    pub fn write(place: impl std::fmt::Display, error: io::Error) -> Error {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => ErrorKind::ClosedPipe,
            _ => ErrorKind::Write(error),
        };
        Error::at(place, kind)
    }
}
