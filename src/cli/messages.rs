//! Problems on standard error, one line each, and the exit codes.

use std::borrow::Cow;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, ErrorKind};
use crate::text::terminal_safe;

/// Lines printed for one command, what it says at its end included. More scroll the cause off the screen.
pub const LINES_MAX: usize = 20;

/// Bytes of one line with its line break. Long names and values are cut to it.
pub const LINE_BYTES_MAX: usize = 900;

/// Bytes of the place in a line, so that a long path leaves room for what is wrong with it.
const PLACE_BYTES_MAX: usize = 400;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Done, but not with all that was asked for.
    Incomplete = 1,
    /// Refused before anything was read.
    Usage = 2,
    /// Could not finish or write.
    Failed = 3,
    /// Stopped by SIGINT.
    Interrupted = 130,
    /// Stopped by SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// The code that an error asks for.
    ///
    /// An interrupt counts as SIGINT here; whoever knows the signal corrects it. A folder that does
    /// not hold what it should is an answer, not a failure, as `cmp` has it.
    #[must_use]
    pub fn of(kind: &ErrorKind) -> Exit {
        match kind {
            ErrorKind::ClosedPipe => Exit::Done,
            ErrorKind::Damaged(_) => Exit::Incomplete,
            ErrorKind::Usage(_) => Exit::Usage,
            ErrorKind::Interrupted => Exit::Interrupted,
            ErrorKind::Read(_) | ErrorKind::Write(_) | ErrorKind::Bug(_) => Exit::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Prints problems, at most [`LINES_MAX`] lines of them.
pub struct Messages {
    state: Mutex<State>,
}

struct State {
    print: Box<dyn FnMut(&str) + Send>,
    /// Problems named so far, printed or not.
    count: usize,
    lines_max: usize,
    /// The line that is the last one only if no other follows.
    held: Option<String>,
}

impl Messages {
    /// Prints each line, its line break included, with `print`.
    #[must_use]
    pub fn new(print: impl FnMut(&str) + Send + 'static) -> Messages {
        let print = Box::new(print);
        let state = State { print, count: 0, lines_max: LINES_MAX, held: None };
        Messages { state: Mutex::new(state) }
    }

    /// Prints to standard error. When that is closed there is nobody to tell.
    #[must_use]
    pub fn stderr() -> Messages {
        Messages::new(|line| drop(std::io::stderr().write_all(line.as_bytes())))
    }

    /// Prints every line from now on, however many there are.
    pub fn lift_limit(&self) {
        self.lock().lines_max = usize::MAX;
    }

    /// Leaves room for so many lines that are no problems.
    pub fn leave_room(&self, lines: usize) {
        self.lock().lines_max = LINES_MAX.saturating_sub(lines).max(1);
    }

    /// Counts problems that are not named one by one.
    pub fn unnamed(&self, count: u64) {
        let mut state = self.lock();
        state.count = state.count.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
        if state.count > state.lines_max {
            state.held = None;
        }
    }

    /// Names a problem: `copydesk: PLACE: what is wrong, and the remedy`.
    pub fn problem(&self, place: &str, what: &str) {
        let mut state = self.lock();
        state.count += 1;
        if state.count > state.lines_max {
            state.held = None;
            return;
        }
        let line = line(place, what);
        if state.count == state.lines_max {
            state.held = Some(line);
        } else {
            (state.print)(&line);
        }
    }

    /// Names an error, unless it is a normal end.
    pub fn error(&self, error: &Error) {
        match &error.kind {
            ErrorKind::ClosedPipe => {}
            kind => self.problem(&error.place, &kind.to_string()),
        }
    }

    /// Prints what was held back: the last line, or how many more there are. Also done on drop.
    pub fn finish(&self) {
        let mut state = self.lock();
        let last = match state.held.take() {
            Some(line) => line,
            None if state.count > state.lines_max => {
                format!("copydesk: … and {} more\n", state.count - (state.lines_max - 1))
            }
            None => return,
        };
        state.count = 0;
        (state.print)(&last);
    }

    /// A thread that panicked while it printed leaves nothing half done that matters here.
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        self.finish();
    }
}

/// One line, escaped and cut to [`LINE_BYTES_MAX`].
fn line(place: &str, what: &str) -> String {
    let mut line = String::from("copydesk: ");
    if !place.is_empty() {
        line.push_str(&end_of(&terminal_safe(place), PLACE_BYTES_MAX));
        line.push_str(": ");
    }
    line.push_str(&terminal_safe(what));
    if line.len() >= LINE_BYTES_MAX {
        line.truncate(line.floor_char_boundary(LINE_BYTES_MAX - 1 - '…'.len_utf8()));
        line.push('…');
    }
    line.push('\n');
    line
}

/// The end of a long path: it holds the file's name and line.
fn end_of(place: &str, bytes_max: usize) -> Cow<'_, str> {
    if place.len() <= bytes_max {
        return Cow::Borrowed(place);
    }
    let start = place.ceil_char_boundary(place.len() - bytes_max + '…'.len_utf8());
    Cow::Owned(format!("…{}", place.get(start..).unwrap_or_default()))
}
