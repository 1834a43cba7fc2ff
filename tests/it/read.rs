//! Reading: paths to files, files to dumps, and everything that can be wrong with either.

#![allow(clippy::unwrap_used, clippy::format_collect)]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use copydesk::article::Dump;
use copydesk::error::ErrorKind;
use copydesk::ledger::{Reject, RejectReason};
use copydesk::options::Format;
use copydesk::read::{FieldName, Found, Input, InputSummary, Limits, ReadOptions, Reader, find};
use encoding_rs::{GBK, WINDOWS_1251, WINDOWS_1252, WINDOWS_1256};

/// All that came of some inputs.
#[derive(Default)]
struct Outcome {
    dumps: Vec<Dump>,
    rejects: Vec<Reject>,
    summaries: Vec<InputSummary>,
    repaired: u64,
    batches: usize,
    bytes_read: u64,
    /// Dumps and rejects in order, a line each.
    lines: String,
}

fn run(paths: &[&Path], options: &ReadOptions) -> Outcome {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    let found = find(&paths, options).unwrap();
    let mut outcome = Outcome::default();
    for batch in Reader::new(found.inputs, options) {
        outcome.batches += 1;
        outcome.bytes_read += batch.bytes_read;
        outcome.summaries.extend(batch.finished.clone());
        let counts = batch.parse(&mut |result| match result {
            Ok(dump) => {
                let record = dump.record.map_or("-".to_owned(), |record| record.to_string());
                let text: String = dump.text.chars().take(40).collect();
                let _ = writeln!(outcome.lines, "{record}:{} {text:?}", dump.line);
                outcome.dumps.push(dump);
            }
            Err(reject) => {
                let number = |n: Option<u64>| n.map_or("-".to_owned(), |n| n.to_string());
                let (record, line) = (number(reject.record), number(reject.line));
                let offset = number(reject.offset);
                let _ = writeln!(outcome.lines, "{record}:{line} {} @{offset}", reject.reason);
                assert!(!reject.detail.contains('\n') && !reject.detail.is_empty());
                let first = reject.detail.chars().next().unwrap();
                assert!(!first.is_uppercase(), "{}", reject.detail);
                outcome.rejects.push(reject);
            }
        });
        outcome.repaired += counts.repaired;
    }
    outcome
}

/// Reads one file of this name and content.
fn read_with(name: &str, bytes: &[u8], options: &ReadOptions) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let outcome = run(&[&path], options);
    assert_eq!(outcome.summaries.len(), 1);
    assert_eq!(outcome.bytes_read, outcome.summaries[0].bytes);
    let failed = outcome.rejects.iter().any(|reject| reject.record.is_none());
    assert_eq!(outcome.summaries[0].failed, failed, "{}", outcome.lines);
    outcome
}

fn read(name: &str, bytes: &[u8]) -> Outcome {
    read_with(name, bytes, &ReadOptions::default())
}

fn with_limits(change: impl Fn(&mut Limits)) -> ReadOptions {
    let mut options = ReadOptions::default();
    change(&mut options.limits);
    options
}

/// The file gives these lines, whatever the size of the batches.
#[track_caller]
fn check(name: &str, content: impl AsRef<[u8]>, expected: &[&str]) {
    let expected = expected.iter().map(|line| format!("{line}\n")).collect::<String>();
    for batch_bytes in [1 << 20, 64, 7, 1] {
        let options = with_limits(|limits| limits.batch_bytes = batch_bytes);
        let outcome = read_with(name, content.as_ref(), &options);
        assert_eq!(outcome.lines, expected, "batches of {batch_bytes}");
        assert_eq!(outcome.summaries[0].bytes, content.as_ref().len() as u64);
    }
}

fn one(name: &str, content: &str) -> Dump {
    let mut outcome = read(name, content.as_bytes());
    assert_eq!(outcome.lines.lines().count(), 1, "{}", outcome.lines);
    outcome.dumps.pop().unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const TWO: &str = "{\"text\":\"one\"}\n{\"text\":\"two\"}\n";
const TWO_READ: [&str; 2] = ["1:1 \"one\"", "2:2 \"two\""];

// ---------------------------------------------------------------------------------- JSON Lines

#[test]
fn jsonl_lines_and_numbers() {
    check("a.jsonl", "", &[]);
    check("a.jsonl", "\n \n\t\r\n\u{feff}\n", &[]);
    check("a.jsonl", TWO, &TWO_READ);
    check("a.jsonl", TWO.trim_end(), &TWO_READ);
    check("a.jsonl", TWO.replace('\n', "\r\n"), &TWO_READ);
    check("a.jsonl", TWO.replace('{', "\u{feff}{"), &TWO_READ);
    check("a.jsonl", format!("\n\n{TWO}\n\n"), &["1:3 \"one\"", "2:4 \"two\""]);
    check(
        "a.jsonl",
        "{\"text\":\"a\"}{\"text\":\"b\"} \n{\"text\":\"c\"} {\"text\":\"d } {\"} oops\n{\"text\":\"e\"}",
        &[
            "1:1 \"a\"",
            "2:1 \"b\"",
            "3:2 \"c\"",
            "4:2 \"d } {\"",
            "5:2 invalid_json @55",
            "6:3 \"e\"",
        ],
    );
    check("a.jsonl", "{\"text\":\"a\u{2028}b\u{85}c\u{b}\"}\n", &["1:1 invalid_json @0"]);
    check("a.jsonl", "{\"text\":\"a\u{2028}b\u{85}c\"}\n", &["1:1 \"a\\u{2028}b\\u{85}c\""]);
}

#[test]
fn jsonl_bad_records_cost_only_themselves() {
    let surround = |bad: &str, reason: &str| {
        let content = format!("{{\"text\":\"one\"}}\n{bad}\n{{\"text\":\"two\"}}\n");
        check("a.jsonl", content, &["1:1 \"one\"", &format!("2:2 {reason} @15"), "3:3 \"two\""]);
    };
    for bad in ["{not json", "{\"text\":\"cut", "}{", "1", "null", "\"text\"", "[1,2]", "garbage"] {
        surround(bad, "invalid_json");
    }
    for bad in [
        "{\"text\":NaN}",
        "{\"text\":\"a\",\"n\":Infinity}",
        "{\"text\":\"a\"},",
        "{\"text\":\"\\x41\"}",
    ] {
        surround(bad, "invalid_json");
    }
    surround("{\"text\":\"\\u12 a\"}", "invalid_json");
    for bad in [
        "{}",
        "{\"id\":\"x\"}",
        "{\"text\":null}",
        "{\"text\":5}",
        "{\"text\":[\"a\"]}",
        "{\"text\":\"\"}",
        "{\"text\":\" \\n\\t\"}",
        "{\"text\":{\"a\":1},\"body\":true}",
    ] {
        surround(bad, "no_text");
    }
    let deep = 200;
    surround(&"[".repeat(deep), "too_deep");
    surround(&format!("{{\"a\":{}", "[".repeat(deep)), "too_deep");
    surround(&"{\"a\":".repeat(deep), "too_deep");
    let closed = format!("{{\"text\":\"t\",\"x\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
    surround(&closed, "too_deep");
}

#[test]
fn the_depth_limit_is_exact_and_cheap() {
    let nested = |depth: usize| {
        format!("{{\"text\":\"[[[\",\"x\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1))
    };
    assert_eq!(read("a.jsonl", nested(128).as_bytes()).lines, "1:1 \"[[[\"\n");
    assert_eq!(read("a.jsonl", nested(129).as_bytes()).lines, "1:1 too_deep @0\n");
    let brackets = format!("{{\"text\":\"{}\"}}", "[{\\\"".repeat(200));
    assert_eq!(read("a.jsonl", brackets.as_bytes()).dumps.len(), 1);
    let million = nested(1_000_000);
    for name in ["a.jsonl", "a.json"] {
        assert_eq!(read(name, million.as_bytes()).lines, "1:1 too_deep @0\n");
    }
}

#[test]
fn a_huge_line_is_passed_over() {
    let options = |batch_bytes| {
        with_limits(move |limits| {
            limits.record_bytes_max = 100;
            limits.batch_bytes = batch_bytes;
        })
    };
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(5000));
    let content = format!("{{\"text\":\"one\"}}\n{huge}\n\n{{\"text\":\"two\"}}\n{huge}");
    for batch_bytes in [16, 300, 1 << 20] {
        let outcome = read_with("a.jsonl", content.as_bytes(), &options(batch_bytes));
        let expected = "1:1 \"one\"\n2:2 too_large @15\n3:4 \"two\"\n4:5 too_large @5043\n";
        assert_eq!(outcome.lines, expected, "{batch_bytes}");
    }
    let exact = format!("{{\"text\":\"{}\"}}", "x".repeat(89));
    assert_eq!(exact.len(), 100);
    assert_eq!(read_with("a.jsonl", exact.as_bytes(), &options(64)).dumps.len(), 1);
}

#[test]
fn a_long_line_before_the_end_of_utf16() {
    let lines = format!("{{\"text\":\"{}\"}}\n{{\"text\":\"b\"}}\n{{", "a".repeat(300));
    let utf16: Vec<u8> = lines.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for batch_bytes in [1 << 20, 64, 7, 1] {
        let options = with_limits(|limits| {
            (limits.record_bytes_max, limits.batch_bytes) = (100, batch_bytes);
        });
        let outcome = read_with("a.jsonl", &[b"\xff\xfe", &*utf16].concat(), &options);
        let expected = "1:1 too_large @0\n2:2 \"b\"\n3:3 invalid_json @325\n";
        assert_eq!(outcome.lines, expected, "batches of {batch_bytes}");
    }
}

#[test]
fn what_stands_behind_the_limit_of_a_value_does_not_count() {
    let long = format!("[{{\"text\":\"{}\u{1}\"}},{{\"text\":\"b\"}}]", "a".repeat(300));
    let short = "[{\"text\":\"\u{1}\"},{\"text\":\"b\"}]";
    for batch_bytes in [1 << 20, 64, 7, 1] {
        let options = with_limits(|limits| {
            (limits.record_bytes_max, limits.batch_bytes) = (100, batch_bytes);
        });
        let lines = |json: &str| read_with("a.json", json.as_bytes(), &options).lines;
        assert_eq!(lines(&long), "1:1 too_large @1\n2:1 \"b\"\n", "batches of {batch_bytes}");
        assert_eq!(lines(short), "-:1 invalid_json @1\n", "batches of {batch_bytes}");
    }
}

#[test]
fn malformed_text_is_repaired_and_counted() {
    let surrogates =
        "{\"text\":\"a \\ud800 b \\udc00\\ud800 c \\\\ud800 \\ud83d\\ude00\",\"k\":\"\\uDFFF\"}\n";
    let outcome = read("a.jsonl", format!("{TWO}{surrogates}").as_bytes());
    assert_eq!(outcome.repaired, 1);
    assert_eq!(outcome.dumps[2].text, "a \u{fffd} b \u{fffd}\u{fffd} c \\ud800 \u{1f600}");
    assert_eq!(outcome.dumps[2].fields.meta.as_deref(), Some("{\"k\":\"\\ufffd\"}"));

    let mut bytes = TWO.repeat(200).into_bytes();
    bytes.extend(b"{\"id\":\"\xc0\xaf\",\"text\":\"a \xff\xfe b \xed\xa0\x80\",\"k\xff\":1}\n");
    for batch_bytes in [1, 1 << 20] {
        let options = with_limits(|limits| limits.batch_bytes = batch_bytes);
        let outcome = read_with("a.jsonl", &bytes, &options);
        assert_eq!((outcome.repaired, outcome.rejects.len()), (1, 0));
        let dump = outcome.dumps.last().unwrap();
        assert_eq!(dump.text, "a \u{fffd}\u{fffd} b \u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(dump.fields.id.as_deref(), Some("\u{fffd}\u{fffd}"));
        assert_eq!(dump.fields.meta.as_deref(), Some("{\"k\u{fffd}\":1}"));
        assert_eq!(outcome.summaries[0].encoding, "utf-8");
    }
}

// -------------------------------------------------------------------------------------- fields

#[test]
fn fields_are_found_and_the_rest_goes_on_untouched() {
    let dump = one(
        "a.jsonl",
        r#"{"_id": 12345678901234567890123, "body":"B", "Content":"C", "headline":"H", "link":"L",
 "n":1e999,"z":-0, "o" : {"b" : [1, 2],"a":"é\u00e9"}, "date":20240131, "lang":"", "title":null, "authors":[],
 "flag":true, "source":{"name":"S"}}"#
            .replace('\n', "")
            .as_str(),
    );
    let fields = &dump.fields;
    assert_eq!(dump.text, "B");
    assert_eq!(fields.id.as_deref(), Some("12345678901234567890123"));
    assert_eq!(fields.title.as_deref(), Some("H"));
    assert_eq!(fields.url.as_deref(), Some("L"));
    assert_eq!(fields.published.as_deref(), Some("20240131"));
    assert_eq!((&fields.language, &fields.byline, &fields.source), (&None, &None, &None));
    let meta = r#"{"Content":"C","n":1e999,"z":-0,"o":{"b" : [1, 2],"a":"é\u00e9"},"flag":true,"source":{"name":"S"}}"#;
    assert_eq!(fields.meta.as_deref(), Some(meta));
    assert_eq!(one("a.jsonl", r#"{"text":"a","id":""}"#).fields.meta, None);
}

#[test]
fn the_preferred_column_with_a_value_wins() {
    let text = |record: &str| one("a.jsonl", record).text;
    assert_eq!(text(r#"{"content":"c","text":"t"}"#), "t");
    assert_eq!(text(r#"{"text":" ","content":"c"}"#), "c");
    assert_eq!(text(r#"{"text":7,"maintext":"m"}"#), "m");
    assert_eq!(text(r#"{"TEXT":"t"}"#), "t");
    assert_eq!(text(r#"{"text":"first","text":"last"}"#), "last");
    assert_eq!(text(r#"{"t\u0065xt":"escaped key"}"#), "escaped key");
    let options = ReadOptions {
        fields: vec![
            (FieldName::Text, "html".to_owned()),
            (FieldName::Title, "text".to_owned()),
            (FieldName::Dateline, "place".to_owned()),
        ],
        ..ReadOptions::default()
    };
    let outcome =
        read_with("a.jsonl", br#"{"text":"t","html":"h","place":"OSLO","title":"x"}"#, &options);
    let dump = &outcome.dumps[0];
    assert_eq!((dump.text.as_str(), dump.fields.title.as_deref()), ("h", Some("t")));
    assert_eq!(dump.fields.dateline.as_deref(), Some("OSLO"));
    assert_eq!(dump.fields.meta.as_deref(), Some(r#"{"title":"x"}"#));
}

#[test]
fn bylines_of_all_shapes() {
    for (value, byline, meta) in [
        (r#""Ana Ruiz""#, Some("Ana Ruiz"), None),
        (r#"["Ana Ruiz", "", null, "Bo Lind"]"#, Some("Ana Ruiz, Bo Lind"), None),
        (r#"[{"name":"Ana Ruiz"},{"name":"Bo Lind"}]"#, Some("Ana Ruiz, Bo Lind"), None),
        (r#"{"name":"Ana Ruiz"}"#, Some("Ana Ruiz"), None),
        (r#"[{"name":"Ana","id":1}]"#, Some("Ana"), Some(r#"{"authors":[{"name":"Ana","id":1}]}"#)),
        (r#"[1,"Ana"]"#, None, Some(r#"{"authors":[1,"Ana"]}"#)),
        (r"false", None, Some(r#"{"authors":false}"#)),
        (r"[ ]", None, None),
    ] {
        let fields = one("a.jsonl", &format!("{{\"text\":\"a\",\"authors\":{value}}}")).fields;
        assert_eq!((fields.byline.as_deref(), fields.meta.as_deref()), (byline, meta), "{value}");
    }
}

#[test]
fn of_double_keys_the_last_one_counts_among_few_and_many() {
    for count in [1, 100] {
        let others: String = (0..count).map(|i| format!("\"k{i}\":0,\"k{i}\":{i},")).collect();
        let dump = one("a.jsonl", &format!("{{\"id\":1,{others}\"id\":2,\"text\":\"a\"}}"));
        assert_eq!(dump.fields.id.as_deref(), Some("2"));
        let meta: Vec<_> = (0..count).map(|i| format!("\"k{i}\":{i}")).collect();
        assert_eq!(dump.fields.meta.unwrap(), format!("{{{}}}", meta.join(",")));
    }
    let keys: String = (0..70_000).map(|i| format!("\"{i}\":0,")).collect();
    let outcome = read("a.jsonl", format!("{{{keys}\"text\":\"a\"}}").as_bytes());
    assert_eq!(outcome.rejects[0].reason, RejectReason::TooLarge);
}

// ---------------------------------------------------------------------------------------- JSON

#[test]
fn json_arrays_and_spread_objects() {
    for name in ["a.json", "a.jsonl", "a", "a.csv", "a.txt"] {
        check(name, "[{\"text\":\"one\"},\n{\"text\":\"two\"}]\n", &TWO_READ);
        check(
            name,
            "{\n \"text\": \"one\"\n}\n{\n\"text\":\r\n\"two\"}",
            &["1:1 \"one\"", "2:4 \"two\""],
        );
    }
    check("a.json", "[]", &[]);
    check("a.json", "\u{feff} \n", &[]);
    check("a.json", TWO, &TWO_READ);
    check("a.json", TWO.replace('\n', ""), &["1:1 \"one\"", "2:1 \"two\""]);
    check(
        "a.json",
        format!("[{}]\n\u{feff}[]\n[{{\"text\":\"b\"}},]", "{\"text\":\"a\"}"),
        &["1:1 \"a\"", "2:3 \"b\""],
    );
    check(
        "a.json",
        "[1, null, {\"text\":\"a\"}, [2]]",
        &["1:1 invalid_json @1", "2:1 invalid_json @4", "3:1 \"a\"", "4:1 invalid_json @24"],
    );
    let meta = one("a.json", "[{\"text\":\"a\",\"o\":{\r\n \"k\" : [1,\n2]}}]").fields.meta;
    assert_eq!(meta.as_deref(), Some("{\"o\":{ \"k\" : [1,2]}}"));
}

#[test]
fn json_is_used_up_to_the_damage() {
    check(
        "a.json",
        "[{\"text\":\"a\"},\n{\"text\" 1},{\"text\":\"c\"}]",
        &["1:1 \"a\"", "-:2 invalid_json @15"],
    );
    check("a.json", "[{\"text\":\"a\"} {\"text\":\"b\"}]", &["1:1 \"a\"", "-:1 invalid_json @14"]);
    check("a.json", "[{\"text\":\"a\"},\n", &["1:1 \"a\"", "-:2 invalid_json @15"]);
    check("a.json", "[{\"text\":\"a\"},{\"text\":", &["1:1 \"a\"", "-:1 invalid_json @14"]);
    check("a.json", "garbage", &["-:1 invalid_json @0"]);
    check("a.json", "{\"text\":\"a\"\n}\n]", &["1:1 \"a\"", "-:3 invalid_json @14"]);
}

#[test]
fn a_huge_value_is_passed_over() {
    let huge = format!("{{\"text\":\"{}\\\"]}}\", \"o\":[{{}}]}}", "x".repeat(5000));
    let content =
        format!("[{{\"text\":\"one\"}},{huge}\n,{{\"text\":\"two\"}}, {}]", "9".repeat(300));
    for batch_bytes in [1, 16, 300, 1 << 20] {
        let options = with_limits(|limits| {
            limits.record_bytes_max = 100;
            limits.batch_bytes = batch_bytes;
        });
        let outcome = read_with("a.json", content.as_bytes(), &options);
        let expected = "1:1 \"one\"\n2:1 too_large @16\n3:2 \"two\"\n4:2 too_large @5059\n";
        assert_eq!(outcome.lines, expected, "{batch_bytes}");
    }
}

// ----------------------------------------------------------------------------------------- CSV

#[test]
fn csv_rows_quotes_and_lines() {
    check("a.csv", "", &[]);
    check("a.csv", "id,text\n", &[]);
    check("a.csv", "id,text\n1,one\n2,two", &["1:2 \"one\"", "2:3 \"two\""]);
    check(
        "a.csv",
        "\u{feff}id,text\r\n\r\n1,one\r\n \r\n\u{feff}2,two\r\n",
        &["1:3 \"one\"", "2:5 \"two\""],
    );
    check(
        "a.csv",
        "id,text\n1,\"He said \"\"yes\"\",\nthen\r\nleft.\"\n2,\"b\"\n",
        &["1:2 \"He said \\\"yes\\\",\\nthen\\r\\nleft.\"", "2:5 \"b\""],
    );
    for delimiter in [";", "\t", "|"] {
        let content = "id,text,note\n1,\"a\",b\n".replace(',', delimiter);
        check("a.csv", &content, &["1:2 \"a\""]);
    }
    check("a.tsv", "id\ttext\n1\ta, b; c\n", &["1:2 \"a, b; c\""]);
    check("a.csv", "text\none\n\ntwo\n", &["1:2 \"one\"", "2:4 \"two\""]);
}

#[test]
fn csv_bad_rows_cost_only_themselves() {
    check(
        "a.csv",
        "id,text\n1,one\nonly-one\nx,y,z,w\n4,\n5,five\n",
        &[
            "1:2 \"one\"",
            "2:3 invalid_csv @14",
            "3:4 invalid_csv @23",
            "4:5 no_text @31",
            "5:6 \"five\"",
        ],
    );
    check(
        "a.csv",
        "id,text\n1,one\n2,\"never\nclosed\n3,three\n",
        &["1:2 \"one\"", "2:3 invalid_csv @14"],
    );
    check("a.csv", "id,text\n1,\"closed\"", &["1:2 \"closed\""]);
    check("a.csv", "id,text\n1,\"\"\"open", &["1:2 invalid_csv @8"]);
    check("a.csv", "just one cell\n", &["-:1 no_text @0"]);
    check("a.csv", "\"id,text\n1,one\n", &["-:1 invalid_csv @0"]);
    let detail = &read("a.csv", b"id,\"na\nme\"\n1,2\n").rejects[0].detail;
    assert!(detail.contains("`id`, `na\\nme`") && detail.contains("--field text="), "{detail}");
    let detail = &read("a.csv", b"id,text\nx\n").rejects[0].detail;
    assert_eq!(detail, "1 cells where the header has 2");
}

#[test]
fn csv_rows_over_the_limit_are_passed_over() {
    for batch_bytes in [1, 64, 1 << 20] {
        let options = with_limits(|limits| {
            limits.record_bytes_max = 100;
            limits.batch_bytes = batch_bytes;
        });
        let long = "x\n".repeat(3000);
        let content = format!("id,text\n1,\"{long}\"\n2,two\n3,\"{long}");
        let outcome = read_with("a.csv", content.as_bytes(), &options);
        let expected = "1:2 too_large @8\n2:3003 \"two\"\n3:3004 invalid_csv @6019\n";
        assert_eq!(outcome.lines, expected, "{batch_bytes}");
        let commas = format!("id,text\n{}\n2,two\n", ",".repeat(10_000));
        let outcome = read_with("a.csv", commas.as_bytes(), &options);
        assert_eq!(outcome.lines, "1:2 invalid_csv @8\n2:3 \"two\"\n");
    }
}

#[test]
fn csv_fields_and_meta() {
    let dump = one("a.csv", "id,Headline,text,id,note,url,empty\n1, T ,a,2,\"q\"\"\u{e9}\",,\n");
    let fields = dump.fields;
    assert_eq!((fields.id.as_deref(), fields.title.as_deref()), (Some("1"), Some(" T ")));
    assert_eq!(fields.url, None);
    let meta = "{\"id~2\":\"2\",\"note\":\"q\\\"\u{e9}\",\"empty\":\"\"}";
    assert_eq!(fields.meta.as_deref(), Some(meta));
    let dump = one("a.csv", "text,body,text~2,text\na,b,c,d\n");
    assert_eq!(dump.text, "a");
    let meta = "{\"body\":\"b\",\"text~2\":\"c\",\"text~3\":\"d\"}";
    assert_eq!(dump.fields.meta.as_deref(), Some(meta));
    assert_eq!(one("a.csv", "text,body\n,b\n").text, "b");
    assert_eq!(one("a.csv", "text,n\na\0b,1\n").text, "a\0b");
    let outcome = read("a.csv", b"id,text\n\xc3,\xa9 a b\n");
    assert_eq!((outcome.dumps[0].text.as_str(), outcome.repaired), ("\u{fffd} a b", 1));
}

// ---------------------------------------------------------------------------------------- text

#[test]
fn text_files_are_one_dump() {
    check("a.txt", "", &[]);
    check("a.txt", " \n\t\u{a0}\n", &[]);
    check("a.txt", "\u{feff}", &[]);
    check("a.txt", "\u{feff}one\r\r\ntwo\u{feff} three\n", &["-:1 \"one\\r\\r\\ntwo three\\n\""]);
    check("a.md", "tail \0\u{1}\u{2} text\n", &["-:1 \"tail \\0\\u{1}\\u{2} text\\n\""]);
    check("noext", "A title\n\nA line.\n", &["-:1 \"A title\\n\\nA line.\\n\""]);
    let dump = one("a.txt", "x");
    assert_eq!((dump.record, dump.fields.meta), (None, None));
    let outcome = read("a.txt", b"caf\xc3\xa9 and \xff more");
    assert_eq!((outcome.dumps[0].text.as_str(), outcome.repaired), ("café and \u{fffd} more", 1));
    let options = with_limits(|limits| limits.text_bytes_max = 10);
    assert_eq!(read_with("a.txt", b"0123456789", &options).dumps.len(), 1);
    assert_eq!(read_with("a.txt", b"0123456789a", &options).lines, "-:1 too_large @0\n");
}

#[test]
fn a_named_format_is_obeyed() {
    let from = |from, content: &str| {
        let options = ReadOptions { from, ..ReadOptions::default() };
        read_with("a.jsonl", content.as_bytes(), &options).lines
    };
    assert_eq!(from(Format::Text, "{\"text\":\"a\"}"), "-:1 \"{\\\"text\\\":\\\"a\\\"}\"\n");
    assert_eq!(from(Format::Csv, "a,text\n1,x\n"), "1:2 \"x\"\n");
    assert_eq!(from(Format::Tsv, "a\ttext\n1\tx\n"), "1:2 \"x\"\n");
    assert_eq!(from(Format::Jsonl, "[{\"text\":\"a\"}]"), "1:1 invalid_json @0\n");
    assert_eq!(from(Format::Json, "{\"text\":\"a\"}"), "1:1 \"a\"\n");
    assert_eq!(from(Format::Text, "<html>a</html>"), "-:1 \"<html>a</html>\"\n");
    for word in ["auto", "text", "jsonl", "json", "csv", "tsv"] {
        assert_eq!(word.parse::<Format>().unwrap().to_string(), word);
    }
    assert!("xml".parse::<Format>().unwrap_err().to_string().contains("jsonl"));
}

// ----------------------------------------------------------------------------------- encodings

const FRENCH: &str = "Le café de l’été, où l’on dînait « à la carte » pour dix €, a fermé.";
const ARABIC: &str = "افتتح رئيس البلدية السوق الجديدة صباح اليوم بعد سنوات من الانتظار.";
const CHINESE: &str = "市长今天上午为新市场揭幕，居民们等待了三年之久，商户表示满意。";
const RUSSIAN: &str = "Мэр сегодня утром открыл новый рынок, которого жители ждали три года.";

#[test]
fn old_code_pages_are_decoded_in_every_format() {
    for (encoding, label, text) in [
        (WINDOWS_1252, "windows-1252", FRENCH),
        (WINDOWS_1256, "windows-1256", ARABIC),
        (GBK, "gbk", CHINESE),
        (WINDOWS_1251, "windows-1251", RUSSIAN),
    ] {
        for (name, content) in [
            ("a.txt", format!("{text}\n{text}")),
            ("a.jsonl", format!("{{\"id\":1,\"text\":\"{text}\"}}\n").repeat(3)),
            ("a.json", format!("[{{\"id\":1,\n\"text\":\"{text}\"}}]")),
            ("a.csv", format!("id;text\n1;\"{text}\"\n")),
        ] {
            for batch_bytes in [1, 5, 1 << 20] {
                let options = with_limits(|limits| limits.batch_bytes = batch_bytes);
                let (bytes, ..) = encoding.encode(&content);
                let outcome = read_with(name, &bytes, &options);
                assert_eq!(outcome.summaries[0].encoding, label, "{name}");
                assert_eq!((outcome.repaired, outcome.rejects.len()), (0, 0), "{name}");
                assert!(outcome.dumps.iter().all(|dump| dump.text.starts_with(text)), "{name}");
                assert!(!outcome.dumps.is_empty());
            }
        }
    }
}

#[test]
fn utf16_is_decoded_in_every_format() {
    for big in [false, true] {
        for marked in [false, true] {
            let encode = |text: &str| -> Vec<u8> {
                let mark = if marked { "\u{feff}" } else { "" };
                let units = mark.encode_utf16().chain(text.encode_utf16()).collect::<Vec<_>>();
                units
                    .iter()
                    .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
                    .collect()
            };
            check("a.txt", encode("café 你好\n"), &["-:1 \"café 你好\\n\""]);
            check("a.jsonl", encode(TWO), &TWO_READ);
            check("a.csv", encode("id,text\n1,مرحبا\n"), &["1:2 \"مرحبا\""]);
            check("a.json", encode("[{\"text\":\"\u{1f600}\"}]"), &["1:1 \"\u{1f600}\""]);
            let mut odd = encode("one two\n");
            odd.push(b'x');
            let outcome = read("a.txt", &odd);
            assert_eq!(outcome.summaries[0].encoding, if big { "utf-16be" } else { "utf-16le" });
            assert_eq!(
                (outcome.repaired, outcome.dumps[0].text.as_str()),
                (1, "one two\n\u{fffd}")
            );
        }
    }
    let outcome = read("a.txt", b"\xff\xfe\0\0a\0\0\0");
    assert_eq!(outcome.lines, "-:- encoding @-\n");
}

// --------------------------------------------------------------------------------- compression

#[test]
fn compression_is_told_by_magic_and_all_members_are_read() {
    let half = |bytes: &[u8]| bytes.iter().position(|b| *b == b'\n').unwrap() + 4;
    let (first, second) = TWO.as_bytes().split_at(half(TWO.as_bytes()));
    let kinds: [(&str, Pack); 4] = [("gzip", gzip), ("zstd", zst), ("bzip2", bz2), ("xz", xz)];
    for (kind, pack) in kinds {
        for content in [
            pack(TWO.as_bytes()),
            [pack(first), pack(second), pack(b"")].concat(),
            [pack(first), pack(second), vec![0; 1024]].concat(),
        ] {
            for name in ["a.jsonl", "a.jsonl.gz"] {
                check(name, &content, &TWO_READ);
            }
            assert_eq!(read("a.jsonl", &content).summaries[0].compression, Some(kind));
        }
        check("a.jsonl.gz", pack(b""), &[]);
        check("a.txt", pack(b"A line.\n"), &["-:1 \"A line.\\n\""]);
        check("a.jsonl", pack(&pack(TWO.as_bytes())), &["-:- unsupported @-"]);
    }
    let skippable = [b"\x52\x2a\x4d\x18\x03\0\0\0abc".to_vec(), zst(TWO.as_bytes())].concat();
    check("a.jsonl", skippable, &TWO_READ);
    check("a.jsonl.gz", TWO, &TWO_READ);
    assert_eq!(read("a.jsonl.gz", TWO.as_bytes()).summaries[0].compression, None);
}

/// Records that do not compress well, so that a cut falls between them.
fn many() -> String {
    let mut state = 1_u32;
    let mut content = String::new();
    for index in 0..3000 {
        let _ = write!(content, "{{\"id\":{index},\"text\":\"");
        for _ in 0..20 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let _ = write!(content, "{:x} ", state >> 8);
        }
        content.push_str("\"}\n");
    }
    content
}

#[test]
fn damaged_files_are_used_up_to_the_damage() {
    let content = many();
    let kinds: [Pack; 4] = [gzip, zst, bz2, xz];
    for pack in kinds {
        let packed = pack(content.as_bytes());
        let mut cut = packed.clone();
        cut.truncate(packed.len() * 3 / 4);
        let mut broken = packed.clone();
        let middle = packed.len() * 3 / 4;
        broken[middle..middle + 64].fill(0xa5);
        let garbage = [packed.clone(), b"garbage after".to_vec()].concat();
        for (bytes, reason, at_least) in [
            (cut, RejectReason::Truncated, 0),
            (broken, RejectReason::Corrupt, 0),
            (garbage, RejectReason::Corrupt, 3000),
        ] {
            let outcome = read("a.jsonl", &bytes);
            let reject = outcome.rejects.last().unwrap();
            assert_eq!((reject.reason, reject.record), (reason, None), "{}", reject.detail);
            assert!(outcome.dumps.len() >= at_least);
            assert!(
                outcome.summaries[0].failed && outcome.summaries[0].bytes == bytes.len() as u64
            );
            if outcome.rejects.len() > 1 {
                // Deflate cannot see damage before the checksum: what it makes of it are no records.
                assert_eq!(reason, RejectReason::Corrupt);
                continue;
            }
            let used = content.lines().take(outcome.dumps.len());
            let offset = used.map(|line| line.len() as u64 + 1).sum();
            assert_eq!(reject.offset, Some(offset));
            assert_eq!(reject.line, Some(outcome.dumps.len() as u64 + 1));
            assert!(reject.detail.contains("byte "), "{}", reject.detail);
        }
    }
    let packed = gzip(content.as_bytes());
    assert!(read("a.jsonl", &packed[..packed.len() * 3 / 4]).dumps.len() > 1000);
}

#[test]
fn a_cut_text_or_table_loses_only_its_last_line() {
    let lines = many();
    let packed = gzip(lines.as_bytes());
    let cut = &packed[..packed.len() / 2];
    let outcome =
        read_with("a", cut, &ReadOptions { from: Format::Text, ..ReadOptions::default() });
    assert!(outcome.dumps[0].text.ends_with("}\n") && lines.starts_with(&outcome.dumps[0].text));
    assert_eq!(outcome.rejects[0].offset, Some(outcome.dumps[0].text.len() as u64));
    let packed = gzip(lines.replace("{\"id\":0,", "text\n{\"id\":0,").as_bytes());
    let outcome = read("a.csv", &packed[..packed.len() / 2]);
    assert_eq!(
        outcome.rejects.last().map(|r| (r.reason, r.record)),
        Some((RejectReason::Truncated, None))
    );

    // The checksum is wrong, all records are there.
    let mut packed = gzip(TWO.as_bytes());
    let at = packed.len() - 8;
    packed[at] ^= 0xff;
    check("a.jsonl", &packed, &[TWO_READ[0], TWO_READ[1], "-:3 corrupt @30"]);
    // The last member is whole, so its last line is.
    let packed = [gzip(TWO.trim_end().as_bytes()), b"garbage".to_vec()].concat();
    check("a.jsonl", &packed, &[TWO_READ[0], TWO_READ[1], "-:3 corrupt @29"]);
}

#[test]
fn bombs_and_wide_windows_are_refused() {
    let options = |change: fn(&mut Limits)| {
        with_limits(move |limits| {
            limits.expansion_free_bytes = 1 << 20;
            limits.expansion_max = 100;
            change(limits);
        })
    };
    let content = format!("{TWO}{}", "a".repeat(8 << 20));
    let outcome = read_with("a.jsonl", &zst(content.as_bytes()), &options(|_| {}));
    assert_eq!(outcome.lines, "1:1 \"one\"\n2:2 \"two\"\n-:3 bomb @30\n");
    let options_text = ReadOptions { from: Format::Text, ..options(|_| {}) };
    let outcome = read_with("a", &gzip(content.as_bytes()), &options_text);
    assert_eq!(outcome.rejects[0].reason, RejectReason::Bomb);
    assert_eq!(outcome.dumps[0].text, TWO);
    let honest =
        read_with("a.jsonl", &gzip(many().as_bytes()), &options(|l| l.expansion_free_bytes = 0));
    assert_eq!((honest.dumps.len(), honest.rejects.len()), (3000, 0));

    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(28).unwrap();
    encoder.write_all(TWO.as_bytes()).unwrap();
    encoder.write_all(&vec![b'\n'; 1 << 20]).unwrap();
    let outcome = read("a.jsonl", &encoder.finish().unwrap());
    assert_eq!(outcome.rejects[0].reason, RejectReason::TooLarge, "{}", outcome.lines);
    assert!(outcome.rejects[0].detail.contains("--long"), "{}", outcome.rejects[0].detail);
}

#[test]
fn what_is_no_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sparse = folder.path().join("a.jsonl");
    fs::File::create(&sparse).unwrap().set_len(4 << 30).unwrap();
    let outcome = run(&[&sparse], &ReadOptions::default());
    assert_eq!(outcome.lines, "-:- binary @-\n");
    assert!(outcome.bytes_read < 1 << 20 && outcome.summaries[0].failed);
    let outcome = read("a.tar.gz", &gzip(&[&[b'n'; 257][..], b"ustar", &[0; 300]].concat()));
    assert_eq!(outcome.lines, "-:- unsupported @-\n");
    assert!(outcome.rejects[0].detail.starts_with("a tar archive"));
    assert_eq!(read("a.jsonl.gz", &gzip(&vec![0; 1 << 16])).lines, "-:- binary @-\n");
}

#[test]
fn summaries_tell_size_and_hash() {
    let summary = read("a.jsonl", TWO.as_bytes()).summaries.remove(0);
    assert_eq!(summary.bytes, TWO.len() as u64);
    assert_eq!(summary.blake3, blake3::hash(TWO.as_bytes()).to_hex().to_string());
    assert_eq!((summary.format, summary.encoding.as_str()), ("jsonl", "utf-8"));
    let damaged = format!("[{TWO}");
    let summary = read("a.json", damaged.as_bytes()).summaries.remove(0);
    assert_eq!(summary.blake3, blake3::hash(damaged.as_bytes()).to_hex().to_string());
}

// --------------------------------------------------------------------------------------- paths

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[&str]) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, TWO).unwrap();
        }
        Folder(folder)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// What is found below the folder for these arguments, relative to it.
    fn find(&self, arguments: &[&str], options: &ReadOptions) -> (Vec<String>, Found) {
        let paths: Vec<_> = arguments.iter().map(|argument| self.path(argument)).collect();
        let found = find(&paths, options).unwrap();
        let prefix = format!("{}/", self.0.path().display());
        let names = found.inputs.iter().map(|input| input.shown.replace(&prefix, "")).collect();
        (names, found)
    }
}

#[test]
fn folders_are_walked_in_byte_order_and_files_come_once() {
    let folder =
        Folder::new(&["in/b/x.txt", "in/b.txt", "in/a/z", "in/.hidden", "in/B", "in/y.jsonl/f"]);
    let options = ReadOptions::default();
    let all = ["in/.hidden", "in/B", "in/a/z", "in/b.txt", "in/b/x.txt", "in/y.jsonl/f"];
    let (names, found) = folder.find(&["in"], &options);
    assert_eq!(names, all);
    assert_eq!(&*found.inputs[4].folder, "b");
    assert_eq!(&*found.inputs[0].folder, "in");
    assert_eq!(found.inputs[0].bytes, Some(TWO.len() as u64));
    let (names, _) = folder.find(&["in/b.txt", "in", "in/b/../b.txt", "in/B"], &options);
    assert_eq!(names, ["in/b.txt", "in/.hidden", "in/B", "in/a/z", "in/b/x.txt", "in/y.jsonl/f"]);
    let paths = [PathBuf::from("-"), PathBuf::from("-")];
    let found = find(&paths, &options).unwrap();
    assert_eq!(found.inputs.len(), 1);
    assert_eq!((&*found.inputs[0].shown, &*found.inputs[0].folder), ("-", "stdin"));
    let here = find(&[PathBuf::from("Cargo.toml")], &options).unwrap();
    let name = std::env::current_dir().unwrap();
    assert_eq!(*here.inputs[0].folder, *name.file_name().unwrap().to_str().unwrap());
}

#[test]
fn excluded_files_and_the_output_folder_are_left_out() {
    let folder =
        Folder::new(&["in/a.jsonl", "in/a.bak", "in/old/b.jsonl", "in/out/articles.jsonl"]);
    let exclude = |globs: &[&str]| ReadOptions {
        exclude: globs.iter().map(|glob| (*glob).to_owned()).collect(),
        skip_folder: Some(folder.path("in/../in/out")),
        ..ReadOptions::default()
    };
    assert_eq!(folder.find(&["in"], &exclude(&[])).0, ["in/a.bak", "in/a.jsonl", "in/old/b.jsonl"]);
    assert_eq!(folder.find(&["in"], &exclude(&["*.bak", "old"])).0, ["in/a.jsonl"]);
    assert_eq!(folder.find(&["in"], &exclude(&["old/*.jsonl"])).0, ["in/a.bak", "in/a.jsonl"]);
    assert_eq!(folder.find(&["in/a.bak", "in/a.jsonl"], &exclude(&["*.bak"])).0, ["in/a.jsonl"]);
    let error = find(&[folder.path("in/out")], &exclude(&[])).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Usage(_)));
    let error = find(&[folder.path("in")], &exclude(&["a{"])).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Usage(_)) && error.place.contains("a{"));
    let error = find(&[folder.path("nope.jsonl")], &exclude(&[])).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Usage(_)) && error.place.ends_with("nope.jsonl"));
    fs::create_dir(folder.path("empty")).unwrap();
    let (names, found) = folder.find(&["empty"], &exclude(&[]));
    assert!(names.is_empty() && found.warnings[0].contains("empty"));
}

#[cfg(unix)]
#[test]
fn links_pipes_and_odd_names() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let folder = Folder::new(&["in/s/a.jsonl", "in/-", "in/new\nline.jsonl"]);
    for (target, link) in [("..", "in/s/up"), ("l2", "in/l1"), ("l1", "in/l2"), ("/nope", "in/d")] {
        symlink(target, folder.path(link)).unwrap();
    }
    symlink("s", folder.path("in/t")).unwrap();
    let socket = UnixListener::bind(folder.path("in/socket")).unwrap();
    let odd = folder.path("in").join(OsStr::from_bytes(b"bad\xff.jsonl"));
    fs::write(&odd, TWO).unwrap();
    let options = ReadOptions::default();
    let (names, found) = folder.find(&["in"], &options);
    assert_eq!(names, ["in/-", "in/bad\\xff.jsonl", "in/new\nline.jsonl", "in/s/a.jsonl"]);
    assert_eq!(found.warnings.len(), 5);
    assert_eq!(found.rejects.len(), 1);
    assert_eq!(found.rejects[0].reason, RejectReason::Unsupported);
    assert!(found.rejects[0].file.ends_with("in/socket"));
    drop(socket);
    assert_eq!(folder.find(&["in/t"], &options).0, ["in/t/a.jsonl"]);
    assert_eq!(folder.find(&["in/t/a.jsonl", "in/s"], &options).0, ["in/t/a.jsonl"]);
    assert_eq!(run(&[&odd], &options).dumps.len(), 2);

    // A file that goes away before its turn.
    let found = find(&[odd.clone(), folder.path("in/s")], &options).unwrap();
    fs::remove_file(odd).unwrap();
    let batches: Vec<_> = Reader::new(found.inputs, &options).collect();
    assert_eq!(batches.iter().map(|batch| batch.input).collect::<Vec<_>>(), [0, 1]);
    let mut reasons = Vec::new();
    for batch in batches {
        assert!(batch.finished.is_some());
        batch.parse(&mut |result| reasons.push(result.map(|_| ()).map_err(|reject| reject.reason)));
    }
    assert_eq!(reasons, [Err(RejectReason::Unreadable), Ok(()), Ok(())]);
}

// ------------------------------------------------------------------------------------ anything

#[test]
fn a_file_that_cannot_be_read_is_one_reject() {
    let folder = tempfile::tempdir().unwrap();
    // Opening a folder works where reading it does not.
    let input = Input {
        path: Some(folder.path().to_owned()),
        shown: "a.jsonl".into(),
        folder: "in".into(),
        bytes: None,
    };
    let batches: Vec<_> = Reader::new(vec![input], &ReadOptions::default()).collect();
    assert_eq!(batches.len(), 1);
    for batch in batches {
        assert!(batch.finished.as_ref().unwrap().failed);
        batch.parse(&mut |result| {
            let reject = result.unwrap_err();
            assert_eq!((reject.reason, reject.record), (RejectReason::Unreadable, None));
        });
    }
}

/// Whatever the bytes are, nothing panics, batches do not show, and the records of a file are
/// numbered without a gap.
#[test]
fn mangled_files_of_every_format() {
    let pretty =
        "[\n{\"text\":\"a } {\"},\n {\"id\":[{}],\n\"text\":\"b\\ud800\"}]\n{\"body\":\"c\"}";
    let table = "id,text,note\n1,\"a \"\"b\"\", c\",\n2,d,\"e\nf\"\n\n3,\"\",x\n";
    let seeds = [
        ("a.jsonl", format!("{TWO}{{\"text\":\"a }} {{\"}} {{\"text\":\"\\u00e9\"}}\n\n{TWO}")),
        ("a.json", pretty.to_owned()),
        ("a.csv", table.to_owned()),
        ("a", table.replace(',', "\t")),
        ("a.txt", format!("{FRENCH}\n{ARABIC}\n")),
    ];
    let mut state = 7_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let parts: [&[u8]; 16] = [
        b"\"",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b"\n",
        b"\r",
        b"\\",
        b"\\ud83d",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\0",
        b" ",
        b"\xc3\xa9",
        b"9",
    ];
    for round in 0..600 {
        let (name, seed) = &seeds[round % seeds.len()];
        let mut bytes = seed.clone().into_bytes();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(3) {
                0 => drop(bytes.remove(at)),
                1 => drop(bytes.splice(at..at, parts[random(parts.len())].iter().copied())),
                _ => bytes[at] = parts[random(parts.len())][0],
            }
        }
        if round % 7 == 0 {
            bytes = gzip(&bytes);
            bytes.truncate(bytes.len() - random(12));
        }
        let outcomes = [1 << 20, 11].map(|batch_bytes| {
            let options = with_limits(|limits| {
                limits.batch_bytes = batch_bytes;
                limits.record_bytes_max = 60;
            });
            read_with(name, &bytes, &options)
        });
        let shown = String::from_utf8_lossy(&bytes);
        assert_eq!(outcomes[0].lines, outcomes[1].lines, "{name}: {shown}");
        assert_eq!(outcomes[0].repaired, outcomes[1].repaired, "{name}: {shown}");
        let numbers = outcomes[0].lines.lines().filter_map(|line| line.split(':').next());
        let records: Vec<u64> = numbers.filter_map(|number| number.parse().ok()).collect();
        assert!(records.iter().copied().eq(1..=records.len() as u64), "{name}: {shown}");
    }
}
