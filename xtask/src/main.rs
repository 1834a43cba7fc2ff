//! Chores of the project: `cargo xtask --help`.
#![allow(clippy::print_stdout, reason = "a command for people")]

mod gold;
mod pages;
mod train;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the project")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
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
        /// Trees.
        #[arg(long, default_value_t = 250)]
        trees: usize,
        /// Share of a tree's answer that is added.
        #[arg(long, default_value_t = 0.1)]
        rate: f64,
        /// Share of the blocks that a tree sees.
        #[arg(long, default_value_t = 0.5)]
        blocks: f64,
        /// Share of the signals that a tree may ask.
        #[arg(long, default_value_t = 0.35)]
        signals: f64,
        /// Weight that pulls leaves to zero.
        #[arg(long, default_value_t = 5.0)]
        shrink: f64,
    },
    /// Measures cleaning on labelled data and compares with `floors.json`.
    ///
    /// FOLDER holds `gold/` as for the command `gold`. Ends with 1 when a figure is below its floor.
    Quality {
        /// The folder.
        folder: PathBuf,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let passed = match Cli::parse().command {
        Command::Gold { folder, verbose, only } => {
            let score = gold::score(&folder, &only, verbose)?;
            println!("{score}");
            score.lost == 0
        }
        Command::Train { data, output, folds, trees, rate, blocks, signals, shrink } => {
            let settings = train::Settings { trees, rate, blocks, signals, shrink };
            train::run(&data, output.as_deref(), folds, settings)?;
            true
        }
        Command::Quality { folder } => {
            let score = gold::score(&folder.join("gold"), "", false)?;
            println!("{score}");
            gold::holds_floor(&score)?
        }
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
