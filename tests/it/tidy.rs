//! Checks of the source itself: the architecture is a test, so it cannot drift.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use copydesk::ledger::Reason;
use copydesk::{clean, strip};

/// Who may import whom, from the inside out. A room may use the rooms listed with it, and itself.
/// The doors, `lib.rs` and `main.rs`, are no rooms.
const ROOMS: &[(&str, &[&str])] = &[
    ("article", &[]),
    ("checksum", &[]),
    ("difference", &[]),
    ("sample", &[]),
    ("error", &[]),
    ("observer", &[]),
    ("text", &[]),
    ("vector", &[]),
    ("recognize", &["vector"]),
    ("language", &["vector"]),
    ("model", &["language", "vector"]),
    ("normalize", &["vector"]),
    ("fingerprint", &["normalize", "vector"]),
    ("ledger", &["article"]),
    ("keep", &["fingerprint", "normalize"]),
    ("options", &["article", "keep", "ledger", "model"]),
    ("lexicon", &["ledger"]),
    ("boilerplate", &["fingerprint", "recognize", "vector"]),
    ("dedupe", &["fingerprint", "options", "vector"]),
    ("report", &["ledger", "options"]),
    ("page", &["difference", "options", "report", "text"]),
    ("read", &["article", "checksum", "error", "ledger", "options", "vector"]),
    ("write", &["article", "checksum", "error", "ledger", "options", "vector"]),
    (
        "segment",
        &["article", "fingerprint", "lexicon", "normalize", "options", "recognize", "vector"],
    ),
    (
        "strip",
        &[
            "article",
            "fingerprint",
            "language",
            "keep",
            "ledger",
            "lexicon",
            "model",
            "recognize",
            "segment",
        ],
    ),
    (
        "clean",
        &[
            "article",
            "fingerprint",
            "language",
            "keep",
            "ledger",
            "lexicon",
            "normalize",
            "options",
            "recognize",
            "segment",
            "strip",
        ],
    ),
    (
        "pipeline",
        &[
            "article",
            "boilerplate",
            "clean",
            "dedupe",
            "difference",
            "error",
            "fingerprint",
            "language",
            "keep",
            "ledger",
            "lexicon",
            "normalize",
            "observer",
            "options",
            "page",
            "read",
            "recognize",
            "report",
            "sample",
            "segment",
            "strip",
            "text",
            "write",
        ],
    ),
    (
        "inspect",
        &[
            "article",
            "boilerplate",
            "clean",
            "dedupe",
            "difference",
            "error",
            "fingerprint",
            "language",
            "keep",
            "ledger",
            "lexicon",
            "model",
            "normalize",
            "observer",
            "options",
            "pipeline",
            "read",
            "recognize",
            "report",
            "sample",
            "segment",
            "strip",
            "text",
            "write",
        ],
    ),
    ("cli", &["error", "keep", "ledger", "model", "observer", "options", "report", "text"]),
];

/// What touches the world, and the only rooms or files of `src` that may. All others are functions
/// of their arguments.
const WORLD: &[(&[&str], &[&str])] = &[
    (
        &["std::fs", "fs::", "File::", "tempfile", "walkdir"],
        &["read", "write", "cli", "inspect", "pipeline/spool.rs"],
    ),
    (&["std::net", "std::process::Command"], &[]),
    (&["std::env", "env::"], &["cli", "main.rs"]),
    (&["Instant", "SystemTime", "::now("], &["cli", "pipeline/mod.rs"]),
    (&["stdout()", "stderr()"], &["cli", "main.rs"]),
    (&["stdin()"], &["read", "cli"]),
    (&["std::thread", "thread::", "rayon"], &["pipeline", "cli"]),
];

/// Words that no source holds, each with what to write instead.
const WORDS: &[(&str, &str)] = &[
    ("TODO", "do it, or leave it out"),
    ("FIXME", "repair it"),
    ("XXX", "say what is doubtful"),
    ("HACK", "say why it must be so"),
    ("issue", "say what is wrong; a reader has only the file"),
    ("ticket", "say what is wrong; a reader has only the file"),
    ("gold", "name the cases of this project"),
    ("dbg!", "take it out"),
    ("todo!", "write it"),
    ("unimplemented!", "write it"),
];

/// What the library never does, tests aside.
const NEVER: &[(&str, &str)] = &[
    (".unwrap()", "data may be anything; return an error or use what is there"),
    ("println!", "only the command line writes, through its messages"),
    ("print!(", "only the command line writes, through its messages"),
    ("static mut", "there is no global state"),
    ("thread_local!", "there is no global state"),
    ("OnceLock", "there is no global state; a constant table is a LazyLock"),
    ("#[allow(", "write #[expect(..., reason = \"...\")]"),
];

/// Longer files are several things.
const LINES_MAX: usize = 900;

/// Lists that are long because they list.
const LONG_FILES: &[&str] = &["tests/it/cli_args.rs", "tests/it/read.rs"];

#[test]
fn rooms_import_inwards_only() {
    let mut rooms: BTreeMap<&str, &[&str]> = BTreeMap::new();
    for (n, (room, allowed)) in ROOMS.iter().enumerate() {
        assert!(rooms.insert(room, allowed).is_none(), "{room} stands twice");
        for other in *allowed {
            let inner = ROOMS[..n].iter().any(|(name, _)| name == other);
            assert!(inner, "`{room}` may use `{other}`, which stands further out");
        }
    }
    let mut found = BTreeSet::new();
    for file in sources("src").iter().filter(|file| !file.is_door()) {
        let (room, code) = (file.room(), file.code());
        let allowed = rooms.get(room).unwrap_or_else(|| {
            panic!("{}: `{room}` is not in ROOMS; say who it may use", file.name)
        });
        found.insert(room.to_owned());
        for used in imports(&code).into_iter().filter(|used| *used != room) {
            assert!(allowed.contains(&used), "{}: `{room}` may not use `{used}`", file.name);
        }
        // From the door of a room, or two steps up, `super` leaves the room unseen.
        let steps = if file.is_room_door() { "super::" } else { "super::super::" };
        assert!(!code.contains(steps), "{}: write `crate::`, not `{steps}`", file.name);
    }
    let listed: BTreeSet<String> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(listed, found, "rooms listed, rooms found");
}

#[test]
fn only_the_outer_rooms_touch_the_world() {
    for file in sources("src") {
        let code = file.code();
        let inside = file.name.strip_prefix("src/").unwrap();
        for (signs, homes) in WORLD {
            if homes.iter().any(|home| *home == inside || *home == file.room()) {
                continue;
            }
            let sign = signs.iter().find(|sign| has_path(&code, sign));
            assert_eq!(sign, None, "{}: this belongs to {homes:?}", file.name);
        }
    }
}

#[test]
fn imports_are_read_in_every_form() {
    let check = |code: &str, rooms: &[&str]| assert_eq!(imports(code), rooms, "{code}");
    check("use crate::read::Batch;", &["read"]);
    check("use crate::{a, b::{self, c}, d::E};", &["a", "b", "d"]);
    check(
        "use crate::{\n    a::{x, y::{z}},\n    b,\n};\nfn f() { crate::c::g() }",
        &["a", "b", "c"],
    );
    check("macro $crate::m::N", &["m"]);
    check("use super::x; mycrate::y", &[]);
}

#[test]
fn every_rule_has_cases_and_every_case_a_rule() {
    let names: BTreeSet<String> =
        strip::RULES.iter().map(|rule| rule.name().replace('-', "_") + ".md").collect();
    assert_eq!(names.len(), strip::RULES.len(), "two rules have one name");
    let found: BTreeSet<String> = fs::read_dir(root().join("tests/cases/strip"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, found, "rules, files of cases");
    for rule in strip::RULES {
        let (name, doc) = (rule.name(), rule.doc().trim());
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(name.chars().all(kebab) && name != clean::INVISIBLE_LINE, "{name}");
        assert!(doc.len() > 40 && doc.ends_with(['.', '`']), "{name}: {doc}");
    }
}

#[test]
fn every_reason_is_given_by_someone() {
    let by_rules = strip::RULES.iter().flat_map(|rule| rule.reasons());
    let mut given: BTreeSet<Reason> = by_rules.copied().collect();
    for late in [Reason::Boilerplate, Reason::ParagraphRepeat] {
        assert!(given.insert(late), "{late} is given to whole corpora, not by a rule");
    }
    assert_eq!(given, Reason::ALL.iter().copied().collect());
}

#[test]
fn words_that_no_source_holds() {
    let files = ["src", "tests", "docs"].map(sources).into_iter().flatten();
    for file in files.filter(|file| file.name != "tests/it/tidy.rs") {
        // What phrases say and what cases quote is not ours.
        if file.name.starts_with("tests/cases") || file.name.starts_with("src/lexicon/") {
            continue;
        }
        for (number, line) in (1..).zip(file.text.lines()) {
            for (word, instead) in WORDS {
                let same_case = word.chars().all(|c| !c.is_lowercase());
                let lower = line.to_lowercase();
                let line = if same_case { line } else { &*lower };
                assert!(!has_word(line, word), "{}:{number}: `{word}`: {instead}", file.name);
            }
        }
    }
}

#[test]
fn the_library_never_does_this() {
    for file in sources("src") {
        let code = file.code();
        for (sign, why) in NEVER {
            assert!(!code.contains(sign), "{}: `{sign}`: {why}", file.name);
        }
        let in_doc = file.text.lines().take_while(|line| line.starts_with("//"));
        assert!(
            in_doc.clone().any(|line| line.starts_with("//! ")) || code.contains("rule! {"),
            "{}: the first thing in a file is a `//!` that says what it is",
            file.name
        );
        for line in code.lines().filter(|line| line.contains("static ")) {
            let changes = ["Mutex", "RwLock", "Atomic", "Cell<"].iter().any(|t| line.contains(t));
            assert!(!changes, "{}: global state: {line}", file.name);
        }
        let after = file.text.split_once("\n#[cfg(test)]\nmod tests {").map(|(_, tests)| tests);
        let after = after.and_then(|tests| tests.split_once("\n}\n")).map_or("", |(_, rest)| rest);
        assert_eq!(after, "", "{}: tests stand last", file.name);
    }
}

#[test]
fn no_file_is_long() {
    for file in ["src", "tests/it", "xtask"].map(sources).into_iter().flatten() {
        let lines = file.text.lines().count();
        let listed = LONG_FILES.contains(&&*file.name);
        assert!(listed || lines <= LINES_MAX, "{} has {lines} lines", file.name);
        assert!(!listed || lines > LINES_MAX, "{} is short; take it from LONG_FILES", file.name);
    }
}

/// The rooms that `code` names after `crate::`, be it in a group.
fn imports(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (i, c) in group.char_indices() {
            let ends = matches!(c, ',' | '}') && depth == 0;
            if ends && !group[start..i].trim().is_empty() {
                found.push(word(group[start..i].trim_start()));
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = i + 1,
                _ => {}
            }
        }
    }
    found
}

/// The name at the start of `text`.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let beside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !beside(line[..at].chars().next_back()) && !beside(line[at + word.len()..].chars().next())
    })
}

/// Whether `code` holds `sign` as a path or a part of one: `fs::` does not stand in `offs::`.
fn has_path(code: &str, sign: &str) -> bool {
    code.match_indices(sign).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// One file of the project.
struct Source {
    /// From the root, with `/`.
    name: String,
    text: String,
}

impl Source {
    fn room(&self) -> &str {
        let inside = self.name.strip_prefix("src/").unwrap_or(&self.name);
        inside.split('/').next().unwrap().trim_end_matches(".rs")
    }

    fn is_door(&self) -> bool {
        matches!(&*self.name, "src/lib.rs" | "src/main.rs")
    }

    /// Whether this is `src/room.rs` or `src/room/mod.rs`.
    fn is_room_door(&self) -> bool {
        let inside = self.name.strip_prefix("src/").unwrap_or(&self.name);
        !inside.contains('/') || (inside.ends_with("/mod.rs") && inside.matches('/').count() == 1)
    }

    /// The code without comments and without the tests in it.
    fn code(&self) -> String {
        let mut code = String::new();
        let mut in_tests = false;
        for line in self.text.lines() {
            in_tests |= line.starts_with("#[cfg(") && line.contains("test");
            if !in_tests {
                let end = line.find("//").filter(|&at| !line[..at].ends_with([':', '"']));
                code.push_str(&line[..end.unwrap_or(line.len())]);
                code.push('\n');
            }
            in_tests &= line != "}";
        }
        code
    }
}

/// Every Rust and Markdown file under `folder`, by name.
fn sources(folder: &str) -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    paths.retain(|path| path.extension().is_some_and(|end| end == "rs" || end == "md"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        Source { name, text: fs::read_to_string(path).unwrap() }
    };
    paths.into_iter().map(read).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
