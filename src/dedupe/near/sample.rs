//! Sampling an article: the few places of its text by which copies of it find each other.
//!
//! A hash rolls over the letters of the text; where it is small enough, its value is a sample. So a
//! stretch of 32 bytes of letters is sampled in every article that holds it, or in none (U. Manber,
//! "Finding similar files in a large file system", 1994), wherever it stands, and a short article inside
//! a long one shares its samples with it. What "small enough" is follows from the length of the text:
//! short articles give more of their places, and what a long one samples, a short one does as well (the
//! sketches of A. Broder, "On the resemblance and containment of documents", 1997). The rolling
//! hash is the Gear hash of W. Xia and others ("Ddelta", 2014), by two bits a byte: one shift and one
//! addition.

use crate::vector::{BITS, EIGHT, Loop, Machine, filled, widest};

/// Samples that an article should have.
const WANTED: usize = 32;
/// At most one in this many places is sampled, however long the article: a paragraph of 50 words inside
/// a long article then has about five samples.
pub const RATE_MAX: u8 = 64;
/// An article with fewer samples is sampled again at a higher rate.
const SAMPLES_MIN: usize = 8;

/// Puts the samples of an article's `text`, of UTF-8, to `out`, and returns at which rate: one in so many places.
/// Case, spaces and punctuation of ASCII make no difference.
pub fn sample(text: &[u8], out: &mut Vec<u32>) -> u8 {
    let wanted = u8::try_from(text.len() / WANTED).unwrap_or(u8::MAX);
    let mut rate = wanted.clamp(1, RATE_MAX);
    let start = out.len();
    loop {
        roll(text, u64::MAX / u64::from(rate), out);
        if rate == 1 || out.len() - start >= SAMPLES_MIN {
            return rate;
        }
        out.truncate(start);
        rate = (rate / 4).max(1);
    }
}

/// What the hash is before the first letter.
const START: u64 = 0x2545_F491_4F6C_DD1D;

/// Bytes of a text whose letters are put together before the hash rolls over them, which then need not ask of each
/// byte whether it is one; a jump where words end would be hard to predict.
const CHUNK: usize = 24 * BITS;
/// Letters whose hash is another when one of them is.
const WINDOW: usize = 32;
/// Letters the hash rolls over without a look at what is left.
const STEPS: usize = 4;

/// Puts what falls below `limit` to `out`.
fn roll(text: &[u8], limit: u64, out: &mut Vec<u32>) {
    let mut hash = START;
    let mut room = [0; CHUNK + EIGHT];
    for text in text.chunks(CHUNK) {
        let letters = widest(Letters { text, room: &mut room });
        let letters = &room[..letters];
        // Two parts side by side: each step waits for the one before it, and a machine has time for another between
        // them.
        let (first, second) = letters.split_at(letters.len() / (2 * STEPS) * STEPS);
        let window = &first[first.len().saturating_sub(WINDOW)..];
        let mut behind = window.iter().copied().fold(hash, next);
        let (second, rest) = second.split_at(first.len());
        let rows = first.as_chunks::<STEPS>().0.iter().zip(second.as_chunks::<STEPS>().0);
        for (first, second) in rows {
            (0..STEPS).for_each(|at| {
                step(&mut hash, first[at], limit, out);
                step(&mut behind, second[at], limit, out);
            });
        }
        hash = behind;
        for &letter in rest {
            step(&mut hash, letter, limit, out);
        }
    }
}

/// The hash with one more letter.
#[inline(always)]
fn next(hash: u64, letter: u8) -> u64 {
    (hash << 2).wrapping_add(GEARS[usize::from(letter)])
}

/// Takes up one more letter.
#[inline(always)]
fn step(hash: &mut u64, letter: u8, limit: u64, out: &mut Vec<u32>) {
    *hash = next(*hash, letter);
    if *hash <= limit {
        put(*hash, out);
    }
}

/// Puts what was sampled to `out`.
#[cold]
#[inline(never)]
fn put(hash: u64, out: &mut Vec<u32>) {
    // The upper bits say that it was sampled; all of them are mixed into the sample.
    out.push((hash.wrapping_mul(0xFF51_AFD7_ED55_8CCD) >> 32) as u32);
}

/// Puts the letters of `text`, at most [`CHUNK`] bytes, to the front of `room`; returns how many.
struct Letters<'t, 'r> {
    text: &'t [u8],
    room: &'r mut [u8; CHUNK + EIGHT],
}

impl Loop for Letters<'_, '_> {
    type Output = usize;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> usize {
        let (mut len, mut last) = (0, [b' '; BITS]);
        for block in self.text.chunks(BITS) {
            let row = filled(block, &mut last);
            let bytes = machine.bytes(row);
            let mut letters = machine.letters(bytes) | machine.digits(bytes);
            letters |= machine.within(bytes, 0x80..=0xFF);
            for eight in row.as_chunks::<EIGHT>().0 {
                let [own, ..] = letters.to_le_bytes();
                let Some(room) = self.room[len..].first_chunk_mut() else { break };
                *room = machine.squeeze(*eight, own);
                len += own.count_ones() as usize;
                letters >>= EIGHT;
            }
        }
        len
    }
}

/// For each byte a number without a pattern (`SplitMix64`), the same for both cases of a letter; zero for
/// what is no letter or digit of ASCII.
static GEARS: [u64; 256] = {
    let mut gears = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let lower = (byte as u8).to_ascii_lowercase();
        if lower >= 128 || lower.is_ascii_alphanumeric() {
            let mut mixed = (lower as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            gears[byte] = mixed ^ (mixed >> 31);
        }
        byte += 1;
    }
    gears
};

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (u8, Vec<u32>) {
        let mut samples = Vec::new();
        let rate = sample(text.as_bytes(), &mut samples);
        samples.sort_unstable();
        samples.dedup();
        (rate, samples)
    }

    fn prose(words: u32) -> String {
        let words = (0..words).map(|n| n.wrapping_mul(2_654_435_761) % 5000);
        words.map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn case_spaces_and_punctuation_make_no_difference() {
        let text = prose(300);
        let (rate, samples) = of(&text);
        assert_eq!(of(&text.to_uppercase()), (rate, samples.clone()));
        assert_eq!(of(&text.replace(' ', "-")), (rate, samples.clone()));
        assert_eq!(of(&text.replace(' ', "\n")), (rate, samples));
    }

    #[test]
    fn a_long_text_samples_what_its_parts_do() {
        let text = prose(20_000);
        let (rate, all) = of(&text);
        assert_eq!(rate, RATE_MAX);
        let (rate, part) = of(&text[40_000..42_000]);
        assert!(rate < RATE_MAX && part.len() >= SAMPLES_MIN);
        let shared = part.iter().filter(|sample| all.binary_search(sample).is_ok()).count();
        assert!(shared >= 15, "{shared} of {}", part.len());
    }

    /// What falls below `limit`, letter by letter.
    fn plainly(text: &[u8], limit: u64) -> Vec<u32> {
        let (mut hash, mut samples) = (START, Vec::new());
        for &letter in text.iter().filter(|letter| GEARS[usize::from(**letter)] != 0) {
            step(&mut hash, letter, limit, &mut samples);
        }
        samples.sort_unstable();
        samples
    }

    #[test]
    fn parts_side_by_side_sample_what_one_row_does() {
        let every_byte: Vec<u8> =
            (0..10_000_u32).map(|n| (n.wrapping_mul(n) >> 3).to_le_bytes()[0]).collect();
        let mut texts = vec![every_byte, "a".repeat(2_000).into(), " - ".repeat(900).into()];
        texts.extend([prose(400).into(), "Средства ПВО, ".repeat(90).into()]);
        // Chunks of spaces, of letters alone, and of few letters.
        texts.push(format!("{0}{1}{0}x", " ".repeat(CHUNK + 7), "b7".repeat(CHUNK)).into());
        texts.push(format!("{}z", " ".repeat(50)).repeat(200).into());
        for text in texts {
            for cut in 0..text.len().min(70) {
                let text = &text[cut..];
                let mut samples = Vec::new();
                roll(text, u64::MAX / 8, &mut samples);
                samples.sort_unstable();
                assert_eq!(samples, plainly(text, u64::MAX / 8));
            }
        }
    }

    #[test]
    fn any_text_has_samples() {
        assert_eq!(of("").1.len(), 0);
        assert_eq!(of("- ... !").1.len(), 0);
        for text in ["one", "北京时间", "Средства ПВО за ночь", &"a".repeat(100_000), &prose(12)]
        {
            assert!(!of(text).1.is_empty(), "{text}");
        }
        for words in [50, 100, 400, 2_000] {
            let count = of(&prose(words)).1.len();
            assert!((10..words as usize).contains(&count), "{count} of {words}");
        }
    }
}
