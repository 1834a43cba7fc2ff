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
    /// Starts to watch the signals of this process.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn install() -> io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let armed = Arc::new(AtomicBool::new(false));
        for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
            // Actions run in the order of registration: the first signal arms what the second meets.
            flag::register_conditional_shutdown(signal, exit as i32, Arc::clone(&armed))?;
            flag::register(signal, Arc::clone(&armed))?;
            flag::register_usize(signal, Arc::clone(&interrupt.signal), exit as usize)?;
        }
        Ok(interrupt)
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
