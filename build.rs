//! Makes tables of the phrases in `src/lexicon/*.txt`, so that the program does not read half a
//! megabyte of text each time it starts. What the tables are is said in `src/lexicon/table.rs`.

#[path = "src/lexicon/agreed.rs"]
mod agreed;
#[expect(dead_code, reason = "the look-up needs more of it")]
#[path = "src/lexicon/fold.rs"]
mod fold;
#[path = "src/lexicon/read.rs"]
mod read;

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use agreed::{FILTER_BITS, NO_BYTES, bucket, hash_on, pair_bit, pair_row};
use read::{Class, FILES, Listed, Open, Phrases};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("src/lexicon");
    let mut files = Vec::new();
    for name in FILES {
        let path = folder.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        files.push((*name, fs::read_to_string(path)?));
    }
    for code in ["build.rs", "src/lexicon/agreed.rs", "src/lexicon/fold.rs", "src/lexicon/read.rs"]
    {
        println!("cargo::rerun-if-changed={code}");
    }
    let phrases = Phrases::read(files.iter().map(|(name, content)| (*name, &**content)));
    if !phrases.faults.is_empty() {
        return Err(phrases.faults.join("\n").into());
    }
    let out = Path::new(&env::var("OUT_DIR")?).join("lexicon.rs");
    Ok(fs::write(out, source(&phrases)?)?)
}

/// The tables as source text.
fn source(phrases: &Phrases) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    let mut text = Text::default();
    let classes = phrases.classes.iter().map(class).collect::<String>();
    writeln!(out, "pub(super) static CLASSES: &[Hit] = &[{classes}];")?;

    // A word of a list that is a phrase alone is a whole line as well, unless it is one by itself.
    let alone = phrases.listed.iter().filter(|listed| is_alone(listed));
    let words = alone.flat_map(|listed| {
        phrases.lists[listed.list].iter().map(|word| (word.clone(), listed.class))
    });
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut known = HashSet::new();
    for (key, class) in phrases.exact.iter().cloned().chain(words) {
        if known.insert(key.clone()) {
            lines.push((key, class));
        }
    }
    let mut exact = Vec::new();
    for (key, class) in &lines {
        exact.push((hash(key), format!("Exact({},{class})", text.place(key)?)));
    }
    table(&mut out, "EXACT", "Exact", exact)?;

    let mut words = Vec::new();
    for (number, list) in phrases.lists.iter().enumerate() {
        for word in list {
            words.push((hash(word), format!("ListWord({number},{})", text.place(word)?)));
        }
    }
    table(&mut out, "LIST_WORDS", "ListWord", words)?;

    let (mut leading, mut trailing) = (Vec::new(), Vec::new());
    for listed in phrases.listed.iter().filter(|listed| !is_alone(listed)) {
        let (before, after) = (text.place(&listed.before)?, text.place(&listed.after)?);
        let row = format!("Listed({before},{},{after},{})", listed.list, listed.class);
        if listed.before.is_empty() && !listed.after.is_empty() {
            trailing.push((hash(&listed.after), row));
        } else {
            leading.push((hash(&listed.before), row));
        }
    }
    table(&mut out, "LEADING", "Listed", leading)?;
    table(&mut out, "TRAILING", "Listed", trailing)?;

    let starts = phrases.listed.iter().map(|listed| listed.before.as_bytes());
    let starts = starts.filter(|bytes| !bytes.is_empty());
    pairs(&mut out, "LEADING_PAIRS", starts.map(|bytes| (bytes.first(), bytes.get(1))))?;
    let ends = phrases.listed.iter().filter(|listed| listed.before.is_empty());
    let ends = ends.map(|listed| listed.after.as_bytes()).filter(|bytes| !bytes.is_empty());
    pairs(&mut out, "TRAILING_PAIRS", ends.map(|bytes| (bytes.iter().nth_back(1), bytes.last())))?;

    let mut heads = Vec::new();
    writeln!(out, "pub(super) static OPEN: &[Open] = &[")?;
    for (number, phrase) in phrases.open.iter().enumerate() {
        writeln!(out, "{},", open(phrase))?;
        if let Some(head) = phrase.parts.first().filter(|head| !head.is_empty()) {
            heads.push((hash(head), number.to_string()));
        }
    }
    writeln!(out, "];")?;
    table(&mut out, "HEADS", "u32", heads)?;
    let tails = phrases.tails.iter().map(|(hash, number)| (*hash, number.to_string())).collect();
    table(&mut out, "TAILS", "u32", tails)?;

    for (name, starts) in [("FIRSTS", &phrases.firsts), ("STARTS", &phrases.starts)] {
        let mut starts: Vec<_> = starts.iter().collect();
        starts.sort_unstable_by_key(|(hash, _)| **hash);
        let rows = starts.into_iter().map(|(hash, start)| (*hash, format!("{start:?}"))).collect();
        table(&mut out, name, "Start", rows)?;
    }

    for (name, ends) in [("ENDS", &phrases.ends), ("TAIL_ENDS", &phrases.tail_ends)] {
        let mut ends: Vec<_> = ends.iter().collect();
        ends.sort_unstable();
        let ends = ends.into_iter().map(|hash| (*hash, "()".to_owned())).collect();
        table(&mut out, name, "()", ends)?;
    }

    let longest = |lens: &mut dyn Iterator<Item = usize>| lens.max().unwrap_or_default();
    let leads = phrases.listed.iter().map(|listed| listed.before.len());
    let afters = phrases.listed.iter().map(|listed| listed.after.len());
    let heads = phrases.open.iter().filter_map(|open| open.parts.first()).map(String::len);
    for (name, bytes) in [
        ("EXACT_BYTES_MAX", longest(&mut lines.iter().map(|(key, _)| key.len()))),
        ("LIST_WORD_BYTES_MAX", longest(&mut phrases.lists.iter().flatten().map(String::len))),
        ("BEFORE_BYTES_MAX", longest(&mut { leads })),
        ("AFTER_BYTES_MAX", longest(&mut { afters })),
        ("HEAD_BYTES_MAX", longest(&mut { heads })),
        ("TAIL_LINE_BYTES_MAX", phrases.tail_bytes_max),
    ] {
        writeln!(out, "pub(super) const {name}: usize = {bytes};")?;
    }
    writeln!(out, "pub(super) static TEXT: &str = {:?};", text.all)?;
    Ok(out)
}

/// Whether the word of the list is all of the phrase.
fn is_alone(listed: &Listed) -> bool {
    listed.before.is_empty() && listed.after.is_empty()
}

fn hash(key: &str) -> u64 {
    hash_on(NO_BYTES, key.as_bytes())
}

/// The class as a `Hit`. A word of a heading that the ledger does not have stops the compiler.
fn class(class: &Class) -> String {
    let camel = |words: &str| -> String {
        let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
        words.split('_').filter(|word| !word.is_empty()).map(capital).collect()
    };
    format!(
        "Hit {{ reason: Reason::{}, strength: Strength::{}, teaser: {}, opens: {} }},",
        camel(&class.reason),
        camel(&class.strength),
        class.teaser,
        class.opens
    )
}

fn open(open: &Open) -> String {
    let Open { class, parts, list, closed, divided, unstopped, words_max } = open;
    format!(
        "Open {{ class: {class}, parts: &{parts:?}, list: {list:?}, closed: {closed}, divided: {divided}, \
         unstopped: {unstopped}, words_max: {words_max} }}"
    )
}

/// All folded texts in one; a table names its own by start and length.
#[derive(Default)]
struct Text {
    all: String,
    starts: HashMap<String, usize>,
}

impl Text {
    fn place(&mut self, key: &str) -> Result<String, std::num::TryFromIntError> {
        let start = *self.starts.entry(key.to_owned()).or_insert_with(|| {
            self.all.push_str(key);
            self.all.len() - key.len()
        });
        Ok(format!(
            "Place {{ start: {}, len: {} }}",
            u32::try_from(start)?,
            u16::try_from(key.len())?
        ))
    }
}

/// Writes the set of pairs of bytes as a table of bits; a byte that is not there is any byte.
fn pairs<'a>(
    out: &mut String,
    name: &str,
    pairs: impl Iterator<Item = (Option<&'a u8>, Option<&'a u8>)>,
) -> Result<(), Box<dyn Error>> {
    let mut rows = [0_u64; 64];
    for (first, second) in pairs {
        for (row, bits) in rows.iter_mut().enumerate() {
            if first.is_none_or(|&byte| pair_row(byte) == row) {
                *bits |= second.map_or(u64::MAX, |&byte| pair_bit(byte));
            }
        }
    }
    writeln!(out, "pub(super) static {name}: [u64; 64] = {rows:?};")?;
    Ok(())
}

/// Writes a hash table: the entries sorted by bucket, those of one bucket in the order given.
fn table(
    out: &mut String,
    name: &str,
    of: &str,
    mut entries: Vec<(u64, String)>,
) -> Result<(), Box<dyn Error>> {
    let bits = entries.len().max(8).next_power_of_two().ilog2();
    entries.sort_by_key(|(hash, _)| bucket(*hash, bits));
    let rows: Vec<String> = entries.iter().map(|(hash, row)| format!("({hash},{row})")).collect();
    let rows = rows.join(",\n");
    let buckets: Vec<usize> = (0..=1_usize << bits)
        .map(|wanted| entries.partition_point(|(hash, _)| bucket(*hash, bits) < wanted))
        .collect();
    let mut filter = vec![0_u64; 1 << (bits + FILTER_BITS - 6)];
    for (hash, _) in &entries {
        let bit = bucket(*hash, bits + FILTER_BITS);
        filter[bit / 64] |= 1 << (bit % 64);
    }
    writeln!(
        out,
        "pub(super) static {name}: Hashed<{of}> = Hashed {{ bits: {bits}, buckets: &{buckets:?},"
    )?;
    writeln!(out, "filter: &{filter:?}, entries: &[\n{rows}] }};")?;
    Ok(())
}
