//! The last pass: every article to the files, in parallel by piece of the spool and in input order.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::mpsc;
use std::thread::ScopedJoinHandle;

use hashbrown::{HashMap, HashSet};
use rayon::ThreadPool;

use super::Known;
use super::gather::{each_entry, each_piece};
use super::global::Repeated;
use super::idle::{Idle, kept};
use super::index::Index;
use super::samples::samples;
use super::stored::{Entry, Settled, StoredArticle};
use super::tally::{Place, Seen, Tally};
use crate::article::Span;
use crate::boilerplate::{self, SourceId};
use crate::dedupe::near::Miss;
use crate::dedupe::{ArticleId, Kind, Verdict};
use crate::error::Error;
use crate::fingerprint::{self, Digest};
use crate::ledger::{Reason, RejectReason};
use crate::normalize;
use crate::observer::Observer;
use crate::options::{Duplicates, Emit, Paragraphs};
use crate::page::Samples;
use crate::report::{
    self, ClusterRow, ClusterSizeRow, LIST_ROWS_MAX, ListTotals, RepeatedParagraph, Report,
    SimilarityRow, SourceRow,
};
use crate::write::folder::{OutputFile, OutputFolder, Unsynced};
use crate::write::rows::{
    ArticleRow, DuplicateKind, DuplicateRow, RejectRow, RemovalRow, RepeatsRow,
};

/// The rule under which the ledger enters paragraphs that recur over the articles of a source.
pub const BOILERPLATE: &str = "boilerplate";
/// The rule under which it enters later copies of any paragraph.
pub(crate) const PARAGRAPH_REPEAT: &str = "paragraph-repeat";

/// Rows of one file from one piece.
#[derive(Default)]
struct Rows {
    bytes: Vec<u8>,
    rows: u64,
}

/// What a worker makes of one piece of the spool.
#[derive(Default)]
struct Written {
    articles_jsonl: Rows,
    articles_csv: Rows,
    duplicates_jsonl: Rows,
    duplicates_csv: Rows,
    removals: Rows,
    rejects: Rows,
    tally: Tally,
    bytes_in: u64,
}

/// What a worker needs besides the piece itself.
pub(super) struct Writing<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) copies: Vec<u32>,
    clusters: HashSet<u32>,
    /// The paragraphs that the report lists, each with its row.
    paragraphs: HashMap<boilerplate::Key, u32>,
    repeated: Repeated,
    idle: Idle<Written>,
}

/// Writes every file of rows into `folder` and returns the report, outputs and timings still open, and
/// what its page shows of the data.
pub(super) fn write(
    pool: &ThreadPool,
    known: &Known,
    folder: &mut OutputFolder,
    observer: &dyn Observer,
) -> Result<(Report, Samples), Error> {
    let repeated = match known.options.paragraphs {
        Paragraphs::Global if !known.options.no_rules.iter().any(|r| r == PARAGRAPH_REPEAT) => {
            Repeated::find(pool, known, observer)?
        }
        _ => Repeated::default(),
    };
    let mut paragraphs = HashMap::new();
    for (row, number) in known.repeated.0.iter().zip(0..) {
        for key in &row.keys {
            paragraphs.entry(*key).or_insert(number);
        }
    }
    let copies = copies(known.verdicts);
    let clusters = largest(&copies);
    let idle = Idle::default();
    let writing = Writing { known, copies, clusters, paragraphs, repeated, idle };
    let mut files = Files::create(known, folder)?;
    let mut tally = Tally::default();
    append(pool, &writing, &mut files, &mut tally, observer)?;
    files.seal(folder)?;
    let report = writing.report(&tally);
    let samples = samples(&writing, &tally)?;
    Ok((report, samples))
}

/// Bytes of a file that are brought to the disk at a time while more is written: else the end of the run waits
/// for all of them. A disk writes so many in some hundredths of a second.
const SYNCED_BYTES: u64 = 16 << 20;

/// Appends all pieces to `files`. Where there are several threads, one more brings them to the disk meanwhile;
/// of more than the memory given, that is not kept in the system's either.
fn append(
    pool: &ThreadPool,
    writing: &Writing,
    files: &mut Files,
    tally: &mut Tally,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let (give, take) = mpsc::sync_channel::<Unsynced>(1);
    let is_large = writing.known.gathered.spool.has_overflown();
    let is_alone = pool.current_num_threads() == 1;
    let sync = |unsynced: Unsynced| {
        unsynced.sync()?;
        if is_large {
            unsynced.forget();
        }
        Ok(())
    };
    let pieces = writing.known.gathered.spool.len();
    std::thread::scope(|scope| {
        let syncing = (!is_alone).then(|| scope.spawn(move || take.iter().try_for_each(sync)));
        let append = &mut |piece| {
            writing.idle.give(files.append(piece, tally, observer)?);
            for unsynced in files.all().filter_map(|file| file.unsynced(SYNCED_BYTES)) {
                if !is_alone {
                    // When the disk is busy, or was found faulty, that waits for the end.
                    let _ = give.try_send(unsynced);
                } else if is_large {
                    sync(unsynced)?;
                }
            }
            Ok(())
        };
        let work = |piece| writing.piece(piece);
        let written = each_piece(pool, pieces, work, observer, append);
        drop(give);
        let synced = syncing.map_or(Ok(Ok(())), ScopedJoinHandle::join);
        written.and(synced.unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// How files name a kind of copy.
pub(super) fn written_kind(kind: Kind) -> DuplicateKind {
    match kind {
        Kind::Exact => DuplicateKind::Exact,
        Kind::Near => DuplicateKind::Near,
        Kind::Contained => DuplicateKind::Contained,
    }
}

/// For each article, how many copies name it.
fn copies(verdicts: &[Verdict]) -> Vec<u32> {
    let mut copies = vec![0; verdicts.len()];
    for verdict in verdicts {
        if let Some(representative) = verdict.representative() {
            copies[representative.0 as usize] += 1;
        }
    }
    copies
}

/// How many clusters there are of each size.
fn cluster_sizes(copies: &[u32]) -> Vec<ClusterSizeRow> {
    let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
    for &copies in copies.iter().filter(|copies| **copies > 0) {
        *sizes.entry(u64::from(copies) + 1).or_default() += 1;
    }
    sizes.into_iter().map(|(size, clusters)| ClusterSizeRow { size, clusters }).collect()
}

/// How many pairs are how alike, in steps of a hundredth.
fn similarities(verdicts: &[Verdict], misses: &[Miss]) -> Vec<SimilarityRow> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a similarity is between 0 and 1"
    )]
    let step = |similarity: f64| (similarity * 100.0 + 1e-9).floor() as u32;
    let mut steps: BTreeMap<u32, SimilarityRow> = BTreeMap::new();
    for verdict in verdicts {
        let Verdict::DuplicateOf { kind, similarity, .. } = *verdict else { continue };
        match kind {
            Kind::Exact => {}
            Kind::Near => steps.entry(step(similarity)).or_default().near += 1,
            Kind::Contained => steps.entry(step(similarity)).or_default().contained += 1,
        }
    }
    for miss in misses {
        steps.entry(step(miss.similarity)).or_default().near_misses += 1;
    }
    let row = |(step, row)| SimilarityRow { from: f64::from(step) / 100.0, ..row };
    steps.into_iter().map(row).collect()
}

/// The articles with most copies, as many as the report lists.
fn largest(copies: &[u32]) -> HashSet<u32> {
    let mut found: Vec<(u32, u32)> =
        copies.iter().zip(0..).filter(|(count, _)| **count > 0).map(|(c, i)| (*c, i)).collect();
    found.sort_unstable_by_key(|&(count, index)| (std::cmp::Reverse(count), index));
    found.into_iter().take(LIST_ROWS_MAX).map(|(_, index)| index).collect()
}

impl Known<'_> {
    /// Whether `article` will stand in `articles.*`.
    pub(super) fn is_written(&self, article: ArticleId) -> bool {
        let index = article.0 as usize;
        let copy = self.verdicts[index] != Verdict::Keep;
        let left_out = copy && self.options.duplicates == Duplicates::Drop;
        self.gathered.index.candidates[index].is_some() && !left_out
    }
}

impl Writing<'_> {
    /// The id of `article`.
    pub(super) fn id(&self, article: ArticleId) -> &str {
        self.known.gathered.index.id(article)
    }

    fn piece(&self, piece: usize) -> Result<Written, Error> {
        let bytes = self.known.gathered.spool.read(piece)?;
        let mut written = self.idle.take().unwrap_or_default();
        written.bytes_in = bytes.len() as u64;
        // Rows say about what the piece does; growing would move them again and again.
        let emit = &self.known.options.emit;
        for (which, rows) in
            [(Emit::Jsonl, &mut written.articles_jsonl), (Emit::Csv, &mut written.articles_csv)]
        {
            rows.bytes.reserve(if emit.contains(&which) { bytes.len() } else { 0 });
        }
        written.removals.bytes.reserve(bytes.len() / 4);
        let mut id = ArticleId(self.known.gathered.first_articles[piece]);
        let mut kept = Kept::default();
        each_entry(&bytes, &mut |entry| {
            match entry {
                Entry::Reject(reject) => {
                    reject.jsonl(&mut written.rejects.bytes);
                    written.rejects.rows += 1;
                    written.tally.reject(reject.reason, reject.record.is_none());
                }
                Entry::Article(article) => {
                    self.article(id, article, &mut kept, &mut written)?;
                    id.0 += 1;
                }
            }
            Ok(())
        })?;
        Ok(written)
    }

    fn article<'a>(
        &'a self,
        id: ArticleId,
        article: &StoredArticle<'a>,
        kept: &mut Kept<'a>,
        written: &mut Written,
    ) -> Result<(), Error> {
        let known = self.known;
        let index = id.0 as usize;
        let source = known.gathered.index.sources[index];
        let Some(candidate) = &known.gathered.index.candidates[index] else {
            reject_late(article, source, written);
            return Ok(());
        };
        let verdict = known.verdicts[index];
        let copy_of = verdict.representative().map(|other| known.gathered.index.id(other));
        let is_written = known.is_written(id);
        self.keep(id, article, is_written, &mut written.tally, kept);
        let has_repeats = kept.gone.iter().any(|gone| gone.first.is_some());
        let fingerprint = candidate.fingerprint().filter(|_| !has_repeats);
        let fingerprint = fingerprint.unwrap_or_else(|| fingerprint::article_of(&kept.digests));
        let fingerprint = &*fingerprint.hex();
        let name = known.gathered.index.id(id);
        let blocks = article.blocks_in as u64;
        written.tally.totals.read += 1;
        written.tally.totals.blocks_in += blocks;
        let mut counts = SourceRow { read: 1, blocks_in: blocks, ..SourceRow::default() };
        if let Verdict::DuplicateOf { kind, similarity, .. } = verdict
            && let Some(representative) = copy_of
        {
            let totals = &mut written.tally.totals;
            *match kind {
                Kind::Exact => &mut totals.exact,
                Kind::Near => &mut totals.near,
                Kind::Contained => &mut totals.contained,
            } += 1;
            let row = DuplicateRow {
                id: name,
                dump: article.dump,
                source: Some(article.source),
                url: article.url,
                title: article.title,
                published: article.published,
                kind: written_kind(kind),
                duplicate_of: representative,
                similarity,
                cluster: representative,
                fingerprint,
            };
            row.jsonl(&mut written.duplicates_jsonl.bytes);
            row.csv(&mut written.duplicates_csv.bytes, known.options.csv_raw);
            written.duplicates_jsonl.rows += 1;
            written.duplicates_csv.rows += 1;
            counts.duplicates = 1;
            written.tally.totals.duplicates += 1;
        }
        if let Some(published) = article.published {
            let words = is_written.then_some(kept.words);
            written.tally.month(published, copy_of.is_some(), words);
        }
        if !is_written {
            counts.blocks_duplicate = blocks;
            written.tally.totals.blocks_duplicate += blocks;
            written.tally.source(source, article.source).add(&counts);
            return Ok(());
        }
        let settled = Settled {
            id: name,
            title: article.title.filter(|_| !kept.title_is_text),
            text: kept.text(),
            fingerprint,
            paragraphs: &kept.digests,
            words: kept.words,
            copies: u64::from(self.copies[index]),
            duplicate_of: copy_of.filter(|_| known.options.duplicates == Duplicates::Mark),
        };
        let row = article.row(&settled);
        // Grown once: doubling would hold a long article's row three times over.
        let room = settled.text.len() + settled.text.len() / 16 + 1024;
        if known.options.emit.contains(&Emit::Jsonl) {
            written.articles_jsonl.bytes.reserve(room);
            row.jsonl(&mut written.articles_jsonl.bytes);
            written.articles_jsonl.rows += 1;
        }
        if known.options.emit.contains(&Emit::Csv) {
            written.articles_csv.bytes.reserve(room);
            row.csv(&mut written.articles_csv.bytes, known.options.csv_raw);
            written.articles_csv.rows += 1;
        }
        let removed = removals(article, (id, source), name, &kept.gone, written)?;
        // Counted on its own, so that the sums of the run can find a mistake.
        let fields = article.blocks_in_fields - usize::from(kept.title_is_text);
        let out = (kept.digests.len() + fields) as u64;
        let totals = &mut written.tally.totals;
        totals.written += 1;
        totals.blocks_out += out;
        totals.text_bytes_out += settled.text.len() as u64;
        (counts.written, counts.blocks_out, counts.blocks_removed) = (1, out, removed);
        written.tally.source(source, article.source).add(&counts);
        if self.clusters.contains(&id.0) {
            written.tally.titles.insert(id.0, article.title.map(str::to_owned));
        }
        Ok(())
    }

    /// Overwrites `kept` with what remains of `article` without boilerplate and repeats; counts the paragraphs that
    /// the report lists.
    pub(super) fn keep<'a>(
        &'a self,
        id: ArticleId,
        article: &StoredArticle<'a>,
        is_written: bool,
        tally: &mut Tally,
        kept: &mut Kept<'a>,
    ) {
        let Index { sources, cuts, .. } = &self.known.gathered.index;
        let (source, cut) = (sources[id.0 as usize], cuts[id.0 as usize]);
        kept.clear();
        // Paragraphs in a row that stay, as a place in the text.
        let mut row = 0..0;
        for (index, (paragraph, part)) in article.parts().enumerate() {
            let (digest, place, words) = (part.digest(), part.place, part.words);
            let gone = if cut.contains(index, || self.known.learned.contains(source, digest)) {
                Some((BOILERPLATE, Reason::Boilerplate, None))
            } else {
                self.repeated
                    .of(id, index)
                    .map(|place| (PARAGRAPH_REPEAT, Reason::ParagraphRepeat, Some(place)))
            };
            let text = &article.text[place.clone()];
            self.count(digest, text, gone.is_some() && is_written, tally);
            match gone {
                None => {
                    kept.digests.push(digest.0);
                    kept.words += words;
                    if kept.digests.len() == 1 {
                        row = place;
                    } else {
                        if row.end + 2 != place.start {
                            kept.joined.push_str(&article.text[row.clone()]);
                            kept.joined.push_str("\n\n");
                            row.start = place.start;
                        }
                        row.end = place.end;
                    }
                }
                Some((rule, reason, first)) => kept.gone.push(Gone {
                    index,
                    span: paragraph.span,
                    line: paragraph.line,
                    text: paragraph.raw.unwrap_or(text),
                    rule,
                    reason,
                    first,
                }),
            }
        }
        if kept.digests.is_empty()
            && let Some((title, digest)) =
                article.title_alone(|digest| self.known.learned.contains(source, digest))
        {
            kept.whole = title;
            kept.words = normalize::words(title);
            kept.digests.push(digest.0);
            kept.title_is_text = true;
        } else if kept.joined.is_empty() {
            kept.whole = &article.text[row];
        } else {
            kept.joined.push_str(&article.text[row]);
        }
    }

    fn count(&self, digest: Digest, text: &str, removed: bool, tally: &mut Tally) {
        if let Some(row) = self.paragraphs.get(&boilerplate::key(digest)) {
            let seen = tally.paragraphs.entry(*row).or_insert_with(|| Seen {
                fingerprint: Some(digest),
                text: start(text, EXAMPLE_CHARS).to_owned(),
                ..Seen::default()
            });
            seen.count += 1;
            seen.removed += u64::from(removed);
        }
    }

    fn report(&self, tally: &Tally) -> Report {
        let gathered = &self.known.gathered;
        let clusters = self.copies.iter().filter(|copies| **copies > 0).count() as u64;
        let mut totals = tally.totals;
        totals.files = gathered.inputs.len() as u64;
        totals.files_failed =
            gathered.inputs.iter().filter(|input| input.failed.is_some()).count() as u64;
        totals.bytes_in = gathered.inputs.iter().map(|input| input.bytes).sum();
        let cluster = |&index: &u32| ClusterRow {
            id: gathered.index.id(ArticleId(index)).to_owned(),
            title: tally.titles.get(&index).cloned().flatten(),
            size: u64::from(self.copies[index as usize]) + 1,
        };
        let paragraph = |(row, seen): (&u32, &Seen)| {
            let row = &self.known.repeated.0[*row as usize];
            RepeatedParagraph {
                fingerprint: seen.fingerprint.map_or_else(String::new, |all| all.to_string()),
                text: seen.text.clone(),
                count: seen.count,
                articles: u64::from(row.articles),
                sources: u64::from(row.sources),
                learned: !row.learned_of.is_empty(),
                learned_of: row.learned_of.clone(),
                template: row.template,
                removed: seen.removed,
            }
        };
        let id = |id: ArticleId| gathered.index.id(id).to_owned();
        let miss = |miss: &Miss| report::NearMiss {
            id: id(miss.article),
            other: id(miss.other),
            similarity: (miss.similarity * 1e6).round() / 1e6,
        };
        let mut report = Report {
            schema_version: report::SCHEMA_VERSION.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            options: self.known.options.reported(),
            inputs: gathered.inputs.clone(),
            totals,
            reasons: tally.reasons(),
            rules: tally.rules(),
            sources: tally.sources(),
            repeated_paragraphs: tally.paragraphs.iter().map(paragraph).collect(),
            clusters: self.clusters.iter().map(cluster).collect(),
            near_misses: self.known.misses.iter().map(miss).collect(),
            months: tally.months(),
            cluster_sizes: cluster_sizes(&self.copies),
            similarities: similarities(self.known.verdicts, self.known.misses),
            rejects: tally.rejects(),
            list_totals: ListTotals {
                clusters,
                repeated_paragraphs: self.known.repeated.1,
                ..ListTotals::default()
            },
            outputs: Vec::new(),
            timings: report::Timings::default(),
        };
        report.arrange();
        report
    }
}

/// Characters of a repeated paragraph that the report shows.
const EXAMPLE_CHARS: usize = 300;

/// The first `chars` characters of `text`.
fn start(text: &str, chars: usize) -> &str {
    let end = match text.as_bytes().get(..chars) {
        None => text.len(),
        Some(head) if head.is_ascii() => chars,
        Some(_) => text.char_indices().nth(chars).map_or(text.len(), |(end, _)| end),
    };
    &text[..end]
}

/// What remains of an article; its memory goes from one to the next.
#[derive(Default)]
pub(super) struct Kept<'a> {
    /// The text, where it lies in one piece; else it is put together in `joined`.
    whole: &'a str,
    joined: String,
    words: usize,
    digests: Vec<[u8; 32]>,
    pub(super) gone: Vec<Gone<'a>>,
    /// The title is all that remains, and is the text.
    title_is_text: bool,
}

impl Kept<'_> {
    pub(super) fn text(&self) -> &str {
        if self.joined.is_empty() { self.whole } else { &self.joined }
    }

    fn clear(&mut self) {
        self.joined.clear();
        self.digests.clear();
        self.gone.clear();
        (self.whole, self.words, self.title_is_text) = ("", 0, false);
    }
}

/// A paragraph that goes because of other articles.
pub(super) struct Gone<'a> {
    pub(super) index: usize,
    pub(super) span: Span,
    pub(super) line: usize,
    pub(super) text: &'a str,
    pub(super) rule: &'static str,
    pub(super) reason: Reason,
    pub(super) first: Option<(&'a str, Span)>,
}

/// Writes the ledger's rows of one article, in the order of its text; returns how many blocks they
/// take whole.
fn removals(
    article: &StoredArticle,
    (id, source): (ArticleId, SourceId),
    name: &str,
    gone: &[Gone],
    written: &mut Written,
) -> Result<u64, Error> {
    let (mut blocks, mut head) = (0, None);
    let mut enter = |row: RemovalRow| {
        row.jsonl_behind(&mut head, &mut written.removals.bytes);
        written.removals.rows += 1;
        let place = Place { article: id.0, start: row.start };
        let size = (row.text.len(), row.partial);
        written.tally.removal((row.rule, row.reason), size, source, place);
        blocks += u64::from(!row.partial);
    };
    let mut gone = gone.iter().peekable();
    let row = |gone: &'_ Gone| (gone.span, gone.line, gone.rule, gone.reason);
    let enter_gone = |gone: &Gone, enter: &mut dyn FnMut(RemovalRow)| {
        let (span, line, rule, reason) = row(gone);
        enter(RemovalRow {
            dump: article.dump,
            article: name,
            start: span.start,
            end: span.end,
            line,
            rule,
            reason,
            text: gone.text,
            repeats: gone.first.map(|(dump, span)| RepeatsRow::Place {
                dump,
                start: span.start,
                end: span.end,
            }),
            partial: false,
        });
    };
    for removal in article.removals() {
        let removal = removal?;
        while let Some(before) = gone.next_if(|gone| gone.span.start < removal.facts.span.start) {
            enter_gone(before, &mut enter);
        }
        enter(removal.row(article.dump, name));
    }
    for rest in gone {
        enter_gone(rest, &mut enter);
    }
    Ok(blocks)
}

/// An article in which only boilerplate stood is rejected as empty.
fn reject_late(article: &StoredArticle, source: SourceId, written: &mut Written) {
    let file = article.dump.rsplit_once('#').map_or(article.dump, |(file, _)| file);
    let row = RejectRow {
        file,
        record: Some(article.record),
        line: Some(article.line),
        offset: None,
        reason: RejectReason::Empty,
        detail: "only paragraphs remain that recur over the articles of its source",
    };
    row.jsonl(&mut written.rejects.bytes);
    written.rejects.rows += 1;
    written.tally.reject(RejectReason::Empty, false);
    let source = written.tally.source(source, article.source);
    source.read += 1;
    source.rejected += 1;
}

/// The files of a run but the report.
struct Files {
    articles_jsonl: Option<OutputFile>,
    articles_csv: Option<OutputFile>,
    duplicates_jsonl: OutputFile,
    duplicates_csv: OutputFile,
    removals: OutputFile,
    rejects: OutputFile,
}

impl Files {
    fn create(known: &Known, folder: &mut OutputFolder) -> Result<Files, Error> {
        let compress = known.options.compress;
        let mut create = |name: &str| folder.create(name, compress);
        let emits = |emit: Emit| known.options.emit.contains(&emit);
        let mut files = Files {
            articles_jsonl: if emits(Emit::Jsonl) { Some(create("articles.jsonl")?) } else { None },
            articles_csv: if emits(Emit::Csv) { Some(create("articles.csv")?) } else { None },
            duplicates_jsonl: create("duplicates.jsonl")?,
            duplicates_csv: create("duplicates.csv")?,
            removals: create("removals.jsonl")?,
            rejects: create("rejects.jsonl")?,
        };
        if let Some(file) = &mut files.articles_csv {
            file.append(ArticleRow::CSV_HEADER.as_bytes())?;
        }
        files.duplicates_csv.append(DuplicateRow::CSV_HEADER.as_bytes())?;
        Ok(files)
    }

    /// Appends what was made of a piece, and gives it back empty.
    fn append(
        &mut self,
        mut written: Written,
        tally: &mut Tally,
        observer: &dyn Observer,
    ) -> Result<Written, Error> {
        let put = |file: &mut OutputFile, rows: &mut Rows| {
            file.add_rows(std::mem::take(&mut rows.rows));
            file.append(&rows.bytes)?;
            rows.bytes = kept(std::mem::take(&mut rows.bytes));
            rows.bytes.clear();
            Ok(())
        };
        if let Some(file) = &mut self.articles_jsonl {
            put(file, &mut written.articles_jsonl)?;
        }
        if let Some(file) = &mut self.articles_csv {
            put(file, &mut written.articles_csv)?;
        }
        put(&mut self.duplicates_jsonl, &mut written.duplicates_jsonl)?;
        put(&mut self.duplicates_csv, &mut written.duplicates_csv)?;
        put(&mut self.removals, &mut written.removals)?;
        put(&mut self.rejects, &mut written.rejects)?;
        observer.advance(written.bytes_in, written.tally.totals.read);
        tally.add(std::mem::take(&mut written.tally));
        Ok(written)
    }

    fn all(&mut self) -> impl Iterator<Item = &mut OutputFile> {
        let articles = [&mut self.articles_jsonl, &mut self.articles_csv].into_iter().flatten();
        let Files { duplicates_jsonl, duplicates_csv, removals, rejects, .. } = self;
        articles.chain([duplicates_jsonl, duplicates_csv, removals, rejects])
    }

    fn seal(self, folder: &mut OutputFolder) -> Result<(), Error> {
        let articles = [self.articles_jsonl, self.articles_csv].into_iter().flatten();
        let others = [self.duplicates_jsonl, self.duplicates_csv, self.removals, self.rejects];
        for file in articles.chain(others) {
            folder.seal(file)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_a_text_is_counted_in_characters() {
        for text in ["", "abc", "abcd", "abcde", "é", "abcé", "abcdé", "éabcd", "ééééé"] {
            assert_eq!(start(text, 4), text.chars().take(4).collect::<String>());
        }
    }
}
