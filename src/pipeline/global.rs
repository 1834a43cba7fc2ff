//! `--paragraphs global`: every later copy of a paragraph, over all written articles.

use hashbrown::HashMap;
use rayon::ThreadPool;

use super::Known;
use super::gather::{each_entry, each_piece};
use super::stored::Entry;
use crate::article::Span;
use crate::dedupe::ArticleId;
use crate::error::Error;
use crate::fingerprint::Digest;
use crate::observer::Observer;

/// Which paragraphs go, and what each repeats.
#[derive(Default)]
pub(super) struct Repeated {
    /// Sorted by article and paragraph.
    rows: Vec<Row>,
    /// The dumps of the articles that hold a first copy.
    dumps: Vec<String>,
}

struct Row {
    article: ArticleId,
    paragraph: u32,
    first: Place,
}

#[derive(Clone, Copy)]
struct Place {
    dump: u32,
    span: Span,
}

/// A written article: its dump, and each paragraph that is no boilerplate.
type Written = (ArticleId, String, Vec<(u32, Digest, Span)>);

impl Repeated {
    /// Finds the repeats, in input order. An article that says nothing of its own keeps all it has:
    /// an article is never emptied. Within one article nothing is a repeat.
    pub(super) fn find(
        pool: &ThreadPool,
        known: &Known,
        observer: &dyn Observer,
    ) -> Result<Repeated, Error> {
        let mut firsts: HashMap<[u8; 32], Place> = HashMap::new();
        let mut repeated = Repeated::default();
        let work = |piece: usize| written(known, piece);
        each_piece(pool, known.gathered.spool.len(), work, observer, &mut |articles| {
            for article in articles {
                repeated.enter(article, &mut firsts);
            }
            Ok(())
        })?;
        Ok(repeated)
    }

    fn enter(
        &mut self,
        (article, dump, paragraphs): Written,
        firsts: &mut HashMap<[u8; 32], Place>,
    ) {
        let old = |digest: &Digest| firsts.contains_key(&digest.0);
        if paragraphs.iter().all(|(_, digest, _)| old(digest)) {
            return;
        }
        for (paragraph, digest, _) in &paragraphs {
            if let Some(&first) = firsts.get(&digest.0) {
                self.rows.push(Row { article, paragraph: *paragraph, first });
            }
        }
        let number = u32::try_from(self.dumps.len()).unwrap_or(u32::MAX);
        self.dumps.push(dump);
        for (_, digest, span) in paragraphs {
            firsts.entry(digest.0).or_insert(Place { dump: number, span });
        }
    }

    /// What paragraph `paragraph` of `article` repeats: a dump and a place in it.
    pub(super) fn of(&self, article: ArticleId, paragraph: usize) -> Option<(&str, Span)> {
        let wanted = (article, u32::try_from(paragraph).ok()?);
        let row =
            self.rows.binary_search_by_key(&wanted, |row| (row.article, row.paragraph)).ok()?;
        let first = self.rows[row].first;
        Some((self.dumps.get(first.dump as usize)?, first.span))
    }
}

/// The articles of one piece that will be written.
fn written(known: &Known, piece: usize) -> Result<Vec<Written>, Error> {
    let bytes = known.gathered.spool.read(piece)?;
    let mut articles = Vec::new();
    let mut id = ArticleId(known.gathered.first_articles[piece]);
    each_entry(&bytes, &mut |entry| {
        let Entry::Article(article) = entry else { return Ok(()) };
        let source = known.gathered.index.sources[id.0 as usize];
        if known.is_written(id) {
            let own = article.texts().zip(0_u32..).filter_map(
                |((paragraph, paragraph_text, digest), index)| {
                    let learned = known.learned.contains(source, digest);
                    // What the configuration keeps is no repeat, nor the first of any.
                    let kept = known.options.keep_list.as_ref();
                    let kept = kept.is_some_and(|list| list.kept_by(paragraph_text).is_some());
                    (!learned && !kept).then_some((index, digest, paragraph.span))
                },
            );
            articles.push((id, article.dump.to_owned(), own.collect()));
        }
        id.0 += 1;
        Ok(())
    })?;
    Ok(articles)
}
