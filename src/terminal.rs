//! Text from elsewhere, made safe to print: it can neither move the cursor nor reorder what stands
//! beside it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with line breaks, tabs and other C0 and C1 controls, DEL, bidi controls and the line and
/// paragraph separators written as escapes, `\u{1b}`.
#[must_use]
pub fn terminal_safe(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|byte| byte < b' ' || byte == 0x7F) {
        return Cow::Borrowed(text);
    }
    let Some(first) = text.find(is_unsafe) else {
        return Cow::Borrowed(text);
    };
    let (safe, rest) = text.split_at(first);
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(safe);
    for c in rest.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            // Writing to a string cannot fail.
            _ if is_unsafe(c) => drop(write!(escaped, "\\u{{{:x}}}", u32::from(c))),
            _ => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// The bidi controls are those of UAX #9.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::terminal_safe;

    #[test]
    fn controls_are_escaped_and_letters_are_not() {
        let check = |text: &str, safe: &str| assert_eq!(terminal_safe(text), safe);
        check("plain \"text\" \\ stays", "plain \"text\" \\ stays");
        check("Zürich 東京 القاهرة", "Zürich 東京 القاهرة");
        check("a\nb\r\tc", "a\\nb\\r\\tc");
        check("\x1b[31mred\x7f", "\\u{1b}[31mred\\u{7f}");
        check("é\u{85}\u{9b}2J", "é\\u{85}\\u{9b}2J");
        check(
            "\u{202e}txt.exe\u{2066}\u{2028}\u{61c}",
            "\\u{202e}txt.exe\\u{2066}\\u{2028}\\u{61c}",
        );
    }
}
