//! Kills a run at random moments, many times, and looks at what is left.
//!
//! Two runs that differ in one option take turns in one folder, so that the old run there and the new
//! one are never the same. After each kill the folder must hold one of them whole, or no report; then
//! the same command must finish, with the bytes of a run in peace.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use copydesk::sample::hash_at;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// What is disturbed, and how often.
#[derive(clap::Args)]
pub(crate) struct Soak {
    /// The folder or file with the inputs.
    input: PathBuf,
    /// How often a run is killed and run again.
    #[arg(long, default_value_t = 200)]
    rounds: u32,
    /// The program.
    #[arg(long, default_value = "target/release/copydesk")]
    program: PathBuf,
    /// Where the random moments begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The runs that take turns: none is like the one before.
const TURNS: &[&[&str]] = &[
    &["--threads", "2"],
    &["--threads", "1", "--memory", "1M", "--paragraphs", "off"],
    &["--threads", "2", "--memory", "1M", "--compress", "zst"],
];

/// Within this time of its start a process may not have come to listen to signals yet: an empty one takes 2 ms.
const START_TIME: Duration = Duration::from_millis(5);

/// A run that was asked to stop must be gone by then.
const STOP_TIME: Duration = Duration::from_secs(1);

/// How one kind of kill went.
#[derive(Default)]
struct Count {
    rounds: u32,
    /// Runs that were done before the signal came.
    done: u32,
    old: u32,
    new: u32,
    no_report: u32,
    longest: Duration,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Table(BTreeMap<&'static str, Count>);

/// Name and digest of every file of a run; of the report, all but the timings.
type Run = BTreeMap<String, String>;

/// Kills and runs again; fails at the first thing that is not as promised.
pub(crate) fn soak(soak: &Soak) -> anyhow::Result<Table> {
    let desk = std::env::temp_dir().join(format!("copydesk-soak-{}", std::process::id()));
    fs::create_dir_all(&desk)?;
    let mut references = Vec::new();
    // The shortest that each took in peace: later than that there is nothing to disturb.
    let mut times = Vec::new();
    for flags in TURNS {
        let output = desk.join("peace");
        let start = Instant::now();
        let status = soak.start(flags, &output)?.wait()?;
        ensure!(status.success(), "{flags:?} ended with {status}");
        times.push(start.elapsed());
        let run = run_in(&output)?.context("a run without a report")?;
        references.push(run);
    }
    let mut random = Random { seed: soak.seed, taken: 0 };
    let mut table = Table::default();
    let output = desk.join("out");
    let mut before: Option<Run> = None;
    for round in 0..soak.rounds {
        let turn = round as usize % TURNS.len();
        let (flags, new) = (TURNS[turn], &references[turn]);
        let (name, signal) = [("KILL", Signal::KILL), ("TERM", Signal::TERM), ("INT", Signal::INT)]
            [random.below(3) as usize];
        let time = times[turn];
        let moment = time.mul_f64(f64::from(random.below(1000)) / 1000.0);
        let what = format!("round {round}, {name} after {moment:?} of {time:?}, {flags:?}");
        let (status, took) = stop(soak.start(flags, &output)?, signal, moment)?;
        let count = table.0.entry(name).or_default();
        count.rounds += 1;
        count.done += u32::from(status.success());
        count.longest = count.longest.max(took);
        let after = run_in(&output).with_context(|| what.clone())?;
        match &after {
            None => count.no_report += 1,
            Some(run) if run == new => count.new += 1,
            run if *run == before => count.old += 1,
            Some(_) => bail!("{what}: neither the old run nor the new one"),
        }
        if !status.success() && signal != Signal::KILL {
            let code = if signal == Signal::INT { 130 } else { 143 };
            // Before the program can listen, the system itself ends it.
            let is_early = moment < START_TIME && status.signal() == Some(signal.as_raw());
            ensure!(is_early || status.code() == Some(code), "{what}: ended with {status}");
            ensure!(took <= STOP_TIME, "{what}: took {took:?} to stop");
            ensure!(after == before, "{what}: the folder is not as it was");
            let left = temporaries(&output)?;
            ensure!(left.is_empty(), "{what}: left {left:?}");
        }
        let start = Instant::now();
        let status = soak.start(flags, &output)?.wait()?;
        ensure!(status.success(), "{what}: again, it ended with {status}");
        times[turn] = time.min(start.elapsed());
        let again = run_in(&output).with_context(|| what.clone())?;
        ensure!(again.as_ref() == Some(new), "{what}: again, other bytes than a run in peace");
        let left = temporaries(&output)?;
        ensure!(left.is_empty(), "{what}: again, left {left:?}");
        before = again;
    }
    fs::remove_dir_all(&desk)?;
    Ok(table)
}

impl Soak {
    fn start(&self, flags: &[&str], output: &Path) -> anyhow::Result<Child> {
        Command::new(&self.program)
            .arg("run")
            .arg(&self.input)
            .args([OsStr::new("--quiet"), OsStr::new("--output"), output.as_os_str()])
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| self.program.display().to_string())
    }
}

/// Sends `signal` after `moment`; returns how the process ended and how long it took after that.
fn stop(
    mut child: Child,
    signal: Signal,
    moment: Duration,
) -> anyhow::Result<(ExitStatus, Duration)> {
    thread::sleep(moment);
    if let Some(status) = child.try_wait()? {
        return Ok((status, Duration::ZERO));
    }
    let start = Instant::now();
    kill_process(Pid::from_child(&child), signal)?;
    let status = child.wait()?;
    Ok((status, start.elapsed()))
}

/// The run in `folder`, `None` without a report; each file must be the one that the report names.
fn run_in(folder: &Path) -> anyhow::Result<Option<Run>> {
    let bytes = match fs::read(folder.join("report.json")) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut report: Value = serde_json::from_slice(&bytes)?;
    let mut run = Run::new();
    for output in report["outputs"].as_array().context("no list of outputs")? {
        let name = output["path"].as_str().context("an output without a path")?;
        let bytes = fs::read(folder.join(name)).with_context(|| name.to_owned())?;
        let digest = blake3::hash(&bytes).to_hex().to_string();
        ensure!(output["blake3"] == digest.as_str(), "{name} is not the file of this report");
        run.insert(name.to_owned(), digest);
    }
    report.as_object_mut().context("no object")?.remove("timings");
    run.insert("report.json".to_owned(), blake3::hash(report.to_string().as_bytes()).to_string());
    Ok(Some(run))
}

fn temporaries(folder: &Path) -> anyhow::Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            found.push(name);
        }
    }
    Ok(found)
}

/// Random numbers.
struct Random {
    seed: u64,
    taken: u64,
}

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.taken += 1;
        let number = hash_at(self.seed, self.taken) >> 32;
        u32::try_from((number * u64::from(end)) >> 32).unwrap_or(0)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| signal | rounds | done before | old run | new run | no report | longest stop |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for (name, count) in &self.0 {
            let Count { rounds, done, old, new, no_report, longest } = count;
            let longest = longest.as_millis();
            writeln!(
                f,
                "| {name} | {rounds} | {done} | {old} | {new} | {no_report} | {longest} ms |"
            )?;
        }
        Ok(())
    }
}
