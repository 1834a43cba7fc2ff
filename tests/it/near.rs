//! Near and contained copies, from the records to the rows.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use copydesk::dedupe::near::Shingles;
use copydesk::inspect;
use copydesk::options::{Duplicates, Extent, Keep, Options};
use copydesk::report::Report;
use serde_json::{Value, json};

use crate::desk::{Desk, Listener, text};

/// Sentences of so many words each, no two alike, that begin at `from`.
fn sentences(from: usize, count: usize) -> Vec<String> {
    const WORDS: [&str; 12] = [
        "ferry", "harbour", "winter", "letter", "baker", "council", "bridge", "orchard", "tram",
        "lantern", "meadow", "river",
    ];
    let word = |n: usize| format!("{}{}", WORDS[n * 7 % 12], n * 2_654_435_761 % 9973);
    let sentence = |n: usize| {
        let words: Vec<String> = (0..14).map(|at| word(n * 14 + at)).collect();
        format!("The {} said.", words.join(" "))
    };
    (from..from + count).map(sentence).collect()
}

/// `text` with every twentieth word another one.
fn corrected(text: &str) -> String {
    let word = |(at, word): (usize, &str)| {
        if at % 20 == 7 { format!("corrected{at}") } else { word.to_owned() }
    };
    text.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

fn record(id: &str, source: &str, published: &str, text: &str) -> Value {
    json!({ "id": id, "title": format!("Story {id}"), "source": source, "date": published,
        "text": text })
}

/// A story, its copies of every kind, and what is none.
fn records() -> Vec<Value> {
    let story = sentences(0, 20).join("\n");
    let update = [&sentences(0, 10)[..], &sentences(100, 10)].concat().join("\n");
    let below = [&sentences(0, 15)[..], &sentences(200, 6)].concat().join("\n");
    let brief = sentences(300, 1).join("\n");
    vec![
        record("story", "a.example", "2024-05-01", &story),
        record("exact", "b.example", "2024-05-02", &story),
        record("near", "c.example", "2024-05-03", &corrected(&story)),
        record("part", "d.example", "2024-05-04", &sentences(3, 6).join("\n")),
        record("update", "e.example", "2024-05-05", &update),
        record("below", "f.example", "2024-05-06", &below),
        record("brief", "g.example", "2024-05-07", &brief),
        record("other brief", "h.example", "2024-05-08", &brief),
        record("unrelated", "i.example", "2024-05-09", &sentences(400, 12).join("\n")),
    ]
}

fn run(desk: &Desk, records: &[Value], options: Options) -> Report {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    desk.write("in.jsonl", lines.join("\n") + "\n");
    desk.run("in.jsonl", "out", options)
}

fn ids(desk: &Desk, name: &str) -> Vec<String> {
    desk.rows("out", name).iter().map(|row| text(row, "id").to_owned()).collect()
}

#[test]
fn copies_of_each_kind_are_named_and_the_rest_stays() {
    let desk = Desk::new();
    let report = run(&desk, &records(), Options::default());
    let rows = desk.rows("out", "duplicates.jsonl");
    let kinds: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|row| (text(row, "id"), text(row, "kind"), text(row, "duplicate_of")))
        .collect();
    let expected =
        [("exact", "exact", "story"), ("near", "near", "story"), ("part", "contained", "story")];
    assert_eq!(kinds, expected);
    assert_eq!((report.totals.exact, report.totals.near, report.totals.contained), (1, 1, 1));
    let near = rows[1]["similarity"].as_f64().unwrap();
    assert!((0.8..0.9).contains(&near), "{near}");
    assert_eq!(rows[2]["similarity"], 1.0);
    let articles = desk.rows("out", "articles.jsonl");
    let copies: Vec<u64> = articles.iter().map(|row| row["copies"].as_u64().unwrap()).collect();
    assert_eq!(ids(&desk, "articles.jsonl")[..3], ["story", "update", "below"]);
    assert_eq!(copies, [3, 0, 0, 0, 0, 0]);
    // The update stays, and the report says what it shares; what is a little below is named.
    let shared = report.repeated_paragraphs.iter().filter(|row| row.articles >= 4).count();
    assert!(shared >= 10, "{shared}");
    let misses: Vec<(&str, &str)> =
        report.near_misses.iter().map(|miss| (&*miss.id, &*miss.other)).collect();
    assert_eq!(misses, [("below", "story")]);
    assert!((0.65..0.8).contains(&report.near_misses[0].similarity));
}

#[test]
fn copies_are_left_out_marked_or_not_looked_for() {
    for (duplicates, written, copies) in
        [(Duplicates::Drop, 6, 3), (Duplicates::Mark, 9, 3), (Duplicates::Keep, 9, 0)]
    {
        let desk = Desk::new();
        run(&desk, &records(), Options { duplicates, ..Options::default() });
        let rows = desk.rows("out", "articles.jsonl");
        let marked = rows.iter().filter(|row| row["duplicate_of"] == "story").count();
        assert_eq!((rows.len(), ids(&desk, "duplicates.jsonl").len()), (written, copies));
        assert_eq!(marked, if duplicates == Duplicates::Mark { 3 } else { 0 });
    }
    let desk = Desk::new();
    let report = run(&desk, &records(), Options { near: None, ..Options::default() });
    assert_eq!((report.totals.exact, report.totals.duplicates), (1, 1));
}

#[test]
fn what_stays_depends_on_what_articles_are_not_on_where_they_stand() {
    let mut records = records();
    // Exact copies that differ in nothing that a rule asks for.
    for source in ["x.example", "y.example", "z.example"] {
        let id = format!("same {source}");
        records.push(record(&id, source, "2024-05-01", &sentences(500, 9).join("\n")));
        let version = corrected(&sentences(500, 9).join("\n"));
        records.push(record(&format!("new {source}"), source, "2024-05-01", &version));
    }
    for keep in [Keep::Longest, Keep::Newest] {
        let mut found = BTreeSet::new();
        for turn in 0..records.len() {
            records.rotate_left(turn);
            records.swap(0, turn);
            let desk = Desk::new();
            run(&desk, &records, Options { keep, ..Options::default() });
            let mut stays = ids(&desk, "articles.jsonl");
            stays.sort();
            found.insert(stays);
        }
        assert_eq!(found.len(), 1, "{keep}: {found:?}");
    }
}

#[test]
fn similarities_are_measured_again_and_a_wrong_one_is_named() {
    let desk = Desk::new();
    for duplicates in [Duplicates::Drop, Duplicates::Mark] {
        run(&desk, &records(), Options { duplicates, ..Options::default() });
        let (listener, mut page) = (Listener::default(), Vec::new());
        let out = desk.path("out");
        assert!(inspect::verify(&out, Extent::Sample, &mut page, &listener).unwrap());
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("similarities: 2 of 2 chosen"), "{page}");
        // A row that claims more than is so.
        let path = desk.path("out/duplicates.jsonl");
        let rows = std::fs::read_to_string(&path).unwrap();
        let similarity = desk.rows("out", "duplicates.jsonl")[1]["similarity"].to_string();
        std::fs::write(&path, rows.replace(&similarity, "0.987654")).unwrap();
        assert!(!inspect::verify(&out, Extent::All, &mut Vec::new(), &listener).unwrap());
        let problems = listener.0.into_inner().unwrap();
        let of_it = format!("its similarity is {similarity}, and not 0.987654");
        assert!(problems.iter().any(|problem| problem.ends_with(&of_it)), "{problems:?}");
    }
}

#[test]
fn mastheads_with_leads_and_footers_of_their_own_hide_no_copy() {
    let desk = Desk::new();
    let mut records = Vec::new();
    for story in 0..30 {
        let wire = sentences(1_000 + story * 30, 12);
        for paper in ["north", "south", "east", "west"] {
            let mut body = wire.clone();
            // Each paper breaks the story into paragraphs of its own, as some print it in one.
            if paper == "east" {
                body = wire.chunks(3).map(|three| three.join(" ")).collect();
            }
            body.insert(0, format!("Subscribe to the {paper} paper for news of the {paper}."));
            body.push(format!(
                "The {paper} paper has been printed since 1902, all rights reserved."
            ));
            let id = format!("{story} {paper}");
            records.push(record(&id, paper, "2024-05-01", &body.join("\n")));
        }
    }
    let report = run(&desk, &records, Options::default());
    assert_eq!((report.totals.written, report.totals.duplicates), (30, 90), "{:?}", report.totals);
    for row in desk.rows("out", "duplicates.jsonl") {
        let story = |id: &str| id.split(' ').next().unwrap().to_owned();
        assert_eq!(story(text(&row, "id")), story(text(&row, "duplicate_of")));
    }
}

#[test]
fn the_measure_is_as_the_docs_say() {
    let story = sentences(0, 20).join(" ");
    let own = Shingles::of(&story);
    let near = own.compare(&Shingles::of(&corrected(&story)));
    assert!(near.similarity > 0.8, "{near:?}");
    let update = [&sentences(0, 10)[..], &sentences(100, 10)].concat().join(" ");
    let half = own.compare(&Shingles::of(&update));
    assert!((0.4..0.6).contains(&half.similarity), "{half:?}");
}
