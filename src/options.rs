//! What a run may vary. The command line, a configuration file and a binding all fill an [`Options`].

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keep::KeepList;
use crate::model::Model;

/// The value of an option that has no meaning; the text says what would have one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// Declares an enum of words, one of which is the default.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident, $what:literal {
        $($(#[$vdoc:meta])* $variant:ident => $word:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every choice, in the order of the help text.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// Their words, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word used on the command line and in reports.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(word: &str) -> Result<$name, Invalid> {
                $name::ALL.iter().copied().find(|choice| choice.as_str() == word).ok_or_else(|| {
                    Invalid(format!(
                        concat!("`{}` is no ", $what, "; one of {}"),
                        word,
                        $name::WORDS.join(", ")
                    ))
                })
            }
        }
    };
}

choices! {
    /// How the inputs are read.
    Format, "input format" {
        /// By content first, by name where the content leaves a choice.
        #[default]
        Auto => "auto",
        /// Plain text with any number of articles.
        Text => "text",
        /// One JSON object a line.
        Jsonl => "jsonl",
        /// One JSON array of objects, or objects one after the other.
        Json => "json",
        /// Comma-separated values with a header.
        Csv => "csv",
        /// Tab-separated values with a header.
        Tsv => "tsv",
    }
}

choices! {
    /// Whether a text is cut into articles.
    Split, "way to split" {
        /// Text dumps are, records are not.
        #[default]
        Auto => "auto",
        /// Texts of records too.
        Always => "always",
        /// Every text is one article.
        Never => "never",
    }
}

choices! {
    /// Which article of a cluster represents it.
    Keep, "way to choose a representative" {
        /// The first in input order.
        #[default]
        First => "first",
        /// The one with the longest text.
        Longest => "longest",
        /// The one published last.
        Newest => "newest",
    }
}

choices! {
    /// What becomes of an article that is a copy.
    Duplicates, "way to treat duplicates" {
        /// It is left out of the articles and named in the duplicates.
        #[default]
        Drop => "drop",
        /// It is written too, with the id of its representative.
        Mark => "mark",
        /// Nothing looks for copies.
        Keep => "keep",
    }
}

choices! {
    /// Which paragraphs are removed because they stand in other articles.
    Paragraphs, "way to treat repeated paragraphs" {
        /// Those that recur over the articles of one source and are no part of their stories.
        #[default]
        Boilerplate => "boilerplate",
        /// Those, and every later copy of any paragraph.
        Global => "global",
        /// None.
        Off => "off",
    }
}

choices! {
    /// A format of the articles and duplicates written.
    Emit, "output format" {
        /// One JSON object a line.
        #[default]
        Jsonl => "jsonl",
        /// Comma-separated values.
        Csv => "csv",
    }
}

choices! {
    /// How output files are compressed.
    Compression, "compression" {
        /// Not at all.
        #[default]
        None => "none",
        /// gzip; `.gz` is added to the name.
        Gz => "gz",
        /// Zstandard; `.zst` is added to the name.
        Zst => "zst",
    }
}

impl Compression {
    /// What a file's name gets at its end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Gz => ".gz",
            Compression::Zst => ".zst",
        }
    }
}

/// How many similarities of a finished run are measured again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// About a thousand, evenly over the run.
    Sample,
    /// Every one. Takes the memory of the texts that near and contained copies name.
    All,
}

/// How many rejected records a run may have before its exit code says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxRejects {
    /// This many.
    Count(u64),
    /// This share of what was read, from 0 to 100.
    Percent(f64),
}

impl MaxRejects {
    /// Whether `rejected` records of `read` are more than allowed.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn is_crossed(self, rejected: u64, read: u64) -> bool {
        match self {
            MaxRejects::Count(count) => rejected > count,
            MaxRejects::Percent(percent) => rejected as f64 * 100.0 > percent * read as f64,
        }
    }
}

impl fmt::Display for MaxRejects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MaxRejects::Count(count) => write!(f, "{count}"),
            MaxRejects::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for MaxRejects {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<MaxRejects, Invalid> {
        let invalid = || Invalid(format!("`{text}` is neither a count as 20 nor a share as 0.5%"));
        let Some(percent) = text.strip_suffix('%') else {
            return text.parse().map(MaxRejects::Count).map_err(|_| invalid());
        };
        let percent: f64 = percent.parse().map_err(|_| invalid())?;
        if (0.0..=100.0).contains(&percent) {
            Ok(MaxRejects::Percent(percent))
        } else {
            Err(Invalid(format!("`{text}` is not between 0% and 100%")))
        }
    }
}

impl Serialize for MaxRejects {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MaxRejects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MaxRejects, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The fields of an article that `--field` can take from a column of the input.
pub const FIELD_NAMES: &[&str] =
    &["id", "source", "url", "title", "text", "published", "byline", "dateline", "language"];

/// Reads `NAME=COLUMN`; the column may itself hold `=`.
///
/// # Errors
/// When there is no `=`, no column, or `NAME` is not in [`FIELD_NAMES`].
pub fn parse_field(text: &str) -> Result<(String, String), Invalid> {
    let Some((name, column)) = text.split_once('=') else {
        return Err(Invalid(format!("`{text}` has no `=`; write NAME=COLUMN, as text=Body")));
    };
    if !FIELD_NAMES.contains(&name) {
        return Err(Invalid(format!("`{name}` is no field; one of {}", FIELD_NAMES.join(", "))));
    }
    if column.is_empty() {
        return Err(Invalid(format!("`{text}` names no column; write {name}=COLUMN")));
    }
    Ok((name.to_owned(), column.to_owned()))
}

/// Reads the similarity at which two articles are copies, or `off`.
///
/// # Errors
/// For everything but `off` and a number above 0.5 and at most 1. Below, articles that share half of
/// what they say, as two reports of one event, would be copies.
pub fn parse_near(text: &str) -> Result<Option<f64>, Invalid> {
    let what = || format!("`{text}` is no threshold; write a number above 0.5 up to 1, or `off`");
    match text {
        "off" => Ok(None),
        _ => match text.parse() {
            Ok(threshold) if threshold > 0.5 && threshold <= 1.0 => Ok(Some(threshold)),
            _ => Err(Invalid(what())),
        },
    }
}

/// The texts that no rule may remove; `None` for none.
///
/// # Errors
/// For a text without a letter and a pattern that is none.
pub fn keep_list(texts: &[String], patterns: &[String]) -> Result<Option<Arc<KeepList>>, Invalid> {
    if texts.is_empty() && patterns.is_empty() {
        return Ok(None);
    }
    let list = KeepList::new(texts.to_vec(), patterns).map_err(Invalid)?;
    Ok(Some(Arc::new(list)))
}

/// The threshold of near duplicates when none is given. An article with one word in twenty changed
/// stands above it, a live update that shares half of its paragraphs below.
pub const NEAR_DEFAULT: Option<f64> = Some(0.8);

/// Reads a number of bytes: `512M`, `1.5GiB`, `2GB`, `4096`.
///
/// `K`, `M`, `G`, `T`, alone or with `iB`, are powers of 1024; with `B` powers of 1000, as in GNU
/// coreutils. Upper and lower case are the same.
///
/// # Errors
/// When it is no such number, zero, or does not fit in 64 bits.
pub fn parse_size(text: &str) -> Result<u64, Invalid> {
    let invalid = || Invalid(format!("`{text}` is no size; write one as 512M, 2G or 1.5GiB"));
    let digits = text.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start().to_ascii_lowercase();
    let power = match unit.bytes().next() {
        None | Some(b'b') => 0,
        Some(b'k') => 1,
        Some(b'm') => 2,
        Some(b'g') => 3,
        Some(b't') => 4,
        Some(_) => return Err(invalid()),
    };
    let base: u128 = match unit.get(usize::from(power > 0)..) {
        Some("" | "ib") => 1024,
        Some("b") => 1000,
        _ => return Err(invalid()),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    // Nine decimals are more than anyone writes, and keep the product far inside 128 bits.
    if whole.is_empty() || whole.len() > 20 || fraction.is_empty() || fraction.len() > 9 {
        return Err(invalid());
    }
    let scale = 10_u128.pow(u32::try_from(fraction.len()).map_err(|_| invalid())?);
    let whole: u128 = whole.parse().map_err(|_| invalid())?;
    let fraction: u128 = fraction.parse().map_err(|_| invalid())?;
    let bytes = (whole * scale + fraction) * base.pow(power) / scale;
    match u64::try_from(bytes) {
        Ok(0) => Err(Invalid(format!("`{text}` is nothing; write a size as 512M or 2G"))),
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(Invalid(format!("`{text}` is more than any machine has"))),
    }
}

/// What a run may vary. [`Options::default`] is what a newcomer gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How the inputs are read.
    pub from: Format,
    /// Whether texts are cut into articles.
    pub split: Split,
    /// Pairs of a field's name (one of [`FIELD_NAMES`]) and the column of the input that holds it.
    pub fields: Vec<(String, String)>,
    /// The similarity from which two articles are copies; `None` for no search.
    pub near: Option<f64>,
    /// Which article represents a cluster.
    pub keep: Keep,
    /// What becomes of copies.
    pub duplicates: Duplicates,
    /// Which repeated paragraphs are removed.
    pub paragraphs: Paragraphs,
    /// Names of strip rules that do not run.
    pub no_rules: Vec<String>,
    /// Weights of the rule `main-text` instead of the built-in ones.
    pub model: Option<Arc<Model>>,
    /// Texts that no rule may remove; `None` for none.
    pub keep_list: Option<Arc<KeepList>>,
    /// How many threads work; 0 for one a core. Changes no output.
    pub threads: usize,
    /// Bytes of memory above which the run spills to disk. Changes no output.
    pub memory: Option<u64>,
    /// Formats written, without repeats.
    pub emit: Vec<Emit>,
    /// How the files written are compressed.
    pub compress: Compression,
    /// Whether CSV cells that a spreadsheet would take for a formula stay as they are.
    pub csv_raw: bool,
    /// Patterns of paths inside input folders that are not read.
    pub exclude: Vec<String>,
    /// Only the first so many records are read.
    pub limit: Option<u64>,
    /// Whether one rejected record already shows in the exit code.
    pub strict: bool,
    /// How many rejected records are tolerated before they show in the exit code.
    pub max_rejects: Option<MaxRejects>,
    /// Sizes beyond which an input is hostile or broken.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            from: Format::default(),
            split: Split::default(),
            fields: Vec::new(),
            near: NEAR_DEFAULT,
            keep: Keep::default(),
            duplicates: Duplicates::default(),
            paragraphs: Paragraphs::default(),
            no_rules: Vec::new(),
            model: None,
            keep_list: None,
            threads: 0,
            memory: None,
            emit: Emit::ALL.to_vec(),
            compress: Compression::default(),
            csv_raw: false,
            exclude: Vec::new(),
            limit: None,
            strict: false,
            max_rejects: None,
            limits: Limits::default(),
        }
    }
}

/// Sizes beyond which an input is hostile or broken: what is over one is a reject that names it. The
/// defaults leave news a wide margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of one record of JSONL, JSON or CSV. All of one is held in memory.
    pub record: u64,
    /// Bytes of one text file, which is held in memory as a whole.
    pub text: u64,
    /// Bytes of one line of a text, or of one hard-wrapped paragraph.
    pub line: u64,
    /// Lines of one text.
    pub lines: u64,
    /// Blocks of one article.
    pub blocks: u64,
    /// Arrays and objects inside each other in one record.
    pub nesting: u64,
    /// Decompressed bytes for each compressed byte, once there are more than a gibibyte.
    pub expansion: u64,
    /// Articles in one text.
    pub articles: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            record: 128 << 20,
            text: 1 << 30,
            // Far above the longest novel written in one line.
            line: 16 << 20,
            // Cutting takes about 190 bytes of memory for each line: at most a gigabyte.
            lines: 5_000_000,
            // Cleaning takes about 600 bytes of memory for each block of an article.
            blocks: 500_000,
            // What JSON parsers of most languages refuse to follow.
            nesting: 128,
            // Above what gzip can reach at all, 1032 : 1, lie only the other formats.
            expansion: 1000,
            articles: 1_000_000,
        }
    }
}

impl Limits {
    /// The names of the limits, in the order of reports.
    pub const NAMES: &'static [&'static str] =
        &["record", "text", "line", "lines", "blocks", "nesting", "expansion", "articles"];

    /// Sets the limit `name`, one of [`Limits::NAMES`]; another name sets nothing.
    pub fn set(&mut self, name: &str, limit: u64) {
        let slot = match name {
            "record" => &mut self.record,
            "text" => &mut self.text,
            "line" => &mut self.line,
            "lines" => &mut self.lines,
            "blocks" => &mut self.blocks,
            "nesting" => &mut self.nesting,
            "expansion" => &mut self.expansion,
            "articles" => &mut self.articles,
            _ => return,
        };
        *slot = limit;
    }
}

/// Reads `NAME=N`, a limit and its new value: a number, or a size as 512M.
///
/// # Errors
/// When there is no `=`, `NAME` is not in [`Limits::NAMES`], or N is no positive number.
pub fn parse_max(text: &str) -> Result<(String, u64), Invalid> {
    let Some((name, limit)) = text.split_once('=') else {
        return Err(Invalid(format!("`{text}` has no `=`; write NAME=N, as record=256M")));
    };
    if !Limits::NAMES.contains(&name) {
        return Err(Invalid(format!("`{name}` is no limit; one of {}", Limits::NAMES.join(", "))));
    }
    parse_size(limit).map(|limit| (name.to_owned(), limit))
}

/// What every file of a run that is not yet committed is called first. The room that reads passes such
/// files over.
pub const TEMPORARY_PREFIX: &str = ".copydesk-";

/// What the name of such a file ends in.
pub const TEMPORARY_SUFFIX: &str = ".tmp";

/// Whether a file of this name is one.
#[must_use]
pub fn is_temporary(name: &[u8]) -> bool {
    name.starts_with(TEMPORARY_PREFIX.as_bytes()) && name.ends_with(TEMPORARY_SUFFIX.as_bytes())
}

impl Options {
    /// What stands in `report.json`: everything that can change the articles or the exit code, and
    /// nothing that only says how fast or where.
    #[must_use]
    pub fn reported(&self) -> Reported {
        Reported {
            from: self.from,
            split: self.split,
            fields: self.fields.iter().map(|(name, column)| format!("{name}={column}")).collect(),
            near: self.near,
            keep: self.keep,
            duplicates: self.duplicates,
            paragraphs: self.paragraphs,
            no_rules: self.no_rules.clone(),
            model: self.model.as_ref().map(|model| model.name()),
            keep_texts: self.kept(KeepList::texts),
            keep_patterns: self.kept(KeepList::patterns),
            emit: self.emit.clone(),
            compress: self.compress,
            csv_raw: self.csv_raw,
            exclude: self.exclude.clone(),
            limit: self.limit,
            strict: self.strict,
            max_rejects: self.max_rejects,
            limits: self.limits,
        }
    }

    fn kept(&self, of: impl Fn(&KeepList) -> &[String]) -> Vec<String> {
        self.keep_list.as_ref().map_or_else(Vec::new, |list| of(list).to_vec())
    }

    /// Whether so many rejected records of so many read show in the exit code.
    #[must_use]
    pub fn has_too_many_rejects(&self, rejected: u64, read: u64) -> bool {
        (self.strict && rejected > 0)
            || self.max_rejects.is_some_and(|limit| limit.is_crossed(rejected, read))
    }
}

/// The `options` of `report.json`: [`Options`] without threads and memory. Key order is fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reported {
    /// `--from`.
    pub from: Format,
    /// `--split`.
    pub split: Split,
    /// `--field`, each as `NAME=COLUMN`.
    pub fields: Vec<String>,
    /// `--near`; null for off.
    pub near: Option<f64>,
    /// `--keep`.
    pub keep: Keep,
    /// `--duplicates`.
    pub duplicates: Duplicates,
    /// `--paragraphs`.
    pub paragraphs: Paragraphs,
    /// `--no-rule`.
    pub no_rules: Vec<String>,
    /// `--model`: the BLAKE3 of the weights; null for the built-in ones.
    pub model: Option<String>,
    /// `--keep-text`, or `texts` under `[keep]` in the configuration.
    #[serde(default)]
    pub keep_texts: Vec<String>,
    /// `--keep-pattern`, or `patterns` under `[keep]` in the configuration.
    #[serde(default)]
    pub keep_patterns: Vec<String>,
    /// `--emit`.
    pub emit: Vec<Emit>,
    /// `--compress`.
    pub compress: Compression,
    /// `--csv-raw`.
    pub csv_raw: bool,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--limit`.
    pub limit: Option<u64>,
    /// `--strict`.
    pub strict: bool,
    /// `--max-rejects`, as it was written.
    pub max_rejects: Option<MaxRejects>,
    /// `--max`.
    pub limits: Limits,
}

impl TryFrom<&Reported> for Options {
    type Error = Invalid;

    /// The options of a finished run, as far as they are reported: of weights the report has only
    /// the name.
    fn try_from(reported: &Reported) -> Result<Options, Invalid> {
        Ok(Options {
            from: reported.from,
            split: reported.split,
            fields: reported
                .fields
                .iter()
                .map(|field| parse_field(field))
                .collect::<Result<_, _>>()?,
            near: reported.near,
            keep: reported.keep,
            duplicates: reported.duplicates,
            paragraphs: reported.paragraphs,
            no_rules: reported.no_rules.clone(),
            emit: reported.emit.clone(),
            compress: reported.compress,
            csv_raw: reported.csv_raw,
            exclude: reported.exclude.clone(),
            limit: reported.limit,
            strict: reported.strict,
            max_rejects: reported.max_rejects,
            keep_list: keep_list(&reported.keep_texts, &reported.keep_patterns)?,
            limits: reported.limits,
            ..Options::default()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn sizes_are_read_as_coreutils_reads_them() {
        let check = |text: &str, bytes: u64| assert_eq!(parse_size(text), Ok(bytes), "{text}");
        check("4096", 4096);
        check("10b", 10);
        check("512M", 512 << 20);
        check("512m", 512 << 20);
        check("2G", 2 << 30);
        check("2GB", 2_000_000_000);
        check("1.5GiB", 3 << 29);
        check("1.5 GiB", 3 << 29);
        check("0.5k", 512);
        check("1T", 1 << 40);
    }

    #[test]
    fn sizes_that_mean_nothing_are_refused() {
        for text in [
            "",
            "G",
            "0",
            "0.0G",
            "2X",
            "2GX",
            "2ib",
            "1.2.3G",
            ".5G",
            "1.G",
            "-1G",
            "99999999999T",
            "99999999999999999999999",
            "١G",
            "2G é",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reject_limits_are_counts_or_shares() {
        let check = |text: &str, rejected, read, crossed| {
            let limit: MaxRejects = text.parse().unwrap();
            assert_eq!(limit.is_crossed(rejected, read), crossed, "{text} {rejected}/{read}");
            assert_eq!(limit.to_string(), text);
        };
        check("0", 0, 10, false);
        check("0", 1, 10, true);
        check("3", 3, 3, false);
        check("10%", 10, 100, false);
        check("10%", 11, 100, true);
        check("0.5%", 1, 100, true);
        check("0%", 0, 0, false);
        for text in ["", "%", "-1", "101%", "-1%", "NaN%", "inf%", "many", "1.5"] {
            assert!(text.parse::<MaxRejects>().is_err(), "{text}");
        }
    }

    #[test]
    fn fields_are_checked_by_name() {
        assert_eq!(parse_field("text=a=b"), Ok(("text".into(), "a=b".into())));
        for text in ["", "text", "text=", "=body", "txt=body", "captions=x"] {
            assert!(parse_field(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_limit_can_be_set_by_its_name() {
        let mut limits = Limits::default();
        for name in Limits::NAMES {
            let (name, limit) = parse_max(&format!("{name}=7")).unwrap();
            limits.set(&name, limit);
        }
        let json = serde_json::to_value(limits).unwrap();
        let keys: Vec<&str> = json.as_object().unwrap().keys().map(|key| &**key).collect();
        let mut names = Limits::NAMES.to_vec();
        names.sort_unstable();
        assert_eq!(keys, names);
        assert!(json.as_object().unwrap().values().all(|value| value == 7));
        assert_eq!(parse_max("record=256M").unwrap(), ("record".to_owned(), 256 << 20));
        for text in ["", "record", "record=", "record=0", "records=1", "line=-1", "=1"] {
            assert!(parse_max(text).is_err(), "{text}");
        }
    }

    #[test]
    fn near_is_a_threshold_or_off() {
        assert_eq!(parse_near("off").unwrap(), None);
        assert_eq!(parse_near("0.8").unwrap(), Some(0.8));
        assert_eq!(parse_near("1").unwrap(), Some(1.0));
        for wrong in ["0.5", "1.01", "-1", "NaN", "on", ""] {
            assert!(parse_near(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_come_back() {
        for word in Format::WORDS {
            assert_eq!(word.parse::<Format>().unwrap().as_str(), *word);
        }
        let message = "xls".parse::<Format>().unwrap_err().to_string();
        assert_eq!(message, "`xls` is no input format; one of auto, text, jsonl, json, csv, tsv");
    }

    #[test]
    fn the_report_does_not_say_how_fast() {
        let slow = Options { threads: 1, memory: Some(1), ..Options::default() };
        assert_eq!(slow.reported(), Options::default().reported());
        let json = serde_json::to_string(&Options::default().reported()).unwrap();
        assert!(json.starts_with(r#"{"from":"auto","split":"auto","fields":[],"near":0.8"#));
        let limited = Options {
            max_rejects: Some(MaxRejects::Percent(0.5)),
            fields: vec![("text".into(), "Body".into())],
            ..Options::default()
        };
        let json = serde_json::to_string(&limited.reported()).unwrap();
        assert!(json.contains(r#""max_rejects":"0.5%""#) && json.contains(r#"["text=Body"]"#));
        assert_eq!(serde_json::from_str::<Reported>(&json).unwrap(), limited.reported());
    }
}
