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

/// Samples that an article should have.
const WANTED: usize = 32;
/// At most one in this many places is sampled, however long the article: a paragraph of 50 words inside
/// a long article then has about five samples.
pub const RATE_MAX: u32 = 64;
/// An article with fewer samples is sampled again at a higher rate.
const SAMPLES_MIN: usize = 8;

/// Puts the samples of an article's `text` to `out`, and returns at which rate: one in so many places.
/// Case, spaces and punctuation of ASCII make no difference.
pub fn sample(text: &str, out: &mut Vec<u32>) -> u32 {
    let wanted = u32::try_from(text.len() / WANTED).unwrap_or(u32::MAX);
    let mut rate = wanted.clamp(1, RATE_MAX);
    let start = out.len();
    loop {
        roll(text.as_bytes(), u64::MAX / u64::from(rate), out);
        if rate == 1 || out.len() - start >= SAMPLES_MIN {
            return rate;
        }
        out.truncate(start);
        rate = (rate / 4).max(1);
    }
}

/// What the hash is before the first letter.
const START: u64 = 0x2545_F491_4F6C_DD1D;

/// Parts of a text that the hash rolls over side by side: each step waits for the one before it, and a
/// machine has time for another between them.
const LANES: usize = 2;
/// Bytes of a text from which that is worth the start of each part.
const LANES_MIN: usize = 512;
/// Letters whose hash is another when one of them is.
const WINDOW: usize = 32;

/// Puts what falls below `limit` to `out`.
fn roll(text: &[u8], limit: u64, out: &mut Vec<u32>) {
    let (mut hash, mut rest) = (START, text);
    if text.len() >= LANES_MIN {
        let len = text.len() / LANES;
        let lanes: [&[u8]; LANES] = std::array::from_fn(|lane| &text[lane * len..][..len]);
        let mut hashes: [u64; LANES] = std::array::from_fn(|lane| after(&text[..lane * len]));
        for at in 0..len {
            for (hash, lane) in hashes.iter_mut().zip(lanes) {
                step(hash, lane[at], limit, out);
            }
        }
        (hash, rest) = (hashes[LANES - 1], &text[LANES * len..]);
    }
    for &byte in rest {
        step(&mut hash, byte, limit, out);
    }
}

/// Takes up one more byte.
#[inline(always)]
fn step(hash: &mut u64, byte: u8, limit: u64, out: &mut Vec<u32>) {
    let gear = GEARS[usize::from(byte)];
    let next = (*hash << 2).wrapping_add(gear);
    // A choice of values, not a jump: where words end is hard to predict.
    *hash = if gear == 0 { *hash } else { next };
    if *hash <= limit {
        put(*hash, gear, out);
    }
}

/// The hash after `text`, which its last [`WINDOW`] letters alone decide.
fn after(text: &[u8]) -> u64 {
    let gears = text.iter().rev().map(|&byte| GEARS[usize::from(byte)]);
    let (mut hash, mut letters) = (0_u64, 0);
    for gear in gears.filter(|&gear| gear != 0).take(WINDOW) {
        hash = hash.wrapping_add(gear << (2 * letters));
        letters += 1;
    }
    if letters < WINDOW { hash.wrapping_add(START << (2 * letters)) } else { hash }
}

/// Puts what was sampled to `out`, unless it was before: at a byte that is no letter the hash stays.
#[cold]
#[inline(never)]
fn put(hash: u64, gear: u64, out: &mut Vec<u32>) {
    if gear != 0 {
        // The upper bits say that it was sampled; all of them are mixed into the sample.
        out.push((hash.wrapping_mul(0xFF51_AFD7_ED55_8CCD) >> 32) as u32);
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

    fn of(text: &str) -> (u32, Vec<u32>) {
        let mut samples = Vec::new();
        let rate = sample(text, &mut samples);
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

    #[test]
    fn parts_side_by_side_sample_what_one_row_does() {
        let texts = ["a".repeat(2_000), " - ".repeat(900), prose(400), "Средства ПВО, ".repeat(90)];
        for text in texts.iter().flat_map(|text| [text.clone(), format!("{}x", " ".repeat(700))]) {
            for cut in 0..text.len().min(70) {
                let text = &text.as_bytes()[cut..];
                let (mut samples, mut hash, mut expected) = (Vec::new(), START, Vec::new());
                roll(text, u64::MAX / 8, &mut samples);
                for &byte in text {
                    step(&mut hash, byte, u64::MAX / 8, &mut expected);
                }
                samples.sort_unstable();
                expected.sort_unstable();
                assert_eq!(samples, expected);
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
