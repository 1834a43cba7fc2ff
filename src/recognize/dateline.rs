//! The dateline that opens a news paragraph: `PORT HALE, Maine (AP) —`, `Berlin (dpa) -`, `LYON —`.

use std::sync::LazyLock;

use hashbrown::HashSet;

use super::words::{self, Agency, DateWord, date_word, is_city, is_region};
use crate::vector::{BITS, Loop, Machine, behind, is_ascii, widest};

/// The word lists of this file.
const WORDS: &str = include_str!("words/datelines.txt");

/// A dateline, as it stands at the beginning of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dateline<'a> {
    /// Place, date and agency without the dash or colon that ends them. The paragraph keeps them.
    pub text: &'a str,
    /// Whether an agency stands in it. Such a dateline is beyond doubt; one without may still be a
    /// list head further down in an article.
    pub agency: bool,
}

/// The longest prefix that is looked at. `WEST HOLLYWOOD, California, Sept. 30, 2019 (Thomson Reuters
/// Foundation)` is about 80 bytes, and other scripts take two or three bytes for a letter.
const PREFIX_MAX: usize = 160;

/// Words at the start of a paragraph that are looked at before a mark is looked for.
const WORDS_MAX: u32 = 9;

/// A paragraph goes on after its dateline; `Paris – Nice` is a headline or a stage.
const REST_MIN: usize = 10;

/// The dateline of `paragraph`, if it opens with one.
///
/// Accepted are a place in capitals, invented or not, before a dash; a place of the table in any
/// case before a dash or a colon; and any place with an agency. A word in capitals before a colon is
/// taken only when it is a known place, because speakers and labels are written so too.
#[must_use]
pub fn find(paragraph: &str) -> Option<Dateline<'_>> {
    let first = paragraph.chars().next()?;
    if first.is_ascii_lowercase() || first.is_ascii_digit() {
        return None;
    }
    if first.is_uppercase() {
        return cased(paragraph);
    }
    if "([（【〔［".contains(first) {
        return bracketed(paragraph);
    }
    if words::is_han(first) {
        return chinese(paragraph);
    }
    if first.is_alphabetic() && !first.is_lowercase() && !words::is_unspaced(first) {
        return uncased(paragraph);
    }
    None
}

/// What ends a dateline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Dash,
    Colon,
    /// `।` after a place in Hindi, `.` after `/TASS/`.
    Stop,
}

/// The end of the head that starts at `from`: its byte, the byte after the separator, its kind.
fn separator(text: &str, from: usize) -> Option<(usize, usize, End)> {
    let mut depth = 0_usize;
    let mut previous = ' ';
    let mut chars = text[from..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let at = from + at;
        if at > PREFIX_MAX {
            return None;
        }
        let next = chars.peek().map_or(' ', |(_, c)| *c);
        let after = at + c.len_utf8();
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '—' | '–' | '―' | '−' => return Some((at, after, End::Dash)),
            '-' if next == '-' => {
                let dashes = text[at..].bytes().take_while(|byte| *byte == b'-').count();
                return Some((at, at + dashes, End::Dash));
            }
            '-' if next == ' ' || previous == ' ' || ".)".contains(previous) => {
                return Some((at, after, End::Dash));
            }
            '=' if previous == ' ' => return Some((at, after, End::Dash)),
            ':' | '：' if !next.is_ascii_digit() && next != '/' => {
                return Some((at, after, End::Colon));
            }
            '/' if previous == ' ' => {
                let agency = &text[after..];
                let close =
                    agency.find('/').filter(|close| *close <= 40 && is_wire(&agency[..*close]));
                if let Some(close) = close {
                    return Some((after + close + 1, after + close + 1, End::Stop));
                }
            }
            '।' => return Some((at, after, End::Stop)),
            '?' | '!' | ';' | '؟' | '“' | '”' | '"' | '…' | '|' | '@' | '#' | '&' | '%' | '$' =>
            {
                return None;
            }
            _ => {}
        }
        previous = c;
    }
    None
}

/// Particles inside the names of places.
static PARTICLES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "particles").collect());

/// Whether `word` may stand in the head of a dateline outside brackets: a capitalised word, a
/// number, a month or a particle.
fn fits(word: &str) -> bool {
    if word.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        return true;
    }
    let word = words::core(word);
    let Some(first) = word.chars().next() else { return true };
    first.is_uppercase()
        || words::digit(first).is_some()
        || (word.len() <= 5 && PARTICLES.contains(word))
        || words::is_month_or_year(word)
}

/// Latin, Cyrillic, Greek and Armenian, where capitals tell names.
fn cased(text: &str) -> Option<Dateline<'_>> {
    cased_behind(text, text.as_bytes().first_chunk().map_or((0, 0), |head| widest(Fitting(head))))
}

/// The look for the first words of a text that are plain and [fit](fits): how many are told by their first letters,
/// and where the next one starts.
struct Fitting<'t>(&'t [u8; BITS]);

impl Loop for Fitting<'_> {
    type Output = (u32, u32);

    #[inline(always)]
    fn run(self, machine: impl Machine) -> (u32, u32) {
        let bytes = machine.bytes(self.0);
        let starts = behind(machine.equal(bytes, b' '), u64::MAX, 1);
        let others = starts & !(machine.within(bytes, b'A'..=b'Z') | machine.digits(bytes));
        let next = others & others.wrapping_neg();
        let before = next.wrapping_sub(1);
        let marks =
            machine.one_of(bytes, [b'(', b'-', b':', b'/']) | machine.within(bytes, 0x80..=0xFF);
        let (words, is_plain) = ((starts & before).count_ones(), marks & before == 0);
        if next != 0 && is_plain && words < WORDS_MAX {
            (words, next.trailing_zeros())
        } else {
            (0, 0)
        }
    }
}

/// The same when it is known how many words at the start fit, and where the next one starts.
fn cased_behind(text: &str, (words, at): (u32, u32)) -> Option<Dateline<'_>> {
    // Most paragraphs end here: their second or third word is a small one.
    let mut rest = text.get(at as usize..)?;
    for _ in words..WORDS_MAX {
        // A mark in a word may end the head of a dateline, or open brackets in it.
        let ends = |byte| matches!(byte, b' ' | b'(' | b'-' | b':' | b'/');
        let end = rest.bytes().position(ends);
        let (word, behind) = match end.and_then(|end| rest.split_at_checked(end)) {
            None => (rest, None),
            Some((word, behind)) => match behind.strip_prefix(' ') {
                None => break,
                behind => (word, behind),
            },
        };
        let marked = !is_ascii(word) && word.contains(['—', '–']);
        if marked || text.len() - rest.len() > PREFIX_MAX {
            break;
        }
        if !fits(word) {
            return None;
        }
        let Some(behind) = behind else { break };
        rest = behind;
    }
    let Some((end, after, kind)) = separator(text, 0) else { return wire_in_brackets(text) };
    let head = text[..end].trim_end().trim_end_matches(['.', ',']).trim_end();
    // "Berlin (Reuters) Die Regierung: ..." has its colon later.
    let full = text[..end].trim_end();
    let head = if full.ends_with('.')
        && (full.ends_with("..") || is_region(last_part(full)) || ends_in_month(full))
    {
        full.strip_suffix("..").unwrap_or(full)
    } else {
        head
    };
    let rest = text[after..].trim_start_matches(['.', ' ', '-', '–', '—']);
    let head_fits = outside_brackets(head).all(|part| part.split_whitespace().all(fits));
    if !head_fits {
        return wire_in_brackets(text);
    }
    let found = |text, agency| Some(Dateline { text, agency });
    // МОСКВА, 3 мая — РИА Новости. / Baghdad – Asharq Al-Awsat
    if kind == End::Dash
        && (is_place(head) || is_capitals(head))
        && let Some(second) = agency_after(text, after)
    {
        return found(&text[..second], true);
    }
    if rest.len() < REST_MIN {
        return None;
    }
    let agency = agency_in(head);
    if agency && head.split_whitespace().count() <= 12 {
        return found(head, true);
    }
    let starts_sentence = rest
        .chars()
        .find(|c| !"“\"'‘«„”’(¿¡".contains(*c))
        .is_some_and(|c| c.is_uppercase() || (!c.is_lowercase() && c.is_alphabetic()));
    let place = place_of(head);
    if head.contains('(') {
        // "Arlen (3-0): ..." is a result, "LIDAR (light detection) - ..." an explanation.
        return None;
    }
    let capitals = is_capitals(place);
    let number = capitals && rest.starts_with(|c: char| c.is_ascii_digit());
    let place_stands = is_place(place)
        || match kind {
            End::Dash => capitals && may_be_place(head, place),
            End::Colon => capitals && (says_place(place) || has_region(head)),
            End::Stop => false,
        };
    (place_stands && kind != End::Stop && (starts_sentence || number))
        .then_some(Dateline { text: head, agency: false })
}

/// The parts of `head` that are not in brackets or between slashes.
fn outside_brackets(head: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    head.split(['(', ')']).filter(move |_| {
        depth += 1;
        depth % 2 == 1
    })
}

/// The place: what stands before the first comma, bracket or date.
fn place_of(head: &str) -> &str {
    let end = head.find([',', '(']).unwrap_or(head.len());
    let place = &head[..end];
    let end = place.find(|c: char| words::digit(c).is_some()).unwrap_or(place.len());
    place[..end].trim().trim_end_matches('.')
}

fn last_part(head: &str) -> &str {
    head.rsplit(',').next().unwrap_or(head).trim()
}

fn ends_in_month(head: &str) -> bool {
    let last = head.rsplit(' ').next().unwrap_or(head).trim_end_matches('.');
    head.contains(',') && date_word(last).is_some_and(|word| word.is(DateWord::MONTH))
}

/// A known city, also as `Washington/New York` or `London and Paris`.
fn is_place(head: &str) -> bool {
    is_city(place_of(head))
        || [" and ", " und ", " y ", " et ", " e ", ", "].iter().any(|joint| {
            words::split_once(head, joint)
                .is_some_and(|(one, other)| is_city(one) && is_city(other))
        })
}

/// Every letter is a capital one, and there are at least two.
fn is_capitals(place: &str) -> bool {
    !place.chars().any(char::is_lowercase)
        && place.chars().filter(|c| c.is_uppercase()).count() >= 2
}

/// A second part that is a country or a state.
fn has_region(head: &str) -> bool {
    head.split(',')
        .skip(1)
        .any(|part| is_region(part.trim()) || is_region(part.trim().trim_end_matches('.')))
}

/// First words of many place names; a person is rarely called so.
static PLACE_STARTS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "place starts").collect());

fn says_place(place: &str) -> bool {
    place.split_once(' ').is_some_and(|(first, rest)| {
        PLACE_STARTS.contains(&first.trim_end_matches('.')) && !rest.contains(' ')
    })
}

/// Words in capitals that open a line with a dash and are no places: labels, file formats, bodies.
/// Collected from the labels of the large English, German, French, Spanish and Turkish sites.
static NOT_PLACES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "not places").collect());

/// Words that join a phrase, never the name of a place in capitals.
static JOINTS: LazyLock<HashSet<&str>> = LazyLock::new(|| words::list(WORDS, "joints").collect());

/// Whether capitals before a dash may name a place that is not in the table.
fn may_be_place(head: &str, place: &str) -> bool {
    let words: Vec<&str> = place.split_whitespace().map(|word| word.trim_matches('.')).collect();
    let letters = place.chars().filter(|c| c.is_alphabetic()).count();
    if place.chars().any(|c| !(c.is_alphabetic() || " .'’-/".contains(c)))
        || words.iter().any(|word| NOT_PLACES.contains(word) || JOINTS.contains(word))
        || words.len() > 4
        || words::agency(place).is_some()
    {
        return false;
    }
    let tail = &head[place.len().min(head.len())..];
    let dated = tail.split([',', ' ']).any(|word| {
        date_word(word.trim_matches('.')).is_some_and(|found| found.is(DateWord::MONTH))
    });
    if has_region(head) || dated || says_place(place) {
        return true;
    }
    // PDF, EPUB, HTML and most other short forms are no places, and those of the table are known.
    letters >= 5 && !tail.contains(',')
}

/// Whether an agency stands in the head: in brackets, between slashes, or after a comma.
fn agency_in(head: &str) -> bool {
    let bracket = head.rfind('(').and_then(|open| {
        let close = head[open..].find(')')? + open;
        Some((
            &head[..open],
            &head[open + 1..close],
            head[close + 1..].trim_matches(['.', ' ', ',']),
        ))
    });
    if let Some((before, inside, rest)) = bracket {
        return is_wire(inside) && rest.is_empty() && before.split_whitespace().count() <= 9;
    }
    if let Some((before, rest)) = head.split_once('/') {
        let inside = rest.trim_end_matches(['/', '.']);
        if rest.ends_with('/') && is_wire(inside) && !before.is_empty() {
            return true;
        }
    }
    let mut parts = head.rsplit(',');
    let last = parts.next().unwrap_or("").trim();
    let place = parts.next_back().unwrap_or("").trim();
    !place.is_empty() && is_known_wire(last) && (is_place(head) || is_capitals(place))
}

fn is_known_wire(name: &str) -> bool {
    words::agency(name) == Some(Agency::Wire)
}

/// Words in the name of an agency that is not in the table.
static AGENCY_WORDS: LazyLock<Vec<String>> =
    LazyLock::new(|| words::list(WORDS, "agency words").map(words::fold).collect());

/// An agency as it stands in the brackets of a dateline, also several, and the call letters of
/// American stations.
fn is_wire(inside: &str) -> bool {
    let inside = inside.trim();
    if inside.is_empty() || inside.len() > 60 {
        return false;
    }
    let one = |name: &str| {
        let name = name.trim();
        is_known_wire(name)
            || (name.len() <= 7
                && name.starts_with(['K', 'W'])
                && name.len() >= 4
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-'))
    };
    if inside.split(['/', ',', '–']).all(|name| one(name) || is_city(name.trim()))
        || inside
            .split_once(' ')
            .is_some_and(|(name, rest)| one(name) && rest.starts_with(['-', '–', '/']))
    {
        return true;
    }
    let folded = words::fold(inside);
    inside.split_whitespace().count() <= 5
        && AGENCY_WORDS.iter().any(|word| folded.ends_with(word) || folded.starts_with(word))
}

/// `PORT HALE (AP) The council` and `Berlin (Reuters) Die Regierung`: the dash was lost.
fn wire_in_brackets(text: &str) -> Option<Dateline<'_>> {
    let window = floor(text, PREFIX_MAX);
    let open = window.find('(')?;
    let close = open + window[open..].find(')')?;
    let place = window[..open].trim();
    let inside = &window[open + 1..close];
    let rest = text[close + 1..].trim_start();
    let known = inside.split('/').all(is_known_wire);
    let named = is_city(place_of(place))
        || (is_capitals(place_of(place)) && place.split_whitespace().count() <= 4);
    let fits = outside_brackets(place).all(|part| part.split_whitespace().all(fits));
    (known && named && fits && rest.len() >= REST_MIN && rest.starts_with(char::is_uppercase))
        .then_some(Dateline { text: &text[..=close], agency: true })
}

/// The end of an agency that follows the first dash: `РИА Новости` of `МОСКВА, 3 мая — РИА Новости.`
fn agency_after(text: &str, after: usize) -> Option<usize> {
    let window = floor(text, PREFIX_MAX);
    let rest = window.get(after..)?;
    let start = after + (rest.len() - rest.trim_start().len());
    let rest = &window[start..];
    // The longest first, so that a dash within a name does not end it early.
    let ends: Vec<usize> = rest
        .char_indices()
        .filter(|(_, c)| ".—–-:/،,،".contains(*c) || *c == '\n')
        .map(|(at, _)| at)
        .filter(|at| *at <= 50)
        .collect();
    if rest.len() <= 50 && is_known_wire(rest) {
        return Some(start + rest.len());
    }
    ends.iter().rev().find_map(|end| {
        let name = rest[..*end].trim_end();
        (is_known_wire(name) || is_wire_in_brackets(name)).then_some(start + name.len())
    })
}

fn is_wire_in_brackets(name: &str) -> bool {
    name.strip_prefix('(')
        .and_then(|name| name.strip_suffix(')'))
        .is_some_and(|name| is_known_wire(name.trim()))
}

/// At most `max` bytes of `text`, cut between characters.
fn floor(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `(Reuters) - `, `(서울=연합뉴스) `, `[東京 20日 ロイター] - `, `【北京共同】`.
fn bracketed(text: &str) -> Option<Dateline<'_>> {
    let window = floor(text, PREFIX_MAX);
    let open = window.chars().next()?;
    let close = window.find([')', ']', '）', '】', '〕', '］'])?;
    let end = close + window[close..].chars().next()?.len_utf8();
    let inside = window[open.len_utf8()..close].trim();
    let rest = text[end..].trim_start();
    let found = Some(Dateline { text: &text[..end], agency: true });
    if inside.is_empty() || rest.len() < REST_MIN {
        return None;
    }
    let dash = rest.starts_with(['-', '–', '—']);
    if dash && inside.split('/').all(is_known_wire) {
        // (ANSA) - ROMA, 20 NOV - Il
        let after = rest.trim_start_matches(['-', '–', '—', ' ']);
        let start = text.len() - after.len();
        if let Some((head, _, End::Dash)) = separator(after, 0) {
            let place = after[..head].trim_end();
            if (is_capitals(place_of(place)) || is_place(place))
                && place.split_whitespace().all(fits)
            {
                return Some(Dateline { text: &text[..start + place.len()], agency: true });
            }
        }
        return found;
    }
    // Korean and Japanese join the place and the agency by `=` or a space, or not at all.
    let parts: Vec<&str> =
        inside.split(['=', '＝', ' ', '・']).filter(|part| !part.is_empty()).collect();
    let names_agency = parts.iter().any(|part| is_known_wire(part)) || ends_in_agency(inside);
    let korean = inside.contains('=') && inside.chars().any(words::is_hangul) && parts.len() <= 4;
    let reported = open == '（' && inside.starts_with("中央社") && inside.ends_with(['電', '电']);
    let stringer = open == '【'
        && inside.contains(['=', '＝'])
        && parts.first().is_some_and(|place| is_city(place));
    let taiwanese =
        "【〔".contains(open) && inside.starts_with("本報") && inside.ends_with(['電', '訊']);
    if (names_agency
        && parts.len() <= 5
        && inside.chars().count() <= 30
        && (parts.len() > 1 || open == '【'))
        || korean
        || reported
        || taiwanese
    {
        return found;
    }
    stringer.then_some(Dateline { text: &text[..end], agency: false })
}

/// `北京共同`: a city and an agency without anything between them.
fn ends_in_agency(inside: &str) -> bool {
    inside
        .char_indices()
        .skip(1)
        .any(|(at, _)| is_city(&inside[..at]) && is_known_wire(&inside[at..]))
}

/// `新华社北京1月11日电`, `本报上海3月2日讯`.
fn chinese(text: &str) -> Option<Dateline<'_>> {
    let window = floor(text, 120);
    let end = window.find(['电', '電', '讯', '訊']).filter(|end| *end <= 100)?;
    let head = &window[..end];
    let last = window[end..].chars().next()?;
    let agency = head
        .char_indices()
        .skip(1)
        .take(8)
        .map(|(at, _)| at)
        .chain([head.len()])
        .any(|at| is_known_wire(&head[..at]));
    let dated = head.ends_with(['日', '号']) && head.chars().any(|c| words::digit(c).is_some());
    let plain = head.chars().all(|c| c.is_alphanumeric() || "/／·()（）、 ".contains(c));
    let local = ["本报", "本報", "本网"].contains(&head) && "讯訊".contains(last);
    let end = end + last.len_utf8();
    ((agency && dated && plain && head.chars().count() <= 30) || local)
        .then_some(Dateline { text: &text[..end], agency: !local })
}

/// Words that say that a bracket in an Urdu or Hindi dateline names who reports.
static REPORTERS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "reporters").collect());

/// Arabic, Persian, Urdu, the scripts of India, Hebrew, Hangul: no capitals, so a place or an agency
/// of the tables is needed.
fn uncased(text: &str) -> Option<Dateline<'_>> {
    let window = floor(text, PREFIX_MAX);
    // A place and a date are at most five words.
    let bracket = window.find('(');
    let separator = separator(text, 0);
    if let Some(open) = bracket.filter(|open| separator.is_none_or(|(end, ..)| *open < end)) {
        let close = open + window[open..].find(')')?;
        let inside = window[open + 1..close].trim();
        let reports = inside.split([' ', '،', '-', '/']).any(|word| REPORTERS.contains(word));
        let names = is_known_wire(inside)
            || inside.split(['/', '،', ',', '-']).all(|name| is_known_wire(name.trim()));
        let place = window[..open].trim().trim_end_matches([',', '،', '-', '–', ' ']);
        let city = is_city(first_part(place));
        let rest =
            text[close + 1..].trim_start_matches([' ', '-', '–', '—', ':', '।', '.', '،', '۔']);
        let short = place.split_whitespace().count() <= 5;
        if rest.len() >= REST_MIN
            && short
            && ((names && (city || has_end(text, close + 1))) || (city && reports))
        {
            return Some(Dateline { text: &text[..=close], agency: true });
        }
        return None;
    }
    let (end, after, kind) = separator?;
    let head = text[..end].trim_end().trim_end_matches(',');
    if head.split_whitespace().count() > 6 {
        return None;
    }
    let city = is_city(first_part(head));
    let slashed = head
        .rsplit_once('/')
        .is_some_and(|(place, agency)| is_city(place.trim()) && is_known_wire(agency));
    let listed = head.rsplit_once([',', '،']).is_some_and(|(place, agency)| {
        (is_city(place.trim()) && is_known_wire(agency))
            || (is_city(agency.trim()) && is_known_wire(place))
    });
    if kind != End::Stop
        && city
        && let Some(second) = agency_after_uncased(text, after)
    {
        return Some(Dateline { text: &text[..second], agency: true });
    }
    if text[after..].trim_start().len() < REST_MIN {
        return None;
    }
    if slashed || listed {
        return Some(Dateline { text: head, agency: true });
    }
    city.then_some(Dateline { text: head, agency: false })
}

/// A place without the date or the second place after a comma.
fn first_part(head: &str) -> &str {
    let end = head.find([',', '،', '۔']).unwrap_or(head.len());
    let part = &head[..end];
    let end = part.find(|c: char| words::digit(c).is_some()).unwrap_or(part.len());
    part[..end].trim()
}

/// Whether a dash or a colon follows at `at`.
fn has_end(text: &str, at: usize) -> bool {
    text[at..].trim_start().starts_with(['-', '–', '—', ':', '।', '۔'])
}

/// The agency between the first and the second dash of `تهران - ایرنا - `, with or without quotes.
fn agency_after_uncased(text: &str, after: usize) -> Option<usize> {
    let found = agency_after(text, after);
    if found.is_some() {
        return found;
    }
    // The quotation marks of "الشرق الأوسط" end `separator` early, so they are handled here.
    let window = floor(text, PREFIX_MAX);
    let rest = window.get(after..)?;
    let start = after + (rest.len() - rest.trim_start().len());
    let rest = &window[start..];
    let open = rest.chars().next().filter(|c| "«\"“".contains(*c))?;
    let close = rest[open.len_utf8()..].find(['»', '"', '”'])? + open.len_utf8();
    let end = close + rest[close..].chars().next()?.len_utf8();
    is_known_wire(&rest[..end]).then_some(start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_fit_are_passed_over_without_a_difference() {
        let pieces = [
            "BERLIN",
            "Port",
            "Hale",
            "de",
            "the",
            "3",
            " ",
            " ",
            " ",
            "  ",
            "-",
            " - ",
            " — ",
            ":",
            ": ",
            "(AP)",
            " (Reuters) ",
            "/",
            "é",
            "Île",
            "May",
            "May 3, ",
            ", ",
            ".",
            "\"",
            "The council met on",
        ];
        let mut state = 7_usize;
        let mut next = |count: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % count
        };
        let (mut passed, mut found) = (0, 0);
        for _ in 0..50_000 {
            let mut text = String::new();
            for _ in 0..=next(14) {
                text.push_str(pieces[next(pieces.len())]);
            }
            text.push_str(
                " The council of the town met on Monday to speak of the bridge at the mill.",
            );
            passed += u32::from(
                text.as_bytes().first_chunk().is_some_and(|head| widest(Fitting(head)) != (0, 0)),
            );
            found += u32::from(cased(&text).is_some());
            assert_eq!(cased(&text), cased_behind(&text, (0, 0)), "{text:?}");
        }
        assert!(passed > 1_000 && found > 1_000, "{passed} {found}");
    }
}
