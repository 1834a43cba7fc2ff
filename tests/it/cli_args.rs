//! The command line around the pipeline: help, flags, configuration, messages, reports.
#![allow(clippy::unwrap_used, clippy::too_many_lines)]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use copydesk::cli::args::{self, Plan, ProgressMode};
use copydesk::cli::diff::{self, Changed, CountChange, Moved};
use copydesk::cli::messages::{Exit, LINE_BYTES_MAX, LINES_MAX, Messages};
use copydesk::cli::rules::{self, RuleDoc};
use copydesk::cli::summary::summary;
use copydesk::cli::table::Look;
use copydesk::cli::{self, docs, report as report_page};
use copydesk::error::{Error, ErrorKind};
use copydesk::ledger::{Reason, RejectReason};
use copydesk::options::{
    Compression, Duplicates, Emit, Format, Keep, Limits, MaxRejects, Options, Paragraphs, Split,
};
use copydesk::report::{
    ClusterRow, Input, LIST_ROWS_MAX, ListTotals, NearMiss, Output, Phase, ReasonRow, RejectRow,
    RepeatedParagraph, Report, RuleRow, SCHEMA_VERSION, SourceRow, Timings, Totals,
};

const PLAIN: Look = Look { is_rich: false };

// Help and docs.

#[test]
fn every_command_and_flag_is_explained() {
    let mut root = args::command();
    root.build();
    let text = |help: Option<&clap::builder::StyledStr>| help.map(ToString::to_string);
    for command in docs::commands(&root) {
        let name = command.get_name();
        assert!(text(command.get_about()).is_some_and(|about| !about.is_empty()), "{name}");
        let long = text(command.get_long_about()).unwrap_or_default();
        assert!(long.contains("Example: `") || name == "schema", "{name} has no example");
        for arg in command.get_arguments().filter(|arg| arg.get_id() != "help") {
            let short = text(arg.get_help()).unwrap_or_default();
            assert!(!short.is_empty(), "{name}: {arg}");
            if arg.is_positional() && name != "run" {
                continue;
            }
            let long = text(arg.get_long_help()).unwrap_or_default();
            assert!(long.contains("Example: `"), "{name}: {arg} has no example");
            if matches!(name, "run" | "clean") {
                assert!(short.contains("[default: "), "{name}: {arg} names no default");
            }
        }
    }
}

#[test]
fn the_help_teaches() {
    for flag in ["-h", "--help"] {
        let (code, out, err) = copydesk(&[flag]);
        assert_eq!((code, err.as_str()), (0, ""));
        for part in ["Examples:", "Exit codes:", "--threads", "explain", "dumps/"] {
            assert!(out.contains(part), "{flag}: {part}");
        }
    }
    for name in ["run", "clean", "explain", "report", "verify", "rules", "schema", "completions"] {
        let (code, out, _) = copydesk(&[name, "--help"]);
        assert!(code == 0 && out.contains(&format!("Usage: copydesk {name}")), "{name}");
    }
    let (code, out, _) = copydesk(&["--version"]);
    assert_eq!((code, out), (0, format!("copydesk {}\n", env!("CARGO_PKG_VERSION"))));
}

/// `UPDATE_DOCS=1 cargo test --test it cli_args` writes the file.
#[test]
fn the_docs_are_the_help() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let markdown = docs::markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &markdown).unwrap();
    }
    let on_disk = fs::read_to_string(&path).unwrap_or_default();
    assert!(on_disk == markdown, "docs/cli.md is old: UPDATE_DOCS=1 cargo test --test it cli_args");
}

#[test]
fn scripts_and_the_man_page_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, out, _) = copydesk(&["completions", shell]);
        assert!(code == 0 && out.contains("max-rejects"), "{shell}");
    }
    let (code, out, _) = copydesk(&["man"]);
    assert!(code == 0 && out.contains(".TH copydesk"));
}

// Usage errors.

#[test]
fn a_wrong_command_line_is_one_line_with_the_remedy() {
    let check = |line: &str, message: &str| {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let (code, out, err) = copydesk(&words);
        assert_eq!(err, format!("copydesk: {message}\n"), "{line}");
        assert_eq!((code, out.as_str()), (2, ""), "{line}");
    };
    check("--thread 3", "no flag --thread: did you mean --threads?");
    check("run --zebra", "no flag --zebra; `copydesk run --help` lists all");
    check("--from", "--from <FORMAT> needs a value: one of auto, text, jsonl, json, csv, tsv");
    check(
        "--from txt",
        "`txt` for --from <FORMAT>: did you mean `text`? one of auto, text, jsonl, json, csv, tsv",
    );
    check("--compress rar", "`rar` for --compress <HOW>: give one of none, gz, zst");
    check("--emit jsonl,xml", "`xml` for --emit <FORMATS>: give one of jsonl, csv");
    check("--memory lots", "--memory <SIZE>: `lots` is no size; write one as 512M, 2G or 1.5GiB");
    check("--max-rejects 101%", "--max-rejects <N|P%>: `101%` is not between 0% and 100%");
    check(
        "--near high",
        "--near <THRESHOLD>: `high` is no threshold; write a number above 0.5 up to 1, or `off`",
    );
    check(
        "--field body=text",
        "--field <NAME=COLUMN>: `body` is no field; one of id, source, url, title, text, \
         published, byline, dateline, language",
    );
    check("--limit 0", "--limit <N>: `0` is no number of records; give 1 or more");
    check(
        "--threads 9999",
        "--threads <N>: `9999` is no number of threads; give 1 to 1024, or 0 for one a core",
    );
    check("explain out", "missing <ID>; write it as: copydesk explain <DIR> <ID>");
    check("report a b c", "`c` is one argument too many; see `copydesk report --help`");
    check("clean -o out", "no flag -o; `copydesk clean --help` lists all");
    check("-o out run in", "run: a command comes before its flags; write ./run if it is a path");
    check("verfy out", "verfy: no such file or folder; did you mean the command `verify`?");
    check("no-such-file", "no-such-file: no such file or folder; check its name");
    check("", "input: no such folder; put the dumps there, or name them: copydesk run FILE");
    check("- -", "-: standard input can be read only once; name it once");
    check("--files-from - -", "-: the list and an input cannot both be standard input");
    check("--exclude [ .", "--exclude [: no pattern: unclosed character class; missing ']'");
    check(
        "report no-such-run",
        "no-such-run/report.json: no such file, so there is no finished run; name the output \
         folder of one",
    );
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    let (code, _, err) = copydesk(&["run", "no\x1b[2J\u{202e}file\n"]);
    let safe = "no\\u{1b}[2J\\u{202e}file\\n";
    assert_eq!(err, format!("copydesk: {safe}: no such file or folder; check its name\n"));
    assert_eq!(code, 2);
}

// Arguments to plan.

#[test]
fn run_is_the_command_when_none_is_named() {
    let check = |line: &str| {
        let named = plan(&format!("run {line}"));
        assert_eq!(plan(line), named, "{line}");
        named
    };
    assert_eq!(
        check(""),
        Plan {
            inputs: vec!["input".into()],
            output: "output".into(),
            options: Options::default(),
            progress: ProgressMode::Auto,
            quiet: false,
        }
    );
    assert_eq!(check("--threads 2").options.threads, 2);
    let plan = check("-o out in.txt more/ -q");
    assert_eq!(plan.inputs, paths(&["in.txt", "more/"]));
    assert_eq!((plan.output, plan.quiet), (PathBuf::from("out"), true));
    assert_eq!(plan.progress, ProgressMode::Never);
    assert_eq!(check("./run -").inputs, paths(&["./run", "-"]));
}

#[test]
fn every_flag_reaches_its_option() {
    let plan = plan(
        "run a --from csv --split never --field text=Body --field id=Key --near off --keep newest \
         --duplicates mark --paragraphs global --no-rule nav --no-rule nav --threads 3 \
         --memory 1.5G --emit csv,csv --compress zst --csv-raw --exclude *.log --limit 7 --strict \
         --max-rejects 2% --progress never --max record=1M --max articles=9 -qo out",
    );
    let options = Options {
        from: Format::Csv,
        split: Split::Never,
        fields: vec![("text".into(), "Body".into()), ("id".into(), "Key".into())],
        near: None,
        keep: Keep::Newest,
        duplicates: Duplicates::Mark,
        paragraphs: Paragraphs::Global,
        no_rules: vec!["nav".into()],
        model: None,
        keep_list: None,
        threads: 3,
        memory: Some(3 << 29),
        emit: vec![Emit::Csv],
        compress: Compression::Zst,
        csv_raw: true,
        exclude: vec!["*.log".into()],
        limit: Some(7),
        strict: true,
        max_rejects: Some(MaxRejects::Percent(2.0)),
        limits: Limits { record: 1 << 20, articles: 9, ..Limits::default() },
    };
    assert_eq!(
        plan,
        Plan {
            inputs: paths(&["a"]),
            output: "out".into(),
            options,
            progress: ProgressMode::Never,
            quiet: true,
        }
    );
}

#[test]
fn clean_is_run_without_the_corpus() {
    let plan = plan("clean a --threads 2");
    let options = Options {
        duplicates: Duplicates::Keep,
        paragraphs: Paragraphs::Off,
        near: None,
        emit: vec![Emit::Jsonl],
        threads: 2,
        ..Options::default()
    };
    assert_eq!((plan.inputs, plan.options), (paths(&["a"]), options));
}

#[test]
fn the_last_of_two_flags_counts() {
    assert_eq!(plan("--threads 2 --threads 3").options.threads, 3);
    assert!(!plan("--strict --strict=false").options.strict);
}

#[test]
fn a_list_of_inputs_adds_to_those_named() {
    let folder = tempfile::tempdir().unwrap();
    let check = |bytes: &[u8], inputs: &str, expected: &[&str]| {
        let list = folder.path().join("list");
        fs::write(&list, bytes).unwrap();
        let plan = plan(&format!("run {inputs} --files-from {}", list.display()));
        assert_eq!(plan.inputs, paths(expected));
    };
    check(b"a b\n\nc\r\nd", "", &["a b", "c", "d"]);
    check(b"a\nb\0c d\0", "x", &["x", "a\nb", "c d"]);
    check(b"", "x", &["x"]);
    let list = folder.path().join("empty");
    fs::write(&list, "\n\n").unwrap();
    let message = plan_error(&format!("run --files-from {}", list.display()));
    assert_eq!(
        message,
        format!("{}: the list names no path; put one on each line", list.display())
    );
}

#[test]
fn the_command_line_wins_over_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let config = write(
        folder.path(),
        "c.toml",
        r#"
        input = ["a", "-b"]
        output = "from-config"
        threads = 4
        memory = "1G"
        max-rejects = 3
        strict = true
        exclude = ["*.log", "*.tmp"]
        near = "off"
        emit = ["csv"]
        compress = "gz"
        [field]
        title = "Head"
        text = "Body"
        "#,
    );
    let alone = plan(&format!("--config {config}"));
    assert_eq!(alone.inputs, paths(&["a", "-b"]));
    assert_eq!(alone.output, PathBuf::from("from-config"));
    let options = Options {
        threads: 4,
        memory: Some(1 << 30),
        max_rejects: Some(MaxRejects::Count(3)),
        strict: true,
        exclude: vec!["*.log".into(), "*.tmp".into()],
        emit: vec![Emit::Csv],
        compress: Compression::Gz,
        near: None,
        fields: vec![("title".into(), "Head".into()), ("text".into(), "Body".into())],
        ..Options::default()
    };
    assert_eq!(alone.options, options);

    let mixed = plan(&format!(
        "run x --config {config} --threads 1 --exclude *.bak --strict=false --emit jsonl -o out"
    ));
    assert_eq!(mixed.inputs, paths(&["x"]));
    assert_eq!(mixed.output, PathBuf::from("out"));
    let options = Options {
        threads: 1,
        exclude: vec!["*.bak".into()],
        strict: false,
        emit: vec![Emit::Jsonl],
        ..options
    };
    assert_eq!(mixed.options, options);

    // One file serves both commands.
    let clean = plan(&format!("clean --config {config}"));
    assert_eq!((clean.inputs, clean.options.threads), (paths(&["a", "-b"]), 4));
    assert_eq!(clean.options.paragraphs, Paragraphs::Off);
}

#[test]
fn a_wrong_configuration_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str, line: &str, message: &str| {
        let config = write(folder.path(), "c.toml", text);
        let place = format!("{config}{line}: ");
        assert_eq!(plan_error(&format!("--config {config}")), place + message, "{text}");
    };
    check("threads = 2\nthread = 3", ":2", "no key `thread`: did you mean `threads`?");
    check("csv_raw = true", ":1", "no key `csv_raw`: did you mean `csv-raw`?");
    check("\n\nconfig = 'x'", ":3", NO_KEY_CONFIG);
    check("from = 'xls'", ":1", FROM_XLS);
    check("memory = true", ":1", "`memory` cannot be a boolean");
    check("strict = 'yes'", ":1", "`strict` is true or false");
    check("threads = [1, 2]", ":1", "`threads` takes one value, not a list");
    check("exclude = [1979-05-27]", ":1", "`exclude` cannot be a datetime");
    check("field = 'x=y'", ":1", FIELD_X);
    check("a = 1\na = 2", ":2", "no TOML: duplicate key");
    let missing = folder.path().join("missing.toml").display().to_string();
    assert!(plan_error(&format!("--config {missing}")).ends_with("with --config FILE"));
}

const NO_KEY_CONFIG: &str = "no key `config`; one of input, from, split, field, files-from, \
    exclude, limit, max, output, emit, compress, csv-raw, no-rule, keep-text, keep-pattern, model, paragraphs, near, keep, duplicates, \
    memory, strict, max-rejects, threads, progress, quiet";
const FROM_XLS: &str = "`xls` for --from <FORMAT>: give one of auto, text, jsonl, json, csv, tsv";
const FIELD_X: &str = "--field <NAME=COLUMN>: `x` is no field; one of id, source, url, title, \
    text, published, byline, dateline, language";

// Messages and exit codes.

#[test]
fn messages_stop_at_twenty_lines() {
    let lines = |problems: usize| {
        let (messages, printed) = recorder();
        for number in 1..=problems {
            messages.problem("f", &number.to_string());
        }
        drop(messages);
        Arc::try_unwrap(printed).unwrap().into_inner().unwrap()
    };
    assert_eq!(lines(0), Vec::<String>::new());
    assert_eq!(lines(1), ["copydesk: f: 1\n"]);
    assert_eq!(lines(LINES_MAX).len(), LINES_MAX);
    assert_eq!(lines(LINES_MAX)[LINES_MAX - 1], "copydesk: f: 20\n");
    for problems in [LINES_MAX + 1, 1000] {
        let lines = lines(problems);
        assert_eq!(lines.len(), LINES_MAX);
        assert_eq!(lines[LINES_MAX - 2], "copydesk: f: 19\n");
        assert_eq!(lines[LINES_MAX - 1], format!("copydesk: … and {} more\n", problems - 19));
    }
    let (messages, printed) = recorder();
    messages.lift_limit();
    (0..50).for_each(|_| messages.problem("", "x"));
    drop(messages);
    assert_eq!(printed.lock().unwrap().len(), 50);
}

#[test]
fn messages_are_short_and_safe() {
    let (messages, printed) = recorder();
    messages.problem("a\nb:1", "c\x1b[0m\u{2028}");
    messages.problem(&"é".repeat(3000), "the remedy");
    messages.problem("f", &"ü\x07".repeat(3000));
    messages.error(&Error::at("pipe", ErrorKind::ClosedPipe));
    messages.error(&Error::at("d:3", ErrorKind::Usage("why".into())));
    let lines = printed.lock().unwrap();
    assert_eq!(lines[0], "copydesk: a\\nb:1: c\\u{1b}[0m\\u{2028}\n");
    assert!(lines[1].ends_with("é: the remedy\n") && lines[1].len() < 450, "{}", lines[1]);
    assert!(lines[2].ends_with("…\n") && lines[2].len() > LINE_BYTES_MAX - 10, "{}", lines[2]);
    assert_eq!(lines[3], "copydesk: d:3: why\n");
    assert_eq!(lines.len(), 4);
    assert!(lines.iter().all(|line| line.len() <= LINE_BYTES_MAX));
}

#[test]
fn errors_have_their_exit_codes() {
    let check = |kind: ErrorKind, code: u8| assert_eq!(Exit::of(&kind) as u8, code, "{kind}");
    let io = || std::io::Error::other("x");
    check(ErrorKind::ClosedPipe, 0);
    check(ErrorKind::Damaged("x".into()), 1);
    check(ErrorKind::Usage("x".into()), 2);
    check(ErrorKind::Read(io()), 3);
    check(ErrorKind::Write(io()), 3);
    check(ErrorKind::Bug("x".into()), 3);
    check(ErrorKind::Interrupted, 130);
}

#[test]
fn a_finished_run_says_in_its_exit_code_what_is_missing() {
    let check = |flags: &str, totals: Totals, exit: Exit| {
        assert_eq!(cli::exit_of(&plan(flags), &totals), exit, "{flags} {totals:?}");
    };
    let rejected = |rejected| Totals { read: 100, rejected, ..Totals::default() };
    check("", rejected(50), Exit::Done);
    check("--strict", rejected(0), Exit::Done);
    check("--strict", rejected(1), Exit::Incomplete);
    check("--max-rejects 5", rejected(5), Exit::Done);
    check("--max-rejects 5", rejected(6), Exit::Incomplete);
    check("--max-rejects 5%", rejected(6), Exit::Incomplete);
    check("", Totals { files: 2, files_failed: 1, ..Totals::default() }, Exit::Incomplete);
}

#[test]
fn a_reader_that_goes_away_is_a_normal_end() {
    for words in [["schema"].as_slice(), &["--help"], &["completions", "bash"], &["man"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program(words).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for words in [["schema"].as_slice(), &["--help"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = program(words).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{words:?}");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(err.starts_with("copydesk: standard output: No space left"), "{err}");
    }
}

// The report.

#[test]
fn each_broken_sum_is_found() {
    let whole = sample().totals;
    assert_eq!(whole.check(Duplicates::Drop), Ok(()));
    let check = |break_it: fn(&mut Totals), message: &str| {
        let mut totals = whole;
        break_it(&mut totals);
        assert_eq!(totals.check(Duplicates::Drop), Err(message.to_owned()));
    };
    check(|t| t.read += 1, "read is 11, but written 6 + duplicates 3 + rejected 1 make 10");
    check(|t| t.written -= 1, "read is 10, but written 5 + duplicates 3 + rejected 1 make 9");
    check(|t| t.rejected = 0, "read is 10, but written 6 + duplicates 3 + rejected 0 make 9");
    check(|t| t.exact = 3, "duplicates is 3, but exact 3 + near 1 + contained 0 make 4");
    check(|t| t.near = 0, "duplicates is 3, but exact 2 + near 0 + contained 0 make 2");
    check(|t| t.contained = 1, "duplicates is 3, but exact 2 + near 1 + contained 1 make 4");
    let blocks = "but blocks_out 70 + blocks_removed 20 + blocks_duplicate";
    check(|t| t.blocks_in = 99, &format!("blocks_in is 99, {blocks} 10 make 100"));
    check(|t| t.blocks_duplicate = 9, &format!("blocks_in is 100, {blocks} 9 make 99"));
    check(|t| t.files_failed = 9, "files_failed is 9, more than files, which is 2");
    let wrap =
        Totals { written: u64::MAX, duplicates: 10, exact: 10, read: 9, ..Totals::default() };
    assert!(wrap.check(Duplicates::Drop).is_err());

    // A copy that is marked is also written.
    let marked = Totals { written: 9, ..whole };
    assert_eq!(marked.check(Duplicates::Mark), Ok(()));
    assert!(marked.check(Duplicates::Drop).is_err());
}

#[test]
fn tables_add_up_to_the_totals() {
    assert_eq!(sample().check(), Ok(()));
    let check = |break_it: fn(&mut Report), message: &str| {
        let mut report = sample();
        break_it(&mut report);
        assert_eq!(report.check(), Err(message.to_owned()));
    };
    check(
        |report| report.reasons[0].blocks += 1,
        "blocks_removed is 20, but the blocks of reasons 21 make 21",
    );
    check(
        |report| report.rules.truncate(1),
        "blocks_removed is 20, but the blocks of rules 15 make 15",
    );
    check(
        |report| report.rejects[0].records = 2,
        "rejected is 1, but the records of rejects 2 make 2",
    );
    check(
        |report| report.totals.read = 0,
        "read is 0, but written 6 + duplicates 3 + rejected 1 make 10",
    );
}

#[test]
fn lists_are_ordered_and_capped() {
    let mut report = sample();
    report.reasons.reverse();
    report.sources = (0..LIST_ROWS_MAX as u64 + 5)
        .map(|read| SourceRow { source: Some(format!("s{read}")), read, ..SourceRow::default() })
        .collect();
    report.list_totals.clusters = 5000;
    report.near_misses = vec![miss("b", 0.5), miss("a", 0.5), miss("c", 0.7)];
    report.arrange();
    assert_eq!(report.reasons, sample().reasons);
    assert_eq!((report.sources.len(), report.sources[0].read), (LIST_ROWS_MAX, 1004));
    assert_eq!((report.list_totals.sources, report.list_totals.clusters), (1005, 5000));
    let ids: Vec<&str> = report.near_misses.iter().map(|miss| miss.id.as_str()).collect();
    assert_eq!(ids, ["c", "a", "b"]);
    let again = report.clone();
    report.arrange();
    assert_eq!(report, again);
}

fn miss(id: &str, similarity: f64) -> NearMiss {
    NearMiss { id: id.into(), other: "z".into(), similarity }
}

#[test]
fn the_schema_describes_the_report() {
    let schema = copydesk::report::schema();
    let mut report = sample();
    report.near_misses.push(miss("a", 0.79));
    let value = serde_json::to_value(&report).unwrap();
    conforms(&value, &schema, "report");
    let (code, out, _) = copydesk(&["schema"]);
    let printed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &printed["report"]), (0, &schema));
    assert_eq!(serde_json::from_value::<Report>(value).unwrap(), report);
}

#[test]
fn the_keys_of_the_report_stand_in_order() {
    let text = serde_json::to_string(&sample()).unwrap();
    let order = [
        "schema_version",
        "version",
        "options",
        "inputs",
        "totals",
        "reasons",
        "rules",
        "sources",
        "repeated_paragraphs",
        "clusters",
        "near_misses",
        "rejects",
        "list_totals",
        "outputs",
        "timings",
    ];
    let places = order.map(|key| text.find(&format!("\"{key}\":")).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    let totals = [
        "read",
        "written",
        "duplicates",
        "exact",
        "near",
        "contained",
        "rejected",
        "files",
        "files_failed",
        "blocks_in",
        "blocks_out",
        "blocks_removed",
        "blocks_duplicate",
        "bytes_in",
        "text_bytes_out",
    ];
    assert_eq!(report_page::named_totals(&sample().totals).map(|(name, _)| name), totals);
}

#[test]
fn the_report_is_a_page_of_tables() {
    let page = report_page::page(&sample(), PLAIN);
    assert_eq!(page, PAGE, "\n{page}");
    let rich = report_page::page(&sample(), Look { is_rich: true });
    assert!(rich.contains("\x1b[1mArticles\x1b[0m\n") && rich.contains("───"));
}

#[test]
fn the_summary_answers_what_a_person_asks() {
    let text = summary(&sample(), Path::new("my output"));
    assert_eq!(text, SUMMARY, "\n{text}");
}

#[test]
fn a_report_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let check = |text: &str, code: i32, message: &str| {
        write(dir, "report.json", text);
        let (exit, _, err) = copydesk(&["report", dir.to_str().unwrap()]);
        assert!(err.contains(message), "{err}");
        assert_eq!(exit, code);
    };
    check("{", 1, "no report of a run: EOF");
    check(r#"{"schema_version":"9","version":"7.1"}"#, 2, "written by copydesk 7.1");
    check(r#"{"schema_version":"1","version":"0.1"}"#, 1, "missing field `options`");
}

#[test]
fn json_is_the_report_itself() {
    let folder = tempfile::tempdir().unwrap();
    finish(folder.path(), &sample());
    let (code, out, _) = copydesk(&["report", folder.path().to_str().unwrap(), "--json"]);
    assert_eq!((code, serde_json::from_str::<Report>(&out).unwrap()), (0, sample()));
}

// Two runs.

const BEFORE: &[Row] = &[
    ("same", "in.txt#1", "One", "Text one."),
    ("edited", "in.txt#2", "Two", "Text two."),
    ("leaves", "in.txt#3", "Three", "Text three."),
    ("gone", "old.txt#1", "Four", "Text four."),
    ("rejected", "in.txt#5", "Five", "Text five."),
    ("0123", "in.txt#6", "=Six", "Text six."),
];
const AFTER: &[Row] = &[
    ("same", "in.txt#1", "One", "Text one."),
    ("edited", "in.txt#2", "Two!", "Text two, longer."),
    ("enters", "in.txt#4", "Seven", "Text seven."),
    ("4567", "in.txt#6", "=Six", "Text six and more."),
    ("new", "new.txt#1", "Eight", "Text eight."),
];

#[test]
fn two_runs_are_told_apart_in_every_format() {
    let formats = [
        (".jsonl", ".jsonl"),
        (".jsonl.gz", ".jsonl.zst"),
        (".csv", ".csv.gz"),
        (".jsonl", ".csv"),
    ];
    for (left, right) in formats {
        let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let enters = ("enters", "in.txt#4", "exact", "same");
        let leaves = ("leaves", "in.txt#3", "near", "same");
        let old = run_of(before.path(), left, BEFORE, &[enters], "");
        let reject =
            r#"{"file":"in.txt","record":5,"line":9,"offset":1,"reason":"empty","detail":""}"#;
        let new = run_of(after.path(), right, AFTER, &[leaves], reject);
        let difference =
            diff::compare((before.path(), &old), (after.path(), &new), &|| false).unwrap();
        assert_eq!(
            difference.entered,
            [
                moved("enters", "in.txt#4", "was a copy (exact) of same"),
                moved("new", "new.txt#1", "was not among the inputs"),
            ],
            "{left} {right}"
        );
        assert_eq!(
            difference.left,
            [
                moved("leaves", "in.txt#3", "is now a copy (near) of same"),
                moved("gone", "old.txt#1", "is now not among the inputs"),
                moved("rejected", "in.txt#5", "is now rejected (empty)"),
            ]
        );
        let changed = |id: &str, dump: &str, what: &[&'static str]| Changed {
            id: id.into(),
            dump: dump.into(),
            what: what.to_vec(),
            rules: Vec::new(),
        };
        assert_eq!(
            difference.changed,
            [
                changed("edited", "in.txt#2", &["title", "text"]),
                changed("4567", "in.txt#6", &["id", "text"]),
            ]
        );
    }
}

#[test]
fn the_difference_is_a_page_too() {
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let old = run_of(before.path(), ".jsonl", BEFORE, &[], "");
    let mut new = run_of(after.path(), ".jsonl", &BEFORE[1..], &[], "");
    new.options.keep = Keep::Newest;
    new.totals.written += 1000;
    new.reasons.truncate(1);
    new.sources[0].written = 1;
    let compare = |new: &Report| {
        diff::compare((before.path(), &old), (after.path(), new), &|| false).unwrap()
    };
    let difference = compare(&new);
    let count = |name: &str, before, after| CountChange { name: Some(name.into()), before, after };
    assert_eq!(difference.totals, [count("written", 6, 1006)]);
    assert_eq!(difference.reasons, [count("title_repeat", 5, 0)]);
    assert_eq!(difference.sources, [count("courier.example", 4, 1)]);
    let page = diff::page(&difference, ("a", "b"), PLAIN);
    assert_eq!(page, DIFFERENCE, "\n{page}");

    // What a capped list leaves out is not known to be absent.
    new.sources.remove(0);
    new.list_totals.sources = 5000;
    assert_eq!(compare(&new).sources, []);
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let folder = tempfile::tempdir().unwrap();
    let copies = [("enters", "in.txt#4", "exact", "same")];
    let report = run_of(folder.path(), ".jsonl", BEFORE, &copies, "");
    finish(folder.path(), &report);
    let dir = folder.path().to_str().unwrap();
    let (code, out, err) = copydesk(&["report", dir, dir]);
    assert_eq!((out.as_str(), err.as_str()), ("The two runs wrote the same articles.\n", ""));
    assert_eq!(code, 0);
}

#[test]
fn a_marked_copy_is_written() {
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let copy = [("edited", "in.txt#2", "exact", "same")];
    let dropped = run_of(before.path(), ".jsonl", &BEFORE[..1], &copy, "");
    let marked = run_of(after.path(), ".jsonl", &BEFORE[..2], &copy, "");
    let (dropped, marked) = ((before.path(), &dropped), (after.path(), &marked));
    let there = diff::compare(dropped, marked, &|| false).unwrap();
    assert_eq!(there.entered, [moved("edited", "in.txt#2", "was a copy (exact) of same")]);
    assert_eq!((there.left, there.changed), (vec![], vec![]));
    let back = diff::compare(marked, dropped, &|| false).unwrap();
    assert_eq!(back.left, [moved("edited", "in.txt#2", "is now a copy (exact) of same")]);
    assert_eq!((back.entered, back.changed), (vec![], vec![]));
}

#[test]
fn a_damaged_row_is_named_and_an_interrupt_heard() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let report = run_of(dir, ".jsonl", BEFORE, &[], "");
    let stop = diff::compare((dir, &report), (dir, &report), &|| true).unwrap_err();
    assert!(matches!(stop.kind, ErrorKind::Interrupted));
    let path = dir.join("articles.jsonl");
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("{\"id\":\n");
    fs::write(&path, text).unwrap();
    let error = diff::compare((dir, &report), (dir, &report), &|| false).unwrap_err();
    assert_eq!(error.place, format!("{}:7", path.display()));
    assert!(matches!(error.kind, ErrorKind::Damaged(_)));
}

// Rules.

#[test]
fn rules_are_listed_and_explained() {
    const RULES: &[RuleDoc] = &[
        RuleDoc {
            name: "share-bar",
            reasons: &[Reason::ShareBar],
            summary: "Buttons that share the page.",
            doc: "Buttons that share the page.\n\nNever a sentence.\n",
        },
        RuleDoc {
            name: "page-furniture",
            reasons: &[Reason::Nav, Reason::UrlLine],
            summary: "Menus and addresses.",
            doc: "Menus and addresses.",
        },
    ];
    let list = rules::list(RULES, PLAIN);
    assert!(list.contains(" share-bar       Buttons that share the page.\n"), "{list}");
    assert_eq!(
        rules::one(RULES, "page-furniture").unwrap(),
        "# page-furniture\n\nMenus and addresses.\n\nReasons in the ledger: nav, url_line\n"
    );
    let error = |name: &str| rules::one(RULES, name).unwrap_err().to_string();
    assert!(error("share_bar").ends_with("did you mean `share-bar`?"));
    assert!(error("weather").ends_with("`copydesk rules` lists them"));
    assert!(rules::check(RULES, &["share-bar".into()]).is_ok());
    let error = rules::check(RULES, &["share-bar".into(), "sharebar".into()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "--no-rule: no strip rule is named `sharebar`; did you mean `share-bar`?"
    );
}

// Helpers.

fn program(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
    // A folder without an `input`.
    command.args(words).current_dir(env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null());
    command
}

fn copydesk(words: &[&str]) -> (i32, String, String) {
    let output = program(words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn try_plan(line: &str) -> Result<Plan, Error> {
    let words = line.split(' ').filter(|word| !word.is_empty());
    let words = std::iter::once("copydesk").chain(words).map(OsString::from);
    let (parsed, matches) = args::parse(words).unwrap();
    let inner = matches.subcommand().map_or(&matches, |(_, matches)| matches);
    match parsed.command {
        None => cli::plan_run(parsed.run, inner),
        Some(args::Command::Run(args)) => cli::plan_run(*args, inner),
        Some(args::Command::Clean(args)) => cli::plan_clean(*args, inner),
        Some(other) => panic!("{other:?} has no plan"),
    }
}

fn plan(line: &str) -> Plan {
    try_plan(line).unwrap()
}

fn plan_error(line: &str) -> String {
    let error = try_plan(line).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Usage(_)), "{error}");
    error.to_string()
}

fn paths(paths: &[&str]) -> Vec<PathBuf> {
    paths.iter().map(PathBuf::from).collect()
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn recorder() -> (Messages, Arc<Mutex<Vec<String>>>) {
    let printed = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&printed);
    (Messages::new(move |line| sink.lock().unwrap().push(line.to_owned())), printed)
}

/// The part of JSON Schema that the report's uses.
fn conforms(value: &serde_json::Value, schema: &serde_json::Value, place: &str) {
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place}: {value} is none of {words:?}");
    }
    let types = match &schema["type"] {
        serde_json::Value::Array(types) => types.clone(),
        serde_json::Value::Null => vec![],
        one => vec![one.clone()],
    };
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("{place}: type {other}"),
    };
    assert!(types.is_empty() || types.iter().any(|t| is(t.as_str().unwrap())), "{place}: {value}");
    if let Some(properties) = schema["properties"].as_object() {
        let keys: BTreeSet<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, properties.keys().collect(), "{place}");
        for (key, schema) in properties {
            conforms(&value[key], schema, &format!("{place}.{key}"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        conforms(item, &schema["items"], &format!("{place}[]"));
    }
}

/// Id, dump, title, text.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

fn moved(id: &str, dump: &str, why: &str) -> Moved {
    Moved { id: id.into(), dump: dump.into(), why: why.into() }
}

/// A folder with the tables of a finished run. Copies are id, dump, kind, representative.
fn run_of(dir: &Path, ending: &str, articles: &[Row], copies: &[Row], rejects: &str) -> Report {
    let mut report = sample();
    report.outputs.clear();
    let is_csv = ending.starts_with(".csv");
    let mut texts = [String::new(), String::new()];
    if is_csv {
        texts[0] = "id,dump,source,url,title,byline,dateline,published,language,text,captions,\
                    credits,fingerprint,words,copies,duplicate_of\n"
            .into();
        texts[1] = "id,dump,source,url,title,published,kind,duplicate_of,similarity,cluster,\
                    fingerprint\n"
            .into();
    }
    for (id, dump, title, text) in articles {
        let line = if is_csv {
            let guard = if title.starts_with('=') { "'" } else { "" };
            format!("{id},{dump},,,{guard}{title},,,,en,\"{text}\",,,f,2,0,\n")
        } else {
            format!(
                "{{\"id\":\"{id}\",\"dump\":\"{dump}\",\"source\":null,\"url\":null,\
                 \"title\":\"{title}\",\"byline\":null,\"dateline\":null,\"published\":null,\
                 \"language\":\"en\",\"text\":\"{text}\",\"captions\":[],\"fingerprint\":\"f\",\
                 \"paragraphs\":[],\"words\":2,\"copies\":0,\"duplicate_of\":null,\"meta\":{{}}}}\n"
            )
        };
        texts[0].push_str(&line);
    }
    for (id, dump, kind, of) in copies {
        let line = if is_csv {
            format!("{id},{dump},,,,,{kind},{of},1.0,{of},f\n")
        } else {
            format!(
                "{{\"id\":\"{id}\",\"dump\":\"{dump}\",\"kind\":\"{kind}\",\
                 \"duplicate_of\":\"{of}\"}}\n"
            )
        };
        texts[1].push_str(&line);
    }
    let mut put = |path: String, bytes: Vec<u8>| {
        fs::write(dir.join(&path), bytes).unwrap();
        report.outputs.push(Output { path, bytes: 0, rows: Some(0), blake3: "0".repeat(64) });
    };
    for (name, text) in ["articles", "duplicates"].into_iter().zip(texts) {
        let bytes = match ending.rsplit('.').next() {
            Some("gz") => {
                let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gz.write_all(text.as_bytes()).unwrap();
                gz.finish().unwrap()
            }
            Some("zst") => zstd::encode_all(text.as_bytes(), 1).unwrap(),
            _ => text.into_bytes(),
        };
        put(format!("{name}{ending}"), bytes);
    }
    put("rejects.jsonl".into(), rejects.as_bytes().to_vec());
    report
}

fn finish(dir: &Path, report: &Report) {
    fs::write(dir.join("report.json"), serde_json::to_vec(report).unwrap()).unwrap();
}

/// A small report whose sums come out.
fn sample() -> Report {
    let hash = |digit: &str| digit.repeat(64);
    let input = |path: &str, failed| Input {
        path: path.into(),
        bytes: 2048,
        blake3: Some(hash("a")),
        encoding: Some("UTF-8".into()),
        compression: None,
        format: Some("text".into()),
        records: 5,
        repaired: 0,
        failed,
    };
    let source = |name: Option<&str>, read, written, duplicates, rejected, blocks| SourceRow {
        source: name.map(str::to_owned),
        read,
        written,
        duplicates,
        rejected,
        blocks_in: blocks,
        blocks_out: blocks,
        blocks_removed: 0,
        blocks_duplicate: 0,
    };
    Report {
        schema_version: SCHEMA_VERSION.into(),
        version: "0.1.0".into(),
        options: Options::default().reported(),
        inputs: vec![input("in/a.txt", None), input("in/b.txt", Some(RejectReason::Truncated))],
        totals: Totals {
            read: 10,
            written: 6,
            duplicates: 3,
            exact: 2,
            near: 1,
            contained: 0,
            rejected: 1,
            files: 2,
            files_failed: 1,
            blocks_in: 100,
            blocks_out: 70,
            blocks_removed: 20,
            blocks_duplicate: 10,
            bytes_in: 4096,
            text_bytes_out: 2048,
        },
        reasons: vec![
            ReasonRow { reason: Reason::Boilerplate, blocks: 15, parts: 0, bytes: 1500 },
            ReasonRow { reason: Reason::TitleRepeat, blocks: 5, parts: 2, bytes: 300 },
        ],
        rules: vec![
            RuleRow {
                rule: "boilerplate".into(),
                reason: Reason::Boilerplate,
                blocks: 15,
                parts: 0,
                bytes: 1500,
            },
            RuleRow {
                rule: "title-repeat".into(),
                reason: Reason::TitleRepeat,
                blocks: 5,
                parts: 2,
                bytes: 300,
            },
        ],
        sources: vec![
            source(Some("courier.example"), 6, 4, 2, 0, 60),
            source(None, 4, 2, 1, 1, 40),
        ],
        repeated_paragraphs: vec![RepeatedParagraph {
            fingerprint: hash("b"),
            text: "The Courier of Oldhaven is read by everyone who lives beside the harbour."
                .into(),
            count: 15,
            articles: 15,
            sources: 1,
            learned: true,
            learned_of: vec!["courier.example".into()],
            template: false,
            removed: 15,
        }],
        clusters: vec![ClusterRow {
            id: "00ff00ff00ff00ff".into(),
            title: Some("Ferry\x1b resumes".into()),
            size: 3,
        }],
        near_misses: vec![],
        months: Vec::new(),
        cluster_sizes: Vec::new(),
        similarities: Vec::new(),
        rejects: vec![
            RejectRow { reason: RejectReason::Empty, records: 1, files: 0 },
            RejectRow { reason: RejectReason::Truncated, records: 0, files: 1 },
        ],
        list_totals: ListTotals {
            sources: 2,
            repeated_paragraphs: 1200,
            clusters: 1,
            near_misses: 0,
        },
        outputs: vec![
            Output { path: "articles.jsonl".into(), bytes: 3000, rows: Some(6), blake3: hash("c") },
            Output { path: "rejects.jsonl".into(), bytes: 200, rows: Some(2), blake3: hash("d") },
            Output { path: "report.html".into(), bytes: 9000, rows: None, blake3: hash("e") },
        ],
        timings: Timings {
            total_seconds: 1.5,
            phases: vec![Phase { phase: "reading".into(), seconds: 1.0 }],
        },
    }
}

const SUMMARY: &str = r"Read      10 articles in 2 files, 4.00 KiB
Written   6 articles, 2.00 KiB of text
Copies    3: 2 exact, 1 near
Removed   20 of 100 blocks: 15 boilerplate, 5 title_repeat
Rejected  1 record and (parts of) 1 file: 1 empty, 1 truncated; see my output/rejects.jsonl
Files     my output: articles.jsonl
Next      copydesk report 'my output'
";
const DIFFERENCE: &str = r#"Options
 option  a        b
 keep    "first"  "newest"

Totals
          a      b  change
 written  6  1,006  +1,000

Blocks removed, by reason
               a  b  change
 title_repeat  5  0      -5

Articles written, by source
                  a  b  change
 courier.example  4  1      -3

Articles that left
 id    from      why
 same  in.txt#1  is now not among the inputs
"#;
const PAGE: &str = r"Articles
                   articles  of those read
 read                    10         100.0%
 written                  6          60.0%
 exact copies             2          20.0%
 near copies              1          10.0%
 contained copies         0           0.0%
 rejected                 1          10.0%

Blocks
            blocks  of all
 in            100  100.0%
 written        70   70.0%
 removed        20   20.0%
 in copies      10   10.0%

Bytes
 4.00 KiB in 2 files read, 2.00 KiB of clean text written

Removed, by reason
 reason        blocks  parts  bytes  of all blocks
 boilerplate       15      0  1,500          15.0%
 title_repeat       5      2    300           5.0%

Removed, by rule
 rule          reason        blocks  parts  bytes
 boilerplate   boilerplate       15      0  1,500
 title-repeat  title_repeat       5      2    300

Sources
 source           read  written  copies  rejected  blocks in  removed
 courier.example     6        4       2         0         60        0
 (none)              4        2       1         1         40        0

Paragraphs that stand in several articles
 times  articles  sources  removed  boilerplate of   paragraph
    15        15        1       15  courier.example  The Courier of Oldhaven is read by everyone who lives beside…
 … and 1,199 more; `--json` shows what report.json holds

Largest clusters of copies
 articles  kept              title
        3  00ff00ff00ff00ff  Ferry\u{1b} resumes

Rejected
 reason     records  files
 empty            1      0
 truncated        0      1

Files that could not be read to their end
 file      reason
 in/b.txt  truncated

Files written
 file            rows  bytes
 articles.jsonl     6  3,000
 rejects.jsonl      2    200
 report.html           9,000
";
