//! Work in parallel, results in order, in bounded memory.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc;

use rayon::ThreadPool;

/// Pieces of work that may be under way or waiting for their turn, for each thread.
const IN_FLIGHT_PER_THREAD: usize = 4;

/// Calls `work` on each item of `source` in `pool`, and `sink` on each result, in the order of the
/// items. Ends early when `sink` breaks, with what it broke with.
///
/// `source` runs on the calling thread, `sink` on one other; at most four items a thread are held
/// at any moment. With one thread everything runs on the calling one. A panic in `work` is passed on.
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
    let limit = threads * IN_FLIGHT_PER_THREAD;
    let (done, results) = mpsc::channel::<(usize, R)>();
    // One token for each item that may still be taken up; the sink gives them back.
    let (give, take) = mpsc::sync_channel::<()>(limit);
    let work = &work;
    std::thread::scope(|scope| {
        let sinking = scope.spawn(move || {
            let mut waiting = BTreeMap::new();
            let mut next = 0;
            for (index, result) in results {
                waiting.insert(index, result);
                while let Some(result) = waiting.remove(&next) {
                    next += 1;
                    sink(result)?;
                    // The source may have ended and gone.
                    let _ = take.recv();
                }
            }
            ControlFlow::Continue(())
        });
        pool.in_place_scope(|pool_scope| {
            for (index, item) in source.into_iter().enumerate() {
                // Fails when the sink broke off: then nobody wants more.
                if give.send(()).is_err() {
                    break;
                }
                let done = done.clone();
                pool_scope.spawn(move |_| {
                    let _ = done.send((index, work(item)));
                });
            }
        });
        drop(done);
        match sinking.join() {
            Ok(flow) => flow,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
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
