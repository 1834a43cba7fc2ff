//! The written form of text, and its count of words.

use std::time::{Duration, Instant};

use copydesk::normalize::{append, text, words};
use icu_normalizer::ComposingNormalizerBorrowed;
use proptest::prelude::*;
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_segmentation::UnicodeSegmentation;

use crate::characters::{any_text, sample};

#[track_caller]
fn check(raw: &str, expected: &str) {
    assert_eq!(text(raw), expected, "{raw:?}");
    let mut out = String::from("e");
    append(raw, &mut out);
    assert_eq!(out, format!("e{expected}"), "{raw:?}");
    assert_eq!(text(expected), expected, "the written form of {expected:?}");
}

#[test]
fn white_space_is_one_space() {
    check("", "");
    check(" \u{A0}\t", "");
    check("  The mill\t\tclosed \r\n in\u{A0}May.\u{2028}", "The mill closed in May.");
    check("a\u{B}b\u{C}c\u{85}d\u{3000}e\u{1680}f\u{202F}g", "a b c d e f g");
    check("a \u{200B} b", "a b");
    check("“ a ” b", "“ a ” b");
    check("é  “x”", "é “x”");
    check(" é", "é");
    check("a` `b", "a` `b");
    check(
        "sixteen bytes are a row  of bytes, two spaces at its end",
        "sixteen bytes are a row of bytes, two spaces at its end",
    );
}

#[test]
fn controls_and_zero_width_go() {
    check("a\0b\u{1}c\u{1F}d\u{7F}e\u{80}f\u{9F}g", "abcdefg");
    check("\u{FEFF}zero\u{200B}width\u{2060}\u{AD}", "zerowidth");
    check("bidi \u{202E}live\u{202C} \u{2066}x\u{2069}\u{200F}\u{61C}", "bidi live x");
    check("a\u{200D}b\u{200C}c\u{FE0F}d\u{E0001}\u{E0041}e", "abcde");
    check("\u{FFF9}漢\u{FFFA}かん\u{FFFB}", "漢かん");
    check("a\u{FDD0}b\u{FFFF}c\u{10FFFE}", "abc");
    check("a\u{FFFD}b\u{E000}", "a\u{FFFD}b\u{E000}");
    check("e\u{200B}\u{301}", "é");
}

#[test]
fn written_as_it_was() {
    for same in [
        "‘Quotes’, “dashes” – and — case: ÀÉ ﬁ ² Ⅳ １２",
        "می\u{200C}خواهم نامه\u{200C}ای",
        "क्\u{200D}ष क्\u{200C}ष ශ්\u{200D}රී",
        "👩\u{200D}🚒 ❤\u{FE0F}\u{200D}🔥 🏳\u{FE0F}\u{200D}🌈 👍🏽 🇳🇴 1\u{FE0F}\u{20E3} ☎\u{FE0E}",
        "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "葛\u{E0100}飾 㐂\u{FE00}",
        "ᠠ\u{180B} ᠪ\u{180E}ᠠ",
        "\u{1100}\u{1160}\u{11A8} \u{3164}x",
    ] {
        check(same, same);
    }
}

#[test]
fn joiners_stay_only_where_needed() {
    check("می\u{200C}\u{200C}خ", "می\u{200C}خ");
    check("خ \u{200C} م", "خ م");
    check("👩\u{200D}", "👩");
    check("👩\u{200D}x", "👩x");
    check("👍\u{FE0F}\u{FE0F}\u{FE01}", "👍\u{FE0F}");
    check("1\u{FE0F}", "1");
    check("🏴\u{E0067}\u{E0062}", "🏴");
    check("x\u{E0067}\u{E007F}", "x");
    check("ب\u{64E}\u{200D}", "ب\u{64E}\u{200D}");
    check("a\u{301}\u{200D}b", "áb");
}

#[test]
fn nfc() {
    check("e\u{301}", "é");
    check("\u{1100}\u{1161}\u{11A8}", "각");
    check("\u{212B}\u{2126}\u{F900}", "ÅΩ豈");
    check("a\u{301}\u{323}", "ạ\u{301}");
    // A mark that Unicode 17 moves stays where Unicode 16 leaves it.
    check("a\u{301}\u{1ADD}", "á\u{1ADD}");
    check("a\u{1ACF}\u{1ADD}", "a\u{1ACF}\u{1ADD}");
}

#[test]
fn borrowed_when_nothing_changes() {
    for same in ["", "A plain line.", "“Café” – 5 €", "سلام", "每天", "می\u{200C}خ", "👩\u{200D}🚒"]
    {
        assert!(matches!(text(same), std::borrow::Cow::Borrowed(_)), "{same:?}");
    }
}

/// Whether `text` is in NFC, as far as it is of characters that Unicode 16 has.
fn is_nfc(text: &str) -> bool {
    let later = |c| get_general_category(c) == GeneralCategory::Unassigned;
    text.split(later).all(|known| ComposingNormalizerBorrowed::new_nfc().is_normalized(known))
}

/// Each character alone and beside others that may interact with it.
#[test]
fn every_character() {
    for c in sample() {
        for raw in [
            format!("{c}"),
            format!("a{c}\u{FE00}\u{200D}\u{301}b"),
            format!("ب{c}\u{200D}\u{E0100}"),
            format!("e{c}\u{301}{c}"),
        ] {
            let once = text(&raw);
            assert_eq!(text(&once), once, "{raw:?}");
            assert!(is_nfc(&once), "{raw:?}");
            assert!(
                once.chars().all(|c| c == ' ' || !(c.is_whitespace() || c.is_control())),
                "{raw:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn written_form_is_stable(raw in any_text()) {
        let once = text(&raw).into_owned();
        let twice = text(&once).into_owned();
        prop_assert_eq!(&twice, &once);
        prop_assert!(is_nfc(&once));
        prop_assert!(!once.contains('\n') && !once.contains("  ") && once.trim() == once);
        let mut out = String::from("ے");
        append(&raw, &mut out);
        prop_assert_eq!(out, format!("ے{once}"));
    }

    #[test]
    fn words_are_those_of_the_standard(raw in any_text()) {
        prop_assert_eq!(words(&raw), raw.unicode_words().count());
    }

    #[test]
    fn words_of_ascii(raw in "[ab1_.,:;' \"-]{0,40}") {
        prop_assert_eq!(words(&raw), raw.unicode_words().count());
    }
}

#[test]
fn words_of_plain_text() {
    for (raw, expected) in [
        ("", 0),
        ("can't 3.14 1,000 a.b", 4),
        ("_ __ a_b _1", 2),
        ("U.S. troops, well-known; 5:30 a:b", 7),
        ("don’t ‘quote’ – naïve café…", 4),
        ("天气很好", 4),
        ("كان الطقس، 1٬000", 3),
        ("하늘이 맑다", 2),
        ("👍 🇳🇴", 0),
    ] {
        assert_eq!(words(raw), expected, "{raw:?}");
        assert_eq!(raw.unicode_words().count(), expected, "{raw:?}");
    }
}

/// Words around each character, and around what a batch of the fast count cuts.
#[test]
fn words_around_every_character() {
    for c in sample() {
        for raw in [
            format!("{c}"),
            format!("a{c}b é"),
            format!("1{c}2 é"),
            format!("é{c}1.{c}a_{c} {c}x 天{c}ア{c}"),
            format!("{c}{c} {c}'{c}.{c}"),
        ] {
            assert_eq!(words(&raw), raw.unicode_words().count(), "{raw:?}");
        }
    }
    for len in 4090..4100 {
        for unit in ["a", "é", "a’b ", "天", "é_", "ك ", "1.2 é", "ア"] {
            let raw: String = unit.chars().cycle().take(len).collect();
            assert_eq!(words(&raw), raw.unicode_words().count(), "{len} of {unit:?}");
        }
    }
}

#[test]
fn hostile_text_takes_linear_time() {
    let start = Instant::now();
    for unit in [
        "\u{301}",
        " ",
        "\u{200D}",
        "👩\u{200D}",
        "\u{323}\u{301}",
        "\u{E0067}",
        "_",
        "'",
        "\u{345}\u{200D}",
        "🏴\u{E0067}",
    ] {
        let raw = format!("ب{}", unit.repeat(400_000 / unit.len()));
        let written = text(&raw);
        assert_eq!(text(&written), written);
        let _ = words(&raw);
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
