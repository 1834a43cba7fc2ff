//! Looking at a finished run: proving that it is whole, showing one article as it came in, choosing what
//! people judge.
//!
//! Everything here works from the files of the run and from its inputs, not from what the run knew.

mod copies;
mod explain;
mod review;
mod rows;
mod similarity;
mod verify;

use std::path::{Path, PathBuf};

pub use explain::explain;
pub use review::review;
pub use verify::verify;

use crate::article::Dump;
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::pipeline::{self, Job};
use crate::read::{self, Found, Reader};
use crate::report::{Input, Report};
use crate::write::folder::REPORT;

/// The report of the run in `dir`.
fn report(dir: &Path) -> Result<Report, Error> {
    let path = dir.join(REPORT);
    let bytes = std::fs::read(&path).map_err(|error| {
        let what = format!("no finished run here ({error}); name the output folder of one");
        Error::at(dir.display(), ErrorKind::Usage(what))
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let what = format!("not a report of this version ({error}); run copydesk again");
        Error::at(path.display(), ErrorKind::Damaged(what))
    })
}

/// The options of the run, as far as they are reported.
fn options(report: &Report, dir: &Path) -> Result<Options, Error> {
    Options::try_from(&report.options).map_err(|error| {
        Error::at(dir.join(REPORT).display(), ErrorKind::Damaged(error.to_string()))
    })
}

/// Reads `input` again and calls `each` on every dump in it.
fn for_each_dump(
    dir: &Path,
    report: &Report,
    input: &Input,
    each: &mut dyn FnMut(&Dump),
) -> Result<(), Error> {
    let one = Report { inputs: vec![input.clone()], ..report.clone() };
    let (found, job) = inputs(&one, dir)?;
    for batch in Reader::new(found.inputs, &pipeline::read_options(&job)) {
        let finished = batch.finished.clone();
        batch.parse(&mut |dump| {
            if let Ok(dump) = dump {
                each(&dump);
            }
        });
        if finished.is_some_and(|summary| has_changed(input, &summary.blake3)) {
            let what = "this input has changed since the run";
            return Err(Error::at(&input.path, ErrorKind::Usage(what.to_owned())));
        }
    }
    Ok(())
}

/// Whether the bytes read of `input` now are not those of the run.
fn has_changed(input: &Input, blake3: &str) -> bool {
    input.blake3.as_deref().is_some_and(|then| then != blake3)
}

/// The inputs of the run, in its order, as they are now.
fn inputs(report: &Report, dir: &Path) -> Result<(Found, Job), Error> {
    let changed = |path: &str, what: &str| {
        Err(Error::at(path, ErrorKind::Usage(format!("{what}, so the run cannot be followed"))))
    };
    let mut paths = Vec::new();
    for input in &report.inputs {
        if input.path == "-" {
            return changed("-", "the run read its standard input");
        }
        let path = PathBuf::from(&input.path);
        // One that a limit cut short has records and no digest.
        let was_read = input.blake3.is_some() || input.records > 0;
        if was_read && !path.exists() {
            return changed(
                &input.path,
                "this input is not here (was the run started in another folder?)",
            );
        }
        if was_read {
            paths.push(path);
        }
    }
    let job = Job {
        inputs: paths,
        output: dir.to_path_buf(),
        options: Options { exclude: Vec::new(), ..options(report, dir)? },
    };
    let found = read::find(&job.inputs, &pipeline::read_options(&job))?;
    Ok((found, job))
}
