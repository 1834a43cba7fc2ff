//! Measuring the similarities of a finished run again, on the texts.

use std::path::Path;

use hashbrown::HashMap;

use super::copies::{Boilerplate, text_without};
use super::rows::{ArticleRow, DuplicateRow, RemovalRow, Rows};
use crate::article::Dump;
use crate::clean::{CleanArticle, Cleaner, Scratch};
use crate::dedupe::near::Shingles;
use crate::error::Error;
use crate::fingerprint::Digest;
use crate::options::{Extent, Paragraphs};
use crate::report::Report;

/// Similarities of a sample.
const SAMPLE: u64 = 1000;
/// The report gives six decimals.
const ROUNDED: f64 = 1e-6;

/// The near and contained copies that are measured again.
pub(super) struct Pairs {
    /// By the `dump` of the copy.
    copies: HashMap<String, Pair>,
    /// Texts of representatives, by id.
    texts: HashMap<String, String>,
    /// Paragraphs that the ledger enters as boilerplate, by source.
    learned: HashMap<Option<String>, Boilerplate>,
    cleaner: Cleaner,
    scratch: Scratch,
    measured: u64,
}

struct Pair {
    representative: String,
    is_part: bool,
    similarity: f64,
    fingerprint: String,
    is_measured: bool,
}

impl Pairs {
    /// Chooses copies of the run in `dir`. Repeats over all articles are taken out after copies were
    /// measured, so of such a run none can be measured again.
    pub(super) fn choose(dir: &Path, report: &Report, extent: Extent) -> Result<Pairs, Error> {
        let options = super::options(report, dir)?;
        let mut chosen = Pairs {
            copies: HashMap::new(),
            texts: HashMap::new(),
            learned: HashMap::new(),
            cleaner: Cleaner::new(&options),
            scratch: Scratch::default(),
            measured: 0,
        };
        let all = report.totals.near + report.totals.contained;
        if all == 0 || report.options.paragraphs == Paragraphs::Global {
            return Ok(chosen);
        }
        let step = if extent == Extent::All { 1 } else { all.div_ceil(SAMPLE) };
        let mut rows: Rows<DuplicateRow> =
            Rows::open(dir, "duplicates.jsonl", report.options.compress)?;
        let mut number = 0;
        while let Some(row) = rows.next()? {
            if row.kind == "exact" {
                continue;
            }
            if number % step == 0 {
                chosen.texts.insert(row.duplicate_of.clone(), String::new());
                let pair = Pair {
                    representative: row.duplicate_of,
                    is_part: row.kind == "contained",
                    similarity: row.similarity,
                    fingerprint: row.fingerprint,
                    is_measured: false,
                };
                chosen.copies.insert(row.dump, pair);
            }
            number += 1;
        }
        Ok(chosen)
    }

    /// Remembers the text of `row` if copies name it.
    pub(super) fn article(&mut self, row: &ArticleRow) {
        if let Some(text) = self.texts.get_mut(&row.id) {
            text.clone_from(&row.text);
        }
    }

    /// Remembers what the ledger says of an article of `source`.
    pub(super) fn removal(&mut self, source: Option<&str>, row: &RemovalRow) {
        self.learned.entry(source.map(str::to_owned)).or_default().enter(row);
    }

    /// Whether none was chosen.
    pub(super) fn is_empty(&self) -> bool {
        self.copies.is_empty()
    }

    /// Whether the copy `name` was chosen.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.copies.contains_key(name)
    }

    /// Measures the chosen copies that stand in `dump`, and calls `wrong` with each whose similarity is
    /// another one.
    pub(super) fn dump(&mut self, dump: &Dump, wrong: &mut dyn FnMut(&str, &str)) {
        let mut found = Vec::new();
        let Pairs { cleaner, scratch, copies, .. } = self;
        cleaner.clean(dump, scratch, &mut |article| {
            found.extend(article.ok().filter(|article| copies.contains_key(&article.dump)));
        });
        for article in found {
            let pair = self.copies.get(&article.dump);
            let text = pair.and_then(|pair| self.text(&article, pair));
            if let Some(text) = text {
                self.copy(&article.dump, &text, wrong);
            }
        }
    }

    /// Measures the copy `name`, whose text is `text`.
    pub(super) fn copy(&mut self, name: &str, text: &str, wrong: &mut dyn FnMut(&str, &str)) {
        let Some(pair) = self.copies.get_mut(name).filter(|pair| !pair.is_measured) else { return };
        pair.is_measured = true;
        self.measured += 1;
        let of = self.texts.get(&pair.representative).map(String::as_str).unwrap_or_default();
        let measured = Shingles::of(text).compare(&Shingles::of(of));
        let similarity = if pair.is_part { measured.first_in_second } else { measured.similarity };
        if (similarity - pair.similarity).abs() > ROUNDED {
            let what = format!("its similarity is {similarity:.6}, and not {}", pair.similarity);
            wrong(name, &what);
        }
    }

    /// The text of a copy that is not written: without the boilerplate of its source or of any, as its
    /// fingerprint proves.
    fn text(&self, article: &CleanArticle, pair: &Pair) -> Option<String> {
        let own = self.learned.get(&Some(article.source.clone()));
        let none = |_: &Digest| false;
        let of_source = |digest: &Digest| own.is_some_and(|learned| learned.contains(digest));
        let of_any =
            |digest: &Digest| self.learned.values().any(|learned| learned.contains(digest));
        let tries: [&dyn Fn(&Digest) -> bool; 3] = [&none, &of_source, &of_any];
        tries.into_iter().find_map(|is_gone| text_without(article, &pair.fingerprint, is_gone))
    }

    /// How many were measured, of how many chosen.
    pub(super) fn counts(&self) -> (u64, usize) {
        (self.measured, self.copies.len())
    }
}
