//! A sample of what a run took out, for people to judge: removed lines and left-out articles, balanced
//! over rules and sources, each with what stands around it.

use std::fmt::Write as _;
use std::path::Path;

use hashbrown::{HashMap, HashSet};
use serde::Deserialize;

use super::copies::Boilerplate;
use super::rows::{ArticleRow, DuplicateRow, RemovalRow, Rows};
use crate::article::Dump;
use crate::clean::{Cleaner, Scratch};
use crate::difference::{Piece, difference, shortened};
use crate::error::{Error, ErrorKind};
use crate::observer::Observer;
use crate::options::{Emit, Options};
use crate::report::Report;
use crate::sample::{Sample, hash_at, hash_of, shares};
use crate::write::rows::ReviewRow;

/// Bytes of the text before and after a removed line.
const AROUND_BYTES: usize = 300;

/// Bytes of a text in a cell. Spreadsheets hold 32,767 characters; nobody reads so many.
const CELL_BYTES: usize = 4000;

/// Words of a copy that are compared with its representative.
const WORDS_COMPARED: usize = 5000;

/// Words of a stretch that both have; of a longer one its ends are shown.
const WORDS_AROUND: usize = 24;

/// Appends to `out` a CSV file of at most `count` things that the run in `dir` took out, with an empty
/// column `right`. What stands around a line comes from the inputs; of an input that is no longer what it
/// was, `observer` hears, and the cells stay empty.
///
/// # Errors
/// When there is no finished run in `dir`, or a file of it cannot be read.
pub fn review(
    dir: &Path,
    count: u64,
    out: &mut Vec<u8>,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let report = super::report(dir)?;
    let options = super::options(&report, dir)?;
    if !report.options.emit.contains(&Emit::Jsonl) {
        let what = "the run wrote no articles.jsonl; run it again with --emit jsonl,csv";
        return Err(Error::at(dir.display(), ErrorKind::Usage(what.to_owned())));
    }
    let mut found = Found::choose(dir, &report, count, observer)?;
    found.look_around(dir, &report, &options, observer)?;
    out.extend_from_slice(ReviewRow::CSV_HEADER.as_bytes());
    for row in &found.removals {
        row.csv(out);
    }
    for row in &found.copies {
        row.csv(out);
    }
    Ok(())
}

/// What was chosen.
struct Found {
    removals: Vec<Removed>,
    copies: Vec<LeftOut>,
}

/// A removal with what stands around it.
struct Removed {
    row: RemovalRow,
    source: Option<String>,
    before: String,
    after: String,
}

/// A copy, its representative, and how they differ.
struct LeftOut {
    row: DuplicateRow,
    representative: Option<ArticleRow>,
    difference: String,
}

/// What is read of a written article to know the source of its removals.
#[derive(Deserialize)]
struct Head {
    id: String,
    source: Option<String>,
}

impl Found {
    /// Chooses from the rows of the run: as many of each rule, and of each kind of copy, as there are or
    /// as are wanted, and of each from as many sources as there are.
    fn choose(
        dir: &Path,
        report: &Report,
        count: u64,
        observer: &dyn Observer,
    ) -> Result<Found, Error> {
        let mut sizes: Vec<(&str, u64)> = Vec::new();
        for row in &report.rules {
            let all = row.blocks + row.parts;
            match sizes.iter_mut().find(|(rule, _)| *rule == row.rule) {
                Some((_, size)) => *size += all,
                None => sizes.push((&row.rule, all)),
            }
        }
        let rules = sizes.len();
        let totals = &report.totals;
        let kinds =
            [("exact", totals.exact), ("near", totals.near), ("contained", totals.contained)];
        sizes.extend(kinds);
        let shares = shares(&sizes.iter().map(|(_, size)| *size).collect::<Vec<_>>(), count);
        let share = |stratum: usize| usize::try_from(shares[stratum]).unwrap_or(usize::MAX);
        let stratum = |names: &[(&str, u64)], name: &str| names.iter().position(|n| n.0 == name);

        let mut removals: Vec<Sample<(RemovalRow, Option<String>)>> =
            (0..rules).map(|rule| Sample::new(share(rule), share(rule))).collect();
        for_each_removal(dir, report, observer, &mut |source, row| {
            let Some(rule) = stratum(&sizes[..rules], &row.rule) else { return };
            let group = hash_of(source.unwrap_or_default());
            let hash = hash_at(hash_of(&row.dump), row.start as u64);
            if removals[rule].wants(group, hash) {
                removals[rule].add(group, hash, (row, source.map(str::to_owned)));
            }
        })?;
        let mut copies: Vec<Sample<DuplicateRow>> =
            (rules..sizes.len()).map(|kind| Sample::new(share(kind), share(kind))).collect();
        let mut rows: Rows<DuplicateRow> =
            Rows::open(dir, "duplicates.jsonl", report.options.compress)?;
        while let Some(row) = rows.next()? {
            let Some(kind) = stratum(&kinds, &row.kind) else { continue };
            let group = hash_of(row.source.as_deref().unwrap_or_default());
            let hash = hash_of(&row.dump);
            copies[kind].add(group, hash, row);
        }
        let copies = copies.into_iter().enumerate();
        let mut found = Found {
            removals: removals
                .into_iter()
                .enumerate()
                .flat_map(|(rule, sample)| sample.take(share(rule)))
                .map(|(row, source)| Removed {
                    row,
                    source,
                    before: String::new(),
                    after: String::new(),
                })
                .collect(),
            copies: copies
                .flat_map(|(kind, sample)| sample.take(share(rules + kind)))
                .map(|row| LeftOut { row, representative: None, difference: String::new() })
                .collect(),
        };
        found.read_representatives(dir, report, observer)?;
        Ok(found)
    }

    fn read_representatives(
        &mut self,
        dir: &Path,
        report: &Report,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let wanted: HashSet<String> =
            self.copies.iter().map(|copy| copy.row.duplicate_of.clone()).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut texts: HashMap<String, ArticleRow> = HashMap::new();
        let mut rows: Rows<ArticleRow> =
            Rows::open(dir, "articles.jsonl", report.options.compress)?;
        while let Some(row) = rows.next()? {
            stop(dir, observer)?;
            if wanted.contains(&row.id) {
                texts.insert(row.id.clone(), row);
            }
        }
        for copy in &mut self.copies {
            copy.representative = texts.get(&copy.row.duplicate_of).cloned();
        }
        Ok(())
    }

    /// Reads the inputs of what was chosen.
    fn look_around(
        &mut self,
        dir: &Path,
        report: &Report,
        options: &Options,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let known = if self.copies.is_empty() {
            Boilerplate::default()
        } else {
            Boilerplate::read(dir, report)?
        };
        let (cleaner, mut scratch) = (Cleaner::new(options), Scratch::default());
        let names = self.removals.iter().map(|removed| &removed.row.dump);
        let names = names.chain(self.copies.iter().map(|copy| &copy.row.dump));
        let files: HashSet<String> = names.map(|name| file_of(name).to_owned()).collect();
        for input in report.inputs.iter().filter(|input| files.contains(&input.path)) {
            stop(dir, observer)?;
            let read = super::for_each_dump(dir, report, input, &mut |dump| {
                self.removals.iter_mut().filter(|r| is_of(&r.row.dump, dump)).for_each(|removed| {
                    (removed.before, removed.after) = around(dump, &removed.row);
                });
                let copies = self.copies.iter_mut().filter(|copy| is_of(&copy.row.dump, dump));
                let mut copies: Vec<&mut LeftOut> = copies.collect();
                if copies.is_empty() {
                    return;
                }
                cleaner.clean(dump, &mut scratch, &mut |article| {
                    let Ok(article) = article else { return };
                    for copy in copies.iter_mut().filter(|copy| copy.row.dump == article.dump) {
                        let text = known.text_of(&article, &copy.row.fingerprint);
                        if let Some(other) = &copy.representative {
                            copy.difference = marked(&other.text, &text);
                        }
                    }
                });
            });
            match read {
                Err(Error { kind: ErrorKind::Usage(what), place }) => {
                    let what = format!("{what}; what stands around its lines is left out");
                    observer.problem(&place, &what);
                }
                other => other?,
            }
        }
        Ok(())
    }
}

fn stop(dir: &Path, observer: &dyn Observer) -> Result<(), Error> {
    if observer.interrupted() {
        return Err(Error::at(dir.display(), ErrorKind::Interrupted));
    }
    Ok(())
}

/// Calls `each` on every row of the ledger with the source of its article. Both files are in the order of
/// the input, so one walk beside the other is enough.
fn for_each_removal(
    dir: &Path,
    report: &Report,
    observer: &dyn Observer,
    each: &mut dyn FnMut(Option<&str>, RemovalRow),
) -> Result<(), Error> {
    let compress = report.options.compress;
    let mut articles: Rows<Head> = Rows::open(dir, "articles.jsonl", compress)?;
    let mut removals: Rows<RemovalRow> = Rows::open(dir, "removals.jsonl", compress)?;
    while let Some(article) = articles.next()? {
        stop(dir, observer)?;
        while let Some(row) = removals.next_if(|row| row.article == article.id)? {
            each(article.source.as_deref(), row);
        }
    }
    match removals.peek() {
        None => Ok(()),
        Some(row) => {
            let what = format!("holds a removal of `{}`, which is not written there", row.article);
            Err(Error::at(dir.join("removals.jsonl").display(), ErrorKind::Damaged(what)))
        }
    }
}

/// The file of a dump's name.
fn file_of(name: &str) -> &str {
    name.rsplit_once('#').map_or(name, |(file, _)| file)
}

/// Whether the article `name` stands in `dump`.
fn is_of(name: &str, dump: &Dump) -> bool {
    let Some(number) = name.strip_prefix(&*dump.path).and_then(|rest| rest.strip_prefix('#'))
    else {
        return false;
    };
    let record = number.split_once('.').map_or(number, |(record, _)| record);
    dump.record.is_none_or(|of| record.parse() == Ok(of))
}

/// The text before and after a removed one, its lines in one.
fn around(dump: &Dump, row: &RemovalRow) -> (String, String) {
    let all = dump.text.get(..row.start).unwrap_or_default();
    let mut before = &all[all.ceil_char_boundary(all.len().saturating_sub(AROUND_BYTES))..];
    if before.len() < all.len() {
        before = before.split_once(char::is_whitespace).map_or(before, |(_, whole)| whole);
    }
    let all = dump.text.get(row.end..).unwrap_or_default();
    let mut after = &all[..all.floor_char_boundary(AROUND_BYTES)];
    if after.len() < all.len() {
        after = after.rsplit_once(char::is_whitespace).map_or(after, |(whole, _)| whole);
    }
    (in_one_line(before), in_one_line(after))
}

fn in_one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ¶ ")
}

/// How two texts differ, in one line: `[-only the first-]`, `{+only the second+}`.
fn marked(first: &str, second: &str) -> String {
    let found = difference(first, second, WORDS_COMPARED);
    let mut text = String::new();
    for piece in &found.pieces {
        match *piece {
            Piece::Same(same) => match shortened(same, WORDS_AROUND) {
                Some((head, between, tail)) => {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "{head} … {between} words alike … {tail}");
                }
                None => text.push_str(same),
            },
            Piece::Differs(old, new) => {
                for (open, part, close) in [("[-", old, "-] "), ("{+", new, "+} ")] {
                    if !part.is_empty() {
                        let _ = write!(text, "{open}{}{close}", part.trim_end());
                    }
                }
            }
        }
    }
    in_one_line(&text)
}

/// The beginning of `text` that a cell holds.
fn cell(text: &str) -> &str {
    &text[..text.floor_char_boundary(CELL_BYTES)]
}

impl Removed {
    fn csv(&self, out: &mut Vec<u8>) {
        let row = &self.row;
        let repeats = row.repeats.as_ref().map(|repeats| {
            let place = |key: &str| repeats.get(key).and_then(serde_json::Value::as_str);
            place("dump").map_or("title", |dump| dump).to_owned()
        });
        ReviewRow {
            kind: "removal",
            rule: &row.rule,
            reason: &row.reason,
            source: self.source.as_deref(),
            article: &row.article,
            dump: &row.dump,
            line: Some(row.line),
            before: &self.before,
            text: cell(&row.text),
            after: &self.after,
            repeats: repeats.as_deref(),
            similarity: None,
        }
        .csv(out);
    }
}

impl LeftOut {
    fn csv(&self, out: &mut Vec<u8>) {
        let row = &self.row;
        let title = self.representative.as_ref().and_then(|other| other.title.as_deref());
        ReviewRow {
            kind: "copy",
            rule: &row.kind,
            reason: "",
            source: row.source.as_deref(),
            article: &row.id,
            dump: &row.dump,
            line: None,
            before: title.unwrap_or_default(),
            text: cell(&self.difference),
            after: "",
            repeats: Some(&row.duplicate_of),
            similarity: Some(row.similarity),
        }
        .csv(out);
    }
}
