//! Runs loops over bytes with the widest vectors that the machine has, found out at run time.
//!
//! The program is built for any machine of its kind, whose vectors have 16 bytes on x86-64. Nearly all
//! machines in use have wider ones, and a loop that counts bytes is about twice as fast there.

use pulp::{Arch, Simd, WithSimd};

/// A loop over bytes. All of it must be inlined into [`run`](Loop::run), for only that is compiled
/// for each kind of machine.
pub(crate) trait Loop {
    /// What it finds.
    type Output;

    /// The loop; to be marked `inline(always)`.
    fn run(self) -> Self::Output;
}

/// Runs `work` as it was compiled for this machine.
pub(crate) fn widest<L: Loop>(work: L) -> L::Output {
    Arch::new().dispatch(Wide(work))
}

struct Wide<L>(L);

impl<L: Loop> WithSimd for Wide<L> {
    type Output = L::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> L::Output {
        self.0.run()
    }
}

/// Bytes of a row: what loops look at together.
pub(crate) const ROW: usize = 32;

/// Rows after which counts of bytes must be added up, for none may exceed a byte.
pub(crate) const ROWS: usize = 255;

/// The sum of the counts of one row of places.
#[inline(always)]
pub(crate) fn sum(counts: &[u8; ROW]) -> usize {
    const EVEN: u64 = 0x00FF_00FF_00FF_00FF;
    let (words, _) = counts.as_chunks::<8>();
    let pairs = words.iter().fold(0, |pairs, word| {
        let word = u64::from_le_bytes(*word);
        pairs + (word & EVEN) + (word >> 8 & EVEN)
    });
    // Four sums of 16 bits, added up in the highest.
    (pairs.wrapping_mul(0x0001_0001_0001_0001) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact() {
        assert_eq!(sum(&[255; ROW]), 255 * ROW);
        let counts: [u8; ROW] = std::array::from_fn(|i| (i * 37 % 256) as u8);
        assert_eq!(sum(&counts), counts.iter().map(|&count| usize::from(count)).sum::<usize>());
    }
}
