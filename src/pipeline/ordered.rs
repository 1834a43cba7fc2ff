//! Work in parallel, results in order, in bounded memory.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};

use rayon::ThreadPool;

/// Pieces of work that may be under way or waiting for their turn, for each thread.
const IN_FLIGHT_PER_THREAD: usize = 4;

/// Calls `work` on each item of `source` in `pool`, and `sink` on each result, in the order of the
/// items. Ends early when `sink` breaks, with what it broke with.
///
/// `source` runs on the calling thread; at most four items a thread are held at any moment. `sink` runs on
/// whichever thread has made the result whose turn it is, where that is still in its cache, and on one at a
/// time. With one thread everything runs on the calling one. A panic in `work` or `sink` is passed on.
pub(super) fn ordered<T, R, B>(
    pool: &ThreadPool,
    source: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Sync,
    mut sink: impl FnMut(R) -> ControlFlow<B> + Send,
) -> ControlFlow<B>
where
    T: Send,
    R: Send,
    B: Send,
{
    let threads = pool.current_num_threads();
    if threads == 1 {
        return source.into_iter().try_for_each(|item| sink(work(item)));
    }
    // One token for each item that may still be taken up; the sink gives them back.
    let (give, take) = mpsc::sync_channel::<()>(threads * IN_FLIGHT_PER_THREAD);
    let turns = Turns {
        waiting: Mutex::new(Waiting { results: BTreeMap::new(), next: 0, is_sinking: false }),
        sink: Mutex::new(Some((sink, take))),
        end: Mutex::new(None),
    };
    let (work, turns) = (&work, &turns);
    pool.in_place_scope(|scope| {
        for (index, item) in source.into_iter().enumerate() {
            // Fails when the work was broken off: then nobody wants more.
            if give.send(()).is_err() {
                break;
            }
            scope.spawn(move |_| {
                let work = || turns.take(index, work(item));
                if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
                    turns.end(End::Panicked(panic));
                }
            });
        }
    });
    match lock(&turns.end).take() {
        None => ControlFlow::Continue(()),
        Some(End::Broken(with)) => ControlFlow::Break(with),
        Some(End::Panicked(panic)) => resume_unwind(panic),
    }
}

/// Results on their way to the sink.
struct Turns<R, B, S> {
    waiting: Mutex<Waiting<R>>,
    /// With the tokens that are given back; `None` when the work was broken off.
    sink: Mutex<Option<(S, mpsc::Receiver<()>)>>,
    /// Why it was broken off.
    end: Mutex<Option<End<B>>>,
}

struct Waiting<R> {
    results: BTreeMap<usize, R>,
    /// Whose turn it is.
    next: usize,
    /// Whether a thread gives results to the sink, and looks for more before it stops.
    is_sinking: bool,
}

enum End<B> {
    Broken(B),
    Panicked(Box<dyn Any + Send>),
}

impl<R, B, S: FnMut(R) -> ControlFlow<B>> Turns<R, B, S> {
    /// Takes the result of the item `index`, and gives the sink all results whose turn it is, unless another
    /// thread does.
    fn take(&self, index: usize, result: R) {
        let mut waiting = lock(&self.waiting);
        waiting.results.insert(index, result);
        if waiting.is_sinking {
            return;
        }
        waiting.is_sinking = true;
        loop {
            let next = waiting.next;
            let Some(result) = waiting.results.remove(&next) else { break };
            waiting.next += 1;
            drop(waiting);
            self.sink(result);
            waiting = lock(&self.waiting);
        }
        waiting.is_sinking = false;
    }

    fn sink(&self, result: R) {
        let mut guarded = lock(&self.sink);
        let Some((sink, tokens)) = &mut *guarded else { return };
        let flow = sink(result);
        // There is the one of this result.
        let _ = tokens.try_recv();
        drop(guarded);
        if let ControlFlow::Break(with) = flow {
            self.end(End::Broken(with));
        }
    }

    /// Breaks the work off; the first reason counts.
    fn end(&self, end: End<B>) {
        lock(&self.end).get_or_insert(end);
        *lock(&self.sink) = None;
    }
}

/// What a panic left behind is not used: the work is broken off then.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::ordered;

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
    }

    #[test]
    fn results_keep_the_order_whatever_takes_longer() {
        for threads in [1, 2, 5] {
            let mut seen = Vec::new();
            let work = |n: u64| {
                std::thread::sleep(std::time::Duration::from_micros(n * 7 % 50));
                n * n
            };
            let flow: ControlFlow<()> = ordered(&pool(threads), 0..200, work, |square| {
                seen.push(square);
                ControlFlow::Continue(())
            });
            assert!(flow.is_continue());
            assert_eq!(seen, (0..200).map(|n| n * n).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn a_panic_is_passed_on() {
        for (in_work, in_sink) in [(7, usize::MAX), (usize::MAX, 7), (0, 1)] {
            let run = || {
                let work = |n: usize| {
                    assert_ne!(n, in_work);
                    n
                };
                ordered(&pool(3), 0.., work, |n: usize| {
                    assert_ne!(n, in_sink);
                    ControlFlow::<()>::Continue(())
                })
            };
            assert!(std::panic::catch_unwind(run).is_err());
        }
    }

    #[test]
    fn a_sink_that_breaks_ends_the_work() {
        for threads in [1, 3] {
            let begun = AtomicUsize::new(0);
            let work = |n: usize| {
                begun.fetch_add(1, Ordering::Relaxed);
                n
            };
            let flow = ordered(&pool(threads), 0.., work, |n| {
                if n == 10 { ControlFlow::Break(n) } else { ControlFlow::Continue(()) }
            });
            assert_eq!(flow, ControlFlow::Break(10));
            assert!(begun.load(Ordering::Relaxed) < 10 + 2 + threads * 5);
        }
    }
}
