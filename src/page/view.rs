//! What the template fills in: words and numbers, ready to be shown.

use std::collections::BTreeSet;

use askama::Template;
use serde_json::Value;

use super::charts::{Column, bar, columns, flow, percent};
use super::{MEMBERS_MAX, RuleLine, SCRIPT, STYLE, Samples, grouped, policy, shown, shown_name};
use super::{pair, tools};
use crate::options::{Duplicates, Paragraphs};
use crate::report::{MonthRow, Report, SourceRow};

/// Repeated paragraphs, inputs and sources shown.
const PARAGRAPHS_MAX: usize = 400;
const INPUTS_MAX: usize = 200;
const SOURCES_MAX: usize = 1000;

/// More months than this are shown as years.
const MONTHS_MAX: usize = 60;

#[derive(Template)]
#[template(path = "page.html", whitespace = "minimize")]
pub(super) struct View<'a> {
    policy: String,
    style: &'static str,
    script: &'static str,
    report: &'a Report,
    samples: &'a Samples,
    lead: String,
    cards: Vec<(&'static str, String)>,
    flow_articles: String,
    flow_blocks: String,
    hints: Vec<String>,
    reasons: Vec<Reason>,
    rules: Vec<Rule>,
    removed_all: String,
    sampled_rules: BTreeSet<&'a str>,
    sampled_sources: BTreeSet<&'a str>,
    copies_lead: String,
    similarity_chart: String,
    threshold: String,
    sizes_chart: String,
    clusters_all: String,
    members_max: usize,
    misses_all: String,
    paragraphs_lead: String,
    paragraphs: Vec<Paragraph>,
    sources_lead: String,
    sources: Vec<Source>,
    time_lead: String,
    time_chart: String,
    length_chart: String,
    rejects: Vec<(&'static str, String, String)>,
    inputs_lead: String,
    inputs: Vec<Input>,
    options: Vec<(String, String)>,
}

struct Reason {
    name: &'static str,
    count: String,
    bar: String,
}

struct Rule {
    name: String,
    reason: &'static str,
    blocks: String,
    parts: String,
    bytes: String,
    samples: usize,
    summary: String,
}

struct Paragraph {
    text: String,
    of: String,
    learned: &'static str,
    template: bool,
    count: String,
    articles: String,
    sources: String,
    removed: String,
}

struct Source {
    name: String,
    read: String,
    written: String,
    copies: String,
    rejected: String,
    blocks: String,
    removed: String,
    percent: String,
    bar: String,
}

struct Input {
    path: String,
    format: String,
    encoding: String,
    bytes: String,
    records: String,
    trouble: &'static str,
}

impl<'a> View<'a> {
    pub(super) fn of(report: &'a Report, samples: &'a Samples, rules: &[RuleLine]) -> View<'a> {
        let totals = &report.totals;
        let marked = report.options.duplicates == Duplicates::Mark;
        let articles = [
            (if marked { "written, copies too" } else { "written" }, totals.written, "written"),
            ("exact copies", if marked { 0 } else { totals.exact }, "exact"),
            ("near copies", if marked { 0 } else { totals.near }, "near"),
            ("contained copies", if marked { 0 } else { totals.contained }, "contained"),
            ("rejected", totals.rejected, "rejected"),
        ];
        let blocks = [
            ("written", totals.blocks_out, "written"),
            ("removed", totals.blocks_removed, "removed"),
            ("in copies", totals.blocks_duplicate, "exact"),
        ];
        let removed_all: u64 = report.rules.iter().map(|row| row.blocks + row.parts).sum();
        let misses_all = report.list_totals.near_misses.max(report.near_misses.len() as u64);
        let clusters_all = report.list_totals.clusters.max(report.clusters.len() as u64);
        View {
            policy: policy(),
            style: STYLE,
            script: SCRIPT,
            report,
            samples,
            lead: lead(report),
            cards: vec![
                ("articles read", grouped(totals.read)),
                ("written", grouped(totals.written)),
                ("copies", grouped(totals.duplicates)),
                ("rejected", grouped(totals.rejected)),
                ("blocks in", grouped(totals.blocks_in)),
                ("blocks removed", grouped(totals.blocks_removed)),
            ],
            flow_articles: flow("Articles from read to written", ("read", totals.read), &articles),
            flow_blocks: flow("Blocks from read to written", ("blocks", totals.blocks_in), &blocks),
            hints: hints(report, misses_all),
            reasons: reasons(report),
            rules: rule_rows(report, samples, rules),
            removed_all: grouped(removed_all),
            sampled_rules: samples.removals.iter().map(|row| &*row.rule).collect(),
            sampled_sources: samples.removals.iter().map(|row| &*row.source).collect(),
            copies_lead: copies_lead(report),
            similarity_chart: similarity_chart(report),
            threshold: report.options.near.map(|near| near.to_string()).unwrap_or_default(),
            sizes_chart: sizes_chart(report),
            clusters_all: grouped(clusters_all),
            members_max: MEMBERS_MAX,
            misses_all: grouped(misses_all),
            paragraphs_lead: paragraphs_lead(report),
            paragraphs: paragraphs(report),
            sources_lead: sources_lead(report),
            sources: report.sources.iter().take(SOURCES_MAX).map(source).collect(),
            time_lead: time_lead(report),
            time_chart: time_chart(&report.months),
            length_chart: length_chart(&report.months),
            rejects: report
                .rejects
                .iter()
                .map(|row| (row.reason.as_str(), grouped(row.records), grouped(row.files)))
                .collect(),
            inputs_lead: counted_of(
                report.inputs.len().min(INPUTS_MAX),
                report.inputs.len(),
                "files",
            ),
            inputs: inputs(report),
            options: options(report),
        }
    }
}

/// The run in two sentences.
fn lead(report: &Report) -> String {
    let totals = &report.totals;
    format!(
        "Of {} articles read, {} were written; {} ({}) are copies of others and {} could not be used. \
         Of {} blocks, {} ({}) were removed from the articles written.",
        grouped(totals.read),
        grouped(totals.written),
        grouped(totals.duplicates),
        percent_or_none(totals.duplicates, totals.read),
        grouped(totals.rejected),
        grouped(totals.blocks_in),
        grouped(totals.blocks_removed),
        percent_or_none(totals.blocks_removed, totals.blocks_in),
    )
}

fn percent_or_none(part: u64, whole: u64) -> String {
    if whole == 0 { "none".to_owned() } else { percent(part, whole) }
}

/// Similarity above or below the threshold within which a pair is worth a look.
const CLOSE: f64 = 0.05;

/// Where a mistake would most likely be.
fn hints(report: &Report, misses_all: u64) -> Vec<String> {
    let mut hints = Vec::new();
    if let Some(row) = report.rules.iter().max_by_key(|row| row.blocks + row.parts) {
        hints.push(format!(
            "The rule {} removed most, {} blocks and {} parts of blocks: look at its samples first.",
            row.rule,
            grouped(row.blocks),
            grouped(row.parts)
        ));
    }
    let rows = || report.sources.iter().filter(|row| row.blocks_in >= 100);
    let share = |row: &SourceRow| row.blocks_removed * 1000 / row.blocks_in.max(1);
    if let Some(row) = rows().max_by_key(|row| share(row)).filter(|row| share(row) >= 300) {
        hints.push(format!(
            "The source {} lost {} of its blocks, more than any other: see whether its pages are full \
             of chrome, or a rule misreads them.",
            shown_name(row.source.as_deref().unwrap_or("(none)")),
            percent(row.blocks_removed, row.blocks_in)
        ));
    }
    if let Some(near) = report.options.near {
        let close: u64 = report
            .similarities
            .iter()
            .filter(|row| row.from < near + CLOSE - 1e-9)
            .map(|row| row.near)
            .sum();
        if close > 0 || misses_all > 0 {
            hints.push(format!(
                "{} near copies lie less than {CLOSE} above the threshold of {near}, and {} pairs just \
                 below it: open some of both to see whether the threshold is right.",
                grouped(close),
                grouped(misses_all)
            ));
        }
    }
    hints
}

fn reasons(report: &Report) -> Vec<Reason> {
    let count = |blocks: u64, parts: u64| blocks + parts;
    let most = report.reasons.iter().map(|row| count(row.blocks, row.parts)).max().unwrap_or(0);
    let row = |row: &crate::report::ReasonRow| Reason {
        name: row.reason.as_str(),
        count: grouped(count(row.blocks, row.parts)),
        bar: bar(&[(count(row.blocks, row.parts), "removed")], most),
    };
    report.reasons.iter().map(row).collect()
}

fn rule_rows(report: &Report, samples: &Samples, rules: &[RuleLine]) -> Vec<Rule> {
    let row = |row: &crate::report::RuleRow| Rule {
        name: row.rule.clone(),
        reason: row.reason.as_str(),
        blocks: grouped(row.blocks),
        parts: grouped(row.parts),
        bytes: grouped(row.bytes),
        samples: samples.removals.iter().filter(|sample| sample.rule == row.rule).count(),
        summary: rules
            .iter()
            .find(|(name, _)| *name == row.rule)
            .map(|(_, summary)| (*summary).to_owned())
            .unwrap_or_default(),
    };
    report.rules.iter().map(row).collect()
}

fn copies_lead(report: &Report) -> String {
    let totals = &report.totals;
    let found = format!(
        "{} exact, {} near and {} contained copies",
        grouped(totals.exact),
        grouped(totals.near),
        grouped(totals.contained)
    );
    match report.options.duplicates {
        Duplicates::Drop => {
            format!("{found} were left out; each was compared with the article it copies.")
        }
        Duplicates::Mark => format!(
            "{found} were written and marked; each was compared with the article it copies."
        ),
        Duplicates::Keep => "Copies were not looked for.".to_owned(),
    }
}

fn similarity_chart(report: &Report) -> String {
    let Some(first) = report.similarities.first() else { return String::new() };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1")]
    let step = |from: f64| (from * 100.0).round() as usize;
    // Some room left of the threshold, so that its line stands in the picture.
    let near = report.options.near.map(step);
    let start = step(first.from).min(near.map_or(100, |near| near.saturating_sub(2)));
    let classes =
        [("rejected", "kept apart"), ("near", "near copies"), ("contained", "contained copies")];
    let mut steps: Vec<Column> = (start..=100)
        .map(|step| Column {
            label: format!("{}.{:02}", step / 100, step % 100),
            parts: vec![0; 3],
            says: String::new(),
        })
        .collect();
    for row in &report.similarities {
        if let Some(column) = steps.get_mut(step(row.from).saturating_sub(start)) {
            column.parts = vec![row.near_misses, row.near, row.contained];
        }
    }
    for column in &mut steps {
        column.says = format!(
            "from {}: {} kept apart, {} near, {} contained",
            column.label,
            grouped(column.parts[0]),
            grouped(column.parts[1]),
            grouped(column.parts[2])
        );
    }
    let mark = near.and_then(|near| near.checked_sub(start));
    columns("Pairs by similarity", &steps, &classes, mark)
}

fn sizes_chart(report: &Report) -> String {
    /// The first size of each column.
    const STEPS: &[u64] = &[2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1000];
    if report.cluster_sizes.is_empty() {
        return String::new();
    }
    let column = |(i, &from): (usize, &u64)| {
        let to = STEPS.get(i + 1).map_or(u64::MAX, |next| next - 1);
        let rows = report.cluster_sizes.iter().filter(|row| (from..=to).contains(&row.size));
        let count: u64 = rows.map(|row| row.clusters).sum();
        let label = match to {
            u64::MAX => format!("{from}+"),
            to if to == from => from.to_string(),
            to => format!("{from}–{to}"),
        };
        let says = format!("{} clusters of {label} articles", grouped(count));
        Column { label, parts: vec![count], says }
    };
    let steps: Vec<Column> = STEPS.iter().enumerate().map(column).collect();
    columns("Clusters by size", &steps, &[("exact", "clusters")], None)
}

fn paragraphs_lead(report: &Report) -> String {
    let learned = report.repeated_paragraphs.iter().filter(|row| row.learned).count();
    let all = report.list_totals.repeated_paragraphs.max(report.repeated_paragraphs.len() as u64);
    let what = match report.options.paragraphs {
        Paragraphs::Off => "Nothing was removed for standing in other articles (--paragraphs off).",
        Paragraphs::Boilerplate => "Those learned as boilerplate were removed.",
        Paragraphs::Global => {
            "Those learned as boilerplate were removed, and every later copy of the others."
        }
    };
    format!(
        "{} paragraphs stand in more than one article; {} of those listed were learned as boilerplate of \
         a source. {what} {}.",
        grouped(all),
        grouped(learned as u64),
        counted_of(
            report.repeated_paragraphs.len().min(PARAGRAPHS_MAX),
            usize::try_from(all).unwrap_or(usize::MAX),
            "paragraphs"
        )
    )
}

/// The learned ones first, as the report lists them, then the others: of both some.
fn paragraphs(report: &Report) -> Vec<Paragraph> {
    let row = |row: &crate::report::RepeatedParagraph| Paragraph {
        text: shown(&row.text),
        of: shown_name(&row.learned_of.join(", ")),
        learned: if row.learned { "yes" } else { "no" },
        template: row.template,
        count: grouped(row.count),
        articles: grouped(row.articles),
        sources: grouped(row.sources),
        removed: grouped(row.removed),
    };
    report.repeated_paragraphs.iter().take(PARAGRAPHS_MAX).map(row).collect()
}

fn sources_lead(report: &Report) -> String {
    let all = report.list_totals.sources.max(report.sources.len() as u64);
    let shown = report.sources.len().min(SOURCES_MAX);
    format!(
        "{}, those with most articles first. The bar shows blocks written, removed, and in copies.",
        counted_of(shown, usize::try_from(all).unwrap_or(usize::MAX), "sources")
    )
}

fn source(row: &SourceRow) -> Source {
    let parts = [
        (row.blocks_out, "written"),
        (row.blocks_removed, "removed"),
        (row.blocks_duplicate, "exact"),
    ];
    Source {
        name: shown_name(row.source.as_deref().unwrap_or("(none)")),
        read: grouped(row.read),
        written: grouped(row.written),
        copies: grouped(row.duplicates),
        rejected: grouped(row.rejected),
        blocks: grouped(row.blocks_in),
        removed: grouped(row.blocks_removed),
        percent: percent(row.blocks_removed, row.blocks_in).trim_end_matches('%').to_owned(),
        bar: bar(&parts, row.blocks_in),
    }
}

fn time_lead(report: &Report) -> String {
    let dated: u64 = report.months.iter().map(|row| row.written + row.duplicates).sum();
    format!("{} articles have a date that can be read.", grouped(dated))
}

/// Months, or years where there are many.
fn periods(months: &[MonthRow]) -> Vec<MonthRow> {
    if months.len() <= MONTHS_MAX {
        return months.to_vec();
    }
    let mut years: Vec<MonthRow> = Vec::new();
    for row in months {
        let year = row.month.split('-').next().unwrap_or_default();
        if years.last().is_none_or(|last| last.month != year) {
            years.push(MonthRow { month: year.to_owned(), ..MonthRow::default() });
        }
        if let Some(last) = years.last_mut() {
            last.written += row.written;
            last.duplicates += row.duplicates;
            last.words += row.words;
        }
    }
    // What is older than the columns have room for is mostly mistaken dates.
    years.split_off(years.len().saturating_sub(2 * MONTHS_MAX))
}

fn time_chart(months: &[MonthRow]) -> String {
    let column = |row: MonthRow| Column {
        parts: vec![row.written, row.duplicates],
        says: format!(
            "{}: {} written, {} copies",
            row.month,
            grouped(row.written),
            grouped(row.duplicates)
        ),
        label: row.month,
    };
    let list: Vec<Column> = periods(months).into_iter().map(column).collect();
    let classes = [("written", "written"), ("exact", "copies")];
    columns("Articles by date of publication", &list, &classes, None)
}

fn length_chart(months: &[MonthRow]) -> String {
    let column = |row: MonthRow| {
        let words = row.words / row.written.max(1);
        let says = format!("{}: {} words an article", row.month, grouped(words));
        Column { parts: vec![words], says, label: row.month }
    };
    let list: Vec<Column> = periods(months).into_iter().map(column).collect();
    columns("Words of an article by date of publication", &list, &[("written", "words")], None)
}

fn inputs(report: &Report) -> Vec<Input> {
    let row = |input: &crate::report::Input| Input {
        path: shown_name(&input.path),
        format: input.format.clone().unwrap_or_default(),
        encoding: input.encoding.clone().unwrap_or_default(),
        bytes: grouped(input.bytes),
        records: grouped(input.records),
        trouble: input.failed.map_or("", |reason| reason.as_str()),
    };
    // Those with trouble first: a long list must not hide them.
    let (bad, good): (Vec<_>, Vec<_>) =
        report.inputs.iter().partition(|input| input.failed.is_some());
    bad.into_iter().chain(good).take(INPUTS_MAX).map(row).collect()
}

fn options(report: &Report) -> Vec<(String, String)> {
    // A struct of plain values always has a JSON form.
    let value = serde_json::to_value(&report.options).unwrap_or_default();
    let text = |value: &Value| match value {
        Value::Null => "off".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => {
            let item = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            list.iter().map(item).collect::<Vec<_>>().join(" · ")
        }
        other => other.to_string(),
    };
    let rows = value.as_object().into_iter().flatten();
    rows.map(|(name, value)| (name.replace('_', "-"), shown(&text(value)))).collect()
}

/// `All 12 sources`, `The first 1,000 of 3,210 sources`.
fn counted_of(shown: usize, all: usize, noun: &str) -> String {
    if shown >= all {
        format!("All {} {noun}", grouped(all as u64))
    } else {
        format!("The first {} of {} {noun}", grouped(shown as u64), grouped(all as u64))
    }
}
