//! What the look-up and the build script, which makes its tables, must agree on.

/// Longest line that is taken apart into labels, in bytes.
pub(super) const GLUED_BYTES_MAX: usize = 400;

/// How many words at the start of a line are looked at before it is folded.
pub(super) const START_WORDS: usize = 3;

/// The words are a phrase, alone on the line or with other labels behind it.
pub(super) const WHOLE: u8 = 1;
/// A word of a list follows the words.
pub(super) const BEFORE_LIST: u8 = 2;
/// The words are of a list.
pub(super) const IN_LIST: u8 = 4;
/// The words follow a word of a list.
pub(super) const AFTER_LIST: u8 = 8;

/// What is known of a line by the words at its start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start {
    /// Which of [`WHOLE`], [`BEFORE_LIST`], [`IN_LIST`] and [`AFTER_LIST`] they are.
    pub(super) roles: u8,
    /// Longest line, in bytes, that may fit an open phrase whose fixed start they begin.
    pub(super) open: u16,
    /// The same for those that a divider must follow here.
    pub(super) divided: u16,
    /// The [bits](next_bit) of the words that more is known of behind these.
    pub(super) next: u64,
}

/// The bit for a word by which most are told to be none of some.
pub(super) fn next_bit(word: u64) -> u64 {
    1 << bucket(word, u64::BITS.ilog2())
}

/// The hash of some words and the one behind them.
pub(super) fn join(words: u64, next: u64) -> u64 {
    words.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23) ^ next
}

/// The hash of no bytes.
pub(super) const NO_BYTES: u64 = 0xCBF2_9CE4_8422_2325;

/// The hash of what `hash` is the hash of and `bytes` behind it (FNV-1a), so that all starts of a
/// key are hashed in one walk. Its code stands in one place, for it is unrolled.
#[inline(never)]
pub(super) fn hash_on(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

/// The bucket of `hash` in a table of `1 << bits` buckets.
pub(super) fn bucket(hash: u64, bits: u32) -> usize {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> (64 - bits)).unwrap_or_default()
}

/// A table has a filter of `1 << FILTER_BITS` bits a bucket: small enough to stay near the processor,
/// it refuses nearly all that the table does not hold.
pub(super) const FILTER_BITS: u32 = 3;

/// The row, of 64, of pairs of bytes whose first one is `byte`.
pub(super) fn pair_row(byte: u8) -> usize {
    usize::from(byte & 63)
}

/// The bit in a row of pairs whose second one is `byte`.
pub(super) fn pair_bit(byte: u8) -> u64 {
    1 << (byte & 63)
}
