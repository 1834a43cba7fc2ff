//! The promises: what holds for any input, whole or mangled. `SLOW_TESTS=1` tries many more.

use std::collections::{BTreeMap, BTreeSet};

use copydesk::article::{Block, Dump};
use copydesk::clean::dump_name;
use copydesk::dedupe::near;
use copydesk::error::ErrorKind;
use copydesk::fingerprint::key_of;
use copydesk::observer::Silent;
use copydesk::options::{Duplicates, Extent, Keep, Options, Paragraphs, Split};
use copydesk::read::{ReadOptions, Reader, find};
use copydesk::report::Report;
use copydesk::segment::segment;
use copydesk::{inspect, normalize, pipeline};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::desk::{Desk, Listener, clean, dump, text};
use crate::dumps::{desk_with, files};

/// So many cases, and fifty times as many with `SLOW_TESTS`. Failures print their input, which
/// belongs into a test of its own; nothing is kept beside the sources.
fn config(cases: u32) -> ProptestConfig {
    let times = if std::env::var_os("SLOW_TESTS").is_some() { 50 } else { 1 };
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases * times) }
}

fn options() -> impl Strategy<Value = Options> {
    let choices =
        (select(Duplicates::ALL), select(Paragraphs::ALL), select(Keep::ALL), select(Split::ALL));
    choices.prop_map(|(duplicates, paragraphs, keep, split)| Options {
        duplicates,
        paragraphs,
        keep,
        split,
        threads: 2,
        ..Options::default()
    })
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn nothing_is_lost(files in files(), options in options()) {
        let desk = desk_with(&files);
        let split = options.split;
        let report = desk.run("in", "out", options);
        prop_assert_eq!(report.check(), Ok(()));
        recount(&desk, &report, split);
        duplicates_name_what_is_written(&desk, &report);
        let (listener, mut page) = (Listener::default(), Vec::new());
        let whole = inspect::verify(&desk.path("out"), Extent::All, &mut page, &listener).unwrap();
        let problems = listener.0.into_inner().unwrap();
        prop_assert!(whole && problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn cleaning_is_a_run_that_looks_at_no_other_article(files in files()) {
        let desk = desk_with(&files);
        let (duplicates, paragraphs) = (Duplicates::Keep, Paragraphs::Off);
        let options = Options { duplicates, paragraphs, threads: 2, ..Options::default() };
        let report = desk.run("in", "out", options.clone());
        let mut lines = Vec::new();
        let totals = pipeline::clean(&desk.job("in", "none", options), &mut lines, &Silent).unwrap();
        prop_assert_eq!(totals.read, report.totals.read);
        prop_assert_eq!(totals.written, report.totals.written);
        prop_assert_eq!(totals.rejected, report.totals.rejected);
        prop_assert_eq!(totals.files_failed, report.totals.files_failed);
        let cleaned = String::from_utf8(lines).unwrap();
        let cleaned: Vec<Value> =
            cleaned.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let written = desk.rows("out", "articles.jsonl");
        prop_assert_eq!(cleaned.len(), written.len());
        for (mut cleaned, mut written) in cleaned.into_iter().zip(written) {
            let ids = [&mut cleaned, &mut written].map(|row| row["id"].take());
            let [made, unique] = ids.each_ref().map(|id| id.as_str().unwrap());
            let is_made = unique == made || unique.starts_with(&format!("{made}~"));
            prop_assert!(is_made, "{unique} was made from {made}");
            prop_assert_eq!(cleaned, written);
        }
    }

    #[test]
    fn a_limit_takes_what_comes_first(files in files(), limit in 1..12_u64) {
        let desk = desk_with(&files);
        let (duplicates, paragraphs) = (Duplicates::Keep, Paragraphs::Off);
        let all = Options { duplicates, paragraphs, threads: 2, ..Options::default() };
        let some = Options { limit: Some(limit), ..all.clone() };
        let whole = desk.run("in", "whole", all);
        let report = desk.run("in", "out", some);
        prop_assert_eq!(report.totals.read, whole.totals.read.min(limit));
        let rows = desk.rows("out", "articles.jsonl");
        let mut first = desk.rows("whole", "articles.jsonl");
        first.truncate(rows.len());
        // A made id gives way to the same id of an input, which may stand beyond the limit.
        let dumps = |rows: &[Value]| rows.iter().map(|row| row["dump"].clone()).collect::<Vec<_>>();
        prop_assert_eq!(dumps(&rows), dumps(&first));
        let (listener, mut page) = (Listener::default(), Vec::new());
        let is_whole = inspect::verify(&desk.path("out"), Extent::All, &mut page, &listener).unwrap();
        let problems = listener.0.into_inner().unwrap();
        prop_assert!(is_whole && problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn prose_comes_through_unchanged_however_often(
        language in 0..PROSE.len(),
        title in vec(any::<prop::sample::Index>(), 4..9),
        paragraphs in vec(vec(any::<prop::sample::Index>(), 9..40), 2..12),
    ) {
        let (words, between, stop) = PROSE[language];
        let say = |indices: &[prop::sample::Index]| {
            let said: Vec<&str> = indices.iter().map(|i| words[i.index(words.len())]).collect();
            let said = said.join(between);
            let first = said.chars().next().unwrap();
            first.to_uppercase().chain(said[first.len_utf8()..].chars()).collect::<String>()
        };
        let title = say(&title);
        let mut seen = BTreeSet::new();
        let paragraphs: Vec<String> = paragraphs
            .iter()
            .map(|indices| say(indices) + stop)
            .filter(|text| seen.insert(text.clone()))
            .collect();
        let body = paragraphs.join("\n\n");
        for raw in [format!("{title}\n\n{body}"), body.clone()] {
            let found = clean(&dump(&raw, None));
            prop_assert_eq!(found.len(), 1);
            let article = found.into_iter().next().unwrap().unwrap();
            prop_assert_eq!(&article.text, &body);
            prop_assert_eq!(&article.removals, &[]);
        }
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn the_same_input_gives_the_same_bytes(files in files(), options in options()) {
        let desk = desk_with(&files);
        let run = |output: &str, threads: usize, memory: Option<u64>| {
            desk.run("in", output, Options { threads, memory, ..options.clone() });
            desk.files(output)
        };
        let first = run("first", 1, None);
        for threads in [2, 3, 8] {
            prop_assert_eq!(&run(&format!("{threads}"), threads, None), &first);
        }
        prop_assert_eq!(&run("small", 2, Some(1)), &first);
        prop_assert_eq!(&run("small", 1, Some(1)), &first, "into the same folder again");
    }
}

/// Words of some languages, what stands between them, and what ends a sentence.
const PROSE: &[(&[&str], &str, &str)] = &[
    (
        &[
            "salt", "the", "mill", "carried", "harbour", "slowly", "nine", "of", "keeper", "rain",
            "under", "valley", "stood", "and", "bell", "winter", "never", "a", "lantern", "with",
            "ferry", "crossed", "behind", "stones",
        ],
        " ",
        ".",
    ),
    (
        &[
            "соль",
            "мельница",
            "стояла",
            "у",
            "реки",
            "и",
            "молчала",
            "паром",
            "вёз",
            "старый",
            "колокол",
            "через",
            "долину",
            "дождь",
            "над",
            "камнями",
            "зимой",
            "сторож",
            "медленно",
            "шёл",
            "домой",
            "никто",
            "не",
            "знал",
        ],
        " ",
        ".",
    ),
    (
        &[
            "الملح",
            "الطاحونة",
            "وقفت",
            "قرب",
            "النهر",
            "و",
            "الجسر",
            "القديم",
            "مطر",
            "فوق",
            "الوادي",
            "حارس",
            "مشى",
            "ببطء",
            "نحو",
            "البيت",
            "شتاء",
            "حجارة",
            "جرس",
            "عبر",
            "مع",
            "تحت",
            "سماء",
            "قارب",
        ],
        " ",
        ".",
    ),
    (
        &[
            "盐",
            "磨坊",
            "立在",
            "河边",
            "古老",
            "钟声",
            "穿过",
            "山谷",
            "雨水",
            "落在",
            "石头",
            "冬天",
            "守夜人",
            "慢慢",
            "走向",
            "渡船",
            "灯笼",
            "没有",
            "九个",
            "桥下",
        ],
        "",
        "。",
    ),
];

/// Counts again, from the inputs and the files written, and follows every line of the inputs.
#[track_caller]
fn recount(desk: &Desk, report: &Report, split: Split) {
    let by_dump = |name: &str| {
        let mut rows_of: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for row in desk.rows("out", name) {
            rows_of.entry(text(&row, "dump").to_owned()).or_default().push(row);
        }
        rows_of
    };
    let mut articles = by_dump("articles.jsonl");
    let mut duplicates = by_dump("duplicates.jsonl");
    let mut removals = by_dump("removals.jsonl");
    let rejects = desk.rows("out", "rejects.jsonl");
    let (mut blocks_in, mut blocks_out, mut removed, mut in_copies, mut read) = (0, 0, 0, 0, 0);
    let mut rejected = rejects.iter().filter(|row| !row["record"].is_null()).count();
    let files_rejected = rejects.len() - rejected;
    each_dump(desk, &mut |dump| {
        every_line_in_one_block(dump, split);
        let found = segment(dump, split);
        let parts = found.len();
        for (article, number) in found.iter().zip(1..) {
            let name = dump_name(dump, number, parts);
            let blocks = article.blocks.len();
            let copy = duplicates.remove(&name);
            let Some(mut written) = articles.remove(&name) else {
                if copy.is_some() {
                    read += 1;
                    blocks_in += blocks;
                    in_copies += blocks;
                } else {
                    // No paragraph was left; it is among the rejects that are counted below.
                    assert!(rejects.iter().any(|row| text(row, "reason") == "empty"), "{name}");
                }
                continue;
            };
            read += 1;
            assert_eq!(written.len(), 1, "{name} is written twice");
            let row = written.pop().unwrap();
            let gone = removals.remove(&name).unwrap_or_default();
            let whole = follow_blocks(dump, &article.blocks, &row, &gone);
            blocks_in += blocks;
            removed += whole;
            blocks_out += blocks - whole;
        }
    });
    for (rows, left) in [("articles", articles), ("duplicates", duplicates), ("removals", removals)]
    {
        assert_eq!(left, BTreeMap::new(), "{rows} that the inputs do not have");
    }
    let totals = &report.totals;
    let is = [totals.blocks_in, totals.blocks_out, totals.blocks_removed, totals.blocks_duplicate];
    let counted = [blocks_in, blocks_out, removed, in_copies].map(|count| count as u64);
    assert_eq!(is, counted, "blocks in, out, removed, in copies");
    assert_eq!(totals.files_failed, files_rejected as u64);
    rejected += read;
    assert_eq!(totals.read, rejected as u64, "articles found and records rejected");
}

/// Every block is removed whole, or is the next paragraph, or fills a field; returns how many were
/// removed.
#[track_caller]
fn follow_blocks(dump: &Dump, blocks: &[Block], row: &Value, removals: &[Value]) -> usize {
    let mut whole = BTreeSet::new();
    let mut parts = Vec::new();
    for removal in removals {
        let number = |key: &str| usize::try_from(removal[key].as_u64().unwrap()).unwrap();
        let (start, end) = (number("start"), number("end"));
        assert_eq!(text(removal, "article"), text(row, "id"));
        assert_eq!(dump.text.get(start..end), Some(text(removal, "text")));
        let above = dump.text[..start].replace("\r\n", "\n");
        assert_eq!(above.matches(['\n', '\r']).count() + 1, number("line"));
        if removal["partial"].as_bool().unwrap() {
            parts.push((start, end));
        } else {
            assert!(whole.insert((start, end)), "{start}..{end} is removed twice");
        }
    }
    let mut paragraphs = text(row, "text").split("\n\n").peekable();
    let mut seen = 0;
    for block in blocks {
        let (start, end) = (block.span.start, block.span.end);
        if whole.contains(&(start, end)) {
            seen += 1;
            continue;
        }
        let mut left = block.text.to_string();
        for (from, to) in parts.iter().rev().filter(|(from, to)| *from >= start && *to <= end) {
            left.replace_range(from - start..to - start, "");
        }
        let left = normalize::text(left.trim());
        if paragraphs.next_if(|paragraph| *paragraph == left).is_none() {
            assert!(fills_a_field(&left, row), "{left:?} is lost from {row}");
        }
    }
    assert_eq!(paragraphs.next(), None, "a paragraph that is no block");
    assert_eq!(seen, whole.len(), "removals that are no blocks");
    seen
}

fn fills_a_field(block: &str, row: &Value) -> bool {
    let block = key_of(block);
    let holds = |value: &Value| value.as_str().is_some_and(|value| block.contains(&*key_of(value)));
    let captions = row["captions"].as_array().unwrap();
    let byline = row["byline"].as_str().unwrap_or("\0");
    holds(&row["title"])
        || byline.split(", ").any(|name| block.contains(&*key_of(name)))
        || captions.iter().any(|caption| holds(&caption["text"]) || holds(&caption["credit"]))
}

/// Each line with something to see stands in one block, and blocks follow each other.
#[track_caller]
fn every_line_in_one_block(dump: &Dump, split: Split) {
    let found = segment(dump, split);
    let blocks: Vec<&Block> = found.iter().flat_map(|article| &article.blocks).collect();
    for pair in blocks.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start);
    }
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    let mut start = 0;
    for line in dump.text.split_inclusive(['\n', '\r']) {
        let inner = line.trim_start_matches(blank);
        let from = start + line.len() - inner.len();
        let to = from + inner.trim_end_matches(blank).len();
        start += line.len();
        if from < to {
            let holds = |b: &&&Block| b.span.start <= from && to <= b.span.end;
            assert_eq!(blocks.iter().filter(holds).count(), 1, "{line:?}");
        }
    }
    for block in blocks {
        assert!(!block.text.is_empty() && block.text == block.text.trim());
        // Where wrapped lines were joined, what stood at their ends went.
        let words = |text: &str| text.split(blank).collect::<String>();
        assert_eq!(words(&block.text), words(block.span.of(&dump.text)));
    }
}

fn each_dump(desk: &Desk, each: &mut dyn FnMut(&Dump)) {
    let options = ReadOptions::default();
    let found = find(&[desk.path("in")], &options).unwrap();
    for batch in Reader::new(found.inputs, &options) {
        batch.parse(&mut |dump| {
            if let Ok(dump) = dump {
                each(&dump);
            }
        });
    }
}

/// Every copy names an article that is written, with the same fingerprint, and is counted there.
#[track_caller]
fn duplicates_name_what_is_written(desk: &Desk, report: &Report) {
    let mut copies: BTreeMap<String, u64> = BTreeMap::new();
    let articles = desk.rows("out", "articles.jsonl");
    let written: BTreeMap<&str, &Value> =
        articles.iter().map(|row| (text(row, "id"), row)).collect();
    assert_eq!(written.len(), articles.len(), "ids are unique");
    for row in desk.rows("out", "duplicates.jsonl") {
        let of = written.get(text(&row, "duplicate_of"));
        let of = of.unwrap_or_else(|| panic!("{row} names no written article"));
        let similarity = row["similarity"].as_f64().unwrap();
        match text(&row, "kind") {
            "exact" => assert_eq!(row["similarity"], 1.0),
            "near" => assert!(similarity >= report.options.near.unwrap(), "{row}"),
            "contained" => assert!(similarity >= near::CONTAINED_MIN, "{row}"),
            kind => panic!("{kind}"),
        }
        assert_eq!(row["cluster"], row["duplicate_of"]);
        if report.options.paragraphs != Paragraphs::Global && row["kind"] == "exact" {
            assert_eq!(row["fingerprint"], of["fingerprint"]);
        }
        // Measured again on the texts as they were written.
        if let Some(own) = written.get(text(&row, "id"))
            && report.options.paragraphs != Paragraphs::Global
        {
            let shingles = |row: &Value| near::Shingles::of(text(row, "text"));
            let measured = shingles(own).compare(&shingles(of));
            let value = match text(&row, "kind") {
                "contained" => measured.first_in_second,
                _ => measured.similarity,
            };
            assert!((value - similarity).abs() < 1e-6, "{row}: {measured:?}");
        }
        assert_eq!(of["duplicate_of"], Value::Null, "a copy of a copy");
        *copies.entry(text(of, "id").to_owned()).or_default() += 1;
        let marked = written.get(text(&row, "id")).map(|own| &own["duplicate_of"]);
        let should = (report.options.duplicates == Duplicates::Mark).then(|| &row["duplicate_of"]);
        assert_eq!(marked, should);
    }
    for row in &articles {
        let count = copies.remove(text(row, "id")).unwrap_or(0);
        assert_eq!(row["copies"].as_u64(), Some(count), "{row}");
        assert_ne!(text(row, "text"), "", "{row}");
        let words = normalize::words(text(row, "text"));
        assert_eq!(row["words"].as_u64(), Some(words as u64));
    }
}

#[test]
fn two_runs_at_once_do_not_know_of_each_other() {
    let desk = Desk::new();
    for (folder, name) in [("in", "Lena Brandt"), ("other", "Ruth Calloway")] {
        let story =
            format!("The story of {name}\n\nBy {name}\n\nThe salt road was built by {name}.\n");
        let footer = "This page was made by hand in the north.\n";
        for n in 0..40 {
            desk.write(
                &format!("{folder}/{n}.txt"),
                format!("{story}\nStory {n} of many.\n\n{footer}"),
            );
        }
    }
    let alone = ["in", "other"].map(|input| {
        desk.run(input, &format!("{input}-alone"), Options::default());
        desk.files(&format!("{input}-alone"))
    });
    let at_once = std::thread::scope(|scope| {
        ["in", "other"]
            .map(|input| {
                let desk = &desk;
                scope.spawn(move || {
                    desk.run(input, &format!("{input}-at-once"), Options::default());
                    desk.files(&format!("{input}-at-once"))
                })
            })
            .map(|run| run.join().unwrap())
    });
    assert!(alone == at_once);
}

/// A finished run in `out` with copies, removals and rejects.
fn finished() -> Desk {
    let desk = Desk::new();
    let story = "Ferry strike enters second week\n\n3 hours ago\n\nThe crews said on Tuesday that they \
        would not sail before Friday, and the port lost a million a day that nobody wanted to pay for, \
        not even the ministry, which did not answer letters.\n\nShare on Facebook\n";
    desk.write("in/a.txt", story);
    desk.write("in/b.txt", story);
    desk.write("in/c.jsonl", "{\"text\": \"One sentence, and another one.\"}\n{\"text\": 1}\n");
    let report = desk.run("in", "out", Options::default());
    assert_eq!(
        (report.totals.written, report.totals.duplicates, report.totals.rejected),
        (2, 1, 1)
    );
    desk
}

fn verify(desk: &Desk) -> Result<(bool, Vec<String>), copydesk::error::Error> {
    let listener = Listener::default();
    let whole = inspect::verify(&desk.path("out"), Extent::All, &mut Vec::new(), &listener)?;
    Ok((whole, listener.0.into_inner().unwrap()))
}

/// Changes a file of the run and, so that only what it says is wrong, its digest in the report.
fn forge(desk: &Desk, name: &str, change: impl Fn(String) -> String) {
    let path = desk.path("out").join(name);
    let bytes = change(std::fs::read_to_string(&path).unwrap());
    std::fs::write(&path, &bytes).unwrap();
    let path = desk.path("out/report.json");
    let mut report: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let outputs = report["outputs"].as_array_mut().unwrap();
    let output = outputs.iter_mut().find(|output| output["path"] == name).unwrap();
    output["blake3"] = blake3::hash(bytes.as_bytes()).to_hex().as_str().into();
    output["bytes"] = bytes.len().into();
    std::fs::write(path, serde_json::to_vec(&report).unwrap()).unwrap();
}

#[test]
fn a_fresh_run_is_whole() {
    assert_eq!(verify(&finished()).unwrap(), (true, vec![]));
}

#[test]
fn a_changed_byte_is_found() {
    for entry in std::fs::read_dir(finished().path("out")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("report.") {
            continue;
        }
        let desk = finished();
        let path = desk.path("out").join(&name);
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] = b' ';
        std::fs::write(&path, bytes).unwrap();
        let (whole, problems) = verify(&desk).unwrap();
        assert!(!whole && problems.iter().any(|line| line.contains(&name)), "{name}: {problems:?}");
    }
}

#[test]
fn what_is_missing_from_the_files_is_found() {
    let check = |name: &str, change: &dyn Fn(String) -> String, what: &str| {
        let desk = finished();
        forge(&desk, name, change);
        let (whole, problems) = verify(&desk).unwrap();
        assert!(!whole && problems.iter().any(|line| line.contains(what)), "{name}: {problems:?}");
    };
    let without_first = |text: String| text.split_once('\n').unwrap().1.to_owned();
    check("removals.jsonl", &without_first, "neither written nor in the ledger");
    check("articles.jsonl", &without_first, "articles");
    check("duplicates.jsonl", &without_first, "copies");
    check("rejects.jsonl", &without_first, "not in rejects.jsonl");
    let other_word = |text: String| text.replacen("sail before Friday", "sail before Monday", 1);
    check("articles.jsonl", &other_word, "fingerprint");
    let other_text =
        |text: String| text.replacen("\"text\":\"3 hours ago\"", "\"text\":\"4 hours ago\"", 1);
    check("removals.jsonl", &other_text, "is not what stands there");
}

#[test]
fn a_changed_input_is_a_usage_error_that_names_it() {
    let check = |change: &dyn Fn(&Desk)| {
        let desk = finished();
        change(&desk);
        let error = verify(&desk).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Usage(_)), "{error}");
        assert!(error.to_string().contains("b.txt"), "{error}");
    };
    check(&|desk| drop(desk.write("in/b.txt", "Another story\n\nIt is short.\n")));
    check(&|desk| std::fs::remove_file(desk.path("in/b.txt")).unwrap());
}
