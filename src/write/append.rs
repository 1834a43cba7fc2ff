//! What rows are made of, appended by copies of a fixed size: of one whose length cannot be foretold, the processor
//! takes a wrong branch each time.

use crate::vector::{BITS, Machine, filled};

/// Appends the first `len` of `bytes`.
#[inline(always)]
pub(super) fn some<const N: usize>(bytes: &[u8; N], len: usize, out: &mut Vec<u8>) {
    let end = out.len() + len;
    out.extend_from_slice(bytes);
    out.truncate(end);
}

/// What is written for a byte: the first of seven bytes, and how many.
pub(super) type Instead = ([u8; 7], u8);

/// Appends `text`, where `instead` says what is written for each byte that `odd` finds in a row of them.
#[inline(always)]
pub(super) fn rewritten<M: Machine>(
    machine: M,
    text: &[u8],
    odd: impl Fn(M::Bytes) -> u64,
    instead: impl Fn(u8) -> Instead,
    out: &mut Vec<u8>,
) {
    let mut room = [b' '; BITS];
    let mut rest = text;
    while !rest.is_empty() {
        let len = rest.len().min(BITS);
        let row = filled(rest, &mut room);
        let mut marks = odd(machine.bytes(row));
        some(row, len, out);
        while marks != 0 {
            let at = marks.trailing_zeros() as usize;
            marks &= marks - 1;
            // Back to it, and once more what follows it in the row.
            out.truncate(out.len() - (len - at));
            let (bytes, count) = instead(row[at]);
            some(&bytes, count.into(), out);
            match rest[at + 1..].first_chunk::<BITS>() {
                Some(next) => some(next, len - at - 1, out),
                None => out.extend_from_slice(&rest[at + 1..len]),
            }
        }
        rest = &rest[len..];
    }
}
