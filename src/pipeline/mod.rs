//! The whole program on one page: three passes over the articles, with what must be known of all of
//! them decided between the passes.
//!
//! 1. Read, segment, strip, normalize, fingerprint, each batch on its own, in parallel; what comes
//!    out waits in a spool, what is needed of all articles goes to flat tables.
//! 2. Learn boilerplate; fingerprint the articles that hold some again; decide which are copies.
//! 3. Write, in parallel by piece of the spool and in order.

mod gather;
mod global;
mod index;
mod ordered;
mod spool;
mod stored;
mod tally;
mod write_pass;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};

use self::gather::Gathered;
use self::ordered::ordered;
use self::stored::StoredArticle;
use crate::boilerplate::Learned;
use crate::clean::{CleanArticle, Cleaner, Scratch};
use crate::dedupe::{self, Verdict};
use crate::error::{Error, ErrorKind};
use crate::fingerprint;
use crate::ledger::Reject;
use crate::observer::Observer;
use crate::options::{Duplicates, Options, Paragraphs};
use crate::read::{self, Batch, FieldName, ReadOptions, Reader};
use crate::report::{self, Phase, Report, Timings};
use crate::write::folder::OutputFolder;

/// Bytes of cleaned articles held in memory where no budget is given.
const MEMORY_DEFAULT: u64 = 1 << 30;

/// What to run on and where to write.
#[derive(Clone, Debug)]
pub struct Job {
    /// Files and folders; `-` is the standard input.
    pub inputs: Vec<PathBuf>,
    /// The folder for the results.
    pub output: PathBuf,
    /// What the run may vary.
    pub options: Options,
}

/// Runs `job`: reads every input, writes every article once and the account of what was left out,
/// and returns the report that was committed with them.
///
/// The same inputs in the same order and the same options give the same bytes, whatever the number of
/// threads and the budget of memory.
///
/// # Errors
/// When the command cannot be carried out at all, when the output cannot be written, when `observer`
/// says that the user wants to stop. An input or record that cannot be read is no error of the run:
/// it stands in the report and in `rejects.jsonl`.
pub fn run(job: &Job, observer: &dyn Observer) -> Result<Report, Error> {
    let options = &job.options;
    let mut clock = Clock::start();
    let found = find(job, observer)?;
    let mut folder = OutputFolder::open(&job.output, &job.inputs)?;
    let pool = pool(options.threads)?;

    observer.phase("cleaning", found.inputs.iter().filter_map(|input| input.bytes).sum());
    let mut gathered = Gathered::new(options, &found, &folder)?;
    let reader = Reader::new(found.inputs, read_options(job));
    gathered.gather(&pool, reader, &Cleaner::new(options), observer, &folder)?;
    clock.lap("clean");

    observer.phase("looking for copies", gathered.spool.bytes());
    let learned = match options.paragraphs {
        Paragraphs::Off => Learned::default(),
        Paragraphs::Boilerplate | Paragraphs::Global => gathered.learner.learned(),
    };
    if !learned.is_empty() {
        gathered.fingerprint_again(&pool, &learned, observer)?;
    }
    gathered.index.settle_ids();
    let verdicts = match options.duplicates {
        Duplicates::Keep => vec![Verdict::Keep; gathered.index.len()],
        Duplicates::Drop | Duplicates::Mark => {
            dedupe::decide(&gathered.index.candidates, options.keep)
        }
    };
    clock.lap("decide");

    observer.phase("writing", gathered.spool.bytes());
    let known = Known { options, gathered: &gathered, learned: &learned, verdicts: &verdicts };
    let mut report = write_pass::write(&pool, &known, &mut folder, observer)?;
    clock.lap("write");

    report.check().map_err(|sum| Error::at(job.output.display(), ErrorKind::Bug(sum)))?;
    report.outputs = folder.outputs().into_iter().map(report::Output::from).collect();
    report.timings = clock.timings();
    let bytes = report.to_json();
    if observer.interrupted() {
        return Err(Error::at(job.output.display(), ErrorKind::Interrupted));
    }
    folder.commit(&bytes)?;
    Ok(report)
}

/// All that is known of the whole corpus when writing begins.
struct Known<'a> {
    options: &'a Options,
    gathered: &'a Gathered,
    learned: &'a Learned,
    verdicts: &'a [Verdict],
}

/// Cleans `inputs` in one pass and hands each article to `each`, in input order, with the bytes of
/// its record; rejects likewise. Needs memory for a few batches only.
///
/// # Errors
/// When an input is missing, or when `each` fails.
pub fn clean(
    job: &Job,
    observer: &dyn Observer,
    mut each: impl FnMut(Cleaned) -> Result<(), Error> + Send,
) -> Result<(), Error> {
    let found = find(job, observer)?;
    for reject in found.rejects {
        each(Cleaned { rejects: vec![reject], ..Cleaned::default() })?;
    }
    let pool = pool(job.options.threads)?;
    let cleaner = Cleaner::new(&job.options);
    let mut left = job.options.limit.unwrap_or(u64::MAX);
    let reader = Reader::new(found.inputs, read_options(job));
    let work = |batch: Batch| {
        let failed = batch.finished.as_ref().is_some_and(|summary| summary.failed);
        let mut cleaned = Cleaned { failed, ..Cleaned::default() };
        let mut hex = String::new();
        for_each_article(batch, &cleaner, &mut |outcome| match outcome {
            Ok(article) => {
                let digests = fingerprint::concat(&article.digests);
                let stored = StoredArticle::of(&article, &digests);
                hex.clear();
                hex.push_str(&fingerprint::article(&article.digests).to_string());
                let paragraphs: Vec<[u8; 32]> = article.digests.iter().map(|d| d.0).collect();
                let settled = stored::Settled {
                    id: article.id.as_deref().unwrap_or(&article.made_id),
                    text: &article.text,
                    fingerprint: &hex,
                    paragraphs: &paragraphs,
                    words: article.words,
                    copies: 0,
                    duplicate_of: None,
                };
                stored.row(&settled).jsonl(&mut cleaned.rows);
                cleaned.ends.push(cleaned.rows.len());
            }
            Err(reject) => {
                cleaned.rejects.push(reject);
                cleaned.ends.push(cleaned.rows.len());
            }
        });
        cleaned
    };
    let flow = ordered(&pool, reader, work, |mut cleaned| {
        if observer.interrupted() {
            return ControlFlow::Break(Err(Error::at("clean", ErrorKind::Interrupted)));
        }
        let records = cleaned.ends.len() as u64;
        if records >= left {
            let last = usize::try_from(left).unwrap_or(usize::MAX);
            cleaned.rows.truncate(last.checked_sub(1).map_or(0, |last| cleaned.ends[last]));
        }
        left = left.saturating_sub(records);
        match each(cleaned) {
            Ok(()) if left > 0 => ControlFlow::Continue(()),
            end => ControlFlow::Break(end),
        }
    });
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(end) => end,
    }
}

/// What [`clean`] made of one batch.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// Rows of `articles.jsonl`.
    pub rows: Vec<u8>,
    /// Records and files that could not be used.
    pub rejects: Vec<Reject>,
    /// Whether this was the end of an input that could not be read to its end.
    pub failed: bool,
    /// Where in `rows` each record ends.
    ends: Vec<usize>,
}

fn find(job: &Job, observer: &dyn Observer) -> Result<read::Found, Error> {
    let found = read::find(&job.inputs, &read_options(job))?;
    for warning in &found.warnings {
        observer.problem("", warning);
    }
    if found.inputs.is_empty() && found.rejects.is_empty() {
        let names: Vec<String> = job.inputs.iter().map(|path| path.display().to_string()).collect();
        let kind = ErrorKind::Usage("no file to read in it; name a folder or file that has some".into());
        return Err(Error::at(names.join(", "), kind));
    }
    Ok(found)
}

/// A pool of its own for each run, so that two runs in one process do not share anything.
fn pool(threads: usize) -> Result<ThreadPool, Error> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Error::at("threads", ErrorKind::Usage(error.to_string())))
}

fn read_options(job: &Job) -> ReadOptions {
    let format = |format: crate::options::Format| format.as_str().parse().unwrap_or_default();
    let field = |(name, column): &(String, String)| {
        Some((name.parse::<FieldName>().ok()?, column.clone()))
    };
    ReadOptions {
        from: format(job.options.from),
        fields: job.options.fields.iter().filter_map(field).collect(),
        exclude: job.options.exclude.clone(),
        skip_folder: Some(job.output.clone()),
        ..ReadOptions::default()
    }
}

/// Parses `batch` and cleans every dump in it.
fn for_each_article(
    batch: Batch,
    cleaner: &Cleaner,
    each: &mut dyn FnMut(Result<CleanArticle, Reject>),
) -> u64 {
    let mut scratch = Scratch::default();
    let counts = batch.parse(&mut |dump| match dump {
        Ok(dump) => cleaner.clean(&dump, &mut scratch, each),
        Err(reject) => each(Err(reject)),
    });
    counts.repaired
}

/// Measures the phases of a run. A clock that goes backwards measures nothing.
struct Clock {
    start: Instant,
    lap: Instant,
    phases: Vec<Phase>,
}

impl Clock {
    fn start() -> Clock {
        let now = Instant::now();
        Clock { start: now, lap: now, phases: Vec::new() }
    }

    fn lap(&mut self, phase: &str) {
        let now = Instant::now();
        let seconds = now.saturating_duration_since(self.lap).as_secs_f64();
        self.phases.push(Phase { phase: phase.to_owned(), seconds });
        self.lap = now;
    }

    fn timings(self) -> Timings {
        let total = Instant::now().saturating_duration_since(self.start);
        Timings { total_seconds: total.as_secs_f64(), phases: self.phases }
    }
}
