//! Keys and fingerprints: the table against an independent derivation, the fast ways against the
//! plain one, and the published vectors.

use copydesk::fingerprint::{Digest, article, digest, key, key_of, paragraph};
use copydesk::normalize;
use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use proptest::prelude::*;
use unicode_general_category::{GeneralCategory, get_general_category};

use crate::characters::{any_text, sample};

/// `Default_Ignorable_Code_Point` of Unicode 16, as in `DerivedCoreProperties.txt`, and what the
/// key deletes besides.
fn is_deleted(c: char) -> bool {
    const IGNORABLE: [(u32, u32); 17] = [
        (0xAD, 0xAD),
        (0x34F, 0x34F),
        (0x61C, 0x61C),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8),
        (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A),
        (0xE0000, 0xE0FFF),
    ];
    let code = u32::from(c);
    IGNORABLE.iter().any(|&(first, last)| (first..=last).contains(&code))
        || (c.is_control() && !c.is_whitespace())
        || matches!(code, 0xFFF9..=0xFFFB | 0xFDD0..=0xFDEF)
        || code % 0x10000 >= 0xFFFE
}

fn is_later(c: char) -> bool {
    get_general_category(c) == GeneralCategory::Unassigned
}

/// `NFKC_Casefold` of one character, by folding and NFKC until nothing changes.
fn casefold(c: char) -> String {
    if is_later(c) {
        return c.into();
    }
    let mut text = String::from(c);
    loop {
        let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned();
        let folded: String = CaseMapper::new()
            .fold_string(&decomposed)
            .chars()
            .filter(|&c| !is_deleted(c))
            .collect();
        let next = ComposingNormalizerBorrowed::new_nfkc().normalize(&folded).into_owned();
        if next == text {
            return text;
        }
        text = next;
    }
}

/// The NFC of Unicode 16: later characters are left alone.
fn nfc(text: &str) -> String {
    text.split_inclusive(is_later)
        .map(|part| {
            let later = part.chars().next_back().filter(|&c| is_later(c));
            let known = later.map_or(part, |c| &part[..part.len() - c.len_utf8()]);
            let known = ComposingNormalizerBorrowed::new_nfc().normalize(known).into_owned();
            known + &later.map(String::from).unwrap_or_default()
        })
        .collect()
}

/// The key by the letter of its definition.
fn plain_key(text: &str) -> String {
    let visible: String = text.chars().filter(|&c| !is_deleted(c)).collect();
    let folded = nfc(&nfc(&visible).chars().map(casefold).collect::<String>());
    let marks: String = folded
        .chars()
        .map(|c| match c {
            '"'
            | '«'
            | '»'
            | 'ˮ'
            | '״'
            | '“'..='‟'
            | '❝'
            | '❞'
            | '❠'
            | '⹂'
            | '『'
            | '』'
            | '〝'..='〟'
            | '\u{1F676}'..='\u{1F678}' => '"',
            '\''
            | '`'
            | 'ʻ'
            | 'ʼ'
            | '՚'
            | '׳'
            | '‘'..='‛'
            | '‹'
            | '›'
            | '❛'
            | '❜'
            | '❟'
            | '❮'
            | '❯'
            | '「'
            | '」' => '\'',
            '-'
            | '֊'
            | '־'
            | '᐀'
            | '᠆'
            | '‐'
            | '‒'..='―'
            | '⁓'
            | '−'
            | '⸗'
            | '⸚'
            | '⸺'
            | '⸻'
            | '⹀'
            | '⹝'
            | '〜'
            | '〰'
            | '゠'
            | '\u{10D6E}'
            | '\u{10EAD}' => '-',
            c => c,
        })
        .collect();
    marks.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_character_is_folded_as_defined() {
    for c in sample() {
        let raw = String::from(c);
        assert_eq!(key_of(&raw), plain_key(&raw), "{c:?}");
    }
}

#[test]
fn neighbours_are_folded_as_defined() {
    for c in sample().filter(|&c| c < '\u{530}' || u32::from(c) % 5 == 0) {
        let raw = format!("A{c}B {c} {c}\u{301}\u{345}{c}\u{200B}\u{323}\u{3099} \u{1161}`{c}–é");
        let expected = plain_key(&raw);
        assert_eq!(key_of(&raw), expected, "{raw:?}");
        assert_eq!(key_of(&normalize::text(&raw)), expected, "{raw:?}");
    }
}

/// Pins the definition to Unicode 16, whatever versions the crates' tables have: the digest was
/// computed with Python's unicodedata2 16.0.0, see `docs/fingerprint.md`.
#[test]
fn all_characters_have_their_published_key() {
    let all: Vec<Digest> = ('\0'..=char::MAX).map(|c| digest(&key_of(&String::from(c)))).collect();
    let document = include_str!("../../docs/fingerprint.md");
    assert!(document.contains(&article(&all).to_string()), "{}", article(&all));
    assert_eq!(unicode_general_category::UNICODE_VERSION, (16, 0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn fast_ways_agree_with_the_definition(raw in any_text()) {
        let expected = plain_key(&raw);
        let mut out = String::from("ｅ");
        key(&raw, &mut out);
        prop_assert_eq!(&out, &format!("ｅ{expected}"));
        prop_assert_eq!(key_of(&raw).into_owned(), expected);
    }

    #[test]
    fn a_text_and_its_written_form_have_one_key(raw in any_text()) {
        let written = normalize::text(&raw);
        prop_assert_eq!(key_of(&written), key_of(&raw));
    }
}

#[test]
fn an_empty_key_is_no_paragraph() {
    let mut scratch = String::from("x");
    for raw in ["", " \u{A0}\n", "\u{200B}\u{FEFF}", "\u{3164}", "\u{0}\u{1B}"] {
        assert_eq!(paragraph(raw, &mut scratch), None, "{raw:?}");
    }
    assert_eq!(paragraph("Ⅻ  Uhr", &mut scratch), Some(digest("xii uhr")));
    assert_eq!(scratch, "xii uhr");
}

#[test]
fn digests_are_shown_in_hex_and_kept_as_32_bytes() {
    let hex = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
    assert_eq!(digest("").to_string(), hex);
    assert_eq!(article(&[]).to_string(), hex);
    assert_eq!(format!("{:?}", digest("")), format!("Digest({hex})"));
    let mut buffer = [0; 64];
    let bytes = postcard::to_slice(&digest("a"), &mut buffer).unwrap();
    assert_eq!(bytes, digest("a").0);
    assert_eq!(postcard::from_bytes::<Digest>(bytes).unwrap(), digest("a"));
}

/// A cell of the document's tables: JSON between back quotes.
fn cell(cell: &str) -> String {
    serde_json::from_str(cell.trim().trim_matches('`')).unwrap()
}

#[test]
fn published_vectors() {
    let document = include_str!("../../docs/fingerprint.md");
    let rows = |start: &str| -> Vec<Vec<String>> {
        let (_, rest) = document.split_once(start).unwrap();
        rest.lines()
            .skip_while(|line| !line.starts_with("| `"))
            .take_while(|line| line.starts_with("| `"))
            .map(|line| {
                line.trim_matches('|').split(" | ").map(|cell| cell.trim().into()).collect()
            })
            .collect()
    };
    let paragraphs = rows("## Paragraph vectors");
    assert!(paragraphs.len() >= 15);
    for row in &paragraphs {
        let [raw, expected, hex] = &row[..] else { panic!("{row:?}") };
        assert_eq!(key_of(&cell(raw)), cell(expected), "{raw}");
        assert_eq!(
            paragraph(&cell(raw), &mut String::new()).unwrap().to_string(),
            cell(hex),
            "{raw}"
        );
    }
    let articles = rows("## Article vectors");
    assert!(articles.len() >= 2);
    for row in &articles {
        let [all, hex] = &row[..] else { panic!("{row:?}") };
        let all: Vec<String> = serde_json::from_str(all.trim_matches('`')).unwrap();
        let digests: Vec<Digest> =
            all.iter().filter_map(|raw| paragraph(raw, &mut String::new())).collect();
        assert_eq!(article(&digests).to_string(), cell(hex), "{all:?}");
    }
}
