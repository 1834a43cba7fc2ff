//! Faults and kills at every system call of a small run, after which the folder must hold the old
//! run, the new one or visibly none, and the same command must work again.
//!
//! `faults.c` is compiled and loaded into the program; each call that touches an input or an output is
//! counted, and made to fail or to be the last one in turn. `cargo xtask faults` runs all of it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use copydesk::options::Options;
use flate2::write::GzEncoder;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::desk::{Desk, rows};

/// What `faults.c` does at the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Kill,
    Eio,
    Enospc,
    /// No room from the call on.
    Full,
    /// A signal came in the middle of it.
    Eintr,
    /// Every read and write moves three bytes at most.
    Short,
}

impl How {
    fn word(self) -> &'static str {
        match self {
            How::Kill => "kill",
            How::Eio => "EIO",
            How::Enospc => "ENOSPC",
            How::Full => "full",
            How::Eintr => "EINTR",
            How::Short => "short",
        }
    }
}

/// What lies in the output folder before the run.
#[derive(Clone, Copy, Debug)]
enum Before {
    /// Not even the folder.
    Nothing,
    /// A finished run of another input.
    Run,
    /// One whose files have other names, so that they must be removed.
    Compressed,
}

/// Name and bytes of every file in a folder; of the report, all but the timings.
type Files = BTreeMap<String, Vec<u8>>;

/// A folder with inputs, the state of the output folder before, and what a run in peace writes.
struct Bench {
    desk: Desk,
    shim: PathBuf,
    /// The flags of the run.
    flags: Vec<&'static str>,
    old: Files,
    new: Files,
}

/// One call as the log has it.
#[derive(Debug, Clone, Default)]
struct Call {
    name: String,
    path: String,
    other: String,
}

/// The calls that a full disk refuses. A rename needs no room where it replaces a file.
const ROOM: &[&str] = &["create", "write", "fsync", "ftruncate", "mkdir"];

impl Bench {
    fn new(before: Before, flags: &[&'static str]) -> Bench {
        let desk = Desk::new();
        let shim = desk.path("faults.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/faults.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([shim.as_os_str(), source.as_os_str(), "-ldl".as_ref()])
            .status()
            .expect("a C compiler, as for the libraries of compression");
        assert!(compiled.success(), "faults.c");
        write_inputs(&desk);
        let mut bench =
            Bench { desk, shim, flags: flags.to_vec(), old: Files::new(), new: Files::new() };
        let compress = match before {
            Before::Nothing => None,
            Before::Run => Some("none"),
            Before::Compressed => Some("zst"),
        };
        if let Some(how) = compress {
            let flags = ["run", "old", "-o", "old-run", "-q", "--compress", how];
            let output = bench.command(&flags).output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
            bench.old = bench.files("old-run");
        }
        let output = bench.run_into("new-run").output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        bench.new = bench.files("new-run");
        for folder in ["old-run", "new-run"].iter().filter(|f| bench.desk.path(f).exists()) {
            // What is compared with is itself proved.
            let verified = bench.command(&["verify", folder]).output().unwrap();
            assert!(verified.status.success(), "{folder}: {}", said(&verified));
        }
        bench
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command.args(args).current_dir(self.desk.path(""));
        command
    }

    fn run_into(&self, output: &str) -> Command {
        let mut command = self.command(&["run", "in", "-q", "-o", output]);
        command.args(&self.flags);
        command
    }

    fn files(&self, folder: &str) -> Files {
        if self.desk.path(folder).exists() { self.desk.files(folder) } else { Files::new() }
    }

    /// Runs into `out`, as it was before, with a fault; returns the calls up to it.
    fn fault(&self, how: How, at: u64) -> (Output, Vec<Call>) {
        let out = self.desk.path("out");
        if out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
        if !self.old.is_empty() {
            fs::create_dir(&out).unwrap();
            for name in self.old.keys() {
                fs::copy(self.desk.path("old-run").join(name), out.join(name)).unwrap();
            }
        }
        let log = self.desk.path("calls.log");
        fs::write(&log, "").unwrap();
        let mut command = self.run_into("out");
        command.env("LD_PRELOAD", &self.shim).env("FAULT_LOG", &log);
        command.env("FAULT_AT", at.to_string()).env("FAULT_HOW", how.word());
        let output = command.output().unwrap();
        let log = fs::read_to_string(&log).unwrap();
        let call = |line: &str| {
            let parts: Vec<&str> = line.split('\t').collect();
            let part = |n: usize| parts[n].to_owned();
            Call { name: part(1), path: part(2), other: part(3) }
        };
        (output, log.lines().map(call).collect())
    }

    /// A run with a fault at call `at`; false when it has fewer calls.
    fn trial(&self, how: How, at: u64) -> bool {
        let (output, calls) = self.fault(how, at);
        let needs_room = |call: &&Call| ROOM.contains(&&*call.name);
        let later = calls.iter().skip(usize::try_from(at - 1).unwrap());
        let hit = later.clone().find(|call| how != How::Full || needs_room(call));
        let Some(call) = hit else {
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            return later.count() > 0;
        };
        let what = format!("{} at call {at}, {call:?}: {}", how.word(), said(&output));
        self.check_folder(&output, call, how, &what);
        // The same command, without help.
        let again = self.run_into("out").output().unwrap();
        assert_eq!(again.status.code(), Some(0), "again after {what}\n{}", said(&again));
        assert!(self.files("out") == self.new, "not the same again after {what}");
        true
    }

    /// The folder holds the old run, the new one, or no report; and the exit code says which.
    fn check_folder(&self, output: &Output, call: &Call, how: How, what: &str) {
        let files = self.files("out");
        let left = files.keys().any(|name| name.starts_with(".copydesk"));
        let has_run = files.contains_key("report.json");
        let is_old = has_run && without_temporaries(&files) == self.old;
        let is_new = has_run && without_temporaries(&files) == self.new;
        let is_input = call.path == "in" || call.path.starts_with("in/");
        let err = String::from_utf8_lossy(&output.stderr);
        if how == How::Kill {
            assert_eq!(output.status.signal(), Some(9), "{what}");
            assert!(!has_run || is_old || is_new, "a mix after {what}");
            return;
        }
        assert!(!left, "a temporary file stays after {what}: {:?}", files.keys());
        match output.status.code() {
            Some(0) => assert!(is_new, "success without the new run after {what}"),
            // An input that could not be read to its end: a complete run without its rest.
            Some(1) => {
                assert!(is_input && err.contains(&call.path), "{what}");
                self.check_partial(&call.path, what);
            }
            Some(2) => {
                assert!(matches!(&*call.name, "stat" | "realpath"), "refused after {what}");
                assert_eq!(files, self.old, "{what}");
            }
            Some(3) => {
                assert!(!is_input, "{what}");
                assert!(err.contains("copydesk: out") || err.contains("copydesk: ."), "{what}");
                assert!(!has_run || is_old || is_new, "a mix after {what}");
                let nothing = files.is_empty() && self.old.is_empty();
                assert!(!nothing || !self.desk.path("out").exists(), "a folder stays after {what}");
            }
            code => panic!("{code:?} after {what}"),
        }
        let must_fail = match &*call.name {
            "write" | "create" | "mkdir" | "fsync" | "rename" | "unlink" => true,
            // Of the folder above the output's nothing is needed but that it be synced in time.
            // Whether a folder of the input holds a run is asked in passing.
            "open" => call.path != "." && call.path != "in/b/report.json",
            name => matches!(name, "read" | "pread" | "readdir" | "opendir"),
        };
        if must_fail {
            assert_ne!(output.status.code(), Some(0), "not noticed: {what}");
        }
    }

    /// A run with an input that failed: listed in the rejects and the report, and every file is the
    /// one that the report names.
    fn check_partial(&self, path: &str, what: &str) {
        let out = self.desk.path("out");
        let report: Value =
            serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
        for output in report["outputs"].as_array().unwrap() {
            let bytes = fs::read(out.join(output["path"].as_str().unwrap())).unwrap();
            assert_eq!(output["blake3"], blake3::hash(&bytes).to_hex().as_str(), "{what}");
        }
        let is_here = |input: &&Value| input["path"] == path && !input["failed"].is_null();
        assert!(report["inputs"].as_array().unwrap().iter().any(|row| is_here(&row)), "{what}");
        if out.join("rejects.jsonl").exists() {
            let rejects = rows(&out.join("rejects.jsonl"));
            let named = |row: &&Value| row["record"].is_null() && row["file"] == path;
            assert!(rejects.iter().any(|row| named(&row)), "{rejects:?} after {what}");
        }
        assert!(report["totals"]["files_failed"].as_u64() > Some(0), "{what}");
    }

    /// A fault at every call; returns how many there are.
    fn sweep(&self, how: How) -> u64 {
        let mut at = 1;
        while self.trial(how, at) {
            at += 1;
        }
        at - 1
    }
}

fn said(output: &Output) -> String {
    format!("{}, {}", output.status, String::from_utf8_lossy(&output.stderr))
}

fn without_temporaries(files: &Files) -> Files {
    let ours = files.iter().filter(|(name, _)| !name.starts_with(".copydesk"));
    ours.map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
}

/// A bit of everything: chrome, copies, a record and a row that cannot be used, a compressed file.
fn write_inputs(desk: &Desk) {
    let story = "Ferry strike enters second week\n\nThe crews of the northern ferries said on \
        Tuesday that they would not sail before Friday, and the port lost a million a day that \
        nobody wanted to pay for, not even the ministry.\n\nShare on Facebook\n\nIt is silent.\n";
    desk.write("in/a.txt", story);
    desk.write("in/b/b.csv", "title,text\nSalt,\"Salt was sold on Monday.\"\nBread\n");
    let records = "{\"text\": \"Bread was baked on Tuesday, and sold.\"}\n{\"text\": 12}\n";
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(records.as_bytes()).unwrap();
    desk.write("in/c.jsonl.gz", packed.finish().unwrap());
    desk.write("in/d.txt", story.replace("second", "third"));
    desk.write("old/a.txt", "An older story\n\nOf the tram and the harbor nobody wrote before.\n");
    desk.write("old/b.jsonl", "{}\n");
}

/// One thread, so that the same call has the same number.
const IN_MEMORY: &[&str] = &["--threads", "1"];
/// With no memory the spool is a file.
const ON_DISK: &[&str] = &["--threads", "1", "--memory", "1"];
const PACKED: &[&str] = &["--threads", "1", "--memory", "1", "--compress", "gz"];

#[test]
fn a_run_is_killed_at_every_call() {
    let calls = Bench::new(Before::Run, ON_DISK).sweep(How::Kill);
    assert!(calls > 80, "{calls} calls");
}

#[test]
fn every_call_of_a_run_fails() {
    let calls = Bench::new(Before::Run, ON_DISK).sweep(How::Eio);
    assert!(calls > 80, "{calls} calls");
}

#[test]
fn the_disk_is_full_from_any_call_on() {
    Bench::new(Before::Nothing, IN_MEMORY).sweep(How::Full);
}

#[test]
fn interrupted_and_short_calls_are_no_faults() {
    let bench = Bench::new(Before::Run, ON_DISK);
    let (output, calls) = bench.fault(How::Short, 1);
    assert!(output.status.success() && bench.files("out") == bench.new, "{}", said(&output));
    let reads = calls.iter().filter(|call| call.name == "read" && call.path == "in/a.txt");
    assert!(reads.count() > 50, "three bytes at a time");
    let (_, calls) = bench.fault(How::Kill, 0);
    // Those that the system may interrupt on files.
    for (call, at) in calls.iter().zip(1..) {
        if matches!(&*call.name, "open" | "create" | "read" | "pread" | "write" | "fsync") {
            let (output, _) = bench.fault(How::Eintr, at);
            let is_new = bench.files("out") == bench.new;
            assert!(output.status.success() && is_new, "{call:?}: {}", said(&output));
        }
    }
}

/// What a power cut leaves is decided by the order of syncs: no name may reach the disk before what
/// it names, nor the report before the files, nor a file of the new run beside the old report.
#[test]
fn syncs_stand_where_a_power_cut_needs_them() {
    for before in [Before::Nothing, Before::Run, Before::Compressed] {
        let bench = Bench::new(before, ON_DISK);
        let (output, calls) = bench.fault(How::Kill, 0);
        assert!(output.status.success(), "{}", said(&output));
        let is = |call: &Call, name: &str, path: &str| call.name == name && call.path == path;
        let at = |name: &str, path: &str| calls.iter().position(|call| is(call, name, path));
        let last = |name: &str, path: &str| calls.iter().rposition(|call| is(call, name, path));
        let synced =
            |from: usize, to: usize| calls[from..to].iter().any(|call| is(call, "fsync", "out"));
        let renames: Vec<(usize, &Call)> =
            calls.iter().enumerate().filter(|(_, call)| call.name == "rename").collect();
        let (report, files) = renames.split_last().unwrap();
        assert_eq!(report.1.other, "out/report.json", "{before:?}");
        assert_eq!(files.len() + 1, bench.new.len(), "every file is renamed: {before:?}");
        // Where the old run ends to be visible, or the new one begins to be written.
        let gone = at("unlink", "out/report.json").unwrap_or(files[0].0 - 1);
        for (index, rename) in &renames {
            let written = last("write", &rename.path).or(last("create", &rename.path)).unwrap();
            let sync = last("fsync", &rename.path).unwrap_or_else(|| panic!("{rename:?}"));
            assert!(written < sync && sync < gone && gone < *index, "{before:?} {rename:?}");
        }
        let removed = |call: &Call| call.name == "unlink" && !call.path.contains(".copydesk-");
        let removals = calls.iter().enumerate().filter(|(_, call)| removed(call));
        let removals: Vec<usize> = removals.map(|(index, _)| index).collect();
        if let Some(unlinked) = at("unlink", "out/report.json") {
            let first = removals.iter().copied().filter(|index| *index > unlinked).min();
            let first = first.unwrap_or(files[0].0).min(files[0].0);
            assert_eq!(removals[0], unlinked, "the report goes first: {before:?}");
            assert!(synced(unlinked, first), "the old report is gone for good first: {before:?}");
        } else {
            let made = at("fsync", ".").expect("the folder's own name is synced");
            assert!(made < report.0, "{before:?}");
        }
        let last_file = files.last().unwrap().0.max(removals.last().copied().unwrap_or(0));
        assert!(synced(last_file, report.0), "files before the report: {before:?}");
        assert!(synced(report.0, calls.len()), "and then the report: {before:?}");
    }
}

/// Starts the program with a pipe as its input that stays open, waits until it has begun to write into
/// `out`, and sends the signal; returns how it ended, and how long that took.
fn interrupt(desk: &Desk, args: &[&str], signal: Signal) -> (Output, Duration) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(args)
        .current_dir(desk.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // More than a pipe holds: when it is taken, the program reads.
    pipe.write_all("{\"text\": \"Salt was sold on Monday.\"}\n".repeat(20_000).as_bytes()).unwrap();
    let start = Instant::now();
    kill_process(Pid::from_child(&child), signal).unwrap();
    let output = child.wait_with_output().unwrap();
    let took = start.elapsed();
    drop(pipe);
    (output, took)
}

#[test]
fn a_signal_ends_a_run_that_waits_for_its_input_and_leaves_no_trace() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let desk = Desk::new();
        for args in [&["run", "-", "-q", "-o", "deep/out"][..], &["clean", "-"]] {
            let (output, took) = interrupt(&desk, args, signal);
            assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(err.ends_with("interrupted\n"), "{args:?}: {err}");
            assert!(took < Duration::from_secs(1), "{args:?} took {took:?}");
            assert!(!desk.path("deep").exists(), "{args:?}");
        }
        // The run that stood there stays.
        desk.write("in/a.txt", "A story\n\nOf the tram and the harbor nobody wrote before.\n");
        desk.run("in", "out", Options::default());
        let before = desk.files("out");
        let (output, _) =
            interrupt(&desk, &["run", "-", "-q", "--memory", "1", "-o", "out"], signal);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert_eq!(desk.files("out"), before);
    }
}

/// Everything, for `cargo xtask faults`: minutes.
#[test]
#[ignore = "takes minutes; run by `cargo xtask faults`"]
fn every_fault_at_every_call_over_every_folder() {
    for before in [Before::Nothing, Before::Run, Before::Compressed] {
        for flags in [IN_MEMORY, ON_DISK, PACKED] {
            let bench = Bench::new(before, flags);
            for how in [How::Kill, How::Eio, How::Enospc, How::Full] {
                let calls = bench.sweep(how);
                eprintln!("{before:?} {flags:?}: {} at each of {calls} calls", how.word());
            }
        }
    }
}
