//! Metadata headers: `Title: ...`, `URL: ...` on lines of their own above an article.

use crate::article::{Block, Fields};

/// What a header line can fill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    /// The headline.
    Title,
    /// The address.
    Url,
    /// The date of publication.
    Published,
    /// The publisher.
    Source,
    /// The author.
    Byline,
    /// The language.
    Language,
    /// The input's own id.
    Id,
    /// Known, but no field of ours.
    Other,
}

/// The words that open a header line. Lower case.
const KEYS: &[(&str, Key)] = &[
    ("title", Key::Title),
    ("headline", Key::Title),
    ("url", Key::Url),
    ("link", Key::Url),
    ("uri", Key::Url),
    ("date", Key::Published),
    ("published", Key::Published),
    ("pubdate", Key::Published),
    ("publication date", Key::Published),
    ("published at", Key::Published),
    ("published date", Key::Published),
    ("source", Key::Source),
    ("publisher", Key::Source),
    ("site", Key::Source),
    ("domain", Key::Source),
    ("outlet", Key::Source),
    ("author", Key::Byline),
    ("authors", Key::Byline),
    ("byline", Key::Byline),
    ("by", Key::Byline),
    ("language", Key::Language),
    ("lang", Key::Language),
    ("id", Key::Id),
    ("guid", Key::Id),
    ("section", Key::Other),
    ("category", Key::Other),
    ("categories", Key::Other),
    ("tags", Key::Other),
    ("keywords", Key::Other),
    ("scraped", Key::Other),
    ("retrieved", Key::Other),
    ("crawled", Key::Other),
    ("updated", Key::Other),
    ("modified", Key::Other),
    ("country", Key::Other),
];

/// The key and value of a header line.
pub(crate) fn parse(line: &str) -> Option<(Key, &str)> {
    let colon = line.as_bytes().iter().take(20).position(|&b| b == b':')?;
    let word = line.get(..colon)?.trim_end();
    let (_, key) = KEYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word))?;
    let value = line[colon + 1..].trim();
    (!value.is_empty()).then_some((*key, value))
}

/// Number of blocks at `blocks[0..]` that are one header: two or more lines with different keys
/// that follow each other directly, one of them a title or an address.
pub(super) fn length(blocks: &[Block]) -> usize {
    let run = blocks
        .iter()
        .enumerate()
        .take_while(|(i, block)| (*i == 0 || block.gap == 0) && parse(&block.text).is_some())
        .count();
    let key = |block: &Block| parse(&block.text).map(|(key, _)| key);
    let names = |wanted: Key| blocks[..run].iter().any(|block| key(block) == Some(wanted));
    let known = names(Key::Title) || names(Key::Url);
    // Two titles alone are a list of titles.
    let differ = blocks[..run].windows(2).any(|pair| key(&pair[0]) != key(&pair[1]));
    if known && differ { run } else { 0 }
}

/// Where headers stand, if headers are how this dump is built: its first block is one, or it has two
/// or more with a title.
pub(super) fn starts(blocks: &[Block]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut i = 0;
    while i < blocks.len() {
        let run = if i == 0 || blocks[i].gap > 0 { length(&blocks[i..]) } else { 0 };
        if run > 0 {
            starts.push(i);
        }
        i += run.max(1);
    }
    let built = starts.first() == Some(&0) || starts.len() >= 2;
    if built { starts } else { Vec::new() }
}

/// What the first `length` blocks say. The first value of a key counts.
pub(super) fn fields(blocks: &[Block], length: usize) -> Fields {
    let mut fields = Fields::default();
    for (key, value) in blocks[..length].iter().filter_map(|block| parse(&block.text)) {
        let slot = match key {
            Key::Title => &mut fields.title,
            Key::Url => &mut fields.url,
            Key::Published => &mut fields.published,
            Key::Source => &mut fields.source,
            Key::Byline => &mut fields.byline,
            Key::Language => &mut fields.language,
            Key::Id => &mut fields.id,
            Key::Other => continue,
        };
        slot.get_or_insert_with(|| value.to_owned());
    }
    fields
}
