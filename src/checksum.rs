//! BLAKE3 of a file that comes in parts of any length.

/// Bytes that are hashed together: sixteen chunks of BLAKE3, twice as many as the widest kernel of most machines
/// hashes side by side.
const STEP: usize = 16 << 10;

/// A [`blake3::Hasher`] that keeps what does not fill a step for the next part: from an odd place of a file it would
/// hash chunk by chunk, some of them 64 bytes at a time, up to an even one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checksum {
    hasher: blake3::Hasher,
    /// What follows the last whole step.
    rest: Vec<u8>,
}

impl Checksum {
    /// Adds the next `bytes` of the file.
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        if !self.rest.is_empty() {
            let (head, tail) = bytes.split_at(bytes.len().min(STEP - self.rest.len()));
            self.rest.extend_from_slice(head);
            if self.rest.len() < STEP {
                return;
            }
            self.hasher.update(&self.rest);
            self.rest.clear();
            bytes = tail;
        }
        let (steps, rest) = bytes.split_at(bytes.len() - bytes.len() % STEP);
        self.hasher.update(steps);
        self.rest.extend_from_slice(rest);
    }

    /// The hash of all that came so far.
    pub(crate) fn hash(&self) -> blake3::Hash {
        self.hasher.clone().update(&self.rest).finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_any_length_have_the_hash_of_the_whole() {
        let bytes: Vec<u8> =
            (0_u32..5 << 14).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
        for lens in [&[1, 1023, 70_000][..], &[STEP], &[STEP - 1, 2], &[3 * STEP + 5, 0], &[99_999]]
        {
            let (mut checksum, mut rest) = (Checksum::default(), &*bytes);
            for len in lens.iter().cycle() {
                let (part, behind) = rest.split_at(rest.len().min(*len));
                checksum.update(part);
                rest = behind;
                let so_far = &bytes[..bytes.len() - rest.len()];
                assert_eq!(checksum.hash(), blake3::hash(so_far));
                if rest.is_empty() {
                    break;
                }
            }
        }
    }
}
