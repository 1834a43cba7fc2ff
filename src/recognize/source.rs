//! Whether a text names a source: photographers, agencies and outlets, as they stand in a credit.

use std::sync::LazyLock;

use hashbrown::HashSet;

use super::credit::{CREDIT_MAX, WORDS};
use super::words::{self, agency};

/// Small words inside the names of photographers and outlets.
static JOINS: LazyLock<HashSet<&str>> = LazyLock::new(|| words::list(WORDS, "joins").collect());

/// Whether `text` is written like a list of names and outlets: no verbs, no sentence.
pub(super) fn looks_like_source(text: &str) -> bool {
    let text = text.trim().trim_end_matches('.');
    if text.is_empty() || text.len() > CREDIT_MAX {
        return false;
    }
    if agency(text).is_some() {
        return true;
    }
    let mut counts = Counts::default();
    let (mut filled, mut strange) = (0_usize, 0);
    // Beside an agency, a strange word of its own counts for nothing.
    let mut single = Vec::new();
    for part in text.split(['/', '|', ',', '(', ')']) {
        let core = part.trim();
        filled += usize::from(!core.is_empty());
        if is_agency(part) {
            continue;
        }
        strange += 1;
        if core.contains(' ') {
            if !counts.take(part) {
                return false;
            }
        } else if !core.is_empty() {
            single.push(part);
        }
    }
    let agencies = filled.saturating_sub(strange);
    if agencies == 0 && !single.into_iter().all(|part| counts.take(part)) {
        return false;
    }
    let cased = text.chars().any(|c| c.is_uppercase() || c.is_lowercase());
    counts.names + agencies > 0 && counts.words <= if cased { 10 } else { 5 }
}

/// What a text that looks like a source has.
#[derive(Default)]
struct Counts {
    words: usize,
    /// The words of them that are not small.
    names: usize,
}

impl Counts {
    /// Counts the words of `part`; `false` when one cannot stand in the name of a source.
    fn take(&mut self, part: &str) -> bool {
        part.split([' ', '\u{a0}']).all(|word| {
            let core = words::core(word);
            let Some(first) = core.chars().next() else { return true };
            self.words += 1;
            if !first.is_lowercase() {
                self.names += 1;
                return true;
            }
            // The last word may be an agency in small letters: "Jens Holt dpa".
            JOINS.contains(core)
                || core.contains('.')
                || word.starts_with('@')
                || agency(core).is_some()
        })
    }
}

/// Whether one of the parts of `text` is a known agency.
pub(super) fn names_agency(text: &str) -> bool {
    parts(text).any(is_agency)
        || text.split([' ', '\u{a0}']).next_back().is_some_and(|last| {
            last.len() > 2 && agency(last).is_some() && text.split(' ').count() <= 5
        })
        || agency(text).is_some()
}

/// Words that join a name and an outlet, of five bytes with the spaces around them.
const JOINTS: [&str; 3] = [" via ", " for ", " and "];

/// The parts of a credit, as a reader would separate them.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let joined = memchr::memchr_iter(b' ', text.as_bytes()).any(|at| {
        let five = text.as_bytes()[at..].first_chunk::<5>();
        five.is_some_and(|five| JOINTS.iter().any(|joint| joint.as_bytes() == five))
    });
    let words = move |part| split_words(part, joined);
    let ends = |c| {
        matches!(
            c,
            '/' | '／'
                | '|'
                | ','
                | '،'
                | '、'
                | '('
                | ')'
                | '©'
                | '-'
                | '–'
                | '—'
                | ';'
                | '•'
                | '・'
        )
    };
    text.split(ends)
        .flat_map(words)
        .map(|part| part.trim().trim_end_matches('.').trim())
        .filter(|part| !part.is_empty())
}

/// `part`, cut at the words that join a name and an outlet if there are any in the text.
fn split_words(part: &str, joined: bool) -> impl Iterator<Item = &str> {
    let mut joints = JOINTS.iter().filter(move |_| joined);
    let cut = joints.find_map(|joint| words::split_once(part, joint));
    let (first, second) = cut.map_or((part, None), |(first, second)| (first, Some(second)));
    std::iter::once(first).chain(second)
}

/// Whether `part` is a known agency, perhaps with the word photo behind it.
pub(super) fn is_agency(part: &str) -> bool {
    if agency(part).is_some() {
        return true;
    }
    let core = without_photo(part);
    core.len() < part.trim().len() && agency(core).is_some()
}

/// `AP` of `AP Photo` and of `AP file photo`.
pub(super) fn without_photo(part: &str) -> &str {
    let mut core = part.trim();
    // The last two bytes of the words; most names end in others.
    if !matches!(
        core.as_bytes(),
        [.., b't', b'o']
            | [.., b'T', b'O']
            | [.., b'o', b's' | b'l']
            | [.., b'l' | b'v', b'e']
            | [.., 0xBE, 0x9B]
    ) {
        return core;
    }
    loop {
        let before = core.len();
        for word in [
            " Photo",
            " Photos",
            " photo",
            " PHOTO",
            " File",
            " file",
            " Foto",
            " FOTO",
            " Archive",
            " archive",
            " Pool",
            " Images file",
            "通信社提供",
        ] {
            if let Some(rest) = core.strip_suffix(word) {
                core = rest.trim_end();
            }
        }
        if core.len() == before {
            return core;
        }
    }
}

/// A name that says it is an agency: `Arlen News Agency`, `وكالة أنباء ...`.
pub(super) fn is_agency_like(content: &str) -> bool {
    let folded = words::fold(content.trim());
    [
        "news agency",
        "press agency",
        "photo agency",
        "images",
        "nachrichtenagentur",
        "haber ajansi",
        "agencies",
    ]
    .iter()
    .any(|end| folded.ends_with(end))
        || ["وکاله", "خبرگزاری", "агентство", "agence ", "agencia ", "agenzia "]
            .iter()
            .any(|start| folded.starts_with(start))
}
