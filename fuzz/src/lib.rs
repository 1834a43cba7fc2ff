//! What must hold for any bytes, as functions of bytes: the targets of `cargo fuzz`, which the tests
//! of the project also call on the seeds and on random changes of them (`tests/it/fuzz.rs`).
//!
//! A target panics when something does not hold, and otherwise says nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use copydesk::article::{Block, Dump, Fields};
use copydesk::clean::{CleanArticle, Cleaner, Scratch};
use copydesk::inspect;
use copydesk::observer::{Observer, Silent};
use copydesk::options::{Duplicates, Extent, Format, Options, Paragraphs, Split};
use copydesk::pipeline::{self, Job};
use copydesk::read::{Limits, ReadOptions, Reader, find};

/// Panics when something does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("text", text),
    ("jsonl", jsonl),
    ("json", json),
    ("csv", csv),
    ("compressed", compressed),
    ("segment", segment),
    ("clean", clean),
    ("run", run),
];

/// Any bytes as a text dump.
pub fn text(data: &[u8]) {
    read(Format::Text, data);
}

/// Any bytes as JSON Lines.
pub fn jsonl(data: &[u8]) {
    read(Format::Jsonl, data);
}

/// Any bytes as JSON.
pub fn json(data: &[u8]) {
    read(Format::Json, data);
}

/// Any bytes as CSV.
pub fn csv(data: &[u8]) {
    read(Format::Csv, data);
}

/// Any bytes, whose format is told from them, compressed and then damaged. The first three bytes say
/// how: the compression, where, and what is done there.
pub fn compressed(data: &[u8]) {
    let [kind, place, damage, rest @ ..] = data else { return };
    let mut packed = pack(*kind, rest);
    let at = packed.len() * usize::from(*place) / 256;
    match damage % 4 {
        0 => {}
        1 => packed.truncate(at),
        2 => packed[at] ^= damage | 1,
        _ => packed.extend_from_slice(rest),
    }
    read(Format::Auto, &packed);
}

fn pack(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    match kind % 4 {
        0 => {
            let mut gz = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
            gz.write_all(bytes).and_then(|()| gz.finish().map(drop))
        }
        1 => {
            let mut bz = bzip2::write::BzEncoder::new(&mut packed, bzip2::Compression::fast());
            bz.write_all(bytes).and_then(|()| bz.finish().map(drop))
        }
        2 => {
            let mut xz = liblzma::write::XzEncoder::new(&mut packed, 0);
            xz.write_all(bytes).and_then(|()| xz.finish().map(drop))
        }
        _ => zstd::stream::copy_encode(bytes, &mut packed, 1),
    }
    .expect("memory takes every byte");
    packed
}

/// Reads `data` in batches of several sizes: the records must be the same, numbered without a gap, and
/// a file that is not used to its end must have the one row that says so.
fn read(from: Format, data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.txt");
    fs::write(&path, data).expect("a file");
    let all = read_in_batches(from, &path, 1 << 20);
    for batch_bytes in [1, 61] {
        let again = read_in_batches(from, &path, batch_bytes);
        assert_eq!(all, again, "batches of {batch_bytes} bytes");
    }
}

fn read_in_batches(from: Format, path: &Path, batch_bytes: usize) -> String {
    // Small, so that what lies beyond them is met often.
    let limits = Limits {
        record_bytes_max: 1 << 10,
        text_bytes_max: 1 << 16,
        depth_max: 16,
        expansion_max: 20,
        expansion_free_bytes: 1 << 14,
        batch_bytes,
    };
    let options = ReadOptions { from, limits, ..ReadOptions::default() };
    let found = find(&[path.to_path_buf()], &options).expect("the file is there");
    let (mut seen, mut next, mut failures) = (String::new(), 1, 0);
    let mut summary = None;
    for batch in Reader::new(found.inputs, &options) {
        assert!(summary.is_none(), "a batch after the last one");
        summary.clone_from(&batch.finished);
        let mut number = |record: Option<u64>| match record {
            None => failures += 1,
            Some(record) => {
                assert_eq!(record, next, "records are numbered without a gap");
                next += 1;
            }
        };
        batch.parse(&mut |result| {
            let _ = match result {
                Ok(dump) => {
                    if dump.record.is_some() {
                        number(dump.record);
                    }
                    writeln!(seen, "{} {:?} {:?}", dump.line, dump.text, dump.fields)
                }
                Err(reject) => {
                    number(reject.record);
                    assert!(!reject.detail.is_empty() && !reject.detail.contains('\n'));
                    let what = (reject.line, reject.offset, reject.reason, reject.detail);
                    writeln!(seen, "{what:?}")
                }
            };
        });
    }
    let summary = summary.expect("the last batch says what became of the file");
    assert_eq!(u64::from(summary.failed), failures, "one row says why\n{seen}");
    seen
}

fn dump(data: &[u8]) -> (Dump, Split) {
    let (choice, rest) = data.split_first().unwrap_or((&0, &[]));
    let text = String::from_utf8_lossy(rest).into_owned();
    let split = Split::ALL[usize::from(choice / 2) % Split::ALL.len()];
    let record = (choice % 2 == 1).then_some(1);
    let fields = Fields { title: record.map(|_| "A title".to_owned()), ..Fields::default() };
    let (path, folder) = (Arc::from("news.txt"), Arc::from("news"));
    (Dump { path, record, line: 1, folder, text, fields }, split)
}

/// Any text is cut into articles and blocks: in order, without overlap, and nothing but white space
/// stands between them. The first byte chooses how it is split.
pub fn segment(data: &[u8]) {
    let (dump, split) = dump(data);
    let articles = copydesk::segment::segment(&dump, split);
    let blocks: Vec<&Block> = articles.iter().flat_map(|article| &article.blocks).collect();
    let mut end = 0;
    let blank = |text: &str| text.chars().all(is_blank);
    for block in &blocks {
        assert!(end <= block.span.start && !block.span.is_empty());
        assert!(blank(&dump.text[end..block.span.start]), "lost before {block:?}");
        let words = |text: &str| text.split(is_blank).collect::<String>();
        assert_eq!(words(&block.text), words(block.span.of(&dump.text)));
        end = block.span.end;
    }
    assert!(blank(&dump.text[end..]), "lost at the end");
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// Any text is cleaned, and every block of it is out, removed whole, or in a field.
pub fn clean(data: &[u8]) {
    let (dump, split) = dump(data);
    let cleaner = Cleaner::new(&Options { split, ..Options::default() });
    let mut blocks = 0;
    let mut rejected = false;
    cleaner.clean(&dump, &mut Scratch::default(), &mut |outcome| match outcome {
        Ok(article) => {
            blocks += article.blocks_in;
            check_article(&article, &dump);
        }
        Err(_) => rejected = true,
    });
    let articles = copydesk::segment::segment(&dump, split);
    let all: usize = articles.iter().map(|article| article.blocks.len()).sum();
    assert!(blocks == all || (rejected && blocks < all), "{blocks} blocks of {all}");
}

fn check_article(article: &CleanArticle, dump: &Dump) {
    let whole = article.removals.iter().filter(|removal| !removal.partial).count();
    let out = article.paragraphs.len() + article.blocks_in_fields;
    assert_eq!(article.blocks_in, out + whole, "blocks in, out and removed: {article:?}");
    assert_eq!(article.paragraphs.len(), article.digests.len());
    for removal in &article.removals {
        assert_eq!(dump.text.get(removal.span.start..removal.span.end), Some(&*removal.text));
    }
    let texts: Vec<&str> = article.texts().map(|(text, _)| text).collect();
    assert_eq!(texts.join("\n\n"), article.text);
    let is_clean = |c: char| c == '\n' || !c.is_control();
    assert!(article.text.chars().all(is_clean), "{:?}", article.text);
}

/// Remembers what is wrong.
#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl Observer for Listener {
    fn problem(&self, place: &str, what: &str) {
        self.0.lock().expect("no panic").push(format!("{place}: {what}"));
    }
}

/// Between two files of the target `run`.
pub const NEXT_FILE: &[u8] = b"\n=====\n";

/// Any bytes as files of a folder: a run whose sums hold, which `verify` finds whole, and whose bytes
/// are the same with another number of threads and no memory. The first byte chooses options.
pub fn run(data: &[u8]) {
    let (choice, rest) = data.split_first().unwrap_or((&0, &[]));
    let desk = tempfile::tempdir().expect("a folder");
    let input = desk.path().join("in");
    fs::create_dir(&input).expect("a folder");
    let mut rest = Some(rest);
    for name in ["a.txt", "b.jsonl", "c.csv", "d.json", "e"] {
        let Some(bytes) = rest else { break };
        let at = bytes.windows(NEXT_FILE.len()).position(|window| window == NEXT_FILE);
        let (file, next) = match at {
            Some(at) => (&bytes[..at], Some(&bytes[at + NEXT_FILE.len()..])),
            None => (bytes, None),
        };
        fs::write(input.join(name), file).expect("a file");
        rest = next;
    }
    let choice = usize::from(*choice);
    let options = Options {
        duplicates: Duplicates::ALL[choice % 3],
        paragraphs: Paragraphs::ALL[choice / 3 % 3],
        split: Split::ALL[choice / 9 % 3],
        threads: 1,
        ..Options::default()
    };
    let job = |name: &str, options: Options| Job {
        inputs: vec![input.clone()],
        output: desk.path().join(name),
        options,
    };
    let first = job("out", options.clone());
    let report = pipeline::run(&first, &Silent).expect("any text has a reading");
    assert_eq!(report.check(), Ok(()));
    let listener = Listener::default();
    let whole = inspect::verify(&first.output, Extent::All, &mut Vec::new(), &listener);
    let problems = listener.0.into_inner().expect("no panic");
    assert!(whole.expect("the inputs are there") && problems.is_empty(), "{problems:?}");
    let second = job("again", Options { threads: 2, memory: Some(1), ..options });
    pipeline::run(&second, &Silent).expect("as before");
    for output in &report.outputs {
        let read = |job: &Job| fs::read(job.output.join(&output.path)).expect("a file of the run");
        assert!(read(&first) == read(&second), "{} differs", output.path);
    }
}

/// Seeds for every target, from the cases of the project at `root` and from a bit of each format.
///
/// # Panics
/// When the cases cannot be read.
#[must_use]
pub fn seeds(root: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let texts = case_texts(&root.join("tests/cases"));
    let mut seeds: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let number = u8::try_from(number % 256).unwrap_or_default();
        let choice = number % 6;
        let led = |led: &[u8]| [led, text.as_bytes()].concat();
        seeds.push(("text", led(&[])));
        seeds.push(("segment", led(&[choice])));
        seeds.push(("clean", led(&[choice])));
        let record = serde_json::json!({ "title": "A title", "text": text, "n": [number, {}] });
        seeds.push(("jsonl", format!("{record}\n{{\"body\": \"b\"}} {{}}\n{{").into_bytes()));
        seeds.push(("json", serde_json::to_vec_pretty(&[&record, &record]).unwrap_or_default()));
        let cell = text.replace('"', "\"\"");
        let table = format!("id,title,text\n{number},A title,\"{cell}\"\n2,b,c,d\n").into_bytes();
        seeds.push(("compressed", [&[choice, 200, choice / 2][..], table.as_slice()].concat()));
        let next = texts.get(usize::from(number) + 1).unwrap_or(text);
        let parts =
            [text.as_bytes(), record.to_string().as_bytes(), table.as_slice(), next.as_bytes()]
                .join(NEXT_FILE);
        seeds.push(("run", [&[number][..], parts.as_slice()].concat()));
        seeds.push(("csv", table));
    }
    let utf16 = |text: &str| -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    for target in ["text", "jsonl", "json", "csv"] {
        for bytes in
            [b"".as_slice(), b"\xef\xbb\xbf", b"caf\xe9 \xff\n", &utf16("{\"text\": \"é\"}\n")]
        {
            seeds.push((target, bytes.to_vec()));
        }
    }
    let deep = [b"{\"text\": \"a\", \"b\": ".as_slice(), &[b'['; 40], &[b']'; 40], b"}\n"].concat();
    let long = [b"{\"text\": \"".as_slice(), &[b'a'; 2000], b"\"}\n{\"text\": \"b\"}\n"].concat();
    for target in ["jsonl", "json"] {
        let wide = utf16(&String::from_utf8_lossy(&long));
        seeds.extend([deep.clone(), long.clone(), wide].map(|bytes| (target, bytes)));
        seeds.push((target, b"[{\"text\": \"\\ud83d\"}, 1, {\"text\": \"b\"} {".to_vec()));
    }
    seeds.push(("csv", b"text;id\r\n\"a\"\"b;\r\nc;d\r\n\"".to_vec()));
    seeds
}

/// The texts of all cases: whole files, and what stands in fences named `in`.
fn case_texts(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    let entries = fs::read_dir(folder).expect("the folder of cases");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.to_string_lossy();
        if path.is_dir() {
            texts.extend(case_texts(&path));
        } else if name.ends_with(".input.txt") {
            texts.push(fs::read_to_string(&path).expect("a case"));
        } else if name.ends_with(".md") {
            let page = fs::read_to_string(&path).expect("a file of cases");
            let fences = page.split("\n```in").skip(1);
            texts.extend(fences.filter_map(|fence| {
                let (_, text) = fence.split_once('\n')?;
                Some(text.split("\n```").next()?.to_owned())
            }));
        }
    }
    texts
}
