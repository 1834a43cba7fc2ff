//! Chores of the project: `cargo xtask --help`.
#![allow(clippy::print_stdout, reason = "a command for people")]

mod bench;
mod gold;

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
    /// Measures `clean` and `run` on a corpus, in turn with a yardstick, and prints a table.
    Bench(bench::Bench),
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
        Command::Bench(bench) => {
            println!("{}", bench::measure(&bench)?);
            true
        }
        Command::Gold { folder, verbose, only } => {
            let score = gold::score(&folder, &only, verbose)?;
            println!("{score}");
            score.lost == 0
        }
        Command::Quality { folder } => {
            let score = gold::score(&folder.join("gold"), "", false)?;
            println!("{score}");
            gold::holds_floor(&score)?
        }
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
