//! What the tests of the whole share: a folder to work in, jobs, and the rows of a finished run.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use copydesk::article::{Dump, Fields};
use copydesk::clean::{CleanArticle, Cleaner, Scratch};
use copydesk::ledger::Reject;
use copydesk::observer::{Observer, Silent};
use copydesk::options::Options;
use copydesk::pipeline::{self, Job};
use copydesk::report::Report;
use serde_json::Value;

/// A folder of its own for one test, gone with it.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders it stands in.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Cleans the file or folder `input` into the folder `output`.
    pub(crate) fn job(&self, input: &str, output: &str, options: Options) -> Job {
        Job { inputs: vec![self.path(input)], output: self.path(output), options }
    }

    pub(crate) fn run(&self, input: &str, output: &str, options: Options) -> Report {
        pipeline::run(&self.job(input, output, options), &Silent).unwrap()
    }

    /// The rows of a JSONL file of the run in `output`.
    pub(crate) fn rows(&self, output: &str, name: &str) -> Vec<Value> {
        rows(&self.path(output).join(name))
    }

    /// Every file of the run in `output`; of the report, all but the timings.
    pub(crate) fn files(&self, output: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(self.path(output)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let mut bytes = fs::read(entry.path()).unwrap();
            if name == "report.json" {
                let mut report: Value = serde_json::from_slice(&bytes).unwrap();
                report.as_object_mut().unwrap().remove("timings").unwrap();
                bytes = serde_json::to_vec(&report).unwrap();
            }
            files.insert(name, bytes);
        }
        files
    }
}

/// Twelve stories of one source with a footer and a line that recurs with other dates.
pub(crate) fn with_footer() -> (Desk, &'static str) {
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

pub(crate) fn rows(path: &Path) -> Vec<Value> {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The text of a key, which must be there.
#[track_caller]
pub(crate) fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} of {row}"))
}

/// A text dump, or a record that gives its title.
pub(crate) fn dump(text: &str, title: Option<&str>) -> Dump {
    Dump {
        path: Arc::from("news.txt"),
        record: title.map(|_| 1),
        line: 1,
        folder: Arc::from("news"),
        text: text.to_owned(),
        fields: Fields { title: title.map(str::to_owned), ..Fields::default() },
    }
}

/// Every article of `dump`, cleaned with the default options.
pub(crate) fn clean(dump: &Dump) -> Vec<Result<CleanArticle, Reject>> {
    let mut found = Vec::new();
    let cleaner = Cleaner::new(&Options::default());
    cleaner.clean(dump, &mut Scratch::default(), &mut |outcome| found.push(outcome));
    found
}

/// Remembers the problems it is told of, as `place: what`.
#[derive(Default)]
pub(crate) struct Listener(pub(crate) Mutex<Vec<String>>);

impl Observer for Listener {
    fn problem(&self, place: &str, what: &str) {
        self.0.lock().unwrap().push(format!("{place}: {what}"));
    }
}
