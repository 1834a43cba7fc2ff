//! BLAKE3 of many keys at once: of keys that are as long, the same steps are made side by side in one vector.
//!
//! A key of up to 1,024 bytes is one chunk, a chain of blocks of 64 bytes. All its blocks but the last are what
//! `Platform::hash_many` does for the chunks of one long text; the last, which may be shorter, is done alone. The
//! crate has no public call for this yet (BLAKE3-team/BLAKE3, pull request 575), so the one used here is not promised
//! to stay, and its version is fixed in `Cargo.toml`.

use std::ops::Range;

use arrayvec::ArrayVec;
use blake3::platform::{Platform, le_bytes_from_words_32, words_from_le_bytes_32};
use blake3::{BLOCK_LEN, CHUNK_LEN, IncrementCounter};

use super::Digest;
use crate::normalize::push_small_letters;
use crate::vector::{BITS, row_of};

/// Keys of paragraphs or of articles, one behind the other.
#[derive(Default)]
pub(crate) struct Keys {
    bytes: Vec<u8>,
    /// Where each of them stands.
    places: Vec<Range<usize>>,
    /// Where the one that is put together starts.
    start: usize,
}

/// Keys done at once at most: the lanes of the widest vectors.
const LANES: usize = 16;
/// Memory that is kept for the next keys.
const KEPT_BYTES: usize = 1 << 20;
/// Blocks of a chunk.
const BLOCKS: usize = CHUNK_LEN / BLOCK_LEN;

/// What a chunk starts from (the BLAKE3 paper, 2.2), and the flags of its first and last block, and of a text's last
/// step (2.3).
const IV: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];
const CHUNK_START: u8 = 1;
const CHUNK_END: u8 = 2;
const ROOT: u8 = 8;

impl Keys {
    /// Adds a key.
    pub(crate) fn push(&mut self, key: &str) {
        self.bytes.extend_from_slice(key.as_bytes());
        self.end();
    }

    /// Adds the keys of the plain paragraphs that stand at `paragraphs` of `text`: see [`super::plain_paragraph`].
    pub(crate) fn push_plain(
        &mut self,
        text: &str,
        paragraphs: impl Iterator<Item = Range<usize>>,
    ) {
        let start = self.bytes.len();
        // All of it: one loop over a long text ends once.
        push_small_letters(text, &mut self.bytes);
        self.places.extend(paragraphs.map(|place| start + place.start..start + place.end));
        self.start = self.bytes.len();
    }

    /// Adds the key of an article: see [`super::article`].
    pub(crate) fn push_article(&mut self, paragraphs: &[Digest]) {
        for paragraph in paragraphs {
            self.extend(*paragraph);
        }
        self.end();
    }

    /// Adds the next paragraph of an article, which then [ends](Keys::end).
    pub(crate) fn extend(&mut self, paragraph: Digest) {
        self.bytes.extend_from_slice(&paragraph.0);
    }

    /// Ends the key of an article; one without paragraphs has a key without bytes.
    pub(crate) fn end(&mut self) {
        self.places.push(self.start..self.bytes.len());
        self.start = self.bytes.len();
    }

    /// Forgets all keys, and gives back the memory that an article much larger than others took.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.places.clear();
        self.places.shrink_to(KEPT_BYTES / size_of::<Range<usize>>());
        self.start = 0;
    }

    /// The fingerprint of each key, in their order.
    pub(crate) fn digests(&self) -> Vec<Digest> {
        let platform = Platform::detect();
        let mut digests = vec![Digest([0; 32]); self.places.len()];
        // Keys that wait for others with as many blocks before their last.
        let mut waiting: [ArrayVec<(&[u8], usize), LANES>; BLOCKS] = Default::default();
        for (index, place) in self.places.iter().enumerate() {
            let key = &self.bytes[place.clone()];
            let blocks = key.len().saturating_sub(1) / BLOCK_LEN;
            let Some(same) = waiting.get_mut(blocks) else {
                digests[index] = Digest(*blake3::hash(key).as_bytes());
                continue;
            };
            same.push((key, index));
            if same.is_full() {
                chunks(platform, blocks, same, &mut digests);
                same.clear();
            }
        }
        for (blocks, same) in waiting.iter().enumerate().filter(|(_, same)| !same.is_empty()) {
            chunks(platform, blocks, same, &mut digests);
        }
        digests
    }
}

/// Puts the digests of keys of one chunk, each with its place, that have so many blocks before their last.
fn chunks(platform: Platform, blocks: usize, keys: &[(&[u8], usize)], digests: &mut [Digest]) {
    let mut chained = [[0; 32]; LANES];
    if let Some(before_last) = blocks.checked_sub(1).and_then(|at| BEFORE_LAST.get(at)) {
        before_last(platform, keys, chained.as_flattened_mut());
    }
    for (&(key, index), chained) in keys.iter().zip(&chained) {
        let (mut words, start) = match blocks {
            0 => (IV, CHUNK_START),
            _ => (words_from_le_bytes_32(chained), 0),
        };
        let last = &key[blocks * BLOCK_LEN..];
        let len = u8::try_from(last.len()).unwrap_or_default();
        let mut room = [0; 2 * BITS];
        let block = row_of(key, last, &mut room);
        platform.compress_in_place(&mut words, block, len, 0, start | CHUNK_END | ROOT);
        digests[index] = Digest(le_bytes_from_words_32(&words));
    }
}

/// Puts what the first `N` bytes of each key lead to, 32 bytes each.
fn before_last<const N: usize>(platform: Platform, keys: &[(&[u8], usize)], chained: &mut [u8]) {
    let starts = keys.iter().filter_map(|(key, _)| key.first_chunk::<N>());
    let starts: ArrayVec<_, LANES> = starts.collect();
    platform.hash_many(&starts, &IV, 0, IncrementCounter::No, 0, CHUNK_START, 0, chained);
}

type BeforeLast = fn(Platform, &[(&[u8], usize)], &mut [u8]);

/// [`before_last`] for each number of blocks from 1 on.
const BEFORE_LAST: [BeforeLast; BLOCKS - 1] = [
    before_last::<64>,
    before_last::<128>,
    before_last::<192>,
    before_last::<256>,
    before_last::<320>,
    before_last::<384>,
    before_last::<448>,
    before_last::<512>,
    before_last::<576>,
    before_last::<640>,
    before_last::<704>,
    before_last::<768>,
    before_last::<832>,
    before_last::<896>,
    before_last::<960>,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::digest;

    #[test]
    fn articles_have_the_fingerprints_they_have_alone() {
        let paragraphs: Vec<_> = (0..70).map(|n: u32| digest(&n.to_string())).collect();
        let mut keys = Keys::default();
        let articles: Vec<_> = (0..=70).cycle().take(500).map(|n| &paragraphs[..n]).collect();
        for article in &articles {
            keys.push_article(article);
        }
        let alone: Vec<_> = articles.iter().map(|article| super::super::article(article)).collect();
        assert_eq!(keys.digests(), alone);
    }

    #[test]
    fn plain_paragraphs_have_the_fingerprints_they_have_alone() {
        let mut keys = Keys::default();
        let mut alone = Vec::new();
        for len in 0..300 {
            let paragraphs = ["One, two".repeat(len), "É".to_owned(), "THREE".repeat(len % 7)];
            let text = paragraphs.join("\n\n");
            let third = text.len() - paragraphs[2].len();
            let places = [0..paragraphs[0].len(), third..text.len()];
            keys.push_plain(&text, places.into_iter().filter(|place| !place.is_empty()));
            keys.push("a key between");
            let plain =
                [&paragraphs[0], &paragraphs[2]].into_iter().filter(|text| !text.is_empty());
            alone.extend(plain.map(|text| digest(&text.to_lowercase())));
            alone.push(digest("a key between"));
        }
        assert_eq!(keys.digests(), alone);
    }

    #[test]
    fn keys_have_the_digests_they_have_alone() {
        let text: String = ('a'..='z').cycle().take(2100).collect();
        // Each length alone; all lengths, so that no two go together; and many of some lengths, in turns.
        let all = 0..=2100;
        let some = |lengths: &[usize]| lengths.repeat(37);
        let mut groups: Vec<Vec<usize>> = all.clone().map(|len| vec![len]).collect();
        groups.push(all.collect());
        groups.push(some(&[1, 64, 65, 128, 129, 1023, 1024, 1025, 0]));
        groups.push(some(&[200]));
        groups.push((0..999).map(|n| n * n * 31 % 1100).collect());
        let mut keys = Keys::default();
        for lengths in groups {
            keys.clear();
            let key = |n: usize| &text[n % 7..(n % 7 + lengths[n]).min(text.len())];
            (0..lengths.len()).for_each(|n| keys.push(key(n)));
            let alone: Vec<_> = (0..lengths.len()).map(|n| digest(key(n))).collect();
            assert_eq!(keys.digests(), alone, "{lengths:?}");
        }
    }
}
