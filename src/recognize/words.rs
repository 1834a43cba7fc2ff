//! The word tables of this room, read once from the text files in `words/`.
//!
//! All look-ups go through [`fold`], so that a table holds one spelling for `MÜNCHEN`, `München` and
//! `Munchen`, and Arabic and Persian forms of one letter meet.

use std::sync::LazyLock;

use arrayvec::ArrayString;
use hashbrown::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

use crate::vector::{BITS, Loop, Machine, row_of, widest};

/// The form of a word under which it stands in the tables: lower case, without accents, vowel signs
/// of Arabic, joiners and direction marks.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd()
        .filter(|c| {
            !matches!(c, '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{655}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        })
        .flat_map(char::to_lowercase)
        .filter(|c| *c != '\u{307}')
        .map(|c| match c {
            'ı' => 'i',
            'ς' => 'σ',
            'ي' | 'ى' => 'ی',
            'ك' => 'ک',
            'ة' => 'ه',
            '\u{a0}' => ' ',
            '’' => '\'',
            other => other,
        })
        .collect()
}

/// What `then` makes of the folded `text`; a short one of ASCII is folded without an allocation.
pub(super) fn with_fold<T>(text: &str, then: impl FnOnce(&str) -> T) -> T {
    match ArrayString::<64>::from(text) {
        Ok(mut lower) if text.is_ascii() => {
            lower.make_ascii_lowercase();
            then(&lower)
        }
        _ => then(&fold(text)),
    }
}

/// `word` without what is no letter and no digit around it: nothing, nearly always.
pub(super) fn core(word: &str) -> &str {
    if is_bare(word) { word } else { word.trim_matches(|c: char| !c.is_alphanumeric()) }
}

/// Whether `text` starts and ends in a letter or digit of ASCII: there is nothing to trim.
fn is_bare(text: &str) -> bool {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    plain(text.as_bytes().first()) && plain(text.as_bytes().last())
}

/// `text.find(part)`, fast where the text is short and the second byte of the part is rare in it:
/// there is nothing to make ready.
pub(super) fn find(text: &str, part: &str) -> Option<usize> {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let (Some(second), Some(behind)) = (part.get(1), text.get(1..)) else {
        return memchr::memmem::find(text, part);
    };
    memchr::memchr_iter(*second, behind).find(|&at| text[at..].starts_with(part))
}

/// Whether [`find`] finds `part`.
pub(super) fn contains(text: &str, part: &str) -> bool {
    find(text, part).is_some()
}

/// The names of a file as `(section, name)`, comments left out.
fn names(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut section = "";
    file.lines()
        .filter_map(move |line| {
            if let Some(head) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = head;
                return None;
            }
            (!line.starts_with('#')).then_some((section, line))
        })
        .flat_map(|(section, line)| line.split(" | ").map(move |name| (section, name.trim())))
        .filter(|(_, name)| !name.is_empty())
}

/// The entries of one section of a list file.
pub(super) fn list(file: &'static str, section: &str) -> impl Iterator<Item = &'static str> {
    names(file).filter(move |(head, _)| *head == section).map(|(_, name)| name)
}

/// What kind of agency a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agency {
    /// It writes, so it may stand in a dateline.
    Wire,
    /// It only has pictures.
    Picture,
}

struct Agencies {
    /// As written in the table.
    exact: HashMap<&'static str, Agency>,
    folded: HashMap<String, Agency>,
    sizes: Sizes,
}

/// For each letter in ASCII, the lengths of the names that start with it and of those that end with it:
/// enough to refuse most words without a look-up.
struct Sizes {
    first: [u64; 128],
    last: [u64; 128],
}

impl Sizes {
    fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Sizes {
        let mut sizes = Sizes { first: [0; 128], last: [0; 128] };
        for name in names.into_iter().filter(|name| name.is_ascii()) {
            if let Some((first, last, length)) = Sizes::place(name) {
                sizes.first[first] |= length;
                sizes.last[last] |= length;
            }
        }
        sizes
    }

    /// Whether `name` may be one of the names, in another case too. One that is not ASCII may be.
    fn may_hold(&self, name: &str) -> bool {
        !name.is_ascii()
            || Sizes::place(name).is_some_and(|(first, last, length)| {
                self.first[first] & self.last[last] & length != 0
            })
    }

    /// The places of the first and the last letter of `name`, which is ASCII, and the bit of its length.
    fn place(name: &str) -> Option<(usize, usize, u64)> {
        let letter =
            |byte: Option<&u8>| byte.map(|byte| usize::from(byte.to_ascii_lowercase() & 127));
        let bytes = name.as_bytes();
        Some((letter(bytes.first())?, letter(bytes.last())?, 1 << name.len().min(63)))
    }
}

/// The first two letters of names, by which most texts are told to open with none of them.
pub(super) struct Starts([u32; 128]);

impl Starts {
    /// Of these names, which are [folded](fold).
    pub(super) fn of<'n>(names: impl IntoIterator<Item = &'n String>) -> Starts {
        let mut starts = Starts([0; 128]);
        for name in names {
            let mut bytes = name.bytes();
            let (first, second) = (bytes.next(), bytes.next().filter(u8::is_ascii_alphabetic));
            if let Some(row) = first.and_then(|first| starts.0.get_mut(usize::from(first))) {
                *row |= 1 << (second.unwrap_or(0) & 31);
            }
        }
        starts
    }

    /// Whether the words that open `text` may be one of the names. What is not ASCII may be.
    pub(super) fn may_open(&self, text: &str) -> bool {
        let mut bytes = text.bytes();
        let Some(first) = bytes.next().filter(u8::is_ascii_graphic) else { return true };
        let row = self.0.get(usize::from(first.to_ascii_lowercase())).copied().unwrap_or(0);
        match bytes.next().filter(u8::is_ascii_alphabetic) {
            Some(second) => row >> (second & 31) & 1 != 0,
            None => row != 0,
        }
    }
}

static AGENCIES: LazyLock<Agencies> = LazyLock::new(|| {
    let mut exact = HashMap::new();
    let mut folded = HashMap::new();
    for (section, name) in names(include_str!("words/agencies.txt")) {
        let kind = if section == "wire" { Agency::Wire } else { Agency::Picture };
        exact.entry(name).or_insert(kind);
        folded.entry(fold(name)).or_insert(kind);
    }
    let sizes = Sizes::of(exact.keys().copied().chain(folded.keys().map(String::as_str)));
    Agencies { exact, folded, sizes }
});

/// The kind of the agency that `name` is the whole name of.
///
/// A name of four letters or less counts only as the table writes it or in capitals, because `Ani`
/// and `Map` are also words.
pub(super) fn agency(name: &str) -> Option<Agency> {
    let name = if is_bare(name) {
        name
    } else {
        let around = |c: char| c.is_whitespace() || matches!(c, '«' | '»' | '“' | '”' | '"');
        name.trim_matches(around)
    };
    let agencies = &*AGENCIES;
    if name.is_empty() || name.len() > 80 || !agencies.sizes.may_hold(name) {
        return None;
    }
    if let Some(kind) = agencies.exact.get(name) {
        return Some(*kind);
    }
    let long = name.chars().nth(4).is_some();
    if long || !name.chars().any(char::is_lowercase) {
        return with_fold(name, |name| agencies.folded.get(name).copied());
    }
    None
}

struct Places {
    cities: HashSet<String>,
    city_sizes: Sizes,
    regions: HashSet<String>,
}

static PLACES: LazyLock<Places> = LazyLock::new(|| {
    let (mut cities, mut regions) = (HashSet::new(), HashSet::new());
    for (section, name) in names(include_str!("words/places.txt")) {
        let set = if section == "city" { &mut cities } else { &mut regions };
        set.insert(fold(name));
    }
    let city_sizes = Sizes::of(cities.iter().map(String::as_str));
    Places { cities, city_sizes, regions }
});

/// Whether `name` is a city of the table, `Delhi` as well as `Jerusalén/Gaza`.
pub(super) fn is_city(name: &str) -> bool {
    let Places { cities, city_sizes, .. } = &*PLACES;
    let is_one =
        |name: &str| city_sizes.may_hold(name) && with_fold(name, |name| cities.contains(name));
    name.len() <= 120 && !name.is_empty() && name.split('/').all(|part| is_one(part.trim()))
}

/// Whether `name` is a country or a state, written out or as `Calif.`.
pub(super) fn is_region(name: &str) -> bool {
    name.len() <= 60 && with_fold(name.trim(), |name| PLACES.regions.contains(name))
}

/// What a word can be on a line that is only a date. A word may be several things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DateWord {
    flags: u32,
    /// 1 to 12; 0 where languages disagree.
    pub(super) month: u8,
    /// Minutes east of Greenwich, for a zone with a fixed offset.
    pub(super) offset: i16,
}

impl DateWord {
    pub(super) const MONTH: u32 = 1;
    pub(super) const HIJRI: u32 = 1 << 1;
    pub(super) const SOLAR: u32 = 1 << 2;
    pub(super) const WEEKDAY: u32 = 1 << 3;
    pub(super) const PUBLISHED: u32 = 1 << 4;
    pub(super) const UPDATED: u32 = 1 << 5;
    pub(super) const AM: u32 = 1 << 6;
    pub(super) const PM: u32 = 1 << 7;
    pub(super) const HOUR: u32 = 1 << 8;
    pub(super) const MINUTE: u32 = 1 << 9;
    pub(super) const SECOND: u32 = 1 << 10;
    pub(super) const YEAR: u32 = 1 << 11;
    pub(super) const MONTH_MARK: u32 = 1 << 12;
    pub(super) const DAY: u32 = 1 << 13;
    pub(super) const AGO: u32 = 1 << 14;
    pub(super) const NOW: u32 = 1 << 15;
    pub(super) const UNIT: u32 = 1 << 16;
    pub(super) const ZONE: u32 = 1 << 17;
    /// A zone whose offset is the same wherever its name is used.
    pub(super) const OFFSET: u32 = 1 << 18;
    pub(super) const LUNAR: u32 = 1 << 19;
    pub(super) const FILLER: u32 = 1 << 20;
    pub(super) const SOURCE: u32 = 1 << 21;
    pub(super) const TODAY: u32 = 1 << 22;
    /// The first word of a two-word month, as `كانون`.
    pub(super) const LEAD: u32 = 1 << 23;

    /// Whether it can be any of `flags`.
    pub(super) fn is(self, flags: u32) -> bool {
        self.flags & flags != 0
    }

    /// The month `month`, for a name of two words.
    pub(super) fn named_month(month: u8) -> DateWord {
        DateWord { flags: DateWord::MONTH, month, offset: 0 }
    }

    /// What a section of the table makes of its words.
    fn of_section(section: &str) -> DateWord {
        let (class, value) = section.split_once(' ').unwrap_or((section, ""));
        let flags = match class {
            "month" => DateWord::MONTH,
            "hijri" => DateWord::HIJRI,
            "solar" => DateWord::SOLAR,
            "weekday" => DateWord::WEEKDAY,
            "published" => DateWord::PUBLISHED,
            "updated" => DateWord::UPDATED,
            "am" => DateWord::AM,
            "pm" => DateWord::PM,
            "hour" => DateWord::HOUR,
            "minute" => DateWord::MINUTE,
            "second" => DateWord::SECOND,
            "year" => DateWord::YEAR,
            "monthmark" => DateWord::MONTH_MARK,
            "day" => DateWord::DAY,
            "ago" => DateWord::AGO,
            "now" => DateWord::NOW,
            "unit" => DateWord::UNIT,
            "zone" if value.is_empty() => DateWord::ZONE,
            "zone" => DateWord::ZONE | DateWord::OFFSET,
            "lunar" => DateWord::LUNAR,
            "source" => DateWord::SOURCE,
            "today" => DateWord::TODAY,
            "lead" => DateWord::LEAD,
            _ => DateWord::FILLER,
        };
        let month = if class == "month" { value.parse().unwrap_or(0) } else { 0 };
        let offset = if class == "zone" { value.parse().unwrap_or(0) } else { 0 };
        DateWord { flags, month, offset }
    }

    /// Both readings of a word that stands in two sections.
    fn or(self, other: DateWord) -> DateWord {
        let month = match (self.month, other.month) {
            (mine, 0) if !other.is(DateWord::MONTH) => mine,
            (0, theirs) if !self.is(DateWord::MONTH) => theirs,
            (mine, theirs) if mine == theirs => mine,
            _ => 0,
        };
        let mut flags = self.flags | other.flags;
        // An abbreviation that also names a zone without a fixed offset is not resolved.
        let bare = |word: DateWord| word.is(DateWord::ZONE) && !word.is(DateWord::OFFSET);
        if bare(self) || bare(other) {
            flags &= !DateWord::OFFSET;
        }
        let offset = if other.is(DateWord::OFFSET) { other.offset } else { self.offset };
        DateWord { flags, month, offset }
    }
}

static DATES: LazyLock<(HashMap<String, DateWord>, Sizes)> = LazyLock::new(|| {
    let mut words: HashMap<String, DateWord> = HashMap::new();
    for (section, line) in names(include_str!("words/dates.txt")) {
        let new = DateWord::of_section(section);
        for name in line.split_whitespace() {
            words.entry(fold(name)).and_modify(|word| *word = word.or(new)).or_insert(new);
        }
    }
    let sizes = Sizes::of(words.keys().map(String::as_str));
    (words, sizes)
});

/// What `word` can be on a date line; `None` when it has no place there.
pub(super) fn date_word(word: &str) -> Option<DateWord> {
    let (words, sizes) = &*DATES;
    // The longest word of the table is shorter.
    if word.len() > 48 || !sizes.may_hold(word) {
        return None;
    }
    with_fold(word, |word| words.get(word).copied())
}

/// Most characters of a word on a date line but one.
const DATE_WORD_MAX: usize = 40;

/// Where the word ends that opens `text`, dots inside of abbreviations and apostrophes being of it.
pub(super) fn end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let end = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    // Nearly all are told by their letters; a mark of these may join others to them.
    let may_join = |byte: &u8| !byte.is_ascii() || matches!(byte, b'.' | b'\'');
    if end <= DATE_WORD_MAX && !bytes.get(end).is_some_and(may_join) { end } else { any_end(text) }
}

fn any_end(text: &str) -> usize {
    let mut end = 0;
    let mut count = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let joins = match c {
            // p.m., ม.ค., ق.ظ
            '.' => count <= 3 && next.is_some_and(is_word_char) && count > 0,
            '\'' | '’' => next.is_some_and(is_word_char),
            _ => is_word_char(c),
        };
        if !joins || count > DATE_WORD_MAX {
            break;
        }
        count += 1;
        end = at + c.len_utf8();
    }
    end
}

/// Whether `c` belongs to a word: letters, and the marks of scripts that write vowels as marks.
pub(super) fn is_word_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    c.is_alphabetic()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{655}' | '\u{e31}'..='\u{e4e}' | '\u{200c}' | '\u{200d}')
        || (matches!(c, '\u{900}'..='\u{dff}') && digit(c).is_none() && !matches!(c, '।' | '॥'))
}

/// Whether `c` is of a script that is written without spaces between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Whether `c` is a Han character.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '々')
}

/// Whether `c` is a Hangul syllable.
pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

/// The value of a decimal digit of the scripts that news is written in.
pub(super) fn digit(c: char) -> Option<u32> {
    if c < '\u{660}' {
        return c.to_digit(10);
    }
    let zero = match c {
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{966}'..='\u{96f}' => '\u{966}',
        '\u{9e6}'..='\u{9ef}' => '\u{9e6}',
        '\u{a66}'..='\u{a6f}' => '\u{a66}',
        '\u{ae6}'..='\u{aef}' => '\u{ae6}',
        '\u{be6}'..='\u{bef}' => '\u{be6}',
        '\u{c66}'..='\u{c6f}' => '\u{c66}',
        '\u{ce6}'..='\u{cef}' => '\u{ce6}',
        '\u{d66}'..='\u{d6f}' => '\u{d66}',
        '\u{e50}'..='\u{e59}' => '\u{e50}',
        '\u{1040}'..='\u{1049}' => '\u{1040}',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        _ => return None,
    };
    Some(u32::from(c) - u32::from(zero))
}

/// Whether a decimal digit stands in `text`.
pub(super) fn has_digit(text: &str) -> bool {
    widest(Digits(text.as_bytes()))
        || (!text.is_ascii() && text.chars().any(|c| digit(c).is_some()))
}

/// The look for a digit of ASCII.
struct Digits<'t>(&'t [u8]);

impl Loop for Digits<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> bool {
        let mut room = [0; 2 * BITS];
        let digits = self.0.chunks(BITS).fold(0, |digits, row| {
            digits | machine.digits(machine.bytes(row_of(self.0, row, &mut room)))
        });
        digits != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_is_found_wherever_it_stands() {
        let long = "No date: / of Mai, ".repeat(8);
        for at in 0..long.len() {
            for (mark, is_digit) in
                [("0", true), ("9", true), ("٣", true), ("½:", false), ("", false)]
            {
                let text = format!("{}{mark}{}", &long[..at], &long[at..]);
                assert_eq!(has_digit(&text), is_digit, "{text:?}");
                assert_eq!(has_digit(&text[..at + mark.len()]), is_digit, "{at} of {text:?}");
            }
        }
    }

    #[test]
    fn what_is_refused_by_its_letters_is_in_no_table() {
        let names: HashSet<String> =
            ["photo", "photo by", "x", "a-b", "foto: ", "фото"].map(fold).into_iter().collect();
        let (starts, sizes) = (Starts::of(&names), Sizes::of(names.iter().map(String::as_str)));
        let pieces =
            ["photo", "PHOTO", "x", "X", "-b", "a", " by", "фото", "Фото", " ", ":", "ó", "f"];
        for one in pieces {
            for two in pieces {
                for three in pieces {
                    let text = format!("{one}{two}{three}");
                    for end in (1..=text.len()).filter(|&end| text.is_char_boundary(end)) {
                        let name = &text[..end];
                        if !names.contains(&fold(name)) {
                            continue;
                        }
                        assert!(sizes.may_hold(name), "{name:?}");
                        let cut = text[end..].starts_with(char::is_alphabetic);
                        assert!(cut || starts.may_open(&text), "{name:?} of {text:?}");
                    }
                }
            }
        }
        assert!(
            !starts.may_open("Police said") && !starts.may_open("\"Photo") && !sizes.may_hold("ph")
        );
        assert!(starts.may_open(" Photo") && starts.may_open(""));
    }

    #[test]
    fn words_end_where_they_end_by_their_characters() {
        let pieces =
            ["a", "Jan", ".", "'", "’", " ", "é", "ม", "1", "", &"x".repeat(39), "\u{301}"];
        for one in pieces {
            for two in pieces {
                for text in pieces.map(|three| format!("{one}{two}{three}")) {
                    assert_eq!(end(&text), any_end(&text), "{text:?}");
                    assert_eq!(end(&text[one.len()..]), any_end(&text[one.len()..]), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_core_is_what_trimming_leaves() {
        for word in ["a", "", "'a'", "A.", "(é)", "é", "9,", "--", "ab c"] {
            assert_eq!(core(word), word.trim_matches(|c: char| !c.is_alphanumeric()), "{word:?}");
        }
    }
}
