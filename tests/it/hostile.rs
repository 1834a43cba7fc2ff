//! Inputs and folders that change, lie or attack: nothing is lost in silence, nothing is written outside
//! the output folder, and nothing that a terminal obeys reaches it.

#![allow(clippy::unwrap_used)]

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use copydesk::error::{Error, ErrorKind};
use copydesk::ledger::{Reject, RejectReason};
use copydesk::observer::Observer;
use copydesk::options::Options;
use copydesk::pipeline;
use copydesk::read::{Limits, ReadOptions, Reader, find};
use serde_json::{Value, json};

use crate::desk::{Desk, text};

fn command(desk: &Desk, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
    command.args(args).current_dir(desk.path("")).stdin(Stdio::null());
    command
}

fn copydesk(desk: &Desk, args: &[&str]) -> Output {
    command(desk, args).output().unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

// Inputs that change.

/// Reads a file of 40,000 records, of which `change` makes another one after the first batch; returns
/// how many records came and the rejects of the file.
fn read_while(change: impl FnOnce(&Path)) -> (usize, Vec<Reject>) {
    let desk = Desk::new();
    let record = "{\"text\": \"Salt was sold on Monday.\"}\n";
    let path = desk.write("a.jsonl", record.repeat(40_000));
    let limits = Limits { batch_bytes: 1 << 16, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let found = find(std::slice::from_ref(&path), &options).unwrap();
    let mut reader = Reader::new(found.inputs, &options);
    let (mut records, mut rejects, mut failed) = (0, Vec::new(), false);
    let mut take = |batch: copydesk::read::Batch| {
        failed |= batch.finished.as_ref().is_some_and(|summary| summary.failed);
        batch.parse(&mut |dump| match dump {
            Err(reject) if reject.record.is_none() => rejects.push(reject),
            _ => records += 1,
        });
    };
    take(reader.next().unwrap());
    change(&path);
    reader.for_each(&mut take);
    assert_eq!(failed, !rejects.is_empty());
    (records, rejects)
}

#[test]
fn a_file_that_changes_while_it_is_read_is_named() {
    let check = |change: &dyn Fn(&Path), records: usize, reason: RejectReason, word: &str| {
        let (read, rejects) = read_while(change);
        assert_eq!((read, rejects.len()), (records, 1), "{rejects:?}");
        assert_eq!(rejects[0].reason, reason);
        assert!(rejects[0].detail.contains(word), "{}", rejects[0].detail);
    };
    let open = |path: &Path| OpenOptions::new().append(true).open(path).unwrap();
    let more = "{\"text\": \"Bread was baked.\"}\n";
    let grow = |path: &Path| open(path).write_all(more.as_bytes()).unwrap();
    check(&grow, 40_001, RejectReason::Unreadable, "grew from 1480000 to 1480029 bytes");
    let shrink = |path: &Path| open(path).set_len(37 * 30_000).unwrap();
    check(&shrink, 30_000, RejectReason::Truncated, "shrank from 1480000 to 1110000 bytes");
    let rewrite = |path: &Path| {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.write_all(&[b' '; 37]).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    };
    check(&rewrite, 40_000, RejectReason::Unreadable, "written to while it was read");
    // What was opened is read, whatever becomes of its name.
    let (read, rejects) = read_while(|path| fs::remove_file(path).unwrap());
    assert_eq!((read, rejects), (40_000, Vec::new()));
    let (read, rejects) = read_while(|_| ());
    assert_eq!((read, rejects), (40_000, Vec::new()));
}

#[test]
fn a_file_that_vanishes_before_it_is_opened_is_named() {
    let desk = Desk::new();
    desk.write("in/a.txt", "A story\n\nOf the tram and the harbor.\n");
    let path = desk.write("in/b.txt", "Another one\n\nOf the fair.\n");
    let options = ReadOptions::default();
    let found = find(&[desk.path("in")], &options).unwrap();
    fs::remove_file(path).unwrap();
    let mut seen = Vec::new();
    for batch in Reader::new(found.inputs, &options) {
        batch.parse(&mut |dump| seen.push(dump.map(drop).map_err(|reject| reject.reason)));
    }
    assert_eq!(seen, [Ok(()), Err(RejectReason::Unreadable)]);
}

// The output folder.

/// Does something when the phase of writing begins.
struct Meanwhile<F: Fn() + Sync>(F);

impl<F: Fn() + Sync> Observer for Meanwhile<F> {
    fn phase(&self, name: &str, _: u64) {
        if name == "writing" {
            (self.0)();
        }
    }
}

/// A run that meets `change` before it writes.
fn run_while(desk: &Desk, change: impl Fn() + Sync) -> Result<(), Error> {
    desk.write("in/a.txt", "A story\n\nOf the tram and the harbor.\n");
    let job = desk.job("in", "out", Options::default());
    pipeline::run(&job, &Meanwhile(change)).map(drop)
}

#[track_caller]
fn cannot_write(done: Result<(), Error>, place: &Path) {
    let error = done.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Write(_)), "{error}");
    assert!(error.place.starts_with(place.to_str().unwrap()), "{error}");
}

#[test]
fn an_output_folder_that_vanishes_is_an_error_that_names_it() {
    let desk = Desk::new();
    let out = desk.path("out");
    cannot_write(run_while(&desk, || fs::remove_dir_all(&out).unwrap()), &out);
    assert!(!out.exists());
    assert!(run_while(&desk, || ()).is_ok());
}

#[test]
fn nothing_is_written_into_what_was_put_in_the_folders_place() {
    let desk = Desk::new();
    let (out, elsewhere) = (desk.path("out"), desk.path("elsewhere"));
    fs::create_dir(&elsewhere).unwrap();
    let swap = || {
        fs::rename(&out, desk.path("moved")).unwrap();
        symlink(&elsewhere, &out).unwrap();
    };
    cannot_write(run_while(&desk, swap), &out);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    assert_eq!(fs::read_dir(desk.path("moved")).unwrap().count(), 0);
}

#[test]
fn a_panic_ends_a_run_and_leaves_no_trace() {
    let desk = Desk::new();
    let panics = || run_while(&desk, || panic!("a mistake of the test"));
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert!(!desk.path("out").exists());
    assert!(run_while(&desk, || ()).is_ok());
    let before = desk.files("out");
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert_eq!(desk.files("out"), before);
}

#[test]
fn an_id_never_becomes_a_path() {
    let desk = Desk::new();
    let ids = ["../escaped", "/tmp/escaped", "..", "a/b", "report.json", "\u{0}x", ""];
    let record = |id: &&str| json!({ "id": id, "text": format!("Salt of {id} was sold.") });
    let lines: String = ids.iter().map(|id| record(id).to_string() + "\n").collect();
    desk.write("in/a.jsonl", lines);
    assert!(
        copydesk(&desk, &["run", "in", "-o", "deep/out", "-q", "--duplicates", "keep"])
            .status
            .success()
    );
    assert_eq!(desk.rows("deep/out", "articles.jsonl").len(), ids.len());
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(desk.path(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!((names(""), names("deep")), (vec!["deep".into(), "in".into()], vec!["out".into()]));
    assert!(copydesk(&desk, &["explain", "deep/out", "../escaped"]).status.success());
}

// What a run must not read.

#[test]
fn the_output_of_a_run_is_not_read_as_an_input() {
    let desk = Desk::new();
    desk.write("in/a.txt", "A story\n\nOf the tram and the harbor.\n");
    assert!(copydesk(&desk, &["run", "in", "-o", "in/first", "-q"]).status.success());
    // Of a run that was killed.
    desk.write("in/second/.copydesk-articles.jsonl-7-0.tmp", "{\"text\": \"Half a record\"}\n");
    // A folder of somebody else that has a report too.
    desk.write("in/other/report.json", "{\"text\": \"A report of the harbor.\"}\n");
    let done = copydesk(&desk, &["run", "in", "-o", "out", "-q"]);
    let said =
        "copydesk: in/first: the output of a run, not read; give it as an argument to read it\n";
    assert_eq!((done.status.code(), &*err(&done)), (Some(0), said));
    let articles = desk.rows("out", "articles.jsonl");
    let dumps: Vec<&str> = articles.iter().map(|row| text(row, "dump")).collect();
    assert_eq!(dumps, ["in/a.txt#1", "in/other/report.json#1"]);
    // Whoever names it gets it.
    let done = copydesk(&desk, &["run", "in/first/articles.jsonl", "-o", "out", "-q"]);
    assert_eq!((done.status.code(), &*err(&done)), (Some(0), ""));
}

#[test]
fn a_file_that_is_written_is_not_read() {
    let desk = Desk::new();
    desk.write("in/a.txt", "A story\n\nOf the tram and the harbor.\n");
    let out = desk.write("in/out.jsonl", "");
    let clean = |input: &str| {
        let stdout = OpenOptions::new().append(true).open(&out).unwrap();
        command(&desk, &["clean", input]).stdout(stdout).output().unwrap()
    };
    let done = clean("in");
    assert_eq!((done.status.code(), &*err(&done)), (Some(0), ""));
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 1);
    let done = clean("in/out.jsonl");
    let said = "copydesk: in/out.jsonl: this is where the output goes; write to another file\n";
    assert_eq!((done.status.code(), &*err(&done)), (Some(2), said));
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 1);
}

#[test]
fn standard_input_that_the_run_would_replace_is_refused() {
    let desk = Desk::new();
    desk.write("in/a.txt", "A story\n\nOf the tram and the harbor.\n");
    assert!(copydesk(&desk, &["run", "in", "-o", "out", "-q"]).status.success());
    let before = desk.files("out");
    let stdin = fs::File::open(desk.path("out/articles.jsonl")).unwrap();
    let done = command(&desk, &["run", "-", "-o", "out"]).stdin(stdin).output().unwrap();
    assert_eq!(done.status.code(), Some(2), "{}", err(&done));
    assert!(err(&done).starts_with("copydesk: out/articles.jsonl: this is an input"));
    assert_eq!(desk.files("out"), before);
}

// Limits.

/// `bytes` in a file, read with `flags`: these rejects, as `record:reason` and a part of the detail,
/// this exit code, and a run that is whole.
#[track_caller]
fn check_limit(name: &str, bytes: &str, max: &str, written: usize, row: (&str, &str), code: i32) {
    let desk = Desk::new();
    desk.write(&format!("in/{name}"), bytes);
    let done = copydesk(&desk, &["run", "in", "-o", "out", "-q", "--max", max]);
    assert_eq!(done.status.code(), Some(code), "{}", err(&done));
    let rejects = desk.rows("out", "rejects.jsonl");
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    let record = rejects[0]["record"].as_u64().map_or("file".to_owned(), |n| n.to_string());
    assert_eq!(format!("{record}:{}", text(&rejects[0], "reason")), row.0);
    let detail = text(&rejects[0], "detail");
    let flag = format!("--max {}=", max.split('=').next().unwrap());
    assert!(detail.contains(row.1) && detail.contains(&flag), "{detail}");
    assert_eq!(desk.rows("out", "articles.jsonl").len(), written);
    let verified = copydesk(&desk, &["verify", "out"]);
    assert_eq!((verified.status.code(), &*err(&verified)), (Some(0), ""));
    let cleaned = copydesk(&desk, &["clean", "in", "--max", max]);
    assert_eq!(cleaned.status.code(), Some(code), "{}", err(&cleaned));
    let lines = String::from_utf8(cleaned.stdout).unwrap().lines().count();
    assert_eq!(lines, written);
    // Without the flag nothing is wrong.
    let done = copydesk(&desk, &["run", "in", "-o", "out", "-q"]);
    assert_eq!((done.status.code(), &*err(&done)), (Some(0), ""));
    let report: Value =
        serde_json::from_slice(&fs::read(desk.path("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["options"]["limits"]["record"], 128 << 20);
}

#[test]
fn every_limit_is_named_and_can_be_raised() {
    let record = |text: &str| json!({ "text": text, "n": [[1]] }).to_string() + "\n";
    let long = "Salt was sold on all days of the week. ".repeat(40);
    let lines = [record("Bread was sold."), record(&long), record("Honey was sold.")].concat();
    check_limit("a.jsonl", &lines, "record=1K", 2, ("2:too_large", "more than 1024 bytes"), 0);
    check_limit("a.jsonl", &lines, "line=1K", 2, ("2:too_large", "line 1 of its text has"), 0);
    let deep = [record("Bread was sold."), "{\"text\":\"b\",\"n\":[[[1]]]}\n".to_owned()].concat();
    check_limit("a.jsonl", &deep, "nesting=3", 1, ("2:too_deep", "deeper than 3 levels"), 0);
    let table = format!("id,text\n1,Bread was sold.\n2,{long}\n");
    check_limit("a.csv", &table, "record=1K", 1, ("2:too_large", "more than 1024 bytes"), 0);
    let story = |of: &str, more: &str| {
        format!(
            "A headline about {of}\n\n{of} was sold at the fair on Monday morning.{more}\n\n\n\n\n"
        )
    };
    let many = [record("Bread was sold."), record("Salt\r\n\nwas\rsold\r\non\nMonday.")].concat();
    let stories = [story("Bread", ""), story("Salt", &long), story("Honey", "")].concat();
    check_limit(
        "a.txt",
        &stories,
        "line=1K",
        2,
        ("2:too_large", "of its text has more than 1024 bytes"),
        0,
    );
    let two = [story("Bread", "\n\nIt was good."), story("Salt", "")].concat();
    check_limit("a.txt", &two, "blocks=2", 1, ("1:too_large", "more than 2 blocks"), 0);
    check_limit("a.txt", &stories, "lines=9", 0, ("file:too_large", "more than 9 lines"), 1);
    check_limit("a.jsonl", &many, "lines=3", 1, ("2:too_large", "more than 3 lines"), 0);
    check_limit("a.txt", &stories, "articles=2", 2, ("file:too_large", "more than 2 articles"), 1);
    check_limit("a.txt", &stories, "text=1K", 0, ("file:too_large", "more than 1024 bytes"), 1);
}

#[test]
fn a_high_expansion_is_named_and_can_be_raised() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt.zst");
    let text = "Salt was sold on Monday.\n".repeat(100_000);
    fs::write(&path, zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
    for (expansion, is_bomb) in [(50, true), (1_000_000, false)] {
        let set = copydesk::options::Limits { expansion, ..Default::default() };
        let limits = Limits { expansion_free_bytes: 1 << 16, ..Limits::from(&set) };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let found = find(std::slice::from_ref(&path), &options).unwrap();
        let mut bombs = Vec::new();
        for batch in Reader::new(found.inputs, &options) {
            batch.parse(&mut |dump| bombs.extend(dump.err()));
        }
        let expected = "expands more than 50 : 1";
        let named = |reject: &Reject| {
            reject.reason == RejectReason::Bomb
                && reject.detail.contains(expected)
                && reject.detail.contains("--max expansion=N")
        };
        assert_eq!(
            (bombs.len(), bombs.iter().all(named)),
            (usize::from(is_bomb), true),
            "{bombs:?}"
        );
    }
}

// Terminals.

/// What a terminal would obey, from wherever it can come: none of it may be printed.
#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    const EVIL: &str = "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{7f}\u{8}\r";
    let desk = Desk::new();
    let name = |word: &str| format!("in/{word}{EVIL}.jsonl");
    let record = |id: &str, text: &str| {
        json!({ "id": format!("{id}{EVIL}"), "title": format!("Salt {EVIL}"), "source": EVIL,
            "text": format!("{text} {EVIL} was sold.\n\nShare on Facebook\n\nNobody knows why."),
            "author": EVIL, "url": EVIL, EVIL: EVIL })
        .to_string()
            + "\n"
    };
    desk.write(
        &name("a"),
        [record("1", "Salt"), record("2", "Bread"), "{\u{1b}\n".into()].concat(),
    );
    desk.write(&format!("in/{EVIL}.csv"), format!("text{EVIL},{EVIL}\n1,2\n"));
    desk.write(
        &format!("in/{EVIL}.txt"),
        format!("Headline {EVIL}\n\nThe story {EVIL} is short.\n"),
    );
    symlink("nowhere", desk.path(&format!("in/link{EVIL}"))).unwrap();
    let out = format!("out{EVIL}");
    let id = format!("1{EVIL}");
    let bad_flag = format!("--max={EVIL}");
    fs::write(desk.path("config.toml"), format!("{EVIL} = 1")).unwrap();
    let runs: &[(&[&str], i32)] = &[
        (&["run", "in", "-o", &out, "--progress", "always"], 1),
        (&["run", "in", "-o", "second", "--duplicates", "keep", "--no-rule", "share-bar"], 1),
        (&["report", &out], 0),
        (&["report", &out, "second"], 0),
        (&["explain", &out, &id], 0),
        (&["explain", &out, EVIL], 2),
        (&["verify", &out], 0),
        (&["run", EVIL], 2),
        (&["run", "in", &bad_flag], 2),
        (&["run", "in", "--no-rule", EVIL], 2),
        (&["run", "in", "--config", "config.toml"], 2),
        (&["run", "in", "-o", &name("a")], 2),
        (&["rules", EVIL], 2),
        (&[EVIL], 2),
    ];
    let check = |args: &[&str], code: i32| {
        let done = copydesk(&desk, args);
        for stream in [&done.stdout, &done.stderr] {
            let shown = String::from_utf8(stream.clone()).unwrap();
            let obeyed = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            assert!(!shown.contains(obeyed), "{args:?}: {shown:?}");
        }
        assert_eq!(done.status.code(), Some(code), "{args:?}: {}", err(&done));
    };
    for (args, code) in runs {
        check(args, *code);
    }
    // A folder whose rows a stranger has changed.
    for file in ["removals.jsonl", "duplicates.jsonl", "articles.jsonl"] {
        let path = desk.path(&out).join(file);
        let rows = fs::read_to_string(&path).unwrap();
        let evil =
            rows.replace("share-bar", "\\u001b[2J\\u009b").replace("share_bar", "\\u001b[2J");
        fs::write(&path, evil).unwrap();
    }
    check(&["explain", &out, &id], 0);
    check(&["verify", &out], 1);
}
