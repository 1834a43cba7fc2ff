//! The word tables of this room, read once from the text files in `words/`.
//!
//! All look-ups go through [`fold`], so that a table holds one spelling for `MÜNCHEN`, `München` and
//! `Munchen`, and Arabic and Persian forms of one letter meet.

use std::sync::LazyLock;

use arrayvec::ArrayString;
use hashbrown::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

use crate::vector::{BITS, Loop, Machine, is_ascii, row_of, widest};

/// The form of a word under which it stands in the tables: lower case, without accents, vowel signs
/// of Arabic, joiners and direction marks.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // ASCII is folded at once: what stands around it changes nothing in it.
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let (ascii, others) = rest.split_at(end);
        let from = folded.len();
        folded.push_str(ascii);
        folded[from..].make_ascii_lowercase();
        let end = others.bytes().position(|byte| byte.is_ascii()).unwrap_or(others.len());
        let (others, behind) = others.split_at(end);
        folded.extend(folded_letters(others));
        rest = behind;
    }
    folded
}

/// The letters of `text`, folded one after the other.
fn folded_letters(text: &str) -> impl Iterator<Item = char> + '_ {
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
}

/// What `then` makes of the folded `text`; a short one of ASCII is folded without an allocation.
pub(super) fn with_fold<T>(text: &str, then: impl FnOnce(&str) -> T) -> T {
    match ArrayString::<64>::from(text) {
        Ok(mut lower) if is_ascii(text) => {
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

/// `text.split_once(part)` by [`find`].
pub(super) fn split_once<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let at = find(text, part)?;
    Some((&text[..at], &text[at + part.len()..]))
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

/// Names of cities and regions.
const PLACES: &str = include_str!("words/places.txt");

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
    sieve: Sieve,
}

/// A bit for the hash of each of some names, whatever their case: enough to refuse nearly all other words without a
/// look-up.
struct Sieve {
    bits: Vec<u64>,
    /// Bits of a hash that are not looked at.
    shift: u32,
}

impl Sieve {
    /// Of `names`, which are told from no more than this number.
    fn of<'n>(names: impl Iterator<Item = &'n str> + Clone) -> Sieve {
        // Of 16 bits for each name at most one is set.
        let bits = (16 * names.clone().count()).next_power_of_two().max(64);
        let mut sieve = Sieve { bits: vec![0; bits / 64], shift: u64::BITS - bits.ilog2() };
        for hash in names.filter_map(Sieve::hash) {
            let bit = sieve.bit(hash);
            sieve.bits[bit / 64] |= 1 << (bit % 64);
        }
        sieve
    }

    /// Whether `name` may be one of the names, in another case too. One that is not ASCII may be.
    fn may_hold(&self, name: &str) -> bool {
        Sieve::hash(name).is_none_or(|hash| {
            let bit = self.bit(hash);
            self.bits[bit / 64] >> (bit % 64) & 1 != 0
        })
    }

    fn bit(&self, hash: u64) -> usize {
        usize::try_from(hash >> self.shift).unwrap_or_default()
    }

    /// The hash of the length of `name` and of the bytes at both of its ends, if it is ASCII.
    fn hash(name: &str) -> Option<u64> {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        /// The top bit of each byte.
        const TOPS: u64 = u64::MAX / 0xFF * 0x80;
        /// What a small letter has and its capital has not, in each byte.
        const SMALL: u64 = u64::MAX / 0xFF * 0x20;
        let bytes = name.as_bytes();
        let eight = bytes.first_chunk::<8>().zip(bytes.last_chunk::<8>());
        let four = bytes.first_chunk::<4>().zip(bytes.last_chunk::<4>());
        let (first, last) = if let Some((first, last)) = eight {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let Some((first, last)) = four {
            (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
        } else if let &[first, .., last] = bytes {
            (first.into(), u64::from(last) << 8 | u64::from(bytes[bytes.len() / 2]))
        } else {
            (bytes.first().copied().unwrap_or_default().into(), 0)
        };
        let is_ascii = (first | last) & TOPS == 0 && (bytes.len() <= 16 || is_ascii(name));
        // As small letters; what else is changed is changed in all names.
        let (first, last) = (first | SMALL, last | SMALL);
        let hash = (first.wrapping_mul(ODD) ^ last).rotate_left(29).wrapping_mul(ODD);
        is_ascii.then(|| (hash ^ bytes.len() as u64).wrapping_mul(ODD))
    }
}

/// Names that are looked up in any case.
pub(super) struct Names {
    /// The names, [folded](fold).
    folded: HashSet<String>,
    sieve: Sieve,
}

impl Names {
    /// These names.
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n str>) -> Names {
        let folded: HashSet<String> = names.map(fold).collect();
        let sieve = Sieve::of(folded.iter().map(String::as_str));
        Names { folded, sieve }
    }

    /// Whether `name` is one of them.
    pub(super) fn has(&self, name: &str) -> bool {
        self.sieve.may_hold(name) && with_fold(name, |name| self.folded.contains(name))
    }

    /// Their first words.
    pub(super) fn first_words(&self) -> Names {
        Names::of(self.folded.iter().filter_map(|name| name.split(' ').next()))
    }

    /// The first letters of the names.
    pub(super) fn starts(&self) -> Starts {
        Starts::of(&self.folded)
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
    let sieve = Sieve::of(folded.keys().map(String::as_str).chain(exact.keys().copied()));
    Agencies { exact, folded, sieve }
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
    if name.is_empty() || name.len() > 80 || !agencies.sieve.may_hold(name) {
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

static CITIES: LazyLock<Names> = LazyLock::new(|| Names::of(list(PLACES, "city")));

static REGIONS: LazyLock<Names> = LazyLock::new(|| {
    let regions = names(PLACES).filter(|(section, _)| *section != "city");
    Names::of(regions.map(|(_, name)| name))
});

/// Whether `name` is a city of the table, `Delhi` as well as `Jerusalén/Gaza`.
pub(super) fn is_city(name: &str) -> bool {
    let is_one = |name: &str| CITIES.has(name.trim());
    name.len() <= 120 && !name.is_empty() && name.split('/').all(is_one)
}

/// The first words of cities and agencies, by which most words are told to open no name of one.
static NAME_STARTS: LazyLock<Sieve> = LazyLock::new(|| {
    let names = CITIES.folded.iter().chain(AGENCIES.folded.keys());
    let agencies = AGENCIES.exact.keys().copied();
    let firsts: Vec<&str> = names
        .map(String::as_str)
        .chain(agencies)
        .map(|name| name.find(|c: char| !is_of_name(c)).map_or(name, |end| &name[..end]))
        .collect();
    Sieve::of(firsts.iter().copied())
});

/// Whether a city or an agency may be called `word`, or by a name that starts with it.
pub(super) fn may_open_name(word: &str) -> bool {
    NAME_STARTS.may_hold(word)
}

/// Whether `c` may stand in a word of a name.
pub(super) fn is_of_name(c: char) -> bool {
    is_word_char(c) || matches!(c, '\'' | '’' | '.')
}

/// Whether `name` is a country or a state, written out or as `Calif.`.
pub(super) fn is_region(name: &str) -> bool {
    name.len() <= 60 && REGIONS.has(name.trim())
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

struct Dates {
    words: HashMap<String, DateWord>,
    sieve: Sieve,
    /// Of months and years alone.
    months: Sieve,
}

static DATES: LazyLock<Dates> = LazyLock::new(|| {
    let mut words: HashMap<String, DateWord> = HashMap::new();
    for (section, line) in names(include_str!("words/dates.txt")) {
        let new = DateWord::of_section(section);
        for name in line.split_whitespace() {
            words.entry(fold(name)).and_modify(|word| *word = word.or(new)).or_insert(new);
        }
    }
    let sieve = Sieve::of(words.keys().map(String::as_str));
    let months = words.iter().filter(|(_, word)| word.is(DateWord::MONTH | DateWord::YEAR));
    let months = Sieve::of(months.map(|(name, _)| name.as_str()));
    Dates { words, sieve, months }
});

/// What `word` can be on a date line; `None` when it has no place there.
pub(super) fn date_word(word: &str) -> Option<DateWord> {
    // The longest word of the table is shorter.
    if word.len() > 48 || !DATES.sieve.may_hold(word) {
        return None;
    }
    with_fold(word, |word| DATES.words.get(word).copied())
}

/// Whether `word` can be a month or stand for years on a date line. Most words of the table are others.
pub(super) fn is_month_or_year(word: &str) -> bool {
    DATES.months.may_hold(word)
        && date_word(word).is_some_and(|word| word.is(DateWord::MONTH | DateWord::YEAR))
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
    widest(Digits(text.as_bytes())) || (!is_ascii(text) && text.chars().any(|c| digit(c).is_some()))
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
        let long = "Photo of the archive";
        let names: HashSet<String> =
            ["photo", "photo by", "x", "a-b", "foto: ", "фото", "photophotophoto", long]
                .into_iter()
                .map(fold)
                .collect();
        let (starts, sieve) = (Starts::of(&names), Sieve::of(names.iter().map(String::as_str)));
        let pieces = [
            "photo", "PHOTO", "x", "X", "-b", "a", " by", "фото", "Фото", " ", ":", "ó", "f",
            " of the", " Archive",
        ];
        for one in pieces {
            for two in pieces {
                for three in pieces {
                    let text = format!("{one}{two}{three}");
                    for end in (1..=text.len()).filter(|&end| text.is_char_boundary(end)) {
                        let name = &text[..end];
                        if !names.contains(&fold(name)) {
                            continue;
                        }
                        assert!(sieve.may_hold(name), "{name:?}");
                        let cut = text[end..].starts_with(char::is_alphabetic);
                        assert!(cut || starts.may_open(&text), "{name:?} of {text:?}");
                    }
                }
            }
        }
        assert!(!starts.may_open("Police said") && !starts.may_open("\"Photo"));
        assert!(starts.may_open(" Photo") && starts.may_open(""));
        let refused = ["", "police", "Photos of the mill", "photo of the"];
        assert!(!refused.into_iter().any(|name| sieve.may_hold(name)));
    }

    #[test]
    fn letters_of_ascii_fold_as_any_others() {
        let pieces = [
            "A", "z", "'", " ", "É", "e\u{301}", "\u{323}", "\u{307}", "İ", "ß", "ΣΑΣ", "ي",
            "\u{640}", "가", "’", "\u{a0}", "\u{200b}", "ậ", "שּׁ", "",
        ];
        for n in 0..pieces.len().pow(4) {
            let piece = |by: u32| pieces[n / pieces.len().pow(by) % pieces.len()];
            let text = [piece(0), piece(1), piece(2), piece(3)].concat();
            assert_eq!(fold(&text), folded_letters(&text).collect::<String>(), "{text:?}");
        }
    }

    #[test]
    fn texts_are_cut_where_their_parts_are_found() {
        let pieces = ["a", " ", " for ", "f", "é", "or ", " fo", ""];
        for n in 0..pieces.len().pow(4) {
            let piece = |by: u32| pieces[n / pieces.len().pow(by) % pieces.len()];
            let text = [piece(0), piece(1), piece(2), piece(3)].concat();
            for part in [" for ", ", ", " e ", "é"] {
                assert_eq!(split_once(&text, part), text.split_once(part), "{text:?}");
            }
        }
    }

    #[test]
    fn names_start_with_words_that_may_open_one() {
        let names = CITIES.folded.iter().chain(AGENCIES.folded.keys());
        for name in names.flat_map(|name| [name.clone(), name.to_uppercase()]) {
            for end in (1..name.len()).filter(|&end| name.is_char_boundary(end)) {
                let is_word = name[..end].chars().all(is_of_name);
                let ends = !name[end..].starts_with(is_of_name);
                assert!(!(is_word && ends) || may_open_name(&name[..end]), "{name:?}");
            }
        }
        assert!(!may_open_name("police") && !may_open_name("Mr"));
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
