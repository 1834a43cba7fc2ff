//! Dumps as they come: texts glued from articles, chrome and noise, in every format, whole or
//! damaged. For the tests of what holds for any input.

use std::io::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use crate::characters::any_text;
use crate::desk::Desk;

/// Lines that a story is made of.
const LINES: &[&str] = &[
    "Ferry strike enters second week",
    "The crews said on Tuesday that they would not sail before Friday.",
    "NORTHPORT (Reuters) - The port lost a million a day, and nobody paid for it.",
    "Passengers wait at the northern pier, May 2, 2023. (Reuters)",
    "“We stay,” said the oldest of them, and the others nodded.",
    "By Lena Brandt",
    "Museum finds lost letters in its cellar",
    "Staff found the letters behind a shelf on Tuesday, twenty years after they had been given up.",
    "Roll on, roll on",
    "Schnee legt den Pass von Altenried lahm",
    "Die Straße über den Pass bleibt nach Angaben der Gemeinde bis Donnerstag gesperrt.",
    "عاد الصيادون إلى البحيرة بعد غياب دام خمس سنوات.",
    "افتتاح مكتبة جديدة في حي الميناء القديم",
    "图为航拍湖滨公园秋色，不少市民漫步其中。 李明远 摄",
    "十月下旬，湖滨公园的银杏叶由绿转黄，引来许多游人。",
    "गाँव वालों ने बताया कि सड़क बनने में बारह साल लगे।",
    "Причал строили три года, сообщили в управлении порта.",
    "2",
    "Yes.",
    "10 p.m.",
    "3 March 2019",
    "- Is it far?",
];

/// Lines that a page has around its story.
const CHROME: &[&str] = &[
    "TT",
    "20",
    "A A",
    "Share on Facebook",
    "Facebook",
    "Share",
    "Advertisement",
    "Read more: Rain returns to the northern valleys",
    "Most popular",
    "Read also",
    "View image in fullscreen",
    "Image 1 of 23",
    "1 / 23",
    "387218003.jpg",
    "https://news.example/ferry",
    "___",
    "* * *",
    "==============================",
    "3 hours ago",
    "Updated 29 December 2019",
    "5 min read",
    "761 views",
    "Skip to main content",
    "Sign up for our newsletter",
    "We use cookies to improve your experience on our site.",
    "© 2025 Northport Press. All rights reserved.",
    "(Reporting by Lena Brandt; Editing by Ruth Calloway)",
    "ПоделитьсяПоделиться",
    "Reklam",
    "یہ بھی پڑھیں",
    "googletag.display('div-gpt-ad-1');",
    "Title: Ferry strike enters second week",
    "URL: https://news.example/ferry",
    "Date: 2023-05-02",
    "Opinion",
    "(AP)",
    "\u{200b}",
    "\u{ad}\u{2060}",
];

/// What stands between two pieces of a text.
const GLUES: &[&str] = &[
    "\n",
    "\n\n",
    "\n\n",
    "\n\n\n\n",
    "\r\n",
    "\r\n\r\n",
    "\r",
    " ",
    "",
    "\n\u{c}",
    "\n \t\u{a0}\n",
    "\u{2028}",
];

/// Any text: articles, parts of articles, chrome, anything.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let line = select(LINES).prop_map(str::to_owned);
    let slice = (select(LINES), any::<Index>(), any::<Index>()).prop_map(|(line, from, to)| {
        let ends: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
        let (from, to) = (ends[from.index(ends.len())], ends[to.index(ends.len())]);
        line[from.min(to)..from.max(to)].to_owned()
    });
    let run = (select("a-_=.*x 中ا\u{301}".chars().collect::<Vec<_>>()), 0..400_usize)
        .prop_map(|(c, count)| c.to_string().repeat(count));
    let piece = prop_oneof![
        8 => line,
        6 => select(CHROME).prop_map(str::to_owned),
        1 => slice,
        1 => any_text(),
        1 => run,
    ];
    let glue = select(GLUES);
    vec((piece, glue), 0..24).prop_map(|pieces| {
        pieces.into_iter().flat_map(|(piece, glue)| [piece, glue.to_owned()]).collect()
    })
}

/// One file of a dump.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Jsonl,
    Json,
    Csv,
    Noise,
}

/// How a file is spoilt.
#[derive(Clone, Debug)]
enum Damage {
    None,
    Cut(Index),
    Flip(Vec<(Index, u8)>),
    Insert(Index, Vec<u8>),
}

/// Some files that draw their articles from a few texts, so that there are copies among them.
pub(crate) fn files() -> impl Strategy<Value = Vec<File>> {
    let kind = prop_oneof![
        4 => Just(Kind::Text),
        4 => Just(Kind::Jsonl),
        1 => Just(Kind::Json),
        3 => Just(Kind::Csv),
        1 => Just(Kind::Noise),
    ];
    let damage = || {
        prop_oneof![
            5 => Just(Damage::None),
            1 => any::<Index>().prop_map(Damage::Cut),
            1 => vec((any::<Index>(), any::<u8>()), 1..6).prop_map(Damage::Flip),
            1 => (any::<Index>(), vec(any::<u8>(), 1..40)).prop_map(|(at, b)| Damage::Insert(at, b)),
        ]
    };
    let record = (any::<Index>(), proptest::option::of(select(LINES)), 0..4_u8);
    let pack = prop_oneof![6 => Just(None), 1 => Just(Some("gz")), 1 => Just(Some("zst"))];
    let plan = (kind, vec(record, 0..8), damage(), pack, damage(), vec(any::<u8>(), 0..300));
    (vec(text(), 1..6), vec(plan, 1..5)).prop_map(|(texts, plans)| {
        let mut files = Vec::new();
        for (number, (kind, records, damage, pack, damage_after, noise)) in
            plans.into_iter().enumerate()
        {
            let records: Vec<Record> = records
                .iter()
                .map(|(text, title, id)| Record {
                    text: &texts[text.index(texts.len())],
                    title: *title,
                    id: *id,
                })
                .collect();
            let (mut bytes, ending) = written(kind, &records, noise);
            spoil(&mut bytes, &damage);
            let mut name = format!("{number}.{ending}");
            if let Some(pack) = pack {
                bytes = packed(&bytes, pack);
                spoil(&mut bytes, &damage_after);
                name = format!("{name}.{pack}");
            }
            files.push(File { name, bytes });
        }
        files
    })
}

struct Record<'a> {
    text: &'a str,
    title: Option<&'static str>,
    id: u8,
}

fn written(kind: Kind, records: &[Record], noise: Vec<u8>) -> (Vec<u8>, &'static str) {
    let object = |record: &Record| {
        let mut object = json!({ "text": record.text });
        if let Some(title) = record.title {
            object["title"] = json!(title);
        }
        if record.id > 1 {
            object["id"] = json!(record.id);
        }
        object
    };
    match kind {
        Kind::Text => {
            let texts: Vec<&str> = records.iter().map(|record| record.text).collect();
            (texts.join("\n\n\n\n").into_bytes(), "txt")
        }
        Kind::Jsonl => {
            let lines: String =
                records.iter().map(|record| object(record).to_string() + "\n").collect();
            (lines.into_bytes(), "jsonl")
        }
        Kind::Json => {
            let objects: Vec<_> = records.iter().map(object).collect();
            (serde_json::to_vec_pretty(&objects).unwrap(), "json")
        }
        Kind::Csv => {
            let mut table = "title,text,rubric\n".to_owned();
            for record in records {
                let title = record.title.unwrap_or("").replace(',', ";");
                let text = record.text.replace('"', "\"\"");
                table.extend([&title, ",\"", &text, "\",x\n"]);
            }
            (table.into_bytes(), "csv")
        }
        Kind::Noise => (noise, "txt"),
    }
}

fn spoil(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::None => {}
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Flip(flips) => {
            for (at, byte) in flips {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
        }
        Damage::Insert(at, noise) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, noise.iter().copied());
        }
    }
}

fn packed(bytes: &[u8], pack: &str) -> Vec<u8> {
    if pack == "zst" {
        return zstd::encode_all(bytes, 1).unwrap();
    }
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

/// Writes `files` into the folder `in` of a new desk.
pub(crate) fn desk_with(files: &[File]) -> Desk {
    let desk = Desk::new();
    for file in files {
        desk.write(&format!("in/{}", file.name), &file.bytes);
    }
    desk
}
