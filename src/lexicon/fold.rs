//! The comparison form of a line: what two spellings of one label have in common.
//!
//! Stronger than the key of a paragraph, for it is never written and never hashed into a
//! fingerprint: accents go (sites write `PUBLICITE` and `Publicité`, Greek capitals bear none),
//! every kind of i is an i (`REKLAM`, `İLGİLİ`), a run of digits is `#`, Arabic, Persian and Urdu
//! shapes of a letter are one letter, and bullets, arrows and icons are `|`.

use std::sync::LazyLock;

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

use super::agreed::join;

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
                // Plain words that follow stay as they are.
                let (plain, rest) = split_plain(chars.as_str());
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

/// The small letters of ASCII that `text` starts with, and single spaces before one, up to the last
/// letter; and what is behind.
fn split_plain(text: &str) -> (&str, &str) {
    let byte = |at: usize| text.as_bytes().get(at).copied().unwrap_or_default();
    let is_small = |at: usize| byte(at).is_ascii_lowercase();
    let mut end = 0;
    // Reckoned: where a word ends cannot be foreseen.
    while is_small(end) | ((byte(end) == b' ') & is_small(end + 1)) {
        end += 1;
    }
    text.split_at_checked(end).unwrap_or(("", text))
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

    /// The byte that is read `at` bytes from here.
    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        let bytes = self.rest.as_bytes();
        let at = if FROM_END { bytes.len().wrapping_sub(at + 1) } else { at };
        bytes.get(at).copied()
    }

    /// The next eight bytes, the first of them lowest, and zeros where there are fewer.
    #[inline]
    fn eight(&self) -> u64 {
        let bytes = self.rest.as_bytes();
        let add = |eight, byte: &u8| eight << 8 | u64::from(*byte);
        if FROM_END {
            let few = || bytes.iter().fold(0, add);
            bytes.last_chunk().map_or_else(few, |eight| u64::from_be_bytes(*eight))
        } else {
            let few = || bytes.iter().rev().fold(0, add);
            bytes.first_chunk().map_or_else(few, |eight| u64::from_le_bytes(*eight))
        }
    }

    /// Reads the next word if it is of plain letters with no hump among them and a mark behind them, eight
    /// letters at a time. Nearly all words are such.
    #[inline]
    fn plain_word(&mut self) -> Option<u64> {
        let mut rest = self.clone();
        let (mut done, mut first) = (0, 0);
        loop {
            let eight = rest.eight();
            let count = letters(eight);
            if eight.to_le_bytes().get(count as usize).is_some_and(|&byte| !is_mark(byte)) {
                return None;
            }
            let read = u64::MAX.checked_shr(u64::BITS - 8 * count).unwrap_or(0);
            let small = eight & SMALL & read;
            let capital = !eight & SMALL & read;
            let (one, two) = if FROM_END { (capital, small) } else { (small, capital) };
            if (one << 8 | first) & two != 0 {
                return None;
            }
            first = one >> (u64::BITS - 8);
            let word = (eight | SMALL) & read;
            rest.pass(count as usize);
            if count < 8 {
                let is_some = done | word != 0;
                return is_some.then(|| {
                    *self = rest;
                    join(done, word)
                });
            }
            done = join(done, word);
        }
    }

    /// Reads on in a word as long as plain letters follow. `first` says whether the letter read before was
    /// the first of two at a hump: a small one, or read from the end a capital.
    fn plain_letters(&mut self, word: &mut Hash, first: &mut bool) {
        let mut read = 0;
        while let Some(byte) = self.byte(read).filter(u8::is_ascii_alphabetic) {
            let small = byte.is_ascii_lowercase();
            if *first && small == FROM_END {
                self.hump_seen = true;
                if self.humps {
                    break;
                }
            }
            *first = small != FROM_END;
            word.add(u64::from(byte.to_ascii_lowercase()), 1);
            read += 1;
        }
        self.pass(read);
    }

    /// Goes behind marks and spaces of ASCII, none of which is part of a word or left out of one.
    #[inline]
    fn skip_marks(&mut self) {
        let mut marks = 0;
        while self.byte(marks).is_some_and(is_mark) {
            marks += 1;
        }
        self.pass(marks);
    }
}

/// A one in each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;
/// What a small letter of ASCII has and its capital has not, in each of eight bytes.
const SMALL: u64 = EACH * 0x20;

/// How many of eight bytes, from the lowest on, are letters of ASCII.
#[inline]
fn letters(eight: u64) -> u32 {
    const TOP: u64 = EACH * 0x80;
    // The top bit of each byte says whether the rest of it, as a small letter, is not below `a` (0x61), and
    // whether it is above `z` (0x7A).
    let rest = (eight | SMALL) & !TOP;
    let from_a = rest + EACH * (0x80 - 0x61);
    let above_z = rest + EACH * (0x7F - 0x7A);
    let others = (!from_a | above_z | eight) & TOP;
    others.trailing_zeros() / 8
}

/// Whether `byte` is a mark or a space of ASCII.
#[inline]
fn is_mark(byte: u8) -> bool {
    MARKS[usize::from(byte)]
}

/// The answers, for each word is asked two or three times.
static MARKS: [bool; 256] = {
    let mut marks = [false; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        marks[byte as usize] = !byte.is_ascii_alphanumeric();
        byte += 1;
    }
    marks
};

impl<const FROM_END: bool> Iterator for Words<'_, FROM_END> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.skip_marks();
        self.plain_word().or_else(|| self.any_word())
    }
}

impl<const FROM_END: bool> Words<'_, FROM_END> {
    /// The next word, whatever it is made of.
    fn any_word(&mut self) -> Option<u64> {
        let mut hash = Hash::default();
        // The first of two letters at a hump, as they are read.
        let mut first = false;
        let mut numbered = false;
        loop {
            if !numbered {
                if hash.is_empty() {
                    self.skip_marks();
                }
                self.plain_letters(&mut hash, &mut first);
                // Here most words end.
                if !hash.is_empty() && self.byte(0).is_none_or(is_mark) {
                    return hash.value();
                }
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
                return hash.value();
            }
            if c.is_ascii_lowercase() && !hash.is_empty() {
                // A plain letter of a word but for its accent.
                if !FROM_END {
                    self.hump_seen |= first;
                    if first && self.humps {
                        return hash.value();
                    }
                }
                hash.add_char(c);
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
            if !hash.is_empty() && (!word || lone || c == '#' || (hump && self.humps)) {
                return hash.value();
            }
            self.pass(original.len_utf8());
            if !word {
                continue;
            }
            hash.add_char(c);
            if lone {
                return hash.value();
            }
            numbered = c == '#';
            first = if FROM_END { capital } else { small };
        }
        hash.value()
    }
}

/// The hash of the folded characters of a word, made of eight bytes at a time. That of at most eight bytes
/// is these themselves.
#[derive(Clone, Copy, Default)]
struct Hash {
    done: u64,
    /// The bytes that are not done yet, the first of them lowest.
    eight: u64,
    /// How many bits of them there are.
    bits: u32,
}

impl Hash {
    #[inline]
    fn is_empty(self) -> bool {
        self.done | self.eight == 0
    }

    /// Adds `count` bytes, at most eight, which are the lowest of `bytes`; the others must be zeros.
    #[inline]
    fn add(&mut self, bytes: u64, count: u32) {
        self.eight |= bytes << self.bits;
        let bits = self.bits + 8 * count;
        if bits >= u64::BITS {
            self.done = join(self.done, self.eight);
            // Those that had no room.
            self.eight = bytes.checked_shr(u64::BITS - self.bits).unwrap_or(0);
        }
        self.bits = bits % u64::BITS;
    }

    /// Adds one folded character.
    fn add_char(&mut self, c: char) {
        match c {
            'ß' => self.add(u64::from_le_bytes(*b"ss\0\0\0\0\0\0"), 2),
            _ => self.add(u64::from(u32::from(c)), if c.is_ascii() { 1 } else { 4 }),
        }
    }

    /// The hash, when there are any characters.
    #[inline]
    fn value(self) -> Option<u64> {
        (!self.is_empty()).then(|| join(self.done, self.eight))
    }
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
    fn plain_letters_are_read_as_any_others() {
        // A character that leaves no trace, behind each one: no two letters are read together.
        let apart = |text: &str| -> String { text.chars().flat_map(|c| [c, '\u{FE0F}']).collect() };
        let pieces =
            ["a", "bcd", "É", "E", "Fg", "hI", " ", "  ", "-", ",", "7", "ß", "ж", "字", "©"];
        let (mut together, mut alone) = (Folded::default(), Folded::default());
        for n in 0..pieces.len().pow(4) {
            let piece = |by: u32| pieces[n / pieces.len().pow(by) % pieces.len()];
            let text = [piece(0), piece(1), piece(2), piece(3)].concat();
            together.set(&text);
            alone.set(&apart(&text));
            assert_eq!(together.text, alone.text, "{text:?}");
            assert_eq!(together.humps, alone.humps, "{text:?}");
            for humps in [false, true] {
                let words = |text: &str| {
                    let mut words = Words::from_start(text, humps);
                    (words.by_ref().collect::<Vec<_>>(), words.hump_seen())
                };
                assert_eq!(words(&text), words(&apart(&text)), "{text:?}");
            }
            let words = |text: &str| {
                let mut words = Words::from_end(text);
                (words.by_ref().collect::<Vec<_>>(), words.hump_seen())
            };
            assert_eq!(words(&text), words(&apart(&text)), "{text:?}");
        }
        for byte in (0..128).filter(|&byte| is_mark(byte)) {
            let c = fold_char(char::from(byte));
            assert!(c != DROP && !is_word(c), "{byte}");
        }
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
