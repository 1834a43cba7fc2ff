//! The whole program on one page: three passes over the articles, with what must be known of all of
//! them decided between the passes.
//!
//! 1. Read, segment, strip, normalize, fingerprint, each batch on its own, in parallel; what comes
//!    out waits in a spool, what is needed of all articles goes to flat tables.
//! 2. Learn boilerplate; fingerprint the articles that hold some again; decide which are copies.
//! 3. Write, in parallel by piece of the spool and in order.

mod gather;
mod global;
mod guard;
mod idle;
mod index;
mod near_pass;
mod ordered;
mod samples;
mod sketches;
mod spool;
mod stored;
mod tally;
mod write_pass;

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Instant;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use self::gather::Gathered;
use self::idle::{Idle, kept};
use self::ordered::ordered;
pub use self::write_pass::BOILERPLATE;
use crate::boilerplate::{Counted, Learned, Learner, Part, Repeated};
use crate::clean::{CleanArticle, Cleaner, Scratch};
use crate::dedupe::near::Miss;
use crate::dedupe::{self, Verdict};
use crate::error::{Error, ErrorKind};
use crate::fingerprint;
use crate::ledger::{Reason, Reject};
use crate::observer::Observer;
use crate::options::{Compression, Duplicates, Options, Paragraphs};
use crate::page::{self, Samples};
use crate::read::{self, Batch, FieldName, Limits, ReadOptions, Reader};
use crate::report::{self, Phase, Report, Timings, Totals};
use crate::strip;
use crate::write::folder::{OutputFolder, OutputSummary, PAGE};
use crate::write::rows::ArticleRow;

/// The rules that are not of one article alone: name, reason, and doc with a summary as its first line.
pub const WIDER_RULES: &[(&str, Reason, &str)] = &[
    (
        write_pass::BOILERPLATE,
        Reason::Boilerplate,
        "Paragraphs that recur over the articles of their source.\n\n\
         Learned from the whole input: a paragraph that stands in a third of a source's articles, or at\n\
         the edges of a fiftieth of them and hardly anywhere else; also a line at the edges that differs\n\
         only in its date. Sub-heads, questions and refrains stay. Copies of one article count once.\n\
         `docs/boilerplate.md` has the whole rule.\n\
         `--paragraphs off` switches it off as `--no-rule` does.\n",
    ),
    (
        write_pass::PARAGRAPH_REPEAT,
        Reason::ParagraphRepeat,
        "Every later copy of a paragraph, with `--paragraphs global`.\n\n\
         Over written articles, in input order. An article is never emptied, and within one article\n\
         nothing is a repeat.\n",
    ),
    (
        crate::clean::INVISIBLE_LINE,
        Reason::ScriptResidue,
        "A line of characters that cannot be seen.\n\n\
         It is no paragraph, for its key is empty; it cannot be switched off.\n",
    ),
];

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
    let found = find(job, &read_options(job), observer)?;
    let mut folder = OutputFolder::open(&job.output, &job.inputs)?;
    observer.writing(folder.give_up());
    let pool = pool(options.threads)?;

    observer.phase("cleaning", found.inputs.iter().filter_map(|input| input.bytes).sum());
    let mut gathered = Gathered::new(options, &found, &folder, observer)?;
    let reader = Reader::new(found.inputs, &read_options(job));
    let cleaning = Cleaning::new(Cleaner::new(options));
    gathered.gather(&pool, reader, (&cleaning, options.keep), observer, &folder)?;
    clock.lap("clean");

    observer.phase("looking for copies", gathered.spool.bytes());
    let unwanted = options.no_rules.iter().any(|rule| rule == write_pass::BOILERPLATE);
    let notes = std::mem::take(&mut gathered.learner);
    let counted = count(&pool, &notes, memory(options) / COUNTING_SHARE);
    let mut learned = match options.paragraphs {
        Paragraphs::Boilerplate | Paragraphs::Global if !unwanted => counted.learned(),
        _ => Learned::default(),
    };
    if let Some(keep) = options.keep_list.as_ref().filter(|_| !learned.is_empty()) {
        gathered.forget_kept(&pool, &mut learned, keep, observer)?;
    }
    let repeated = counted.repeated(&learned, report::LIST_ROWS_MAX);
    // What was noted of the articles is not needed again.
    drop(notes);
    gathered.fingerprint(&pool, &learned, observer)?;
    gathered.index.settle_ids();
    let mut verdicts = match options.duplicates {
        Duplicates::Keep => vec![Verdict::Keep; gathered.index.len()],
        Duplicates::Drop | Duplicates::Mark => {
            dedupe::decide(&gathered.index.candidates, options.keep)
        }
    };
    clock.lap("exact");
    let misses = match options.near {
        Some(threshold) if options.duplicates != Duplicates::Keep => {
            observer.phase("looking for near copies", gathered.spool.bytes());
            let (known, how) = ((&gathered, &learned), (options, threshold));
            near_pass::find(&pool, known, how, &folder, &mut verdicts, observer)?
        }
        _ => Vec::new(),
    };
    clock.lap("near");

    observer.phase("writing", gathered.spool.bytes());
    let known = Known {
        options,
        gathered: &gathered,
        learned: &learned,
        repeated: &repeated,
        verdicts: &verdicts,
        misses: &misses,
    };
    let (mut report, mut samples) = write_pass::write(&pool, &known, &mut folder, observer)?;
    clock.lap("write");

    report.check().map_err(|sum| Error::at(job.output.display(), ErrorKind::Bug(sum)))?;
    write_page(&report, &mut samples, &mut folder)?;
    clock.lap("page");
    let output = |summary: OutputSummary| report::Output {
        rows: (summary.path != PAGE).then_some(summary.rows),
        path: summary.path,
        bytes: summary.bytes,
        blake3: summary.blake3,
    };
    report.outputs = folder.outputs().into_iter().map(output).collect();
    report.timings = clock.timings();
    let bytes = serde_json::to_vec_pretty(&report)
        .map_err(|error| Error::at("report.json", ErrorKind::Bug(error.to_string())))?;
    if observer.interrupted() {
        return Err(Error::at(job.output.display(), ErrorKind::Interrupted));
    }
    folder.commit(&bytes)?;
    Ok(report)
}

/// Counts the paragraphs noted, as many parts of them at once as there are threads.
fn count<'n>(pool: &ThreadPool, notes: &'n Learner, memory: u64) -> Counted<'n> {
    let at_once = u32::try_from(pool.current_num_threads()).unwrap_or(1);
    let parts = notes.parts(memory, at_once);
    let rounds = (0..parts.get()).step_by(at_once as usize);
    let looked_at = rounds.flat_map(|first| -> Vec<Part> {
        let round = first..first + at_once;
        pool.install(|| round.into_par_iter().map(|part| Part::of(notes, part, parts)).collect())
    });
    Counted::of(notes, looked_at)
}

/// Part of the memory that counting paragraphs may take, besides the notes of them.
const COUNTING_SHARE: u64 = 8;

/// Bytes of memory that this process may take where it is in a container, or under a limit of the service
/// manager.
fn limit(system: &mut sysinfo::System) -> Option<u64> {
    let process = sysinfo::get_current_pid().ok()?;
    let own = sysinfo::ProcessesToUpdate::Some(&[process]);
    system.refresh_processes_specifics(own, false, sysinfo::ProcessRefreshKind::nothing());
    Some(system.process(process)?.cgroup_limits()?.total_memory)
}

/// Bytes of memory that a run may take for what grows with its input: by default a quarter of the machine's,
/// or of what the container it runs in may take.
fn memory(options: &Options) -> u64 {
    /// Part of the machine's memory: several runs may share it, and the files read and written go through it.
    const SHARE: u64 = 4;
    /// Where the system does not say how much it has.
    const UNKNOWN: u64 = 1 << 30;
    static OF_MACHINE: LazyLock<u64> = LazyLock::new(|| {
        let Ok(mut system) = sysinfo::System::new() else { return UNKNOWN };
        system.refresh_memory();
        let memory = limit(&mut system).unwrap_or(u64::MAX).min(system.total_memory());
        if memory == 0 { UNKNOWN } else { memory / SHARE }
    });
    options.memory.unwrap_or_else(|| *OF_MACHINE)
}

/// A rule, of one article or of many.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The name users write after `--no-rule` and read in reports.
    pub name: &'static str,
    /// The reasons it gives.
    pub reasons: &'static [Reason],
    /// What it looks for, why that is safe, and where it was seen; the first line is a summary.
    pub doc: &'static str,
}

impl Rule {
    /// The first line of its doc.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.doc.lines().next().unwrap_or_default().trim()
    }
}

/// Every rule, in the order they are listed to users.
pub fn rules() -> impl Iterator<Item = Rule> {
    let own = |rule: &&'static dyn strip::Rule| Rule {
        name: rule.name(),
        reasons: rule.reasons(),
        doc: rule.doc(),
    };
    let wider = |(name, reason, doc): &'static (&'static str, Reason, &'static str)| Rule {
        name,
        reasons: std::slice::from_ref(reason),
        doc,
    };
    strip::RULES.iter().map(own).chain(WIDER_RULES.iter().map(wider))
}

/// Writes the report for people into `folder`. It is never compressed: it is there to be opened.
fn write_page(
    report: &Report,
    samples: &mut Samples,
    folder: &mut OutputFolder,
) -> Result<(), Error> {
    let rules: Vec<_> = rules().map(|rule| (rule.name, rule.summary())).collect();
    let html = page::page(report, samples, &rules)
        .map_err(|error| Error::at(PAGE, ErrorKind::Bug(error.to_string())))?;
    let mut file = folder.create(PAGE, Compression::None)?;
    file.append(html.as_bytes())?;
    folder.seal(file)?;
    Ok(())
}

/// All that is known of the whole corpus when writing begins.
struct Known<'a> {
    options: &'a Options,
    gathered: &'a Gathered,
    learned: &'a Learned,
    /// The paragraphs in most articles, and how many are in more than one.
    repeated: &'a (Vec<Repeated>, u64),
    verdicts: &'a [Verdict],
    misses: &'a [Miss],
}

/// Cleans the inputs of `job`, whose output is the file that `out` goes to, in one pass and writes each
/// article to `out` as a line of JSON, in input order: the same rows as a run that looks for nothing
/// across articles, but for ids made unique. Holds a few batches at a time, however much there is to read. Rejects go to the observer.
///
/// # Errors
/// When an input is missing, or `out` cannot be written.
pub fn clean(
    job: &Job,
    out: &mut (dyn Write + Send),
    observer: &dyn Observer,
) -> Result<Totals, Error> {
    let reading = ReadOptions {
        skip_folder: None,
        skip_file: Some(job.output.clone()),
        unhashed: true,
        ..read_options(job)
    };
    let found = find(job, &reading, observer)?;
    let mut totals = Totals { files: found.inputs.len() as u64, ..Totals::default() };
    for reject in &found.rejects {
        gather::tell(reject, observer);
        totals.files += 1;
        totals.files_failed += 1;
    }
    let pool = pool(job.options.threads)?;
    let cleaning = Cleaning::new(Cleaner::new(&job.options).writing());
    observer.phase("cleaning", found.inputs.iter().filter_map(|input| input.bytes).sum());
    let reader = Reader::new(found.inputs, &reading);
    let idle: Idle<Vec<u8>> = Idle::default();
    let work = |batch: Batch| rows(batch, &cleaning, idle.take().unwrap_or_default());
    let mut left = job.options.limit.unwrap_or(u64::MAX);
    let mut failed = None;
    let flow = ordered(&pool, reader, work, |rows| {
        if observer.interrupted() {
            return ControlFlow::Break(Err(Error::at("clean", ErrorKind::Interrupted)));
        }
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => return ControlFlow::Break(Err(error)),
        };
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(rows.ends.len());
        let end = wanted.checked_sub(1).map_or(0, |last| rows.ends[last].bytes);
        if let Err(error) = out.write_all(&rows.bytes[..end]) {
            return ControlFlow::Break(Err(Error::write("standard output", error)));
        }
        for record in &rows.ends[..wanted] {
            totals.read += 1;
            totals.written += u64::from(record.written);
            totals.rejected += u64::from(!record.written);
        }
        idle.give(kept(rows.bytes));
        left -= wanted as u64;
        if rows.failed && failed.replace(rows.input) != Some(rows.input) {
            totals.files_failed += 1;
        }
        totals.bytes_in += rows.bytes_read;
        rows.rejects.iter().for_each(|reject| gather::tell(reject, observer));
        observer.advance(rows.bytes_read, wanted as u64);
        if left == 0 { ControlFlow::Break(Ok(())) } else { ControlFlow::Continue(()) }
    });
    match flow {
        ControlFlow::Continue(()) | ControlFlow::Break(Ok(())) => Ok(totals),
        ControlFlow::Break(Err(error)) => Err(error),
    }
}

/// What [`clean`] makes of one batch.
#[derive(Default)]
struct CleanRows {
    input: usize,
    bytes: Vec<u8>,
    ends: Vec<Record>,
    rejects: Vec<Reject>,
    failed: bool,
    bytes_read: u64,
}

/// One record: where its row ends, and whether it has one.
struct Record {
    bytes: usize,
    written: bool,
}

/// Bytes of rows that room is made for at once: a batch, and a quarter more for fingerprints.
const ROWS_BYTES: usize = 5 << 18;

/// Cleans one batch, in memory that was used before.
fn rows(batch: Batch, cleaning: &Cleaning, mut bytes: Vec<u8>) -> Result<CleanRows, Error> {
    bytes.clear();
    let (input, bytes_read) = (batch.input, batch.bytes_read);
    let mut rows = CleanRows { input, bytes, bytes_read, ..CleanRows::default() };
    // What was read, where it was not compressed, and a quarter more for the fingerprints of short paragraphs.
    let room = bytes_read + bytes_read / 4;
    rows.bytes.reserve(usize::try_from(room).unwrap_or(0).min(ROWS_BYTES));
    let mut paragraphs = Vec::new();
    cleaning.each_article(batch, &mut |outcome| {
        let written = outcome.is_ok();
        let whole_file = outcome.as_ref().is_err_and(|reject| reject.record.is_none());
        match outcome {
            Ok(article) => {
                paragraphs.clear();
                paragraphs.extend(article.digests.iter().map(|digest| digest.0));
                let own = || fingerprint::article_of(&paragraphs);
                let row = ArticleRow {
                    id: article.id.as_deref().unwrap_or(&article.made_id),
                    dump: &article.dump,
                    source: Some(&article.source),
                    url: article.url.as_deref(),
                    title: article.title.as_deref(),
                    byline: article.byline.as_deref(),
                    dateline: article.dateline.as_deref(),
                    published: article.published.as_deref(),
                    language: article.language.as_deref(),
                    text: &article.text,
                    captions: &article.captions,
                    fingerprint: &article.fingerprint.unwrap_or_else(own).hex(),
                    paragraphs: &paragraphs,
                    words: article.words as u64,
                    copies: 0,
                    duplicate_of: None,
                    meta: article.meta.as_deref(),
                };
                row.jsonl(&mut rows.bytes);
            }
            Err(reject) => rows.rejects.push(reject),
        }
        rows.failed |= whole_file;
        if !whole_file {
            rows.ends.push(Record { bytes: rows.bytes.len(), written });
        }
    })?;
    Ok(rows)
}

fn find(job: &Job, reading: &ReadOptions, observer: &dyn Observer) -> Result<read::Found, Error> {
    let found = read::find(&job.inputs, reading)?;
    for warning in &found.warnings {
        observer.problem("", warning);
    }
    if found.inputs.is_empty() && found.rejects.is_empty() {
        let names: Vec<String> = job.inputs.iter().map(|path| path.display().to_string()).collect();
        let kind =
            ErrorKind::Usage("no file to read in it; name a folder or file that has some".into());
        return Err(Error::at(names.join(", "), kind));
    }
    Ok(found)
}

/// A pool of its own for each run, so that two runs in one process do not share anything.
fn pool(threads: usize) -> Result<ThreadPool, Error> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Error::at("threads", ErrorKind::Usage(error.to_string())))
}

/// How the inputs of `job` are found and read.
pub(crate) fn read_options(job: &Job) -> ReadOptions {
    let field =
        |(name, column): &(String, String)| Some((name.parse::<FieldName>().ok()?, column.clone()));
    ReadOptions {
        from: job.options.from,
        fields: job.options.fields.iter().filter_map(field).collect(),
        exclude: job.options.exclude.clone(),
        skip_folder: Some(job.output.clone()),
        limits: Limits::from(&job.options.limits),
        ..ReadOptions::default()
    }
}

/// A cleaner and the buffers of those who work with it. Buffers that go from batch to batch remember more
/// lines of the sites (`strip::seen`).
struct Cleaning {
    cleaner: Cleaner,
    idle: Idle<Scratch>,
}

impl Cleaning {
    fn new(cleaner: Cleaner) -> Cleaning {
        Cleaning { cleaner, idle: Idle::default() }
    }

    /// Cleans every article of `batch`; returns how many records were repaired.
    fn each_article(&self, batch: Batch, each: guard::Each) -> Result<u64, Error> {
        let mut scratch = self.idle.take().unwrap_or_default();
        let mut clean = |dumps: &[_], at: &_, each: guard::Each| {
            self.cleaner.clean_all(dumps, &mut scratch, at, each);
        };
        let repaired = guard::each_article(batch, &mut clean, each)?;
        self.idle.give(scratch);
        Ok(repaired)
    }
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
