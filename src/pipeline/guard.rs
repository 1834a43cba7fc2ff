//! A panic is a mistake of this program. It ends the run, and says which article it was.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Batch, CleanArticle};
use crate::article::Dump;
use crate::clean::{TOGETHER, TOGETHER_BYTES};
use crate::error::{Error, ErrorKind};
use crate::ledger::Reject;

/// Takes the articles and rejects of a dump.
pub(super) type Each<'a> = &'a mut dyn FnMut(Result<CleanArticle, Reject>);

/// Calls `work`; a panic in it becomes an error at `place`.
///
/// What `work` had in hand is given up with the run, so that nothing half done is seen.
pub(super) fn guarded<T>(
    work: impl FnOnce() -> T,
    place: impl FnOnce() -> String,
) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let what = format!("a mistake of this program at this article: {}", message(&*panic));
        Error::at(place(), ErrorKind::Bug(what))
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Cleans some dumps, and says at any moment which record is worked at, or which article of a text.
pub(super) type Clean<'a> = &'a mut dyn FnMut(&[Dump], &Cell<Option<u64>>, Each);

/// Parses `batch` and cleans the dumps in it with `clean`; returns how many records were repaired.
pub(super) fn each_article(batch: Batch, clean: Clean, each: Each) -> Result<u64, Error> {
    let path = batch.path();
    let at = Cell::new(None);
    let (mut dumps, mut bytes) = (Vec::with_capacity(TOGETHER), 0);
    let work = || {
        let counts = batch.parse(&mut |dump| {
            let rejected = match dump {
                Ok(dump) => {
                    bytes += dump.text.len();
                    dumps.push(dump);
                    if dumps.len() < TOGETHER && bytes < TOGETHER_BYTES {
                        return;
                    }
                    None
                }
                Err(reject) => Some(reject),
            };
            clean(&dumps, &at, each);
            dumps.clear();
            bytes = 0;
            if let Some(reject) = rejected {
                at.set(reject.record);
                each(Err(reject));
            }
        });
        clean(&dumps, &at, each);
        counts.repaired
    };
    let place = || match at.get() {
        Some(number) => format!("{path}#{number}"),
        None => path.to_string(),
    };
    guarded(work, place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::{Cleaner, Scratch};
    use crate::ledger::RejectReason;
    use crate::options::Options;
    use crate::pipeline::gather::each_entry;
    use crate::pipeline::stored::Storing;
    use crate::read::{ReadOptions, Reader, find};
    use crate::write::rows::RejectRow;

    /// Cleans a file of this name and text, where the article that holds a word is the end of it.
    fn check(name: &str, text: &str, place: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let options = ReadOptions::default();
        let found = find(std::slice::from_ref(&path), &options).expect("it is there");
        let batch = Reader::new(found.inputs, &options).next().expect("a batch");
        let (cleaner, mut scratch) = (Cleaner::new(&Options::default()), Scratch::default());
        let mut clean = |dumps: &[Dump], at: &Cell<Option<u64>>, each: Each| {
            cleaner.clean_all(dumps, &mut scratch, at, &mut |outcome| {
                let is_bad = outcome.as_ref().is_ok_and(|article| article.text.contains("Salt"));
                assert!(!is_bad, "a word too much");
                each(outcome);
            });
        };
        let mut before = 0;
        let end = each_article(batch, &mut clean, &mut |_| before += 1);
        let error = end.expect_err("it ends");
        assert_eq!(error.place, format!("{}{place}", path.display()), "after {before}");
        let message =
            "a mistake of this program at this article: a word too much; please report this";
        assert_eq!(error.kind.to_string(), message);
    }

    #[test]
    fn a_panic_names_the_record_or_the_article() {
        let lines = "{\"text\": \"Bread was sold.\"}\n{}\n{\"text\": \"Salt was sold.\"}\n{}\n";
        check("a.jsonl", lines, "#3");
        let story = |of: &str| {
            format!(
                "A headline about {of}\n\n{of} was sold at the fair on Monday morning.\n\n\n\n\n"
            )
        };
        check("a.txt", &[story("Bread"), story("Honey"), story("Salt")].concat(), "#3");
    }

    #[test]
    fn a_panic_in_a_later_pass_names_the_article() {
        let row = |file| RejectRow {
            file,
            record: Some(1),
            line: None,
            offset: None,
            reason: RejectReason::Empty,
            detail: "",
        };
        let mut bytes = Vec::new();
        for file in ["a.txt", "b.txt", "c.txt"] {
            bytes = postcard::to_extend(&Storing::Reject(row(file)), bytes).expect("room");
        }
        let mut seen = 0;
        let end = each_entry(&bytes, &mut |_| {
            seen += 1;
            assert!(seen < 2, "a word too much");
            Ok(())
        });
        assert_eq!((end.expect_err("it ends").place, seen), ("b.txt".to_owned(), 2));
    }

    #[test]
    fn a_panic_has_a_message_of_any_kind() {
        let end = |work: fn()| guarded(work, || "a#1".to_owned()).map_err(|e| e.to_string());
        assert_eq!(end(|| ()), Ok(()));
        let said = |end: Result<(), String>| end.expect_err("it ends");
        assert!(said(end(|| panic!("{}", 1))).contains(": 1;"));
        assert!(said(end(|| std::panic::panic_any(1))).contains(": no message;"));
    }
}
