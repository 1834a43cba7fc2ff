//! The rows of the output files, and the folder they are committed to.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk::article::{Caption, Span};
use copydesk::error::{Error, ErrorKind};
use copydesk::ledger::{Reason, Reject, RejectReason, Removal, Repeats};
use copydesk::options::Compression;
use copydesk::write::folder::{NAMES, OutputFolder, REPORT};
use copydesk::write::rows::{ArticleRow, DuplicateKind, DuplicateRow, RejectRow, RemovalRow};
use copydesk::write::{SCHEMAS, schema};
use serde_json::Value;

// ---------------------------------------------------------------------------------------- rows

const DIGEST: [u8; 32] = [0xab; 32];

fn hex() -> String {
    "ab".repeat(32)
}

fn caption(text: Option<&str>, credit: Option<&str>) -> Caption {
    Caption { text: text.map(str::to_owned), credit: credit.map(str::to_owned) }
}

/// A row in which only `id` and `text` are known.
fn article<'a>(id: &'a str, text: &'a str) -> ArticleRow<'a> {
    ArticleRow {
        id,
        dump: "in/a.txt#1",
        source: None,
        url: None,
        title: None,
        byline: None,
        dateline: None,
        published: None,
        language: None,
        text,
        captions: &[],
        fingerprint: "00",
        paragraphs: &[],
        words: 0,
        copies: 0,
        duplicate_of: None,
        meta: None,
    }
}

fn duplicate(similarity: f64) -> DuplicateRow<'static> {
    DuplicateRow {
        id: "b",
        dump: "in/b.txt#1",
        source: Some("norvale.example"),
        url: None,
        title: Some("Bridge closed"),
        published: None,
        kind: DuplicateKind::Near,
        duplicate_of: "a",
        similarity,
        cluster: "a",
        fingerprint: "00",
    }
}

fn removal(repeats: Option<Repeats>) -> Removal {
    Removal {
        span: Span { start: 3, end: 8 },
        line: 2,
        rule: "share-bar",
        reason: Reason::ShareBar,
        text: "Share".to_owned(),
        repeats,
        partial: false,
    }
}

fn reject(record: Option<u64>) -> Reject {
    Reject {
        file: Arc::from("in/c.jsonl"),
        record,
        line: record,
        offset: Some(0),
        reason: RejectReason::InvalidJson,
        detail: "a comma is missing".to_owned(),
    }
}

fn json(write: impl Fn(&mut Vec<u8>)) -> String {
    // What stands in the buffer before stays.
    let mut out = b"before".to_vec();
    write(&mut out);
    String::from_utf8(out).unwrap().strip_prefix("before").unwrap().to_owned()
}

#[test]
fn an_article_that_knows_nothing_has_every_key() {
    assert_eq!(
        json(|out| article("1", "One.").jsonl(out)),
        concat!(
            r#"{"id":"1","dump":"in/a.txt#1","source":null,"url":null,"title":null,"byline":null,"#,
            r#""dateline":null,"published":null,"language":null,"text":"One.","captions":[],"#,
            r#""fingerprint":"00","paragraphs":[],"words":0,"copies":0,"duplicate_of":null,"#,
            r#""meta":{}}"#,
            "\n"
        )
    );
}

#[test]
fn a_full_article() {
    let captions = [caption(Some("Ana waves (AP)"), Some("AP")), caption(None, Some("EPA"))];
    let paragraphs = [DIGEST, [0; 32]];
    let row = ArticleRow {
        source: Some("norvale.example"),
        captions: &captions,
        paragraphs: &paragraphs,
        words: 3,
        copies: 2,
        duplicate_of: Some("0"),
        meta: Some(r#"{"n": 123456789012345678901234, "a":1.0e5,"b":"\u00e9"}"#),
        ..article("1", "One \"two\".\n\nThree\u{7f}.")
    };
    assert_eq!(
        json(|out| row.jsonl(out)),
        concat!(
            r#"{"id":"1","dump":"in/a.txt#1","source":"norvale.example","url":null,"title":null,"#,
            r#""byline":null,"dateline":null,"published":null,"language":null,"#,
            r#""text":"One \"two\".\n\nThree"#,
            "\u{7f}",
            r#".","captions":[{"text":"Ana waves (AP)","credit":"AP"},{"text":null,"credit":"EPA"}],"#,
            r#""fingerprint":"00","paragraphs":["#,
            r#""abababababababababababababababababababababababababababababababab","#,
            r#""0000000000000000000000000000000000000000000000000000000000000000"],"#,
            r#""words":3,"copies":2,"duplicate_of":"0","#,
            r#""meta":{"n": 123456789012345678901234, "a":1.0e5,"b":"\u00e9"}}"#,
            "\n"
        )
    );
    assert_eq!(
        json(|out| row.csv(out, false)),
        "1,in/a.txt#1,norvale.example,,,,,,,\"One \"\"two\"\".\n\nThree\u{7f}.\",Ana waves (AP),\
         AP | EPA,00,3,2,0\n"
    );
}

#[test]
fn meta_never_breaks_a_line() {
    let check = |meta, expected: &str| {
        let row = ArticleRow { meta: Some(meta), ..article("1", "One.") };
        let line = json(|out| row.jsonl(out));
        assert_eq!(line.find('\n'), Some(line.len() - 1));
        assert_eq!(line.trim_end().split_once("\"meta\":").unwrap().1, format!("{expected}}}"));
    };
    check("{}", "{}");
    check("{\n  \"a\": 1\r\n}", "{   \"a\": 1  }");
    check("{\"a\": ", r#""{\"a\": ""#);
    check("1}\n{", r#""1} {""#);
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    check(&deep, &deep);
}

#[test]
fn a_duplicate() {
    assert_eq!(
        json(|out| duplicate(0.912_345_67).jsonl(out)),
        concat!(
            r#"{"id":"b","dump":"in/b.txt#1","source":"norvale.example","url":null,"#,
            r#""title":"Bridge closed","published":null,"kind":"near","duplicate_of":"a","#,
            r#""similarity":0.912346,"cluster":"a","fingerprint":"00"}"#,
            "\n"
        )
    );
    for (value, written) in [(1.0, "1.0"), (0.8, "0.8"), (2.0 / 3.0, "0.666667"), (0.0, "0.0")] {
        let line = json(|out| duplicate(value).jsonl(out));
        assert!(line.contains(&format!("\"similarity\":{written},")), "{line}");
        let row = json(|out| duplicate(value).csv(out, false));
        let expected = "b,in/b.txt#1,norvale.example,,Bridge closed,,near,a,";
        assert_eq!(row, format!("{expected}{written},a,00\n"));
    }
    for (kind, word) in [
        (DuplicateKind::Exact, "exact"),
        (DuplicateKind::Near, "near"),
        (DuplicateKind::Contained, "contained"),
    ] {
        assert_eq!(kind.as_str(), word);
        assert_eq!(serde_json::to_value(kind).unwrap(), word);
    }
}

#[test]
fn a_removal_says_what_it_repeats() {
    let check = |repeats: Option<Repeats>, expected: &str| {
        let line =
            json(|out| RemovalRow::new(&removal(repeats.clone()), "in/a.txt#1", "7").jsonl(out));
        let expected = format!(
            concat!(
                r#"{{"dump":"in/a.txt#1","article":"7","start":3,"end":8,"line":2,"#,
                r#""rule":"share-bar","reason":"share_bar","text":"Share","repeats":{},"#,
                r#""partial":false}}"#,
                "\n"
            ),
            expected
        );
        assert_eq!(line, expected);
    };
    let span = Span { start: 0, end: 5 };
    let dump = "in/b.txt#4".to_owned();
    check(None, "null");
    check(Some(Repeats::Span(span)), r#"{"dump":"in/a.txt#1","start":0,"end":5}"#);
    check(Some(Repeats::Elsewhere { dump, span }), r#"{"dump":"in/b.txt#4","start":0,"end":5}"#);
    check(Some(Repeats::TitleField), r#"{"field":"title"}"#);
}

#[test]
fn a_reject() {
    let check = |record, expected: &str| {
        let line = json(|out| RejectRow::from(&reject(record)).jsonl(out));
        let tail = r#""offset":0,"reason":"invalid_json","detail":"a comma is missing"}"#;
        assert_eq!(line, format!("{{\"file\":\"in/c.jsonl\",{expected},{tail}\n"));
    };
    check(Some(14), r#""record":14,"line":14"#);
    check(None, r#""record":null,"line":null"#);
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_guarded() {
    let check = |text: &str, guarded: &str, raw: &str| {
        for (is_raw, expected) in [(false, guarded), (true, raw)] {
            let captions = [caption(Some(text), None)];
            let row = ArticleRow {
                title: Some(text),
                captions: &captions,
                published: Some(text),
                duplicate_of: Some(text),
                ..article(text, text)
            };
            let row = json(|out| row.csv(out, is_raw));
            let cells = parse_csv(&row).pop().unwrap();
            for column in [0, 4, 7, 9, 10, 15] {
                assert_eq!(cells[column], expected, "column {column} of {row}");
            }
            assert!(!row.contains('\0'));
        }
    };
    for text in ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "'=1", "'", "=\"a\",b\nc"] {
        check(text, &format!("'{text}"), text);
    }
    for text in ["", " =1", "1-1", "\u{ff1d}1", "a, \"b\"\r\nc\rd", "\n=1", "\u{2212}1"] {
        check(text, text, text);
    }
    check("a\0b\0", "ab", "ab");
    check("\0=1", "'=1", "=1");
    check("\0", "", "");
}

proptest::proptest! {
    #[test]
    fn any_text_comes_back_from_csv(text in "(?s)[=+'\\-@\t\r\n,\" \0a]{0,8}.{0,8}", raw: bool) {
        let row = json(|out| article("1", &text).csv(out, raw));
        let cells = parse_csv(&row).pop().unwrap();
        let cell = &cells[9];
        let undone = if raw { cell } else { cell.strip_prefix('\'').unwrap_or(cell) };
        proptest::prop_assert_eq!(undone, text.replace('\0', ""));
        proptest::prop_assert!(raw || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
    }
}

#[test]
fn the_headers_name_the_cells() {
    let article_csv = json(|out| article("1", "One.").csv(out, false));
    let duplicate_csv = json(|out| duplicate(1.0).csv(out, false));
    for (header, row) in
        [(ArticleRow::CSV_HEADER, article_csv), (DuplicateRow::CSV_HEADER, duplicate_csv)]
    {
        // A reader that is strict about the number of cells accepts both together.
        assert_eq!(parse_csv(&format!("{header}{row}")).len(), 2);
    }
    assert_eq!(
        ArticleRow::CSV_HEADER,
        "id,dump,source,url,title,byline,dateline,published,language,text,captions,credits,\
         fingerprint,words,copies,duplicate_of\n"
    );
    let keys = required("duplicate").join(",");
    assert_eq!(DuplicateRow::CSV_HEADER, format!("{keys}\n"));
}

fn parse_csv(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn required(name: &str) -> Vec<String> {
    let list = schema()["$defs"][name]["required"].take();
    serde_json::from_value(list).unwrap()
}

#[test]
fn rows_are_what_the_schema_says() {
    let captions = [caption(Some("Ana waves"), None), caption(None, Some("EPA"))];
    let hex = hex();
    let full = ArticleRow {
        captions: &captions,
        paragraphs: &[DIGEST],
        fingerprint: &hex,
        meta: Some(r#"{"a":[1]}"#),
        ..article("1", "One.")
    };
    let none = ArticleRow { fingerprint: &hex, ..article("2", "Two.") };
    let copy = DuplicateRow { fingerprint: &hex, ..duplicate(0.9) };
    let span = Span { start: 0, end: 5 };
    let mut examples: Vec<(&str, String)> = vec![
        ("article", json(|out| full.jsonl(out))),
        ("article", json(|out| none.jsonl(out))),
        ("duplicate", json(|out| copy.jsonl(out))),
    ];
    for repeats in [None, Some(Repeats::Span(span)), Some(Repeats::TitleField)] {
        let removal = removal(repeats);
        let line = json(|out| RemovalRow::new(&removal, "in/a.txt#1", "7").jsonl(out));
        examples.push(("removal", line));
    }
    for record in [None, Some(1)] {
        examples.push(("reject", json(|out| RejectRow::from(&reject(record)).jsonl(out))));
    }
    let definitions = schema()["$defs"].take();
    for (name, line) in examples {
        let row: Value = serde_json::from_str(&line).unwrap();
        conforms(&row, &definitions[name]).unwrap_or_else(|why| panic!("{name}: {why}\n{line}"));
        // In order: each key stands behind the one before.
        let places: Vec<_> =
            required(name).iter().map(|key| line.find(&format!("\"{key}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{name}: {line}");
    }
    assert_eq!(SCHEMAS.len(), definitions.as_object().unwrap().len());
}

#[test]
fn the_schema_lists_every_reason() {
    let words = |name: &str| schema()["$defs"][name]["properties"]["reason"]["enum"].take();
    assert_eq!(serde_json::to_value(Reason::ALL).unwrap(), words("removal"));
    assert_eq!(serde_json::to_value(RejectReason::ALL).unwrap(), words("reject"));
}

/// A validator for the few keywords our schemas use; any other is an error, so none goes unread.
fn conforms(value: &Value, schema: &Value) -> Result<(), String> {
    let fail = |keyword: &str| Err(format!("{keyword}: {value} against {schema}"));
    for (keyword, wanted) in schema.as_object().unwrap() {
        let fits = match keyword.as_str() {
            "title" | "description" => true,
            "type" => {
                let types = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
                types.iter().any(|kind| match kind.as_str().unwrap() {
                    "string" => value.is_string(),
                    "integer" => value.is_u64(),
                    "number" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "null" => value.is_null(),
                    other => panic!("{other}"),
                })
            }
            "enum" => wanted.as_array().unwrap().contains(value),
            "const" => wanted == value,
            "pattern" => regex::Regex::new(wanted.as_str().unwrap())
                .unwrap()
                .is_match(value.as_str().unwrap()),
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()),
            "anyOf" => wanted.as_array().unwrap().iter().any(|one| conforms(value, one).is_ok()),
            "items" => {
                value.as_array().unwrap().iter().try_for_each(|item| conforms(item, wanted))?;
                true
            }
            "required" => value.as_object().is_some_and(|object| {
                wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|key| object.contains_key(key.as_str().unwrap()))
            }),
            "properties" => {
                for (key, wanted) in wanted.as_object().unwrap() {
                    value.get(key).map_or(Ok(()), |value| conforms(value, wanted))?;
                }
                true
            }
            "additionalProperties" => value.as_object().is_none_or(|object| {
                object.keys().all(|key| schema["properties"].get(key).is_some())
            }),
            other => panic!("{other}"),
        };
        if !fits {
            return fail(keyword);
        }
    }
    Ok(())
}

// -------------------------------------------------------------------------------------- folder

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Name and content of everything in `folder`; a link as what it points to.
fn listing(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let content = match fs::read_link(&path) {
                Ok(target) => format!("-> {}", target.display()),
                Err(_) if path.is_dir() => "(folder)".to_owned(),
                Err(_) => String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
            };
            (path.file_name().unwrap().to_string_lossy().into_owned(), content)
        })
        .collect();
    found.sort();
    found
}

fn expect(folder: &Path, files: &[(&str, &str)]) {
    let files: Vec<_> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(listing(folder), files);
}

/// Writes `files` and commits them with `report`.
fn run(path: &Path, files: &[(&str, &str)], report: &str) -> Result<(), Error> {
    let mut folder = OutputFolder::open(path, &[])?;
    for (name, text) in files {
        let mut file = folder.create(name, Compression::None)?;
        file.append(text.as_bytes())?;
        folder.seal(file)?;
    }
    folder.commit(report.as_bytes())
}

fn refused(result: Result<OutputFolder, Error>, what: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Usage(_)), "{error}");
    assert!(error.to_string().contains(what), "{error}");
}

#[test]
fn a_run_is_committed() {
    let root = temporary();
    let path = root.path().join("made/on/the/way");
    let mut folder = OutputFolder::open(&path, &[]).unwrap();
    let mut rejects = folder.create("rejects.jsonl", Compression::None).unwrap();
    let mut articles = folder.create("articles.jsonl", Compression::None).unwrap();
    articles.write_all(b"one\n").unwrap();
    articles.append(b"two\n").unwrap();
    articles.add_rows(1);
    articles.add_rows(1);
    // Bigger than the buffer.
    let long = "x".repeat(3 << 20);
    rejects.append(long.as_bytes()).unwrap();
    folder.seal(rejects).unwrap();
    let summary = folder.seal(articles).unwrap();
    assert_eq!((summary.path.as_str(), summary.bytes, summary.rows), ("articles.jsonl", 8, 2));
    assert_eq!(summary.blake3, blake3::hash(b"one\ntwo\n").to_hex().as_str());
    let outputs = folder.outputs();
    assert_eq!(outputs[0], summary);
    assert_eq!((outputs[1].path.as_str(), outputs[1].bytes), ("rejects.jsonl", 3 << 20));
    assert_eq!(outputs[1].blake3, blake3::hash(long.as_bytes()).to_hex().as_str());
    let json = serde_json::to_string(&outputs[0]).unwrap();
    assert!(
        json.starts_with(r#"{"path":"articles.jsonl","bytes":8,"rows":2,"blake3":""#),
        "{json}"
    );
    assert!(listing(&path).iter().all(|(name, _)| name.starts_with(".copydesk-")));
    folder.commit(b"{}").unwrap();
    // Not by `expect`, which would show it all.
    assert!(fs::read_to_string(path.join("rejects.jsonl")).unwrap() == long);
    fs::remove_file(path.join("rejects.jsonl")).unwrap();
    expect(&path, &[("articles.jsonl", "one\ntwo\n"), (REPORT, "{}")]);
}

#[test]
fn a_run_replaces_an_older_one() {
    let root = temporary();
    let path = root.path();
    fs::write(path.join("notes.txt"), "mine").unwrap();
    fs::write(path.join("articles.jsonl.bak"), "mine").unwrap();
    fs::write(path.join("removals.jsonl.gz"), "old").unwrap();
    fs::create_dir(path.join("report.html")).unwrap();
    let old: Vec<_> =
        NAMES.iter().filter(|name| **name != "report.html").map(|n| (*n, "old")).collect();
    run(path, &old, "old").unwrap();
    run(path, &[("articles.jsonl", "new")], "new").unwrap();
    expect(
        path,
        &[
            ("articles.jsonl", "new"),
            ("articles.jsonl.bak", "mine"),
            ("notes.txt", "mine"),
            ("report.html", "(folder)"),
            (REPORT, "new"),
        ],
    );
}

#[test]
fn links_are_replaced_and_never_followed() {
    let root = temporary();
    let path = root.path().join("out");
    fs::create_dir(&path).unwrap();
    let victim = root.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    for name in ["articles.jsonl", "articles.csv", REPORT] {
        symlink(&victim, path.join(name)).unwrap();
    }
    symlink("/nowhere", path.join("rejects.jsonl")).unwrap();
    symlink(&victim, path.join(".copydesk-x.tmp")).unwrap();
    run(&path, &[("articles.jsonl", "a"), ("rejects.jsonl", "r")], "{}").unwrap();
    expect(&path, &[("articles.jsonl", "a"), ("rejects.jsonl", "r"), (REPORT, "{}")]);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    // A link to a folder is a folder.
    let link = root.path().join("link");
    symlink(&path, &link).unwrap();
    run(&link, &[("articles.jsonl", "b")], "{}").unwrap();
    expect(&path, &[("articles.jsonl", "b"), (REPORT, "{}")]);
    assert!(link.is_symlink());
}

#[test]
fn a_run_that_ends_early_leaves_no_trace() {
    let root = temporary();
    let path = root.path().join("a/b");
    let mut folder = OutputFolder::open(&path, &[]).unwrap();
    let mut file = folder.create("articles.jsonl", Compression::Gz).unwrap();
    file.append(b"half").unwrap();
    let sealed = folder.create("articles.csv", Compression::None).unwrap();
    folder.seal(sealed).unwrap();
    drop(folder);
    drop(file);
    expect(root.path(), &[]);

    run(&path, &[("articles.jsonl", "old")], "old").unwrap();
    let mut folder = OutputFolder::open(&path, &[]).unwrap();
    let file = folder.create("articles.jsonl", Compression::None).unwrap();
    folder.seal(file).unwrap();
    drop(folder);
    expect(&path, &[("articles.jsonl", "old"), (REPORT, "old")]);

    // A made folder into which somebody put a file stays.
    let path = root.path().join("c");
    let folder = OutputFolder::open(&path, &[]).unwrap();
    fs::write(path.join("notes.txt"), "mine").unwrap();
    drop(folder);
    expect(&path, &[("notes.txt", "mine")]);
}

#[test]
fn a_file_that_was_not_sealed_stops_the_commit() {
    let root = temporary();
    run(root.path(), &[("articles.jsonl", "old")], "old").unwrap();
    let mut folder = OutputFolder::open(root.path(), &[]).unwrap();
    let file = folder.create("articles.jsonl", Compression::None).unwrap();
    let error = folder.commit(b"new").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Bug(_)), "{error}");
    drop(file);
    expect(root.path(), &[("articles.jsonl", "old"), (REPORT, "old")]);
}

#[test]
fn what_a_killed_run_left_is_removed() {
    let root = temporary();
    let path = root.path();
    for name in [".copydesk-articles.jsonl-7-0.tmp", ".copydesk-notes", ".other.tmp", "x.tmp"] {
        fs::write(path.join(name), "").unwrap();
    }
    fs::create_dir(path.join(".copydesk-folder.tmp")).unwrap();
    let folder = OutputFolder::open(path, &[]).unwrap();
    let left: Vec<_> = listing(path).into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, [".copydesk-folder.tmp", ".copydesk-notes", ".other.tmp", "x.tmp"]);
    drop(folder);
}

#[test]
fn a_second_run_is_refused() {
    let root = temporary();
    let path = root.path().join("out");
    let first = OutputFolder::open(&path, &[]).unwrap();
    let link = root.path().join("link");
    symlink(&path, &link).unwrap();
    for name in [&path, &link, &path.join("."), &root.path().join("link/../out/")] {
        refused(OutputFolder::open(name, &[]), "another run is writing");
    }
    let other = OutputFolder::open(&root.path().join("other"), &[]).unwrap();
    drop(first);
    assert!(!path.exists());
    drop(OutputFolder::open(&path, &[]).unwrap());
    drop(other);
}

#[test]
fn one_of_many_runs_at_once_gets_the_folder() {
    let root = temporary();
    let path = &root.path().join("a/out");
    for round in 0..50 {
        let done: usize = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4)
                .map(|number| {
                    let text = format!("{round} {number}");
                    scope.spawn(move || match run(path, &[("articles.jsonl", &text)], &text) {
                        Ok(()) => 1,
                        Err(Error { kind: ErrorKind::Usage(_), .. }) => 0,
                        Err(error) => panic!("{error}"),
                    })
                })
                .collect();
            runs.into_iter().map(|run| run.join().unwrap()).sum()
        });
        assert!(done > 0);
        let files = listing(path);
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].1, files[1].1);
        fs::remove_dir_all(root.path().join("a")).unwrap();
    }
}

#[test]
fn an_aborted_run_does_not_take_the_folder_from_the_next() {
    let root = temporary();
    let path = &root.path().join("a/out");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    // Every one of them makes the folder and removes it again.
                    match OutputFolder::open(path, &[]) {
                        Ok(mut folder) => {
                            folder.create("articles.jsonl", Compression::None).unwrap();
                        }
                        Err(Error { kind: ErrorKind::Usage(_), .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
}

#[test]
fn places_that_cannot_be_a_folder_are_refused() {
    let root = temporary();
    let file = root.path().join("file");
    fs::write(&file, "precious").unwrap();
    symlink("/nowhere/at/all", root.path().join("dangling")).unwrap();
    for path in [file.clone(), file.join("below/it"), root.path().join("dangling")] {
        refused(OutputFolder::open(&path, &[]), "not a folder");
    }
    refused(OutputFolder::open(Path::new(""), &[]), "empty");
    expect(root.path(), &[("dangling", "-> /nowhere/at/all"), ("file", "precious")]);

    let out = root.path().join("out");
    fs::create_dir_all(out.join("articles.csv")).unwrap();
    let mut folder = OutputFolder::open(&out, &[]).unwrap();
    let error = folder.create("articles.csv", Compression::None).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Usage(_)), "{error}");
    drop(folder);
    fs::create_dir_all(out.join(REPORT)).unwrap();
    refused(OutputFolder::open(&out, &[]), "report.json");
    expect(&out, &[("articles.csv", "(folder)"), (REPORT, "(folder)")]);
}

#[test]
fn inputs_are_never_outputs() {
    let root = temporary();
    let folder = root.path().join("in");
    fs::create_dir(&folder).unwrap();
    for name in ["articles.jsonl", "articles.csv.gz", REPORT, "news.txt"] {
        fs::write(folder.join(name), "precious").unwrap();
    }
    let before = listing(&folder);
    let link = root.path().join("link");
    symlink(&folder, &link).unwrap();
    symlink("in/articles.jsonl", root.path().join("file")).unwrap();
    for input in [
        folder.clone(),
        link.clone(),
        folder.join("../in"),
        folder.join("articles.jsonl"),
        folder.join("articles.csv.gz"),
        folder.join(REPORT),
        root.path().join("file"),
    ] {
        let inputs = [PathBuf::from("/nowhere"), input];
        refused(OutputFolder::open(&folder, &inputs), "input");
        refused(OutputFolder::open(&link, &inputs), "input");
    }
    assert_eq!(listing(&folder), before);
    // Inputs beside, above and below the output, and foreign files in it, are no matter.
    let inputs = [root.path().to_owned(), folder.join("news.txt"), root.path().join("link/x")];
    drop(OutputFolder::open(&folder, &inputs).unwrap());
    drop(OutputFolder::open(&folder.join("out"), std::slice::from_ref(&folder)).unwrap());
    assert_eq!(listing(&folder), before);
    // A link of ours that leads to an input is replaced, and the input stays.
    let out = root.path().join("out");
    fs::create_dir(&out).unwrap();
    symlink(folder.join("news.txt"), out.join("articles.jsonl")).unwrap();
    drop(OutputFolder::open(&out, &[folder.join("news.txt")]).unwrap());
}

#[test]
fn a_folder_that_cannot_be_written_is_found_at_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = temporary();
    let path = root.path().join("out");
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(path.join("probe"), "").is_ok() {
        // The superuser may write anywhere. The kernel's own folder refuses even that.
        refused_write(Path::new("/proc/self"));
        refused_write(Path::new("/proc/copydesk/out"));
        return;
    }
    refused_write(&path);
    refused_write(&path.join("below"));
    expect(&path, &[]);
}

fn refused_write(path: &Path) {
    let error = OutputFolder::open(path, &[]).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Write(_)), "{error}");
    assert!(error.place.starts_with(path.parent().unwrap().to_str().unwrap()), "{error}");
}

#[test]
fn a_spool_has_no_name() {
    let root = temporary();
    let folder = OutputFolder::open(root.path(), &[]).unwrap();
    let (mut one, mut two) = (folder.spool().unwrap(), folder.spool().unwrap());
    expect(root.path(), &[]);
    one.write_all(b"one").unwrap();
    two.write_all(b"two").unwrap();
    one.rewind().unwrap();
    let mut text = String::new();
    one.read_to_string(&mut text).unwrap();
    assert_eq!(text, "one");
}

#[test]
fn compressed_files_are_the_same_however_they_are_written() {
    let text: Vec<u8> =
        (0..60_000).flat_map(|n: u32| format!("line {} of\n", n * 7).into_bytes()).collect();
    for &compression in Compression::ALL {
        let file_bytes = |step: usize| {
            let root = temporary();
            let mut folder = OutputFolder::open(root.path(), &[]).unwrap();
            let mut file = folder.create("articles.jsonl", compression).unwrap();
            for part in text.chunks(step) {
                file.append(part).unwrap();
                file.flush().unwrap();
            }
            let summary = folder.seal(file).unwrap();
            folder.commit(b"{}").unwrap();
            assert_eq!(summary.path, format!("articles.jsonl{}", compression.extension()));
            let bytes = fs::read(root.path().join(&summary.path)).unwrap();
            assert_eq!(summary.bytes, bytes.len() as u64);
            assert_eq!(summary.blake3, blake3::hash(&bytes).to_hex().as_str());
            bytes
        };
        let bytes = file_bytes(text.len());
        for step in [17, 4096, 100_000] {
            assert!(file_bytes(step) == bytes, "{compression:?} in steps of {step}");
        }
        let mut read = Vec::new();
        match compression {
            Compression::None => read.clone_from(&bytes),
            Compression::Gz => {
                assert_eq!(bytes[4..8], [0; 4], "no time");
                flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut read).map(drop).unwrap();
            }
            Compression::Zst => read = zstd::decode_all(&bytes[..]).unwrap(),
        }
        assert!(read == text);
    }
}

#[test]
fn a_plain_run_removes_the_compressed_files_of_the_last() {
    let root = temporary();
    for (compression, name) in [
        (Compression::Gz, "articles.jsonl.gz"),
        (Compression::None, "articles.jsonl"),
        (Compression::Zst, "articles.jsonl.zst"),
    ] {
        let mut folder = OutputFolder::open(root.path(), &[]).unwrap();
        let file = folder.create("articles.jsonl", compression).unwrap();
        folder.seal(file).unwrap();
        folder.commit(b"{}").unwrap();
        let left: Vec<_> = listing(root.path()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(left, [name, REPORT]);
    }
}
