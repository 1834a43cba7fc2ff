//! What a file is, from its first bytes and the ending of its name.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::FORMATS;
use super::fields::Names;
use super::unpack::compression;
use crate::ledger::RejectReason;
use crate::options::Format;

/// Formats that are known and not read: magic, its offset, name. Those whose magic is plain letters
/// count only where a NUL follows, for an article may start with "ORC".
static UNSUPPORTED: &[(&[u8], usize, &str)] = &[
    (b"PK\x03\x04", 0, "a zip archive"),
    (b"PK\x05\x06", 0, "a zip archive"),
    (b"PK\x07\x08", 0, "a zip archive"),
    (b"ustar", 257, "a tar archive"),
    (b"7z\xbc\xaf\x27\x1c", 0, "a 7z archive"),
    (b"Rar!\x1a\x07", 0, "a rar archive"),
    (b"\x04\x22\x4d\x18", 0, "lz4 data"),
    (b"\xff\x06\x00\x00sNaPpY", 0, "snappy data"),
    (b"\x1f\x9d", 0, "compress (.Z) data"),
    (b"LZIP\x01", 0, "lzip data"),
    (b"%PDF-", 0, "a pdf document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "an office document"),
    (b"{\\rtf", 0, "an rtf document"),
    (b"\x89PNG\r\n\x1a\n", 0, "a png picture"),
    (b"\xff\xd8\xff", 0, "a jpeg picture"),
    (b"GIF87a", 0, "a gif picture"),
    (b"GIF89a", 0, "a gif picture"),
    (b"PAR1", 0, "a parquet file"),
    (b"ARROW1\0\0", 0, "an arrow file"),
    (b"Obj\x01", 0, "an avro file"),
    (b"ORC", 0, "an orc file"),
    (b"SQLite format 3\0", 0, "an sqlite database"),
];

/// Why a file that starts with `sample` is not read at all, or `None`. `forced` says that the user
/// named the format, and so takes responsibility for what text is; `utf16` that NULs are part of it.
pub(super) fn refuse(sample: &[u8], forced: bool, utf16: bool) -> Option<(RejectReason, String)> {
    if let Some(name) = known(sample) {
        let remedy = match name {
            _ if name.ends_with("archive") || name.ends_with("data") => "unpack it first",
            _ if name.ends_with("file") || name.ends_with("database") => "export it as jsonl",
            _ => "extract its text first",
        };
        return Some((RejectReason::Unsupported, format!("{name}; {remedy}")));
    }
    if let Some(name) = compression(sample) {
        let detail = format!("{name} data inside compressed data; unpack it once");
        return Some((RejectReason::Unsupported, detail));
    }
    if sample.starts_with(b"WARC/0.") || sample.starts_with(b"WARC/1.") {
        let detail = "a warc archive; extract its articles as jsonl first".to_owned();
        return Some((RejectReason::Unsupported, detail));
    }
    if !forced && is_html(sample) {
        let remedy = "extract its text first, or take it as it is with --from text";
        return Some((RejectReason::Unsupported, format!("an html document; {remedy}")));
    }
    if !utf16 && is_binary(sample) {
        let detail = "not text: it is full of control characters; leave it out with --exclude";
        return Some((RejectReason::Binary, detail.to_owned()));
    }
    None
}

fn known(sample: &[u8]) -> Option<&'static str> {
    let has_nul = memchr::memchr(0, &sample[..sample.len().min(4096)]).is_some();
    let stands = |magic: &[u8], at: usize| sample.get(at..).is_some_and(|s| s.starts_with(magic));
    UNSUPPORTED.iter().find_map(|&(magic, at, name)| {
        let is_plain = magic.iter().all(u8::is_ascii_alphanumeric);
        (stands(magic, at) && (has_nul || !is_plain)).then_some(name)
    })
}

fn is_html(sample: &[u8]) -> bool {
    let starts = |bytes: &[u8], word: &[u8]| {
        bytes.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    let head = trim_start(sample);
    if starts(head, b"<?xml") {
        let head = &head[..head.len().min(1024)];
        return head.windows(14).any(|w| starts(w, b"<!doctype html") || starts(w, b"<html "));
    }
    starts(head, b"<!doctype html") || starts(head, b"<html")
}

/// Whether control characters that no text uses are more than one byte in sixteen: random bytes
/// have one in nine. A few stray NULs in a text are none of our business.
fn is_binary(sample: &[u8]) -> bool {
    let is_control = |byte: &&u8| matches!(**byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let controls = sample.iter().filter(is_control).count();
    controls * 16 > sample.len() && (controls >= 8 || controls == sample.len())
}

/// Which format a file is read as when the user does not say: the ending of its name is the first
/// hint, what `sample` (UTF-8) holds corrects it.
pub(super) fn format(shown: &str, sample: &[u8], names: &Names) -> Format {
    let hint = by_ending(shown);
    let head = trim_start(sample);
    let json = if is_spread(head) { Format::Json } else { Format::Jsonl };
    match (hint, head) {
        // Text is taken for JSON only when a whole record proves it.
        (Some(Format::Text), [b'{' | b'[', ..]) => match first_object(head) {
            Some(true) if head[0] == b'[' => Format::Json,
            Some(true) => json,
            _ => Format::Text,
        },
        (Some(Format::Jsonl), [b'[', rest @ ..]) => {
            let is_array = matches!(trim_start(rest), [] | [b'{' | b']', ..]);
            if is_array && !is_line_among_lines(head) { Format::Json } else { Format::Jsonl }
        }
        (Some(Format::Csv | Format::Tsv), [b'[', rest @ ..])
            if trim_start(rest).first() == Some(&b'{') =>
        {
            Format::Json
        }
        (Some(Format::Csv | Format::Tsv), [b'{', rest @ ..])
            if matches!(trim_start(rest), [b'"' | b'}', ..]) =>
        {
            json
        }
        (Some(Format::Jsonl | Format::Json) | None, [b'{', ..]) => json,
        (None, [b'[', ..]) if first_object(head).is_some() => Format::Json,
        (Some(hint), _) => hint,
        (None, _) => by_header(head, names).unwrap_or(Format::Text),
    }
}

/// The format that the ending of the name stands for, a compression's ending aside.
fn by_ending(shown: &str) -> Option<Format> {
    let name = shown.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let packed = [".gz", ".zst", ".zstd", ".bz2", ".xz"];
    let name = packed.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    let (_, ending) = name.rsplit_once('.')?;
    FORMATS.iter().find(|(_, reads)| reads.endings().contains(&ending)).map(|(format, _)| *format)
}

/// Whether an object starts on one line and goes on in the next: not JSON Lines.
fn is_spread(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = |bytes: &[u8]| {
        let mut values = Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
        values.next().transpose()
    };
    let is_open = first(line).is_err_and(|error| error.is_eof());
    // The second half tells a record that was cut off from one that is spread: what follows the
    // cut is not what JSON allows there.
    is_open
        && line.len() + 1 < head.len()
        && first(head).map_or_else(|error| error.is_eof(), |_| true)
}

/// Whether the first line is a whole value and others follow.
fn is_line_among_lines(head: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', head) else { return false };
    serde_json::from_slice::<IgnoredAny>(&head[..end]).is_ok()
        && !trim_start(&head[end..]).is_empty()
}

/// Of a text that starts as an object or a list of objects: whether its first object is whole.
/// `None` when it is neither, or broken.
fn first_object(head: &[u8]) -> Option<bool> {
    let object = match head {
        [b'[', rest @ ..] => trim_start(rest),
        _ => head,
    };
    if object.first() != Some(&b'{') {
        return None;
    }
    match Deserializer::from_slice(object).into_iter::<IgnoredAny>().next()? {
        Ok(_) => Some(true),
        Err(error) if error.is_eof() => Some(false),
        Err(_) => None,
    }
}

/// A table is told by a header of short names of which one can be the text.
fn by_header(head: &[u8], names: &Names) -> Option<Format> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?.trim_end();
    [',', '\t', ';', '|'].into_iter().find_map(|delimiter| {
        let cells: Vec<&str> = line.split(delimiter).map(|cell| cell.trim_matches('"')).collect();
        let is_header = cells.len() > 1
            && cells.iter().all(|cell| (1..64).contains(&cell.len()))
            && cells.iter().any(|cell| names.is_text(cell));
        is_header.then_some(if delimiter == '\t' { Format::Tsv } else { Format::Csv })
    })
}

/// Without white space and byte order marks at the start.
fn trim_start(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = bytes.trim_ascii_start();
        match bytes.strip_prefix(super::encoding::BOM) {
            Some(rest) => bytes = rest,
            None => return bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_hint_and_content_corrects() {
        let names = Names::new(&[]);
        let check = |shown: &str, content: &str, expected: Format| {
            let found = format(shown, content.as_bytes(), &names);
            assert_eq!(found, expected, "{shown}: {content}");
        };
        let object = "{\"text\":\"a\"}\n";
        let pretty = "{\n  \"text\": \"a\"\n}\n";
        for name in ["a.jsonl", "a.ndjson.gz", "a.json", "a.csv", "a.txt", "a.dump", "-"] {
            check(name, object, Format::Jsonl);
            check(name, pretty, Format::Json);
            check(name, "\u{feff} [\n{\"text\":\"a\"}, {}]", Format::Json);
        }
        check("a.jsonl", "{\"text\":\"cut\n{\"text\":\"b\"}\n", Format::Jsonl);
        check("a.jsonl", "{not json\n", Format::Jsonl);
        check("a.jsonl", "garbage\n{\"text\":1}\n", Format::Jsonl);
        check("a.jsonl", "[1,2]\n{\"text\":\"b\"}\n", Format::Jsonl);
        check("a.jsonl", "[[[[[[", Format::Jsonl);
        check("a.jsonl", "[]", Format::Json);
        check("a.JSON", "garbage", Format::Json);
        check("a.csv", "id,text\n", Format::Csv);
        check("a.tsv.xz", "id\ttext\n", Format::Tsv);
        check("a.md", "[Music] A song.\n", Format::Text);
        check("a.txt", "{braces} in a title\n", Format::Text);
        check("a.txt", "id,text\n", Format::Text);
        check("a", "id;Body;\"title\"\n1;b;c\n", Format::Csv);
        check("a", "id\ttext\r\n", Format::Tsv);
        check("a", "One, two, text and more.\n", Format::Text);
        check("dir.csv/a", "A title\n", Format::Text);
        check("a", "", Format::Text);
    }

    #[test]
    fn what_is_no_text_is_refused_by_name() {
        let check = |bytes: &[u8], expected: Option<(RejectReason, &str)>| {
            let found = refuse(bytes, false, false);
            let found = found.as_ref().map(|(reason, detail)| (*reason, detail.as_str()));
            match (found, expected) {
                (None, None) => {}
                (Some((reason, detail)), Some((expected, word))) => {
                    assert_eq!(reason, expected, "{detail}");
                    assert!(detail.contains(word), "{detail}");
                }
                other => panic!("{other:?} for {bytes:?}"),
            }
        };
        let unsupported = RejectReason::Unsupported;
        let mut tar = vec![0; 512];
        tar[..6].copy_from_slice(b"a.json");
        tar[257..262].copy_from_slice(b"ustar");
        check(&tar, Some((unsupported, "tar")));
        check(b"PK\x03\x04....", Some((unsupported, "zip")));
        check(b"%PDF-1.7", Some((unsupported, "pdf")));
        check(b"PAR1\x15\x04\0", Some((unsupported, "parquet")));
        check(b"WARC/1.0\r\n", Some((unsupported, "warc")));
        check(b"\xef\xbb\xbf \n<!DOCTYPE HTML>", Some((unsupported, "html")));
        check(b"<?xml version=\"1.0\"?>\n<html lang=\"en\">", Some((unsupported, "html")));
        check(b"\x1f\x8b\x08....", Some((unsupported, "gzip")));
        check(&[0; 4096], Some((RejectReason::Binary, "control")));
        check(b"ORC and PAR1 are formats.", None);
        check(b"GIF pictures", None);
        check(b"tail \0\x01\x02 of a text\n", None);
        check(b"<p>A fragment.</p>", None);
        assert!(refuse(b"<html>", true, false).is_none());
    }
}
