//! What is dear to make, lent to whoever works and used again.

use std::sync::{Mutex, PoisonError};

/// Things that nobody uses at the moment: as many as were used at once.
pub(super) struct Idle<T>(Mutex<Vec<T>>);

impl<T> Default for Idle<T> {
    fn default() -> Idle<T> {
        Idle(Mutex::default())
    }
}

impl<T> Idle<T> {
    /// The thing given back last, for its memory is most likely in a cache; `None` where all are in use.
    pub(super) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Gives a thing back, or a first one.
    pub(super) fn give(&self, thing: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(thing);
    }
}

/// Bytes of memory that is kept for what comes next: what is larger was for one large record.
const KEPT_MAX: usize = 4 << 20;

/// `bytes`, for their memory to be used again, unless it is far more than the next ones will need.
pub(super) fn kept(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.capacity() > KEPT_MAX { Vec::new() } else { bytes }
}
