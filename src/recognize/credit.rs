//! The credit of a picture in a caption: `(AP)`, `Photo: Name/dpa`, `© Agency / Name`, `李小明 摄`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use hashbrown::HashSet;

use super::byline::is_name;
use super::marks;
use super::source::{
    is_agency, is_agency_like, looks_like_source, names_agency, parts, without_photo,
};
use super::words::{self, Names, Starts, agency, contains};
use crate::vector::is_ascii;

/// The word lists of this file.
pub(super) const WORDS: &str = include_str!("words/credits.txt");

/// What a line says about where its picture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit<'a> {
    /// Photographer and agency as written, without brackets and labels: `SAM HOLT / AFP`. Empty when
    /// the line only has a [label](Credit::prefix_label) and no credit.
    pub text: Cow<'a, str>,
    /// The whole expression in the line, with brackets and labels: `(Photo by SAM HOLT / AFP)`.
    pub span: Range<usize>,
    /// Whether the line is nothing but the credit.
    pub alone: bool,
    /// Whether it closes the line with a known agency or an explicit photo word, so that the line is
    /// hardly anything but a caption. A quotation that an agency is named after is not.
    pub strong: bool,
    /// A label that introduces a caption, not a credit: `Image: `, `FILE PHOTO: `.
    pub prefix_label: Option<Range<usize>>,
}

/// Captions of agencies have at most about 800 bytes, in other scripts twice as many.
const LINE_MAX: usize = 2000;

/// The longest credit that was seen has 120 bytes.
pub(super) const CREDIT_MAX: usize = 160;

/// The longest credit with its label before it.
const LABELLED_MAX: usize = CREDIT_MAX + 40;

const _: () = assert!(LABELLED_MAX <= marks::TEXT_MAX);

/// Words that say that a picture's author follows. They are followed by a colon, a comma, a slash,
/// "©", or nothing if the next word is a name. Lower case, without accents, the longest first.
static LABELS: LazyLock<Names> = LazyLock::new(|| Names::of(words::list(WORDS, "labels")));

/// The first words of [`LABELS`], by which most words are told to open none.
static LABEL_STARTS: LazyLock<Names> = LazyLock::new(|| LABELS.first_words());

/// By the first letters of a text, whether it may open with one of [`LABELS`].
static LABEL_LETTERS: LazyLock<Starts> = LazyLock::new(|| LABELS.starts());

/// Labels that introduce a caption as often as a credit: what follows must then look like a source.
static CAPTION_LABELS: LazyLock<Names> =
    LazyLock::new(|| Names::of(words::list(WORDS, "caption labels")));

/// By the first letters of a line, whether it may open with one of [`CAPTION_LABELS`].
static CAPTION_LETTERS: LazyLock<Starts> = LazyLock::new(|| CAPTION_LABELS.starts());

/// What stands for a credit without naming one, as `(Supplied)`. Lower case, without accents.
static SOURCES: LazyLock<Names> = LazyLock::new(|| Names::of(words::list(WORDS, "sources")));

/// What opens a text that stands for a credit.
const COURTESIES: [&str; 2] = ["courtesy ", "cortesia "];

/// By the first letters of a text, whether it may open with one of [`COURTESIES`].
static COURTESY_LETTERS: LazyLock<Starts> =
    LazyLock::new(|| Starts::of(&COURTESIES.map(str::to_owned)));

/// What stands behind a credit and is no name, as `, File`.
static ENDS: LazyLock<HashSet<&str>> = LazyLock::new(|| words::list(WORDS, "ends").collect());

/// The credit of `line`, if one is to be seen.
///
/// Looked for at the end: in the last brackets, after a label or "©", after the last sentence; and a
/// line that is only a credit. An ordinary paragraph ends in a stop and is turned away at once.
#[must_use]
pub fn find(line: &str) -> Option<Credit<'_>> {
    if line.len() < 2 || line.len() > LINE_MAX {
        return None;
    }
    let prefix_label = prefix_label(line);
    let body = prefix_label.as_ref().map_or(0, |label| label.end);
    let found = if closes_bracket(line) {
        bracket(line, body)
    } else if ends_sentence(line) && line.len() > CREDIT_MAX {
        None
    } else {
        labelled(line, body)
            .or_else(|| taken_by(line))
            .or_else(|| (!ends_sentence(line)).then(|| last_segment(line, body)).flatten())
    };
    match (found, prefix_label) {
        // "Photo: Sam Holt, AP": the label belongs to the credit.
        (Some(found), label) => Some(Credit {
            prefix_label: label.filter(|label| label.end <= found.span.start),
            ..found
        }),
        (None, Some(label)) => Some(Credit {
            text: Cow::Borrowed(""),
            span: 0..0,
            alone: false,
            strong: false,
            prefix_label: Some(label),
        }),
        (None, None) => None,
    }
}

fn ends_sentence(line: &str) -> bool {
    match line.as_bytes().last() {
        Some(byte) if byte.is_ascii() => {
            matches!(byte, b'.' | b'!' | b'?' | b'"' | b':' | b';' | b',')
        }
        _ => line.ends_with(['”', '’', '»', '。', '！', '？', '」', '।', '؟', '۔', '…', '،']),
    }
}

fn closes_bracket(line: &str) -> bool {
    // Nearly every line is told by its last letter.
    if let [.., last, b'.'] | [.., last] = line.as_bytes()
        && last.is_ascii()
        && !matches!(last, b'.' | b' ' | b'*' | b')' | b']')
    {
        return false;
    }
    let core = line.trim_end_matches(['.', '。', '।', ' ', '*']);
    core.ends_with([')', '）', ']', '］'])
}

/// At most `max` bytes from the end of `line`, cut between characters.
fn tail(line: &str, max: usize) -> usize {
    let mut start = line.len().saturating_sub(max);
    while !line.is_char_boundary(start) {
        start += 1;
    }
    start
}

/// `Image: `, `FILE PHOTO: `, `Image caption ` at the start of a line whose rest is no source.
fn prefix_label(line: &str) -> Option<Range<usize>> {
    if !CAPTION_LETTERS.may_open(line) {
        return None;
    }
    let bytes = line.as_bytes();
    let window = &bytes[..bytes.len().min(40)];
    // The full-width colon of Chinese and Japanese has three bytes.
    let colon = memchr::memchr2(b':', 0xef, window).and_then(|_| {
        memchr::memchr(b':', window).or_else(|| {
            memchr::memchr(0xef, window).filter(|at| window[*at..].starts_with("：".as_bytes()))
        })
    });
    let (label, end) = if let Some(colon) = colon {
        let mark = line.get(colon..)?.chars().next().map_or(1, char::len_utf8);
        (line.get(..colon)?, colon + mark)
    } else {
        let label =
            ["Image caption ", "Media caption "].iter().find(|label| line.starts_with(**label))?;
        (*label, label.len())
    };
    if label.len() > 36 || !CAPTION_LABELS.has(label.trim()) {
        return None;
    }
    let rest = line[end..].trim_start();
    let end = line.len() - rest.len();
    (!rest.is_empty() && !is_source_after(&words::fold(label.trim()), rest)).then_some(0..end)
}

/// Whether what follows a label is a source, so that label and rest are one credit.
fn is_source_after(label: &str, rest: &str) -> bool {
    if !looks_like_source(rest) {
        return false;
    }
    // Sky and others label the caption itself so, and it may be a mere name: "Image: Sam Holt".
    let weak = [
        "image",
        "images",
        "picture",
        "pictures",
        "imagen",
        "imagem",
        "video",
        "file photo",
        "archive photo",
        "caption",
        "image caption",
        "media caption",
    ];
    !weak.contains(&label)
        || rest.contains(['/', '©', '|'])
        || names_agency(rest)
        || !rest.trim().contains(' ')
}

/// The label that `text` begins with: what follows it, and whether a mark stands between.
fn strip_label(text: &str) -> Option<(&str, bool)> {
    if text.len() > 300 || text.is_empty() || !LABEL_LETTERS.may_open(text) {
        return None;
    }
    // A label has at most four words, and its letters may change length when they are folded, so
    // each end of a word is tried.
    let mut best = None;
    let mut count = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if words::is_word_char(c) || matches!(c, '\'' | '’') {
            // 图片 and 写真 have no space after them.
            continue;
        }
        count += 1;
        if count > 5 || at > 60 {
            break;
        }
        if at == 0 {
            continue;
        }
        let label = &text[..at];
        if best.is_none() && count == 1 && !LABEL_STARTS.has(label) {
            return None;
        }
        if LABELS.has(label) {
            let by = words::with_fold(label, ends_in_by);
            let rest = &text[at..];
            let core = rest.trim_start_matches([
                ':', '：', ',', '/', '|', '.', '…', '-', '–', '=', ' ', '\u{a0}', '©', '／',
            ]);
            let marked = rest
                .trim_start()
                .starts_with([':', '：', ',', '/', '|', '.', '…', '-', '–', '©', '=', '／']);
            best = Some((core, marked || by));
        }
    }
    best
}

/// Whether a label says that a name follows, without a mark between them.
fn ends_in_by(label: &str) -> bool {
    ["by", "of", "copyright", "from", "автор фото", "di", "de", "von", "af", "par"]
        .iter()
        .any(|end| label.ends_with(end))
}

/// The credit inside brackets or behind a label, made plain: labels, "©" and "File" go.
///
/// The second value tells whether it is sure: an agency, or an explicit photo word.
fn plain(content: &str) -> Option<(Cow<'_, str>, bool)> {
    let content = content.trim();
    if content.is_empty() || content.len() > CREDIT_MAX {
        return None;
    }
    let mut text = content;
    let mut explicit = false;
    if let Some(rest) = text.strip_prefix('©') {
        text = rest.trim_start();
        explicit = true;
    }
    // "Photo: X", "File photo: X", "Photo by X", twice for "Photo credit: © X".
    for _ in 0..2 {
        let Some((rest, true)) = strip_label(text) else { break };
        if rest.is_empty() {
            break;
        }
        text = rest.trim();
        explicit = true;
    }
    if let Some(name) = taken_name(text) {
        return Some((name, true));
    }
    let is_courtesy = || {
        words::with_fold(text, |folded| COURTESIES.iter().any(|opens| folded.starts_with(opens)))
    };
    if SOURCES.has(text) || (COURTESY_LETTERS.may_open(text) && is_courtesy()) {
        return Some((Cow::Borrowed(text), true));
    }
    let known = names_agency(text);
    if explicit {
        return looks_like_source(text)
            .then(|| (tidy(text), true))
            .or_else(|| (known).then(|| (tidy(text), true)));
    }
    if known && looks_like_source(text) {
        return Some((tidy(text), true));
    }
    None
}

/// Drops what is no name: `AP Photo/Name` becomes `AP/Name`, and `/File Photo` goes.
fn tidy(text: &str) -> Cow<'_, str> {
    let mut core =
        text.trim().trim_end_matches(['.', ' ', ',', '/']).trim_start_matches(['/', ' ', '-', '|']);
    // A credit that is only "File" or "Handout" keeps it.
    while let Some((rest, last)) = core.rsplit_once(['/', ',']) {
        if rest.trim().is_empty() || !ENDS.contains(last.trim().to_lowercase().as_str()) {
            break;
        }
        core = rest.trim_end();
    }
    for end in [" BEST QUALITY AVAILABLE", " File Photo", " file photo"] {
        core = core.strip_suffix(end).map_or(core, str::trim_end);
    }
    for photo in [" Photo", " PHOTO", " photo", " Photos"] {
        if let Some(at) = words::find(core, photo) {
            let (agency_name, rest) = (&core[..at], &core[at + photo.len()..]);
            if agency(agency_name.trim()).is_some()
                && (rest.is_empty() || rest.starts_with(['/', ' ', ',', '-']))
            {
                if rest.is_empty() {
                    return Cow::Borrowed(agency_name);
                }
                return Cow::Owned(format!(
                    "{agency_name}/{}",
                    rest.trim_start_matches(['/', ' ', ',', '-'])
                ));
            }
        }
    }
    Cow::Borrowed(core)
}

/// The credit in the brackets that close `line`.
fn bracket(line: &str, body: usize) -> Option<Credit<'_>> {
    let close = line.trim_end_matches(['.', '。', '।', ' ', '*']).len();
    let inner = line[..close].char_indices().next_back()?.0;
    let open = line[..inner].rfind(['(', '（', '[', '［'])?;
    let open_len = line[open..].chars().next().map_or(1, char::len_utf8);
    let content = line.get(open + open_len..inner)?;
    let before = line[..open].trim_end();
    let alone = before.is_empty();
    let mut span = open..line.len();
    let square = line[open..].starts_with(['[', '［']);
    if square && strip_label(content.trim_start_matches(['©', ' '])).is_none() {
        // "[Reuters]" after a headline says who reported it.
        return None;
    }
    if let Some((text, sure)) = plain(content) {
        if !alone && is_expansion(before, content.trim()) {
            return None;
        }
        // MARTA SOLER (EFE), and "(Photo by X / AFP) (Photo by X / AFP via Getty Images)".
        if let Some(start) = name_before(before, body).filter(|_| agency(content.trim()).is_some())
        {
            let text = line[start..close].trim_end();
            let alone = line[..start].trim().is_empty();
            return Some(Credit {
                text: Cow::Borrowed(text),
                span: start..line.len(),
                alone,
                strong: sure,
                prefix_label: None,
            });
        }
        if before.ends_with([')', '）'])
            && body < before.len()
            && let Some(inner) = bracket(before, body).filter(|inner| inner.strong)
        {
            span.start = inner.span.start;
        }
        let alone = line[..span.start].trim().is_empty();
        let quoted = line.starts_with(['"', '“', '„', '«', '‘', '「', '”']);
        let prose = quoted && !alone;
        return Some(Credit { text, span, alone, strong: sure && !prose, prefix_label: None });
    }
    // "... at the harbor. (Arlen Press Office)": an outlet that is not in the table.
    let after_stop = ends_sentence(before) && !before.ends_with([',', ':', ';']);
    let mut words = 0;
    let titled = content.split_whitespace().all(|word| {
        words += 1;
        word.starts_with(char::is_uppercase)
            || ["of", "the", "and", "de", "for", "del", "du"].contains(&word)
    });
    let plausible = titled
        && words <= 6
        && content.chars().any(char::is_lowercase)
        && !content.contains(|c: char| c == ':' || words::digit(c).is_some());
    if !plausible {
        return None;
    }
    let agency_like = is_agency_like(content);
    if agency_like || (after_stop && words >= 2) {
        let text = Cow::Borrowed(content.trim());
        return Some(Credit { text, span, alone, strong: agency_like, prefix_label: None });
    }
    None
}

/// Whether the brackets only shorten the words before them: `the Associated Press (AP)`.
fn is_expansion(before: &str, content: &str) -> bool {
    let short = content.chars().count() <= 6
        && !content.chars().any(char::is_lowercase)
        && content.chars().all(char::is_alphanumeric);
    if !short {
        return false;
    }
    let wanted: Vec<char> = content.chars().flat_map(char::to_lowercase).collect();
    let small = [
        "of", "the", "and", "for", "de", "la", "des", "du", "di", "del", "y", "e", "et", "und",
        "für",
    ];
    let mut initials: Vec<char> = Vec::new();
    for word in before.split([' ', '-', '\u{a0}']).rev().take(9) {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        if core.is_empty() || small.contains(&core) {
            continue;
        }
        let Some(first) = core.chars().next() else { continue };
        initials.splice(0..0, first.to_lowercase());
        if initials == wanted {
            return first.is_uppercase();
        }
        if initials.len() >= wanted.len() {
            break;
        }
    }
    // Deutsche Presse-Agentur, Agence France-Presse: the name stands in the table.
    (1..=4).any(|count| {
        let start = before.rmatch_indices(' ').nth(count - 1).map_or(0, |(at, _)| at);
        agency(before[start..].trim().trim_end_matches(['.', ','])).is_some()
    })
}

/// Where the photographer's name starts that ends `before`: after the last sentence, in capitals or
/// as a name.
fn name_before(before: &str, body: usize) -> Option<usize> {
    let window = tail(before, 60).max(body);
    let rest = before.get(window..)?;
    let (stop, _) = rest
        .char_indices()
        .rev()
        .find(|(at, c)| {
            ".!?”…»".contains(*c) && rest[at + c.len_utf8()..].starts_with([' ', '\u{a0}']) && {
                // The dot of an initial is none: "J. R. Holt".
                let word = rest[..*at].rsplit(' ').next().unwrap_or("");
                word.chars().count() > 1
            }
        })
        .or(if window == body { Some((0, ' ')) } else { None })?;
    let start = window
        + stop
        + rest[stop..].chars().next().filter(|c| ".!?”…»".contains(*c)).map_or(0, char::len_utf8);
    let name = &before[start..];
    let start = start + (name.len() - name.trim_start().len());
    let name = name.trim();
    // A short caption is written like a name, so a line of only that is none.
    let capitals = !name.chars().any(char::is_lowercase) && name.chars().any(char::is_uppercase);
    let after_sentence = start > body;
    ((capitals && is_name(name)) || (after_sentence && is_name(name))).then_some(start)
}

/// The name before 摄, 撮影 and their likes.
fn taken_name(text: &str) -> Option<Cow<'_, str>> {
    if text.as_bytes().last().is_some_and(u8::is_ascii_graphic) {
        return None;
    }
    let text = text.trim().trim_end_matches(['。', '．']);
    let ends = ["记者摄", "撮影", "提供", "摄影", "攝影", "供图", "写真", "摄", "攝"];
    let (rest, end) = ends.iter().find_map(|end| Some((text.strip_suffix(end)?, end)))?;
    let rest = rest.trim_end();
    if rest.is_empty() || rest.chars().count() > 24 {
        return None;
    }
    let ok = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || " ·・＝=/".contains(c))
    };
    for label in ["记者", "記者", "特派员", "通讯员"] {
        if let Some((outlet, name)) = rest.split_once(label) {
            let name = name.trim();
            if !ok(name) {
                return None;
            }
            let outlet = outlet.trim();
            return Some(if outlet.is_empty() {
                Cow::Borrowed(name)
            } else {
                Cow::Owned(format!("{outlet}/{name}"))
            });
        }
    }
    let count = rest.chars().count();
    let short = if end.chars().count() == 1 { count <= 12 } else { count <= 16 };
    (ok(rest) && short).then_some(Cow::Borrowed(rest))
}

/// `... 李小明 摄`, `＝2021年1月2日、井手さゆり撮影`.
fn taken_by(line: &str) -> Option<Credit<'_>> {
    if line.as_bytes().last().is_none_or(u8::is_ascii) {
        return None;
    }
    let core = line.trim_end_matches('。');
    let last = core.chars().next_back()?;
    if !"摄攝影供图提".contains(last) && !core.ends_with("提供") && !core.ends_with("写真")
    {
        return None;
    }
    let ends = ["撮影", "提供", "摄影", "攝影", "供图", "摄", "攝"];
    let end = ends.iter().find(|end| core.ends_with(**end))?;
    let before = core[..core.len() - end.len()].trim_end();
    let start = before
        .char_indices()
        .rev()
        .take(24)
        .find(|(_, c)| "。、，＝=：:！？　；".contains(*c))
        .map(|(at, c)| at + c.len_utf8())
        .or_else(|| {
            // A space between caption and name, not the one inside 新华社记者 李小明.
            let at = before.rfind(' ')?;
            let head = before[..at].trim_end();
            let label = ["记者", "記者", "通讯员"].iter().any(|label| head.ends_with(label));
            if label { Some(head.rfind([' ', '。']).map_or(0, |at| at + 1)) } else { Some(at + 1) }
        })
        .or((before.chars().count() <= 8).then_some(0))?;
    let start = start + (line[start..].len() - line[start..].trim_start().len());
    let text = taken_name(&core[start..])?;
    let alone = start == 0;
    // A sentence may end in 提供: it needs a name of its own before it.
    let strong = *end != "提供" || agency(&text).is_some();
    (strong || alone || before.len() > start).then_some(Credit {
        text,
        span: start..line.len(),
        alone,
        strong,
        prefix_label: None,
    })
}

/// A label near the end, with a source after it: `Foto: Name/dpa`, `© Agency / Name`, `Credit... Name`.
fn labelled(line: &str, body: usize) -> Option<Credit<'_>> {
    let from = tail(line, LABELLED_MAX).max(body);
    let window = line.get(from..)?;
    let credit = |start: usize, text: &str, strong: bool| {
        let offset = text.as_ptr() as usize - line.as_ptr() as usize;
        let text = tidy(&line[offset..offset + text.len()]);
        // The slash or bar that leads to it belongs to the expression.
        let lead = line[..start].trim_end().trim_end_matches(['/', '|', '•', '-', '–', '—']);
        let start = if line[..start].trim_end().len() == lead.len() {
            start
        } else {
            lead.trim_end().len()
        };
        let start = start + (line[start..].len() - line[start..].trim_start().len());
        Some(Credit {
            text,
            span: start..line.len(),
            alone: start == 0,
            strong,
            prefix_label: None,
        })
    };
    if !is_ascii(window)
        && let Some(at) = window.rfind('©')
    {
        let text = window[at + '©'.len_utf8()..].trim();
        let before = window[..at].trim_end();
        let is_notice = has_year(text)
            || has_year(&before[tail(before, 4)..])
            || before.ends_with("opyright")
            || text.len() > 100
            || text.contains(':');
        if !is_notice && looks_like_source(text) {
            let start = window[..at].trim_end();
            // "Photo © X": the label goes with it.
            let word = start.rfind(' ').map_or(0, |space| space + 1);
            let label = LABELS.has(&start[word..]);
            return credit(
                from + if label { word } else { at },
                text,
                names_agency(text) || at > 0 || from > 0,
            );
        }
        return None;
    }
    if !marks::any(window) {
        return None;
    }
    for at in marks::labels(window) {
        let start = from + at;
        let word = window.get(at..)?;
        let first = word.chars().next()?;
        if !first.is_alphabetic() || !marks::may_be_label(word) {
            continue;
        }
        // A label starts with a capital, or the line is in a script without case, or a slash leads to it.
        let led = line[..start].trim_end().ends_with(['/', '|', '(', '•']) || start == body;
        if first.is_lowercase() && !led {
            continue;
        }
        let Some((rest, marked)) = strip_label(&line[start..]) else { continue };
        let after_stop = start == body
            || led
            || line[..start].trim_end().ends_with([
                '.', '!', '?', '”', '"', '’', '…', '。', '।', '۔', '»', ')', '｜', '\u{ff1a}', '،',
                ',', '"',
            ]);
        if !marked || rest.is_empty() {
            continue;
        }
        let label = &line[start..line.len() - rest.len()];
        let colon = label.contains([':', '：', '…']) || label.contains("...") || led;
        let by_words = words::fold(label.trim_end());
        let by = ["by", "courtesy of", "copyright", "from", "автор фото"]
            .iter()
            .any(|end| by_words.ends_with(end));
        if !(colon || (by && after_stop)) || !looks_like_source(rest) {
            continue;
        }
        let plain_label = words::fold(label.trim_end_matches([':', '：', ' ', '.', '…']));
        let source = is_source_after(&plain_label, rest);
        if start == body && body == 0 && !source {
            continue;
        }
        let text = taken_name(rest).map_or(rest, |_| rest);
        return credit(start, text.trim_end_matches(['.', ' ']), names_agency(rest) || after_stop);
    }
    None
}

/// Four digits in a row: "© Lamp Media 2021" is a notice, not a credit.
fn has_year(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit))
}

/// What follows the last sentence, if it names an agency: `... at dawn. REUTERS/Sam Holt`; also a
/// whole line as `Sam Holt for NPR`, `Getty Images`.
fn last_segment(line: &str, body: usize) -> Option<Credit<'_>> {
    let from = tail(line, CREDIT_MAX).max(body);
    let window = line.get(from..)?;
    let is_stop = |&(at, c): &(usize, char)| match c {
        '。' | '！' | '？' => true,
        '.' | '!' | '?' | '”' | '…' | '»' => {
            let spaced = window[at + c.len_utf8()..].starts_with([' ', '\u{a0}']);
            let abbreviation = || {
                let word = window[..at].rsplit([' ', '/']).next().unwrap_or("");
                word.chars().nth(1).is_none()
                    || word.contains('.')
                    || ["Jr", "Sr", "St", "Dr"].contains(&word)
            };
            spaced && !(c == '.' && abbreviation())
        }
        _ => false,
    };
    let stop = if is_ascii(window) {
        let marks = memchr::memrchr3_iter(b'.', b'!', b'?', window.as_bytes());
        marks.map(|at| (at, char::from(window.as_bytes()[at]))).find(is_stop)
    } else {
        window.char_indices().rev().find(is_stop)
    };
    let (start, whole) = match stop {
        Some((at, c)) => (from + at + c.len_utf8(), false),
        None if from == body => (body, body == 0),
        None => return slashed(line, from),
    };
    let start = start + (line[start..].len() - line[start..].trim_start().len());
    let segment = line[start..].trim();
    if segment.is_empty() || segment.len() > 120 {
        return slashed(line, from);
    }
    let bytes = segment.as_bytes();
    let slash = memchr::memchr2(b'/', b'|', bytes).is_some() || contains(segment, " via ");
    let joined = contains(segment, " for ");
    let mut whole_name = agency(segment);
    if whole_name.is_none() && !slash && !joined && memchr::memchr(b',', bytes).is_none() {
        let core = without_photo(segment);
        if core.len() == segment.len() {
            return None;
        }
        whole_name = Some(agency(core)?);
    }
    let names = parts(segment).any(is_agency);
    // An agency or an outlet must be named for all that follows.
    if !names && !joined && whole_name.is_none() {
        return slashed(line, from);
    }
    let digits = segment.chars().filter(|c| words::digit(*c).is_some()).count();
    if (!whole && start == body)
        || segment.contains([':', '©'])
        || (digits >= 4 && !(names && segment.contains('/')))
        || super::byline::find(segment).is_some()
    {
        return slashed(line, from);
    }
    // "Sam Holt for NPR", but not "Meal Plans for Busy Weeks".
    let for_outlet = words::split_once(segment, " for ").is_some_and(|(name, outlet)| {
        let article =
            outlet.strip_prefix("The ").or(outlet.strip_prefix("the ")).is_some_and(|outlet| {
                outlet.split_whitespace().count() <= 4
                    && outlet.split_whitespace().all(|word| word.starts_with(char::is_uppercase))
            });
        let paper = [
            "Magazine", "News", "Times", "Post", "Journal", "Media", "Review", "Tribune", "Herald",
            "Press", "Globe", "Weekly",
        ];
        let paper =
            paper.iter().any(|end| outlet.ends_with(end)) && outlet.split_whitespace().count() <= 4;
        (article || paper || agency(outlet).is_some()) && is_name(name)
    });
    // A comma joins name and agency, but also the parts of a sentence: no other words then.
    let comma = || {
        segment
            .split_once(',')
            .is_some_and(|(name, outlet)| agency(outlet.trim()).is_some() && is_name(name.trim()))
    };
    let single = whole_name.is_some() && (!whole || lone_agency(segment));
    let several = parts(segment).count() > 1;
    if !((names && several && (slash || comma()) && looks_like_source(segment))
        || for_outlet
        || single)
    {
        return slashed(line, from);
    }
    let strong = names && (!whole || several) || whole_name == Some(words::Agency::Picture);
    Some(Credit {
        text: tidy(segment),
        span: start..line.len(),
        alone: whole,
        strong,
        prefix_label: None,
    })
}

/// An agency that may stand as a line of its own and is not also a label of the page, as `AA` and `TT`.
fn lone_agency(segment: &str) -> bool {
    let core = without_photo(segment);
    segment.chars().count() > 5
        || ["AP", "AFP", "EPA", "EFE", "dpa", "Getty", "SIPA", "IMAGO", "imago"].contains(&core)
}

/// `... in the harbor REUTERS/Sam Holt`, `... in the harbor / AFP`: no stop before it.
fn slashed(line: &str, from: usize) -> Option<Credit<'_>> {
    let window = &line[from..];
    if !marks::may_be_slashed(window) {
        return None;
    }
    for mark in [
        "REUTERS/",
        "REUTERS /",
        "AP Photo/",
        "AP Photo /",
        "EPA/",
        "AFP/",
        "AFP PHOTO",
        "Xinhua/",
        "EFE/",
    ] {
        if let Some(at) = window.rfind(mark) {
            let segment = window[at..].trim();
            if (at == 0 || window[..at].ends_with([' ', '\u{a0}', '/']))
                && looks_like_source(segment)
            {
                let start = from + at;
                return Some(Credit {
                    text: tidy(segment),
                    span: start..line.len(),
                    alone: start == 0,
                    strong: true,
                    prefix_label: None,
                });
            }
        }
    }
    // "... of the harbor Sam Holt/AP": without a stop, only the last two words can be the name.
    if let Some((names, outlet)) = window.rsplit_once('/') {
        let outlet = outlet.trim();
        let start =
            names.rmatch_indices([' ', '\u{a0}']).nth(1).map(|(at, space)| at + space.len());
        if let Some(start) =
            start.filter(|start| agency(outlet).is_some() && is_name(names[*start..].trim_end()))
        {
            let start = from + start;
            return Some(Credit {
                text: tidy(line[start..].trim_end()),
                span: start..line.len(),
                alone: false,
                strong: true,
                prefix_label: None,
            });
        }
    }
    let at = window.rfind([' ', '\u{a0}'])?;
    let (head, last) = (window[..at].trim_end(), window[at..].trim());
    let lead = head.trim_end_matches(['/', '|']);
    if lead.len() < head.len() && agency(last).is_some() && lead.ends_with([' ', '\u{a0}']) {
        let start = from + lead.trim_end().len();
        let start = start + (line[start..].len() - line[start..].trim_start().len());
        return Some(Credit {
            text: Cow::Borrowed(last),
            span: start..line.len(),
            alone: false,
            strong: true,
            prefix_label: None,
        });
    }
    None
}
