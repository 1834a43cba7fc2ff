//! One article as it came in, every block with what became of it.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::rows::{ArticleRow, DuplicateRow, RemovalRow, Rows};
use crate::article::{Article, Dump, Span};
use crate::clean::dump_name;
use crate::error::{Error, ErrorKind};
use crate::model::permille;
use crate::pipeline;
use crate::read::Reader;
use crate::report::Report;
use crate::segment::segment;
use crate::strip::main_text::{self, Judged};
use crate::strip::{Rules, Scratch};
use crate::text::terminal_safe;

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
/// whether it was kept, fills a field, or was removed, by which rule, why, and what it repeats.
///
/// # Errors
/// When there is no finished run in `dir`, no such article in it, or its input has changed or was the
/// standard input (usage).
pub fn explain(dir: &Path, id: &str, out: &mut dyn Write) -> Result<(), Error> {
    let report = super::report(dir)?;
    let row = find(dir, id, &report)?;
    let name = match &row {
        Row::Written(row, _) => row.dump.clone(),
        Row::Copy(row) => row.dump.clone(),
    };
    let mut shown = Ok(());
    let mut found = false;
    with_dump(dir, &report, &name, &mut |dump, article| {
        found = true;
        let signals = Deciding::read(article, &report);
        shown = show(&row, dump, article, &signals, out);
    })?;
    if !found {
        let what = "the input no longer holds this article";
        return Err(Error::at(name, ErrorKind::Usage(what.to_owned())));
    }
    shown.map_err(|error| Error::write("standard output", error))
}

/// Finds `id` among the written articles, then among the copies.
fn find(dir: &Path, id: &str, report: &Report) -> Result<Row, Error> {
    let compress = report.options.compress;
    let mut articles: Rows<ArticleRow> = Rows::open(dir, "articles.jsonl", compress)?;
    while let Some(row) = articles.next()? {
        if row.id == id {
            let mut removals = Vec::new();
            let mut rows: Rows<RemovalRow> = Rows::open(dir, "removals.jsonl", compress)?;
            while let Some(removal) = rows.next()? {
                if removal.article == id {
                    removals.push(removal);
                }
            }
            return Ok(Row::Written(Box::new(row), removals));
        }
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
    let one = Report { inputs: vec![input.clone()], ..report.clone() };
    let (found, job) = super::inputs(&one, dir)?;
    for batch in Reader::new(found.inputs, &pipeline::read_options(&job)) {
        let finished = batch.finished.clone();
        batch.parse(&mut |dump| {
            let Ok(dump) = dump else { return };
            // Only the wanted record is worth cutting up.
            let number = |record| name == format!("{file}#{record}");
            let wanted = dump.record.is_none_or(|record| {
                number(record) || name.starts_with(&format!("{file}#{record}."))
            });
            if wanted {
                let articles = segment(&dump, job.options.split);
                let parts = articles.len();
                for (article, n) in articles.iter().zip(1..) {
                    if dump_name(&dump, n, parts) == name {
                        each(&dump, article);
                    }
                }
            }
        });
        if finished.is_some_and(|summary| super::has_changed(input, &summary.blake3)) {
            let what = "this input has changed since the run";
            return Err(Error::at(file, ErrorKind::Usage(what.to_owned())));
        }
    }
    Ok(())
}

/// Signals named for a block that a model decided on.
const SIGNALS_SHOWN: usize = 4;

/// What the built-in model made of an article; nothing where the run had other weights.
struct Deciding(Option<Judged>);

impl Deciding {
    fn read(article: &Article, report: &Report) -> Deciding {
        if report.options.model.is_some() {
            return Deciding(None);
        }
        let rules = Rules::new(&report.options.no_rules, None);
        Deciding(rules.read(article, &mut Scratch::default()).main_text)
    }

    /// The chance of block `i` to be main text, and the signals that spoke loudest for and against.
    fn say(&self, i: usize) -> Option<String> {
        let judged = self.0.as_ref()?;
        let chance = permille(*judged.scores.get(i)?) / 10;
        let mut text = format!("main text by {chance} in 100:");
        let reasons = main_text::built_in().second.reasons(&judged.signals, i);
        for (signal, weight) in reasons.into_iter().take(SIGNALS_SHOWN) {
            let value = judged.signals.column(signal as usize).get(i).copied().unwrap_or(0);
            let sign = if weight < 0 { '-' } else { '+' };
            let (name, weight) = (signal.name(), weight.unsigned_abs());
            let _ =
                write!(text, " {name} {value} ({sign}{}.{})", weight / 1000, weight % 1000 / 100);
        }
        Some(text)
    }
}

fn show(
    row: &Row,
    dump: &Dump,
    article: &Article,
    deciding: &Deciding,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    match row {
        Row::Written(row, removals) => {
            let title = row.title.as_deref().unwrap_or("(no title)");
            writeln!(out, "{HEAD}{}{HEAD:#}", terminal_safe(title))?;
            let copies = match row.copies {
                0 => String::new(),
                1 => ", 1 copy was left out".to_owned(),
                copies => format!(", {copies} copies were left out"),
            };
            let (id, place) = (terminal_safe(&row.id), terminal_safe(&row.dump));
            writeln!(out, "{DIM}{id} from {place}{copies}{DIM:#}\n")?;
            let mut paragraphs = row.text.split("\n\n").peekable();
            for (i, block) in article.blocks.iter().enumerate() {
                let here: Vec<&RemovalRow> = removals
                    .iter()
                    .filter(|r| r.start >= block.span.start && r.end <= block.span.end)
                    .collect();
                let text = terminal_safe(&block.text);
                if let Some(removal) = here.iter().find(|removal| !removal.partial) {
                    writeln!(out, "{GONE}{:>6} - {text}{GONE:#}", block.line)?;
                    writeln!(out, "         {DIM}{}{DIM:#}", why(removal, dump, &row.dump))?;
                    let decided = removal.rule == main_text::NAME;
                    if let Some(signals) = deciding.say(i).filter(|_| decided) {
                        writeln!(out, "         {DIM}{signals}{DIM:#}")?;
                    }
                    continue;
                }
                let left = crate::normalize::text(&block.text);
                let whole = paragraphs.next_if(|paragraph| *paragraph == left).is_some();
                let part = |p: &&str| !p.is_empty() && left.contains(*p);
                let kept = whole || (!here.is_empty() && paragraphs.next_if(part).is_some());
                let (style, sign) = if kept { (KEPT, ' ') } else { (FIELD, '=') };
                writeln!(out, "{style}{:>6} {sign} {text}{style:#}", block.line)?;
                for removal in here {
                    let part = terminal_safe(&removal.text);
                    let why = why(removal, dump, &row.dump);
                    writeln!(out, "         {DIM}without \"{part}\": {why}{DIM:#}")?;
                }
            }
            writeln!(out, "\n{DIM}  kept, = fills a field, - removed{DIM:#}")
        }
        Row::Copy(row) => {
            let (id, place) = (terminal_safe(&row.id), terminal_safe(&row.dump));
            let of = terminal_safe(&row.duplicate_of);
            let kind = terminal_safe(&row.kind);
            writeln!(out, "{HEAD}{id} is a copy of {of} ({kind}){HEAD:#}")?;
            writeln!(out, "{DIM}from {place}; left out whole{DIM:#}\n")?;
            for block in &article.blocks {
                writeln!(out, "{GONE}{:>6} - {}{GONE:#}", block.line, terminal_safe(&block.text))?;
            }
            Ok(())
        }
    }
}

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
    terminal_safe(&format!("{} ({}){repeats}", removal.rule, removal.reason)).into_owned()
}
