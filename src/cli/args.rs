//! Every command and flag. The doc comments here are the help texts, the man page and `docs/cli.md`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::keep::KeepList;
use crate::model::Model;
use crate::options::{
    Compression, Duplicates, Emit, Format, Invalid, Keep, MaxRejects, Options, Paragraphs, Split,
    parse_field, parse_max, parse_near, parse_size,
};

/// The end of the top-level help.
const TEACH: &str = "\
Examples:
  copydesk
      Cleans the folder `input` into the folder `output`.
  copydesk run dumps/ extra.jsonl.gz -o clean
      Cleans a folder and a file into `clean`.
  zcat dump.gz | copydesk clean - | jq -r .title
      One pass over a pipe; articles come out as JSON lines.
  copydesk run news.csv --field text=Body --field title=Headline
      Says which columns hold the text and the title.
  copydesk report output
      Shows what was removed and why; `copydesk explain output ID` shows one article.

Exit codes:
  0    done; records that could not be used are listed in rejects.jsonl
  1    done, but an input could not be read to its end, or --strict or --max-rejects was crossed
  2    the command cannot be carried out as given; nothing was read or written
  3    could not finish; the output folder holds what it held before, or visibly no run
  130  interrupted (143: terminated)";

/// Turns scraped dumps of articles into clean, duplicate-free articles, and says what it removed.
///
/// copydesk reads text, JSON lines, JSON and CSV files, compressed or not, cuts texts into articles,
/// strips what a page adds to them, finds copies, and writes clean JSON lines and CSV beside a ledger
/// of every removal. Without a command it does what `copydesk run` does.
#[derive(Debug, Parser)]
#[command(
    name = "copydesk",
    bin_name = "copydesk",
    version,
    args_conflicts_with_subcommands = true,
    args_override_self = true,
    max_term_width = 100,
    after_help = TEACH
)]
pub struct Cli {
    /// What to do; nothing for `run`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The flags of `run`, given without its name.
    #[command(flatten)]
    pub run: RunArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Clean inputs into an output folder.
    ///
    /// Reads every input, cleans and compares the articles, and writes articles, duplicates, the
    /// ledger of removals, rejects and a report. The files appear together when all is done; a run
    /// that is stopped leaves the output folder as it was.
    ///
    /// Example: `copydesk run dumps/ -o clean`
    #[command(args_override_self = true)]
    Run(Box<RunArgs>),

    /// Clean articles one by one, from inputs to standard output.
    ///
    /// Does what can be done for an article without knowing the others: it segments, strips,
    /// normalises and fingerprints, in one pass and constant memory, and writes JSON lines. No copies
    /// are looked for and no boilerplate is learned.
    ///
    /// Example: `copydesk clean dumps/ > articles.jsonl`
    #[command(args_override_self = true)]
    Clean(Box<CleanArgs>),

    /// Show one article as it came in, every block marked kept or removed.
    ///
    /// Each removed block is shown with the rule, the reason and what it repeats. The inputs must
    /// still lie where the run read them.
    ///
    /// Example: `copydesk explain output 3f2a9c01d4e5b678`
    Explain(ExplainArgs),

    /// Show the totals and tables of a finished run, or what differs between two.
    ///
    /// With a second folder: what changed in the totals, reasons and sources from the first run to
    /// the second, and which articles entered, left or changed, and why.
    ///
    /// Example: `copydesk report output`
    Report(ReportArgs),

    /// Prove that a run is whole: every block accounted for, no file changed.
    ///
    /// Reads the inputs again and checks that each block is written, in the ledger, or stands in an
    /// article named a duplicate, and that every output file is the one that was written.
    ///
    /// Example: `copydesk verify output`
    Verify(VerifyArgs),

    /// Choose what a run took out for people to judge, and count their judgements.
    ///
    /// Writes a CSV file of removed lines and left-out articles to standard output, as many of each rule
    /// and, within a rule, of each source as there are. Fill in the column `right` with yes or no, then
    /// `--score FILE` says how often each rule was right, and prints a `[keep]` for what was wrong.
    ///
    /// Example: `copydesk review output --sample 100 > review.csv`
    Review(ReviewArgs),

    /// List the strip rules, or print what one of them does.
    ///
    /// Example: `copydesk rules share-bar`
    Rules(RulesArgs),

    /// Print the JSON Schema of every kind of record written.
    ///
    /// One object with a schema for each of the files: articles, duplicates, removals, rejects and
    /// the report.
    ///
    /// Example: `copydesk schema | jq .article`
    Schema,

    /// Print a script that completes commands and flags in a shell.
    ///
    /// Example: `copydesk completions bash > ~/.local/share/bash-completion/completions/copydesk`
    Completions(CompletionsArgs),

    /// Print the man page.
    ///
    /// Example: `copydesk man | man -l -`
    Man,
}

/// The flags of `copydesk run`.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// What is read, and how.
    #[command(flatten)]
    pub input: InputArgs,
    /// What is written, and how.
    #[command(flatten)]
    pub output: OutputArgs,
    /// What is taken out.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// What is taken out because of other articles.
    #[command(flatten)]
    pub corpus: CorpusArgs,
    /// How much memory it may take.
    #[command(flatten)]
    pub memory: MemoryArgs,
    /// How it is done.
    #[command(flatten)]
    pub conduct: ConductArgs,
}

/// The flags of `copydesk clean`.
#[derive(Args, Clone, Debug)]
pub struct CleanArgs {
    /// What is read, and how.
    #[command(flatten)]
    pub input: InputArgs,
    /// What is taken out.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// How it is done.
    #[command(flatten)]
    pub conduct: ConductArgs,
}

/// Flags about what is read.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Files, folders, or `-` for standard input [default: input].
    ///
    /// Folders are walked in the order of their bytes; links are not followed, and an output folder
    /// inside an input is skipped. Compression (gzip, zstd, bzip2, xz) is seen by content. Inputs are
    /// never changed. A path that has the name of a command is written `./run`.
    ///
    /// Example: `copydesk run dumps/ extra.jsonl.gz`
    #[arg(value_name = "INPUT", help_heading = None)]
    pub inputs: Vec<PathBuf>,

    /// How to read the inputs [default: auto].
    ///
    /// `auto` decides for each file by its content, then by its name; the others hold for all files.
    /// Costs nothing.
    ///
    /// Example: `copydesk run export.dat --from csv`
    #[arg(long, value_name = "FORMAT", value_parser = words::<Format>(Format::WORDS))]
    pub from: Option<Format>,

    /// Whether texts are cut into articles [default: auto].
    ///
    /// `auto` cuts text files and takes each record of JSON and CSV for one article; `always` cuts
    /// the texts of records too; `never` takes each file or record for one article.
    ///
    /// Example: `copydesk run one-article-per-file/ --split never`
    #[arg(long, value_name = "WHEN", value_parser = words::<Split>(Split::WORDS))]
    pub split: Option<Split>,

    /// Take a field from this column or key; can be repeated [default: by usual names].
    ///
    /// NAME is one of id, source, url, title, text, published, byline, dateline, language. Usual
    /// names are found without it: content, body or article for the text, headline for the title.
    ///
    /// Example: `copydesk run news.csv --field text=Body --field title=Headline`
    #[arg(long, value_name = "NAME=COLUMN", value_parser = parse_field)]
    pub field: Vec<(String, String)>,

    /// Read the list of inputs from a file, `-` for standard input [default: none].
    ///
    /// One path a line; paths end in NUL bytes instead if the list holds any. They come after the
    /// INPUTs given. The folder `input` is then not read unless it is named.
    ///
    /// Example: `find dumps -name '*.txt' -print0 | copydesk run --files-from -`
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,

    /// Leave out paths in folders that match a pattern; can be repeated [default: none].
    ///
    /// A pattern without `/` is matched against each name in a folder, at any depth; one with `/`
    /// against the path inside the folder given. `*` stays within a name, `**` crosses folders. Files
    /// named as INPUT are always read.
    ///
    /// Example: `copydesk run dumps/ --exclude '**/drafts/**' --exclude '*.log'`
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Read only the first N records, for a trial [default: all].
    ///
    /// The records of a text file are its articles. Time and memory shrink with it; boilerplate is
    /// learned from these records alone, so the result is not the beginning of the full one.
    ///
    /// Example: `copydesk run dumps/ --limit 1000 -o trial`
    #[arg(long, value_name = "N", value_parser = parse_limit)]
    pub limit: Option<u64>,

    /// Raise or lower a limit of what is read; can be repeated [default: those below].
    ///
    /// NAME is one of `record` (bytes of a JSON or CSV record, 128M), `text` (bytes of a text file,
    /// 1G), `line` (bytes of a line of a text, 16M), `lines` (of a text, 5000000), `blocks` (of an
    /// article, 500000), `nesting` (arrays and objects inside each other, 128), `expansion` (bytes out
    /// of a compressed byte, beyond the first gibibyte, 1000), `articles` (in a text, 1000000). What is over a limit is rejected, and the row names the limit; records
    /// and texts are held in memory, so that higher limits can cost more of it.
    ///
    /// Example: `copydesk run dumps/ --max record=512M --max nesting=1000`
    #[arg(long, value_name = "NAME=N", value_parser = parse_max)]
    pub max: Vec<(String, u64)>,
}

/// Flags about what is written.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The folder written to [default: output].
    ///
    /// It is made if missing. Files of an earlier run in it are replaced when the new run is
    /// complete; files that copydesk did not write stay.
    ///
    /// Example: `copydesk run dumps/ -o clean`
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Formats of the articles and duplicates, with commas between [default: jsonl,csv].
    ///
    /// The ledger and the rejects are always JSON lines. Each format costs its size on the disk.
    ///
    /// Example: `copydesk run dumps/ --emit jsonl`
    #[arg(long, value_name = "FORMATS", value_delimiter = ',', value_parser = words::<Emit>(Emit::WORDS))]
    pub emit: Vec<Emit>,

    /// Compress the files written [default: none].
    ///
    /// `gz` and `zst` add their ending to the names. Every program reads `gz`; `zst` is the faster of
    /// the two. The report is never compressed.
    ///
    /// Example: `copydesk run dumps/ --compress zst`
    #[arg(long, value_name = "HOW", value_parser = words::<Compression>(Compression::WORDS))]
    pub compress: Option<Compression>,

    /// Write CSV cells as they are, even if a spreadsheet would run them [default: false].
    ///
    /// Without it, a text cell that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or `'`
    /// gets a `'` in front, because spreadsheets take such cells for formulas. Give it when only
    /// programs read the files.
    ///
    /// Example: `copydesk run dumps/ --csv-raw`
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true
    )]
    pub csv_raw: Option<bool>,
}

/// Flags about what is taken out of an article.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Cleaning")]
pub struct RuleArgs {
    /// Do not run a strip rule; can be repeated [default: all run].
    ///
    /// `copydesk rules` lists the names. What the rule would have removed then stays in the text.
    ///
    /// Example: `copydesk run dumps/ --no-rule wire-signoff`
    #[arg(long, value_name = "NAME")]
    pub no_rule: Vec<String>,

    /// Never remove this text, whatever a rule says; can be repeated [default: none].
    ///
    /// A block, or the part of one that a rule would cut out, is kept when it has the paragraph
    /// fingerprint of TEXT: case, quotation marks, dashes and spaces do not matter. In a configuration
    /// file it is `texts` under `[keep]`. It may still become the title or a caption.
    ///
    /// Example: `copydesk run dumps/ --keep-text 'Share this: it is a poem'`
    #[arg(long, value_name = "TEXT")]
    pub keep_text: Vec<String>,

    /// Never remove a text in which this pattern is found; can be repeated [default: none].
    ///
    /// A regular expression (RE2 syntax, as in ripgrep), searched in the text as it would be written. In
    /// a configuration file it is `patterns` under `[keep]`.
    ///
    /// Example: `copydesk run dumps/ --keep-pattern '^Correction:'`
    #[arg(long, value_name = "REGEX")]
    pub keep_pattern: Vec<String>,

    /// Weights of the rule `main-text` from a file [default: the built-in ones].
    ///
    /// The rule tells the article from the page around it by a trained model. Other weights, trained
    /// on pages like yours, are made with `cargo xtask train` in the source of this program; the
    /// report names them by their BLAKE3.
    ///
    /// Example: `copydesk run pages.jsonl --model weights.txt`
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

/// Flags about what is taken out because of other articles.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Cleaning")]
pub struct CorpusArgs {
    /// Which paragraphs go because they stand in other articles [default: boilerplate].
    ///
    /// `boilerplate` removes what recurs over many articles of one source and is no part of their
    /// stories; `global` also removes every later copy of any paragraph, quotations among them; `off`
    /// removes neither. Repeated paragraphs are counted in the report whatever is chosen.
    ///
    /// Example: `copydesk run dumps/ --paragraphs off`
    #[arg(long, value_name = "WHICH", value_parser = words::<Paragraphs>(Paragraphs::WORDS))]
    pub paragraphs: Option<Paragraphs>,

    /// The similarity from which two articles are copies, or `off` [default: 0.8].
    ///
    /// Twice the three-word runs that two articles share, by those both have: one word in twenty
    /// changed leaves about 0.86, half of the paragraphs shared about 0.5. An article of 50 words or
    /// more that stands within a longer one is a copy as well. `off` looks for exact copies only and
    /// saves about a fifth of the time.
    ///
    /// Example: `copydesk run dumps/ --near 0.9`
    #[arg(long, value_name = "THRESHOLD", value_parser = parse_near_word)]
    pub near: Option<Near>,

    /// Which of several copies is kept [default: first].
    ///
    /// `first` in input order, the `longest` text, or the `newest` by publication date. The input
    /// order decides between equals.
    ///
    /// Example: `copydesk run dumps/ --keep newest`
    #[arg(long, value_name = "WHICH", value_parser = words::<Keep>(Keep::WORDS))]
    pub keep: Option<Keep>,

    /// What becomes of copies [default: drop].
    ///
    /// `drop` leaves them out of the articles and lists them as duplicates; `mark` writes them too,
    /// with the id of the article kept in `duplicate_of`; `keep` does not look for them.
    ///
    /// Example: `copydesk run dumps/ --duplicates mark`
    #[arg(long, value_name = "WHAT", value_parser = words::<Duplicates>(Duplicates::WORDS))]
    pub duplicates: Option<Duplicates>,
}

/// Flags about how a command goes about its work.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Conduct")]
pub struct ConductArgs {
    /// End with exit code 1 if any record is rejected [default: false].
    ///
    /// The files are written all the same. The same as `--max-rejects 0`.
    ///
    /// Example: `copydesk run dumps/ --strict && publish output`
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true
    )]
    pub strict: Option<bool>,

    /// End with exit code 1 if more records are rejected, a count or a share [default: no limit].
    ///
    /// A share is of all records read. The files are written all the same.
    ///
    /// Example: `copydesk run dumps/ --max-rejects 0.5%`
    #[arg(long, value_name = "N|P%", value_parser = MaxRejects::from_str)]
    pub max_rejects: Option<MaxRejects>,

    /// How many threads work, 0 for one a core [default: 0].
    ///
    /// The files written are the same for any number. Fewer threads leave the machine to others and
    /// take a little less memory.
    ///
    /// Example: `copydesk run dumps/ --threads 2`
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,

    /// Whether progress is shown on standard error [default: auto].
    ///
    /// `auto` shows a bar on a terminal and nothing elsewhere; `always` writes a line every few
    /// seconds where there is no terminal.
    ///
    /// Example: `copydesk run dumps/ --progress always 2> run.log`
    #[arg(long, value_name = "WHEN", value_parser = words::<ProgressMode>(ProgressMode::WORDS))]
    pub progress: Option<ProgressMode>,

    /// No progress and no summary; problems are still named [default: false].
    ///
    /// Example: `copydesk run dumps/ --quiet`
    #[arg(
        short,
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true
    )]
    pub quiet: Option<bool>,

    /// Take flags from a TOML file; the command line wins [default: none].
    ///
    /// Keys are the long names of the flags of `run`, and `input` for a list of inputs. A flag on the
    /// command line replaces the key of the same name, lists too. Texts to keep may stand in a table
    /// `[keep]` with `texts`, `patterns` and, for `--keep`, `representative`. Paths are relative to the folder
    /// the command runs in. A key that is no flag is an error.
    ///
    /// Example: `copydesk run --config nightly.toml --threads 2`, where the file says
    /// `input = ["dumps"]` and `max-rejects = "1%"`.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Flags about memory.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Conduct")]
pub struct MemoryArgs {
    /// Memory above which the run spills to disk [default: a quarter of the machine's].
    ///
    /// A number of bytes, or of K, M or G (KB, MB and GB are powers of 1000). The files written are
    /// the same; a run that spills is slower and needs room in the output folder.
    ///
    /// Example: `copydesk run dumps/ --memory 2G`
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub memory: Option<u64>,
}

/// The arguments of `copydesk explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// The output folder of a finished run.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The id of an article, as in `articles.jsonl` or `duplicates.jsonl`.
    #[arg(value_name = "ID")]
    pub id: String,
}

/// The arguments of `copydesk report`.
#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// The output folder of a finished run.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The output folder of a second run, to compare with the first.
    #[arg(value_name = "DIR2")]
    pub other: Option<PathBuf>,
    /// Print JSON instead of tables.
    ///
    /// Of one run, what `report.json` says; of two, what differs, with every article that entered,
    /// left or changed.
    ///
    /// Example: `copydesk report output --json | jq .totals`
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `copydesk verify`.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// The output folder of a finished run.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Measure every similarity again, and name everything that is wrong.
    ///
    /// Without it about a thousand similarities are measured, and the first twenty things that are wrong
    /// are named. With it the texts that near and contained copies name are held in memory.
    ///
    /// Example: `copydesk verify output --all`
    #[arg(long)]
    pub all: bool,
}

/// The arguments of `copydesk review`.
#[derive(Args, Clone, Debug)]
pub struct ReviewArgs {
    /// The output folder of a finished run.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// How many rows are chosen.
    ///
    /// Fifty take a quarter of an hour to judge; for an interval of ten percent either way a rule needs
    /// about a hundred of its own. The same run gives the same rows.
    ///
    /// Example: `copydesk review output --sample 200 > review.csv`
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = parse_sample)]
    pub sample: u64,
    /// Read a file that was filled in, and print how often each rule was right.
    ///
    /// In the column `right`, yes, y, 1, true or right say that it was right to take this out; no, n, 0,
    /// false or wrong that it was not; an empty cell or `?` is not counted. Commas, semicolons or tabs may
    /// stand between the cells. The interval is Wilson's, of 95 percent.
    ///
    /// Example: `copydesk review output --score review.csv`
    #[arg(long, value_name = "FILE", conflicts_with = "sample")]
    pub score: Option<PathBuf>,
    /// Print JSON instead of tables, with `--score`.
    ///
    /// Example: `copydesk review output --score review.csv --json | jq .rules`
    #[arg(long, requires = "score")]
    pub json: bool,
}

/// The arguments of `copydesk rules`.
#[derive(Args, Clone, Debug)]
pub struct RulesArgs {
    /// A rule, to read all about it.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// The arguments of `copydesk completions`.
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// When progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressMode {
    /// On a terminal.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

impl ProgressMode {
    const WORDS: &'static [&'static str] = &["auto", "always", "never"];
}

impl FromStr for ProgressMode {
    type Err = Invalid;

    fn from_str(word: &str) -> Result<ProgressMode, Invalid> {
        match word {
            "auto" => Ok(ProgressMode::Auto),
            "always" => Ok(ProgressMode::Always),
            "never" => Ok(ProgressMode::Never),
            _ => Err(Invalid(format!("`{word}` is none of auto, always, never"))),
        }
    }
}

/// A threshold that was given: `Near(None)` is `off`, which is not the same as no flag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near(pub Option<f64>);

fn parse_near_word(text: &str) -> Result<Near, Invalid> {
    parse_near(text).map(Near)
}

fn parse_limit(text: &str) -> Result<u64, Invalid> {
    match text.parse() {
        Ok(limit) if limit > 0 => Ok(limit),
        _ => Err(Invalid(format!("`{text}` is no number of records; give 1 or more"))),
    }
}

fn parse_sample(text: &str) -> Result<u64, Invalid> {
    match text.parse() {
        Ok(count @ 1..=100_000) => Ok(count),
        _ => Err(Invalid(format!("`{text}` is no number of rows; give 1 to 100000"))),
    }
}

/// More threads than any machine has cores are a slip, and would only cost memory.
fn parse_threads(text: &str) -> Result<usize, Invalid> {
    match text.parse() {
        Ok(threads) if threads <= 1024 => Ok(threads),
        _ => Err(Invalid(format!(
            "`{text}` is no number of threads; give 1 to 1024, or 0 for one a core"
        ))),
    }
}

/// A parser that lists its words in the help and suggests the nearest one after a slip.
fn words<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = Invalid> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

/// What `run` and `clean` were asked to do, configuration file and defaults included.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Files, folders and `-`, in the order given.
    pub inputs: Vec<PathBuf>,
    /// The folder written to; `clean` does not look at it.
    pub output: PathBuf,
    /// What the library is told.
    pub options: Options,
    /// When progress is shown.
    pub progress: ProgressMode,
    /// Whether the summary is left out too.
    pub quiet: bool,
}

/// The input folder when none is named.
pub const DEFAULT_INPUT: &str = "input";

/// The output folder when none is named.
pub const DEFAULT_OUTPUT: &str = "output";

impl RunArgs {
    /// The plan, with defaults where nothing was given.
    #[must_use]
    pub fn into_plan(self, given: Given) -> Plan {
        let RunArgs { input, output, rules, corpus, conduct, memory } = self;
        let defaults = Options::default();
        let mut plan = plan(input, rules, &conduct, given);
        plan.output = output.output.unwrap_or(plan.output);
        plan.options = Options {
            near: corpus.near.map_or(defaults.near, |near| near.0),
            keep: corpus.keep.unwrap_or(defaults.keep),
            duplicates: corpus.duplicates.unwrap_or(defaults.duplicates),
            paragraphs: corpus.paragraphs.unwrap_or(defaults.paragraphs),
            memory: memory.memory,
            emit: if output.emit.is_empty() { defaults.emit } else { unique(output.emit) },
            compress: output.compress.unwrap_or(defaults.compress),
            csv_raw: output.csv_raw.unwrap_or(defaults.csv_raw),
            ..plan.options
        };
        plan
    }
}

impl CleanArgs {
    /// The plan, with defaults where nothing was given.
    ///
    /// Its options are those under which `run` writes the same records.
    #[must_use]
    pub fn into_plan(self, given: Given) -> Plan {
        let mut plan = plan(self.input, self.rules, &self.conduct, given);
        plan.options.paragraphs = Paragraphs::Off;
        plan.options.duplicates = Duplicates::Keep;
        plan.options.near = None;
        plan.options.emit = vec![Emit::Jsonl];
        plan
    }
}

/// What stands in files that flags name, and what flags say together.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The paths of `--files-from`.
    pub listed: Vec<PathBuf>,
    /// The weights of `--model`.
    pub model: Option<Arc<Model>>,
    /// What `--keep-text` and `--keep-pattern` say.
    pub keep_list: Option<Arc<KeepList>>,
}

/// What both commands share.
fn plan(input: InputArgs, rules: RuleArgs, conduct: &ConductArgs, given: Given) -> Plan {
    let defaults = Options::default();
    let mut inputs = input.inputs;
    inputs.extend(given.listed);
    if inputs.is_empty() && input.files_from.is_none() {
        inputs.push(PathBuf::from(DEFAULT_INPUT));
    }
    let quiet = conduct.quiet.unwrap_or(false);
    let mut limits = defaults.limits;
    input.max.iter().for_each(|(name, limit)| limits.set(name, *limit));
    Plan {
        inputs,
        output: PathBuf::from(DEFAULT_OUTPUT),
        options: Options {
            from: input.from.unwrap_or(defaults.from),
            split: input.split.unwrap_or(defaults.split),
            fields: input.field,
            no_rules: unique(rules.no_rule),
            model: given.model,
            keep_list: given.keep_list,
            threads: conduct.threads.unwrap_or(defaults.threads),
            exclude: input.exclude,
            limit: input.limit,
            strict: conduct.strict.unwrap_or(defaults.strict),
            max_rejects: conduct.max_rejects,
            limits,
            ..defaults
        },
        progress: if quiet { ProgressMode::Never } else { conduct.progress.unwrap_or_default() },
        quiet,
    }
}

/// The first of each, in order. The lists are a handful of words.
fn unique<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut seen = Vec::with_capacity(list.len());
    for item in list {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// The whole command, for parsing, help, completions and the man page.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Parses `argv`, the program's name first.
///
/// Beside the arguments it gives clap's own record of them, which knows what was given and what was
/// not.
///
/// # Errors
/// clap's error, which is also how `--help` and `--version` arrive.
pub fn parse(
    argv: impl IntoIterator<Item = OsString>,
) -> Result<(Cli, clap::ArgMatches), clap::Error> {
    let matches = command().try_get_matches_from(argv)?;
    let cli = Cli::from_arg_matches(&matches)?;
    Ok((cli, matches))
}
