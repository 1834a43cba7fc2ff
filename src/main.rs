//! The command `copydesk`: hands its arguments to the command line and ends with its exit code.

use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use copydesk::cli::args::Plan;
use copydesk::cli::messages::Exit;
use copydesk::cli::rules::RuleDoc;
use copydesk::cli::{self, Commands};
use copydesk::error::Error;
use copydesk::observer::Observer;
use copydesk::options::Extent;
use copydesk::pipeline::{self, Job};
use copydesk::report::{Report, Totals};
use copydesk::text::terminal_safe;
use copydesk::{inspect, write};

fn main() -> ExitCode {
    panic::set_hook(Box::new(|panic| {
        let what = panic.to_string();
        let what = terminal_safe(what.trim());
        let line = format!("copydesk: a mistake of this program; please report it: {what}\n");
        drop(std::io::stderr().write_all(line.as_bytes()));
    }));
    let run = AssertUnwindSafe(|| cli::main(std::env::args_os(), &Library::new()));
    panic::catch_unwind(run).unwrap_or(Exit::Failed).into()
}

/// The commands as the library carries them out.
struct Library {
    rules: Vec<RuleDoc>,
}

impl Library {
    fn new() -> Library {
        let rule = |rule: pipeline::Rule| RuleDoc {
            name: rule.name,
            reasons: rule.reasons,
            summary: rule.summary(),
            doc: rule.doc,
        };
        Library { rules: pipeline::rules().map(rule).collect() }
    }
}

fn job(plan: &Plan) -> Job {
    Job { inputs: plan.inputs.clone(), output: plan.output.clone(), options: plan.options.clone() }
}

impl Commands for Library {
    fn run(&self, plan: &Plan, observer: &dyn Observer) -> Result<Report, Error> {
        pipeline::run(&job(plan), observer)
    }

    fn clean(
        &self,
        plan: &Plan,
        out: &mut (dyn Write + Send),
        observer: &dyn Observer,
    ) -> Result<Totals, Error> {
        // A file that standard output was sent to is no input, wherever it lies.
        let job = Job { output: PathBuf::from("/dev/stdout"), ..job(plan) };
        pipeline::clean(&job, out, observer)
    }

    fn explain(
        &self,
        dir: &Path,
        id: &str,
        out: &mut dyn Write,
        _: &dyn Observer,
    ) -> Result<(), Error> {
        inspect::explain(dir, id, out)
    }

    fn verify(
        &self,
        dir: &Path,
        extent: Extent,
        out: &mut dyn Write,
        observer: &dyn Observer,
    ) -> Result<bool, Error> {
        inspect::verify(dir, extent, out, observer)
    }

    fn review(
        &self,
        dir: &Path,
        count: u64,
        out: &mut Vec<u8>,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        inspect::review(dir, count, out, observer)
    }

    fn rules(&self) -> &[RuleDoc] {
        &self.rules
    }

    fn schemas(&self) -> Vec<(&'static str, serde_json::Value)> {
        let parsed = |&(name, text): &(&'static str, &str)| {
            serde_json::from_str(text).ok().map(|schema| (name, schema))
        };
        write::SCHEMAS.iter().filter_map(parsed).collect()
    }
}
