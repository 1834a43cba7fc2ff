//! Chores of the project: `cargo xtask --help`.
#![allow(clippy::print_stdout, reason = "a command for people")]

mod bench;
mod floors;
mod gold;
mod pages;
mod soak;
mod train;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use floors::Floors;
use train::Settings;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the project")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures `clean` and `run` on a corpus, in turn with a yardstick, and prints a table.
    Bench(bench::Bench),
    /// Makes every system call of a small run fail, and kills it at each, over every kind of folder.
    ///
    /// The tests named `faults`, all of them; takes minutes. Needs a C compiler.
    Faults,
    /// Kills runs at random moments, each followed by the same run in peace, and compares.
    Soak(soak::Soak),
    /// Cleans every case of a folder of `NAME.input.txt` and `NAME.expected.json` and compares.
    ///
    /// Prints cases right and wrong, body paragraphs lost, chrome left. Ends with 1 when a paragraph
    /// was lost or fewer cases are right than the floor.
    Gold {
        /// The folder.
        folder: PathBuf,
        /// Shows what is wrong in each case.
        #[arg(short, long)]
        verbose: bool,
        /// Only cases whose name holds this.
        #[arg(long, default_value = "")]
        only: String,
    },
    /// Trains the weights of the rule `main-text` on labelled pages, and says how good they are.
    ///
    /// DATA is a file of JSON lines, or one packed with gzip, each a page as text with a letter for
    /// each line. With `--folds N` the figures come from weights that were trained without the pages
    /// of the domain they are measured on.
    Train {
        /// The labelled pages.
        data: PathBuf,
        /// Where to write the weights; they are only measured without it.
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// Parts for the measurement; 0 leaves it out.
        #[arg(long, default_value_t = 5)]
        folds: u32,
        #[command(flatten)]
        settings: Settings,
    },
    /// Measures cleaning on labelled data and compares with `floors.json`.
    ///
    /// FOLDER holds `gold/` as for the command `gold`, and `quality/dev.jsonl.gz` as for `train`. The
    /// pages are cleaned with weights that were trained without the domain they are of: those in
    /// `xtask/weights`, made together with the built-in ones. Ends with 1 when a figure is below its floor.
    Quality {
        /// The folder.
        folder: PathBuf,
        /// Parts into which the pages are cut.
        #[arg(long, default_value_t = 5)]
        folds: u32,
        /// Takes the weights of the parts that `train --output FILE` wrote.
        #[arg(long, value_name = "FILE")]
        weights: Option<PathBuf>,
        /// Trains the weights of the parts anew, which takes some minutes.
        #[arg(long, conflicts_with = "weights")]
        train: bool,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let passed = match Cli::parse().command {
        Command::Bench(bench) => {
            println!("{}", bench::measure(&bench)?);
            true
        }
        Command::Faults => {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let args = ["test", "--release", "--test", "it", "faults"];
            let args = args.iter().chain(&["--", "--include-ignored", "--nocapture"]);
            std::process::Command::new(cargo).args(args).status()?.success()
        }
        Command::Soak(soak) => {
            println!("{}", soak::soak(&soak)?);
            true
        }
        Command::Gold { folder, verbose, only } => {
            let score = gold::score(&folder, &only, verbose)?;
            println!("{score}");
            score.lost == 0
        }
        Command::Train { data, output, folds, settings } => {
            train::run(&data, output.as_deref(), folds, settings)?;
            true
        }
        Command::Quality { folder, folds, weights, train } => {
            let kept = || Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/main-text.txt");
            let weights = weights.unwrap_or_else(kept);
            let floors = Floors::read()?;
            let score = gold::score(&folder.join("gold"), "", false)?;
            println!("{score}");
            let mut short = floors.cases(&score);
            let pages = pages::load(&folder.join("quality/dev.jsonl.gz"))?;
            let figures = train::measure(&pages, folds, &mut |fold, taught| {
                if train {
                    return Ok(train::train(taught, Settings::default()));
                }
                train::read_part(&weights, fold, folds)
            })?;
            for figures in &figures {
                println!("{figures}");
            }
            short.extend(floors.pages(&figures));
            for floor in &short {
                println!("below the floor: {floor}");
            }
            short.is_empty()
        }
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
