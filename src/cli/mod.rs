//! The command line around the library: it parses, shows and reports, and decides nothing about
//! articles.

pub mod args;
pub mod config;
pub mod diff;
pub mod docs;
pub mod interrupt;
pub mod messages;
pub mod progress;
pub mod report;
mod rows;
pub mod rules;
pub mod score;
pub mod summary;
pub mod table;
pub mod usage;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use clap::error::ErrorKind as ClapErrorKind;
use serde_json::{Map, Value};

use crate::cli::args::{
    CleanArgs, Cli, Command, Given, InputArgs, Plan, ProgressMode, ReportArgs, ReviewArgs,
    RuleArgs, RunArgs,
};
use crate::cli::interrupt::Interrupt;
use crate::cli::messages::{Exit, Messages};
use crate::cli::progress::Console;
use crate::cli::rules::RuleDoc;
use crate::cli::table::Look;
use crate::error::{Error, ErrorKind};
use crate::keep::KeepList;
use crate::model::Model;
use crate::observer::Observer;
use crate::options::{self, Extent};
use crate::report::{Report, Totals};
use crate::text::terminal_safe_json;

/// What the library does for the command line.
///
/// Problems that end nothing go to [`Observer::problem`]; an interrupt that the observer tells of
/// comes back as [`ErrorKind::Interrupted`].
pub trait Commands {
    /// Reads `plan.inputs`, writes the files of a run to `plan.output`.
    ///
    /// # Errors
    /// When the run was refused or could not be finished.
    fn run(&self, plan: &Plan, observer: &dyn Observer) -> Result<Report, Error>;

    /// Reads `plan.inputs`, writes articles as JSON lines to `out`.
    ///
    /// # Errors
    /// When it was refused or could not be finished.
    fn clean(
        &self,
        plan: &Plan,
        out: &mut (dyn Write + Send),
        observer: &dyn Observer,
    ) -> Result<Totals, Error>;

    /// Writes to `out` the article `id` of the run in `dir` as it came in, block by block. Styles in
    /// it are dropped where they do not belong.
    ///
    /// # Errors
    /// When there is no such run or article, or its input is not what it was.
    fn explain(
        &self,
        dir: &Path,
        id: &str,
        out: &mut dyn Write,
        observer: &dyn Observer,
    ) -> Result<(), Error>;

    /// Whether the run in `dir` is whole. What was checked is written to `out`; each thing that is
    /// wrong is a problem for the observer.
    ///
    /// # Errors
    /// When there is no such run, or its inputs are not what they were.
    fn verify(
        &self,
        dir: &Path,
        extent: Extent,
        out: &mut dyn Write,
        observer: &dyn Observer,
    ) -> Result<bool, Error>;

    /// Appends to `out` a CSV file of at most `count` things that the run in `dir` took out, to be
    /// judged.
    ///
    /// # Errors
    /// When there is no such run, or it cannot be read.
    fn review(
        &self,
        dir: &Path,
        count: u64,
        out: &mut Vec<u8>,
        observer: &dyn Observer,
    ) -> Result<(), Error>;

    /// Every strip rule, in the order of the lists.
    fn rules(&self) -> &[RuleDoc];

    /// The name and JSON Schema of each kind of record written, but the report.
    fn schemas(&self) -> Vec<(&'static str, Value)>;
}

/// Carries out `argv`, the program's name first, on the standard streams of this process.
pub fn main(argv: impl IntoIterator<Item = OsString>, commands: &dyn Commands) -> Exit {
    let messages = Messages::stderr();
    let (cli, matches) = match args::parse(argv) {
        Ok(parsed) => parsed,
        Err(error) => return not_parsed(&error, &messages),
    };
    let interrupt = Interrupt::default();
    match dispatch(cli, &matches, commands, &interrupt) {
        Ok(exit) => exit,
        Err(error) => {
            messages.error(&error);
            match Exit::of(&error.kind) {
                Exit::Interrupted => interrupt.exit(),
                exit => exit,
            }
        }
    }
}

/// Help and version are clap's errors too, for standard output.
fn not_parsed(error: &clap::Error, messages: &Messages) -> Exit {
    match error.kind() {
        ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion => match error.print() {
            Ok(()) => Exit::Done,
            Err(error) => {
                let error = Error::write("standard output", error);
                messages.error(&error);
                Exit::of(&error.kind)
            }
        },
        _ => {
            messages.problem("", &usage::one_line(error));
            Exit::Usage
        }
    }
}

fn dispatch(
    cli: Cli,
    matches: &ArgMatches,
    commands: &dyn Commands,
    interrupt: &Interrupt,
) -> Result<Exit, Error> {
    let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
    let console = |mode| {
        let console = Console::new(mode, interrupt.clone());
        if let Err(error) = interrupt.watch() {
            let what = format!("cannot watch for interrupts ({error}); going on without");
            console.messages.problem("", &what);
        }
        console
    };
    match cli.command {
        None => {
            let plan = plan_run(cli.run, matches)?;
            refuse_command_names(&plan)?;
            run(&plan, commands, &console(plan.progress))
        }
        Some(Command::Run(args)) => {
            let plan = plan_run(*args, matches)?;
            run(&plan, commands, &console(plan.progress))
        }
        Some(Command::Clean(args)) => {
            let plan = plan_clean(*args, matches)?;
            // A bar would run through articles that scroll by on the same terminal.
            let mode = match plan.progress {
                ProgressMode::Auto if io::stdout().is_terminal() => ProgressMode::Never,
                mode => mode,
            };
            clean(&plan, commands, &console(mode))
        }
        Some(Command::Explain(args)) => {
            let console = console(ProgressMode::Never);
            let mut page = Vec::new();
            commands.explain(&args.dir, &args.id, &mut page, &console)?;
            print(&page)
        }
        Some(Command::Verify(args)) => {
            let console = console(ProgressMode::Auto);
            if args.all {
                console.messages.lift_limit();
            }
            let mut page = Vec::new();
            let extent = if args.all { Extent::All } else { Extent::Sample };
            let verified = commands.verify(&args.dir, extent, &mut page, &console);
            console.progress.finish();
            console.messages.finish();
            let is_whole = verified?;
            print(&page)?;
            Ok(if is_whole { Exit::Done } else { Exit::Incomplete })
        }
        Some(Command::Report(args)) => report(&args, &console(ProgressMode::Never)),
        Some(Command::Review(args)) => review(&args, commands, &console(ProgressMode::Never)),
        Some(Command::Rules(args)) => {
            let page = match &args.name {
                None => rules::list(commands.rules(), Look::of_stdout()),
                Some(name) => rules::one(commands.rules(), name)?,
            };
            print(page.as_bytes())
        }
        Some(Command::Schema) => {
            let mut kinds: Map<String, Value> = commands
                .schemas()
                .into_iter()
                .map(|(name, kind)| (name.to_owned(), kind))
                .collect();
            kinds.insert("report".to_owned(), crate::report::schema());
            print(json_page(&kinds)?.as_bytes())
        }
        Some(Command::Completions(args)) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut args::command(), "copydesk", &mut script);
            print(&script)
        }
        Some(Command::Man) => {
            print(&docs::man().map_err(|error| Error::write("standard output", error))?)
        }
    }
}

/// What `copydesk run` is to do: flags, configuration file, list of inputs and defaults.
///
/// # Errors
/// A usage error for a configuration file or list that is not understood.
pub fn plan_run(mut args: RunArgs, matches: &ArgMatches) -> Result<Plan, Error> {
    if let Some(path) = args.conduct.config.clone() {
        config::apply(&path, &mut args, matches)?;
    }
    let given = given(&args.input, &args.rules)?;
    Ok(args.into_plan(given))
}

/// What `copydesk clean` is to do.
///
/// # Errors
/// A usage error for a configuration file or list that is not understood.
pub fn plan_clean(mut args: CleanArgs, matches: &ArgMatches) -> Result<Plan, Error> {
    if let Some(path) = args.conduct.config.clone() {
        config::apply(&path, &mut args, matches)?;
    }
    let given = given(&args.input, &args.rules)?;
    Ok(args.into_plan(given))
}

/// What the files that flags name hold, and what flags say together.
fn given(input: &InputArgs, rules: &RuleArgs) -> Result<Given, Error> {
    Ok(Given {
        listed: files_from(input.files_from.as_deref(), &input.inputs)?,
        model: rules.model.as_deref().map(weights).transpose()?,
        keep_list: kept(rules)?,
    })
}

/// One finished run, or what differs between two.
fn report(args: &ReportArgs, console: &Console) -> Result<Exit, Error> {
    let report = report::load(&args.dir)?;
    let page = match &args.other {
        None if args.json => json_page(&report)?,
        None => report::page(&report, Look::of_stdout()),
        Some(other) => {
            let after = report::load(other)?;
            let difference =
                diff::compare((&args.dir, &report), (other, &after), &|| console.interrupted())?;
            if args.json {
                json_page(&difference)?
            } else {
                let names = (args.dir.to_string_lossy(), other.to_string_lossy());
                diff::page(&difference, (&*names.0, &*names.1), Look::of_stdout())
            }
        }
    };
    print(page.as_bytes())
}

/// A sample to judge, or what was judged.
fn review(args: &ReviewArgs, commands: &dyn Commands, console: &Console) -> Result<Exit, Error> {
    let report = report::load(&args.dir)?;
    let Some(file) = &args.score else {
        let mut rows = Vec::new();
        let chosen = commands.review(&args.dir, args.sample, &mut rows, console);
        console.messages.finish();
        chosen?;
        return print(&rows);
    };
    let score = score::score(file, &report)?;
    let page = if args.json { json_page(&score)? } else { score::page(&score, Look::of_stdout()) };
    print(page.as_bytes())
}

fn run(plan: &Plan, commands: &dyn Commands, console: &Console) -> Result<Exit, Error> {
    check_plan(plan, commands)?;
    if !plan.quiet {
        console.messages.leave_room(summary::LINES_MAX);
    }
    let done = commands.run(plan, console);
    console.progress.finish();
    let report = done.inspect_err(|_| console.messages.finish())?;
    let totals = &report.totals;
    if totals.rejected > 0 {
        let path = report.outputs.iter().find(|output| output.path.starts_with("rejects."));
        let path = plan.output.join(path.map_or("rejects.jsonl", |output| &output.path));
        console.messages.problem(&path.display().to_string(), &rejected(totals, "listed here"));
    }
    too_many_rejects(plan, totals, &console.messages);
    console.messages.finish();
    if !plan.quiet {
        let text = summary::summary(&report, &plan.output);
        // The run is done and its files are written: a closed standard error changes nothing.
        drop(io::stderr().write_all(text.as_bytes()));
    }
    let has_failed_input = report.inputs.iter().any(|input| input.failed.is_some());
    Ok(if has_failed_input { Exit::Incomplete } else { exit_of(plan, totals) })
}

fn clean(plan: &Plan, commands: &dyn Commands, console: &Console) -> Result<Exit, Error> {
    check_plan(plan, commands)?;
    let is_terminal = io::stdout().is_terminal();
    let mut out = io::BufWriter::with_capacity(1 << 18, JsonOut { out: io::stdout(), is_terminal });
    let done = commands.clean(plan, &mut out, console).and_then(|totals| {
        out.flush().map_err(|error| Error::write("standard output", error))?;
        Ok(totals)
    });
    // What is left after an error is not tried again when the writer is dropped.
    drop(out.into_parts());
    console.progress.finish();
    let totals = done.inspect_err(|_| console.messages.finish())?;
    if totals.rejected > 0 {
        let what = rejected(&totals, "`copydesk run` lists them in rejects.jsonl");
        console.messages.problem("", &what);
    }
    too_many_rejects(plan, &totals, &console.messages);
    console.messages.finish();
    Ok(exit_of(plan, &totals))
}

fn rejected(totals: &Totals, where_to_look: &str) -> String {
    let read = report::counted(totals.read, "record");
    format!("{} of {read} could not be used; {where_to_look}", totals.rejected)
}

fn too_many_rejects(plan: &Plan, totals: &Totals, messages: &Messages) {
    if plan.options.has_too_many_rejects(totals.rejected, totals.read) {
        let flag = match plan.options.max_rejects {
            Some(limit) if !plan.options.strict => format!("--max-rejects {limit}"),
            _ => "--strict".to_owned(),
        };
        let what = format!("more records were rejected than {flag} allows, hence exit code 1");
        messages.problem("", &what);
    }
}

/// How a finished run or pass ends.
#[must_use]
pub fn exit_of(plan: &Plan, totals: &Totals) -> Exit {
    let crossed = plan.options.has_too_many_rejects(totals.rejected, totals.read);
    if totals.files_failed > 0 || crossed { Exit::Incomplete } else { Exit::Done }
}

/// Refuses, before anything is read, what cannot be carried out.
///
/// # Errors
/// A usage error for a missing input, standard input named twice, a rule that does not exist, or a
/// pattern that is none.
fn check_plan(plan: &Plan, commands: &dyn Commands) -> Result<(), Error> {
    rules::check(commands.rules(), &plan.options.no_rules)?;
    for pattern in &plan.options.exclude {
        globset::Glob::new(pattern).map_err(|error| {
            let what = format!("no pattern: {}", error.kind());
            Error::at(format_args!("--exclude {pattern}"), ErrorKind::Usage(what))
        })?;
    }
    let is_stdin = |path: &&PathBuf| path.as_os_str() == "-";
    if plan.inputs.iter().filter(is_stdin).count() > 1 {
        let what = "standard input can be read only once; name it once";
        return Err(Error::at("-", ErrorKind::Usage(what.to_owned())));
    }
    for path in plan.inputs.iter().filter(|path| !is_stdin(path)) {
        if let Err(error) = fs::metadata(path) {
            let what = match error.kind() {
                io::ErrorKind::NotFound if path == Path::new(args::DEFAULT_INPUT) => {
                    "no such folder; put the dumps there, or name them: copydesk run FILE"
                        .to_owned()
                }
                io::ErrorKind::NotFound => "no such file or folder; check its name".to_owned(),
                // A link whose target is gone, a folder above it that is closed.
                _ => format!("{error}; check its name and permissions"),
            };
            return Err(Error::at(path.display(), ErrorKind::Usage(what)));
        }
    }
    Ok(())
}

/// Catches `copydesk -o out run in` and `copydesk verfy out`: flags before the command, or a slip in
/// its name, make it look like an input.
fn refuse_command_names(plan: &Plan) -> Result<(), Error> {
    let root = args::command();
    let names: Vec<&str> = docs::commands(&root).map(clap::Command::get_name).collect();
    for path in &plan.inputs {
        let Some(word) = path.to_str() else { continue };
        let what = if names.contains(&word) {
            format!("a command comes before its flags; write ./{word} if it is a path")
        } else {
            match usage::nearest(word, names.iter().copied()) {
                Some(name) if fs::symlink_metadata(path).is_err() => {
                    format!("no such file or folder; did you mean the command `{name}`?")
                }
                _ => continue,
            }
        };
        return Err(Error::at(word, ErrorKind::Usage(what)));
    }
    Ok(())
}

/// What no rule may remove.
fn kept(rules: &RuleArgs) -> Result<Option<Arc<KeepList>>, Error> {
    options::keep_list(&rules.keep_text, &rules.keep_pattern)
        .map_err(|error| Error::at("keep", ErrorKind::Usage(error.to_string())))
}

/// The weights of `--model`.
fn weights(path: &Path) -> Result<Arc<Model>, Error> {
    let usage = |what: String| Error::at(path.display(), ErrorKind::Usage(what));
    let text = fs::read_to_string(path)
        .map_err(|error| usage(format!("{error}; name a file of weights with --model FILE")))?;
    let model = Model::parse(&text).map_err(|error| {
        Error::at(format_args!("{}:{}", path.display(), error.line), ErrorKind::Usage(error.what))
    })?;
    Ok(Arc::new(model))
}

/// The paths of `--files-from`.
fn files_from(list: Option<&Path>, inputs: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let Some(list) = list else { return Ok(Vec::new()) };
    let usage = |what: String| Error::at(list.display(), ErrorKind::Usage(what));
    let is_stdin = list.as_os_str() == "-";
    if is_stdin && inputs.iter().any(|path| path.as_os_str() == "-") {
        return Err(usage("the list and an input cannot both be standard input".to_owned()));
    }
    let mut bytes = Vec::new();
    let read = if is_stdin {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        fs::File::open(list).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| usage(format!("{error}; name a list of paths with --files-from FILE")))?;
    let paths = listed_paths(&bytes)
        .ok_or_else(|| usage("the list is not UTF-8; save it in UTF-8".to_owned()))?;
    if paths.is_empty() && inputs.is_empty() {
        return Err(usage("the list names no path; put one on each line".to_owned()));
    }
    Ok(paths)
}

/// One path a line; paths end in NUL instead if there is one. `None` where a path cannot be made of
/// the bytes.
fn listed_paths(bytes: &[u8]) -> Option<Vec<PathBuf>> {
    let separator = if memchr::memchr(0, bytes).is_some() { 0 } else { b'\n' };
    let paths = bytes.split(|byte| *byte == separator).map(|path| match separator {
        b'\n' => path.strip_suffix(b"\r").unwrap_or(path),
        _ => path,
    });
    paths.filter(|path| !path.is_empty()).map(|path| os_string(path).map(PathBuf::from)).collect()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a path is not any bytes")]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(OsStr::from_bytes(bytes).to_owned())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(|text| OsStr::new(text).to_owned())
}

fn json_page(value: &impl serde::Serialize) -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::at("standard output", ErrorKind::Bug(error.to_string())))?;
    if io::stdout().is_terminal() {
        text = terminal_safe_json(&text).into_owned();
    }
    Ok(text + "\n")
}

/// JSON for standard output. Whole texts are written at once, in UTF-8.
struct JsonOut<W> {
    out: W,
    is_terminal: bool,
}

impl<W: Write> Write for JsonOut<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_terminal {
            return self.out.write(bytes);
        }
        // A character that two writes share waits for the second.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.valid_up_to() > 0 => {
                std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return self.out.write(bytes),
        };
        self.out.write_all(terminal_safe_json(text).as_bytes())?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Prints a page, its styles only where they belong.
fn print(page: &[u8]) -> Result<Exit, Error> {
    let mut out = anstream::stdout();
    out.write_all(page)
        .and_then(|()| out.flush())
        .map_err(|error| Error::write("standard output", error))?;
    Ok(Exit::Done)
}
