//! What the report says, counted piece by piece. Two tallies add up to one, in any order.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::boilerplate::SourceId;
use crate::fingerprint::Digest;
use crate::ledger::{Reason, RejectReason};
use crate::report::{MonthRow, ReasonRow, RejectRow, RuleRow, SourceRow, Totals};
use crate::sample::{self, Sample};

/// Counts over some articles.
#[derive(Default)]
pub(super) struct Tally {
    /// The sums of the run, as far as articles make them.
    pub(super) totals: Totals,
    /// By reason and rule; a reason has few rules, in the order of their names.
    removed: BTreeMap<Reason, Vec<(String, Removed)>>,
    sources: BTreeMap<SourceId, SourceRow>,
    rejects: BTreeMap<RejectReason, (u64, u64)>,
    /// Titles of the largest clusters, by the number of their representative.
    pub(super) titles: BTreeMap<u32, Option<String>>,
    /// What was seen of each paragraph that is to be reported.
    pub(super) paragraphs: HashMap<u32, Seen>,
    /// By month, counted from the year 0.
    months: BTreeMap<u32, MonthRow>,
}

/// A place in the text of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) article: u32,
    pub(super) start: usize,
}

/// Sources of which a rule's removals are sampled, and removals of each.
const SAMPLED_SOURCES: usize = 24;
const SAMPLED_EACH: usize = 6;

struct Removed {
    blocks: u64,
    parts: u64,
    bytes: u64,
    sample: Sample<Place>,
}

impl Default for Removed {
    fn default() -> Removed {
        let sample = Sample::new(SAMPLED_SOURCES, SAMPLED_EACH);
        Removed { blocks: 0, parts: 0, bytes: 0, sample }
    }
}

impl Removed {
    fn add(&mut self, more: Removed) {
        self.blocks += more.blocks;
        self.parts += more.parts;
        self.bytes += more.bytes;
        self.sample.merge(more.sample);
    }
}

/// The row of a rule among those of its reason.
fn row_of<'r>(rules: &'r mut Vec<(String, Removed)>, rule: &str) -> &'r mut Removed {
    let place = rules.iter().position(|(name, _)| name == rule).unwrap_or_else(|| {
        let place = rules.partition_point(|(name, _)| name.as_str() < rule);
        rules.insert(place, (rule.to_owned(), Removed::default()));
        place
    });
    &mut rules[place].1
}

/// Appearances of one paragraph.
#[derive(Clone, Default)]
pub(super) struct Seen {
    pub(super) fingerprint: Option<Digest>,
    pub(super) text: String,
    pub(super) count: u64,
    pub(super) removed: u64,
}

impl Tally {
    /// Enters a row of the ledger, of an article of `source`.
    pub(super) fn removal(
        &mut self,
        (rule, reason): (&str, Reason),
        (bytes, partial): (usize, bool),
        source: SourceId,
        place: Place,
    ) {
        let row = row_of(self.removed.entry(reason).or_default(), rule);
        row.blocks += u64::from(!partial);
        row.parts += u64::from(partial);
        row.bytes += bytes as u64;
        let article = sample::hash_at(0, u64::from(place.article));
        let hash = sample::hash_at(article, place.start as u64);
        row.sample.add(sample::hash_at(1, u64::from(source.0)), hash, place);
        self.totals.blocks_removed += u64::from(!partial);
    }

    /// Enters an article by the month that its date names, if it does.
    pub(super) fn month(&mut self, published: &str, copy: bool, written: Option<usize>) {
        let Some(month) = month_of(published) else { return };
        let row = self.months.entry(month).or_default();
        if row.month.is_empty() {
            published[..MONTH_BYTES].clone_into(&mut row.month);
        }
        row.duplicates += u64::from(copy);
        row.written += u64::from(written.is_some());
        row.words += written.unwrap_or(0) as u64;
    }

    /// Enters a row of `rejects.jsonl`.
    pub(super) fn reject(&mut self, reason: RejectReason, whole_file: bool) {
        let row = self.rejects.entry(reason).or_default();
        row.0 += u64::from(!whole_file);
        row.1 += u64::from(whole_file);
        self.totals.rejected += u64::from(!whole_file);
        self.totals.read += u64::from(!whole_file);
    }

    /// The row of a source, which has this name.
    pub(super) fn source(&mut self, source: SourceId, name: &str) -> &mut SourceRow {
        let row = || SourceRow { source: Some(name.to_owned()), ..SourceRow::default() };
        self.sources.entry(source).or_insert_with(row)
    }

    /// Adds what `other` counted.
    pub(super) fn add(&mut self, other: Tally) {
        let (all, more) = (&mut self.totals, &other.totals);
        all.read += more.read;
        all.written += more.written;
        all.duplicates += more.duplicates;
        all.exact += more.exact;
        all.near += more.near;
        all.contained += more.contained;
        all.rejected += more.rejected;
        all.blocks_in += more.blocks_in;
        all.blocks_out += more.blocks_out;
        all.blocks_removed += more.blocks_removed;
        all.blocks_duplicate += more.blocks_duplicate;
        all.text_bytes_out += more.text_bytes_out;
        for (reason, rules) in other.removed {
            let all = self.removed.entry(reason).or_default();
            for (rule, more) in rules {
                row_of(all, &rule).add(more);
            }
        }
        for (source, more) in other.sources {
            self.source(source, more.source.as_deref().unwrap_or_default()).add(&more);
        }
        for (reason, more) in other.rejects {
            let row = self.rejects.entry(reason).or_default();
            row.0 += more.0;
            row.1 += more.1;
        }
        for (month, more) in other.months {
            let row = self.months.entry(month).or_default();
            row.month = more.month;
            row.written += more.written;
            row.duplicates += more.duplicates;
            row.words += more.words;
        }
        self.titles.extend(other.titles);
        for (digest, more) in other.paragraphs {
            let seen = self.paragraphs.entry(digest).or_default();
            if seen.count == 0 {
                (seen.text, seen.fingerprint) = (more.text, more.fingerprint);
            }
            seen.count += more.count;
            seen.removed += more.removed;
        }
    }

    /// The rows of the report's table of reasons.
    pub(super) fn reasons(&self) -> Vec<ReasonRow> {
        let row = |(&reason, rules): (&Reason, &Vec<(String, Removed)>)| {
            let sum = |of: fn(&Removed) -> u64| rules.iter().map(|(_, row)| of(row)).sum();
            ReasonRow {
                reason,
                blocks: sum(|row| row.blocks),
                parts: sum(|row| row.parts),
                bytes: sum(|row| row.bytes),
            }
        };
        self.removed.iter().map(row).collect()
    }

    /// The rows of the report's table of rules.
    pub(super) fn rules(&self) -> Vec<RuleRow> {
        let mut rows = Vec::new();
        for (&reason, rules) in &self.removed {
            rows.extend(rules.iter().map(|(rule, row)| RuleRow {
                rule: rule.clone(),
                reason,
                blocks: row.blocks,
                parts: row.parts,
                bytes: row.bytes,
            }));
        }
        rows
    }

    /// The rows of the report's table of months.
    pub(super) fn months(&self) -> Vec<MonthRow> {
        self.months.values().cloned().collect()
    }

    /// Removals of each rule and reason, at most `count` in all, as many of each as there are.
    pub(super) fn sampled(&self, count: u64) -> Vec<Place> {
        let rows = || self.removed.values().flatten().map(|(_, row)| row);
        let sizes: Vec<u64> = rows().map(|row| row.blocks + row.parts).collect();
        let shares = sample::shares(&sizes, count);
        let taken = rows().zip(shares).flat_map(|(row, share)| {
            row.sample.clone().take(usize::try_from(share).unwrap_or(usize::MAX))
        });
        taken.collect()
    }

    /// The rows of the report's table of sources.
    pub(super) fn sources(&self) -> Vec<SourceRow> {
        self.sources.values().cloned().collect()
    }

    /// The rows of the report's table of rejects.
    pub(super) fn rejects(&self) -> Vec<RejectRow> {
        let row = |(&reason, &(records, files)): (&RejectReason, &(u64, u64))| RejectRow {
            reason,
            records,
            files,
        };
        self.rejects.iter().map(row).collect()
    }
}

/// Bytes of `YYYY-MM`.
const MONTH_BYTES: usize = 7;

/// The month of a date as fields hold it, counted from the year 0; `None` for a date of another form.
fn month_of(published: &str) -> Option<u32> {
    let (year, rest) = published.get(..MONTH_BYTES)?.split_once('-')?;
    let number =
        |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok());
    let (year, month): (u32, u32) = (number(year)??, number(rest)??);
    let is_date = matches!(published.as_bytes().get(MONTH_BYTES), None | Some(b'-'));
    (is_date && (1..=12).contains(&month)).then_some(year * 12 + month - 1)
}
