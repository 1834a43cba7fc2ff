//! The texts of copies that a run left out: read from the inputs and cleaned again, for no file holds
//! them.

use std::path::Path;

use hashbrown::HashSet;

use super::rows::{RemovalRow, Rows};
use crate::clean::CleanArticle;
use crate::error::Error;
use crate::fingerprint::{self, Digest};
use crate::normalize;
use crate::report::Report;

/// Paragraphs that the ledger enters as boilerplate.
#[derive(Default)]
pub(super) struct Boilerplate(HashSet<Digest>);

impl Boilerplate {
    /// Reads the ledger of the run in `dir`.
    pub(super) fn read(dir: &Path, report: &Report) -> Result<Boilerplate, Error> {
        let mut known = Boilerplate::default();
        let mut rows: Rows<RemovalRow> =
            Rows::open(dir, "removals.jsonl", report.options.compress)?;
        while let Some(row) = rows.next()? {
            known.enter(&row);
        }
        Ok(known)
    }

    /// Enters what a row of the ledger took as boilerplate.
    pub(super) fn enter(&mut self, row: &RemovalRow) {
        if row.reason == "boilerplate"
            && let Some(digest) =
                fingerprint::paragraph(&normalize::text(row.text.trim()), &mut String::new())
        {
            self.0.insert(digest);
        }
    }

    pub(super) fn contains(&self, digest: &Digest) -> bool {
        self.0.contains(digest)
    }

    /// The text of a copy with this fingerprint; as it was cleaned, where what is known of boilerplate
    /// does not lead to the fingerprint.
    pub(super) fn text_of(&self, article: &CleanArticle, fingerprint: &str) -> String {
        let tries: [&dyn Fn(&Digest) -> bool; 2] = [&|_| false, &|digest| self.contains(digest)];
        tries
            .into_iter()
            .find_map(|is_gone| text_without(article, fingerprint, is_gone))
            .unwrap_or_else(|| article.text.clone())
    }
}

/// The text of `article` without the paragraphs that are gone, if it then has this fingerprint.
pub(super) fn text_without(
    article: &CleanArticle,
    fingerprint: &str,
    is_gone: &dyn Fn(&Digest) -> bool,
) -> Option<String> {
    let (text, digests) = without(article, is_gone);
    (fingerprint::article(&digests).to_string() == fingerprint).then_some(text)
}

/// The text of `article` without the paragraphs that are gone; of nothing but a title, that.
fn without(article: &CleanArticle, is_gone: &dyn Fn(&Digest) -> bool) -> (String, Vec<Digest>) {
    let texts = article.text.split("\n\n").zip(&article.digests);
    let (texts, digests): (Vec<&str>, Vec<Digest>) =
        texts.filter(|(_, digest)| !is_gone(digest)).unzip();
    let title = article.title.as_deref().filter(|_| article.title_from_text && digests.is_empty());
    match title {
        Some(title) => {
            let digest = fingerprint::paragraph(title, &mut String::new());
            (title.to_owned(), digest.into_iter().collect())
        }
        None => (texts.join("\n\n"), digests),
    }
}
