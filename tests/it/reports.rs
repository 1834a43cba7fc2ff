//! How people check a run: what is kept by configuration, `explain`, `report`, `review`.

use std::fs;

use serde_json::json;

use crate::cli::{STORY, column, copydesk, refused, report, well};
use crate::desk::{Desk, text, with_footer};

/// A story with a line that a rule takes for a share bar, and one with a cut at its end.
fn shared() -> Desk {
    let desk = Desk::new();
    desk.write("in/a.txt", STORY.replace("\n\nIt did", "\n\nShare on Facebook\n\nIt did"));
    desk
}

fn written(desk: &Desk, output: &str) -> Vec<String> {
    column(&desk.rows(output, "articles.jsonl"), "text")
}

#[test]
fn what_the_configuration_keeps_no_rule_removes() {
    let desk = shared();
    desk.write("keep.toml", "[keep]\ntexts = [\"share ON facebook\"]\n");
    well(&desk, "run in -o out -q --config keep.toml");
    assert!(written(&desk, "out")[0].contains("\n\nShare on Facebook\n\n"));
    assert!(desk.rows("out", "removals.jsonl").is_empty());
    let options = report(&desk, "out")["options"].clone();
    assert_eq!(options["keep_texts"], json!(["share ON facebook"]));
    assert_eq!(options["keep_patterns"], json!([]));
    assert!(well(&desk, "verify out --all").ends_with("the run is whole\n"));
    let id = column(&desk.rows("out", "articles.jsonl"), "id").remove(0);
    let page = well(&desk, &format!("explain out {id}"));
    let line = "Share on Facebook\n         \
                kept by configuration: its text, against share-bar (share_bar)\n";
    assert!(page.contains(line), "{page}");

    // Flags say the same, replace the file's, and the table leaves room for `keep`.
    desk.write(
        "both.toml",
        "[keep]\ntexts = [\"nothing of it\"]\npatterns = [\"^Share on\"]\nrepresentative = \"newest\"\n",
    );
    well(&desk, "run in -o both -q --config both.toml");
    assert_eq!(written(&desk, "both"), written(&desk, "out"));
    assert_eq!(report(&desk, "both")["options"]["keep"], "newest");
    well(&desk, "run in -o flags -q --config both.toml --keep-pattern (?i)^nobody");
    assert!(!written(&desk, "flags")[0].contains("Share"));
    let lines = well(&desk, "clean in --config both.toml");
    assert!(lines.contains("Share on Facebook"), "{lines}");
}

#[test]
fn what_keeps_nothing_is_refused() {
    let desk = shared();
    refused(&desk, "run in -o out --keep-pattern a(b", "keep: `a(b` is no pattern: unclosed group");
    desk.write("keep.toml", "near = 0.9\n[keep]\ntext = [\"one\"]\n");
    refused(
        &desk,
        "run in -o out --config keep.toml",
        "keep.toml:3: no key `text` under [keep]; one of texts, patterns, representative",
    );
}

#[test]
fn boilerplate_is_kept_too() {
    let (desk, footer) = with_footer();
    desk.write(
        "keep.toml",
        format!("paragraphs = \"global\"\n[keep]\ntexts = [\"{footer}\"]\npatterns = [\"night desk on 3 May\"]\n"),
    );
    well(&desk, "run in -o out -q --config keep.toml");
    let texts = written(&desk, "out");
    assert_eq!(texts.len(), 12);
    assert!(texts.iter().all(|text| text.contains(footer)), "{texts:?}");
    let dated = texts.iter().filter(|text| text.contains("night desk")).count();
    assert_eq!(dated, 1, "one form of a line is kept, the others go: {texts:?}");
    let row = report(&desk, "out")["repeated_paragraphs"].clone();
    let row = row.as_array().unwrap().iter().find(|row| text(row, "text") == footer).cloned();
    let row = row.unwrap();
    assert_eq!(
        (&row["learned"], &row["count"], &row["removed"]),
        (&json!(false), &json!(12), &json!(0))
    );
    assert!(well(&desk, "verify out --all").ends_with("the run is whole\n"));
    let id = column(&desk.rows("out", "articles.jsonl"), "id").remove(0);
    let page = well(&desk, &format!("explain out {id}"));
    assert!(page.contains("kept by configuration: its text\n"), "{page}");
}

/// A run in `out` of a story and of two later versions of it, one with two words changed.
fn versions() -> Desk {
    let desk = Desk::new();
    let body: Vec<String> = (0..30)
        .map(|n| format!("On day {n} of the strike the crews of ferry {n} met at pier {}.", n * 7))
        .collect();
    let story = format!("Ferry strike enters second week\n\n{}\n", body.join("\n\n"));
    desk.write("in/a.txt", &story);
    desk.write("in/b.txt", story.replace("ferry 12 met", "boat 12 sat"));
    desk.write("in/c.txt", format!("{story}\n\nShare on Facebook\n"));
    assert_eq!(copydesk(&desk, "run in -o out -q").code, 0);
    desk
}

#[test]
fn explain_shows_how_a_copy_differs() {
    let desk = versions();
    let copies = desk.rows("out", "duplicates.jsonl");
    let of = |dump: &str| {
        let row = copies.iter().find(|row| text(row, "dump") == dump);
        row.unwrap_or_else(|| panic!("{dump} in {copies:?}")).clone()
    };
    let near = of("in/b.txt#1");
    let page = well(&desk, &format!("explain out {}", text(&near, "id")));
    let start = format!(
        "{} is a copy of {} (near)\nfrom in/b.txt#1; left out whole; similarity {}\n",
        text(&near, "id"),
        text(&near, "duplicate_of"),
        near["similarity"]
    );
    assert!(page.starts_with(&start), "{page}");
    assert!(page.contains("Its representative: Ferry strike enters second week\n"), "{page}");
    assert!(page.contains("words alike … "), "{page}");
    assert!(page.contains("of [-ferry-] {+boat+} 12 [-met-] {+sat+} at pier 84."), "{page}");
    assert!(!page.contains('\u{1b}'), "plain in a pipe");
    let exact = of("in/c.txt#1");
    let page = well(&desk, &format!("explain out {}", text(&exact, "id")));
    assert!(page.contains("- Share on Facebook\n         share-bar (share_bar)\n"), "{page}");
    assert!(page.ends_with("The texts are the same.\n"), "{page}");
}

#[test]
fn explain_in_colour_where_it_is_wanted() {
    let desk = versions();
    let id = column(&desk.rows("out", "duplicates.jsonl"), "id").remove(0);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["explain", "out", &id])
        .current_dir(desk.path(""))
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains("\u{1b}[31m[-ferry-]\u{1b}[0m"), "{page}");
}

/// The rows of a CSV file, by the names of its columns.
fn csv_rows(bytes: &[u8]) -> Vec<std::collections::HashMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(Result::unwrap).collect()
}

/// Fills in the column `right` of a review.
fn judged(
    review: &str,
    judge: impl Fn(&std::collections::HashMap<String, String>) -> &'static str,
) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut reader = csv::Reader::from_reader(review.as_bytes());
    csv.write_record(reader.headers().unwrap()).unwrap();
    let rows = csv_rows(review.as_bytes());
    for (record, row) in reader.records().zip(rows) {
        let record = record.unwrap();
        let cells = std::iter::once(judge(&row)).chain(record.iter().skip(1));
        csv.write_record(cells).unwrap();
    }
    String::from_utf8(csv.into_inner().unwrap()).unwrap()
}

/// A run in `out` of four sources: footers, share bars and a line that a spreadsheet would run, and
/// near copies.
fn many() -> Desk {
    let desk = Desk::new();
    for source in 0..4 {
        for n in 0..12 {
            let name = ["Aldo", "Birte", "Cosmo", "Dagny"][source];
            let line = |line: usize| {
                format!(
                    "In week {n} {name} of pier {line} and {name}'s crew saw {} ships.",
                    n * 7 + line
                )
            };
            let body: Vec<String> = (0..9).map(line).collect();
            let story = format!(
                "Story {n} of paper {source}\n\n{}\n\nShare on Facebook\n\n\
                 =1+1 is how paper {source} ends every story that it prints.\n",
                body.join("\n\n")
            );
            desk.write(&format!("in/paper{source}/{n:02}.txt"), &story);
        }
        let copy = fs::read_to_string(desk.path(&format!("in/paper{source}/03.txt"))).unwrap();
        desk.write(
            &format!("in/paper{source}/copy.txt"),
            copy.replace("crew saw 25", "crew had 25"),
        );
    }
    assert_eq!(copydesk(&desk, "run in -o out -q").code, 0);
    desk
}

#[test]
fn a_review_is_balanced_and_the_same_each_time() {
    let desk = many();
    let review = well(&desk, "review out --sample 24");
    assert_eq!(review, well(&desk, "review out --sample 24"));
    let rows = csv_rows(review.as_bytes());
    let count = |key: &str, value: &str| rows.iter().filter(|row| row[key] == value).count();
    // Four near copies are all there are; the two rules share the rest.
    assert_eq!(
        (
            rows.len(),
            count("rule", "near"),
            count("rule", "share-bar"),
            count("rule", "boilerplate")
        ),
        (24, 4, 10, 10),
        "{review}"
    );
    for source in ["paper0", "paper1", "paper2", "paper3"] {
        let of_rule =
            rows.iter().filter(|row| row["source"] == source && row["rule"] == "share-bar").count();
        assert!((2..=3).contains(&of_rule), "{source}: {of_rule}");
    }
    for row in &rows {
        assert_eq!(row["right"], "");
        match &*row["kind"] {
            "copy" => {
                assert!(row["text"].contains("[-saw-] {+had+}"), "{row:?}");
                assert!(row["before"].starts_with("Story 3 of paper"), "{row:?}");
                assert!(row["similarity"].parse::<f64>().unwrap() > 0.8);
            }
            _ if row["rule"] == "share-bar" => {
                assert!(row["before"].ends_with("ships."), "{row:?}");
                assert!(
                    row["after"].starts_with("=1+1 is how") || row["after"].starts_with("'=1+1")
                );
            }
            _ => assert!(row["text"].starts_with("'=1+1 is how"), "guarded: {row:?}"),
        }
    }
}

#[test]
fn a_filled_in_review_is_scored_and_leads_to_a_keep() {
    let desk = many();
    let review = well(&desk, "review out --sample 24");
    let filled = judged(&review, |row| match &*row["rule"] {
        "share-bar" => "yes",
        "near" => "?",
        _ if row["source"] == "paper1" => "No",
        _ => "y",
    });
    // As a spreadsheet in another country saves it.
    let mut other = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(filled.as_bytes());
    reader.records().for_each(|row| other.write_record(&row.unwrap()).unwrap());
    desk.write("filled.csv", other.into_inner().unwrap());
    let score: serde_json::Value =
        serde_json::from_str(&well(&desk, "review out --score filled.csv --json")).unwrap();
    let rule = |name: &str| {
        let rows = score["rules"].as_array().unwrap();
        rows.iter().find(|row| row["rule"] == name).cloned().unwrap_or_default()
    };
    assert_eq!(
        (&rule("share-bar")["right"], &rule("share-bar")["judged"]),
        (&json!(10), &json!(10))
    );
    assert_eq!(rule("share-bar")["taken"], 48);
    let (right, judged) = (
        rule("boilerplate")["right"].as_u64().unwrap(),
        rule("boilerplate")["judged"].as_u64().unwrap(),
    );
    assert!(judged == 10 && (7..=8).contains(&right), "{right} of {judged}");
    assert_eq!((&rule("near"), &score["open"]), (&json!(null), &json!(4)));
    let page = well(&desk, "review out --score filled.csv");
    assert!(page.contains("72.2% to 100.0%"), "{page}");
    let keep: String = page.split_once("[keep]").map(|(_, rest)| format!("[keep]{rest}")).unwrap();
    assert!(
        keep.contains("\"=1+1 is how paper 1 ends every story that it prints.\", # boilerplate")
    );
    // What the page prints is a configuration, and it holds.
    desk.write("keep.toml", keep);
    well(&desk, "run in -o kept -q --config keep.toml");
    let texts = written(&desk, "kept");
    let with = texts.iter().filter(|text| text.contains("=1+1 is how paper 1")).count();
    assert_eq!(with, 12);
    assert!(well(&desk, "verify kept --all").ends_with("the run is whole\n"));

    let copies = judged_copies(&review);
    desk.write("copies.csv", copies);
    let page = well(&desk, "review out --score copies.csv");
    assert!(page.contains("Wrong copies") && page.contains("`--near 0.9"), "{page}");
}

fn judged_copies(review: &str) -> String {
    judged(review, |row| if row["kind"] == "copy" { "wrong" } else { "" })
}

#[test]
fn a_review_that_is_none_is_refused_by_line() {
    let desk = many();
    let review = well(&desk, "review out --sample 3");
    desk.write("odd.csv", judged(&review, |_| "perhaps"));
    refused(
        &desk,
        "review out --score odd.csv",
        "odd.csv:2: `perhaps` in the column `right`; write yes, no, or nothing",
    );
    desk.write("other.csv", "a,b\n1,2\n");
    refused(
        &desk,
        "review out --score other.csv",
        "other.csv: no column `right`; fill in a file that `copydesk review` wrote",
    );
    desk.write("in/paper1/02.txt", "Another story\n\nIt is short.\n");
    let done = copydesk(&desk, "review out --sample 200");
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        done.err.contains("in/paper1/02.txt: this input has changed since the run; what"),
        "{}",
        done.err
    );
    assert_eq!(csv_rows(done.out.as_bytes()).len(), 100);
}

#[test]
fn two_runs_are_compared_with_the_rules_that_made_the_difference() {
    let desk = shared();
    well(&desk, "run in -o before -q");
    well(&desk, "run in -o after -q --keep-text Share+on+Facebook --no-rule share-bar");
    let page = well(&desk, "report before after");
    assert!(page.contains("share-bar 1 -> 0"), "{page}");
    let json: serde_json::Value =
        serde_json::from_str(&well(&desk, "report before after --json")).unwrap();
    let changed = &json["changed"][0];
    assert_eq!(changed["what"], json!(["text"]));
    assert_eq!(changed["rules"], json!([{ "name": "share-bar", "before": 1, "after": 0 }]));
    let names: Vec<&str> =
        json["options"].as_array().unwrap().iter().map(|row| text(row, "name")).collect();
    assert_eq!(names, ["keep_texts", "no_rules"]);
}

#[test]
fn the_page_is_one_of_the_files_of_a_run() {
    let desk = many();
    let outputs = report(&desk, "out")["outputs"].clone();
    let row = outputs.as_array().unwrap().iter().find(|row| row["path"] == "report.html").cloned();
    let row = row.unwrap();
    let bytes = fs::read(desk.path("out/report.html")).unwrap();
    assert_eq!((&row["rows"], &row["bytes"]), (&json!(null), &json!(bytes.len())));
    assert_eq!(row["blake3"], blake3::hash(&bytes).to_hex().to_string());
    for line in ["run in -o one -q --threads 1 --memory 1M", "run in -o four -q --threads 4"] {
        well(&desk, line);
    }
    for other in ["one", "four"] {
        let other = fs::read(desk.path(other).join("report.html")).unwrap();
        assert!(other == bytes, "the same page for any threads and memory");
    }
    let page = String::from_utf8(bytes).unwrap();
    assert!(!page.contains("=\"http") && !page.contains("url("), "nothing is loaded");
    assert!(page.contains("Content-Security-Policy\" content=\"default-src"), "{}", &page[..600]);
    let changed = page.replacen("copydesk", "copydesc", 1);
    fs::write(desk.path("out/report.html"), changed).unwrap();
    let done = copydesk(&desk, "verify out");
    assert_eq!(done.code, 1);
    assert!(done.err.contains("report.html: changed since the run"), "{}", done.err);
}
