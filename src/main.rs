//! The command `copydesk`: hands its arguments to the command line and ends with its exit code.

use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;

use copydesk::cli::args::Plan;
use copydesk::cli::messages::Exit;
use copydesk::cli::rules::RuleDoc;
use copydesk::cli::{self, Commands};
use copydesk::error::{Error, ErrorKind};
use copydesk::observer::Observer;
use copydesk::report::{Report, Totals};
use copydesk::terminal::terminal_safe;

fn main() -> ExitCode {
    panic::set_hook(Box::new(|panic| {
        let what = panic.to_string();
        let what = terminal_safe(what.trim());
        let line = format!("copydesk: a mistake of this program; please report it: {what}\n");
        drop(std::io::stderr().write_all(line.as_bytes()));
    }));
    let run = AssertUnwindSafe(|| cli::main(std::env::args_os(), &Library));
    panic::catch_unwind(run).unwrap_or(Exit::Failed).into()
}

/// The commands as the library carries them out.
struct Library;

// STUBS: the bodies below give way to the library's functions.
fn not_yet<T>(command: &str) -> Result<T, Error> {
    Err(Error::at(command, ErrorKind::Usage("this command is not there yet".to_owned())))
}

impl Commands for Library {
    fn run(&self, _: &Plan, _: &dyn Observer) -> Result<Report, Error> {
        not_yet("run")
    }

    fn clean(
        &self,
        _: &Plan,
        _: &mut (dyn Write + Send),
        _: &dyn Observer,
    ) -> Result<Totals, Error> {
        not_yet("clean")
    }

    fn explain(&self, _: &Path, _: &str, _: &mut dyn Write, _: &dyn Observer) -> Result<(), Error> {
        not_yet("explain")
    }

    fn verify(&self, _: &Path, _: &mut dyn Write, _: &dyn Observer) -> Result<bool, Error> {
        not_yet("verify")
    }

    fn rules(&self) -> &[RuleDoc] {
        &[]
    }

    fn schemas(&self) -> Vec<(&'static str, serde_json::Value)> {
        Vec::new()
    }
}
