//! Characters and texts that the Unicode rules treat in all their ways, for generated tests.

use proptest::prelude::*;

/// Characters that are cut, kept, moved, composed or folded, each next to all others in
/// [`any_text`].
const ODD: &str = "aAzZ09 \t\n\r'\"`-_.,:;#*éÉßİıŉǰΣςσΐ\u{0}\u{7F}\u{85}\u{A0}\u{A8}\u{AD}\u{B4}\
    \u{300}\u{301}\u{307}\u{308}\u{313}\u{323}\u{327}\u{338}\u{342}\u{345}\u{34F}\u{390}\u{1FB4}\
    \u{1F80}\u{5D0}\u{5B4}\u{5F3}\u{61C}بپکیہ\u{64B}\u{64E}\u{651}\u{653}\u{6DD}\u{FDFA}\u{FEFB}\
    कष\u{93C}\u{94D}\u{9BE}\u{9C7}\u{DCF}\u{DD9}\u{1100}\u{115F}\u{1160}\u{1161}\u{11A8}각가ᠠ\
    \u{180B}\u{180E}\u{1ACF}\u{1ADD}\u{1E9E}\u{200B}\u{200C}\u{200D}\u{200E}\u{2003}\u{2011}\
    \u{2018}\u{2019}\u{201C}\u{201D}\u{2013}\u{2014}\u{2028}\u{202E}\u{2033}\u{2060}\u{20E3}\
    \u{2126}\u{212B}\u{2ADC}❤♂天気ひア\u{3000}\u{302A}\u{3099}\u{3164}ﾊ\u{FF9E}\u{F900}\u{FB01}\
    \u{FB1D}\u{FE00}\u{FE0F}\u{FEFF}\u{FF21}\u{FFF9}\u{FFFD}\u{FFFF}👩🚒🏴🏽🇳\u{1D15E}\u{1D173}\
    \u{16EA0}\u{1E900}\u{E0001}\u{E0067}\u{E007F}\u{E0100}\u{10FFFE}";

/// Texts of odd, frequent and arbitrary characters.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let odd: Vec<char> = ODD.chars().collect();
    let odd = proptest::sample::select(odd);
    let c = prop_oneof![6 => odd, 2 => any::<char>(), 2 => proptest::char::range(' ', '\u{24F}')];
    prop_oneof![
        proptest::collection::vec(c, 0..30).prop_map(|all| all.into_iter().collect::<String>()),
        "[A-Za-z ,.‘’“”–é]{0,80}",
    ]
}

/// The characters that a rule may single out, and one in 17 of all others.
pub(crate) fn sample() -> impl Iterator<Item = char> {
    ('\0'..=char::MAX).filter(|&c| {
        let code = u32::from(c);
        matches!(code, 0..0x3100 | 0xA640..0xAC00 | 0xF900..0x1_0000 | 0x1_F000..0x1_FB00)
            || matches!(code, 0xE_0000..0xE_0200)
            || (code % 17 == 0 && code < 0x2_0000)
            || code % 0x1_0000 >= 0xFFF0
    })
}
