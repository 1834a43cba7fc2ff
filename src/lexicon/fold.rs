//! The comparison form of a line: what two spellings of one label have in common.
//!
//! Stronger than the key of a paragraph, for it is never written and never hashed into a
//! fingerprint: accents go (sites write `PUBLICITE` and `Publicité`, Greek capitals bear none),
//! every kind of i is an i (`REKLAM`, `İLGİLİ`), a run of digits is `#`, Arabic, Persian and Urdu
//! shapes of a letter are one letter, and bullets, arrows and icons are `|`.

use std::sync::LazyLock;

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// Code points below this are folded by table.
const LOW: usize = 0xA00;
/// First code point of the second table: Latin Extended Additional and Greek Extended.
const HIGH: u32 = 0x1E00;
/// Stands in the tables for a character that leaves no trace.
const DROP: char = '\0';
/// Longest word that is told apart in [`Word`], in bytes.
const WORD_BYTES_MAX: usize = 32;

static TABLES: LazyLock<(Box<[char]>, Box<[char]>)> = LazyLock::new(|| {
    let table = |from: u32, to: u32| -> Box<[char]> {
        (from..to).map(|code| char::from_u32(code).map_or(DROP, fold_slowly)).collect()
    };
    (table(0, 0xA00), table(HIGH, 0x2000))
});

/// A line in its comparison form.
#[derive(Debug, Default)]
pub(super) struct Folded {
    text: String,
    /// Bytes of `text` before which the line went from a small letter to a capital.
    humps: Vec<usize>,
    start: usize,
    end: usize,
}

impl Folded {
    /// The form without the ornaments at both ends.
    pub(super) fn key(&self) -> &str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// Bytes of [`Folded::key`] before which a new word starts without a space (`ShareTweet`).
    pub(super) fn humps(&self) -> impl Iterator<Item = usize> + '_ {
        self.humps.iter().filter(|&&at| at > self.start).map(|at| at - self.start)
    }

    /// Replaces the content by the form of `line`.
    pub(super) fn set(&mut self, line: &str) {
        self.text.clear();
        self.humps.clear();
        let out = &mut self.text;
        let mut space = false;
        let mut small = false;
        let mut before = DROP;
        for original in line.chars() {
            let c = fold_char(original);
            match c {
                DROP => continue,
                ' ' => {
                    space = true;
                    small = false;
                    continue;
                }
                _ => {}
            }
            if std::mem::take(&mut space) && !out.is_empty() {
                // Chinese, Japanese and Thai set Latin words and numbers off by a space or not.
                let mixed = is_unspaced(before) != is_unspaced(c);
                if c != ':' && !(mixed && is_word(before) && is_word(c)) {
                    out.push(' ');
                    before = ' ';
                }
            }
            if c == '#' {
                // `1,234` and `1.2` are one number.
                if matches!(before, ',' | '.')
                    && out.len() >= 2
                    && out.as_bytes()[out.len() - 2] == b'#'
                {
                    out.pop();
                } else if before != '#' {
                    out.push('#');
                }
                before = '#';
                small = false;
                continue;
            }
            match c {
                'ß' => out.push_str("ss"),
                '…' => out.push_str("..."),
                _ => {
                    if small && c != original && original.is_uppercase() {
                        self.humps.push(out.len());
                    }
                    out.push(c);
                }
            }
            small = c == original && c.is_lowercase();
            before = c;
        }
        self.trim();
    }

    /// Takes ornaments from both ends, and the brackets that hold the whole line.
    fn trim(&mut self) {
        let mut key = strip_ends(&self.text);
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
            if let Some(inner) = key.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
                && !inner.contains([open, close])
            {
                key = strip_ends(inner);
            }
        }
        self.start = key.as_ptr() as usize - self.text.as_ptr() as usize;
        self.end = self.start + key.len();
    }
}

fn strip_ends(text: &str) -> &str {
    let mut text =
        text.trim_start_matches([' ', '-', '*', '|', '>', '+', '~', '=', '_', '.', ',', ':']);
    // `« Zurück` is an arrow, `«Zurück» sagte` a quotation.
    if text.starts_with('<') && !text.contains('>') {
        text = text.trim_start_matches(['<', ' ']);
    }
    let quoted = text.contains('<');
    text.trim_end_matches(|c| match c {
        ' ' | '-' | '*' | '|' | '+' | '~' | '=' | '_' | '.' | ',' | ':' | ';' | '!' | '<' => true,
        '>' => !quoted,
        _ => false,
    })
}

/// The first or the last word of a line, folded: enough to refuse nearly every sentence at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    bytes: [u8; WORD_BYTES_MAX],
    len: usize,
}

impl Word {
    /// The first word of `line`; with `humps`, it ends before a capital in its midst.
    pub(super) fn first(line: &str, humps: bool) -> Self {
        let mut word = Self { bytes: [0; WORD_BYTES_MAX], len: 0 };
        let mut small = false;
        for original in line.chars() {
            let c = fold_char(original);
            if c == DROP {
                continue;
            }
            if !is_word(c) {
                if word.len == 0 {
                    continue;
                }
                break;
            }
            if c == '#' || c == '©' || is_unspaced(c) {
                if word.len == 0 {
                    word.push(c);
                }
                break;
            }
            if humps && small && c != original && original.is_uppercase() {
                break;
            }
            small = c == original && c.is_lowercase();
            if !word.push(c) {
                break;
            }
        }
        word
    }

    /// The last word of `line`, its letters from the end to the start.
    pub(super) fn last(line: &str) -> Self {
        let mut word = Self { bytes: [0; WORD_BYTES_MAX], len: 0 };
        for original in line.chars().rev() {
            let c = fold_char(original);
            if c == DROP {
                continue;
            }
            if !is_word(c) {
                if word.len == 0 {
                    continue;
                }
                break;
            }
            if c == '#' || c == '©' || is_unspaced(c) {
                if word.len == 0 {
                    word.push(c);
                }
                break;
            }
            if !word.push(c) {
                break;
            }
        }
        word
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn push(&mut self, c: char) -> bool {
        let c = if c == 'ß' { 's' } else { c };
        let Some(room) = self.bytes.get_mut(self.len..self.len + c.len_utf8()) else {
            return false;
        };
        c.encode_utf8(room);
        self.len += c.len_utf8();
        true
    }
}

/// Whether a folded character is part of a word.
pub(super) fn is_word(c: char) -> bool {
    match c {
        'a'..='z' | '#' | '©' | '\u{900}'..='\u{DFF}' => true,
        _ if c.is_ascii() => false,
        _ => c.is_alphanumeric() || is_unspaced(c),
    }
}

/// Whether `c` belongs to a script that sets no spaces between words.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Folds one character: `DROP` for none, `' '` for white space, `'#'` for a digit.
fn fold_char(c: char) -> char {
    let code = c as u32;
    let (low, high) = &*TABLES;
    match code {
        0x61..=0x7A => c,
        _ if (code as usize) < LOW => low.get(code as usize).copied().unwrap_or(c),
        HIGH..0x2000 => high.get((code - HIGH) as usize).copied().unwrap_or(c),
        0x2000.. => fold_sign(c),
        _ => match code {
            0xE50..=0xE59 => '#',
            _ => c,
        },
    }
}

/// Punctuation, symbols, East Asian forms.
fn fold_sign(c: char) -> char {
    match c {
        '\u{2000}'..='\u{200A}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}' => ' ',
        // Persian writes the joint of a compound with this or with a space.
        '\u{200C}' => ' ',
        '\u{200B}'
        | '\u{200D}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{2122}'
        | '\u{E0000}'..='\u{E0FFF}' => DROP,
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        '\u{2018}'..='\u{201B}' | '\u{2032}' => '\'',
        '\u{201C}'..='\u{201F}'
        | '\u{2033}'
        | '\u{3008}'..='\u{300F}'
        | '\u{275B}'..='\u{275E}' => '"',
        '\u{2039}' => '<',
        '\u{203A}' => '>',
        '\u{3001}' => ',',
        '\u{3002}' => '.',
        '\u{3010}' | '\u{3014}' => '[',
        '\u{3011}' | '\u{3015}' => ']',
        '\u{2022}'
        | '\u{2023}'
        | '\u{2027}'
        | '\u{30FB}'
        | '\u{2190}'..='\u{2BFF}'
        | '\u{E000}'..='\u{F8FF}'
        | '\u{1F000}'..='\u{1FAFF}' => '|',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).map_or(c, fold_char),
        '\u{3040}'..='\u{D7FF}' | '…' => c,
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// What the tables are made of.
fn fold_slowly(c: char) -> char {
    match c {
        '\0'..=' ' | '\u{7F}'..='\u{A0}' => ' ',
        '0'..='9' | '٠'..='٩' | '۰'..='۹' | '०'..='९' | '০'..='৯' => '#',
        // Only digits make a number sign; this one is a heading mark or a hashtag.
        '#' | '¦' | '·' => '|',
        '`' | '´' | 'ʹ'..='ʼ' => '\'',
        '«' => '<',
        '»' => '>',
        '\u{AD}' | '®' | 'ـ' | '\u{61C}' => DROP,
        '،' => ',',
        '؛' => ';',
        '؟' => '?',
        '۔' | '।' => '.',
        'ß' => 'ß',
        'ı' => 'i',
        'ς' => 'σ',
        'ي' | 'ى' | 'ئ' => 'ی',
        'ك' => 'ک',
        'ة' | 'ہ' | 'ۂ' | 'ۀ' | 'ە' => 'ه',
        _ if canonical_combining_class(c) != 0 && !('\u{94D}'..='\u{9FF}').contains(&c) => DROP,
        '\u{9BC}' => DROP,
        _ => {
            let mut base = None;
            decompose_canonical(c, |part| {
                base.get_or_insert(part);
            });
            base.unwrap_or(c).to_lowercase().next().unwrap_or(c)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let mut folded = Folded::default();
        folded.set(line);
        assert_eq!(folded.key(), expected, "{line:?}");
    }

    #[test]
    fn spellings_of_one_label_fall_together() {
        check("  Read\u{a0}More… ", "read more");
        check("» READ MORE »", "read more");
        check("İLGİLİ HABER", "ilgili haber");
        check("ilgili haber:", "ilgili haber");
        check("ILGILI", "ilgili");
        check("Publicité", "publicite");
        check("ΔΙΑΒΑΣΤΕ", "διαβαστε");
        check("Διαβάστε", "διαβαστε");
        check("SCHLIESSEN", "schliessen");
        check("Schließen", "schliessen");
        check("यह भी पढ़ें", "यह भी पढें");
        check("यह भी प\u{95d}ें", "यह भी पढें");
        check("اشتراک‌گذاری", "اشتراک گذاری");
        check("إعلان", "اعلان");
        check("À lire aussi : titre", "a lire aussi: titre");
        check("分享到 Facebook", "分享到facebook");
        check("【广告】", "广告");
        check("📧 Email", "email");
        check("[Advertisement]", "advertisement");
        check("(Reporting by A; Editing by B)", "reporting by a; editing by b");
        check("1,234 views", "# views");
        check("۱۲ نظر", "# نظر");
        check("Yorumlar (10)", "yorumlar (#)");
    }

    #[test]
    fn quotations_stay_quoted() {
        check("“All rights reserved,” he said.", "\"all rights reserved,\" he said");
        check("«Поделиться» — слово", "<поделиться> - слово");
        check("« Précédent", "precedent");
    }

    #[test]
    fn words_at_the_ends() {
        assert_eq!(Word::first("“We use cookies", true).as_bytes(), b"we");
        assert_eq!(Word::first("ShareTweet", true).as_bytes(), b"share");
        assert_eq!(Word::first("12 Comments", true).as_bytes(), b"#");
        assert_eq!(Word::first("分享到", true).as_bytes(), "分".as_bytes());
        assert_eq!(Word::last("to this Report.").as_bytes(), b"troper");
        assert_eq!(Word::first("...", true).as_bytes(), b"");
    }
}
