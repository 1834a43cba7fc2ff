//! Who wrote an article: `By Jane Doe | Outlet`, `Von: Karin Vogt`, `بقلم : …`, `记者 …`.

use std::sync::LazyLock;

use hashbrown::HashSet;

use super::words::{self, DateWord, Names, Starts, date_word};

/// The word lists of this file.
const WORDS: &str = include_str!("words/bylines.txt");

/// The author that a line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Byline<'a> {
    /// The name or names as written, without "By", outlet, place or date.
    pub name: &'a str,
    /// Whether the line can hardly be anything else. An unsure one counts only in the head of an
    /// article, where bylines stand.
    pub sure: bool,
}

/// The longest byline that was seen, four names with their outlet and a date, has 150 bytes.
const LINE_MAX: usize = 200;

/// Labels that a colon ends, without accents and in lower case.
static LABELS: LazyLock<Names> = LazyLock::new(|| Names::of(words::list(WORDS, "labels")));

/// By the first letters of a line, whether it may open with one of [`LABELS`].
static LABEL_LETTERS: LazyLock<Starts> = LazyLock::new(|| LABELS.starts());

/// The same in scripts without case, folded at first use by the caller's look-up: a colon, a dash or
/// a space ends them.
static UNCASED_LABELS: LazyLock<Vec<&str>> =
    LazyLock::new(|| words::list(WORDS, "labels without case").collect());

/// Han labels, with or without a colon, a slash or a bar.
static HAN_LABELS: LazyLock<Vec<&str>> =
    LazyLock::new(|| words::list(WORDS, "han labels").collect());

/// Words that open a byline without a colon, and whether a name after them is a sure sign. The short
/// ones are also plain words of other languages.
static OPENERS: LazyLock<Openers> = LazyLock::new(|| {
    let sure = words::list(WORDS, "openers").map(|opener| (opener, true));
    let mut openers = Openers(std::array::from_fn(|_| Vec::new()));
    for opener in sure.chain(words::list(WORDS, "unsure openers").map(|opener| (opener, false))) {
        let first = opener.0.as_bytes().first().copied().unwrap_or_default();
        openers.0[usize::from(first)].push(opener);
    }
    openers
});

/// For each byte the openers that start with it, in the order of the list.
struct Openers([Vec<(&'static str, bool)>; 256]);

/// The author that `line` names, if it is a byline.
#[must_use]
pub fn find(line: &str) -> Option<Byline<'_>> {
    if line.len() > LINE_MAX || line.len() < 4 {
        return None;
    }
    let line = if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
        line
    } else {
        line.trim_start_matches(['*', '+', '•', '-', '–', '—', '|', ' '])
    };
    let first = line.chars().next()?;
    if first.is_ascii() && !(first.is_ascii_alphabetic() || "([".contains(first)) {
        return None;
    }
    if let Some(inside) = line.strip_prefix(['(', '（', '[']) {
        let inside = inside.trim_end_matches([')', '）', ']']);
        return han(inside).or_else(|| korean(line));
    }
    if first.is_uppercase() || first.is_lowercase() {
        return labelled(line).or_else(|| opened(line));
    }
    if words::is_han(first) {
        return han(line);
    }
    if words::is_hangul(first) {
        return korean(line).or_else(|| uncased(line));
    }
    uncased(line)
}

/// `Von: Karin Vogt`, `Haber: Murat DEMİR/BOLU`.
fn labelled(line: &str) -> Option<Byline<'_>> {
    if !LABEL_LETTERS.may_open(line) {
        return None;
    }
    // Thirty letters of any script.
    let near = line.as_bytes().get(..120).unwrap_or(line.as_bytes());
    memchr::memchr2(b':', 0xEF, near)?;
    let window = line.char_indices().nth(30).map_or(line, |(at, _)| &line[..at]);
    let colon = window.find([':', '：'])?;
    if !LABELS.has(line[..colon].trim()) {
        return None;
    }
    let rest = line[colon..].trim_start_matches([':', '：']).trim_start();
    let (name, tail) = names(rest)?;
    // A single word after a label is a pen name or a desk; "Text: Bible" too.
    let sure = name.contains(' ') && tail_is_quiet(tail);
    (name.contains(' ') && tail_is_quiet(tail)).then_some(Byline { name, sure })
}

/// `By Jane Doe`, `Por Ana Ruiz`.
fn opened(line: &str) -> Option<Byline<'_>> {
    let (opener, sure) =
        OPENERS.0[usize::from(*line.as_bytes().first()?)].iter().find(|(opener, _)| {
            line.as_bytes().get(opener.len()) == Some(&b' ') && line.starts_with(&**opener)
        })?;
    let rest = line[opener.len()..].trim_start();
    if let Some(desk) = desk(rest) {
        return Some(Byline { name: desk, sure: false });
    }
    let (name, tail) = names(rest)?;
    if !tail_is_quiet(tail) || is_phrase(name) {
        return None;
    }
    let capitals = opener.starts_with(char::is_uppercase);
    name.contains(' ').then_some(Byline { name, sure: *sure && capitals })
}

/// `By Reuters`, `By JERUSALEM POST STAFF`, `Written by Lamp Team`: no person, so never sure.
fn desk(rest: &str) -> Option<&str> {
    let rest = rest.trim();
    if words::agency(rest).is_some() {
        return Some(rest);
    }
    let mut words = rest.split_whitespace();
    let last = words.next_back()?;
    let count = words.clone().count();
    let ends = [
        "staff",
        "team",
        "desk",
        "editors",
        "newsroom",
        "redaktion",
        "redacción",
        "rédaction",
        "redazione",
    ];
    let capitals = rest.split_whitespace().all(|word| word.starts_with(char::is_uppercase));
    (capitals && ends.contains(&last.to_lowercase().as_str()) && (1..=4).contains(&count))
        .then_some(rest)
}

/// Particles inside names.
static PARTICLES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "particles").collect());

/// Words between two names.
static JOINTS: LazyLock<HashSet<&str>> = LazyLock::new(|| words::list(WORDS, "joints").collect());

/// Words after a name that say what the person is; also what stands there instead of a name.
static ROLES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "roles beside a name").collect());

/// Capitalised words that open a phrase or a heading and hardly ever a name. Collected from the
/// lines that start with "By" on news sites and in the headings of guides.
static NOT_NAMES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "not names").collect());

/// Words of [`NOT_NAMES`] that are also surnames, so they count against a line only when they open it.
static SURNAMES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "surnames").collect());

/// Whether a name that follows an opener is a phrase: "Use Case", "Any Other Name".
fn is_phrase(name: &str) -> bool {
    name.split_whitespace().enumerate().any(|(index, word)| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let weekday = date_word(&word)
            .is_some_and(|found| found.is(DateWord::WEEKDAY | DateWord::TODAY) && word.len() > 5);
        let exempt =
            PARTICLES.contains(word.as_str()) || (index > 0 && SURNAMES.contains(word.as_str()));
        // The second name of a list opens one too, but "and" is no part of either.
        let joint = index > 0 && JOINTS.contains(word.as_str());
        weekday || (NOT_NAMES.contains(word.as_str()) && !exempt && !joint)
    })
}

/// Whether `word` is written like a part of a name: `Jane`, `DEMİR`, `J.`, `O’Hara`, `al-Rubaye`.
fn is_name_word(word: &str) -> bool {
    let core = word.trim_end_matches('.');
    let tail = [
        "al-", "el-", "as-", "ad-", "ar-", "an-", "at-", "ash-", "az-", "d'", "d’", "l'", "l’",
        "o'", "o’", "de-",
    ]
    .iter()
    .find_map(|prefix| core.strip_prefix(prefix))
    .unwrap_or(core);
    let mut chars = tail.chars();
    let Some(first) = chars.next() else { return false };
    first.is_uppercase()
        && !tail.ends_with("’s")
        && !tail.ends_with("'s")
        && chars.all(|c| c.is_alphabetic() || words::is_word_char(c) || "'’-.‘ʻʼ`".contains(c))
}

/// Cuts `rest` into the names it begins with and what follows. `None` when it does not begin with one.
fn names(rest: &str) -> Option<(&str, &str)> {
    let mut end = 0;
    let mut in_name = 0_usize;
    let mut after_joint = false;
    let mut names = 0_usize;
    let mut at = 0;
    for word in rest.split([' ', '\u{a0}']) {
        let start = at;
        at += word.len() + rest[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        if word.is_empty() {
            continue;
        }
        let slash = word.find(['/', '|', '(', '—', '–', '@']);
        let bare = &word[..slash.unwrap_or(word.len())];
        let core = bare.trim_end_matches([',', ';', ':']);
        let comma = core.len() < bare.len();
        let lower = core.to_lowercase();
        let ends_here = slash.is_some();
        if core.is_empty() {
            break;
        }
        let joint = JOINTS.contains(lower.as_str())
            && in_name >= 1
            && core.chars().all(|c| c.is_lowercase() || c == '&');
        if joint && !(PARTICLES.contains(core) && in_name == 1) {
            after_joint = true;
            in_name = 0;
            continue;
        }
        let role = ROLES.contains(&lower.trim_matches('.')) && in_name > 0;
        let initials = core.len() <= 4
            && core.chars().all(char::is_uppercase)
            && in_name == 0
            && names > 0
            && !after_joint;
        let next_digit = rest
            .get(at..)
            .is_some_and(|next| next.starts_with(|c: char| words::digit(c).is_some()));
        let dated = next_digit
            && date_word(core.trim_end_matches('.')).is_some_and(|word| word.is(DateWord::MONTH));
        if role || initials || dated {
            break;
        }
        if is_name_word(core) {
            in_name += 1;
            if in_name > 5 {
                return None;
            }
            if in_name >= 2 || after_joint {
                // A new name after a comma counts when two words of it stand there.
                end = start + core.len();
            } else if names == 0 {
                end = start + core.len();
            }
        } else if PARTICLES.contains(core) && in_name > 0 {
            // It counts only with a name after it.
        } else {
            break;
        }
        if comma || ends_here {
            if ends_here {
                break;
            }
            let next = rest[at.min(rest.len())..].split(',').next().unwrap_or("").trim();
            if !may_follow(next) {
                break;
            }
            names += 1;
            in_name = 0;
            after_joint = false;
        }
    }
    if end == 0 {
        return None;
    }
    // An initial at the end keeps its dot, the stop of a sentence goes.
    let name = rest[..end].trim_end_matches([',', ';']);
    let last = name.rsplit(' ').next().unwrap_or(name);
    let abbreviated = ["Jr.", "Sr.", "jr.", "Dr."].contains(&last) || last.chars().count() == 2;
    let name = if abbreviated { name } else { name.trim_end_matches('.') };
    Some((name, &rest[name.len()..]))
}

/// Whether what stands after a comma may be another name: two words or more, no outlet, no role.
fn may_follow(next: &str) -> bool {
    let count = next.split_whitespace().count();
    let outlet = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        ROLES.contains(word.as_str())
            || (NOT_NAMES.contains(word.as_str())
                && !JOINTS.contains(word.as_str())
                && !SURNAMES.contains(word.as_str()))
            || [
                "times", "post", "globe", "journal", "magazine", "network", "herald", "tribune",
                "today", "radio", "tv",
            ]
            .contains(&word.as_str())
    };
    (2..=9).contains(&count)
        && words::agency(next).is_none()
        && !words::is_city(next)
        && !next.split_whitespace().any(outlet)
        && next.split_whitespace().next().is_some_and(is_name_word)
}

/// Whether what follows a name can stand on a byline: an outlet, a place, a role, a date. A verb or
/// a second "by" makes it a sentence or a book.
fn tail_is_quiet(tail: &str) -> bool {
    let tail = tail.trim();
    if tail.is_empty() {
        return true;
    }
    let lower = tail.to_lowercase();
    if tail.len() > 110
        || lower.starts_with("by ")
        || lower.contains(" by ")
        || tail.ends_with(['?', '!', ':'])
    {
        return false;
    }
    if tail.ends_with('.') && !tail.ends_with("m.") && !tail.ends_with("r.") && tail.len() > 1 {
        return false;
    }
    if tail.starts_with(['|', '—', '–', '-', '•', '·', '/', ',', '(', '@']) {
        let small = tail
            .split_whitespace()
            .filter(|word| word.chars().next().is_some_and(char::is_lowercase) && word.len() > 3)
            .filter(|word| {
                !ROLES.contains(word)
                    && date_word(word).is_none()
                    && !["read", "with", "from"].contains(word)
            })
            .count();
        return small <= 2;
    }
    let Some(first) = tail.split_whitespace().next() else { return true };
    let first = first.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let dated = date_word(&first)
        .is_some_and(|word| word.is(DateWord::MONTH | DateWord::PUBLISHED | DateWord::UPDATED));
    let place = ["for", "in", "at"].contains(&first.as_str())
        && tail.split_whitespace().skip(1).all(|word| word.starts_with(char::is_uppercase));
    dated
        || place
        || first.starts_with(|c: char| words::digit(c).is_some())
        || (ROLES.contains(first.as_str()) && tail.split_whitespace().count() <= 8)
        || first.is_empty()
}

/// `بقلم : …`, `लेखक: …`: scripts without case.
fn uncased(line: &str) -> Option<Byline<'_>> {
    let (label, rest) =
        UNCASED_LABELS.iter().find_map(|label| Some((label, line.strip_prefix(label)?)))?;
    let name = rest.trim_start_matches([' ', ':', '：', '-', '–', '—', '/', '|', '\u{a0}', 'ـ']);
    let marked = rest.trim_start().starts_with([':', '：', '-', '–', '—', '/', '|']);
    let spaced = rest.len() > name.len();
    let end = name.find(['/', '|', '-', '–', '—', '،', ',', '(', ':']).unwrap_or(name.len());
    let name = name[..end].trim();
    // "كتب" is also "wrote" and "books", "글" is also "text": a mark must follow.
    let verb = !["بقلم", "به قلم", "מאת", "द्वारा"].contains(label);
    (spaced && (marked || !verb) && is_uncased_name(name)).then_some(Byline { name, sure: marked })
}

/// Two to four short words without punctuation or digits, in a script without case.
fn is_uncased_name(name: &str) -> bool {
    let count = name.split_whitespace().count();
    (2..=5).contains(&count)
        && name.split_whitespace().all(|word| {
            word.chars().count() <= 14
                && word.chars().all(|c| (words::is_word_char(c) && !c.is_uppercase()) || c == '.')
        })
        && !words::is_city(name)
        && words::agency(name).is_none()
}

/// `记者 成欣`, `作者：张三`, `文/张三`, `(记者 成欣)`.
fn han(line: &str) -> Option<Byline<'_>> {
    if line.chars().nth(24).is_some() {
        return None;
    }
    let (label, rest) = HAN_LABELS
        .iter()
        .filter_map(|label| Some((label, line.strip_prefix(label)?)))
        .max_by_key(|(label, _)| label.len())?;
    let name =
        rest.trim_start_matches([':', '：', '/', '／', '|', '｜', '丨', ' ', '\u{3000}', '・']);
    let marked = name.len() < rest.len();
    let end = name.find(['/', '／', '|', '｜', '（', '(', '，', ',']).unwrap_or(name.len());
    let name = name[..end].trim();
    let parts: Vec<&str> =
        name.split([' ', '、', '\u{3000}']).filter(|part| !part.is_empty()).collect();
    let fits = !parts.is_empty() && parts.len() <= 4 && parts.iter().all(|part| is_han_name(part));
    // 文 is also "text": only with a mark after it.
    ((marked || label.chars().count() > 1) && fits).then_some(Byline { name, sure: marked })
}

fn is_han_name(part: &str) -> bool {
    let count = part.chars().count();
    (2..=4).contains(&count) && part.chars().all(words::is_han) && !HAN_NOT_NAMES.contains(part)
}

/// Short Han words that stand alone on news pages.
static HAN_NOT_NAMES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "han not names").collect());

/// `김하늘 기자`, `[부산=뉴시스] 김하늘 기자 =`.
fn korean(line: &str) -> Option<Byline<'_>> {
    let roles = ["기자", "특파원", "논설위원", "통신원", "인턴기자", "선임기자", "리포터"];
    let start =
        line.find([']', ')']).filter(|_| line.starts_with(['[', '('])).map_or(0, |at| at + 1);
    let rest = line[start..].trim_start();
    let mut words = rest.split_whitespace();
    let (name, role) = (words.next()?, words.next()?);
    let count = name.chars().count();
    let tail = words.next();
    let quiet = tail
        .is_none_or(|tail| tail == "=" || tail.contains('@') || tail.starts_with(['|', '·', '/']));
    (roles.contains(&role)
        && (2..=4).contains(&count)
        && name.chars().all(words::is_hangul)
        && quiet)
        .then_some(Byline { name, sure: true })
}

/// Whether `line` is written like a person's name and nothing else.
///
/// Necessary, not sufficient: a headline of two words looks the same, so it counts only in the head
/// of an article, beside a date or a title.
#[must_use]
pub fn is_name(line: &str) -> bool {
    if line.len() > 90 || line.len() < 4 {
        return false;
    }
    let Some(first) = line.chars().next() else { return false };
    if first.is_ascii_lowercase() || (first.is_ascii() && !first.is_ascii_alphabetic()) {
        return false;
    }
    if first.is_uppercase() || first.is_lowercase() {
        let mut count = 0;
        let mut last_is_name = false;
        for word in line.split([' ', '\u{a0}']) {
            last_is_name = is_name_word(word);
            if !last_is_name && (!PARTICLES.contains(word) || count == 0) {
                return false;
            }
            count += usize::from(last_is_name);
        }
        let initials =
            line.split(' ').all(|word| word.chars().filter(|c| c.is_alphabetic()).count() < 2);
        return (2..=4).contains(&count)
            && last_is_name
            && !initials
            && (!line.ends_with('.') || line.ends_with("r."))
            && !is_phrase(line)
            && !words::is_city(line)
            && !words::is_region(line)
            && words::agency(line).is_none()
            && !line.split(' ').any(|word| ROLES.contains(&word.to_lowercase().as_str()));
    }
    if words::is_han(first) {
        return is_han_name(line) && !words::is_city(line) && words::agency(line).is_none();
    }
    if words::is_hangul(first) {
        return line.split(' ').count() == 1
            && (2..=4).contains(&line.chars().count())
            && line.chars().all(words::is_hangul)
            || korean(line).is_some();
    }
    is_uncased_name(line)
        && line.split_whitespace().count() <= 4
        && !line.split_whitespace().any(|word| {
            date_word(word).is_some_and(|found| !found.is(DateWord::MONTH | DateWord::SOLAR))
        })
}

/// Words that name what an author does, at the end of a line in Germanic and other languages.
static ROLE_LAST: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "roles at the end").collect());

/// The same at the beginning, as Romance and Semitic languages have it.
static ROLE_FIRST: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "roles at the beginning").collect());

/// Ends of compounds that name a role: `Politikredakteur`.
static ROLE_ENDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| words::list(WORDS, "ends of roles").collect());

/// Words between a role and what it is for.
static ROLE_LINKS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "links of roles").collect());

/// First words of a sentence or of a label, not of a role.
static ROLE_NEVER: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words::list(WORDS, "never first in a role").collect());

/// Whether `line` only says what its author is: `Opinion Columnist`, `كاتب من المدينة`, `Redakteurin`.
#[must_use]
pub fn is_author_role(line: &str) -> bool {
    if line.len() > 110 || line.len() < 4 || line.ends_with(['.', '!', '?', ':', '؟', '。']) {
        return false;
    }
    let words: Vec<&str> = line.split_whitespace().take(10).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if words.len() > 9 || line.chars().any(|c| words::digit(c).is_some()) {
        return false;
    }
    let plain = |word: &str| word.trim_matches(|c: char| !words::is_word_char(c)).to_lowercase();
    let (head, tail) = (plain(first), plain(last));
    if first.starts_with(char::is_alphabetic)
        && !first.starts_with(|c: char| c.is_uppercase() || c.is_lowercase())
    {
        // No case: the role opens the line, and the line stays short.
        return words.len() <= 7
            && (ROLE_FIRST.contains(head.as_str())
                || (words.len() <= 3 && ROLE_LAST.contains(tail.as_str())));
    }
    if !first.starts_with(char::is_uppercase) {
        return false;
    }
    let is_last = |word: &str| {
        ROLE_LAST.contains(word)
            || ROLE_ENDS.iter().any(|end| word.len() > end.len() && word.ends_with(end))
    };
    // "Opinion Columnist", "BBC Middle East correspondent", "Chief Writer, The Lamp".
    let cut = words.iter().position(|word| {
        word.ends_with(',')
            || ["at", "for", "in", "of", "on", "bei", "in", "à", "en", "a"].contains(word)
    });
    let role_end = match cut {
        Some(at) if words[at].ends_with(',') => plain(words[at]),
        Some(at) if at > 0 => plain(words[at - 1]),
        _ => tail,
    };
    let small = words.iter().filter(|word| word.starts_with(char::is_lowercase)).count();
    if words.len() == 1
        && ["author", "authors", "autor", "editor", "director", "writers"].contains(&head.as_str())
    {
        // Labels of a page as often as roles.
        return false;
    }
    let articles = ROLE_NEVER.contains(*first);
    if articles || !(is_last(&role_end) || ROLE_FIRST.contains(head.as_str())) {
        return false;
    }
    if ROLE_FIRST.contains(head.as_str()) && words.len() > 1 && !is_last(&role_end) {
        let second = words.get(1).copied().unwrap_or("");
        return first.ends_with(',') || ROLE_LINKS.contains(second.to_lowercase().as_str());
    }
    small <= 5 && words.len() <= 8
}
