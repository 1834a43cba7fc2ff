//! Measures whole runs: CPU, wall, peak memory, and how many times the CPU of a program that only
//! reads and rewrites the same file.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use wait4::Wait4;

/// What is measured, and how often.
#[derive(clap::Args)]
pub(crate) struct Bench {
    /// A folder with a corpus: its largest `.jsonl` file is read.
    folder: PathBuf,
    /// How often each command runs; they take turns, so that a busy machine harms all alike.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// The program that is measured.
    #[arg(long, default_value = "target/release/copydesk")]
    program: PathBuf,
    /// A yardstick, started as `PROGRAM ... CORPUS /dev/null`; may have arguments of its own.
    #[arg(long, value_name = "PROGRAM")]
    floor: Option<String>,
    /// Threads of `run`, each a row of the table.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    threads: Vec<u16>,
}

/// A command with what its runs took.
struct Measured {
    name: String,
    command: Vec<OsString>,
    /// A folder that it writes, removed before each run.
    output: Option<PathBuf>,
    runs: Vec<Run>,
}

/// What one run took.
struct Run {
    cpu: Duration,
    wall: Duration,
    peak_bytes: u64,
}

/// The table.
pub(crate) struct Table {
    corpus_bytes: u64,
    rows: Vec<Measured>,
}

/// Runs every command in turn, `runs` times each.
pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Table> {
    let corpus = largest(&bench.folder)?;
    let corpus_bytes = fs::metadata(&corpus)?.len();
    let output = std::env::temp_dir().join(format!("copydesk-bench-{}", std::process::id()));
    let mut rows = commands(bench, &corpus, &output);
    for _ in 0..bench.runs {
        for row in &mut rows {
            let run = row.run()?;
            row.runs.push(run);
        }
    }
    remove(&output)?;
    Ok(Table { corpus_bytes, rows })
}

fn commands(bench: &Bench, corpus: &Path, output: &Path) -> Vec<Measured> {
    let measured = |name: String, command: Vec<OsString>, output: Option<&Path>| Measured {
        name,
        command,
        output: output.map(Path::to_owned),
        runs: Vec::new(),
    };
    let program = bench.program.as_os_str();
    let mut rows = Vec::new();
    if let Some(floor) = &bench.floor {
        let words = floor.split_whitespace().map(OsString::from);
        let command = words.chain([corpus.into(), "/dev/null".into()]).collect();
        rows.push(measured("floor".to_owned(), command, None));
    }
    let clean = ["clean".into(), "--threads".into(), "1".into(), corpus.into()];
    let clean = std::iter::once(program.to_owned()).chain(clean).collect();
    rows.push(measured("clean, 1 thread".to_owned(), clean, None));
    for threads in &bench.threads {
        let mut run: Vec<OsString> = vec![program.to_owned(), "run".into(), corpus.into()];
        run.extend(["--quiet".into(), "--threads".into(), threads.to_string().into()]);
        run.extend(["--output".into(), output.into()]);
        rows.push(measured(format!("run, threads: {threads}"), run, Some(output)));
    }
    rows
}

/// The largest file in `folder` whose name ends in `.jsonl`.
fn largest(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut best: Option<(u64, PathBuf)> = None;
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let path = entry.path();
        let size = entry.metadata()?.len();
        if path.extension().is_some_and(|ending| ending == "jsonl")
            && best.as_ref().is_none_or(|(other, _)| *other < size)
        {
            best = Some((size, path));
        }
    }
    let (size, path) = best.with_context(|| format!("no .jsonl file in {}", folder.display()))?;
    ensure!(size > 0, "{} is empty", path.display());
    Ok(path)
}

impl Measured {
    fn run(&self) -> anyhow::Result<Run> {
        if let Some(output) = &self.output {
            remove(output)?;
        }
        let Some((program, args)) = self.command.split_first() else { bail!("no program") };
        let start = Instant::now();
        let child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| program.to_string_lossy().into_owned())?;
        let done = child.wait4()?;
        let wall = start.elapsed();
        ensure!(done.status.success(), "{:?} ended with {}", self.command, done.status);
        let cpu = done.rusage.utime + done.rusage.stime;
        Ok(Run { cpu, wall, peak_bytes: done.rusage.maxrss })
    }

    /// The median of what `value` says of each run.
    fn median<T: Ord + Copy + Default>(&self, value: impl Fn(&Run) -> T) -> T {
        let mut values: Vec<T> = self.runs.iter().map(value).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or_default()
    }
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| folder.display().to_string())
        }
        _ => Ok(()),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let floor = self.rows.iter().find(|row| row.name == "floor");
        let floor = floor.map(|row| row.median(|run| run.cpu).as_secs_f64());
        let runs = self.rows.first().map_or(0, |row| row.runs.len());
        let megs = megabytes(self.corpus_bytes);
        writeln!(f, "{megs:.1} MB, median of {runs} alternating runs\n")?;
        writeln!(
            f,
            "| command | CPU s | least | most | MB / CPU s | wall s | peak MB | of floor |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for row in &self.rows {
            let cpu = row.median(|run| run.cpu).as_secs_f64();
            let cpus = || row.runs.iter().map(|run| run.cpu);
            let least = cpus().min().unwrap_or_default().as_secs_f64();
            let most = cpus().max().unwrap_or_default().as_secs_f64();
            let wall = row.median(|run| run.wall).as_secs_f64();
            let peak = megabytes(row.median(|run| run.peak_bytes));
            let rate = megs / cpu.max(1e-6);
            let times =
                floor.map_or(String::new(), |floor| format!("{:.2}", cpu / floor.max(1e-6)));
            let name = &row.name;
            writeln!(
                f,
                "| {name} | {cpu:.3} | {least:.3} | {most:.3} | {rate:.0} | {wall:.3} | {peak:.0} | {times} |"
            )?;
        }
        Ok(())
    }
}
