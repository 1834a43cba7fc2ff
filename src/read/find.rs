//! From the paths on the command line to the files that will be read, in the order they are read.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, FileType};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use walkdir::WalkDir;

use super::ReadOptions;
use crate::error::{Error, ErrorKind};
use crate::ledger::{Reject, RejectReason};
use crate::options::is_temporary;

/// One file to read, or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where to open it; `None` is standard input.
    pub path: Option<PathBuf>,
    /// How it is shown everywhere: the path as it was joined, bytes that are not UTF-8 as `\xNN`;
    /// `-` for standard input. May hold control characters: whoever prints it escapes them.
    pub shown: Arc<str>,
    /// Name of the folder it stands in: the source of last resort.
    pub folder: Arc<str>,
    /// Its size when it was found; `None` for streams.
    pub bytes: Option<u64>,
}

/// What [`find`] found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files to read: arguments in the order given, folders by byte-wise path.
    pub inputs: Vec<Input>,
    /// What cannot be read, each with `record: None`.
    pub rejects: Vec<Reject>,
    /// What was passed over and may surprise, one line each, for stderr.
    pub warnings: Vec<String>,
}

/// Finds the files behind `paths`: files as they are, folders walked, `-` for standard input. Each
/// file is found once, at its first place. Links given as an argument are followed, those met in a
/// folder are not; special files met in a folder are never opened.
///
/// # Errors
/// [`ErrorKind::Usage`] for an argument that does not exist, an exclude pattern that is none, or an
/// argument that is the output folder.
pub fn find(paths: &[PathBuf], options: &ReadOptions) -> Result<Found, Error> {
    let canonical = |path: &PathBuf| fs::canonicalize(path).ok();
    let skip_folder = options.skip_folder.as_ref().and_then(canonical);
    // What is no file has no name that can be met, as a pipe.
    let skip_file = options.skip_file.as_ref().and_then(canonical).filter(|path| path.is_file());
    let mut finder = Finder {
        exclude: exclude(&options.exclude)?,
        skip_folder,
        skip_file,
        seen: HashSet::new(),
        found: Found::default(),
    };
    for path in paths {
        finder.argument(path)?;
    }
    Ok(finder.found)
}

struct Finder {
    exclude: GlobSet,
    /// The output folder's canonical path.
    skip_folder: Option<PathBuf>,
    /// The output file's.
    skip_file: Option<PathBuf>,
    /// Canonical paths of the files found so far; an empty one is standard input.
    seen: HashSet<PathBuf>,
    found: Found,
}

impl Finder {
    fn argument(&mut self, path: &Path) -> Result<(), Error> {
        if path.as_os_str() == "-" {
            if self.seen.insert(PathBuf::new()) {
                let (shown, folder) = (Arc::from("-"), Arc::from("stdin"));
                self.found.inputs.push(Input { path: None, shown, folder, bytes: None });
            }
            return Ok(());
        }
        let data = match fs::metadata(path) {
            Ok(data) => data,
            Err(error) if is_missing(&error) => {
                let kind = ErrorKind::Usage("no such file or folder".to_owned());
                return Err(Error::at(shown(path), kind));
            }
            Err(error) => {
                self.reject(path, RejectReason::Unreadable, refusal(&error));
                return Ok(());
            }
        };
        // A pipe of the shell, as in `<(zcat a.gz)`, has no other name.
        let canonical = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if self.skip_file.as_ref() == Some(&canonical) {
            // Reading it would never end.
            let why = "this is where the output goes; write to another file".to_owned();
            return Err(Error::at(shown(path), ErrorKind::Usage(why)));
        }
        if data.is_dir() {
            if self.skip_folder.as_ref() == Some(&canonical) {
                let why = "this is the output folder; name another with --output".to_owned();
                return Err(Error::at(shown(path), ErrorKind::Usage(why)));
            }
            self.folder(path, &canonical);
        } else if !self.is_excluded(Path::new(path.file_name().unwrap_or(path.as_os_str()))) {
            match special(data.file_type()) {
                Some(what) if !is_stream(data.file_type()) => {
                    self.reject(path, RejectReason::Unsupported, format!("a {what}, not a file"));
                }
                special => {
                    let bytes = special.is_none().then_some(data.len());
                    let folder = folder_name(path);
                    self.file(path.to_owned(), canonical, folder, bytes);
                }
            }
        }
        Ok(())
    }

    /// Walks the folder `root`. Everything below is collected first: the order is that of whole
    /// paths, in which `a.txt` comes before `a/b.txt`.
    fn folder(&mut self, root: &Path, canonical_root: &Path) {
        let before = (self.found.inputs.len(), self.found.rejects.len(), self.found.warnings.len());
        let mut entries = Vec::new();
        let mut runs = Vec::new();
        let walk = WalkDir::new(root).into_iter().filter_entry(|entry| {
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            if entry.depth() == 0 {
                return true;
            }
            let is_folder = entry.file_type().is_dir();
            let skip = if is_folder { &self.skip_folder } else { &self.skip_file };
            let is_output = skip.as_deref() == Some(&canonical_root.join(relative));
            let left_out = is_output || self.is_excluded(relative) || is_left_behind(entry);
            let is_run = !left_out && is_folder && is_run(entry.path());
            if is_run {
                runs.push(entry.path().to_owned());
            }
            !(left_out || is_run)
        });
        // The folders that the walk is in, for an error while one of them is listed names none.
        let mut open: Vec<PathBuf> = Vec::new();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    open.truncate(entry.depth());
                    open.push(entry.into_path());
                }
                Ok(entry) => entries.push((entry.path().to_owned(), Ok(entry))),
                Err(error) => {
                    let listed = error.depth().checked_sub(1).and_then(|depth| open.get(depth));
                    let listed = listed.map_or(root, PathBuf::as_path);
                    entries.push((error.path().unwrap_or(listed).to_owned(), Err(error)));
                }
            }
        }
        entries.sort_by(|(a, _), (b, _)| {
            a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes())
        });
        for (path, entry) in entries {
            match entry {
                Ok(entry) if entry.path_is_symlink() => {
                    let warning = "a link, not followed; give it as an argument to read it";
                    self.found.warnings.push(format!("{}: {warning}", shown(&path)));
                }
                Ok(entry) => {
                    if let Some(what) = special(entry.file_type()) {
                        let detail = format!("a {what}, not opened; a pipe can be given by name");
                        self.reject(&path, RejectReason::Unsupported, detail);
                        continue;
                    }
                    let relative = path.strip_prefix(root).unwrap_or(&path);
                    let canonical = canonical_root.join(relative);
                    let bytes = entry.metadata().ok().map(|data| data.len());
                    // The canonical path has a name where the argument has none, as in `.`.
                    let folder = canonical.parent().and_then(Path::file_name);
                    let folder = path.parent().and_then(Path::file_name).or(folder);
                    let folder =
                        folder.map_or_else(|| "/".to_owned(), |name| shown(Path::new(name)));
                    self.file(path, canonical, folder, bytes);
                }
                Err(error) => {
                    let detail = error.io_error().map_or_else(|| error.to_string(), refusal);
                    self.reject(&path, RejectReason::Unreadable, detail);
                }
            }
        }
        let found = &mut self.found;
        for run in runs {
            let warning = "the output of a run, not read; give it as an argument to read it";
            found.warnings.push(format!("{}: {warning}", shown(&run)));
        }
        if before == (found.inputs.len(), found.rejects.len(), found.warnings.len()) {
            found.warnings.push(format!("{}: nothing to read in this folder", shown(root)));
        }
    }

    fn file(&mut self, path: PathBuf, canonical: PathBuf, folder: String, bytes: Option<u64>) {
        if self.seen.insert(canonical) {
            let shown = Arc::from(shown(&path));
            let folder = Arc::from(folder);
            self.found.inputs.push(Input { path: Some(path), shown, folder, bytes });
        }
    }

    fn reject(&mut self, path: &Path, reason: RejectReason, detail: String) {
        let file = Arc::from(shown(path));
        let reject = Reject { file, record: None, line: None, offset: None, reason, detail };
        self.found.rejects.push(reject);
    }

    /// Whether a pattern of `--exclude` fits the path below the argument, or its last name.
    fn is_excluded(&self, relative: &Path) -> bool {
        let name = relative.file_name();
        self.exclude.is_match(relative) || name.is_some_and(|name| self.exclude.is_match(name))
    }
}

fn exclude(globs: &[String]) -> Result<GlobSet, Error> {
    let refuse = |glob: &str, error: globset::Error| {
        Error::at(format!("--exclude {glob}"), ErrorKind::Usage(error.kind().to_string()))
    };
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(Glob::new(glob).map_err(|error| refuse(glob, error))?);
    }
    set.build().map_err(|error| refuse(&globs.join(" "), error))
}

/// Whether it is what a run that was killed has left.
fn is_left_behind(entry: &walkdir::DirEntry) -> bool {
    entry.file_type().is_file() && is_temporary(entry.file_name().as_encoded_bytes())
}

/// Whether `folder` holds a finished run, told by its report, whose first key is always the same: its
/// files would all be copies of what they were made from.
fn is_run(folder: &Path) -> bool {
    const FIRST_KEY: &[u8] = b"\"schema_version\"";
    let Ok(file) = fs::File::open(folder.join("report.json")) else { return false };
    let mut head = Vec::new();
    // A report that cannot be read is met again as a file.
    let _ = file.take(FIRST_KEY.len() as u64 + 16).read_to_end(&mut head);
    let inner = head.trim_ascii_start().strip_prefix(b"{").unwrap_or_default();
    inner.trim_ascii_start().starts_with(FIRST_KEY)
}

/// The path as it is shown everywhere: valid UTF-8 as it is, other bytes as `\xNN`.
pub(super) fn shown(path: &Path) -> String {
    let mut shown = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown
}

/// Name of the folder of a file that was named as an argument.
fn folder_name(path: &Path) -> String {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let canonical = fs::canonicalize(parent).unwrap_or_default();
    let name = parent.file_name().or(canonical.file_name()).unwrap_or(OsStr::new("/"));
    shown(Path::new(name))
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Why the system did not let us, in lower case and without the number.
pub(super) fn refusal(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// What a file is that is neither a regular one nor a folder.
#[cfg(unix)]
fn special(kind: FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_file() {
        None
    } else if kind.is_fifo() {
        Some("named pipe")
    } else if kind.is_socket() {
        Some("socket")
    } else {
        Some("device")
    }
}

#[cfg(not(unix))]
fn special(kind: FileType) -> Option<&'static str> {
    if kind.is_file() { None } else { Some("special file") }
}

/// Whether a special file given as an argument can be read from start to end.
#[cfg(unix)]
fn is_stream(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo() || kind.is_char_device()
}

#[cfg(not(unix))]
fn is_stream(_: FileType) -> bool {
    false
}
