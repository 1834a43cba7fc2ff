//! The folder a run writes, and how a run is committed to it.
//!
//! A run may be killed at any system call, over an empty folder or over the files of an older run.
//! `report.json` is the mark of a complete run, so at any moment the folder holds the old run, the new one, or
//! no report:
//!
//! 1. every file is written beside its final name, under a hidden temporary name, and synced;
//! 2. the old report is unlinked and the folder synced: from here on no run is visible;
//! 3. files of the older run that this one does not write are removed, the new ones renamed, and
//!    the folder synced;
//! 4. the new report is renamed, and the folder synced.
//!
//! A kernel lock on the folder itself keeps a second run away. It ends with the process, so there
//! is no lock file to delete; the temporary files of a killed run are removed by the next one. For
//! Unix: other systems cannot open a folder to lock or to sync it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::output::Sink;
pub use super::output::{OutputFile, Unsynced};
use crate::error::{Error, ErrorKind};
use crate::options::{
    Compression, TEMPORARY_PREFIX as PREFIX, TEMPORARY_SUFFIX as SUFFIX, is_temporary,
};

/// The mark of a complete run.
pub const REPORT: &str = "report.json";

/// The report for people.
pub const PAGE: &str = "report.html";

/// The files a run may write besides [`REPORT`], in the order of reports. Any of
/// them may also end in `.gz` or `.zst`. Everything else in the folder is foreign and stays.
pub const NAMES: &[&str] = &[
    "articles.jsonl",
    "articles.csv",
    "duplicates.jsonl",
    "duplicates.csv",
    "removals.jsonl",
    "rejects.jsonl",
    PAGE,
];

/// What `report.json` says of one output file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct OutputSummary {
    /// Its name, relative to the folder.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// How many rows were entered with [`OutputFile::add_rows`].
    pub rows: u64,
    /// BLAKE3 of its bytes, in hex.
    pub blake3: String,
}

/// The folder of one run, locked against other runs. Dropped without [`commit`](Self::commit), it
/// removes what this run has put there, so that an error or an interrupt leaves it as it was.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
    /// The open folder: holds the lock, and is what is synced.
    handle: File,
    traces: Arc<Traces>,
    files: Vec<Pending>,
}

/// What a run has put on the disk and must not leave there. Shared, so that another thread can remove it
/// when the process must end before the run does.
#[derive(Debug)]
struct Traces(Mutex<State>);

#[derive(Debug)]
struct State {
    /// False on file systems without locks.
    locked: bool,
    /// The folders this run had to make, outermost first.
    made: Vec<PathBuf>,
    /// Files under their temporary names.
    temporaries: Vec<PathBuf>,
    /// How many were made.
    count: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Writing,
    /// The files are being renamed, and nothing is taken back.
    Committing,
    /// All is removed, and nothing more may be made.
    GivenUp,
}

/// A file that is not yet under its final name.
#[derive(Debug)]
struct Pending {
    name: String,
    temporary: PathBuf,
    summary: Option<OutputSummary>,
}

impl OutputFolder {
    /// Makes the folder at `path` if it is missing, with its parents, and locks it. What a killed
    /// run has left there is removed.
    ///
    /// `inputs` are the files and folders the user named; those that do not exist are passed over.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when `path` is something else than a folder, is an input, holds an input
    /// that the run would replace, or belongs to another run at the moment; [`ErrorKind::Write`]
    /// when it cannot be made or written to. Nothing is changed then.
    pub fn open(path: &Path, inputs: &[PathBuf]) -> Result<OutputFolder, Error> {
        // Drops `.` parts, which `mkdir` would take for names.
        let path: PathBuf = path.components().collect();
        if path.as_os_str().is_empty() {
            return Err(usage(
                "--output",
                "the name of the folder is empty; use . for this folder",
            ));
        }
        refuse_inputs(&path, inputs)?;
        let folder = lock(path)?;
        // Without a lock they may be those of a run that is alive.
        if folder.traces.lock().locked {
            folder.remove_stale()?;
        }
        if is_folder(&folder.path.join(REPORT)) {
            return Err(folder.in_the_way(REPORT));
        }
        // Found out now and not after hours of work: a folder that nothing can be written to.
        drop(folder.spool()?);
        Ok(folder)
    }

    /// Starts the file `name`, one of [`NAMES`]; a compressed one gets `.gz` or `.zst` at its end. Until
    /// [`commit`](Self::commit) it stands under a temporary name.
    ///
    /// # Errors
    /// When it cannot be created, or a folder stands in its place.
    ///
    /// # Panics
    /// When `name` is not in [`NAMES`]: a later run would not know it as ours.
    pub fn create(&mut self, name: &str, compression: Compression) -> Result<OutputFile, Error> {
        assert!(NAMES.contains(&name), "{name} is no output file");
        let name = format!("{name}{}", compression.extension());
        if is_folder(&self.path.join(&name)) {
            return Err(self.in_the_way(&name));
        }
        let file = self.create_temporary(&name)?;
        let place = self.place(&name);
        let sink = Sink::new(file, compression).map_err(|error| write_error(&place, error))?;
        Ok(OutputFile::new(name, place, sink))
    }

    /// A file without a name, for data that does not fit into memory. It is gone when it is dropped
    /// or the process dies.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn spool(&self) -> Result<File, Error> {
        // Made and unlinked under a name of our own pattern: where a file system has no nameless files and
        // a run is killed between the two calls, the next run knows what to remove.
        let failed = |error| write_error(self.path.display(), error);
        let (file, temporary) = self.open_temporary("spool").map_err(failed)?;
        fs::remove_file(&temporary).map_err(failed)?;
        self.traces.lock().forget(&temporary);
        Ok(file)
    }

    /// Removes what this run has put on the disk, from any thread; then the run cannot write more.
    /// Returns false, and does nothing, when the run is being committed or is over.
    #[must_use]
    pub fn give_up(&self) -> Arc<dyn Fn() -> bool + Send + Sync> {
        let traces = Arc::clone(&self.traces);
        Arc::new(move || {
            let mut state = traces.lock();
            if state.stage != Stage::Writing {
                return false;
            }
            state.stage = Stage::GivenUp;
            state.remove();
            true
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Ends `file` and brings it to the disk. It stays under its temporary name.
    ///
    /// # Errors
    /// When it cannot be written to its end.
    pub fn seal(&mut self, file: OutputFile) -> Result<OutputSummary, Error> {
        let (name, place, rows, sink) = file.into_parts();
        let (file, bytes, hash) = sink.finish().map_err(|error| write_error(&place, error))?;
        file.sync_all().map_err(|error| write_error(&place, error))?;
        let pending = self.files.iter_mut().find(|pending| pending.name == name);
        let pending = pending.ok_or_else(|| bug(&place, "a file of another folder"))?;
        let summary = OutputSummary { path: name, bytes, rows, blake3: hash.to_hex().to_string() };
        Ok(pending.summary.insert(summary).clone())
    }

    /// The summaries of the sealed files, in the order of [`NAMES`].
    #[must_use]
    pub fn outputs(&self) -> Vec<OutputSummary> {
        let mut outputs: Vec<_> =
            self.files.iter().filter_map(|pending| pending.summary.clone()).collect();
        outputs.sort_by_key(|summary| {
            NAMES.iter().position(|name| summary.path.starts_with(name)).unwrap_or(NAMES.len())
        });
        outputs
    }

    /// Makes the sealed files the folder's run, with `report` as its `report.json`.
    ///
    /// # Errors
    /// [`ErrorKind::Write`] with the file at which it stopped. Before the old report is gone the
    /// folder is left as it was; after that it holds no report, and the same command run again repairs
    /// it. [`ErrorKind::Bug`] when a file was created and not sealed.
    pub fn commit(mut self, report: &[u8]) -> Result<(), Error> {
        if let Some(pending) = self.files.iter().find(|pending| pending.summary.is_none()) {
            return Err(bug(self.place(&pending.name), "not sealed"));
        }
        self.write_report(report)?;
        self.sync_parents()?;
        self.check_place().map_err(|error| write_error(self.path.display(), error))?;
        self.traces.begin_commit().map_err(|error| write_error(self.path.display(), error))?;

        self.remove(REPORT)?;
        self.sync()?;

        for name in every_name().filter(|name| name != REPORT) {
            if !self.files.iter().any(|pending| pending.name == name) {
                self.remove(&name)?;
            }
        }
        // The report was made last and so is the last of the list.
        while self.files.len() > 1 {
            self.rename_first()?;
        }
        self.sync()?;

        self.rename_first()?;
        self.traces.lock().made.clear();
        self.sync()
    }

    /// Writes `report.json` under a temporary name, and to the disk.
    fn write_report(&mut self, report: &[u8]) -> Result<(), Error> {
        use io::Write as _;
        let mut file = self.create_temporary(REPORT)?;
        file.write_all(report)
            .and_then(|()| file.sync_all())
            .map_err(|error| write_error(self.place(REPORT), error))
    }

    fn rename_first(&mut self) -> Result<(), Error> {
        let Some(pending) = self.files.first() else { return Ok(()) };
        fs::rename(&pending.temporary, self.path.join(&pending.name))
            .map_err(|error| write_error(self.place(&pending.name), error))?;
        let pending = self.files.remove(0);
        self.traces.lock().forget(&pending.temporary);
        Ok(())
    }

    /// Removes a file of an older run, if there is one. A folder of that name is not of ours.
    fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => Ok(()),
            Ok(_) => remove_if_there(&path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(write_error(path.display(), error)),
        }
    }

    fn sync(&self) -> Result<(), Error> {
        self.handle.sync_all().map_err(|error| write_error(self.path.display(), error))
    }

    /// Brings the names of the folders this run has made to the disk.
    fn sync_parents(&self) -> Result<(), Error> {
        let made = self.traces.lock().made.clone();
        for made in &made {
            let parent = match made.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                _ => Path::new("."),
            };
            // A folder may be open for entries and closed to readers; then it syncs in its time.
            if let Ok(handle) = File::open(parent) {
                handle.sync_all().map_err(|error| write_error(parent.display(), error))?;
            }
        }
        Ok(())
    }

    /// Removes what a killed run has left, all by names that only we give.
    fn remove_stale(&self) -> Result<(), Error> {
        let failed = |error| write_error(self.path.display(), error);
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let ours = is_temporary(entry.file_name().as_encoded_bytes());
            if ours && !entry.file_type().map_err(failed)?.is_dir() {
                remove_if_there(&entry.path())?;
            }
        }
        Ok(())
    }

    fn create_temporary(&mut self, name: &str) -> Result<File, Error> {
        if self.files.iter().any(|pending| pending.name == name) {
            return Err(bug(self.place(name), "created twice"));
        }
        let opened = self.open_temporary(name);
        let (file, temporary) = opened.map_err(|error| write_error(self.place(name), error))?;
        self.files.push(Pending { name: name.to_owned(), temporary, summary: None });
        Ok(file)
    }

    /// Whether the path still leads to the folder that is locked: nothing is written through a link or
    /// into a folder that somebody has put in its place.
    fn check_place(&self) -> io::Result<()> {
        if identity(&fs::metadata(&self.path)?) == identity(&self.handle.metadata()?) {
            return Ok(());
        }
        Err(io::Error::other("the folder was moved away during the run; leave it, and run again"))
    }

    fn open_temporary(&self, name: &str) -> io::Result<(File, PathBuf)> {
        self.check_place()?;
        let mut state = self.traces.lock();
        if state.stage == Stage::GivenUp {
            return Err(given_up());
        }
        // The process and the number matter only where there are no locks.
        let temporary = format!("{PREFIX}{name}-{}-{}{SUFFIX}", std::process::id(), state.count);
        let temporary = self.path.join(temporary);
        // `create_new` is O_EXCL, which follows no link.
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&temporary)?;
        state.count += 1;
        state.temporaries.push(temporary.clone());
        Ok((file, temporary))
    }

    fn in_the_way(&self, name: &str) -> Error {
        usage(
            self.place(name),
            "a folder stands where this file goes; move it, or name another --output",
        )
    }

    fn place(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        let mut state = self.traces.lock();
        state.stage = Stage::GivenUp;
        state.remove();
        // Closing is not enough: a process that another thread is starting holds what was open here
        // until its program begins, and the lock with it.
        let _ = self.handle.unlock();
    }
}

impl Traces {
    fn new(locked: bool, made: Vec<PathBuf>) -> Traces {
        let (temporaries, count, stage) = (Vec::new(), 0, Stage::Writing);
        Traces(Mutex::new(State { locked, made, temporaries, count, stage }))
    }

    /// Nothing in a [`State`] is half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_commit(&self) -> io::Result<()> {
        let mut state = self.lock();
        if state.stage == Stage::GivenUp {
            return Err(given_up());
        }
        state.stage = Stage::Committing;
        Ok(())
    }
}

impl State {
    /// A temporary file is gone, or has its final name.
    fn forget(&mut self, temporary: &Path) {
        self.temporaries.retain(|path| path != temporary);
    }

    fn remove(&mut self) {
        // Nobody is left to hear of an error; the next run cleans up.
        for temporary in self.temporaries.drain(..) {
            let _ = fs::remove_file(temporary);
        }
        // Under the lock, so that no other run has begun to use them. A folder with files stays.
        if self.locked {
            remove_folders(&self.made);
        }
    }
}

fn given_up() -> io::Error {
    io::Error::other("the run was given up")
}

/// Refuses a folder that is an input, or in which an input stands that the run would replace.
fn refuse_inputs(path: &Path, inputs: &[PathBuf]) -> Result<(), Error> {
    let Ok(folder) = fs::metadata(path) else { return Ok(()) };
    let is_ours = |name: &String| {
        fs::symlink_metadata(path.join(name)).ok().filter(|m| !m.is_symlink()).map(|m| identity(&m))
    };
    let ours: Vec<_> =
        every_name().filter_map(|name| is_ours(&name).map(|id| (name, id))).collect();
    for input in inputs {
        // A file that the shell opened as standard input has a name too.
        let is_stdin = input.as_os_str() == "-";
        let named = if is_stdin { Path::new("/dev/stdin") } else { input };
        let Ok(metadata) = fs::metadata(named) else { continue };
        let input_id = identity(&metadata);
        if input_id == identity(&folder) {
            return Err(usage(path.display(), "this is an input; name another --output"));
        }
        if let Some((name, _)) = ours.iter().find(|(_, id)| *id == input_id) {
            let place = path.join(name);
            return Err(usage(
                place.display(),
                "this is an input and the run would replace it; name another --output",
            ));
        }
    }
    Ok(())
}

fn every_name() -> impl Iterator<Item = String> {
    let compressed = |name: &&'static str| {
        let name = *name;
        Compression::ALL.iter().map(move |c| format!("{name}{}", c.extension()))
    };
    NAMES.iter().flat_map(compressed).chain([REPORT.to_owned()])
}

/// Two names with the same identity are one file or folder, whatever links lead there.
fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Makes and locks the folder.
fn lock(path: PathBuf) -> Result<OutputFolder, Error> {
    let mut made = Vec::new();
    // A run that gives up may remove the folder it made between our `open` and our lock; then we
    // hold a folder without a name, and begin again.
    for _ in 0..100 {
        match make_folders(&path) {
            Ok(folders) => made.extend(folders),
            // So may the folder above it go, in the same moment.
            Err(Error { kind: ErrorKind::Write(error), .. })
                if error.kind() == io::ErrorKind::NotFound =>
            {
                continue;
            }
            Err(error) => return Err(error),
        }
        let handle = match File::open(&path) {
            Ok(handle) => handle,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                remove_folders(&made);
                return Err(write_error(path.display(), error));
            }
        };
        let locked = match handle.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => {
                let message = "another run is writing to this folder; wait for it to end, or name another --output";
                return Err(usage(path.display(), message));
            }
            // Some network file systems cannot lock a folder. One user with one run is the rule, so
            // that is no reason to refuse to work.
            Err(TryLockError::Error(_)) => false,
        };
        let open = handle.metadata().map_err(|error| {
            remove_folders(&made);
            write_error(path.display(), error)
        })?;
        if fs::metadata(&path).is_ok_and(|named| identity(&named) == identity(&open)) {
            let traces = Arc::new(Traces::new(locked, made));
            return Ok(OutputFolder { path, handle, traces, files: Vec::new() });
        }
    }
    Err(write_error(path.display(), io::Error::other("the folder is being removed and made again")))
}

/// Makes `path` and the folders it stands in, and tells which were missing, outermost first.
fn make_folders(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut missing = Vec::new();
    for folder in path.ancestors() {
        match fs::metadata(folder) {
            Ok(metadata) if metadata.is_dir() => break,
            Ok(_) => return Err(not_a_folder(folder)),
            Err(error) => match error.kind() {
                // A file where a parent should be is met further up.
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => missing.push(folder),
                _ => return Err(write_error(folder.display(), error)),
            },
        }
    }
    let mut made = Vec::new();
    for folder in missing.into_iter().rev().filter(|folder| !folder.as_os_str().is_empty()) {
        match fs::create_dir(folder) {
            Ok(()) => made.push(folder.to_owned()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !folder.is_dir() {
                    remove_folders(&made);
                    return Err(not_a_folder(folder));
                }
            }
            Err(error) => {
                remove_folders(&made);
                return Err(write_error(folder.display(), error));
            }
        }
    }
    Ok(made)
}

/// Removes those of `made` that are empty, innermost first.
fn remove_folders(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(write_error(path.display(), error))
        }
        _ => Ok(()),
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn not_a_folder(path: &Path) -> Error {
    usage(path.display(), "this is not a folder; name another --output")
}

fn usage(place: impl std::fmt::Display, message: &str) -> Error {
    Error::at(place, ErrorKind::Usage(message.to_owned()))
}

/// Not [`Error::write`]: a broken pipe cannot happen here, and must not be taken for a normal end.
fn write_error(place: impl std::fmt::Display, error: io::Error) -> Error {
    Error::at(place, ErrorKind::Write(error))
}

fn bug(place: impl std::fmt::Display, message: &str) -> Error {
    Error::at(place, ErrorKind::Bug(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_ends_with_the_run_whoever_holds_its_folder_open()
    -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let path = root.path().join("out");
        let first = OutputFolder::open(&path, &[])?;
        let held = first.handle.try_clone()?;
        assert!(OutputFolder::open(&path, &[]).is_err());
        drop(first);
        OutputFolder::open(&path, &[])?;
        drop(held);
        Ok(())
    }
}
