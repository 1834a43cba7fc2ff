//! How a run tells its caller what it does, and hears that it should stop.

use std::sync::Arc;

/// Ends what a run has begun on the disk, from any thread; returns false when the run is being committed
/// and ends by itself in a moment.
pub type GiveUp = Arc<dyn Fn() -> bool + Send + Sync>;

/// Watches a run. Every method has a body that does nothing, so an observer says only what it wants.
///
/// Methods are called from several threads, [`Observer::advance`] often: they must be cheap.
pub trait Observer: Sync {
    /// A phase named for people begins; `total` bytes lie before it, 0 when nobody knows.
    fn phase(&self, name: &str, total: u64) {
        let _ = (name, total);
    }

    /// So many bytes and articles more are done in this phase.
    fn advance(&self, bytes: u64, articles: u64) {
        let _ = (bytes, articles);
    }

    /// Whether the run should stop without writing. Asked at least once per batch of work.
    fn interrupted(&self) -> bool {
        false
    }

    /// The run begins to write. Whoever must end the process before the run hears of it, as while it
    /// waits for an input, calls `give_up` first: then the folder is as it was.
    fn writing(&self, give_up: GiveUp) {
        let _ = give_up;
    }

    /// Something a person should know and that does not end the run: a file that cannot be read.
    /// `place` is what they would open, `what` says what is wrong and the remedy.
    fn problem(&self, place: &str, what: &str) {
        let _ = (place, what);
    }

    /// So many problems more, of a kind that [`Observer::problem`] has told enough of.
    fn more_problems(&self, count: u64) {
        let _ = count;
    }
}

/// Watches nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Observer for Silent {}
