//! The commands end to end, on small files: what they print, how they end, what they write.

#![allow(clippy::format_collect)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use assert_cmd::Command;
use serde_json::{Value, json};

use crate::desk::{Desk, text, with_footer};

/// A story of more than thirty words, whose fingerprint alone makes it a copy.
pub(crate) const STORY: &str = "Ferry strike enters second week\n\nThe crews of the northern ferries said on \
    Tuesday that they would not sail before Friday, and the port lost a million a day that nobody \
    wanted to pay for, not even the ministry.\n\nIt did not answer letters.\n";
const OTHER: &str = "Museum finds lost letters in its cellar\n\nStaff found the letters behind a shelf \
    on Tuesday, twenty years after they had been given up, and nobody at the museum could say who \
    had put them there or why they had been tied with salt rope.\n";
/// Records that can be used.
const RECORD: &str = "{\"text\": \"The crews said on Tuesday that they would not sail.\"}\n";
const LAST: &str = "{\"text\": \"Staff found the letters behind a shelf on Tuesday.\"}\n";

/// How a command ended and what it printed.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program in the folder of `desk`.
pub(crate) fn copydesk(desk: &Desk, line: &str) -> Done {
    piped(desk, line, "")
}

fn piped(desk: &Desk, line: &str, stdin: impl Into<Vec<u8>>) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(line.split_whitespace())
        .current_dir(desk.path(""))
        .write_stdin(stdin)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    Done { code, out: text(output.stdout), err: text(output.stderr) }
}

/// Runs the program, which must end well and have nothing to say.
#[track_caller]
pub(crate) fn well(desk: &Desk, line: &str) -> String {
    let done = copydesk(desk, line);
    assert_eq!((done.code, &*done.err), (0, ""), "{line}");
    done.out
}

/// Runs the program, which must refuse `line` with this message and write nothing.
#[track_caller]
pub(crate) fn refused(desk: &Desk, line: &str, message: &str) {
    let before = names(desk, "");
    let done = copydesk(desk, line);
    assert_eq!((done.code, &*done.err, &*done.out), (2, &*format!("copydesk: {message}\n"), ""));
    assert_eq!(names(desk, ""), before, "{line} wrote something");
}

fn names(desk: &Desk, folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(desk.path(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

pub(crate) fn report(desk: &Desk, output: &str) -> Value {
    serde_json::from_slice(&fs::read(desk.path(output).join("report.json")).unwrap()).unwrap()
}

pub(crate) fn column(rows: &[Value], key: &str) -> Vec<String> {
    rows.iter().map(|row| row[key].as_str().unwrap_or("null").to_owned()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

// Each kind of input.

#[test]
fn every_kind_of_input_is_cleaned() {
    let desk = Desk::new();
    let table = |separator: char| {
        format!(
            "title{separator}text\nFerry strike enters second week{separator}The crews stayed at home.\n"
        )
    };
    let object =
        json!({ "title": "Ferry strike enters second week", "text": "The crews stayed at home." });
    desk.write("in/a.txt", "Ferry strike enters second week\n\nThe crews stayed at home.\n");
    desk.write("in/b.jsonl", format!("{object}\n"));
    desk.write("in/c.json", serde_json::to_vec_pretty(&[&object]).unwrap());
    desk.write("in/d.csv", table(','));
    desk.write("in/e.tsv", table('\t'));
    desk.write("in/f.csv", table(';'));
    desk.write("in/g.jsonl.gz", gzip(format!("{object}\n").as_bytes()));
    desk.write("in/h.zst", zstd::encode_all(table(',').as_bytes(), 1).unwrap());
    desk.write("in/deep/folder/i.data", format!("{object}\n"));
    let done = copydesk(&desk, "run in -o out --duplicates keep");
    assert_eq!((done.code, &*done.out), (0, ""));
    let articles = desk.rows("out", "articles.jsonl");
    let dumps = column(&articles, "dump");
    let expected = ["a.txt", "b.jsonl", "c.json", "d.csv", "deep/folder/i.data", "e.tsv", "f.csv"];
    let expected = expected.iter().chain(&["g.jsonl.gz", "h.zst"]);
    assert_eq!(dumps, expected.map(|name| format!("in/{name}#1")).collect::<Vec<_>>());
    for row in &articles {
        assert_eq!(text(row, "title"), "Ferry strike enters second week");
        assert_eq!(text(row, "text"), "The crews stayed at home.");
    }
    let report = report(&desk, "out");
    let formats: Vec<&str> =
        report["inputs"].as_array().unwrap().iter().map(|input| text(input, "format")).collect();
    assert_eq!(formats, ["text", "jsonl", "json", "csv", "jsonl", "tsv", "csv", "jsonl", "csv"]);
    // What it did, in the words of the summary.
    let summary: Vec<&str> = done.err.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(summary, ["Read", "Written", "Removed", "Files", "Next"]);
    assert_eq!(well(&desk, "run in -o out -q"), "", "quiet, and again into the same folder");
    assert_eq!(desk.rows("out", "duplicates.jsonl").len(), 8);
}

#[test]
fn without_a_command_the_folder_input_is_cleaned_into_output() {
    let desk = Desk::new();
    desk.write("input/a.txt", STORY);
    let done = copydesk(&desk, "-q");
    assert_eq!((done.code, &*done.err), (0, ""));
    let files = ["articles.csv", "articles.jsonl", "duplicates.csv", "duplicates.jsonl"];
    let files = files.iter().chain(&["rejects.jsonl", "removals.jsonl", "report.json"]);
    assert!(names(&desk, "output").is_superset(&files.map(|name| (*name).to_owned()).collect()));
}

#[test]
fn standard_input_is_an_input() {
    let desk = Desk::new();
    let cleaned = piped(&desk, "clean -", [RECORD, LAST].concat());
    assert_eq!((cleaned.code, &*cleaned.err), (0, ""));
    let dumps: Vec<Value> =
        cleaned.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(column(&dumps, "dump"), ["-#1", "-#2"]);
    let done = piped(&desk, "run - -o out -q", STORY);
    assert_eq!((done.code, &*done.err), (0, ""));
    assert_eq!(column(&desk.rows("out", "articles.jsonl"), "dump"), ["-#1"]);
    // It cannot be read again.
    let verified = copydesk(&desk, "verify out");
    assert_eq!(verified.code, 2);
    assert!(
        verified.err.starts_with("copydesk: -: the run read its standard input"),
        "{}",
        verified.err
    );
}

#[test]
fn a_reader_that_wants_no_more_is_a_normal_end() {
    let desk = Desk::new();
    let lines: String = (0..4000)
        .map(|n| json!({ "text": format!("Story {n} ends here, and so on.") }).to_string() + "\n")
        .collect();
    desk.write("many.jsonl", lines);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["clean", "many.jsonl"])
        .current_dir(desk.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut first).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert!(first.contains("\"many.jsonl#1\""), "{first}");
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}

// What cannot be used.

/// `broken` in a folder with a good file: these lines on stderr, these rows, and the neighbours
/// stay. Rows are `record:reason`, totals read, written, rejected and failed files.
#[track_caller]
fn check_reject(
    name: &str,
    broken: impl AsRef<[u8]>,
    err: &[&str],
    rows: &[&str],
    totals: [u64; 4],
) {
    let desk = Desk::new();
    desk.write(&format!("in/{name}"), broken);
    desk.write("in/z.txt", STORY);
    let mut expected: Vec<String> =
        err.iter().map(|line| format!("copydesk: in/{name}{line}")).collect();
    let [read, written, rejected, failed] = totals;
    if rejected > 0 {
        expected.push(format!(
            "copydesk: out/rejects.jsonl: {rejected} of {read} records could not be used; listed here"
        ));
    }
    let done = copydesk(&desk, "run in -o out -q");
    assert_eq!(done.err.lines().collect::<Vec<_>>(), expected);
    assert_eq!(done.code, i32::from(failed > 0));
    let written_rows = desk.rows("out", "rejects.jsonl");
    let found: Vec<String> = written_rows
        .iter()
        .map(|row| {
            assert_eq!(text(row, "file"), format!("in/{name}"));
            let record = row["record"].as_u64().map_or("file".to_owned(), |n| n.to_string());
            format!("{record}:{}", text(row, "reason"))
        })
        .collect();
    assert_eq!(found, rows);
    let report = report(&desk, "out");
    let total = |key: &str| report["totals"][key].as_u64().unwrap();
    assert_eq!(["read", "written", "rejected", "files_failed"].map(total), totals);
    let articles = desk.rows("out", "articles.jsonl");
    assert_eq!(text(articles.last().unwrap(), "dump"), "in/z.txt#1", "the neighbour is kept");
    // The same from a pass over a pipe, but for the place of the list.
    let cleaned = copydesk(&desk, "clean in");
    assert_eq!(cleaned.code, done.code);
    assert_eq!(cleaned.out.lines().count() as u64, written);
    assert_eq!(cleaned.err.lines().take(err.len()).collect::<Vec<_>>(), expected[..err.len()]);
    // The run is whole and can be followed.
    let verified = copydesk(&desk, "verify out");
    assert_eq!((verified.code, &*verified.err), (0, ""), "{}", verified.out);
    // And who wants to know of rejected records, does.
    let strict = copydesk(&desk, "run in -o out -q --strict");
    assert_eq!(strict.code, i32::from(failed > 0 || rejected > 0));
}

#[test]
fn rejected_invalid_json() {
    check_reject(
        "a.jsonl",
        format!("{RECORD}{{\"text\": 12\n[1, 2]\n{LAST}"),
        &[
            ":2: invalid_json: not valid json: eof while parsing an object (column 11)",
            ":3: invalid_json: not a json object",
        ],
        &["2:invalid_json", "3:invalid_json"],
        [5, 3, 2, 0],
    );
}

#[test]
fn rejected_no_text() {
    check_reject(
        "a.jsonl",
        format!("{RECORD}{{\"title\": \"Alone\"}}\n{{\"text\": \" \"}}\n{LAST}"),
        &[
            ":2: no_text: no text field; name another with --field text=COLUMN",
            ":3: no_text: the text field `text` is empty; name another with --field text=COLUMN",
        ],
        &["2:no_text", "3:no_text"],
        [5, 3, 2, 0],
    );
}

#[test]
fn rejected_invalid_csv() {
    check_reject(
        "a.csv",
        "title,text\nOne,\"Salt was sold on Monday.\"\nTwo,Salt was sold,again,\n\
         Three,Salt was sold on Tuesday.\nFour,\"Never closed\nFive,Salt was sold on Friday.\n",
        &[
            ":3: invalid_csv: 4 cells where the header has 2",
            ":5: invalid_csv: a quote opens in this row and never closes; close it, or double it",
        ],
        &["2:invalid_csv", "4:invalid_csv"],
        [5, 3, 2, 0],
    );
}

#[test]
fn rejected_encoding() {
    let utf32: Vec<u8> =
        "\u{feff}Salt was sold.".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    check_reject(
        "a.txt",
        utf32,
        &[": encoding: utf-32; convert it with iconv -t utf-8"],
        &["file:encoding"],
        [1, 1, 0, 1],
    );
}

#[test]
fn rejected_too_deep() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    check_reject(
        "a.jsonl",
        format!("{RECORD}{{\"text\": \"Salt was sold.\", \"x\": {deep}}}\n{LAST}"),
        &[":2: too_deep: nested deeper than 128 levels; raise it with --max nesting=N"],
        &["2:too_deep"],
        [4, 3, 1, 0],
    );
}

/// Fifty records of which each differs from all others, compressed.
fn fifty() -> Vec<u8> {
    let record = |n: u32| {
        format!("{{\"text\": \"Salt was sold on day {n}, for {} coins.\"}}\n", n * 7919 % 1009)
    };
    gzip((0..50).map(record).collect::<String>().as_bytes())
}

/// How many whole records the gzip reader gives of the first `bytes`.
fn lines_of(bytes: &[u8]) -> u64 {
    let mut text = Vec::new();
    let _ = std::io::copy(&mut flate2::read::GzDecoder::new(bytes), &mut text);
    String::from_utf8_lossy(&text).matches('\n').count() as u64
}

#[test]
fn rejected_truncated() {
    let whole = fifty();
    let half = &whole[..whole.len() / 2];
    let desk = Desk::new();
    desk.write("a.jsonl.gz", half);
    let done = copydesk(&desk, "run a.jsonl.gz -o out -q");
    assert_eq!(done.code, 1);
    let used = desk.rows("out", "articles.jsonl").len() as u64;
    assert!(used >= lines_of(half) && (1..50).contains(&used), "{used} records of a half");
    let line = done.err.strip_prefix(&format!("copydesk: a.jsonl.gz:{}: truncated: ", used + 1));
    assert!(line.is_some_and(|line| line.ends_with("; get the file again\n")), "{}", done.err);
    let rejects = desk.rows("out", "rejects.jsonl");
    assert_eq!(rejects.len(), 1);
    assert_eq!((&rejects[0]["record"], text(&rejects[0], "reason")), (&Value::Null, "truncated"));
    assert_eq!(report(&desk, "out")["totals"]["read"], used, "the cut record is in no sum");
}

#[test]
fn rejected_corrupt() {
    let mut bytes = fifty();
    let checksum = bytes.len() - 5;
    bytes[checksum] ^= 0xff;
    let bytes_in: usize = 50 * "{\"text\": \"Salt was sold on day , for  coins.\"}\n".len()
        + (0..50_u32)
            .map(|n| n.to_string().len() + (n * 7919 % 1009).to_string().len())
            .sum::<usize>();
    check_reject(
        "a.jsonl.gz",
        bytes,
        &[&format!(
            ":51: corrupt: the gzip data is damaged at byte {bytes_in} of its contents \
             (incorrect data check); get the file again"
        )],
        &["file:corrupt"],
        [51, 51, 0, 1],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn rejected_unreadable() {
    let desk = Desk::new();
    desk.write("z.txt", STORY);
    // A file that opens and cannot be read at its start, whoever asks.
    let done = copydesk(&desk, "run /proc/self/mem z.txt -o out -q");
    let message = "copydesk: /proc/self/mem:1: unreadable: cannot be read beyond byte 0: input/output error\n";
    assert_eq!((done.code, &*done.err), (1, message));
    assert_eq!(column(&desk.rows("out", "rejects.jsonl"), "reason"), ["unreadable"]);
    assert_eq!(column(&desk.rows("out", "articles.jsonl"), "dump"), ["z.txt#1"]);
    assert_eq!(report(&desk, "out")["totals"]["files_failed"], 1);
}

#[test]
fn rejected_binary() {
    check_reject(
        "a.dat",
        (0..=255).cycle().take(5000).collect::<Vec<u8>>(),
        &[": binary: not text: it is full of control characters; leave it out with --exclude"],
        &["file:binary"],
        [1, 1, 0, 1],
    );
}

#[test]
fn rejected_unsupported() {
    check_reject(
        "a.txt",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        &[": unsupported: a pdf document; extract its text first"],
        &["file:unsupported"],
        [1, 1, 0, 1],
    );
}

#[test]
fn rejected_empty() {
    check_reject(
        "a.jsonl",
        format!("{RECORD}{{\"text\": \"___\"}}\n{{\"text\": \"\\u00ad\"}}\n{LAST}"),
        &[
            ":2: empty: no paragraph remains after cleaning",
            ":3: empty: no paragraph remains after cleaning",
        ],
        &["2:empty", "3:empty"],
        [5, 3, 2, 0],
    );
}

#[test]
fn many_problems_are_few_lines() {
    let desk = Desk::new();
    desk.write("a.jsonl", format!("{}{RECORD}", "{\n".repeat(60)));
    let done = copydesk(&desk, "run a.jsonl -o out -q");
    assert_eq!((done.code, done.err.lines().count()), (0, 20));
    assert!(done.err.ends_with("copydesk: … and 42 more\n"), "{}", done.err);
    assert_eq!(desk.rows("out", "rejects.jsonl").len(), 60);
    // The summary is part of the twenty.
    let done = copydesk(&desk, "run a.jsonl -o out");
    assert_eq!((done.code, done.err.lines().count()), (0, 20), "{}", done.err);
    assert!(done.err.contains("copydesk: … and 49 more\nRead "), "{}", done.err);
    let crossed =
        |limit: &str| copydesk(&desk, &format!("run a.jsonl -o out -q --max-rejects {limit}")).code;
    assert_eq!([crossed("59"), crossed("60"), crossed("98%"), crossed("99%")], [1, 0, 1, 0]);
}

// Flags.

#[test]
fn a_limit_takes_the_first_records() {
    let desk = Desk::new();
    let records: String =
        (0..9).map(|n| format!("{{\"text\": \"Story {n} is one of nine.\"}}\n")).collect();
    desk.write("in/a.jsonl", format!("{{\n{records}"));
    desk.write("in/b.txt", STORY);
    for (limit, articles, rejects) in [(1, 0, 1), (4, 3, 1), (10, 9, 1), (11, 10, 1), (99, 10, 1)] {
        let done = copydesk(&desk, &format!("run in -o out -q --limit {limit}"));
        assert_eq!(done.code, 0);
        assert_eq!(desk.rows("out", "articles.jsonl").len(), articles, "{limit}");
        assert_eq!(desk.rows("out", "rejects.jsonl").len(), rejects, "{limit}");
        let verified = copydesk(&desk, "verify out");
        assert_eq!((verified.code, &*verified.err), (0, ""), "{limit}: {}", verified.out);
        assert_eq!(
            copydesk(&desk, &format!("clean in --limit {limit}")).out.lines().count(),
            articles
        );
    }
}

#[test]
fn a_run_that_a_limit_cut_short_can_be_followed() {
    let desk = Desk::new();
    // More than is read at once.
    let long = "Salt was sold on Monday, and on Tuesday, and on all other days. ".repeat(1000);
    let lines: String = (0..40).map(|n| format!("{{\"text\": \"Day {n}. {long}\"}}\n")).collect();
    desk.write("many.jsonl", lines);
    well(&desk, "run many.jsonl -o out -q --limit 3 --near off");
    let articles = desk.rows("out", "articles.jsonl");
    assert_eq!(column(&articles, "dump"), ["many.jsonl#1", "many.jsonl#2", "many.jsonl#3"]);
    assert!(well(&desk, "verify out").ends_with("the run is whole\n"));
    let page = well(&desk, &format!("explain out {}", text(&articles[2], "id")));
    assert!(page.contains("Day 2. Salt was sold"), "{page}");
}

#[test]
fn copies_are_left_out_marked_or_not_looked_for() {
    let desk = Desk::new();
    desk.write("in/a.txt", STORY);
    desk.write("in/b.txt", OTHER);
    desk.write("in/c.txt", STORY);
    desk.write("in/d.txt", STORY.replace("Ferry strike", "Strike"));
    let run = |flag: &str| {
        assert_eq!(well(&desk, &format!("run in -o out -q {flag}")), "");
        let articles = desk.rows("out", "articles.jsonl");
        let copies = desk.rows("out", "duplicates.jsonl");
        let numbers =
            articles.iter().map(|row| row["copies"].as_u64().unwrap()).collect::<Vec<_>>();
        (
            column(&articles, "dump"),
            column(&articles, "duplicate_of"),
            numbers,
            column(&copies, "dump"),
        )
    };
    let names =
        |names: &[&str]| names.iter().map(|name| format!("in/{name}.txt#1")).collect::<Vec<_>>();
    let null = || "null".to_owned();
    let dropped = run("--duplicates drop");
    assert_eq!(dropped, (names(&["a", "b"]), vec![null(), null()], vec![2, 0], names(&["c", "d"])));
    let first = text(&desk.rows("out", "articles.jsonl")[0], "id").to_owned();
    let rows = desk.rows("out", "duplicates.jsonl");
    assert_eq!(
        text(&rows[0], "id"),
        format!("{first}~2"),
        "the same text has the same id but for its end"
    );
    assert_eq!(column(&rows, "duplicate_of"), [&*first, &*first]);
    let all = names(&["a", "b", "c", "d"]);
    let marked = run("--duplicates mark");
    let of = vec![null(), null(), first.clone(), first];
    assert_eq!(marked, (all.clone(), of, vec![2, 0, 0, 0], names(&["c", "d"])));
    let kept = run("--duplicates keep");
    assert_eq!(kept, (all, vec![null(); 4], vec![0; 4], names(&[])));
}

#[test]
fn the_first_the_longest_or_the_newest_is_kept() {
    let desk = Desk::new();
    let record = |id: &str, published: &str, between: &str| {
        let story = STORY.split_once("\n\n").unwrap().1.replace(' ', between);
        json!({ "id": id, "title": "Ferry strike", "text": story, "date": published }).to_string()
            + "\n"
    };
    let lines = [
        record("first", "2023-05-02", " "),
        record("newest", "2023-05-04T10:00:00Z", " "),
        // Capitals are longer in UTF-8, and have the same key.
        record("longest", "2023-05-03", " ").replace("ministry", "MINıSTRY").replace('ı', "I"),
        record("undated", "some day", " "),
    ];
    desk.write("a.jsonl", lines.concat());
    for (keep, id) in [("first", "first"), ("newest", "newest")] {
        well(&desk, &format!("run a.jsonl -o out -q --keep {keep}"));
        assert_eq!(column(&desk.rows("out", "articles.jsonl"), "id"), [id]);
        assert_eq!(column(&desk.rows("out", "duplicates.jsonl"), "duplicate_of"), [id; 3]);
    }
    // Quotation marks of three bytes have the key of those of one.
    let plain = STORY.replace("said", "\"said\"");
    let curly = STORY.replace("said", "“said”");
    desk.write("b/1.txt", &plain);
    desk.write("b/2.txt", curly);
    desk.write("b/3.txt", plain);
    for (keep, dump) in [("first", "b/1.txt#1"), ("longest", "b/2.txt#1")] {
        well(&desk, &format!("run b -o out -q --keep {keep}"));
        assert_eq!(column(&desk.rows("out", "articles.jsonl"), "dump"), [dump], "{keep}");
    }
}

#[test]
fn global_paragraphs_stand_once_and_no_article_is_emptied() {
    let desk = Desk::new();
    // Each in a folder, which is its source: within one, such a sentence could be boilerplate.
    let shared = "The crews said on Tuesday that they would not sail before Friday.";
    desk.write(
        "in/a/a.txt",
        format!("Ferry strike enters second week\n\n{shared}\n\nThe port lost a million.\n"),
    );
    desk.write(
        "in/b/b.txt",
        format!("Ministry is silent on the ferries\n\nNobody answers.\n\n{shared}\n"),
    );
    desk.write("in/c/c.txt", format!("What was said on Tuesday, in one line\n\n{shared}\n"));
    well(&desk, "run in -o out -q --paragraphs global");
    let texts = column(&desk.rows("out", "articles.jsonl"), "text");
    assert_eq!(
        texts,
        [&*format!("{shared}\n\nThe port lost a million."), "Nobody answers.", shared]
    );
    let removals = desk.rows("out", "removals.jsonl");
    assert_eq!(removals.len(), 1);
    let row = &removals[0];
    assert_eq!((text(row, "dump"), text(row, "text")), ("in/b/b.txt#1", shared));
    assert_eq!((text(row, "rule"), text(row, "reason")), ("paragraph-repeat", "paragraph_repeat"));
    let start = STORY.find("\n\n").unwrap() + 2;
    let first = json!({ "dump": "in/a/a.txt#1", "start": start, "end": start + shared.len() });
    assert_eq!(row["repeats"], first);
    assert_eq!(copydesk(&desk, "verify out").code, 0);
    well(&desk, "run in -o out -q --paragraphs boilerplate");
    assert!(desk.rows("out", "removals.jsonl").is_empty(), "once in each source");
}

#[test]
fn boilerplate_is_learned_from_a_source() {
    let (desk, footer) = with_footer();
    well(&desk, "run in -o out -q");
    let articles = desk.rows("out", "articles.jsonl");
    assert_eq!(articles.len(), 12);
    let is_clean = |row: &Value| text(row, "text").ends_with("over the mill.");
    assert!(articles.iter().all(is_clean));
    let removals = desk.rows("out", "removals.jsonl");
    let of_footer = removals.iter().filter(|row| text(row, "reason") == "boilerplate").count();
    assert_eq!((of_footer, removals.len()), (24, 24));
    // A line that recurs with other dates has one row.
    let rows = report(&desk, "out")["repeated_paragraphs"].clone();
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    for example in [footer, "Set by the night desk on 1 May 2023"] {
        let row = rows.as_array().unwrap().iter().find(|row| text(row, "text") == example);
        let row = row.unwrap_or_else(|| panic!("{example} in {rows}"));
        assert_eq!(
            (&row["count"], &row["articles"], &row["removed"]),
            (&json!(12), &json!(12), &json!(12))
        );
        assert_eq!(row["learned_of"], json!(["in"]));
        assert_eq!(row["template"], example != footer);
    }
    assert_eq!(copydesk(&desk, "verify out").code, 0);
    well(&desk, "run in -o out -q --paragraphs off");
    let articles = desk.rows("out", "articles.jsonl");
    assert!(articles.iter().all(|row| text(row, "text").contains(footer)));
    assert_eq!(report(&desk, "out")["repeated_paragraphs"][0]["count"], 12, "counted all the same");
}

#[test]
fn a_rule_that_is_switched_off_removes_nothing() {
    let desk = Desk::new();
    desk.write("a.txt", STORY.replace("\n\nIt did", "\n\nShare on Facebook\n\nIt did"));
    well(&desk, "run a.txt -o out -q");
    assert_eq!(column(&desk.rows("out", "removals.jsonl"), "rule"), ["share-bar"]);
    well(&desk, "run a.txt -o out -q --no-rule share-bar");
    assert!(desk.rows("out", "removals.jsonl").is_empty());
    assert!(text(&desk.rows("out", "articles.jsonl")[0], "text").contains("Share on Facebook"));
    refused(
        &desk,
        "run a.txt -o new --no-rule share_bar",
        "--no-rule: no strip rule is named `share_bar`; did you mean `share-bar`?",
    );
}

#[test]
fn only_what_is_asked_for_is_written_and_compressed() {
    let desk = Desk::new();
    desk.write("a.txt", STORY);
    let always = ["duplicates.csv", "duplicates.jsonl", "rejects.jsonl", "removals.jsonl"];
    let check = |flags: &str, articles: &[&str], ending: &str| {
        well(&desk, &format!("run a.txt -o out -q {flags}"));
        let mut expected: BTreeSet<String> =
            articles.iter().chain(&always).map(|name| format!("{name}{ending}")).collect();
        expected.insert("report.json".to_owned());
        let mut found = names(&desk, "out");
        found.remove("report.html");
        let own = |name: &String| articles.iter().any(|article| name.starts_with(article));
        let found_articles =
            found.iter().filter(|name| name.starts_with("articles")).collect::<Vec<_>>();
        assert!(found_articles.iter().all(|name| own(name)), "{flags}: {found:?}");
        assert!(
            found.is_superset(&expected.iter().filter(|name| own(name)).cloned().collect()),
            "{found:?}"
        );
        let report = report(&desk, "out");
        let listed: BTreeSet<String> =
            column(report["outputs"].as_array().unwrap(), "path").into_iter().collect();
        found.remove("report.json");
        assert!(
            listed.is_superset(&found) && names(&desk, "out").is_superset(&listed),
            "{listed:?}"
        );
        assert!(found.iter().all(|name| name.ends_with(ending)), "{flags}: {found:?}");
    };
    check("", &["articles.csv", "articles.jsonl"], "");
    check("--compress gz", &["articles.csv", "articles.jsonl"], ".gz");
    assert_eq!(copydesk(&desk, "verify out").code, 0);
    let bytes = fs::read(desk.path("out/articles.jsonl.gz")).unwrap();
    assert_eq!(lines_of(&bytes), 1);
    check("--compress zst", &["articles.csv", "articles.jsonl"], ".zst");
    assert_eq!(copydesk(&desk, "verify out").code, 0);
    check("--emit csv", &["articles.csv"], "");
    check("--emit jsonl", &["articles.jsonl"], "");
    desk.write(
        "formula.jsonl",
        json!({ "title": "=1+1", "text": "-1 is less than nothing." }).to_string(),
    );
    let csv = |flags: &str| {
        well(&desk, &format!("run formula.jsonl -o out -q {flags}"));
        fs::read_to_string(desk.path("out/articles.csv")).unwrap()
    };
    assert!(csv("").contains(",'=1+1,") && csv("").contains(",'-1 is"));
    assert!(csv("--csv-raw").contains(",=1+1,") && csv("--csv-raw").contains(",-1 is"));
}

#[test]
fn fields_can_be_named() {
    let desk = Desk::new();
    desk.write("a.csv", "Kopf,Rumpf,text\nStrike,The crews stayed at home.,not this\n");
    well(&desk, "run a.csv -o out -q --field text=Rumpf --field title=Kopf");
    let row = desk.rows("out", "articles.jsonl").remove(0);
    assert_eq!((text(&row, "title"), text(&row, "text")), ("Strike", "The crews stayed at home."));
    assert_eq!(row["meta"], json!({ "text": "not this" }));
}

// Folders.

#[test]
fn an_output_folder_inside_the_input_is_skipped() {
    let desk = Desk::new();
    desk.write("in/a.txt", STORY);
    for _ in 0..2 {
        well(&desk, "run in -o in/out -q");
        assert_eq!(report(&desk, "in/out")["totals"]["files"], 1);
    }
}

#[test]
fn what_cannot_be_carried_out_is_refused() {
    let desk = Desk::new();
    desk.write("in/a.txt", STORY);
    refused(&desk, "run in -o in", "in: this is the output folder; name another with --output");
    refused(
        &desk,
        "run in/a.txt missing.txt -o out",
        "missing.txt: no such file or folder; check its name",
    );
    refused(&desk, "clean missing.txt", "missing.txt: no such file or folder; check its name");
    refused(
        &desk,
        "",
        "input: no such folder; put the dumps there, or name them: copydesk run FILE",
    );
    refused(&desk, "run - - -o out", "-: standard input can be read only once; name it once");
    refused(&desk, "run in -o in/a.txt", "in/a.txt: this is not a folder; name another --output");
    refused(
        &desk,
        "run in -o out --near 0.2",
        "--near <THRESHOLD>: `0.2` is no threshold; write a number above 0.5 up to 1, or `off`",
    );
    assert_eq!(fs::read_to_string(desk.path("in/a.txt")).unwrap(), STORY);
    fs::create_dir(desk.path("nothing")).unwrap();
    let done = copydesk(&desk, "run nothing -o out");
    assert_eq!(done.code, 2, "{}", done.err);
    assert!(!desk.path("out").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_ends_with_three() {
    let desk = Desk::new();
    desk.write("in/a.txt", STORY);
    let done = copydesk(&desk, "run in -o /proc/nowhere");
    assert_eq!(done.code, 3, "{}", done.err);
    assert!(done.err.starts_with("copydesk: /proc/nowhere: "), "{}", done.err);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["clean", "in"])
        .current_dir(desk.path(""))
        .stdout(full)
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.starts_with("copydesk: standard output: "), "{err}");
}

#[test]
fn a_new_run_replaces_the_old_one_and_nothing_else() {
    let desk = Desk::new();
    desk.write("in/a.txt", STORY);
    desk.write("out/notes.md", "mine");
    well(&desk, "run in -o out -q --compress gz");
    well(&desk, "run in -o out -q --emit csv");
    let found = names(&desk, "out");
    assert!(found.contains("notes.md") && found.contains("articles.csv"));
    assert!(!found.iter().any(|name| name.contains(".gz")), "{found:?}");
    assert!(!found.contains("articles.jsonl"), "{found:?}");
}

// Looking at a finished run.

/// A run in `out` of one article with a bit of everything, and of a copy of it.
fn told() -> Desk {
    let desk = Desk::new();
    let page = "Ferry strike enters second week\nBy Lena Brandt\nPassengers wait. (Reuters)\n\n\
        3 hours ago\n\n";
    let page = STORY.replacen("Ferry strike enters second week\n\n", page, 1);
    let page = page + "\nFerry strike enters second week\n";
    desk.write("in/a.txt", &page);
    desk.write("in/b.txt", page);
    desk.write("in/c.jsonl", "{}\n");
    assert_eq!(copydesk(&desk, "run in -o out -q").code, 0);
    desk
}

#[test]
fn explain_shows_every_block_of_an_article() {
    let desk = told();
    let id = text(&desk.rows("out", "articles.jsonl")[0], "id").to_owned();
    let page = well(&desk, &format!("explain out {id}"));
    let expected = format!(
        "Ferry strike enters second week\n\
         {id} from in/a.txt#1, 1 copy was left out\n\n     \
         1 = Ferry strike enters second week\n     \
         2 = By Lena Brandt\n     \
         3 = Passengers wait. (Reuters)\n     \
         5 - 3 hours ago\n         \
         timestamp (timestamp)\n     \
         7   The crews of the northern ferries said on"
    );
    assert!(page.starts_with(&expected), "{page}");
    let repeated = "    11 - Ferry strike enters second week\n         title-repeat (title_repeat), repeats line 1\n";
    assert!(page.contains(repeated), "{page}");
    let copy = well(&desk, &format!("explain out {id}~2"));
    assert!(
        copy.starts_with(&format!("{id}~2 is a copy of {id} (exact)\nfrom in/b.txt#1")),
        "{copy}"
    );
    refused(
        &desk,
        "explain out nobody",
        "out: no article `nobody` in this run; ids stand in articles.jsonl",
    );
    desk.write("in/a.txt", "Another story\n\nIt is short.\n");
    let done = copydesk(&desk, &format!("explain out {id}"));
    assert_eq!(done.code, 2);
    assert!(done.err.contains("in/a.txt"), "{}", done.err);
}

#[test]
fn verify_says_what_it_checked_and_what_is_wrong() {
    let desk = told();
    let page = well(&desk, "verify out");
    assert!(page.ends_with("the run is whole\n"), "{page}");
    let path = desk.path("out/articles.jsonl");
    let bytes = fs::read_to_string(&path).unwrap().replacen("Friday", "Monday", 1);
    fs::write(&path, bytes).unwrap();
    let done = copydesk(&desk, "verify out");
    assert_eq!(done.code, 1);
    assert!(
        done.err.starts_with("copydesk: out/articles.jsonl: changed since the run"),
        "{}",
        done.err
    );
    desk.write("in/a.txt", "Another story\n\nIt is short.\n");
    let done = copydesk(&desk, "verify out");
    assert_eq!(done.code, 2);
    assert!(done.err.contains("in/a.txt"), "{}", done.err);
    let done = copydesk(&desk, "verify in");
    assert_eq!(done.code, 2);
    assert!(done.err.starts_with("copydesk: in: no finished run here"), "{}", done.err);
}

#[test]
fn report_shows_a_run_and_compares_two() {
    let desk = told();
    let page = well(&desk, "report out");
    for words in ["Articles", "Blocks", "title_repeat", "Rejected", "no_text"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let json: Value = serde_json::from_str(&well(&desk, "report out --json")).unwrap();
    assert_eq!(json, report(&desk, "out"));
    assert_eq!(copydesk(&desk, "run in -o kept -q --duplicates keep").code, 0);
    let page = well(&desk, "report out kept");
    assert!(page.contains("~2"), "{page}");
    let none = copydesk(&desk, "report in");
    assert_eq!((none.code, &*none.out), (2, ""));
    assert!(none.err.starts_with("copydesk: in/report.json: "), "{}", none.err);
}

#[test]
fn rules_and_schemas_are_printed() {
    let desk = Desk::new();
    let page = well(&desk, "rules");
    for rule in copydesk::strip::RULES {
        assert!(page.contains(rule.name()), "{page}");
        let one = well(&desk, &format!("rules {}", rule.name()));
        assert!(one.starts_with(&format!("# {}\n", rule.name())), "{one}");
    }
    refused(
        &desk,
        "rules share_bar",
        "rules: no strip rule is named `share_bar`; did you mean `share-bar`?",
    );
    let schema: Value = serde_json::from_str(&well(&desk, "schema")).unwrap();
    let kinds: BTreeSet<&str> = schema.as_object().unwrap().keys().map(|key| &**key).collect();
    assert_eq!(kinds, BTreeSet::from(["article", "duplicate", "reject", "removal", "report"]));
    let written = told();
    for (kind, name) in [
        ("article", "articles"),
        ("removal", "removals"),
        ("duplicate", "duplicates"),
        ("reject", "rejects"),
    ] {
        let required = &schema[kind]["required"];
        for row in written.rows("out", &format!("{name}.jsonl")) {
            let keys: BTreeSet<&str> = row.as_object().unwrap().keys().map(|key| &**key).collect();
            let required = required.as_array().unwrap().iter();
            assert_eq!(keys, required.map(|key| key.as_str().unwrap()).collect(), "{kind}");
        }
    }
}

#[test]
fn other_weights_are_read_from_a_file() {
    let desk = Desk::new();
    desk.write("in/a.txt", "One sentence stands here.\n");
    desk.write("weights.txt", "[first]\ntree width>3 : 1\n");
    let done = copydesk(&desk, "clean in --model weights.txt");
    assert_eq!(done.code, 2);
    assert_eq!(done.err, "copydesk: weights.txt:2: 1 leaves for 1 questions\n");
    let done = copydesk(&desk, "run in --model none.txt");
    assert_eq!(done.code, 2);
    assert!(done.err.starts_with("copydesk: none.txt: "), "{}", done.err);
    assert!(done.err.contains("--model FILE"), "{}", done.err);
}
