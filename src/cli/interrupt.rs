//! Ctrl-C and `kill`: the first asks the run to stop and tidy up, the second ends it at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::cli::messages::Exit;

/// Whether a signal has come, and which. Clones watch the same.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Starts to watch the signals of this process. Until then they end it at once, as it should be
    /// while nothing is being written.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn watch(&self) -> io::Result<()> {
        let armed = Arc::new(AtomicBool::new(false));
        for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
            // Actions run in the order of registration: the first signal arms what the second meets.
            flag::register_conditional_shutdown(signal, exit as i32, Arc::clone(&armed))?;
            flag::register(signal, Arc::clone(&armed))?;
            flag::register_usize(signal, Arc::clone(&self.signal), exit as usize)?;
        }
        Ok(())
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
        raise(SIGTERM).unwrap();
        assert!(interrupt.clone().is_set());
        assert_eq!(interrupt.exit(), Exit::Terminated);
        assert_eq!(Interrupt::default().exit(), Exit::Interrupted);
    }
}
