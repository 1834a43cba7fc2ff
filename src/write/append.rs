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

/// Appends `number` in digits.
pub(super) fn number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// What is written instead of something: the first of seven bytes, and how many.
pub(super) type Instead = ([u8; 7], u8);

/// Appends `text`, where `instead` says what is written for each byte that `odd` finds in a row of them, looking at it
/// and the next one of the row, or 0 if there is none, and whether it is for both.
#[inline(always)]
pub(super) fn rewritten<M: Machine>(
    machine: M,
    text: &[u8],
    odd: impl Fn(M::Bytes) -> u64,
    instead: impl Fn(u8, u8) -> (Instead, bool),
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
            // Back to it, and once more what follows it in the row.
            out.truncate(out.len() - (len - at));
            let ((bytes, count), is_for_both) =
                instead(row[at], row.get(at + 1).copied().unwrap_or_default());
            let last = at + usize::from(is_for_both);
            marks &= u64::MAX << last << 1;
            some(&bytes, count.into(), out);
            match rest[last + 1..].first_chunk::<BITS>() {
                Some(next) => some(next, len - last - 1, out),
                None => out.extend_from_slice(&rest[last + 1..len]),
            }
        }
        rest = &rest[len..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_digits() {
        let edges = (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit]);
        let tens = (0..20).map(|power| 10_u64.pow(power)).flat_map(|ten| [ten - 1, ten, ten + 1]);
        for expected in edges.chain(tens).chain(0..100_000).chain((0..1 << 27).step_by(997)) {
            let mut out = b"before ".to_vec();
            number(expected, &mut out);
            assert_eq!(out, format!("before {expected}").into_bytes());
        }
    }
}
