//! Cleaning cases with expected results: what comes out against what should.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context, ensure};
use copydesk::article::{Dump, Fields};
use copydesk::clean::{CleanArticle, Cleaner, Scratch};
use copydesk::normalize;
use copydesk::options::Options;
use serde::Deserialize;

/// What a case expects.
#[derive(Deserialize)]
struct Expected {
    articles: Vec<ExpectedArticle>,
    removed: Vec<ExpectedRemoval>,
}

#[derive(Deserialize)]
struct ExpectedArticle {
    title: Option<String>,
    body: Vec<String>,
    captions: Vec<String>,
    credits: Vec<String>,
    byline: Option<String>,
    dateline: Option<String>,
}

#[derive(Deserialize)]
struct ExpectedRemoval {
    line: usize,
    #[serde(default)]
    partial: bool,
}

/// What was counted over all cases.
#[derive(Default)]
pub(crate) struct Score {
    /// Cases whose articles, titles, paragraphs and captions all came out as expected.
    pub(crate) right: usize,
    wrong: Vec<String>,
    /// Expected paragraphs that stand in no article.
    pub(crate) lost: usize,
    paragraphs: usize,
    left: usize,
    removals: usize,
    fields: BTreeMap<&'static str, (usize, usize)>,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (field, (right, all)) in &self.fields {
            writeln!(f, "{field}: {right} of {all} right")?;
        }
        if !self.wrong.is_empty() {
            writeln!(f, "wrong: {}", self.wrong.join(" "))?;
        }
        write!(
            f,
            "{} of {} cases right, {} of {} body paragraphs lost, {} of {} chrome lines left",
            self.right,
            self.right + self.wrong.len(),
            self.lost,
            self.paragraphs,
            self.left,
            self.removals,
        )
    }
}

/// Scores every case of `folder` whose name holds `only`.
pub(crate) fn score(folder: &Path, only: &str, verbose: bool) -> anyhow::Result<Score> {
    let mut names: Vec<String> = Vec::new();
    for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".expected.json").map(str::to_owned));
    }
    names.retain(|name| name.contains(only));
    names.sort();
    ensure!(!names.is_empty(), "{}: no cases", folder.display());
    let mut score = Score::default();
    for name in names {
        let input = std::fs::read_to_string(folder.join(format!("{name}.input.txt")))?;
        let expected = std::fs::read(folder.join(format!("{name}.expected.json")))?;
        let expected: Expected = serde_json::from_slice(&expected)?;
        let faults = score.case(&input, &expected);
        if faults.is_empty() {
            score.right += 1;
        } else {
            if verbose {
                println!("{name}\n    {}", faults.join("\n    "));
            }
            score.wrong.push(name);
        }
    }
    Ok(score)
}

fn clean(input: &str) -> Vec<CleanArticle> {
    let dump = Dump {
        path: "case".into(),
        record: None,
        line: 1,
        folder: "cases".into(),
        text: input.trim_start_matches('\u{feff}').to_owned(),
        fields: Fields::default(),
    };
    let mut articles = Vec::new();
    Cleaner::new(&Options::default()).clean(&dump, &mut Scratch::default(), &mut |article| {
        articles.extend(article.ok());
    });
    articles
}

impl Score {
    /// Counts one case; returns what is wrong with it.
    fn case(&mut self, input: &str, expected: &Expected) -> Vec<String> {
        let mut faults = Vec::new();
        let got = clean(input);
        let texts: Vec<Vec<&str>> = got.iter().map(|a| a.text.split("\n\n").collect()).collect();
        let all: Vec<&str> = texts.iter().flatten().copied().collect();
        let joined = all.join("\0");
        let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
        for paragraph in expected.articles.iter().flat_map(|article| &article.body) {
            *wanted.entry(written(paragraph)).or_default() += 1;
        }
        for (paragraph, count) in &wanted {
            self.paragraphs += count;
            // A short one must stand for itself; a longer one may stand inside another.
            let found = if paragraph.chars().count() < 40 {
                all.iter().filter(|text| *text == paragraph).count()
            } else {
                joined.matches(paragraph.as_str()).count()
            };
            if found < *count {
                self.lost += count - found;
                faults.push(format!("LOST {paragraph}"));
            }
        }
        let lines: Vec<&str> = input.trim_start_matches('\u{feff}').split('\n').collect();
        for removal in expected.removed.iter().filter(|removal| !removal.partial) {
            self.removals += 1;
            let line = written(lines.get(removal.line - 1).copied().unwrap_or_default());
            if all.contains(&line.as_str()) && !wanted.contains_key(&line) {
                self.left += 1;
                faults.push(format!("left {line}"));
            }
        }
        if got.len() != expected.articles.len() {
            let count = expected.articles.len();
            faults.push(format!("{} articles, expected {count}", got.len()));
        }
        for ((got, texts), expected) in got.iter().zip(&texts).zip(&expected.articles) {
            self.article(got, texts, expected, &mut faults);
        }
        faults
    }

    fn article(
        &mut self,
        got: &CleanArticle,
        texts: &[&str],
        expected: &ExpectedArticle,
        faults: &mut Vec<String>,
    ) {
        let mut differ = |what: &str, got: String, expected: String| {
            if got != expected {
                faults.push(format!("{what} {got:?}, expected {expected:?}"));
            }
        };
        let field = |field: &Option<String>| field.as_deref().map(written).unwrap_or_default();
        differ("title", field(&got.title), field(&expected.title));
        let body: Vec<String> = expected.body.iter().map(|text| written(text)).collect();
        differ("text", texts.join(" | "), body.join(" | "));
        let captions: Vec<&str> = got.captions.iter().filter_map(|c| c.text.as_deref()).collect();
        let wanted: Vec<String> = expected.captions.iter().map(|text| written(text)).collect();
        differ("captions", captions.join(" | "), wanted.join(" | "));
        let credits = got.captions.iter().filter_map(|caption| caption.credit.as_deref());
        let checks = [
            ("credits", parts(credits) == parts(expected.credits.iter().map(String::as_str))),
            ("byline", field(&got.byline) == field(&expected.byline)),
            ("dateline", field(&got.dateline) == field(&expected.dateline)),
        ];
        for (name, right) in checks {
            let (rights, all) = self.fields.entry(name).or_default();
            *all += 1;
            *rights += usize::from(right);
        }
    }
}

/// The names in some credits, sorted.
fn parts<'a>(credits: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut parts: Vec<String> = credits
        .flat_map(|credit| credit.split(['/', ',', '(', ')']))
        .flat_map(|part| part.split(" for "))
        .map(written)
        .filter(|part| !part.is_empty())
        .collect();
    parts.sort();
    parts.dedup();
    parts
}

fn written(text: &str) -> String {
    normalize::text(text).into_owned()
}
