//! Cutting a dump into articles, and an article into blocks. Never fails: any text has a reading.

mod cut;
pub(crate) mod header;
pub(crate) mod lines;
pub(crate) mod shape;
mod wrap;

use std::borrow::Cow;

pub(crate) use cut::is_size_control;

use self::lines::{Line, is_wide};
use crate::article::{Article, Block, Dump, Fields, Span};
use crate::options::Split;

/// Cuts `dump` into articles. Every non-blank line stands in exactly one block of one article, in
/// the order of the text. A text dump may hold many articles; a record of another format is one,
/// unless `split` says to look into it.
#[must_use]
pub fn segment(dump: &Dump, split: Split) -> Vec<Article<'_>> {
    let mut articles = Vec::new();
    segment_with(dump, split, &mut Scratch::default(), &mut articles);
    articles
}

/// Lines of a dump, for which there is memory from one to the next.
#[derive(Default)]
pub(crate) struct Scratch {
    lines: Vec<Line>,
}

/// So many lines are kept memory for.
const KEPT_LINES: usize = 1 << 12;

/// The same, added to `articles`, with memory of the dump before.
pub(crate) fn segment_with<'d>(
    dump: &'d Dump,
    split: Split,
    scratch: &mut Scratch,
    articles: &mut Vec<Article<'d>>,
) {
    let lines = &mut scratch.lines;
    lines::find(&dump.text, lines);
    let (blocks, form_feeds) = blocks(&dump.text, lines);
    lines.clear();
    lines.shrink_to(KEPT_LINES);
    if blocks.is_empty() {
        return;
    }
    let cut = match split {
        Split::Auto => dump.record.is_none(),
        Split::Always => true,
        Split::Never => false,
    };
    let starts = if cut { cut::starts(&blocks, &form_feeds) } else { Vec::new() };
    if starts.len() <= 1 {
        articles.push(article(blocks, dump));
        return;
    }
    let mut blocks = blocks.into_iter();
    for (n, &start) in starts.iter().enumerate() {
        let count = starts.get(n + 1).map_or(usize::MAX, |next| next - start);
        articles.push(article(blocks.by_ref().take(count).collect(), dump));
    }
}

/// An article of `dump`, with what its metadata header says where the record says nothing.
fn article<'a>(blocks: Vec<Block<'a>>, dump: &'a Dump) -> Article<'a> {
    let header_blocks = if dump.record.is_none() { header::length(&blocks) } else { 0 };
    let given = &dump.fields;
    if header_blocks == 0 {
        return Article { blocks, header_blocks, fields: Cow::Borrowed(given) };
    }
    let said = header::fields(&blocks, header_blocks);
    let either = |given: &Option<String>, said: Option<String>| given.clone().or(said);
    let fields = Fields {
        id: either(&given.id, said.id),
        source: either(&given.source, said.source),
        url: either(&given.url, said.url),
        title: either(&given.title, said.title),
        byline: either(&given.byline, said.byline),
        dateline: given.dateline.clone(),
        published: either(&given.published, said.published),
        language: either(&given.language, said.language),
        meta: given.meta.clone(),
    };
    Article { blocks, header_blocks, fields: Cow::Owned(fields) }
}

/// One block a line; in hard-wrapped text, one block a paragraph. And the indices of those before which a
/// form feed stands.
fn blocks<'a>(text: &'a str, lines: &[Line]) -> (Vec<Block<'a>>, Vec<usize>) {
    let wrapped = wrap::Wrapped::find(text, lines);
    let mut blocks: Vec<Block> = Vec::with_capacity(lines.len());
    let mut form_feeds = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let piece = line.span.of(text);
        let continues = wrapped.as_ref().is_some_and(|wrapped| {
            index > 0 && !line.form_feed && wrapped.continues(text, &lines[index - 1], line)
        });
        if let Some(block) = blocks.last_mut().filter(|_| continues) {
            join(block, piece, line.span);
        } else {
            let &Line { span, number, gap, indent, form_feed } = line;
            if form_feed {
                form_feeds.push(blocks.len());
            }
            blocks.push(Block { text: Cow::Borrowed(piece), span, line: number, gap, indent });
        }
    }
    (blocks, form_feeds)
}

/// Appends a wrapped line to its paragraph, with a space where the script has spaces.
fn join(block: &mut Block, piece: &str, span: Span) {
    let text = block.text.to_mut();
    let tight = text.ends_with(is_wide) && piece.starts_with(is_wide);
    if !tight {
        text.push(' ');
    }
    text.push_str(piece);
    block.span.end = span.end;
}
