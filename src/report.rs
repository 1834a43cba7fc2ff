//! The report of a run: the shape of `report.json`, its sums, and its schema.
//!
//! The keys are public: scripts read them. A key may be added; none changes its name or meaning
//! within a major version.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::ledger::{Reason, RejectReason};
use crate::options::{Duplicates, Reported};

/// The `schema_version` of the reports this version writes and reads.
pub const SCHEMA_VERSION: &str = "1";

/// The longest list a report holds, except of inputs, outputs and the tables of words. A page that
/// shows a thousand rows is already longer than anyone reads; [`ListTotals`] keeps the true length.
pub const LIST_ROWS_MAX: usize = 1000;

/// Everything `report.json` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// The version of the program that wrote it.
    pub version: String,
    /// The options that can change the articles or the exit code.
    pub options: Reported,
    /// Every file read, in input order. Never capped: a run is verified against this list.
    pub inputs: Vec<Input>,
    /// The counts.
    pub totals: Totals,
    /// What was removed, by reason.
    pub reasons: Vec<ReasonRow>,
    /// What was removed, by rule.
    pub rules: Vec<RuleRow>,
    /// What happened to the articles of each source.
    pub sources: Vec<SourceRow>,
    /// The paragraphs that were learned as boilerplate, then those that stand in most articles.
    pub repeated_paragraphs: Vec<RepeatedParagraph>,
    /// The largest clusters of copies.
    pub clusters: Vec<ClusterRow>,
    /// Pairs of articles that were compared and stayed just below the threshold.
    pub near_misses: Vec<NearMiss>,
    /// Articles by the month in which they were published, where a date says so.
    #[serde(default)]
    pub months: Vec<MonthRow>,
    /// How many clusters have how many articles.
    #[serde(default)]
    pub cluster_sizes: Vec<ClusterSizeRow>,
    /// How alike near copies and near misses are, in steps of a hundredth.
    #[serde(default)]
    pub similarities: Vec<SimilarityRow>,
    /// What could not be used, by reason.
    pub rejects: Vec<RejectRow>,
    /// How long the capped lists were before they were capped.
    pub list_totals: ListTotals,
    /// Every file written but the report itself.
    pub outputs: Vec<Output>,
    /// How long it took: the only part that differs between two runs of the same command.
    pub timings: Timings,
}

/// One file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// As it is shown everywhere; `-` for standard input.
    pub path: String,
    /// Bytes of the file as it lies on the disk.
    pub bytes: u64,
    /// BLAKE3 of those bytes in hex; null when it could not be read to its end.
    pub blake3: Option<String>,
    /// Name of the encoding its text was decoded from.
    pub encoding: Option<String>,
    /// `gzip`, `zstd`, `bzip2`, `xz`; null when it was not compressed.
    pub compression: Option<String>,
    /// How it was read: `text`, `jsonl`, `json`, `csv`, `tsv`.
    pub format: Option<String>,
    /// Records (of a text dump: articles) found in it, used or not.
    pub records: u64,
    /// Places at which bytes that are not valid in the encoding were replaced.
    pub repaired: u64,
    /// Why it could not be read to its end; null when it was.
    pub failed: Option<RejectReason>,
}

/// The counts of a run. [`Totals::check`] says how they hang together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Articles found and records rejected.
    pub read: u64,
    /// Articles written.
    pub written: u64,
    /// Articles that are copies.
    pub duplicates: u64,
    /// Copies with the same fingerprint.
    pub exact: u64,
    /// Copies by measured similarity.
    pub near: u64,
    /// Copies that stand within a longer article.
    pub contained: u64,
    /// Records that could not be used.
    pub rejected: u64,
    /// Files opened.
    pub files: u64,
    /// Files that could not be read to their end.
    pub files_failed: u64,
    /// Blocks of all accepted articles.
    pub blocks_in: u64,
    /// Blocks that stand in the text or a field of a written article.
    pub blocks_out: u64,
    /// Blocks removed whole from a written article.
    pub blocks_removed: u64,
    /// Blocks of articles left out as copies.
    pub blocks_duplicate: u64,
    /// Bytes of the inputs as they lie on the disk.
    pub bytes_in: u64,
    /// Bytes of the texts of the articles written.
    pub text_bytes_out: u64,
}

/// One row of the table of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonRow {
    /// Why.
    pub reason: Reason,
    /// Blocks removed whole.
    pub blocks: u64,
    /// Removals that left the rest of their block.
    pub parts: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// One row of the table of rules. A rule with several reasons has one row for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// Name of the rule.
    pub rule: String,
    /// Why it removed.
    pub reason: Reason,
    /// Blocks removed whole.
    pub blocks: u64,
    /// Removals that left the rest of their block.
    pub parts: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// One row of the table of sources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    /// The publisher; null for articles without one.
    pub source: Option<String>,
    /// Articles found.
    pub read: u64,
    /// Articles written.
    pub written: u64,
    /// Articles that are copies.
    pub duplicates: u64,
    /// Articles rejected.
    pub rejected: u64,
    /// Blocks of its accepted articles.
    pub blocks_in: u64,
    /// Blocks written.
    pub blocks_out: u64,
    /// Blocks removed whole.
    pub blocks_removed: u64,
    /// Blocks of its copies.
    pub blocks_duplicate: u64,
}

impl SourceRow {
    /// Adds what `more` counts, of the same publisher.
    pub fn add(&mut self, more: &SourceRow) {
        self.read += more.read;
        self.written += more.written;
        self.duplicates += more.duplicates;
        self.rejected += more.rejected;
        self.blocks_in += more.blocks_in;
        self.blocks_out += more.blocks_out;
        self.blocks_removed += more.blocks_removed;
        self.blocks_duplicate += more.blocks_duplicate;
    }
}

/// A paragraph that stands in several articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatedParagraph {
    /// Its fingerprint.
    pub fingerprint: String,
    /// As it stands where it was seen first.
    pub text: String,
    /// How often it occurs.
    pub count: u64,
    /// In how many articles.
    pub articles: u64,
    /// Of how many sources.
    pub sources: u64,
    /// Whether it was learned as boilerplate of at least one source.
    pub learned: bool,
    /// The sources whose boilerplate it is, by name; of more than ten the first ten.
    pub learned_of: Vec<String>,
    /// Whether it recurs with other dates: then the row stands for every line that differs in them
    /// alone, and `text` is the first.
    pub template: bool,
    /// How many of its occurrences were removed.
    pub removed: u64,
}

/// A representative and how many articles it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRow {
    /// Id of the representative.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Articles in the cluster, the representative among them.
    pub size: u64,
}

/// Two articles that are alike, but not enough to be copies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearMiss {
    /// Id of the earlier one.
    pub id: String,
    /// Id of the later one.
    pub other: String,
    /// The measured similarity.
    pub similarity: f64,
}

/// The articles of one month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthRow {
    /// `YYYY-MM`.
    pub month: String,
    /// Articles written.
    pub written: u64,
    /// Articles that are copies.
    pub duplicates: u64,
    /// Words of the articles written.
    pub words: u64,
}

/// The clusters of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterSizeRow {
    /// Articles in each, the representative among them.
    pub size: u64,
    /// How many there are.
    pub clusters: u64,
}

/// Pairs that are alike from `from` to a hundredth more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SimilarityRow {
    /// The lower end.
    pub from: f64,
    /// Near copies.
    pub near: u64,
    /// Contained copies; of them the measure is how much stands in the other.
    pub contained: u64,
    /// Pairs just below the threshold.
    pub near_misses: u64,
}

/// One row of the table of rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectRow {
    /// Why.
    pub reason: RejectReason,
    /// Records.
    pub records: u64,
    /// Files, or the rest of them.
    pub files: u64,
}

/// Rows that each list had before it was capped at [`LIST_ROWS_MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListTotals {
    /// Of `sources`.
    pub sources: u64,
    /// Of `repeated_paragraphs`.
    pub repeated_paragraphs: u64,
    /// Of `clusters`.
    pub clusters: u64,
    /// Of `near_misses`.
    pub near_misses: u64,
}

/// One file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Relative to the output folder.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its rows, the header of a CSV file not counted; null for a file that is no table.
    pub rows: Option<u64>,
    /// BLAKE3 of its bytes in hex.
    pub blake3: String,
}

/// How long a run took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// From the first file opened to the report.
    pub total_seconds: f64,
    /// The phases in their order.
    pub phases: Vec<Phase>,
}

/// One phase of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// What was done.
    pub phase: String,
    /// For how long.
    pub seconds: f64,
}

impl Totals {
    /// Compares the sums that must come out when copies were treated as `duplicates` says.
    ///
    /// An article that is only marked as a copy is also written, so there it counts once.
    ///
    /// # Errors
    /// With a sentence that names the numbers of the first sum that does not come out.
    pub fn check(&self, duplicates: Duplicates) -> Result<(), String> {
        let copies = match duplicates {
            Duplicates::Drop | Duplicates::Keep => self.duplicates,
            Duplicates::Mark => 0,
        };
        equal(
            ("read", self.read),
            &[("written", self.written), ("duplicates", copies), ("rejected", self.rejected)],
        )?;
        equal(
            ("duplicates", self.duplicates),
            &[("exact", self.exact), ("near", self.near), ("contained", self.contained)],
        )?;
        equal(
            ("blocks_in", self.blocks_in),
            &[
                ("blocks_out", self.blocks_out),
                ("blocks_removed", self.blocks_removed),
                ("blocks_duplicate", self.blocks_duplicate),
            ],
        )?;
        at_most(("files_failed", self.files_failed), ("files", self.files))?;
        at_most(("duplicates", self.duplicates), ("read", self.read))
    }
}

/// `whole` is the sum of `parts`. Counted in 128 bits: the numbers may come from a damaged file.
fn equal(whole: (&str, u64), parts: &[(&str, u64)]) -> Result<(), String> {
    let sum: u128 = parts.iter().map(|(_, count)| u128::from(*count)).sum();
    if u128::from(whole.1) == sum {
        return Ok(());
    }
    let parts: Vec<String> = parts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    Err(format!("{} is {}, but {} make {sum}", whole.0, whole.1, parts.join(" + ")))
}

fn at_most(part: (&str, u64), whole: (&str, u64)) -> Result<(), String> {
    if part.1 <= whole.1 {
        return Ok(());
    }
    Err(format!("{} is {}, more than {}, which is {}", part.0, part.1, whole.0, whole.1))
}

impl Report {
    /// Compares every sum: those of [`Totals::check`], and the tables that are never capped with
    /// the totals they add up to.
    ///
    /// # Errors
    /// With a sentence that names the numbers of the first sum that does not come out.
    pub fn check(&self) -> Result<(), String> {
        let totals = &self.totals;
        totals.check(self.options.duplicates)?;
        let sum = |counts: &mut dyn Iterator<Item = u64>| counts.fold(0, u64::saturating_add);
        let reasons = sum(&mut self.reasons.iter().map(|row| row.blocks));
        equal(("blocks_removed", totals.blocks_removed), &[("the blocks of reasons", reasons)])?;
        let rules = sum(&mut self.rules.iter().map(|row| row.blocks));
        equal(("blocks_removed", totals.blocks_removed), &[("the blocks of rules", rules)])?;
        let rejected = sum(&mut self.rejects.iter().map(|row| row.records));
        equal(("rejected", totals.rejected), &[("the records of rejects", rejected)])
    }

    /// Puts every list in its order, most important first, caps the long ones and notes how long
    /// they were. Lists that were capped before keep the larger total.
    pub fn arrange(&mut self) {
        self.reasons.sort_by_key(|row| (Reverse(row.blocks), Reverse(row.parts), row.reason));
        self.rules.sort_by(|a, b| {
            let key = |row: &RuleRow| (Reverse(row.blocks), Reverse(row.parts));
            key(a).cmp(&key(b)).then_with(|| (&a.rule, a.reason).cmp(&(&b.rule, b.reason)))
        });
        self.sources.sort_by(|a, b| b.read.cmp(&a.read).then_with(|| a.source.cmp(&b.source)));
        self.repeated_paragraphs.sort_by(|a, b| {
            let key = |row: &RepeatedParagraph| (Reverse(row.learned), Reverse(row.count));
            key(a).cmp(&key(b)).then_with(|| a.fingerprint.cmp(&b.fingerprint))
        });
        self.clusters.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.id.cmp(&b.id)));
        self.near_misses.sort_by(|a, b| {
            let by_id = || (&a.id, &a.other).cmp(&(&b.id, &b.other));
            b.similarity.total_cmp(&a.similarity).then_with(by_id)
        });
        self.rejects
            .sort_by_key(|row| (Reverse(row.records), Reverse(row.files), row.reason.as_str()));
        cap(&mut self.sources, &mut self.list_totals.sources);
        cap(&mut self.repeated_paragraphs, &mut self.list_totals.repeated_paragraphs);
        cap(&mut self.clusters, &mut self.list_totals.clusters);
        cap(&mut self.near_misses, &mut self.list_totals.near_misses);
    }
}

fn cap<T>(list: &mut Vec<T>, total: &mut u64) {
    *total = (*total).max(list.len() as u64);
    list.truncate(LIST_ROWS_MAX);
}

/// The JSON Schema (draft 2020-12) of `report.json`.
///
/// Every key of this version is required; keys of later ones are allowed.
#[must_use]
#[expect(clippy::too_many_lines, reason = "it is a list of keys")]
pub fn schema() -> Value {
    let words = |words: Vec<&str>| json!({ "enum": words });
    let reason = words(Reason::ALL.iter().map(|reason| reason.as_str()).collect());
    let reject_words: Vec<&str> = RejectReason::ALL.iter().map(|reason| reason.as_str()).collect();
    let reject = json!({ "enum": reject_words });
    let mut reject_or_null: Vec<Value> = reject_words.iter().map(|word| json!(word)).collect();
    reject_or_null.push(Value::Null);

    let text = || json!({ "type": "string" });
    let text_or_null = || json!({ "type": ["string", "null"] });
    let flag = || json!({ "type": "boolean" });
    let count = || json!({ "type": "integer", "minimum": 0 });
    let count_or_null = || json!({ "type": ["integer", "null"], "minimum": 0 });
    let number = || json!({ "type": "number", "minimum": 0 });
    let share = || json!({ "type": "number", "minimum": 0, "maximum": 1 });
    let share_or_null = || json!({ "type": ["number", "null"], "minimum": 0, "maximum": 1 });
    let hash = || json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    let hash_or_null = || json!({ "type": ["string", "null"], "pattern": "^[0-9a-f]{64}$" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let counts = |names: &[&str]| -> Vec<(String, Value)> {
        names.iter().map(|name| ((*name).to_owned(), count())).collect()
    };

    let options = object([
        ("from", words(crate::options::Format::WORDS.to_vec())),
        ("split", words(crate::options::Split::WORDS.to_vec())),
        ("fields", list(text())),
        ("near", share_or_null()),
        ("keep", words(crate::options::Keep::WORDS.to_vec())),
        ("duplicates", words(Duplicates::WORDS.to_vec())),
        ("paragraphs", words(crate::options::Paragraphs::WORDS.to_vec())),
        ("no_rules", list(text())),
        ("model", hash_or_null()),
        ("keep_texts", list(text())),
        ("keep_patterns", list(text())),
        ("emit", list(words(crate::options::Emit::WORDS.to_vec()))),
        ("compress", words(crate::options::Compression::WORDS.to_vec())),
        ("csv_raw", flag()),
        ("exclude", list(text())),
        ("limit", count_or_null()),
        ("strict", flag()),
        ("max_rejects", text_or_null()),
        ("limits", object(counts(crate::options::Limits::NAMES))),
    ]);
    let input = object([
        ("path", text()),
        ("bytes", count()),
        ("blake3", hash_or_null()),
        ("encoding", text_or_null()),
        ("compression", text_or_null()),
        ("format", text_or_null()),
        ("records", count()),
        ("repaired", count()),
        ("failed", json!({ "enum": reject_or_null })),
    ]);
    let totals = object(counts(&[
        "read",
        "written",
        "duplicates",
        "exact",
        "near",
        "contained",
        "rejected",
        "files",
        "files_failed",
        "blocks_in",
        "blocks_out",
        "blocks_removed",
        "blocks_duplicate",
        "bytes_in",
        "text_bytes_out",
    ]));
    let removed = || counts(&["blocks", "parts", "bytes"]);
    let reason_row = object([("reason".to_owned(), reason.clone())].into_iter().chain(removed()));
    let rule_row = object(
        [("rule".to_owned(), text()), ("reason".to_owned(), reason)].into_iter().chain(removed()),
    );
    let source_row = object([("source".to_owned(), text_or_null())].into_iter().chain(counts(&[
        "read",
        "written",
        "duplicates",
        "rejected",
        "blocks_in",
        "blocks_out",
        "blocks_removed",
        "blocks_duplicate",
    ])));
    let repeated = object([
        ("fingerprint", hash()),
        ("text", text()),
        ("count", count()),
        ("articles", count()),
        ("sources", count()),
        ("learned", flag()),
        ("learned_of", list(text())),
        ("template", flag()),
        ("removed", count()),
    ]);
    let cluster = object([("id", text()), ("title", text_or_null()), ("size", count())]);
    let near_miss = object([("id", text()), ("other", text()), ("similarity", share())]);
    let reject_row = object([("reason", reject), ("records", count()), ("files", count())]);
    let mut month = object(counts(&["written", "duplicates", "words"]));
    let mut similarity = object(counts(&["near", "contained", "near_misses"]));
    for (row, name, kind) in [
        (&mut month, "month", json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$" })),
        (&mut similarity, "from", share()),
    ] {
        row["properties"][name] = kind;
        if let Some(required) = row["required"].as_array_mut() {
            required.push(json!(name));
        }
    }
    let list_totals =
        object(counts(&["sources", "repeated_paragraphs", "clusters", "near_misses"]));
    let output = object([
        ("path", text()),
        ("bytes", count()),
        ("rows", count_or_null()),
        ("blake3", hash()),
    ]);
    let timings = object([
        ("total_seconds", number()),
        ("phases", list(object([("phase", text()), ("seconds", number())]))),
    ]);
    let mut report = object([
        ("schema_version", json!({ "const": SCHEMA_VERSION })),
        ("version", text()),
        ("options", options),
        ("inputs", list(input)),
        ("totals", totals),
        ("reasons", list(reason_row)),
        ("rules", list(rule_row)),
        ("sources", list(source_row)),
        ("repeated_paragraphs", list(repeated)),
        ("clusters", list(cluster)),
        ("near_misses", list(near_miss)),
        ("months", list(month)),
        ("cluster_sizes", list(object(counts(&["size", "clusters"])))),
        ("similarities", list(similarity)),
        ("rejects", list(reject_row)),
        ("list_totals", list_totals),
        ("outputs", list(output)),
        ("timings", timings),
    ]);
    report["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    report["title"] = json!("report.json");
    report
}

/// The schema of an object that has all of these keys.
fn object<K: Into<String>>(properties: impl IntoIterator<Item = (K, Value)>) -> Value {
    let properties: Map<String, Value> =
        properties.into_iter().map(|(key, value)| (key.into(), value)).collect();
    let required: Vec<&String> = properties.keys().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}
