//! Proving that a finished run is whole: no output file changed, every block of every input is
//! written, in the ledger, or in an article named as a copy.

use std::io::Write;
use std::path::Path;

use hashbrown::HashMap;

use super::rows::{ArticleRow, DuplicateRow, RejectRow, RemovalRow, Rows};
use super::similarity::Pairs;
use crate::article::{Article, Block, Dump};
use crate::error::{Error, ErrorKind};
use crate::fingerprint::key_of;
use crate::ledger::{Reject, RejectReason};
use crate::normalize;
use crate::observer::Observer;
use crate::options::{Duplicates, Emit, Extent};
use crate::pipeline;
use crate::read::Reader;
use crate::report::Report;
use crate::segment::segment;

/// Verifies the run in `dir`: writes what was checked to `out`, tells `observer` of each thing that is
/// wrong, and returns whether nothing was. `extent` says how many similarities are measured again.
///
/// # Errors
/// When there is no finished run in `dir`, when an input has changed or was the standard input (usage),
/// or when a file cannot be read.
pub fn verify(
    dir: &Path,
    extent: Extent,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<bool, Error> {
    let report = super::report(dir)?;
    if !report.options.emit.contains(&Emit::Jsonl) {
        let what = "the run wrote no articles.jsonl; run it again with --emit jsonl,csv";
        return Err(Error::at(dir.display(), ErrorKind::Usage(what.to_owned())));
    }
    let mut check = Check { dir, observer, wrong: 0 };
    let mut say = |line: String| {
        writeln!(out, "{line}").map_err(|error| Error::write("standard output", error))
    };
    let bytes = check.outputs(&report)?;
    say(format!("outputs: {} files, {bytes} bytes, digests compared", report.outputs.len()))?;
    if let Err(sum) = report.check() {
        check.wrong("report.json", &sum);
    }
    let mut pairs = Pairs::choose(dir, &report, extent)?;
    let ids = check.articles(&report, &mut pairs)?;
    say(format!("articles: {} rows, their fingerprints computed again", ids.len()))?;
    let copies = check.duplicates(&report, &ids)?;
    say(format!("copies: {copies} rows, each names an article that is written"))?;
    check.ledger(&report, &ids, &mut pairs)?;
    let blocks = Follow::new(&mut check, &report, &mut pairs)?.inputs(&report)?;
    let (measured, chosen) = pairs.counts();
    if chosen > 0 {
        say(format!("similarities: {measured} of {chosen} chosen, measured again on the texts"))?;
    }
    say(format!(
        "inputs: {} files, {blocks} blocks, each written once, in the ledger once, or in a copy",
        report.inputs.len(),
    ))?;
    say(match check.wrong {
        0 => "the run is whole".to_owned(),
        wrong => format!("{wrong} things are wrong"),
    })?;
    Ok(check.wrong == 0)
}

struct Check<'a> {
    dir: &'a Path,
    observer: &'a dyn Observer,
    wrong: u64,
}

/// What is kept of each written article: its fingerprint, its source and the copies it counts.
struct Known {
    fingerprint: String,
    source: Option<String>,
    copies: u64,
}

impl Check<'_> {
    fn wrong(&mut self, place: &str, what: &str) {
        self.wrong += 1;
        self.observer.problem(place, what);
    }

    /// Compares size and digest of every output file; returns their bytes.
    fn outputs(&mut self, report: &Report) -> Result<u64, Error> {
        let mut all = 0;
        for output in &report.outputs {
            let path = self.dir.join(&output.path);
            let place = path.display().to_string();
            let mut hasher = blake3::Hasher::new();
            let read = std::fs::File::open(&path).and_then(|file| {
                hasher.update_reader(file)?;
                Ok(())
            });
            if let Err(error) = read {
                self.wrong(&place, &format!("cannot be read: {error}"));
            } else if hasher.finalize().to_hex().as_str() != output.blake3 {
                self.wrong(&place, "changed since the run: another digest than in report.json");
            }
            all += hasher.count();
            self.stop()?;
        }
        Ok(all)
    }

    /// Reads every article: its fingerprint follows from its paragraphs, its paragraphs from its text.
    fn articles(
        &mut self,
        report: &Report,
        pairs: &mut Pairs,
    ) -> Result<HashMap<String, Known>, Error> {
        let mut ids = HashMap::new();
        let mut rows: Rows<ArticleRow> =
            Rows::open(self.dir, "articles.jsonl", report.options.compress)?;
        let mut key = String::new();
        while let Some(row) = rows.next()? {
            let digests: Vec<_> = row
                .text
                .split("\n\n")
                .filter_map(|text| crate::fingerprint::paragraph(text, &mut key))
                .collect();
            let same = digests.len() == row.paragraphs.len()
                && digests.iter().zip(&row.paragraphs).all(|(d, hex)| d.to_string() == *hex);
            if !same {
                self.wrong(&row.id, "the fingerprints of its paragraphs are not those of its text");
            }
            if crate::fingerprint::article(&digests).to_string() != row.fingerprint {
                self.wrong(&row.id, "its fingerprint is not that of its paragraphs");
            }
            pairs.article(&row);
            let ArticleRow { id, fingerprint, source, copies, .. } = row;
            if ids.insert(id.clone(), Known { fingerprint, source, copies }).is_some() {
                self.wrong(&id, "two articles have this id");
            }
            self.stop()?;
        }
        if ids.len() as u64 != report.totals.written {
            self.wrong("articles.jsonl", "holds another number of articles than the report says");
        }
        Ok(ids)
    }

    /// Every copy names an article that is written and, where it says `exact`, has its fingerprint.
    fn duplicates(&mut self, report: &Report, ids: &HashMap<String, Known>) -> Result<u64, Error> {
        let mut rows: Rows<DuplicateRow> =
            Rows::open(self.dir, "duplicates.jsonl", report.options.compress)?;
        let global = report.options.paragraphs == crate::options::Paragraphs::Global;
        let mut counts: HashMap<String, u64> = HashMap::new();
        let mut all = 0;
        while let Some(row) = rows.next()? {
            all += 1;
            match ids.get(&row.duplicate_of) {
                None => self.wrong(&row.id, "the article it is said to copy is not written"),
                // Repeats over all articles are taken out after copies were found.
                Some(known) if row.kind == "exact" && !global => {
                    if known.fingerprint != row.fingerprint {
                        self.wrong(&row.id, "its fingerprint is not that of the article it copies");
                    }
                }
                Some(_) => {}
            }
            *counts.entry(row.duplicate_of).or_default() += 1;
        }
        let mut miscounted: Vec<&String> = ids
            .iter()
            .filter(|(id, known)| counts.get(*id).copied().unwrap_or(0) != known.copies)
            .map(|(id, _)| id)
            .collect();
        miscounted.sort();
        for id in miscounted {
            self.wrong(id, "another number of copies names it than it counts");
        }
        Ok(all)
    }

    /// Reads what the ledger says of the articles of each source, where `pairs` need it.
    fn ledger(
        &mut self,
        report: &Report,
        ids: &HashMap<String, Known>,
        pairs: &mut Pairs,
    ) -> Result<(), Error> {
        if pairs.is_empty() || report.options.duplicates == Duplicates::Mark {
            return Ok(());
        }
        let mut rows: Rows<RemovalRow> =
            Rows::open(self.dir, "removals.jsonl", report.options.compress)?;
        while let Some(row) = rows.next()? {
            let source = ids.get(&row.article).and_then(|known| known.source.as_deref());
            pairs.removal(source, &row);
            self.stop()?;
        }
        Ok(())
    }

    fn stop(&self) -> Result<(), Error> {
        if self.observer.interrupted() {
            return Err(Error::at(self.dir.display(), ErrorKind::Interrupted));
        }
        Ok(())
    }
}

/// Reads the inputs again beside the rows of the run, all in input order.
struct Follow<'c, 'a> {
    check: &'c mut Check<'a>,
    pairs: &'c mut Pairs,
    articles: Rows<ArticleRow>,
    duplicates: Rows<DuplicateRow>,
    removals: Rows<RemovalRow>,
    rejects: Rows<RejectRow>,
    marked: bool,
    blocks: u64,
    left: u64,
}

impl<'c, 'a> Follow<'c, 'a> {
    fn new(
        check: &'c mut Check<'a>,
        report: &Report,
        pairs: &'c mut Pairs,
    ) -> Result<Follow<'c, 'a>, Error> {
        let (dir, compress) = (check.dir, report.options.compress);
        Ok(Follow {
            articles: Rows::open(dir, "articles.jsonl", compress)?,
            duplicates: Rows::open(dir, "duplicates.jsonl", compress)?,
            removals: Rows::open(dir, "removals.jsonl", compress)?,
            rejects: Rows::open(dir, "rejects.jsonl", compress)?,
            marked: report.options.duplicates == Duplicates::Mark,
            blocks: 0,
            left: report.options.limit.unwrap_or(u64::MAX),
            check,
            pairs,
        })
    }

    fn inputs(mut self, report: &Report) -> Result<u64, Error> {
        let (found, job) = super::inputs(report, self.check.dir)?;
        let reader = Reader::new(found.inputs, &pipeline::read_options(&job));
        for batch in reader {
            self.check.stop()?;
            let finished = batch.finished.clone();
            let mut failure = Ok(());
            batch.parse(&mut |dump| {
                if failure.is_ok() {
                    failure = match dump {
                        Ok(dump) => self.dump(&dump, &job),
                        Err(reject) => self.reject(&reject),
                    };
                }
            });
            failure?;
            if let Some(summary) = finished {
                let then = report.inputs.iter().find(|input| input.path == *summary.path);
                if then.is_some_and(|then| super::has_changed(then, &summary.blake3)) {
                    let what = "this input has changed since the run";
                    return Err(Error::at(&summary.path, ErrorKind::Usage(what.to_owned())));
                }
            }
            if self.left == 0 {
                break;
            }
        }
        self.rest()?;
        if self.blocks != report.totals.blocks_in {
            let what = format!("{} blocks are in the inputs", self.blocks);
            self.check.wrong("report.json", &what);
        }
        Ok(self.blocks)
    }

    fn reject(&mut self, reject: &Reject) -> Result<(), Error> {
        // Where the run stopped, it had not met what comes next.
        if self.left == 0 {
            return Ok(());
        }
        self.left -= u64::from(reject.record.is_some());
        let same = |row: &RejectRow| row.file == *reject.file && row.record == reject.record;
        self.skip_file_rejects(reject.record)?;
        if self.rejects.next_if(same)?.is_none() {
            let place = format!("{}:{}", reject.file, reject.line.unwrap_or(0));
            self.check.wrong(&place, "could not be used, and is not in rejects.jsonl");
        }
        Ok(())
    }

    /// Rejects of whole files stand where the run met them, which may differ.
    fn skip_file_rejects(&mut self, record: Option<u64>) -> Result<(), Error> {
        while record.is_some() && self.rejects.next_if(|row| row.record.is_none())?.is_some() {}
        Ok(())
    }

    fn dump(&mut self, dump: &Dump, job: &pipeline::Job) -> Result<(), Error> {
        if let Some(reject) = crate::clean::too_many_lines(dump, &job.options.limits) {
            return self.reject(&reject);
        }
        let articles = segment(dump, job.options.split);
        let parts = articles.len();
        let used = usize::try_from(job.options.limits.articles).unwrap_or(usize::MAX);
        if parts == 0 && dump.record.is_some() {
            return self.empty(dump, dump.record);
        }
        let name = |number| crate::clean::dump_name(dump, number, parts);
        if !self.marked && (1..).take(parts).any(|number| self.pairs.wants(&name(number))) {
            let check = &mut *self.check;
            self.pairs.dump(dump, &mut |place, what| check.wrong(place, what));
        }
        for (article, number) in articles.iter().zip(1_u64..).take(used) {
            if self.left == 0 {
                return Ok(());
            }
            let name = name(number);
            self.article(dump, article, &name, dump.record.or(Some(number)))?;
        }
        Ok(())
    }

    fn empty(&mut self, dump: &Dump, record: Option<u64>) -> Result<(), Error> {
        self.reject(&Reject {
            file: dump.path.clone(),
            record,
            line: Some(dump.line),
            offset: None,
            reason: RejectReason::Empty,
            detail: String::new(),
        })
    }

    fn article(
        &mut self,
        dump: &Dump,
        article: &Article,
        name: &str,
        record: Option<u64>,
    ) -> Result<(), Error> {
        let copy = self.duplicates.next_if(|row| row.dump == name)?;
        if copy.is_some() && !self.marked {
            self.left -= 1;
            self.blocks += article.blocks.len() as u64;
            return Ok(());
        }
        let Some(row) = self.articles.next_if(|row| row.dump == name)? else {
            return self.empty(dump, record);
        };
        self.left -= 1;
        if copy.is_some() {
            let check = &mut *self.check;
            self.pairs.copy(name, &row.text, &mut |place, what| check.wrong(place, what));
        }
        if copy.is_some() != row.duplicate_of.is_some() {
            self.check.wrong(name, "is marked as a copy in one file and not in the other");
        }
        self.blocks += article.blocks.len() as u64;
        let mut removals = Vec::new();
        while let Some(removal) =
            self.removals.next_if(|next| next.dump == name && next.article == row.id)?
        {
            removals.push(removal);
        }
        for removal in &removals {
            if dump.text.get(removal.start..removal.end) != Some(&*removal.text) {
                let place = format!("{name} {}..{}", removal.start, removal.end);
                self.check.wrong(&place, "the ledger's text is not what stands there");
            }
        }
        self.blocks_of(article, &row, &removals, name);
        Ok(())
    }

    /// Each block is removed whole, or is the next paragraph, or fills a field.
    fn blocks_of(
        &mut self,
        article: &Article,
        row: &ArticleRow,
        removals: &[RemovalRow],
        name: &str,
    ) {
        let mut paragraphs = row.text.split("\n\n").peekable();
        let mut whole = 0;
        for block in &article.blocks {
            let spans = |removal: &&RemovalRow| {
                !removal.partial
                    && removal.start == block.span.start
                    && removal.end == block.span.end
            };
            if removals.iter().any(|removal| spans(&removal)) {
                whole += 1;
                continue;
            }
            let left = without_parts(block, removals);
            let text = normalize::text(left.trim());
            if paragraphs.next_if(|paragraph| *paragraph == text).is_some() {
                continue;
            }
            if !fills_a_field(&text, row) {
                let place = format!("{name} line {}", block.line);
                self.check.wrong(&place, "a block is neither written nor in the ledger");
            }
        }
        if paragraphs.next().is_some() {
            self.check.wrong(name, "a paragraph is written that is no block of the input");
        }
        let entered = removals.iter().filter(|removal| !removal.partial).count();
        if whole != entered {
            self.check.wrong(name, "the ledger holds removals that are no blocks of the input");
        }
    }

    /// Nothing may be left over.
    fn rest(&mut self) -> Result<(), Error> {
        self.skip_file_rejects(Some(0))?;
        let over = [
            ("articles.jsonl", self.articles.peek().map(|row| row.dump.clone())),
            ("duplicates.jsonl", self.duplicates.peek().map(|row| row.dump.clone())),
            ("removals.jsonl", self.removals.peek().map(|row| row.dump.clone())),
            ("rejects.jsonl", self.rejects.peek().map(|row| row.file.clone())),
        ];
        for (file, dump) in over {
            if let Some(dump) = dump {
                self.check
                    .wrong(file, &format!("names {dump}, which the inputs do not have there"));
            }
        }
        Ok(())
    }
}

/// The text of `block` without the parts that the ledger says were cut out.
fn without_parts(block: &Block, removals: &[RemovalRow]) -> String {
    let mut text = block.text.to_string();
    let parts = removals.iter().filter(|removal| {
        removal.partial && removal.start >= block.span.start && removal.end <= block.span.end
    });
    for part in parts.rev() {
        let (start, end) = (part.start - block.span.start, part.end - block.span.start);
        if text.get(start..end).is_some() {
            text.replace_range(start..end, "");
        }
    }
    text
}

/// Whether `text` is where the title, a caption, a credit or the byline came from.
fn fills_a_field(text: &str, row: &ArticleRow) -> bool {
    let text = key_of(text);
    let holds = |field: &str| text.contains(&*key_of(field));
    let title = row.title.as_deref().is_some_and(holds);
    let byline = row.byline.as_deref().is_some_and(|byline| byline.split(", ").any(holds));
    let caption = |caption: &crate::article::Caption| {
        caption.text.as_deref().is_some_and(holds) || caption.credit.as_deref().is_some_and(holds)
    };
    title || byline || row.captions.iter().any(caption)
}
