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
