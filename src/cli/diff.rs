//! `copydesk report DIR DIR2`: what differs between two finished runs, and why.
//!
//! The rows are read one by one; of each article of the first run only its names and hashes stay in
//! memory, of the second run only those that the first does not know.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Serialize;

use crate::cli::report::named_totals;
use crate::cli::rows::{ArticleRow, CopyRow, PARTS, Parts, RejectedRow, RemovedRow, Table, rows};
use crate::cli::table::{Cell, Limit, Look, Page};
use crate::error::{Error, ErrorKind};
use crate::report::Report;

/// Articles of a list that a terminal shows.
const ROWS_SHOWN: usize = 20;

/// What differs between two runs; the first is `before`, the second `after`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Options that are not the same, as JSON.
    pub options: Vec<OptionChange>,
    /// Totals that are not the same.
    pub totals: Vec<CountChange>,
    /// Reasons that removed another number of blocks.
    pub reasons: Vec<CountChange>,
    /// Sources with another number of articles written; of long lists, those that both reports name.
    pub sources: Vec<CountChange>,
    /// Articles that only the second run wrote.
    pub entered: Vec<Moved>,
    /// Articles that only the first run wrote.
    pub left: Vec<Moved>,
    /// Articles that both wrote, but not the same.
    pub changed: Vec<Changed>,
}

/// An option that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OptionChange {
    /// Its name.
    pub name: String,
    /// Its value in the first run.
    pub before: serde_json::Value,
    /// Its value in the second.
    pub after: serde_json::Value,
}

/// A number that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountChange {
    /// What was counted; null for articles without a source.
    pub name: Option<String>,
    /// In the first run.
    pub before: u64,
    /// In the second.
    pub after: u64,
}

/// An article that one run wrote and the other did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Its id.
    pub id: String,
    /// Where it came from.
    pub dump: String,
    /// What the other run did with it.
    pub why: String,
}

/// An article that both wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its id in the second run.
    pub id: String,
    /// Where it came from.
    pub dump: String,
    /// What is not the same: `id`, `title`, `text`, `captions`, `fields`.
    pub what: Vec<&'static str>,
    /// Rules that took more or less out of it.
    pub rules: Vec<CountChange>,
}

impl Difference {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Difference::default()
    }
}

/// What is kept of an article.
struct Seen {
    id: Box<str>,
    dump: Box<str>,
    /// `None` when it was left out as a copy.
    parts: Option<Parts>,
    /// Of which article it is a copy, in words.
    copy: Option<Box<str>>,
    /// Whether the other run wrote it too, or it is accounted for otherwise.
    is_settled: bool,
}

/// Compares the finished runs in two folders.
///
/// # Errors
/// When a report or a table of articles is missing or damaged.
pub fn compare(
    before: (&Path, &Report),
    after: (&Path, &Report),
    interrupted: &dyn Fn() -> bool,
) -> Result<Difference, Error> {
    let mut difference = Difference {
        options: options(before.1, after.1),
        totals: counts(totals(before.1), totals(after.1)),
        reasons: counts(reasons(before.1), reasons(after.1)),
        sources: source_counts(before.1, after.1),
        ..Difference::default()
    };
    let (before, after) = (Run::new(before), Run::new(after));
    // CSV has no `meta` and joins the captions: only what both formats hold can be compared.
    let is_full = before.articles()?.is_json() == after.articles()?.is_json();

    let mut olds: Vec<Seen> = Vec::new();
    let mut by_id: HashMap<Box<str>, usize> = HashMap::new();
    before.for_each_seen(interrupted, &mut |seen| {
        if let Some(&index) = by_id.get(&seen.id) {
            olds[index].copy = seen.copy;
        } else {
            by_id.insert(seen.id.clone(), olds.len());
            olds.push(seen);
        }
    })?;

    let mut news: Vec<Seen> = Vec::new();
    after.for_each_seen(interrupted, &mut |new| {
        let Some(old) = by_id.get(&new.id).map(|&index| &mut olds[index]) else {
            news.push(new);
            return;
        };
        match (old.parts, new.parts) {
            (Some(was), Some(is)) => {
                let what = differing(was, is, is_full);
                if !what.is_empty() {
                    difference.changed.push(Changed {
                        id: new.id.into(),
                        dump: new.dump.into(),
                        what,
                        rules: Vec::new(),
                    });
                }
            }
            (None, Some(_)) => {
                let copy = old.copy.as_deref().unwrap_or("a copy");
                let why = format!("was {copy}");
                difference.entered.push(Moved { id: new.id.into(), dump: new.dump.into(), why });
            }
            // A copy that is only marked was settled by its row among the articles.
            (Some(_), None) if !old.is_settled => {
                let copy = new.copy.as_deref().unwrap_or("a copy");
                let why = format!("is now {copy}");
                difference.left.push(Moved { id: new.id.into(), dump: new.dump.into(), why });
            }
            _ => {}
        }
        old.is_settled = true;
    })?;

    same_place(&mut difference, &mut olds, &mut news, is_full);
    name_rules(&mut difference.changed, &before, &after, interrupted)?;
    let (was_rejected, is_rejected) = (before.rejects(interrupted)?, after.rejects(interrupted)?);
    let moved = |seen: &Seen, rejected: &HashMap<String, String>, verb: &str| {
        let why = match rejected.get(&*seen.dump) {
            Some(reason) => format!("{verb} rejected ({reason})"),
            None => format!("{verb} not among the inputs"),
        };
        Moved { id: seen.id.to_string(), dump: seen.dump.to_string(), why }
    };
    let open = |seen: &&Seen| seen.parts.is_some() && !seen.is_settled;
    difference
        .left
        .extend(olds.iter().filter(open).map(|seen| moved(seen, &is_rejected, "is now")));
    difference
        .entered
        .extend(news.iter().filter(open).map(|seen| moved(seen, &was_rejected, "was")));
    Ok(difference)
}

/// Says of each article that changed which rules took more or less out of it.
fn name_rules(
    changed: &mut [Changed],
    before: &Run,
    after: &Run,
    interrupted: &dyn Fn() -> bool,
) -> Result<(), Error> {
    let mut counts: HashMap<String, BTreeMap<String, [u64; 2]>> =
        changed.iter().map(|article| (article.dump.clone(), BTreeMap::new())).collect();
    if counts.is_empty() {
        return Ok(());
    }
    for (run, side) in [(before, 0), (after, 1)] {
        let Some(table) = Table::find(run.dir, run.report, "removals") else { continue };
        rows(&table, interrupted, &mut |row: RemovedRow| {
            if let Some(rules) = counts.get_mut(&row.dump) {
                rules.entry(row.rule).or_default()[side] += 1;
            }
        })?;
    }
    for article in changed {
        let rules = counts.remove(&article.dump).unwrap_or_default().into_iter();
        let row = |(rule, [before, after]): (String, [u64; 2])| CountChange {
            name: Some(rule),
            before,
            after,
        };
        article.rules = rules.map(row).filter(|row| row.before != row.after).collect();
    }
    Ok(())
}

/// Settles the articles whose made id changed with their text: they stand at the same place.
fn same_place(difference: &mut Difference, olds: &mut [Seen], news: &mut [Seen], is_full: bool) {
    let mut by_dump: HashMap<Box<str>, usize> = HashMap::new();
    for (index, old) in olds.iter().enumerate().filter(|(_, old)| !old.is_settled) {
        by_dump.insert(old.dump.clone(), index);
    }
    for new in news {
        let old = by_dump.get(&new.dump).map(|&index| &mut olds[index]);
        // A copy that is only marked comes twice, and its row among the articles comes first.
        let Some(old) = old.filter(|old| !old.is_settled) else {
            continue;
        };
        let (id, dump) = (new.id.to_string(), new.dump.to_string());
        match (old.parts, new.parts) {
            (Some(was), Some(is)) => {
                let mut what = differing(was, is, is_full);
                what.insert(0, "id");
                difference.changed.push(Changed { id, dump, what, rules: Vec::new() });
            }
            (None, Some(_)) => {
                let why = format!("was {}", old.copy.as_deref().unwrap_or("a copy"));
                difference.entered.push(Moved { id, dump, why });
            }
            (Some(_), None) => {
                let why = format!("is now {}", new.copy.as_deref().unwrap_or("a copy"));
                difference.left.push(Moved { id: old.id.to_string(), dump, why });
            }
            (None, None) => {}
        }
        old.is_settled = true;
        new.is_settled = true;
    }
}

fn differing(was: Parts, is: Parts, is_full: bool) -> Vec<&'static str> {
    let parts = if is_full { PARTS.len() } else { 2 };
    let pairs = PARTS.iter().zip(was.iter().zip(is)).take(parts);
    pairs.filter(|(_, (was, is))| **was != *is).map(|(name, _)| *name).collect()
}

type Counts = Vec<(Option<String>, u64)>;

fn totals(report: &Report) -> Counts {
    named_totals(&report.totals).map(|(name, count)| (Some(name.to_owned()), count)).into()
}

fn reasons(report: &Report) -> Counts {
    report.reasons.iter().map(|row| (Some(row.reason.as_str().to_owned()), row.blocks)).collect()
}

fn source_counts(before: &Report, after: &Report) -> Vec<CountChange> {
    let sources = |report: &Report| -> Counts {
        report.sources.iter().map(|row| (row.source.clone(), row.written)).collect()
    };
    let is_whole = |report: &Report| report.list_totals.sources <= report.sources.len() as u64;
    let (mut was, mut is) = (sources(before), sources(after));
    // Absence from a capped list says nothing.
    if !is_whole(before) {
        is.retain(|(name, _)| was.iter().any(|(other, _)| other == name));
    }
    if !is_whole(after) {
        was.retain(|(name, _)| is.iter().any(|(other, _)| other == name));
    }
    counts(was, is)
}

/// The counts that differ: in the order of the first run, then those only the second has.
fn counts(before: Counts, after: Counts) -> Vec<CountChange> {
    let was: HashMap<Option<String>, u64> = before.iter().cloned().collect();
    let is: HashMap<Option<String>, u64> = after.iter().cloned().collect();
    let added = after.into_iter().filter(|(name, _)| !was.contains_key(name));
    let rows = before.into_iter().chain(added).map(|(name, _)| CountChange {
        before: was.get(&name).copied().unwrap_or(0),
        after: is.get(&name).copied().unwrap_or(0),
        name,
    });
    rows.filter(|row| row.before != row.after).collect()
}

fn options(before: &Report, after: &Report) -> Vec<OptionChange> {
    // A struct of plain values always has a JSON form.
    let value = |report: &Report| serde_json::to_value(&report.options).unwrap_or_default();
    let (was, is) = (value(before), value(after));
    let names = was.as_object().into_iter().flatten().map(|(name, _)| name);
    let rows = names.map(|name| OptionChange {
        name: name.clone(),
        before: was[name].clone(),
        after: is[name].clone(),
    });
    rows.filter(|row| row.before != row.after).collect()
}

/// A finished run on the disk.
struct Run<'a> {
    dir: &'a Path,
    report: &'a Report,
}

impl<'a> Run<'a> {
    fn new((dir, report): (&'a Path, &'a Report)) -> Run<'a> {
        Run { dir, report }
    }

    fn articles(&self) -> Result<Table, Error> {
        Table::find(self.dir, self.report, "articles").ok_or_else(|| {
            let what = "names no file of articles; run copydesk again";
            let kind = ErrorKind::Damaged(what.to_owned());
            Error::at(self.dir.join("report.json").display(), kind)
        })
    }

    /// Every article written, then every copy.
    fn for_each_seen(
        &self,
        interrupted: &dyn Fn() -> bool,
        each: &mut dyn FnMut(Seen),
    ) -> Result<(), Error> {
        rows(&self.articles()?, interrupted, &mut |row: ArticleRow| {
            each(Seen {
                parts: Some(row.parts),
                id: row.id.into(),
                dump: row.dump.into(),
                copy: None,
                is_settled: false,
            });
        })?;
        let Some(copies) = Table::find(self.dir, self.report, "duplicates") else { return Ok(()) };
        rows(&copies, interrupted, &mut |row: CopyRow| {
            let copy = format!("a copy ({}) of {}", row.kind, row.duplicate_of);
            each(Seen {
                id: row.id.into(),
                dump: row.dump.into(),
                parts: None,
                copy: Some(copy.into()),
                is_settled: false,
            });
        })
    }

    /// The reason of each rejected record, by its place.
    fn rejects(&self, interrupted: &dyn Fn() -> bool) -> Result<HashMap<String, String>, Error> {
        let mut rejects = HashMap::new();
        if let Some(table) = Table::find(self.dir, self.report, "rejects") {
            rows(&table, interrupted, &mut |row: RejectedRow| {
                if let Some(record) = row.record {
                    rejects.insert(format!("{}#{record}", row.file), row.reason);
                }
            })?;
        }
        Ok(rejects)
    }
}

/// The difference as a page; `before` and `after` are the names of the folders.
#[must_use]
pub fn page(difference: &Difference, (before, after): (&str, &str), look: Look) -> String {
    let mut page = Page::new(look);
    if difference.is_empty() {
        page.line("The two runs wrote the same articles.");
        return page.into_text();
    }
    let text = |value: &serde_json::Value| Cell::clipped(&value.to_string());
    page.table(
        "Options",
        ["option", before, after],
        difference
            .options
            .iter()
            .map(|row| [row.name.as_str().into(), text(&row.before), text(&row.after)]),
        Limit::ALL,
    );
    for (heading, rows) in [
        ("Totals", &difference.totals),
        ("Blocks removed, by reason", &difference.reasons),
        ("Articles written, by source", &difference.sources),
    ] {
        page.table(
            heading,
            ["", before, after, "change"],
            rows.iter().map(|row| {
                let name = row.name.as_deref().map_or("(none)".into(), Cell::clipped);
                let change = i128::from(row.after) - i128::from(row.before);
                [name, row.before.into(), row.after.into(), Cell::Change(change)]
            }),
            limit(rows.len()),
        );
    }
    for (heading, rows) in
        [("Articles that entered", &difference.entered), ("Articles that left", &difference.left)]
    {
        page.table(
            heading,
            ["id", "from", "why"],
            rows.iter().map(|row| {
                [row.id.as_str().into(), row.dump.as_str().into(), row.why.as_str().into()]
            }),
            limit(rows.len()),
        );
    }
    page.table(
        "Articles that changed",
        ["id", "from", "what", "removals"],
        difference.changed.iter().map(|row| {
            let rules: Vec<String> = row.rules.iter().map(rule_change).collect();
            [
                row.id.as_str().into(),
                row.dump.as_str().into(),
                row.what.join(", ").as_str().into(),
                rules.join(", ").as_str().into(),
            ]
        }),
        limit(difference.changed.len()),
    );
    page.into_text()
}

/// `share-bar 2 -> 1`.
fn rule_change(row: &CountChange) -> String {
    format!("{} {} -> {}", row.name.as_deref().unwrap_or_default(), row.before, row.after)
}

fn limit(total: usize) -> Limit<'static> {
    Limit { rows_max: ROWS_SHOWN, total: total as u64, more: "; `--json` lists all" }
}
