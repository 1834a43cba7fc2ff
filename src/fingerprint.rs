//! Fingerprints of paragraphs and articles: BLAKE3 of a key in which spelling variants of no meaning
//! (case, compatibility forms, quotes, dashes, spaces, invisible characters) are gone.
//!
//! The definition is public and does not change: `docs/fingerprint.md`.

mod many;

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::LazyLock;

pub(crate) use many::Keys;

use crate::normalize::{compose_tail, is_deleted_from_keys, nfc, plain_run, push_small_letters};
use crate::vector::hex;

/// A fingerprint: 32 bytes of BLAKE3, shown as 64 lower-case hex digits.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// As 64 lower-case hex digits.
    #[must_use]
    pub fn hex(&self) -> impl Deref<Target = str> + use<> {
        Hex(hex(&self.0))
    }
}

/// A digest in hex.
struct Hex([[u8; 2]; 32]);

impl Deref for Hex {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(self.0.as_flattened()).unwrap_or_default()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Digest({self})")
    }
}

/// The fingerprint of a paragraph; `None` when its key is empty: it is no paragraph then.
///
/// `scratch` is overwritten with the key, and saves an allocation for each paragraph.
#[must_use]
pub fn paragraph(text: &str, scratch: &mut String) -> Option<Digest> {
    scratch.clear();
    key(text, scratch);
    (!scratch.is_empty()).then(|| digest(scratch))
}

/// The same as [`paragraph`] for a text that is plain: ASCII without controls and grave accents, one
/// space between words, none at the ends, and not empty. Its key is the text in small letters.
pub(crate) fn plain_paragraph(text: &str, scratch: &mut Vec<u8>) -> Digest {
    scratch.clear();
    push_small_letters(text, scratch);
    Digest(*blake3::hash(scratch).as_bytes())
}

/// The fingerprint of an article with these paragraphs: BLAKE3 of their fingerprints' bytes, one
/// after the other.
#[must_use]
pub fn article(paragraphs: &[Digest]) -> Digest {
    let bytes: Vec<[u8; 32]> = paragraphs.iter().map(|paragraph| paragraph.0).collect();
    article_of(&bytes)
}

/// The same, of the bytes of the paragraphs' fingerprints.
pub(crate) fn article_of(paragraphs: &[[u8; 32]]) -> Digest {
    Digest(*blake3::hash(paragraphs.as_flattened()).as_bytes())
}

/// BLAKE3 of a key's UTF-8.
#[must_use]
pub fn digest(key: &str) -> Digest {
    Digest(*blake3::hash(key.as_bytes()).as_bytes())
}

/// The key of `text`, as [`key`] appends it; borrowed when the text is its own key.
#[must_use]
pub fn key_of(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    key(text, &mut out);
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// Appends the key of `text` to `out`: what is compared instead of the text, and never shown.
///
/// Invisible characters and controls are deleted; then `NFKC_Casefold` of Unicode 16 (each
/// character folded, the result in NFC), quotation marks become `"` or `'`, dashes `-`, every run
/// of white space one space, none at the ends.
pub fn key(text: &str, out: &mut String) {
    let start = out.len();
    let folded = fold(text, out);
    if folded.simple {
        return;
    }
    // A character that NFC may touch: the fold must have started from NFC, and end in it.
    let visible: Cow<'_, str> = if folded.deleted {
        text.chars().filter(|&c| !is_deleted_from_keys(c)).collect::<String>().into()
    } else {
        text.into()
    };
    if let Cow::Owned(composed) = nfc(&visible) {
        out.truncate(start);
        fold(&composed, out);
    } else if folded.deleted {
        out.truncate(start);
        fold(&visible, out);
    }
    compose_tail(out, start);
}

/// What [`fold`] met.
struct Folded {
    /// Nothing that NFC could have changed before, or could change now.
    simple: bool,
    /// Something was deleted.
    deleted: bool,
}

/// Appends `text` with each character folded and white space collapsed.
fn fold(text: &str, out: &mut String) -> Folded {
    let folds = &*FOLDS;
    let mut folded = Folded { simple: true, deleted: false };
    let mut to = Collapsed { start: out.len(), out, space: false };
    let mut rest = text;
    loop {
        let run = folds.same_run(rest, &mut folded.simple);
        if run > 0 {
            let (same, after) = rest.split_at_checked(run).unwrap_or((rest, ""));
            to.push_run(same);
            rest = after;
        }
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { return folded };
        rest = chars.as_str();
        let entry = folds.entry(c);
        folded.simple &= entry & ACTIVE == 0;
        match entry & KIND {
            SAME => to.push(c),
            OTHER => to.push(char::from_u32(entry & VALUE).unwrap_or(c)),
            SPACE => to.space = true,
            DELETE => folded.deleted = true,
            _ => folds.several(entry).chars().for_each(|c| to.push(c)),
        }
    }
}

/// Writes with white space collapsed, none at the ends.
struct Collapsed<'a> {
    out: &'a mut String,
    start: usize,
    /// Whether white space stood before what comes next.
    space: bool,
}

impl Collapsed<'_> {
    fn push(&mut self, c: char) {
        if c.is_whitespace() {
            self.space = true;
        } else {
            self.end_space();
            self.out.push(c);
        }
    }

    /// Writes what [`Folds::same_run`] found, the case of ASCII folded.
    fn push_run(&mut self, run: &str) {
        let body = run.strip_prefix(' ').unwrap_or(run);
        self.space |= body.len() < run.len();
        let words = body.strip_suffix(' ').unwrap_or(body);
        if !words.is_empty() {
            self.end_space();
            let from = self.out.len();
            self.out.push_str(words);
            if let Some(pushed) = self.out.get_mut(from..) {
                pushed.make_ascii_lowercase();
            }
        }
        self.space |= words.len() < body.len();
    }

    fn end_space(&mut self) {
        if self.space && self.out.len() > self.start {
            self.out.push(' ');
        }
        self.space = false;
    }
}

/// Quotation marks, and what they become: `Quotation_Mark` of Unicode 16, and what is written in
/// their place: the grave accent, apostrophes that are letters, Hebrew geresh and gershayim, and
/// the ornaments. (The vertical, half and full width forms are folded by `NFKC_Casefold` to these.)
const QUOTES: [(char, &str); 2] = [
    (
        '"',
        "\"\u{AB}\u{BB}\u{2EE}\u{5F4}\u{201C}\u{201D}\u{201E}\u{201F}\u{275D}\u{275E}\u{2760}\
         \u{2E42}\u{300E}\u{300F}\u{301D}\u{301E}\u{301F}\u{1F676}\u{1F677}\u{1F678}",
    ),
    (
        '\'',
        "'`\u{2BB}\u{2BC}\u{55A}\u{5F3}\u{2018}\u{2019}\u{201A}\u{201B}\u{2039}\u{203A}\u{275B}\
         \u{275C}\u{275F}\u{276E}\u{276F}\u{300C}\u{300D}",
    ),
];

/// Dashes, which become `-`: `Dash` of Unicode 16. (The rest of it is folded to these.)
const DASHES: &str = "-\u{58A}\u{5BE}\u{1400}\u{1806}\u{2010}\u{2012}\u{2013}\u{2014}\u{2015}\
     \u{2053}\u{2212}\u{2E17}\u{2E1A}\u{2E3A}\u{2E3B}\u{2E40}\u{2E5D}\u{301C}\u{3030}\u{30A0}\
     \u{10D6E}\u{10EAD}";

// An entry of the table of folds: what becomes of a character.
const KIND: u32 = 7 << 28;
/// It stays.
const SAME: u32 = 0;
/// It becomes another one, the entry's value.
const OTHER: u32 = 1 << 28;
/// It becomes a space.
const SPACE: u32 = 2 << 28;
/// It is deleted.
const DELETE: u32 = 3 << 28;
/// It becomes several: the value is their place in the text of all such, and their length.
const SEVERAL: u32 = 4 << 28;
const VALUE: u32 = (1 << 28) - 1;
const LEN_BITS: u32 = 8;
/// Set when NFC may touch the character or what it becomes.
const ACTIVE: u32 = 1 << 31;

/// Code points a block of the table holds.
const BLOCK: usize = 256;
/// Blocks of all code points.
const BLOCKS: usize = 0x11_0000 / BLOCK;

/// What becomes of every character; equal blocks are stored once.
struct Folds {
    /// For each block of code points, its place in `blocks`.
    places: Vec<u16>,
    blocks: Vec<[u32; BLOCK]>,
    several: String,
}

static FOLDS: LazyLock<Folds> = LazyLock::new(Folds::new);

impl Folds {
    fn entry(&self, c: char) -> u32 {
        let code = c as usize;
        let place = self.places.get(code / BLOCK).copied().unwrap_or_default();
        self.blocks.get(usize::from(place)).map_or(SAME, |block| block[code % BLOCK])
    }

    /// Length of the run at the start of `text` of plain ASCII, single spaces that something else
    /// than a space follows, and characters that stay. `simple` becomes false at one that NFC may
    /// touch.
    fn same_run(&self, text: &str, simple: &mut bool) -> usize {
        let bytes = text.as_bytes();
        let mut at = 0;
        loop {
            let second = bytes.get(at + 1).copied().unwrap_or_default();
            match bytes.get(at) {
                None => return at,
                Some(b' ') if second >= 0x80 => at += 1,
                Some(0..0x80) => {
                    let end = plain_run(bytes, at);
                    if end == at {
                        return at;
                    }
                    at = end;
                }
                Some(_) => {
                    let mut rest = text.get(at..).unwrap_or_default().chars();
                    while let Some(c) = rest.next().filter(|c| !c.is_ascii()) {
                        let entry = self.entry(c);
                        if entry & KIND != SAME {
                            return at;
                        }
                        *simple &= entry & ACTIVE == 0;
                        at += c.len_utf8();
                    }
                }
            }
        }
    }

    fn several(&self, entry: u32) -> &str {
        let start = ((entry & VALUE) >> LEN_BITS) as usize;
        let len = (entry & ((1 << LEN_BITS) - 1)) as usize;
        self.several.get(start..start + len).unwrap_or_default()
    }

    fn new() -> Folds {
        let mut folds = Folds {
            places: vec![0; BLOCKS],
            // The block of all that stay.
            blocks: vec![[SAME; BLOCK]],
            several: String::new(),
        };
        for (to, all) in QUOTES.into_iter().chain([('-', DASHES)]) {
            all.chars().for_each(|c| folds.set(c.into(), OTHER | u32::from(to)));
        }
        let noncharacters = (0..=16).flat_map(|plane| [plane << 16 | 0xFFFE, plane << 16 | 0xFFFF]);
        for code in (0..0x3100).chain(0xFDD0..0xFFFF).chain(noncharacters) {
            match char::from_u32(code) {
                Some(c) if c.is_whitespace() => folds.set(code, SPACE),
                Some(c) if is_deleted_from_keys(c) => folds.set(code, DELETE),
                _ => {}
            }
        }
        let lines = || TABLE.lines().filter_map(Line::parse);
        for line in lines().filter(|line| line.to == "active") {
            line.codes().for_each(|code| folds.set(code, ACTIVE));
        }
        for line in lines().filter(|line| line.to != "active") {
            folds.read(&line);
        }
        folds
    }

    /// Enters a line that says what characters become.
    fn read(&mut self, line: &Line<'_>) {
        if line.to == "delete" {
            return line.codes().for_each(|code| self.set(code, DELETE));
        }
        let to: Vec<u32> =
            line.to.split(' ').filter_map(|code| u32::from_str_radix(code, 16).ok()).collect();
        if let [to] = to[..] {
            for code in line.codes() {
                let Some(to) = char::from_u32(to + (code - line.first)) else { continue };
                // What it becomes may become a quote, a dash or a space in turn.
                let entry = self.entry(to);
                let becomes = match entry & KIND {
                    SAME => OTHER | u32::from(to),
                    kind => kind | entry & VALUE,
                };
                self.set(code, becomes | entry & ACTIVE);
            }
        } else {
            let mut active = 0;
            let start = self.several.len();
            for to in to.into_iter().filter_map(char::from_u32) {
                let entry = self.entry(to);
                active |= entry & ACTIVE;
                let further = if entry & KIND == OTHER { entry & VALUE } else { to.into() };
                self.several.push(char::from_u32(further).unwrap_or(to));
            }
            let value = start << LEN_BITS | (self.several.len() - start);
            self.set(line.first, SEVERAL | active | u32::try_from(value).unwrap_or_default());
        }
    }

    /// Sets the entry of `code`; [`ACTIVE`] once set stays.
    fn set(&mut self, code: u32, entry: u32) {
        let code = code as usize;
        let Some(place) = self.places.get_mut(code / BLOCK) else { return };
        if *place == 0 {
            *place = u16::try_from(self.blocks.len()).unwrap_or_default();
            self.blocks.push([SAME; BLOCK]);
        }
        if let Some(block) = self.blocks.get_mut(usize::from(*place)) {
            let old = &mut block[code % BLOCK];
            // A line "active" says nothing of what the character becomes.
            let kept = if entry == ACTIVE { *old } else { *old & ACTIVE };
            *old = kept | entry;
        }
    }
}

/// `NFKC_Casefold` of Unicode 16; the file says what its lines mean.
const TABLE: &str = include_str!("fingerprint/nfkc_casefold.txt");

/// A line of the table.
struct Line<'a> {
    first: u32,
    last: u32,
    step: usize,
    to: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Line<'a>> {
        let (codes, to) = line.split_once(' ').filter(|(codes, _)| *codes != "#")?;
        let (codes, step) = codes.split_once('/').map_or((codes, 1), |(codes, _)| (codes, 2));
        let (first, last) = codes.split_once("..").unwrap_or((codes, codes));
        let code = |hex| u32::from_str_radix(hex, 16).ok();
        Some(Line { first: code(first)?, last: code(last)?, step, to })
    }

    fn codes(&self) -> impl Iterator<Item = u32> + use<> {
        (self.first..=self.last).step_by(self.step)
    }
}
