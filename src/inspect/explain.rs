//! One article as it came in, every block with what became of it.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use super::copies::Boilerplate;
use super::rows::{ArticleRow, DuplicateRow, RemovalRow, Rows};
use crate::article::{Article, Dump, Span};
use crate::clean::{self, Cleaner, dump_name};
use crate::difference::{Piece, difference, shortened};
use crate::error::{Error, ErrorKind};
use crate::keep::{KeepList, KeptBy};
use crate::ledger::{Reason, Removal};
use crate::model::permille;
use crate::options::Options;
use crate::pipeline;
use crate::report::Report;
use crate::segment::segment;
use crate::strip::main_text::{self, Judged};
use crate::strip::{Kept, Rules, Scratch, strip};
use crate::text::{terminal_safe, terminal_safe_lines};

const KEPT: Style = Style::new();
const GONE: Style = AnsiColor::Red.on_default();
const FIELD: Style = AnsiColor::Green.on_default();
const HEAD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// What the files of the run say of one article.
enum Row {
    Written(Box<ArticleRow>, Vec<RemovalRow>),
    Copy(DuplicateRow),
}

/// Writes to `out` the article `id` of the run in `dir` as it came in: each block with its line, and
/// whether it was kept, fills a field, or was removed, by which rule, why, and what it repeats. Of a copy
/// also how it differs from its representative.
///
/// # Errors
/// When there is no finished run in `dir`, no such article in it, or its input has changed or was the
/// standard input (usage).
pub fn explain(dir: &Path, id: &str, out: &mut dyn Write) -> Result<(), Error> {
    let report = super::report(dir)?;
    let options = super::options(&report, dir)?;
    let row = find(dir, id, &report)?;
    let (name, of) = match &row {
        Row::Written(row, _) => (row.dump.clone(), row.duplicate_of.clone()),
        Row::Copy(row) => (row.dump.clone(), Some(row.duplicate_of.clone())),
    };
    let representative = match &of {
        Some(of) => article_row(dir, of, &report)?,
        None => None,
    };
    let boilerplate = match &row {
        Row::Copy(_) => Boilerplate::read(dir, &report)?,
        Row::Written(..) => Boilerplate::default(),
    };
    let has_model = report.options.model.is_some();
    let mut shown = Ok(());
    let mut found = false;
    with_dump(dir, &report, &name, &mut |dump, article| {
        found = true;
        let deciding = Deciding::read(dump, article, &options, has_model);
        let mut page = Page { dump, article, name: &name, deciding, out };
        shown = match &row {
            Row::Written(row, removals) => page.written(row, removals).and_then(|()| {
                representative.as_ref().map_or(Ok(()), |other| page.difference(other, &row.text))
            }),
            Row::Copy(row) => {
                let copy = clean_copy(dump, row, &options, &boilerplate);
                page.copy(row, &copy).and_then(|()| match &representative {
                    Some(other) => page.difference(other, &copy.text),
                    None => Ok(()),
                })
            }
        };
    })?;
    if !found {
        let what = "the input no longer holds this article";
        return Err(Error::at(name, ErrorKind::Usage(what.to_owned())));
    }
    shown.map_err(|error| Error::write("standard output", error))
}

/// What cleaning made of a copy that was left out.
#[derive(Default)]
struct Copy {
    text: String,
    removals: Vec<RemovalRow>,
}

/// Cleans the copy `row` of `dump` again.
fn clean_copy(dump: &Dump, row: &DuplicateRow, options: &Options, known: &Boilerplate) -> Copy {
    let mut copy = Copy::default();
    let mut scratch = clean::Scratch::default();
    Cleaner::new(options).clean(dump, &mut scratch, &mut |article| {
        let Some(article) = article.ok().filter(|article| article.dump == row.dump) else { return };
        copy.text = known.text_of(&article, &row.fingerprint);
        copy.removals =
            article.removals.iter().map(|removal| RemovalRow::of(removal, &row.dump)).collect();
        let digests = article.paragraphs.iter().zip(&article.digests);
        let gone = digests.filter(|(_, digest)| known.contains(digest));
        let gone = gone.filter(|_| copy.text.len() < article.text.len());
        copy.removals.extend(gone.map(|(paragraph, _)| {
            let removal = Removal {
                span: paragraph.span,
                line: paragraph.line,
                rule: pipeline::BOILERPLATE,
                reason: Reason::Boilerplate,
                text: paragraph.span.of(&dump.text).to_owned(),
                repeats: None,
                partial: false,
            };
            RemovalRow::of(&removal, &row.dump)
        }));
    });
    copy
}

/// Finds `id` among the written articles, then among the copies.
fn find(dir: &Path, id: &str, report: &Report) -> Result<Row, Error> {
    let compress = report.options.compress;
    if let Some(row) = article_row(dir, id, report)? {
        let mut removals = Vec::new();
        let mut rows: Rows<RemovalRow> = Rows::open(dir, "removals.jsonl", compress)?;
        while let Some(removal) = rows.next()? {
            if removal.article == id {
                removals.push(removal);
            }
        }
        return Ok(Row::Written(Box::new(row), removals));
    }
    let mut duplicates: Rows<DuplicateRow> = Rows::open(dir, "duplicates.jsonl", compress)?;
    while let Some(row) = duplicates.next()? {
        if row.id == id {
            return Ok(Row::Copy(row));
        }
    }
    let what =
        format!("no article `{}` in this run; ids stand in articles.jsonl", terminal_safe(id));
    Err(Error::at(dir.display(), ErrorKind::Usage(what)))
}

/// The row of the written article `id`.
fn article_row(dir: &Path, id: &str, report: &Report) -> Result<Option<ArticleRow>, Error> {
    let mut articles: Rows<ArticleRow> =
        Rows::open(dir, "articles.jsonl", report.options.compress)?;
    while let Some(row) = articles.next()? {
        if row.id == id {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Reads the one input that holds `name` and calls `each` with its dump and article.
fn with_dump(
    dir: &Path,
    report: &Report,
    name: &str,
    each: &mut dyn FnMut(&Dump, &Article),
) -> Result<(), Error> {
    let file = name.rsplit_once('#').map_or(name, |(file, _)| file);
    let Some(input) = report.inputs.iter().find(|input| input.path == file) else {
        return Err(Error::at(file, ErrorKind::Damaged("is no input of this run".to_owned())));
    };
    super::for_each_dump(dir, report, input, &mut |dump| {
        // Only the wanted record is worth cutting up.
        let number = |record| name == format!("{file}#{record}");
        let wanted = dump
            .record
            .is_none_or(|record| number(record) || name.starts_with(&format!("{file}#{record}.")));
        if wanted {
            let articles = segment(dump, report.options.split);
            let parts = articles.len();
            for (article, n) in articles.iter().zip(1..) {
                if dump_name(dump, n, parts) == name {
                    each(dump, article);
                }
            }
        }
    })
}

/// Signals named for a block that a model decided on.
const SIGNALS_SHOWN: usize = 4;

/// What decided: the built-in model's view of an article, nothing where the run had other weights, and
/// what the configuration keeps.
struct Deciding {
    judged: Option<Judged>,
    keep: Option<Arc<KeepList>>,
    kept: Vec<Kept>,
}

impl Deciding {
    fn read(dump: &Dump, article: &Article, options: &Options, has_model: bool) -> Deciding {
        let mut no_rules = options.no_rules.clone();
        if has_model {
            no_rules.push(main_text::NAME.to_owned());
        }
        let mut scratch = Scratch::default();
        let rules = Rules::new(&no_rules, None).keeping(options.keep_list.clone());
        let mut facts = Vec::new();
        let page = rules.read(article, &mut facts, &mut scratch);
        let keep = options.keep_list.clone();
        let kept = match &keep {
            Some(_) => strip(&page, Some(&dump.text), &rules, &mut scratch, &mut Vec::new()).kept,
            None => Vec::new(),
        };
        let judged = page.main_text;
        Deciding { judged, keep, kept }
    }

    /// The chance of block `i` to be main text, and the signals that spoke loudest for and against.
    fn signals(&self, i: usize) -> Option<String> {
        let judged = self.judged.as_ref()?;
        let chance = permille(*judged.scores.get(i)?) / 10;
        let mut text = format!("main text by {chance} in 100:");
        let reasons = main_text::built_in().second.reasons(&judged.signals, i);
        for (signal, weight) in reasons.into_iter().take(SIGNALS_SHOWN) {
            let value = judged.signals.get(signal, i);
            let sign = if weight < 0 { '-' } else { '+' };
            let (name, weight) = (signal.name(), weight.unsigned_abs());
            let _ =
                write!(text, " {name} {value} ({sign}{}.{})", weight / 1000, weight % 1000 / 100);
        }
        Some(text)
    }

    /// By which line of the configuration block `i` is kept, and against which rules.
    fn kept(&self, i: usize, text: &str) -> Option<String> {
        let against: Vec<String> = self
            .kept
            .iter()
            .filter(|kept| kept.block == i)
            .map(|kept| format!("{} ({})", kept.rule, kept.reason))
            .collect();
        let by = match self.keep.as_ref()?.kept_by(text) {
            Some(KeptBy::Text) => "its text".to_owned(),
            Some(KeptBy::Pattern(pattern)) => format!("the pattern {pattern}"),
            None if against.is_empty() => return None,
            None => "a part of it".to_owned(),
        };
        let against = match against.as_slice() {
            [] => String::new(),
            rules => format!(", against {}", rules.join(", ")),
        };
        Some(format!("kept by configuration: {by}{against}"))
    }
}

/// Where an article is shown, and what its blocks are told by.
struct Page<'p> {
    dump: &'p Dump,
    article: &'p Article<'p>,
    name: &'p str,
    deciding: Deciding,
    out: &'p mut dyn Write,
}

impl Page<'_> {
    fn heading(&mut self, title: &str, under: &str) -> io::Result<()> {
        writeln!(self.out, "{HEAD}{}{HEAD:#}", terminal_safe(title))?;
        writeln!(self.out, "{DIM}{}{DIM:#}\n", terminal_safe(under))
    }

    /// A copy: its blocks with what cleaning made of them.
    fn copy(&mut self, row: &DuplicateRow, copy: &Copy) -> io::Result<()> {
        let title = format!("{} is a copy of {} ({})", row.id, row.duplicate_of, row.kind);
        let alike = match &*row.kind {
            "exact" => String::new(),
            "contained" => format!("; {} of it stands in the other", row.similarity),
            _ => format!("; similarity {}", row.similarity),
        };
        self.heading(&title, &format!("from {}; left out whole{alike}", row.dump))?;
        self.blocks(&copy.text, &copy.removals)
    }

    fn written(&mut self, row: &ArticleRow, removals: &[RemovalRow]) -> io::Result<()> {
        let copies = match row.copies {
            0 => String::new(),
            1 => ", 1 copy was left out".to_owned(),
            copies => format!(", {copies} copies were left out"),
        };
        let title = row.title.as_deref().unwrap_or("(no title)");
        self.heading(title, &format!("{} from {}{copies}", row.id, row.dump))?;
        self.blocks(&row.text, removals)?;
        writeln!(self.out, "\n{DIM}  kept, = fills a field, - removed{DIM:#}")
    }

    /// Every block with its line and what became of it; `text` is what was kept.
    fn blocks(&mut self, text: &str, removals: &[RemovalRow]) -> io::Result<()> {
        let mut paragraphs = text.split("\n\n").peekable();
        for (i, block) in self.article.blocks.iter().enumerate() {
            let here: Vec<&RemovalRow> = removals
                .iter()
                .filter(|r| r.start >= block.span.start && r.end <= block.span.end)
                .collect();
            let text = terminal_safe(&block.text);
            if let Some(removal) = here.iter().find(|removal| !removal.partial) {
                writeln!(self.out, "{GONE}{:>6} - {text}{GONE:#}", block.line)?;
                self.note(&why(removal, self.dump, self.name))?;
                let decided = removal.rule == main_text::NAME;
                if let Some(signals) = self.deciding.signals(i).filter(|_| decided) {
                    self.note(&signals)?;
                }
                continue;
            }
            let left = crate::normalize::text(&block.text);
            let whole = paragraphs.next_if(|paragraph| *paragraph == left).is_some();
            let part = |p: &&str| !p.is_empty() && left.contains(*p);
            let kept = whole || (!here.is_empty() && paragraphs.next_if(part).is_some());
            let (style, sign) = if kept { (KEPT, ' ') } else { (FIELD, '=') };
            writeln!(self.out, "{style}{:>6} {sign} {text}{style:#}", block.line)?;
            for removal in here {
                let why = why(removal, self.dump, self.name);
                self.note(&format!("without \"{}\": {why}", removal.text))?;
            }
            if let Some(kept) = self.deciding.kept(i, &block.text) {
                self.note(&kept)?;
            }
        }
        Ok(())
    }

    fn note(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "         {DIM}{}{DIM:#}", terminal_safe(text))
    }

    /// How `text` differs from the article it copies.
    fn difference(&mut self, representative: &ArticleRow, text: &str) -> io::Result<()> {
        let title = representative.title.as_deref().unwrap_or("(no title)");
        let (id, place) = (&representative.id, &representative.dump);
        writeln!(self.out)?;
        self.heading(&format!("Its representative: {title}"), &format!("{id} from {place}"))?;
        let found = difference(&representative.text, text, WORDS_COMPARED);
        if !found.pieces.iter().any(|piece| matches!(piece, Piece::Differs(..))) {
            let all = if found.is_cut { ", as far as they were compared" } else { "" };
            return writeln!(self.out, "The texts are the same{all}.");
        }
        for piece in &found.pieces {
            match *piece {
                Piece::Same(same) => match shortened(same, WORDS_AROUND) {
                    Some((head, between, tail)) => {
                        let (head, tail) = (terminal_safe_lines(head), terminal_safe_lines(tail));
                        write!(self.out, "{head} {DIM}… {between} words alike …{DIM:#} {tail}")?;
                    }
                    None => write!(self.out, "{}", terminal_safe_lines(same))?,
                },
                Piece::Differs(old, new) => {
                    for (style, open, text, close) in
                        [(GONE, "[-", old, "-]"), (FIELD, "{+", new, "+}")]
                    {
                        let (text, space) = text.split_at(text.trim_end().len());
                        if !text.is_empty() {
                            let text = terminal_safe_lines(text);
                            write!(self.out, "{style}{open}{text}{close}{style:#}")?;
                        }
                        write!(self.out, "{}", terminal_safe_lines(space))?;
                    }
                }
            }
        }
        let all = if found.is_cut {
            format!("; only the first {WORDS_COMPARED} words were compared")
        } else {
            String::new()
        };
        let legend = "[-only the representative has it-], {+only this article+}";
        writeln!(self.out, "\n\n{DIM}{legend}{all}{DIM:#}")
    }
}

/// Words of an article that are compared with its representative.
const WORDS_COMPARED: usize = 20_000;

/// Words of a stretch that both have; of a longer one its ends are shown.
const WORDS_AROUND: usize = 40;

/// Rule and reason of a removal, and what it repeats.
fn why(removal: &RemovalRow, dump: &Dump, name: &str) -> String {
    let repeats = removal.repeats.as_ref().map(|repeats| {
        let number = |key: &str| repeats.get(key)?.as_u64().and_then(|n| usize::try_from(n).ok());
        match (repeats.get("field"), repeats.get("dump"), number("start"), number("end")) {
            (Some(_), ..) => "the title that the record gives".to_owned(),
            (_, Some(other), Some(start), Some(end)) if other == name => {
                let span = Span { start, end };
                let line = dump.text.get(..span.start).map_or(0, |t| t.matches('\n').count() + 1);
                format!("line {line}")
            }
            (_, Some(other), ..) => format!("{other}"),
            _ => "something earlier".to_owned(),
        }
    });
    let repeats = repeats.map(|what| format!(", repeats {what}")).unwrap_or_default();
    format!("{} ({}){}", removal.rule, removal.reason, terminal_safe(&repeats))
}
