//! Lines that are only a date or a time, and dates in the form of the output.

use std::ops::Range;

use arrayvec::ArrayVec;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;

use super::words::{self, DateWord, date_word};
use crate::vector::is_ascii;

/// A line that is nothing but a date, a time or a stamp with its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateLine {
    /// What it tells.
    pub kind: Kind,
    /// Whether a word such as "Published", "Stand:" or "Son Güncelleme" stands on it.
    pub labelled: bool,
    /// The date of publication, in the form of [`published`].
    pub published: Option<String>,
    /// The date of the last change, in the same form.
    pub updated: Option<String>,
}

/// What a date line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A day, perhaps with its time.
    Date,
    /// Only a time of day. In a live blog it orders the entries, so it is text there.
    Time,
    /// "3 hours ago", in any language.
    Relative,
}

/// The longest stamp that was seen is about 130 bytes; a longer line is prose.
const LINE_MAX: usize = 200;

/// Bytes of a date line without a digit: "Published yesterday by", or a weekday.
const WORDS_MAX: usize = 48;

/// What `line` tells, when it is only a date line.
///
/// Every word on the line must be a month, a weekday, a label, a zone or a word that joins them; the
/// one exception is a city or an agency before the date, or a name after "Source:" or "Editor:".
#[must_use]
pub fn line(line: &str) -> Option<DateLine> {
    let is_prose = || line.len() > WORDS_MAX && is_ascii(line) && !words::has_digit(line);
    if line.len() > LINE_MAX || line.len() < 3 || is_prose() {
        return None;
    }
    let tokens = tokens(line, true)?;
    let segments = segments(&tokens);
    let labelled = segments.iter().any(|segment| segment.label != Label::None);
    let mut found = DateLine { kind: Kind::Time, labelled, published: None, updated: None };
    let mut kinds = [0_usize; 3];
    for segment in &segments {
        let stamp = Stamp::read(&tokens[segment.tokens.clone()])?;
        match stamp.kind {
            Some(Kind::Date) => kinds[0] += 1,
            Some(Kind::Time) => kinds[1] += stamp.times,
            Some(Kind::Relative) => kinds[2] += 1,
            None => {}
        }
        if stamp.kind == Some(Kind::Date) {
            let slot = match segment.label {
                Label::Updated => &mut found.updated,
                _ => &mut found.published,
            };
            if slot.is_none() {
                *slot = Some(stamp.value(line));
            }
        }
    }
    let [dates, times, relative] = kinds;
    found.kind = if dates > 0 {
        Kind::Date
    } else if relative > 0 {
        Kind::Relative
    } else if times == 1 || (times > 1 && labelled) {
        Kind::Time
    } else {
        // Two times without a date are opening hours or a race.
        return None;
    };
    Some(found)
}

/// The date in `found` as the output writes it: RFC 3339 when an offset is known, `YYYY-MM-DD` when
/// there is only a day, else as found. `None` when `found` is no date.
///
/// * An offset is known from `Z`, from numbers, and from the zone names that mean one offset wherever
///   they are used (`GMT`, `CET`, `EST`, `JST`, …). `IST`, `CST`, `BST`, `PST` and `ET` are not resolved.
/// * A day with a time but no offset stays as found: nothing is lost and nothing invented.
/// * `27.11.2019` is day first, as everywhere dots are used; `03/04/2024` and `03-04-2024` may be
///   either and stay as found, as do years of two digits and dates of other calendars. Beside a
///   date of another calendar, the Gregorian one is taken.
/// * A number of 10 or 13 digits is seconds or milliseconds since 1970, in UTC.
#[must_use]
pub fn published(found: &str) -> Option<String> {
    let found = found.trim();
    if found.len() > LINE_MAX || found.is_empty() {
        return None;
    }
    if let Some(done) = epoch(found) {
        return Some(done);
    }
    let tokens = tokens(found, false)?;
    segments(&tokens)
        .iter()
        .filter_map(|segment| Stamp::read(&tokens[segment.tokens.clone()]))
        .find(|stamp| stamp.kind == Some(Kind::Date))
        .map(|stamp| stamp.value(found))
}

/// `1574187071` and `1574187071000`, with or without a fraction, as JSON has them; also `20191119`.
fn epoch(found: &str) -> Option<String> {
    let (whole, fraction) = found.split_once('.').unwrap_or((found, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        8 if found.len() == 8 => {
            let date = Date::strptime("%Y%m%d", found).ok()?;
            (1900..2100).contains(&date.year()).then(|| date.to_string())
        }
        10 => Some(Timestamp::from_second(number).ok()?.to_string()),
        13 => Some(Timestamp::from_millisecond(number).ok()?.to_string()),
        _ => None,
    }
}

/// A piece of a date line.
#[derive(Clone, Debug)]
struct Token {
    part: Part,
    span: Range<usize>,
    /// Whether white space stands before it.
    spaced: bool,
}

#[derive(Clone, Debug)]
enum Part {
    Number {
        value: u32,
        digits: usize,
    },
    Word(DateWord),
    /// A date and time with a `T` between them.
    Iso(Day),
    Mark(char),
}

impl Token {
    fn is(&self, flags: u32) -> bool {
        matches!(self.part, Part::Word(word) if word.is(flags))
    }

    fn is_mark(&self, marks: &str) -> bool {
        matches!(self.part, Part::Mark(c) if marks.contains(c))
    }

    /// Value and number of digits.
    fn number(&self) -> Option<(u32, usize)> {
        match self.part {
            Part::Number { value, digits } => Some((value, digits)),
            _ => None,
        }
    }
}

/// More tokens than any stamp has.
const TOKENS_MAX: usize = 60;

/// The pieces of `line`; `None` as soon as one cannot stand on a date line.
///
/// With `lenient`, a city or an agency may open the line.
fn tokens(line: &str, lenient: bool) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut spaced = false;
    while let Some(c) = line[at..].chars().next() {
        let start = at;
        at += c.len_utf8();
        if c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}') {
            spaced = true;
            continue;
        }
        let part = if words::digit(c).is_some() {
            if let Some((part, end)) = iso(line, start) {
                at = end;
                part
            } else {
                let (part, end) = number(line, start);
                at = end;
                part
            }
        } else if words::is_word_char(c) {
            if let Some((word, end)) = word(line, start) {
                at = end;
                Part::Word(word)
            } else {
                at = skipped(line, start, &tokens, lenient)?;
                spaced = true;
                continue;
            }
        } else {
            Part::Mark(mark(c)?)
        };
        if tokens.len() == TOKENS_MAX {
            return None;
        }
        tokens.push(Token { part, span: start..at, spaced });
        spaced = false;
    }
    Some(tokens)
}

/// The plain form of a punctuation mark that may stand on a date line.
fn mark(c: char) -> Option<char> {
    Some(match c {
        ',' | '，' | '،' | '、' | ';' | '؛' => ',',
        '.' | '*' | '。' | '．' | '·' | '•' | '・' | '।' | '۔' => '.',
        '-' | '–' | '—' | '―' | '‐' | '‑' | '−' => '-',
        '|' | '｜' | '¦' => '|',
        ':' | '：' => ':',
        '/' | '／' => '/',
        '(' | '（' | '[' | '【' => '(',
        ')' | '）' | ']' | '】' => ')',
        '+' => '+',
        _ => return None,
    })
}

/// The number that starts at `start`, and where it ends.
fn number(line: &str, start: usize) -> (Part, usize) {
    let mut value = 0_u32;
    let mut digits = 0;
    let mut end = start;
    for c in line[start..].chars() {
        let Some(digit) = words::digit(c) else { break };
        value = value.saturating_mul(10).saturating_add(digit);
        digits += 1;
        end += c.len_utf8();
    }
    (Part::Number { value, digits }, end)
}

/// `2024-05-02T10:00:00+02:00`, with or without an offset.
fn iso(line: &str, start: usize) -> Option<(Part, usize)> {
    let bytes = line.as_bytes();
    if bytes.get(start + 4) != Some(&b'-') || bytes.get(start + 10) != Some(&b'T') {
        return None;
    }
    let len = bytes[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b":.+-".contains(byte))
        .count();
    let text = line[start..start + len].trim_end_matches(['.', '-', ':']);
    let pieces = Pieces::parse(text).ok()?;
    let end = start + text.len();
    let offset = pieces.to_numeric_offset().map(|offset| offset.seconds() / 60);
    let day = Day {
        date: Some(pieces.date()),
        time: pieces.time(),
        offset: offset.and_then(|minutes| i16::try_from(minutes).ok()),
        rfc: text.ends_with('Z')
            || (offset.is_some() && text.as_bytes().get(text.len() - 3) == Some(&b':')),
        span: start..end,
    };
    Some((Part::Iso(day), end))
}

/// The word that starts at `start`, and where it ends.
fn word(line: &str, start: usize) -> Option<(DateWord, usize)> {
    let rest = &line[start..];
    let end = words::end(rest);
    let text = &rest[..end];
    if let Some(found) = date_word(text) {
        if found.is(DateWord::LEAD) {
            return two_word_month(rest, end).map(|(month, end)| (month, start + end));
        }
        return Some((found, start + end));
    }
    // A dot that joined two abbreviations, or scripts without spaces: the longest word that fits.
    let first = text.chars().next()?;
    if words::is_unspaced(first) || words::is_hangul(first) || text.contains('.') {
        let ends: Vec<usize> =
            text.char_indices().map(|(at, c)| at + c.len_utf8()).take(8).collect();
        for &end in ends.iter().rev() {
            if text.contains('.') && !text[end..].starts_with('.') {
                continue;
            }
            if let Some(found) = date_word(&text[..end]) {
                return Some((found, start + end));
            }
        }
    }
    None
}

/// The months `كانون الثاني`, `تشرين الأول` and their likes; `end` is the end of the first word.
fn two_word_month(rest: &str, end: usize) -> Option<(DateWord, usize)> {
    let second = rest[end..].split_whitespace().next()?;
    let early = words::fold(&rest[..end]) == words::fold("تشرين");
    let second_word = words::fold(second.trim_matches(|c: char| !words::is_word_char(c)));
    let month = match (early, second_word == words::fold("الثاني")) {
        (true, true) => 11,
        (true, false) => 10,
        (false, true) => 1,
        (false, false) => 12,
    };
    if month % 2 == 0 && second_word != words::fold("الأول") {
        return None;
    }
    let at = end + rest[end..].find(second)?;
    Some((
        DateWord::named_month(month),
        at + second.trim_end_matches(|c: char| !words::is_word_char(c)).len(),
    ))
}

/// Where a name that is no part of the date ends: a city or agency that opens the line, or the name
/// after "Source:".
fn skipped(line: &str, start: usize, tokens: &[Token], lenient: bool) -> Option<usize> {
    let last_word = tokens.iter().rev().find(|token| !matches!(token.part, Part::Mark(_)));
    let rest = &line[start..];
    if last_word.is_some_and(|token| token.is(DateWord::SOURCE)) {
        let end = rest.find(|c: char| c == '|' || words::digit(c).is_some()).unwrap_or(rest.len());
        return (rest[..end].split_whitespace().count() <= 4).then_some(start + end);
    }
    if !lenient || last_word.is_some() || line.len() > 120 || !words::has_digit(rest) {
        return None;
    }
    let mut ends = ArrayVec::<_, 3>::new();
    for (at, c) in rest.char_indices() {
        if !words::is_of_name(c) {
            if ends.is_empty() && !words::may_open_name(&rest[..at]) {
                return None;
            }
            ends.push(at);
            if c != ' ' || ends.is_full() {
                break;
            }
        }
    }
    let known =
        |end: &&usize| words::is_city(&rest[..**end]) || words::agency(&rest[..**end]).is_some();
    ends.iter().rev().find(known).map(|end| start + end)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    None,
    Published,
    Updated,
}

/// The tokens that belong to one label.
struct Segment {
    label: Label,
    tokens: Range<usize>,
}

/// Cuts a line at its labels. A label at the end belongs to what stands before it.
fn segments(tokens: &[Token]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut label = Label::None;
    let mut start = 0;
    let content = |range: Range<usize>| {
        tokens[range].iter().any(|token| !matches!(token.part, Part::Mark(_) | Part::Word(_)))
    };
    for (index, token) in tokens.iter().enumerate() {
        let new = match &token.part {
            Part::Word(word) if word.is(DateWord::UPDATED) => Label::Updated,
            Part::Word(word) if word.is(DateWord::PUBLISHED) => Label::Published,
            _ => continue,
        };
        if content(start..index) {
            segments.push(Segment { label, tokens: start..index });
            label = new;
            start = index;
        } else if label != Label::Updated {
            label = new;
        }
    }
    if content(start..tokens.len()) || segments.is_empty() {
        segments.push(Segment { label, tokens: start..tokens.len() });
    } else if let Some(last) = segments.last_mut() {
        last.tokens.end = tokens.len();
        if last.label == Label::None {
            last.label = label;
        }
    }
    segments
}

/// What one segment tells.
struct Stamp {
    kind: Option<Kind>,
    /// `None` when it is no Gregorian date that can be told for sure.
    date: Option<Date>,
    time: Option<Time>,
    /// Minutes east of Greenwich.
    offset: Option<i16>,
    /// It is RFC 3339 as it stands.
    rfc: bool,
    times: usize,
    /// Bytes of the line, from the first to the last part of the value.
    span: Range<usize>,
}

impl Stamp {
    /// Reads one segment; `None` when a number is left over, so that it is no date line.
    fn read(tokens: &[Token]) -> Option<Stamp> {
        let mut stamp = Stamp {
            kind: None,
            date: None,
            time: None,
            offset: None,
            rfc: false,
            times: 0,
            span: 0..0,
        };
        if is_relative(tokens) {
            stamp.kind = Some(Kind::Relative);
            return Some(stamp);
        }
        let mut used = vec![false; tokens.len()];
        let times = stamp.read_times(tokens, &mut used);
        let dates = read_dates(tokens, &mut used);
        let reading = |index: usize| {
            !dates.is_empty()
                && tokens[index].number().is_some_and(|(_, digits)| digits <= 2)
                && tokens
                    .get(index + 1)
                    .is_some_and(|token| token.is(DateWord::UNIT) && !token.is(DateWord::MONTH))
        };
        // All numbers must have been understood; the minutes of a reading time behind the date are.
        if (0..tokens.len())
            .any(|index| tokens[index].number().is_some() && !used[index] && !reading(index))
        {
            return None;
        }
        stamp.times = times;
        // The Gregorian one beside a date of another calendar.
        if let Some(best) = dates.iter().find(|day| day.date.is_some()).or(dates.first()) {
            stamp.date = best.date;
            stamp.rfc = best.rfc;
            if best.time.is_some() {
                (stamp.time, stamp.offset, stamp.times) = (best.time, best.offset, 1);
            }
            stamp.kind = Some(Kind::Date);
            stamp.span = if times > 0 {
                stamp.span.start.min(best.span.start)..stamp.span.end.max(best.span.end)
            } else {
                best.span.clone()
            };
        } else if times > 0 {
            let today = tokens.iter().any(|token| token.is(DateWord::TODAY));
            stamp.kind = Some(if today { Kind::Relative } else { Kind::Time });
        }
        Some(stamp)
    }

    /// The times of day; the first one counts. Returns how many there are.
    fn read_times(&mut self, tokens: &[Token], used: &mut [bool]) -> usize {
        let mut count = 0;
        let mut index = 0;
        while index < tokens.len() {
            let Some((time, end)) = time_at(tokens, index) else {
                index += 1;
                continue;
            };
            used[index..end].fill(true);
            let (offset, end) = offset_at(tokens, end);
            used[index..end].fill(true);
            if count == 0 {
                self.time = time;
                self.offset = offset;
                self.span = tokens[index].span.start..tokens[end - 1].span.end;
            }
            count += 1;
            index = end;
        }
        count
    }

    /// The value in the form of [`published`].
    fn value(&self, line: &str) -> String {
        let found = &line[self.span.clone()];
        match (self.date, self.time, self.offset) {
            _ if self.rfc => found.to_owned(),
            (Some(date), None, _) if self.times == 0 => date.to_string(),
            (Some(date), Some(time), Some(0)) => {
                format!("{date}T{}Z", time.strftime("%H:%M:%S%.f"))
            }
            (Some(date), Some(time), Some(offset)) => {
                let sign = if offset < 0 { '-' } else { '+' };
                let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
                format!("{date}T{}{sign}{hours:02}:{minutes:02}", time.strftime("%H:%M:%S%.f"))
            }
            _ => found.trim_end_matches(['-', ',', '|', ' ']).to_owned(),
        }
    }
}

/// "3 hours ago", "vor 3 Stunden", "il y a 3 heures", "just now".
fn is_relative(tokens: &[Token]) -> bool {
    let has = |flags: u32| tokens.iter().any(|token| token.is(flags));
    let numbers = tokens.iter().filter_map(Token::number);
    if numbers.clone().any(|(_, digits)| digits > 3) || tokens.len() > 12 {
        return false;
    }
    let clock = tokens.iter().any(|token| token.is_mark(":")) && numbers.count() > 1;
    if clock {
        return false;
    }
    if has(DateWord::AGO) && has(DateWord::UNIT) {
        // "20 ago, 18 h": the month of a Romance language needs a word that is only "ago".
        return true;
    }
    has(DateWord::NOW)
        && tokens.len() == 2
        && tokens.iter().all(|token| token.is(DateWord::NOW | DateWord::FILLER))
}

/// The time that starts at `index` (`None` inside when it is no valid one) and where it ends.
fn time_at(tokens: &[Token], index: usize) -> Option<(Option<Time>, usize)> {
    let (hour, digits) = tokens[index].number()?;
    let at = |offset: usize| tokens.get(index + offset);
    let two = |offset: usize| {
        at(offset).and_then(Token::number).filter(|(value, digits)| *digits == 2 && *value < 60)
    };
    let is = |offset: usize, flags: u32| at(offset).is_some_and(|token| token.is(flags));
    let before = |flags: u32| {
        tokens[..index]
            .iter()
            .rev()
            .find(|token| !token.is_mark(".:"))
            .is_some_and(|token| token.is(flags))
    };
    if digits == 4 && is(1, DateWord::ZONE) {
        return compact_time(tokens, hour).map(|time| (Some(time), index + 1));
    }
    if digits > 2 || hour > 24 {
        return None;
    }
    let (mut minute, mut second) = (0, 0);
    let mut end = index + 1;
    if at(1).is_some_and(|token| token.is_mark(":") && !token.spaced) {
        let (value, _) = two(2)?;
        minute = value;
        end = index + 3;
        if at(3).is_some_and(|token| token.is_mark(":"))
            && let Some((value, _)) = two(4)
        {
            second = value;
            end = index + 5;
            let fraction = at(5).is_some_and(|token| token.is_mark(".") && !token.spaced);
            if fraction && at(6).is_some_and(|token| token.number().is_some() && !token.spaced) {
                end = index + 7;
            }
        }
    } else if is(1, DateWord::HOUR) && !is(1, DateWord::MONTH) {
        end = index + 2;
        if let Some((value, _)) = two(2)
            && !at(3).is_some_and(|token| token.is_mark(":") || token.is(DateWord::DAY))
        {
            minute = value;
            end = index + 3;
            if is(3, DateWord::MINUTE) {
                end = index + 4;
                if two(4).is_some() && is(5, DateWord::SECOND) {
                    end = index + 6;
                }
            }
        }
    } else if at(1).is_some_and(|token| token.is_mark(".") && !token.spaced)
        && at(2).is_some_and(|token| !token.spaced)
        && two(2).is_some()
        && !(at(3).is_some_and(|token| token.is_mark("."))
            && at(4).is_some_and(|token| token.number().is_some()))
    {
        if index > 0 && !tokens[index].spaced && tokens[index - 1].is_mark(".-/") {
            return None;
        }
        if !dot_is_clock(tokens, index) {
            return None;
        }
        minute = two(2).map_or(0, |(value, _)| value);
        end = index + 3;
    } else if !is(1, DateWord::AM | DateWord::PM)
        && (!before(DateWord::HOUR) || is(1, DateWord::MONTH))
    {
        return None;
    }
    if tokens.get(end).is_some_and(|token| token.is(DateWord::HOUR)) {
        end += 1;
    }
    let mut half = tokens.get(end).filter(|token| token.is(DateWord::AM | DateWord::PM));
    if half.is_some() {
        end += 1;
    } else if index > 0 && tokens[index - 1].is(DateWord::AM | DateWord::PM) {
        half = tokens.get(index - 1);
    }
    let hour = match half {
        Some(half) if half.is(DateWord::PM) && hour < 12 => hour + 12,
        Some(half) if half.is(DateWord::AM) && hour == 12 => 0,
        _ => hour,
    };
    Some((clock(hour, minute, second), end))
}

/// `0339` of `0339 GMT`: a year must stand elsewhere, or it may be one itself.
fn compact_time(tokens: &[Token], value: u32) -> Option<Time> {
    let years = tokens
        .iter()
        .filter_map(Token::number)
        .filter(|(value, digits)| *digits == 4 && *value > 1900)
        .count();
    (value / 100 < 24 && value % 100 < 60 && years > usize::from(value > 1900))
        .then(|| clock(value / 100, value % 100, 0))
        .flatten()
}

/// Whether `18.30` at `index` is a time: beside a word that says so, or beside a whole date.
fn dot_is_clock(tokens: &[Token], index: usize) -> bool {
    let month = tokens.iter().any(|token| token.is(DateWord::MONTH | DateWord::SOLAR));
    let marks = DateWord::HOUR | DateWord::AM | DateWord::PM | DateWord::ZONE;
    let marked = tokens.get(index + 3).is_some_and(|token| token.is(marks));
    let previous = tokens[..index].iter().rev().find(|token| !token.is_mark(".:,-"));
    let preceded = previous.is_some_and(|token| {
        token.is(DateWord::HOUR) || token.number().is_some_and(|(_, digits)| digits == 4)
    });
    month || marked || preceded
}

fn clock(hour: u32, minute: u32, second: u32) -> Option<Time> {
    let part = |value: u32| i8::try_from(value).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()
}

/// The offset that stands at `index`, after a time, and where it ends.
fn offset_at(tokens: &[Token], index: usize) -> (Option<i16>, usize) {
    let mut end = index;
    while tokens.get(end).is_some_and(|token| token.is_mark("(,.")) {
        end += 1;
    }
    let mut offset = None;
    match tokens.get(end).map(|token| &token.part) {
        Some(Part::Word(word))
            if word.is(DateWord::ZONE) && !word.is(DateWord::MONTH | DateWord::WEEKDAY) =>
        {
            offset = word.is(DateWord::OFFSET).then_some(word.offset);
            end += 1;
        }
        Some(Part::Mark('+' | '-')) => {}
        _ => return (None, index),
    }
    let named = end > index && offset.is_some();
    let Some(Part::Mark(sign @ ('+' | '-'))) = tokens.get(end).map(|token| &token.part) else {
        return (offset, end);
    };
    let next = tokens.get(end + 1).filter(|token| !token.spaced).and_then(Token::number);
    let minutes = tokens
        .get(end + 2)
        .filter(|token| token.is_mark(":") && !token.spaced)
        .and_then(|_| tokens.get(end + 3))
        .and_then(Token::number)
        .filter(|(value, digits)| *digits == 2 && *value < 60);
    let (value, len) = match (next, minutes) {
        (Some((hours, 1..=2)), Some((minutes, _))) => (hours * 60 + minutes, 4),
        (Some((value, 4)), _) => (value / 100 * 60 + value % 100, 2),
        (Some((hours, 1..=2)), None) if named || *sign == '+' => (hours * 60, 2),
        _ => return (offset, if named { end } else { index }),
    };
    let Some(value) = i16::try_from(value).ok().filter(|value| *value <= 15 * 60) else {
        return (None, end);
    };
    (Some(if *sign == '-' { -value } else { value }), end + len)
}

/// A day that was found, Gregorian and certain or not.
#[derive(Clone, Debug)]
struct Day {
    date: Option<Date>,
    /// Time and offset, where both are written as one with the date.
    time: Option<Time>,
    offset: Option<i16>,
    /// It is RFC 3339 as it stands.
    rfc: bool,
    span: Range<usize>,
}

/// The days of a segment. Numbers that belong to one are marked used.
fn read_dates(tokens: &[Token], used: &mut [bool]) -> Vec<Day> {
    let mut days = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        let found = match &tokens[index].part {
            Part::Iso(day) => {
                used[index] = true;
                days.push(day.clone());
                None
            }
            Part::Number { .. } if !used[index] => numeric(tokens, used, index),
            Part::Word(word) if word.is(DateWord::MONTH | DateWord::HIJRI | DateWord::SOLAR) => {
                named(tokens, used, index)
            }
            _ => None,
        };
        let Some((date, range)) = found else {
            index += 1;
            continue;
        };
        used[range.clone()].fill(true);
        index = range.end.max(index + 1);
        let span = tokens[range.start].span.start..tokens[range.end - 1].span.end;
        days.push(Day { date, time: None, offset: None, rfc: false, span });
    }
    days
}

fn civil(year: u32, month: u32, day: u32) -> Option<Date> {
    if !(1600..2200).contains(&year) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// `2019-12-19`, `19.12.2019`, `2019年12月19日`, `12月19日`, from the number at `index`.
fn numeric(tokens: &[Token], used: &[bool], index: usize) -> Option<(Option<Date>, Range<usize>)> {
    let at = |offset: usize| tokens.get(index + offset).filter(|_| !used[index + offset]);
    let number = |offset: usize| at(offset).and_then(Token::number);
    let is = |offset: usize, flags: u32| at(offset).is_some_and(|token| token.is(flags));
    let (first, digits) = number(0)?;
    // Marked by characters: every part may be missing at the ends.
    if digits == 4 && is(1, DateWord::YEAR) && number(2).is_some() && is(3, DateWord::MONTH_MARK) {
        let month = number(2)?.0;
        if let Some((day, _)) = number(4).filter(|_| is(5, DateWord::DAY)) {
            return Some((civil(first, month, day), index..index + 6));
        }
        return Some((None, index..index + 4));
    }
    if digits <= 2 && is(1, DateWord::MONTH_MARK) && number(2).is_some() && is(3, DateWord::DAY) {
        return Some((None, index..index + 4));
    }
    let separator = at(1).filter(|token| token.is_mark("-/.")).map(|token| &token.part)?;
    let same = matches!((separator, &at(3)?.part), (Part::Mark(a), Part::Mark(b)) if a == b);
    let ((second, digits_2), (third, digits_3)) = (number(2)?, number(4)?);
    if !same || digits_2 > 2 {
        return None;
    }
    let range = index..index + 5;
    match (digits, digits_3) {
        (4, 1..=2) if (1..=12).contains(&second) && (1..=31).contains(&third) => {
            Some((civil(first, second, third), range))
        }
        (1..=2, 4) => {
            let dotted = matches!(separator, Part::Mark('.'));
            let day_first = civil(third, second, first);
            let month_first = if dotted { None } else { civil(third, first, second) };
            let date = match (day_first, month_first) {
                (Some(a), Some(b)) => (a == b).then_some(a),
                (a, b) => a.or(b),
            };
            (first <= 31 && second <= 31 && first > 0 && second > 0).then_some((date, range))
        }
        (1..=2, 2) if !matches!(separator, Part::Mark('-')) => {
            let fits =
                (1..=31).contains(&first) && (1..=31).contains(&second) && first.min(second) <= 12;
            fits.then_some((None, range))
        }
        _ => None,
    }
}

/// A day written around the month at `index`: `20 Nov 2019`, `November 20, 2019`, `2019. november 20.`
fn named(tokens: &[Token], used: &[bool], index: usize) -> Option<(Option<Date>, Range<usize>)> {
    let Part::Word(month) = tokens[index].part else { return None };
    let gap = |token: &Token| {
        token.is_mark(".,-/'")
            || token.is(DateWord::FILLER | DateWord::YEAR | DateWord::DAY | DateWord::HIJRI)
    };
    // The next number in one direction, over at most three tokens that join.
    let right = |from: usize| {
        let mut at = from;
        while at < tokens.len() && at < from + 4 {
            if tokens[at].number().is_some() {
                return (!used[at]).then_some(at);
            }
            if !gap(&tokens[at]) {
                return None;
            }
            at += 1;
        }
        None
    };
    let left = |until: usize| {
        let mut at = until;
        while at > 0 && at + 4 > until {
            at -= 1;
            if tokens[at].number().is_some() {
                return (!used[at]).then_some(at);
            }
            if !gap(&tokens[at]) {
                return None;
            }
        }
        None
    };
    let value = |at: usize| tokens[at].number().unwrap_or((0, 0));
    let is_year = |at: usize| value(at).1 == 4;
    let is_day = |at: usize| value(at).1 <= 2 && (1..=31).contains(&value(at).0);

    let mut range = index..index + 1;
    let (mut year, mut day) = (None, None);
    if let Some(at) = left(index) {
        if is_day(at) {
            day = Some(value(at).0);
            range.start = at;
        } else if is_year(at) {
            year = Some(value(at).0);
            range.start = at;
        }
    }
    if let Some(at) = right(index + 1) {
        let after = right(at + 1).filter(|after| is_year(*after));
        if day.is_none() && is_day(at) {
            day = Some(value(at).0);
            range.end = at + 1;
            if let Some(after) = after.filter(|_| year.is_none()) {
                year = Some(value(after).0);
                range.end = after + 1;
            }
        } else if year.is_none() && is_year(at) {
            year = Some(value(at).0);
            range.end = at + 1;
        } else if day.is_some() && year.is_none() && value(at).1 == 2 {
            // 20 Nov '19, 20 tháng 11, 2019
            range.end = after.map_or(at, |after| after) + 1;
        }
    }
    if range.len() == 1 {
        return None;
    }
    // The mark of the Hijri era after the year, or a month of another calendar.
    let lunar = tokens.get(range.end).is_some_and(|token| token.is(DateWord::LUNAR));
    let gregorian = month.is(DateWord::MONTH) && !lunar;
    let date = match (year, day) {
        (Some(year), Some(day)) if gregorian && month.month > 0 => {
            civil(year, u32::from(month.month), day)
        }
        _ => None,
    };
    Some((date, range))
}
