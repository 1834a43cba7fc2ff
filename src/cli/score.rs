//! `copydesk review DIR --score FILE`: how often each rule was right, by the people who looked.
//!
//! The interval is that of Wilson, "Probable inference, the law of succession, and statistical
//! inference", Journal of the American Statistical Association 22 (1927): it stays within 0 and 1 and
//! holds what it promises for a handful of judgements and for shares near one, where the usual
//! `p ± 1.96 s` does not (Brown, Cai, `DasGupta`, "Interval estimation for a binomial proportion",
//! Statistical Science 16, 2001).

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::cli::report::counted;
use crate::cli::rows::unguarded;
use crate::cli::table::{Cell, Limit, Look, Page};
use crate::error::{Error, ErrorKind};
use crate::report::Report;

/// The quantile of the normal distribution for an interval of 95 percent.
const Z: f64 = 1.959_963_984_540_054;

/// What people judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// One row for each rule and kind of copy that was judged.
    pub rules: Vec<RuleScore>,
    /// All together. Rules weigh as their rows in the sample, not as in the run.
    pub all: Precision,
    /// Rows without a judgement.
    pub open: u64,
    /// What it was wrong to take out.
    pub wrong: Vec<Wrong>,
}

/// How often a rule was right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleScore {
    /// `removal` or `copy`.
    pub kind: String,
    /// The rule, or the kind of copy.
    pub rule: String,
    /// How much it took out in the whole run.
    pub taken: u64,
    /// How often it was right.
    #[serde(flatten)]
    pub precision: Precision,
}

/// A share with its confidence interval of 95 percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Precision {
    /// How many were judged.
    pub judged: u64,
    /// How many of them were right.
    pub right: u64,
    /// The share; null where nothing was judged.
    pub precision: Option<f64>,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A removal or a copy that was judged wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wrong {
    /// `removal` or `copy`.
    pub kind: String,
    /// The rule, or the kind of copy.
    pub rule: String,
    /// The id of the article.
    pub article: String,
    /// What was removed; of a copy, how it differs.
    pub text: String,
    /// Of a copy, how alike the two are.
    pub similarity: Option<f64>,
}

impl Precision {
    /// Of `right` in `judged`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "people judge fewer than 2^53")]
    pub fn of(right: u64, judged: u64) -> Precision {
        if judged == 0 {
            return Precision { high: 1.0, ..Precision::default() };
        }
        let (n, p) = (judged as f64, right as f64 / judged as f64);
        let z2 = Z * Z;
        let center = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
        // The ends at none and at all are 0 and 1 but for rounding.
        let low = if right == 0 { 0.0 } else { center - half };
        let high = if right == judged { 1.0 } else { center + half };
        Precision { judged, right, precision: Some(p), low, high }
    }
}

/// Counts the judgements in `file` about the run that `report` is of.
///
/// # Errors
/// A usage error when the file cannot be read or is no filled-in review, naming the line.
pub fn score(file: &Path, report: &Report) -> Result<Score, Error> {
    let usage = |what: String| Error::at(file.display(), ErrorKind::Usage(what));
    let bytes = fs::read(file)
        .map_err(|error| usage(format!("{error}; name a file that `copydesk review` wrote")))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| usage("not UTF-8; save it as \"CSV UTF-8\"".to_owned()))?;
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    // Spreadsheets write what their country uses.
    let between = [b',', b';', b'\t'].into_iter().max_by_key(|byte| {
        (memchr::memchr_iter(*byte, header.as_bytes()).count(), u8::from(*byte == b','))
    });
    let mut csv = csv::ReaderBuilder::new()
        .delimiter(between.unwrap_or(b','))
        .flexible(true)
        .from_reader(text.as_bytes());
    let no_csv = |error: csv::Error| usage(format!("no CSV: {error}"));
    let columns = csv.headers().map_err(no_csv)?.clone();
    let column = |name: &str| {
        columns.iter().position(|column| column.trim() == name).ok_or_else(|| {
            usage(format!("no column `{name}`; fill in a file that `copydesk review` wrote"))
        })
    };
    let wanted = ["right", "kind", "rule", "article", "text", "similarity"];
    let mut places = [0; 6];
    for (place, name) in places.iter_mut().zip(wanted) {
        *place = column(name)?;
    }
    let mut score = Score::default();
    let mut counts: Vec<(String, String, u64, u64)> = Vec::new();
    for row in csv.records() {
        let row = row.map_err(no_csv)?;
        let [right, kind, rule, article, text, similarity] =
            places.map(|place| unguarded(row.get(place).unwrap_or_default()));
        let Some(is_right) = judgement(right).map_err(|what| {
            let line = row.position().map_or(1, csv::Position::line);
            Error::at(format_args!("{}:{line}", file.display()), ErrorKind::Usage(what))
        })?
        else {
            score.open += 1;
            continue;
        };
        let place = counts.iter().position(|(k, r, ..)| k == kind && r == rule);
        let place = place.unwrap_or_else(|| {
            counts.push((kind.to_owned(), rule.to_owned(), 0, 0));
            counts.len() - 1
        });
        counts[place].2 += u64::from(is_right);
        counts[place].3 += 1;
        if !is_right {
            score.wrong.push(Wrong {
                kind: kind.to_owned(),
                rule: rule.to_owned(),
                article: article.to_owned(),
                text: text.to_owned(),
                similarity: similarity.replace(',', ".").parse().ok(),
            });
        }
    }
    let (right, judged) = counts.iter().fold((0, 0), |sum, row| (sum.0 + row.2, sum.1 + row.3));
    score.all = Precision::of(right, judged);
    score.rules = counts
        .into_iter()
        .map(|(kind, rule, right, judged)| RuleScore {
            taken: taken(report, &kind, &rule),
            precision: Precision::of(right, judged),
            kind,
            rule,
        })
        .collect();
    Ok(score)
}

/// What a cell of the column `right` says; `None` for nothing.
fn judgement(cell: &str) -> Result<Option<bool>, String> {
    match cell.trim().to_lowercase().as_str() {
        "" | "?" => Ok(None),
        "yes" | "y" | "1" | "true" | "right" | "x" => Ok(Some(true)),
        "no" | "n" | "0" | "false" | "wrong" => Ok(Some(false)),
        other => Err(format!("`{other}` in the column `right`; write yes, no, or nothing")),
    }
}

/// How much `rule` took out in the whole run.
fn taken(report: &Report, kind: &str, rule: &str) -> u64 {
    let totals = &report.totals;
    match (kind, rule) {
        ("copy", "exact") => totals.exact,
        ("copy", "near") => totals.near,
        ("copy", "contained") => totals.contained,
        _ => {
            let rows = report.rules.iter().filter(|row| row.rule == rule);
            rows.map(|row| row.blocks + row.parts).sum()
        }
    }
}

/// The score as a page.
#[must_use]
pub fn page(score: &Score, look: Look) -> String {
    let mut page = Page::new(look);
    let name = |row: &RuleScore| match row.kind.as_str() {
        "copy" => format!("{} copies", row.rule),
        _ => row.rule.clone(),
    };
    let cells = |name: &str, taken: Cell, found: &Precision| {
        let interval = match found.precision {
            Some(_) => format!("{} to {}", percent(found.low), percent(found.high)),
            None => String::new(),
        };
        [
            name.into(),
            taken,
            found.judged.into(),
            found.right.into(),
            Cell::Right(found.precision.map(percent).unwrap_or_default()),
            Cell::Right(interval),
        ]
    };
    let rows = score.rules.iter().map(|row| cells(&name(row), row.taken.into(), &row.precision));
    page.table(
        "Judged",
        ["rule", "taken out", "judged", "right", "precision", "95% interval"],
        rows.chain([cells("all judged", "".into(), &score.all)]),
        Limit::ALL,
    );
    if score.open > 0 {
        page.line(&format!(" {} without a judgement", counted(score.open, "row")));
    }
    wrong_removals(&mut page, score);
    wrong_copies(&mut page, score);
    page.into_text()
}

/// The lines of a configuration that keep what was removed wrongly.
fn wrong_removals(page: &mut Page, score: &Score) {
    let wrong: Vec<&Wrong> = score.wrong.iter().filter(|row| row.kind != "copy").collect();
    if wrong.is_empty() {
        return;
    }
    page.heading("Wrong removals: keep these texts");
    page.line("In a file for `--config`; each stays wherever it stands:");
    page.line("");
    page.line("[keep]");
    page.line("texts = [");
    let mut seen: Vec<String> = Vec::new();
    for row in wrong {
        let text = row.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !seen.contains(&text) {
            let line = format!("  {}, # {}", toml::Value::String(text.clone()), row.rule);
            page.line(&line);
            seen.push(text);
        }
    }
    page.line("]");
}

/// What would have kept the copies that were left out wrongly.
fn wrong_copies(page: &mut Page, score: &Score) {
    let wrong = || score.wrong.iter().filter(|row| row.kind == "copy");
    if wrong().next().is_none() {
        return;
    }
    page.table(
        "Wrong copies",
        ["article", "kind", "similarity"],
        wrong().map(|row| {
            let similarity = row.similarity.map(|similarity| similarity.to_string());
            [
                row.article.as_str().into(),
                row.rule.as_str().into(),
                Cell::Right(similarity.unwrap_or_default()),
            ]
        }),
        Limit::ALL,
    );
    let near = wrong().filter(|row| row.rule == "near").filter_map(|row| row.similarity);
    let highest = near.fold(None, |most: Option<f64>, similarity| {
        Some(most.map_or(similarity, |most| most.max(similarity)))
    });
    if let Some(above) = highest.map(|highest| (highest * 100.0).floor() / 100.0 + 0.01) {
        let what = if above > 1.0 {
            "No threshold would have kept them all; `--near off` looks for exact copies only."
                .into()
        } else {
            format!(
                "`--near {above:.2}` would have kept these near copies, and every other below it."
            )
        };
        page.line(&what);
    }
}

/// A share with one decimal.
fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        // Values of `statsmodels.stats.proportion.proportion_confint(right, judged, method="wilson")`.
        for (right, judged, low, high) in [
            (9, 10, 0.595_850, 0.982_124),
            (50, 100, 0.403_832, 0.596_168),
            (0, 10, 0.0, 0.277_533),
            (10, 10, 0.722_467, 1.0),
            (1, 1, 0.206_549, 1.0),
        ] {
            let found = Precision::of(right, judged);
            assert!((found.low - low).abs() < 1e-6, "{found:?}");
            assert!((found.high - high).abs() < 1e-6, "{found:?}");
        }
        assert_eq!(Precision::of(0, 0).precision, None);
    }
}
