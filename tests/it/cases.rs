//! Runs `tests/cases/strip/*.md` and `tests/cases/segment/*.md`: texts in Markdown with what the
//! program takes out of them, what fills the fields, and where it cuts.
//!
//! A case is a heading, a fence `in` with the text, and fences with what must come out of it:
//! `removed` (a line `rule reason | text` for each removal), `fields` (a line `name: value` for
//! each field, where a case cares) or `articles` (the first words of each article). ` ```in title:
//! Words ` is a record that gives its title. `UPDATE_CASES=1 cargo test cases` writes what comes
//! out now into the fences, so that the difference can be read in the version control.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::{env, fs, path::Path};

use copydesk::options::Split;
use copydesk::segment::segment;

use crate::desk::{clean, dump};

#[test]
fn strip_cases() {
    let cases = run("strip");
    for file in cases.chunk_by(|a, b| a.file == b.file) {
        // A case shows that a rule acts when its name stands in what came out; the byline fills a
        // field and removes nothing.
        let (name, rule) = (&file[0].file, file[0].file.trim_end_matches(".md").replace('_', "-"));
        let acts = |case: &&Case| {
            let out = |line: &str| line.starts_with(&format!("{rule} ")) || line.starts_with(&format!("{rule}: "));
            case.expected.iter().any(|(_, lines)| lines.lines().any(out))
        };
        let acting = file.iter().filter(acts).count();
        assert!(acting > 0, "{name}: no case shows what the rule does");
        assert!(acting * 2 <= file.len(), "{name}: more cases that go than that stay");
    }
}

#[test]
fn segment_cases() {
    run("segment");
}

/// One case of a file.
struct Case {
    file: String,
    heading: String,
    title: Option<String>,
    input: String,
    /// Kind of a fence and what stands in it.
    expected: Vec<(String, String)>,
}

/// Compares every case of `folder`; returns them.
#[track_caller]
fn run(folder: &str) -> Vec<Case> {
    let update = env::var_os("UPDATE_CASES").is_some();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut paths: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut all, mut failures) = (Vec::new(), String::new());
    for path in paths {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let before = fs::read_to_string(&path).unwrap();
        let mut after = String::new();
        let mut case = None;
        let mut lines = before.lines();
        while let Some(line) = lines.next() {
            writeln!(after, "{line}").unwrap();
            if let Some(heading) = line.strip_prefix("## ") {
                all.extend(case.take());
                let (file, heading) = (file.clone(), heading.to_owned());
                let (title, input, expected) = (None, String::new(), Vec::new());
                case = Some(Case { file, heading, title, input, expected });
            }
            let Some(kind) = line.strip_prefix("```").filter(|kind| !kind.is_empty()) else {
                continue;
            };
            let mut fence = String::new();
            for line in lines.by_ref().take_while(|line| *line != "```") {
                writeln!(fence, "{line}").unwrap();
            }
            let case = case.as_mut().unwrap_or_else(|| panic!("{file}: a fence without heading"));
            if let Some(title) = kind.strip_prefix("in") {
                case.title = title.strip_prefix(" title: ").map(str::to_owned);
                assert!(title.is_empty() || case.title.is_some(), "{file}: fence `{kind}`");
                assert_eq!(case.input, "", "{file}: two inputs under {}", case.heading);
                after.push_str(&fence);
                case.input = fence;
            } else {
                let out = outcome(case, kind);
                if out != fence {
                    let (heading, input) = (&case.heading, &case.input);
                    write!(failures, "--- {file}: {heading}\n{input}=== expected {kind}\n{fence}")
                        .and_then(|()| writeln!(failures, "=== came out\n{out}"))
                        .unwrap();
                }
                after.push_str(&out);
                case.expected.push((kind.to_owned(), fence));
            }
            after.push_str("```\n");
        }
        all.extend(case);
        if update && before != after {
            fs::write(&path, after).unwrap();
        }
    }
    for case in &all {
        let whole = !case.input.is_empty() && !case.expected.is_empty();
        assert!(whole, "{}: {} lacks a fence", case.file, case.heading);
    }
    assert!(update || failures.is_empty(), "these cases differ:\n{failures}");
    all
}

/// What the program makes of the case, in the form of the fence `kind`.
fn outcome(case: &Case, kind: &str) -> String {
    let dump = dump(&case.input, case.title.as_deref());
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").unwrap();
    if kind == "articles" {
        for article in segment(&dump, Split::Auto) {
            let words: Vec<&str> = article.blocks[0].text.split_whitespace().take(5).collect();
            line(words.join(" "));
        }
        return out;
    }
    for article in clean(&dump) {
        let article = match article {
            Ok(article) => article,
            Err(reject) => {
                line(format!("rejected {}", reject.reason));
                continue;
            }
        };
        match kind {
            "removed" => {
                for removal in &article.removals {
                    let text = removal.text.replace('\n', "⏎");
                    line(format!("{} {} | {text}", removal.rule, removal.reason));
                }
            }
            "fields" => {
                let mut field = |name: &str, value: &Option<String>| {
                    if let Some(value) = value {
                        line(format!("{name}: {value}"));
                    }
                };
                field("title", &article.title);
                field("byline", &article.byline);
                field("dateline", &article.dateline);
                field("published", &article.published);
                for caption in &article.captions {
                    field("caption", &caption.text);
                    field("credit", &caption.credit);
                }
            }
            _ => panic!("{}: fence `{kind}` under {}", case.file, case.heading),
        }
    }
    out
}
