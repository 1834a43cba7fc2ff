//! Runs `tests/cases/strip/*.md` and `tests/cases/segment/*.md`: texts in Markdown with what the
//! program takes out of them, what fills the fields, and where it cuts.
//!
//! A case is a heading, a fence `in` with the text, and fences with what must come out of it:
//! `removed` (a line `rule reason | text` for each removal), `fields` (a line `name: value` for
//! each field; without it, `removed` also says which lines were taken for a field
//! other than the title) or `articles` (the first words of each article). ` ```in title:
//! Words ` is a record that gives its title. `UPDATE_CASES=1 cargo test cases` writes what comes
//! out now into the fences, so that the difference can be read in the version control.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::{env, fs, path::Path};

use copydesk::clean::CleanArticle;
use copydesk::options::Split;
use copydesk::segment::segment;

use crate::desk::{clean, dump};

/// File and heading of cases that do not come out right yet. Only ever gets shorter.
const NOT_YET: &[(&str, &str)] =
    &[("count_words.md", "How often it was seen"), ("reading_time.md", "Above the text")];

#[test]
fn strip_cases() {
    let cases = run("strip");
    for file in cases.chunk_by(|a, b| a.file == b.file) {
        // A case shows that a rule acts when its name stands in what came out; the byline fills a
        // field and removes nothing.
        let (name, rule) = (&file[0].file, file[0].file.trim_end_matches(".md").replace('_', "-"));
        let acts = |case: &&Case| {
            let out = |line: &str| {
                line.starts_with(&format!("{rule} ")) || line.starts_with(&format!("{rule}: "))
            };
            case.fences.iter().any(|fence| fence.expected.lines().any(out))
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
    /// Whether it has a fence `fields`.
    tells_fields: bool,
    fences: Vec<Fence>,
}

/// What must come out of a case, and what does.
struct Fence {
    kind: String,
    expected: String,
    found: String,
}

/// Compares every case of `folder`; returns them.
#[track_caller]
fn run(folder: &str) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut paths: Vec<_> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let file = path.file_name().unwrap().to_str().unwrap();
        let before = fs::read_to_string(&path).unwrap();
        let (cases, after) = parse(file, &before);
        if env::var_os("UPDATE_CASES").is_some() && before != after {
            fs::write(&path, after).unwrap();
        }
        all.extend(cases);
    }
    let mut wrong = String::new();
    for case in &all {
        let whole = !case.input.is_empty() && !case.fences.is_empty();
        assert!(whole, "{}: {} lacks a fence", case.file, case.heading);
        let not_yet = NOT_YET.contains(&(&*case.file, &*case.heading));
        let right = case.fences.iter().all(|fence| fence.expected == fence.found);
        let (file, heading) = (&case.file, &case.heading);
        assert!(!(right && not_yet), "{file}: {heading} is right now; take it from NOT_YET");
        if !right && !not_yet {
            write!(wrong, "--- {file}: {heading}\n{}", case.input).unwrap();
            for Fence { kind, expected, found } in &case.fences {
                writeln!(wrong, "=== {kind}: expected\n{expected}=== came out\n{found}").unwrap();
            }
        }
    }
    let update = env::var_os("UPDATE_CASES").is_some();
    assert!(update || wrong.is_empty(), "these cases differ:\n{wrong}");
    all
}

/// The cases of `markdown`, and the same Markdown with what comes out now.
fn parse(file: &str, markdown: &str) -> (Vec<Case>, String) {
    let (mut cases, mut now): (Vec<Case>, _) = (Vec::new(), String::new());
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        writeln!(now, "{line}").unwrap();
        if let Some(heading) = line.strip_prefix("## ") {
            let (_, rest) = markdown.split_once(&format!("\n## {heading}\n")).unwrap();
            let tells_fields = rest.split("\n## ").next().unwrap().contains("\n```fields\n");
            cases.push(Case {
                file: file.to_owned(),
                heading: heading.to_owned(),
                title: None,
                input: String::new(),
                tells_fields,
                fences: Vec::new(),
            });
        }
        let Some(kind) = line.strip_prefix("```") else { continue };
        let mut expected = String::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            writeln!(expected, "{line}").unwrap();
        }
        let case = cases.last_mut().unwrap_or_else(|| panic!("{file}: a fence without heading"));
        if let Some(title) = kind.strip_prefix("in") {
            case.title = title.strip_prefix(" title: ").map(str::to_owned);
            assert!(title.is_empty() || case.title.is_some(), "{file}: fence `{kind}`");
            assert_eq!(case.input, "", "{file}: two inputs under {}", case.heading);
            now.push_str(&expected);
            case.input = expected;
        } else {
            let found = outcome(case, kind);
            let not_yet = NOT_YET.contains(&(&*case.file, &*case.heading));
            now.push_str(if not_yet { &expected } else { &found });
            case.fences.push(Fence { kind: kind.to_owned(), expected, found });
        }
        now.push_str("```\n");
    }
    (cases, now)
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
                // A line that fills a field is taken from the text as well.
                if !case.tells_fields {
                    let taken = |(name, _): &(&str, String)| {
                        matches!(*name, "byline" | "caption" | "credit")
                    };
                    for (name, value) in fields(&article).into_iter().filter(taken) {
                        line(format!("taken for the {name} | {value}"));
                    }
                }
            }
            "fields" => {
                for (name, value) in fields(&article) {
                    line(format!("{name}: {value}"));
                }
            }
            _ => panic!("{}: fence `{kind}` under {}", case.file, case.heading),
        }
    }
    out
}

/// Every field that says something, by name.
fn fields(article: &CleanArticle) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("title", article.title.clone()),
        ("byline", article.byline.clone()),
        ("dateline", article.dateline.clone()),
        ("published", article.published.clone()),
    ];
    for caption in &article.captions {
        fields.extend([("caption", caption.text.clone()), ("credit", caption.credit.clone())]);
    }
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
