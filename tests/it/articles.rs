//! Whole pages with everything that must come out of them: `tests/cases/articles/NAME.input.txt`
//! and, beside it, `NAME.expected.json`.
//!
//! `articles` of the JSON lists titles, paragraphs and captions in order, `removed` the lines of
//! the page that are no part of them. Texts are compared after NFKC, without characters that
//! cannot be seen, white space folded.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use copydesk::clean::CleanArticle;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;

use crate::desk::{clean, dump};

/// Pages that do not come out right yet. Only ever gets shorter.
const NOT_YET: &[&str] = &["021-reuters-wire"];

#[derive(Deserialize)]
struct Expected {
    articles: Vec<ExpectedArticle>,
    removed: Vec<RemovedLine>,
}

#[derive(Deserialize)]
struct ExpectedArticle {
    title: Option<String>,
    body: Vec<String>,
    captions: Vec<String>,
}

#[derive(Deserialize)]
struct RemovedLine {
    line: usize,
    class: String,
    #[serde(default)]
    partial: bool,
}

#[test]
fn pages_come_out_right() {
    let (mut wrong, mut right, mut lost) = (BTreeMap::new(), Vec::new(), Vec::new());
    for name in names() {
        let (input, expected) = page(&name);
        let found = articles(&input);
        lost.extend(
            lost_paragraphs(&found, &expected).into_iter().map(|text| (name.clone(), text)),
        );
        match faults(&input, &found, &expected) {
            faults if faults.is_empty() => right.push(name),
            faults => drop(wrong.insert(name, faults)),
        }
    }
    assert_eq!(lost, [], "paragraphs of a body are lost");
    let repaired: Vec<&String> = right.iter().filter(|name| NOT_YET.contains(&&***name)).collect();
    assert!(repaired.is_empty(), "these are right now; take them from NOT_YET: {repaired:?}");
    wrong.retain(|name, _| !NOT_YET.contains(&&**name));
    assert!(wrong.is_empty(), "{} pages come out wrong: {wrong:#?}", wrong.len());
    assert!(right.len() + NOT_YET.len() >= 57, "only {} pages were found", right.len());
}

/// Everything of `found` that is not as expected.
fn faults(input: &str, found: &[CleanArticle], expected: &Expected) -> Vec<String> {
    let mut faults = Vec::new();
    let written: BTreeSet<String> = found.iter().flat_map(paragraphs).collect();
    let body: BTreeSet<String> =
        expected.articles.iter().flat_map(|article| &article.body).map(|text| fold(text)).collect();
    let lines: Vec<String> = input.split('\n').map(fold).collect();
    for removed in expected.removed.iter().filter(|removed| !removed.partial) {
        let line = &lines[removed.line - 1];
        if written.contains(line) && !body.contains(line) {
            faults.push(format!("{} is left: {line}", removed.class));
        }
    }
    if found.len() != expected.articles.len() {
        faults.push(format!("{} articles, expected {}", found.len(), expected.articles.len()));
    }
    for (article, expected) in found.iter().zip(&expected.articles) {
        let titles = [&article.title, &expected.title].map(|title| title.as_deref().map(fold));
        if titles[0] != titles[1] {
            faults.push(format!("title {:?}, expected {:?}", titles[0], titles[1]));
        }
        let (is, should) = (paragraphs(article), folded(&expected.body));
        if is != should {
            let differs = is.iter().zip(&should).find(|(is, should)| is != should);
            let (is, should) = (is.len(), should.len());
            faults
                .push(format!("{is} paragraphs, expected {should}; first difference {differs:?}"));
        }
        let captions = article.captions.iter().filter_map(|caption| caption.text.as_deref());
        let (is, should) = (captions.map(fold).collect::<Vec<_>>(), folded(&expected.captions));
        if is != should {
            faults.push(format!("captions {is:?}, expected {should:?}"));
        }
    }
    faults
}

/// Paragraphs of the bodies that stand in no text, be it within a longer paragraph.
fn lost_paragraphs(found: &[CleanArticle], expected: &Expected) -> Vec<String> {
    let written: Vec<String> = found.iter().flat_map(paragraphs).collect();
    let all = written.join("\0");
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for text in expected.articles.iter().flat_map(|article| &article.body) {
        *wanted.entry(fold(text)).or_default() += 1;
    }
    let stands = |text: &str| {
        let alone = written.iter().filter(|paragraph| *paragraph == text).count();
        if text.chars().count() < 40 { alone } else { all.matches(text).count() }
    };
    // A refrain that is stated three times must stand three times.
    wanted.retain(|text, count| stands(text) < *count);
    wanted.into_keys().collect()
}

fn articles(input: &str) -> Vec<CleanArticle> {
    clean(&dump(input, None)).into_iter().filter_map(Result::ok).collect()
}

fn paragraphs(article: &CleanArticle) -> Vec<String> {
    article.text.split("\n\n").map(fold).filter(|text| !text.is_empty()).collect()
}

fn folded(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| fold(text)).collect()
}

fn fold(text: &str) -> String {
    let unseen = |c: &char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
            || matches!(c, '\u{2066}'..='\u{2069}')
    };
    let text: String = text.nfkc().filter(|c| !unseen(c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn page(name: &str) -> (String, Expected) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/articles");
    let input = fs::read_to_string(folder.join(format!("{name}.input.txt"))).unwrap();
    let expected = fs::read(folder.join(format!("{name}.expected.json"))).unwrap();
    let input = input.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(input);
    (input, serde_json::from_slice(&expected).unwrap())
}

fn names() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/articles");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let stem = |name: String| name.rsplitn(3, '.').nth(2).unwrap().to_owned();
    files.map(|name| stem(name.into_string().unwrap())).collect()
}
