//! The comparison form of a line: what two spellings of one label have in common.
//!
//! Stronger than the key of a paragraph, for it is never written and never hashed into a
//! fingerprint: accents go (sites write `PUBLICITE` and `Publicité`, Greek capitals bear none),
//! every kind of i is an i (`REKLAM`, `İLGİLİ`), a run of digits is `#`, Arabic, Persian and Urdu
//! shapes of a letter are one letter, and bullets, arrows and icons are `|`.

use std::sync::LazyLock;

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// Code points below this are folded by table.
const LOW: u32 = 0xA00;
/// First code point of the second table: Latin Extended Additional and Greek Extended.
const HIGH: u32 = 0x1E00;
/// Stands in the tables for a character that leaves no trace.
const DROP: char = '\0';

static TABLES: LazyLock<[Box<[char]>; 2]> = LazyLock::new(|| {
    let table = |from: u32, to: u32| -> Box<[char]> {
        (from..to).map(|code| char::from_u32(code).map_or(DROP, fold_slowly)).collect()
    };
    [table(0, LOW), table(HIGH, 0x2000)]
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
        let mut chars = line.chars();
        while let Some(original) = chars.next() {
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
            if c.is_ascii_lowercase() {
                // Plain letters that follow one stay as they are.
                let rest = chars.as_str();
                let plain = rest.bytes().take_while(u8::is_ascii_lowercase).count();
                let (plain, rest) = rest.split_at_checked(plain).unwrap_or(("", rest));
                if let Some(last) = plain.chars().next_back() {
                    out.push_str(plain);
                    small = true;
                    before = last;
                    chars = rest.chars();
                }
            }
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

/// The folded words at one end of a line, each as a hash: enough to refuse nearly every sentence
/// before it is folded. Two words may share a hash; whoever trusts one looks at the words after.
#[derive(Clone, Debug)]
pub(super) struct Words<'a, const FROM_END: bool> {
    /// What was not read yet.
    rest: &'a str,
    humps: bool,
    hump_seen: bool,
}

impl<'a> Words<'a, false> {
    /// The words of `line` from the start; with `humps`, one ends before a capital in its midst.
    pub(super) fn from_start(line: &'a str, humps: bool) -> Self {
        Self { rest: line, humps, hump_seen: false }
    }
}

impl<'a> Words<'a, true> {
    /// The words of `line` from the end, their letters in reverse.
    pub(super) fn from_end(line: &'a str) -> Self {
        Self { rest: line, humps: false, hump_seen: false }
    }
}

impl<const FROM_END: bool> Words<'_, FROM_END> {
    /// Whether a capital followed a small letter in a word so far.
    pub(super) fn hump_seen(&self) -> bool {
        self.hump_seen
    }

    /// Whether a divider follows, with or without a space before it.
    pub(super) fn divider_follows(mut self) -> bool {
        while let Some(c) = self.first() {
            self.pass(c.len_utf8());
            match fold_char(c) {
                DROP | ' ' | ')' | ']' | '"' | '.' => {}
                c => return matches!(c, ':' | '|' | '>' | '-'),
            }
        }
        false
    }

    /// The next character.
    fn first(&self) -> Option<char> {
        if FROM_END { self.rest.chars().next_back() } else { self.rest.chars().next() }
    }

    /// Goes behind the next character, which has `len` bytes.
    fn pass(&mut self, len: usize) {
        let rest = if FROM_END {
            self.rest.len().checked_sub(len).and_then(|end| self.rest.get(..end))
        } else {
            self.rest.get(len..)
        };
        self.rest = rest.unwrap_or_default();
    }

    /// How many of the next bytes are such, up to the first that is not.
    fn count_while(&self, mut is: impl FnMut(&u8) -> bool) -> usize {
        let bytes = self.rest.as_bytes().iter();
        if FROM_END {
            bytes.rev().take_while(|byte| is(byte)).count()
        } else {
            bytes.take_while(|byte| is(byte)).count()
        }
    }

    /// Reads on in a word as long as plain letters follow, and returns its hash. `first` says whether
    /// the letter read before was the first of two at a hump: a small one, or read from the end a capital.
    /// Nearly all of nearly every line is read here.
    fn plain_letters(&mut self, before: u64, first: &mut bool) -> u64 {
        let mut hash = if before == 0 { NO_CHARS } else { before };
        let (humps, mut hump_seen) = (self.humps, self.hump_seen);
        let is_read = |byte: &u8| {
            let letter = byte | 0x20;
            if letter.wrapping_sub(b'a') >= 26 {
                return false;
            }
            let small = letter == *byte;
            if *first && small == FROM_END {
                hump_seen = true;
                if humps {
                    return false;
                }
            }
            *first = small != FROM_END;
            hash = (hash ^ u64::from(letter)).wrapping_mul(PRIME);
            true
        };
        let read = self.count_while(is_read);
        self.hump_seen = hump_seen;
        self.pass(read);
        if read == 0 { before } else { hash }
    }

    /// Goes behind marks and spaces of ASCII, none of which is part of a word or left out of one.
    fn skip_marks(&mut self) {
        let is_mark = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
        self.pass(self.count_while(is_mark));
    }
}

impl<const FROM_END: bool> Iterator for Words<'_, FROM_END> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let mut hash = 0;
        // The first of two letters at a hump, as they are read.
        let mut first = false;
        let mut numbered = false;
        loop {
            if !numbered {
                if hash == 0 {
                    self.skip_marks();
                }
                hash = self.plain_letters(hash, &mut first);
            }
            let Some(original) = self.first() else { break };
            let c = fold_char(original);
            if c == DROP {
                self.pass(original.len_utf8());
                continue;
            }
            if numbered {
                // `1,234` is one number.
                if matches!(c, '#' | ',' | '.') {
                    self.pass(original.len_utf8());
                    continue;
                }
                return Some(hash);
            }
            if c.is_ascii_lowercase() && hash != 0 {
                // A plain letter of a word but for its accent.
                if !FROM_END {
                    self.hump_seen |= first;
                    if first && self.humps {
                        return Some(hash);
                    }
                }
                hash = add_char(hash, c);
                first = FROM_END && original.is_uppercase();
                self.pass(original.len_utf8());
                continue;
            }
            let word = is_word(c);
            let lone = word && (c == '©' || is_unspaced(c));
            let small = c == original && c.is_lowercase();
            let capital = c != original && original.is_uppercase();
            let hump = first && if FROM_END { small } else { capital };
            self.hump_seen |= hump;
            if hash != 0 && (!word || lone || c == '#' || (hump && self.humps)) {
                return Some(hash);
            }
            self.pass(original.len_utf8());
            if !word {
                continue;
            }
            hash = add_char(hash, c);
            if lone {
                return Some(hash);
            }
            numbered = c == '#';
            first = if FROM_END { capital } else { small };
        }
        (hash != 0).then_some(hash)
    }
}

/// The hash of no characters, and what each one is multiplied with (FNV-1a).
const NO_CHARS: u64 = 0xCBF2_9CE4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01B3;

/// Adds one folded character to the hash of a word (FNV-1a, by characters).
#[inline]
fn add_char(hash: u64, c: char) -> u64 {
    let add = |hash: u64, c: char| (hash ^ u64::from(u32::from(c))).wrapping_mul(PRIME);
    let hash = if hash == 0 { NO_CHARS } else { hash };
    if c == 'ß' { add(add(hash, 's'), 's') } else { add(hash, c) }
}

/// Whether a folded character is part of a word.
pub(super) fn is_word(c: char) -> bool {
    match c {
        'a'..='z' | '#' | '©' | '\u{900}'..='\u{DFF}' => true,
        _ if c.is_ascii() => false,
        // Most letters of Latin, Greek, Cyrillic and Arabic, by blocks.
        'ß'..='ö'
        | 'ø'..='\u{24F}'
        | 'α'..='ω'
        | 'а'..='\u{45F}'
        | 'א'..='ת'
        | '\u{621}'..='\u{64A}'
        | '\u{66E}'..='\u{6D3}'
        | '가'..='힣' => true,
        '\u{2000}'..='\u{206F}' => false,
        _ => is_unspaced(c) || c.is_alphanumeric(),
    }
}

/// Whether `c` belongs to a script that sets no spaces between words.
#[inline]
pub(super) fn is_unspaced(c: char) -> bool {
    c >= '\u{E00}'
        && matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Folds one character: `DROP` for none, `' '` for white space, `'#'` for a digit.
#[inline]
fn fold_char(c: char) -> char {
    match c {
        'a'..='z' | ' ' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => fold_rare(c),
    }
}

fn fold_rare(c: char) -> char {
    let code = c as u32;
    let [low, high] = &*TABLES;
    match code {
        0..LOW => low.get(code as usize).copied().unwrap_or(c),
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
        // Persian writes the joint of a compound with U+200C or with a space.
        '\u{2000}'..='\u{200A}'
        | '\u{200C}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}' => ' ',
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
        let first = |line: &str| Words::from_start(line, true).take(2).collect::<Vec<_>>();
        let same = |one: &str, two: &str| assert_eq!(first(one), first(two), "{one:?} {two:?}");
        same("“We use cookies", "WE USE");
        same("ShareTweet", "share tweet");
        same("1,234 Comments", "# comments".replace('#', "0").as_str());
        same("分享到", "分 享");
        same("Schließen wir", "SCHLIESSEN WIR");
        same("...", "");
        assert_eq!(Words::from_start("ShareTweet", false).count(), 1);
        let last: Vec<u64> = Words::from_end("to this Report.").take(2).collect();
        assert_eq!(last, Words::from_end("THIS REPORT").collect::<Vec<_>>());
        let mut words = Words::from_start("Video : Bridge", true);
        words.next();
        assert!(words.clone().divider_follows());
        words.next();
        assert!(!words.divider_follows());
    }
}
