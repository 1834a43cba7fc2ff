//! Showing foreign text. Imports nothing else from the crate.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` as one line that a terminal shows as it stands.
///
/// Names of files and fields of records come from strangers: raw, they could move the cursor, set the window's
/// title, turn the line around or add lines of their own. Controls (C0, DEL, C1), bidi controls and
/// the line ends of Unicode become `\n`, `\r`, `\t` or `\u{1b}`; all else stays, so a backslash in
/// a name is not doubled.
#[must_use]
pub fn terminal_safe(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_unsafe) else { return Cow::Borrowed(text) };
    let (safe, rest) = text.split_at(first);
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(safe);
    for c in rest.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if is_unsafe(c) => {
                // Writing into a String cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// `text` with each of its lines as [`terminal_safe`] shows it.
#[must_use]
pub fn terminal_safe_lines(text: &str) -> String {
    text.split('\n').map(terminal_safe).collect::<Vec<_>>().join("\n")
}

/// JSON as a terminal shows it, with the same values: what the terminal would act on is escaped as JSON
/// does it. Line ends and tabs between the parts stay.
#[must_use]
pub fn terminal_safe_json(json: &str) -> Cow<'_, str> {
    let acts = |c: char| is_unsafe(c) && !matches!(c, '\n' | '\t');
    if !json.contains(acts) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if acts(c) {
            // Writing into a String cannot fail. All of these have four digits at most.
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal would act on `c` rather than show it. The bidi controls are those of UAX #9.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, shown: &str) {
        assert_eq!(terminal_safe(text), shown);
    }

    #[test]
    fn plain_text_stays() {
        for text in ["", "news/a.jsonl", "Göteborg 新聞 خبر", r"C:\news", "\u{a0}\u{200d}"] {
            assert!(matches!(terminal_safe(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn json_for_a_terminal_says_the_same() {
        let raw = "{\n\t\"a\": \"x\u{7f}\u{9b}31m\u{202e}\u{2028}é\u{200d}\"\n}";
        let shown = terminal_safe_json(raw);
        assert_eq!(shown, "{\n\t\"a\": \"x\\u007f\\u009b31m\\u202e\\u2028é\u{200d}\"\n}");
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).ok();
        assert_eq!(value(&shown), value(raw));
        assert!(matches!(terminal_safe_json("{\"a\": 1}\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_a_terminal_acts_on_is_spelled_out() {
        check("a\nb\r\tc", r"a\nb\r\tc");
        check("\u{1b}]0;x\u{7}", r"\u{1b}]0;x\u{7}");
        check("\0\u{7f}\u{85}\u{9b}31m", r"\u{0}\u{7f}\u{85}\u{9b}31m");
        check("é\u{202e}fdp\u{2069}", r"é\u{202e}fdp\u{2069}");
        check("\u{61c}\u{200e}\u{200f}", r"\u{61c}\u{200e}\u{200f}");
        check("one\u{2028}two\u{2029}", r"one\u{2028}two\u{2029}");
    }
}
