//! Ctrl-C and `kill`: the first asks the run to stop and tidy up, and ends the process when it does not
//! in time, as while it waits for a pipe; the second ends it at once.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::cli::messages::Exit;
use crate::observer::GiveUp;

/// Time for a run to end by itself: with what follows it is less than the second that a person waits
/// before the second Ctrl-C.
const GRACE: Duration = Duration::from_millis(500);

/// Whether a signal has come, and which. Clones watch the same.
#[derive(Clone, Default)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
    give_up: Arc<Mutex<Option<GiveUp>>>,
}

impl Interrupt {
    /// Starts to watch the signals of this process. Until then they end it at once, as it should be
    /// while nothing is being written.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn watch(&self) -> io::Result<()> {
        let armed = Arc::new(AtomicBool::new(false));
        let (woken, waker) = UnixStream::pair()?;
        for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
            // Actions run in the order of registration: the first signal arms what the second meets.
            flag::register_conditional_shutdown(signal, exit as i32, Arc::clone(&armed))?;
            flag::register(signal, Arc::clone(&armed))?;
            flag::register_usize(signal, Arc::clone(&self.signal), exit as usize)?;
            low_level::pipe::register(signal, waker.try_clone()?)?;
        }
        let interrupt = self.clone();
        thread::Builder::new()
            .name("interrupts".to_owned())
            .spawn(move || interrupt.end_in_time(woken))?;
        Ok(())
    }

    /// What is to be called before the process ends.
    pub fn before_the_end(&self, give_up: GiveUp) {
        *self.give_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(give_up);
    }

    /// Waits for a signal, and then for the run to end. A run that is being committed is left to it.
    fn end_in_time(&self, mut woken: UnixStream) {
        if woken.read_exact(&mut [0]).is_err() {
            return;
        }
        thread::sleep(GRACE);
        let give_up = self.give_up.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if give_up.is_none_or(|give_up| give_up()) {
            drop(io::stderr().write_all(b"copydesk: interrupted\n"));
            std::process::exit(self.exit() as i32);
        }
    }

    /// Whether a signal has come.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0
    }

    /// How the process ends when the run stops for an interrupt.
    #[must_use]
    pub fn exit(&self) -> Exit {
        if self.signal.load(Ordering::Relaxed) == Exit::Terminated as usize {
            Exit::Terminated
        } else {
            Exit::Interrupted
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use signal_hook::low_level::raise;

    use super::*;

    /// One signal only: the second would end the tests.
    #[test]
    fn the_first_signal_is_remembered() {
        let interrupt = Interrupt::default();
        assert!(!interrupt.is_set());
        interrupt.watch().unwrap();
        // As while a run is committed, so that the process goes on.
        let asked = Arc::new(AtomicBool::new(false));
        let ask = Arc::clone(&asked);
        interrupt.before_the_end(Arc::new(move || {
            ask.store(true, Ordering::Relaxed);
            false
        }));
        raise(SIGTERM).unwrap();
        assert!(interrupt.clone().is_set());
        assert_eq!(interrupt.exit(), Exit::Terminated);
        assert_eq!(Interrupt::default().exit(), Exit::Interrupted);
        assert!(!asked.load(Ordering::Relaxed), "it has time to end by itself");
        thread::sleep(GRACE * 2);
        assert!(asked.load(Ordering::Relaxed));
    }
}
