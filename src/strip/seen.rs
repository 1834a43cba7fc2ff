//! What was found of lines that stood a moment ago: pages of one site repeat theirs, and a line alone
//! always says the same. A small memory of fixed size; what it holds changes no result.

use std::num::NonZeroU32;

use crate::fingerprint::{self, Digest};
use crate::lexicon::{self, Hit};
use crate::strip::facts::Controls;
use crate::strip::{Mark, Take};

/// Buffers that a worker keeps from one article to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) lexicon: lexicon::Scratch,
    pub(super) seen: Seen,
    /// What one rule asks for.
    pub(super) marks: Vec<Mark>,
    /// What becomes of each block of one article.
    pub(super) fates: Vec<Option<(Take, &'static str)>>,
}

/// Longer lines are prose, which does not repeat.
const LINE_BYTES_MAX: usize = 256;
/// Lines that are remembered: with their texts they take up less than the second cache. Of 75,000 short
/// lines of sixty sites, 47,000 stood before; 1,024 slots know 41,000 of them, 2,048 slots 43,000.
const SLOTS: usize = 2048;
/// Lines seen once that are known.
const ONCE: usize = 8192;

impl Scratch {
    /// A fingerprint that is known.
    #[must_use]
    pub fn digest(&self, known: Known) -> Option<Digest> {
        self.seen.digests.get(known.0.get() as usize - 1).copied()
    }
}

/// Which of the fingerprints that are known of the articles that were read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known(NonZeroU32);

/// Facts of a line in which there is no date, no credit and no byline.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plain {
    pub(super) width: u32,
    /// See [`Measure::plain_words`](crate::segment::shape::Measure::plain_words).
    pub(super) words: Option<u32>,
    pub(super) sentence: bool,
    pub(super) hit: Option<Hit>,
    pub(super) controls: Controls,
    pub(super) digits: u8,
    pub(super) second_copy: Option<NonZeroU32>,
}

/// The lines seen last. A line has two slots to stand in. A new one takes the place of one that was not seen
/// again since (`second chance`), or the lines of a site would give way to sentences that never come
/// back; where both were, the next new one takes it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    slots: Vec<[Slot; 2]>,
    /// A part of the hash of the line in each slot, 0 where there is none. Few enough to stay near the
    /// processor, where the slots do not: most lines are in no slot.
    tags: Vec<[u32; 2]>,
    /// Tags of lines that were seen once. Most lines never come back, and are written nowhere else.
    once: Vec<u32>,
    /// Fingerprints of lines that were found since they were [forgotten](Seen::forget_digests).
    digests: Vec<Digest>,
    key: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    line: String,
    plain: Plain,
    /// The fingerprint of a plain line that was seen again: it will be, more often than not.
    digest: Option<Digest>,
    /// Whether the line was seen again since another one wanted the slot.
    again: bool,
}

impl Seen {
    /// No fingerprint is known any more.
    pub(super) fn forget_digests(&mut self) {
        self.digests.clear();
    }

    /// What was found of `text`, whose place this is, and its fingerprint, where it is plain.
    pub(super) fn get(
        &mut self,
        text: &str,
        Place { place, tag }: Place,
    ) -> Option<(Plain, Option<Known>)> {
        if text.len() > LINE_BYTES_MAX {
            return None;
        }
        let tags = self.tags.get(place)?;
        let mut same =
            tags.iter().zip(self.slots.get_mut(place)?).filter(|(other, _)| **other == tag);
        let (_, slot) = same.find(|(_, slot)| slot.line == text)?;
        slot.again = true;
        let mut known = None;
        if slot.plain.words.is_some() {
            let digest = || fingerprint::plain_paragraph(text, &mut self.key);
            self.digests.push(*slot.digest.get_or_insert_with(digest));
            known = u32::try_from(self.digests.len()).ok().and_then(NonZeroU32::new).map(Known);
        }
        Some((slot.plain, known))
    }

    /// Remembers what was found of `text`, whose place this is, once it comes a second time.
    pub(super) fn put(&mut self, text: &str, Place { place, tag }: Place, plain: Plain) {
        if text.len() > LINE_BYTES_MAX {
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS / 2, Default::default());
            self.tags.resize(SLOTS / 2, [0; 2]);
            self.once.resize(ONCE, 0);
        }
        let of_place = 2 * ONCE / SLOTS;
        let once = &mut self.once[place * of_place + tag as usize % of_place];
        if std::mem::replace(once, tag) != tag {
            return;
        }
        let (Some(pair), Some(tags)) = (self.slots.get_mut(place), self.tags.get_mut(place)) else {
            return;
        };
        if let Some(at) = pair.iter().position(|slot| !slot.again) {
            let slot = &mut pair[at];
            slot.line.clear();
            slot.line.push_str(text);
            slot.plain = plain;
            slot.digest = None;
            tags[at] = tag;
            // The older of two is the next to go.
            pair.swap(0, 1);
            tags.swap(0, 1);
        } else {
            *pair = std::mem::take(pair).map(|slot| Slot { again: false, ..slot });
        }
    }
}

/// Where a line stands, if it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// A pair of slots.
    place: usize,
    /// What is compared before the line.
    tag: u32,
}

impl Place {
    /// The place of a line, by a hash of its length and of the bytes at both of its ends. Two lines that differ only
    /// in between share their place, and no more.
    pub(super) fn of(text: &str) -> Place {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        /// Eight bytes each.
        const WORDS: usize = 3;
        const ENDS: usize = WORDS * size_of::<u64>();
        let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(ODD);
        let mix_all = |hash, bytes: &[[u8; 8]]| {
            bytes.iter().fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)))
        };
        let bytes = text.as_bytes();
        let hash = if let (Some(first), Some(last)) =
            (bytes.first_chunk::<ENDS>(), bytes.last_chunk::<ENDS>())
        {
            let hash = mix_all(bytes.len() as u64, first.as_chunks().0);
            mix_all(hash, last.as_chunks().0)
        } else {
            let (words, rest) = bytes.as_chunks();
            let last =
                rest.iter().fold(bytes.len() as u64, |last, &byte| last << 8 | u64::from(byte));
            mix(mix_all(0, words), last)
        };
        let place = usize::try_from(hash >> 40).unwrap_or_default() % (SLOTS / 2);
        // Of other bits than the place.
        let tag = u32::try_from(hash >> 18 & 0x3F_FFFF).unwrap_or_default() | 1 << 31;
        Place { place, tag }
    }

    /// The place among fewer, of which there are `count`.
    pub(super) fn among(self, count: usize) -> usize {
        self.place % count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(seen: &mut Seen, text: &str) -> Option<Plain> {
        seen.get(text, Place::of(text)).map(|(plain, _)| plain)
    }

    fn put(seen: &mut Seen, text: &str, plain: Plain) {
        seen.put(text, Place::of(text), plain);
        seen.put(text, Place::of(text), plain);
    }

    #[test]
    fn a_line_is_remembered_when_it_comes_a_second_time() {
        let mut seen = Seen::default();
        let lines: Vec<String> = (0..500).map(|n| format!("line {n}")).collect();
        for known in [0, 450] {
            for line in &lines {
                seen.put(line, Place::of(line), Plain::default());
            }
            let found = lines.iter().filter(|line| get(&mut seen, line).is_some()).count();
            assert!((known..=known + known / 9).contains(&found), "{found}");
        }
    }

    #[test]
    fn a_line_is_known_until_others_take_its_slot() {
        let mut seen = Seen::default();
        let plain = |width: usize| {
            let width = width.try_into().unwrap_or(u32::MAX);
            Plain { width, ..Plain::default() }
        };
        let lines: Vec<String> = (0..8000).map(|n| format!("line {n}")).collect();
        for (n, line) in lines.iter().enumerate() {
            assert!(get(&mut seen, line).is_none());
            put(&mut seen, line, plain(n));
        }
        let known: Vec<usize> =
            (0..lines.len()).filter(|&n| get(&mut seen, &lines[n]).is_some()).collect();
        assert!((1900..=SLOTS).contains(&known.len()), "{}", known.len());
        assert!(
            known
                .iter()
                .all(|&n| get(&mut seen, &lines[n]).is_some_and(|found| found.width as usize == n))
        );
        // They were asked for, and new lines in between do not drive them out.
        for n in 0..SLOTS / 8 {
            put(&mut seen, &format!("new {n}"), plain(n));
        }
        let kept = known.iter().filter(|&&n| get(&mut seen, &lines[n]).is_some()).count();
        assert!(kept > known.len() * 9 / 10, "{kept} of {}", known.len());
        let long = "x".repeat(LINE_BYTES_MAX + 1);
        put(&mut seen, &long, plain(1));
        assert!(get(&mut seen, &long).is_none());
        assert!(get(&mut Seen::default(), "").is_none());
    }

    #[test]
    fn the_fingerprint_of_a_plain_line_is_kept() {
        let mut scratch = Scratch::default();
        for (line, is_plain) in [("Follow us on Facebook", true), ("Follow us  on Facebook", false)]
        {
            let words = is_plain.then_some(4);
            put(&mut scratch.seen, line, Plain { words, ..Plain::default() });
            let digest = fingerprint::paragraph(line, &mut String::new()).filter(|_| is_plain);
            for _ in 0..2 {
                let known = scratch.seen.get(line, Place::of(line)).and_then(|(_, known)| known);
                assert_eq!(known.and_then(|known| scratch.digest(known)), digest);
            }
        }
        let known = scratch.seen.get("Follow us on Facebook", Place::of("Follow us on Facebook"));
        scratch.seen.forget_digests();
        assert!(known.and_then(|(_, known)| scratch.digest(known?)).is_none());
    }
}
