//! How people check a run: what is kept by configuration, `explain`, `report`, `review`.

use serde_json::json;

use crate::cli::{STORY, column, copydesk, refused, report, well};
use crate::desk::{Desk, text};

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

/// Twelve stories of one source with a footer and a line that recurs with other dates.
fn with_footer() -> (Desk, &'static str) {
    let desk = Desk::new();
    let footer = "The salt post of the northern valleys is printed by the bakers of Larsa.";
    for n in 0..12 {
        let story = format!(
            "Story {n} of the valley\n\nOn day {n} the bell rang {n} times over the mill.\n\n\
             {footer}\n\nSet by the night desk on {} May 2023\n",
            n + 1
        );
        desk.write(&format!("in/{n:02}.txt"), story);
    }
    (desk, footer)
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
