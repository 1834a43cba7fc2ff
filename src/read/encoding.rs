//! In which encoding a file is written: a byte order mark decides, else UTF-8 if it can be, else
//! what the bytes look like.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memmem;

/// The byte order mark in UTF-8.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Fewer malformed sequences than this are damage, whatever else the sample holds.
const MALFORMED_MIN: usize = 3;

/// One malformed sequence in more bytes than this is damage too: a text in an old code page, even
/// English with its quotation marks, has many more.
const MALFORMED_BYTES_MAX: usize = 500;

/// What was decided for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) encoding: &'static Encoding,
    /// Bytes of the byte order mark at its start.
    pub(super) bom_bytes: usize,
}

impl Decision {
    /// Whether the bytes can be taken as they are.
    pub(super) fn is_utf8(self) -> bool {
        self.encoding == UTF_8
    }

    /// The label shown in reports: the WHATWG name in lower case.
    pub(super) fn name(self) -> String {
        self.encoding.name().to_ascii_lowercase()
    }
}

/// Decides from the first bytes of a file; `None` for UTF-32, which nobody could decode further on.
pub(super) fn decide(sample: &[u8]) -> Option<Decision> {
    match sample {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return None,
        [0xef, 0xbb, 0xbf, ..] => return Some(Decision { encoding: UTF_8, bom_bytes: 3 }),
        [0xff, 0xfe, ..] => return Some(Decision { encoding: UTF_16LE, bom_bytes: 2 }),
        [0xfe, 0xff, ..] => return Some(Decision { encoding: UTF_16BE, bom_bytes: 2 }),
        _ => {}
    }
    let encoding = utf16_without_mark(sample).unwrap_or_else(|| {
        if is_utf8(sample) {
            return UTF_8;
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(sample, false);
        detector.guess(None, Utf8Detection::Deny)
    });
    Some(Decision { encoding, bom_bytes: 0 })
}

/// Whether the sample is UTF-8, or UTF-8 with a little damage.
fn is_utf8(sample: &[u8]) -> bool {
    if simdutf8::basic::from_utf8(sample).is_ok() {
        return true;
    }
    let (mut malformed, mut multibyte) = (0, 0);
    for chunk in sample.utf8_chunks() {
        // A character's first byte, and only that, is 0xC2 or above.
        multibyte += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        malformed += usize::from(!chunk.invalid().is_empty());
    }
    malformed <= multibyte
        || malformed < MALFORMED_MIN
        || malformed * MALFORMED_BYTES_MAX < sample.len()
}

/// The byte order of UTF-16 without a mark: where it holds ASCII, one byte of two is NUL, always on
/// the same side, and read so it has no control characters.
fn utf16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let sample = &sample[..sample.len().min(16 << 10)];
    memchr::memchr(0, sample)?;
    let (mut first, mut second) = (0, 0);
    let units = sample.chunks_exact(2);
    let count = units.len();
    for unit in units {
        first += usize::from(unit[0] == 0);
        second += usize::from(unit[1] == 0);
    }
    let is_side = |side: usize, other: usize| side >= 4 && side * 10 >= count && other * 8 <= side;
    let encoding = if is_side(second, first) {
        UTF_16LE
    } else if is_side(first, second) {
        UTF_16BE
    } else {
        return None;
    };
    let (text, malformed) = encoding.decode_without_bom_handling(&sample[..count * 2]);
    let controls = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    // The cut may fall between two surrogates.
    let malformed = malformed && text.trim_end_matches('\u{fffd}').contains('\u{fffd}');
    (!malformed && controls * 100 <= count).then_some(encoding)
}

/// `bytes` as text, malformed sequences as U+FFFD: borrowed when nothing had to be repaired.
pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// `text` without byte order marks, wherever joined files left them.
pub(super) fn without_marks(text: String) -> String {
    if memmem::find(text.as_bytes(), BOM).is_some() { text.replace('\u{feff}', "") } else { text }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use encoding_rs::{BIG5, EUC_KR, GBK, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252, WINDOWS_1256};

    use super::*;

    const FRENCH: &str = "Le café de l’été, où l’on dînait « à la carte » pour dix €, a fermé. ";
    const ARABIC: &str = "افتتح رئيس البلدية السوق الجديدة صباح اليوم بعد سنوات من الانتظار. ";
    const CHINESE: &str = "市长今天上午为新市场揭幕，居民们等待了三年之久，商户表示满意。";
    const RUSSIAN: &str = "Мэр сегодня утром открыл новый рынок, которого жители ждали три года. ";
    const JAPANESE: &str = "市長は今朝、住民が三年間待ち望んでいた新しい市場を開きました。";
    const KOREAN: &str = "시장은 오늘 아침 주민들이 삼 년 동안 기다린 새 시장을 열었습니다. ";

    #[test]
    fn old_code_pages_are_told_by_their_bytes() {
        for (encoding, text) in [
            (WINDOWS_1252, FRENCH),
            (WINDOWS_1256, ARABIC),
            (GBK, CHINESE),
            (WINDOWS_1251, RUSSIAN),
            (SHIFT_JIS, JAPANESE),
            (EUC_KR, KOREAN),
            (BIG5, "市長今天上午為新市場揭幕，居民們等待了三年之久，商戶表示滿意。"),
        ] {
            for times in [1, 4] {
                let text = text.repeat(times);
                let (bytes, _, unmappable) = encoding.encode(&text);
                assert!(!unmappable);
                let decision = decide(&bytes).unwrap();
                let (decoded, _) = decision.encoding.decode_without_bom_handling(&bytes);
                assert_eq!(decoded, text, "{}", decision.name());
            }
        }
    }

    #[test]
    fn marks_decide_and_utf16_is_seen_without_one() {
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            let units = text.encode_utf16();
            units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let check = |bytes: &[u8], expected: Option<(&'static Encoding, usize)>| {
            let expected = expected.map(|(encoding, bom_bytes)| Decision { encoding, bom_bytes });
            assert_eq!(decide(bytes), expected, "{bytes:?}");
        };
        check(b"", Some((UTF_8, 0)));
        check(b"\xef\xbb\xbfa", Some((UTF_8, 3)));
        check(b"\xff\xfea\0", Some((UTF_16LE, 2)));
        check(b"\xfe\xff\0a", Some((UTF_16BE, 2)));
        check(b"\xff\xfe\0\0a\0\0\0", None);
        check(&utf16("A line.\nمرحبا", false), Some((UTF_16LE, 0)));
        check(&utf16("A line.\nمرحبا", true), Some((UTF_16BE, 0)));
        check(b"stray \0 and \x01\0 in a text", Some((UTF_8, 0)));
    }

    #[test]
    fn a_little_damage_does_not_make_it_another_encoding() {
        let mut text = "A plain line of words. ".repeat(300).into_bytes();
        text.extend(b"\xff \xfe \xc0 \x80");
        assert!(decide(&text).unwrap().is_utf8());
        let mut text = FRENCH.repeat(3).into_bytes();
        text.extend(b"\xe9\xe9\xe9 \xff");
        assert!(decide(&text).unwrap().is_utf8());
        assert!(decide(b"caf\xe9").unwrap().is_utf8());
    }

    #[test]
    fn marks_are_dropped_everywhere() {
        assert_eq!(without_marks("a\u{feff}b\u{feff}".to_owned()), "ab");
    }
}
