//! What the page shows of the data itself: some removals in their articles, some clusters with the words in
//! which their members differ, and the pairs just below the threshold. The articles are read from the
//! spool once more, only those that are shown.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::gather::each_entry;
use super::stored::{Entry, StoredArticle};
use super::tally::{Place, Tally};
use super::write_pass::{Kept, Writing, written_kind};
use crate::dedupe::near::Miss;
use crate::dedupe::{ArticleId, Kind, Verdict};
use crate::difference::difference;
use crate::error::{Error, ErrorKind};
use crate::page::{self, Cluster, Line, Member, Named, Pair, Removed, Samples};
use crate::sample::hash_at;

/// Lines shown before and after a removed one.
const LINES_AROUND: usize = 3;

/// Chooses and reads what is shown.
pub(super) fn samples(writing: &Writing, tally: &Tally) -> Result<Samples, Error> {
    let mut samples = Samples::default();
    let mut places: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for Place { article, start } in tally.sampled(page::REMOVALS_MAX) {
        places.entry(article).or_default().insert(start);
    }
    for (article, starts) in places {
        let id = ArticleId(article);
        with_article(writing, id, &mut |article, kept| {
            samples.removals.extend(removals(article, kept, writing.id(id), &starts)?);
            Ok(())
        })?;
    }
    samples.removals = in_turns(samples.removals);
    let chosen = clusters(writing);
    let mut members: HashMap<u32, Vec<Copy>> =
        chosen.iter().map(|(index, _)| (*index, Vec::new())).collect();
    for (verdict, i) in writing.known.verdicts.iter().zip(0_u32..) {
        if let Verdict::DuplicateOf { representative, kind, similarity } = *verdict
            && let Some(members) = members.get_mut(&representative.0)
        {
            members.push((similarity, i, kind));
        }
    }
    for (index, why) in chosen {
        let members = members.remove(&index).unwrap_or_default();
        samples.clusters.push(cluster(writing, index, why, members)?);
    }
    let mut misses: Vec<&Miss> = writing.known.misses.iter().collect();
    misses.sort_by(|a, b| {
        let by_place = || (a.article, a.other).cmp(&(b.article, b.other));
        b.similarity.total_cmp(&a.similarity).then_with(by_place)
    });
    for miss in misses.into_iter().take(page::MISSES_MAX) {
        samples.misses.push(pair(writing, miss)?);
    }
    Ok(samples)
}

/// The rules take turns, so that the beginning of the list shows some of each.
fn in_turns(removals: Vec<Removed>) -> Vec<Removed> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut list: Vec<(usize, Removed)> = Vec::new();
    for removed in removals {
        let turn = seen.entry(removed.rule.clone()).or_default();
        list.push((*turn, removed));
        *turn += 1;
    }
    list.sort_by(|(a, one), (b, other)| (a, &one.rule).cmp(&(b, &other.rule)));
    list.into_iter().map(|(_, removed)| removed).collect()
}

/// Reads one article from the spool.
fn with_article(
    writing: &Writing,
    id: ArticleId,
    each: &mut dyn FnMut(&StoredArticle, &Kept) -> Result<(), Error>,
) -> Result<(), Error> {
    let gathered = writing.known.gathered;
    let bytes = gathered.spool.read_from(gathered.index.place(id))?;
    let mut found = false;
    each_entry(&bytes, &mut |entry| {
        if let Entry::Article(article) = entry {
            found = true;
            let mut kept = Kept::default();
            writing.keep(id, article, true, &mut Tally::default(), &mut kept);
            each(article, &kept)?;
        }
        Ok(())
    })?;
    if found {
        Ok(())
    } else {
        Err(Error::at("spool", ErrorKind::Bug("holds no article at its place".to_owned())))
    }
}

/// The removals of `article` that begin at `starts`, each among the lines around it.
fn removals(
    article: &StoredArticle,
    kept: &Kept,
    id: &str,
    starts: &BTreeSet<usize>,
) -> Result<Vec<Removed>, Error> {
    // Every block that is no field, in the order of the text; a part stands before the rest of its block.
    let mut lines: Vec<(usize, &str, bool)> = Vec::new();
    for (index, (paragraph, text, _)) in article.texts().enumerate() {
        if !kept.gone.iter().any(|gone| gone.index == index) {
            lines.push((paragraph.span.start, text, false));
        }
    }
    let mut rows: Vec<Removed> = Vec::new();
    let row = |rule: &str, reason: &str, line: usize, text: &str| Removed {
        rule: rule.to_owned(),
        reason: reason.to_owned(),
        source: page::shown_name(article.source),
        article: id.to_owned(),
        title: page::shown_name(article.title.unwrap_or("(no title)")),
        dump: page::shown_name(article.dump),
        line: line as u64,
        text: page::shown(text),
        keep: page::keep_line(text),
        ..Removed::default()
    };
    let mut found: Vec<usize> = Vec::new();
    for removal in article.removals() {
        let removal = removal?;
        let facts = &removal.facts;
        lines.push((facts.span.start, removal.text, true));
        if starts.contains(&facts.span.start) {
            found.push(facts.span.start);
            rows.push(Removed {
                partial: facts.partial,
                repeats: removal.repeated(article.dump),
                ..row(facts.rule, facts.reason.as_str(), facts.line, removal.text)
            });
        }
    }
    for gone in &kept.gone {
        lines.push((gone.span.start, gone.text, true));
        if starts.contains(&gone.span.start) {
            found.push(gone.span.start);
            rows.push(Removed {
                repeats: gone.first.map(|(dump, _)| dump.to_owned()).unwrap_or_default(),
                ..row(gone.rule, gone.reason.as_str(), gone.line, gone.text)
            });
        }
    }
    lines.sort_by_key(|line| (line.0, !line.2));
    for (row, start) in rows.iter_mut().zip(found) {
        let this = lines.iter().position(|line| line.0 == start && line.2).unwrap_or(0);
        let from = this.saturating_sub(LINES_AROUND);
        let around = lines.iter().enumerate().skip(from).take(this - from + 1 + LINES_AROUND);
        row.context = around
            .map(|(i, &(_, text, is_removed))| Line {
                text: if i == this { page::shown(text) } else { page::shown_line(text) },
                is_removed,
                is_this: i == this,
            })
            .collect();
    }
    Ok(rows)
}

/// A copy: how alike it is, its number, and its kind.
type Copy = (f64, u32, Kind);

/// The clusters shown, each with why: none twice.
fn clusters(writing: &Writing) -> Vec<(u32, &'static str)> {
    let copies = &writing.copies;
    let all = || copies.iter().zip(0_u32..).filter(|(count, _)| **count > 0);
    let mut lowest: HashMap<u32, f64> = HashMap::new();
    for verdict in writing.known.verdicts {
        if let Verdict::DuplicateOf { representative, kind, similarity } = *verdict
            && kind != Kind::Exact
        {
            let low = lowest.entry(representative.0).or_insert(similarity);
            *low = low.min(similarity);
        }
    }
    let [largest, least_alike, by_chance] = page::CLUSTERS_MAX;
    let mut chosen: BTreeMap<u32, &'static str> = BTreeMap::new();
    let mut list = Vec::new();
    let mut take = |mut order: Vec<(u64, u32)>, count: usize, why: &'static str| {
        order.sort_unstable();
        order.retain(|(_, index)| !chosen.contains_key(index));
        for &(_, index) in order.iter().take(count) {
            chosen.insert(index, why);
            list.push((index, why));
        }
    };
    take(all().map(|(count, i)| (u64::MAX - u64::from(*count), i)).collect(), largest, "largest");
    // Similarities are positive, and the bits of positive floats are in their order.
    let low = |(index, low): (&u32, &f64)| (low.to_bits(), *index);
    take(lowest.iter().map(low).collect(), least_alike, "least alike");
    take(all().map(|(_, i)| (hash_at(2, u64::from(i)), i)).collect(), by_chance, "by chance");
    list
}

/// What names an article, and its text.
fn named(writing: &Writing, id: ArticleId) -> Result<(Named, String), Error> {
    let mut found = (Named::default(), String::new());
    with_article(writing, id, &mut |article, kept| {
        found.0 = Named {
            id: writing.id(id).to_owned(),
            title: page::shown_name(article.title.unwrap_or("(no title)")),
            source: page::shown_name(article.source),
            dump: page::shown_name(article.dump),
        };
        kept.text().clone_into(&mut found.1);
        Ok(())
    })?;
    Ok(found)
}

fn cluster(
    writing: &Writing,
    index: u32,
    why: &'static str,
    mut members: Vec<Copy>,
) -> Result<Cluster, Error> {
    let (kept, text) = named(writing, ArticleId(index))?;
    members.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let count = members.len();
    let lowest = members.first().map_or(1.0, |member| member.0);
    let mut shown = Vec::new();
    for (similarity, i, kind) in members.into_iter().take(page::MEMBERS_MAX) {
        let (article, other) = named(writing, ArticleId(i))?;
        let (hunks, is_cut) = match kind {
            Kind::Exact => (Vec::new(), false),
            _ => page::hunks(&difference(&text, &other, page::WORDS_COMPARED)),
        };
        let (kind, similarity) = (written_kind(kind).as_str(), page::similarity(similarity));
        shown.push(Member { article, kind, similarity, hunks, is_cut });
    }
    Ok(Cluster {
        kept,
        size: count as u64 + 1,
        lowest: page::similarity(lowest),
        why,
        more: (count - shown.len()) as u64,
        members: shown,
    })
}

fn pair(writing: &Writing, miss: &Miss) -> Result<Pair, Error> {
    let (first, text) = named(writing, miss.article)?;
    let (second, other) = named(writing, miss.other)?;
    let (hunks, is_cut) = page::hunks(&difference(&text, &other, page::WORDS_COMPARED));
    Ok(Pair { first, second, similarity: page::similarity(miss.similarity), hunks, is_cut })
}
