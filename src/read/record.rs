//! One JSON record: from the text of an object to a dump or a reject. Shared by all JSON formats.
//!
//! Values are looked at as raw slices: what is no field of ours goes on byte for byte, numbers of
//! any size too. Of keys that occur twice the last one counts, as in most JSON libraries.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::fields::FieldName;
use super::{Each, Origin, Place};
use crate::article::Fields;
use crate::ledger::RejectReason;
use crate::vector::{BITS, Loop, Machine, filled, widest};

/// Keys of one record. A table of articles has a few dozen; each costs more memory than its bytes.
const MEMBERS_MAX: usize = 1 << 16;

/// Up to so many keys, looking at all of them is faster than a map.
const MEMBERS_FEW: usize = 24;

/// A key and its value.
#[derive(Clone, Debug)]
struct Member<'a> {
    key: Cow<'a, str>,
    raw_key: &'a str,
    value: &'a str,
    text: Text,
}

/// What is known of the text of a value.
#[derive(Clone, Debug, Default)]
enum Text {
    /// Nothing yet.
    #[default]
    Unread,
    /// It stands between the quotes as it is.
    Plain,
    /// It had escapes, and this is it.
    Read(String),
}

impl Member<'_> {
    /// The text of the value, which is asked for once; `None` where it is no string.
    fn take_text(&mut self) -> Option<String> {
        match std::mem::take(&mut self.text) {
            Text::Unread => string(self.value),
            Text::Plain => Some(self.value.get(1..self.value.len() - 1)?.to_owned()),
            Text::Read(text) => Some(text),
        }
    }
}

/// Why a record is none.
struct Refusal(RejectReason, String);

/// Gives `each` the dump, or the reject, of the JSON text `raw`, one value.
pub(super) fn parse(raw: &str, file: &Origin, place: Place, each: Each) {
    each(match read(raw, file) {
        Ok((text, fields)) => Ok(file.dump(place, text, fields)),
        Err(Refusal(reason, detail)) => Err(file.reject(place, reason, detail)),
    });
}

/// The same for a record that is written as most are and of which [`repair_surrogates`] would change nothing.
/// `false` for any other, of which nothing is given.
pub(super) fn parse_plain(raw: &str, file: &Origin, place: Place, each: Each) -> bool {
    let Some(members) = plain_members(raw, |key| file.names.has(key)) else { return false };
    let is_simple =
        |member: &Member| !is_nested(member.value) || !may_have_surrogates(member.value.as_bytes());
    let is_plain = raw.len() <= file.limits.record_bytes_max && members.iter().all(is_simple);
    if is_plain {
        each(match read_members(members, file) {
            Ok((text, fields)) => Ok(file.dump(place, text, fields)),
            Err(Refusal(reason, detail)) => Err(file.reject(place, reason, detail)),
        });
    }
    is_plain
}

fn read(raw: &str, file: &Origin) -> Result<(String, Fields), Refusal> {
    let limits = &file.limits;
    if raw.len() > limits.record_bytes_max {
        return Err(too_large(limits.record_bytes_max));
    }
    match members(raw, |key| file.names.has(key)) {
        Ok(members) => read_members(members, file),
        Err(_) if is_deeper_than(limits.depth_max, raw) => Err(too_deep(limits.depth_max)),
        Err(refusal) => Err(refusal),
    }
}

fn read_members(members: Vec<Member<'_>>, file: &Origin) -> Result<(String, Fields), Refusal> {
    let levels = file.limits.depth_max;
    let mut nested = members.iter().filter(|member| is_nested(member.value));
    if nested.any(|member| is_deeper_than(levels.saturating_sub(1), member.value)) {
        return Err(too_deep(levels));
    }
    pick(&mut without_doubles(members), file)
}

/// The reject of a record with more than `levels` levels.
fn too_deep(levels: usize) -> Refusal {
    let detail = format!("nested deeper than {levels} levels; raise it with --max nesting=N");
    Refusal(RejectReason::TooDeep, detail)
}

/// The reject of a record of more than `limit` bytes.
pub(super) fn too_large_detail(limit: usize) -> String {
    format!("a record of more than {limit} bytes; raise the limit with --max record=SIZE")
}

fn too_large(limit: usize) -> Refusal {
    Refusal(RejectReason::TooLarge, too_large_detail(limit))
}

/// The members of an object, in order.
fn members(raw: &str, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Member<'_>>, Refusal> {
    plain_members(raw, is_wanted).map_or_else(|| any_members(raw), Ok)
}

/// The members of an object that is written as most are, without white space but a space behind its marks: their
/// strings are passed over 64 bytes at a time. `None` for all others, and for whatever a parser would refuse,
/// which also says why, or repair, half of an escaped pair in a string. Texts are read of keys that are wanted.
fn plain_members(raw: &str, is_wanted: impl Fn(&str) -> bool) -> Option<Vec<Member<'_>>> {
    widest(Plain { raw, is_wanted })
}

/// Reading the members of such an object.
struct Plain<'r, W> {
    raw: &'r str,
    is_wanted: W,
}

impl<'r, W: Fn(&str) -> bool> Loop for Plain<'r, W> {
    type Output = Option<Vec<Member<'r>>>;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Option<Vec<Member<'r>>> {
        let Plain { raw, is_wanted } = self;
        let is = |at: usize, byte: u8| raw.as_bytes().get(at) == Some(&byte);
        let behind =
            |at: usize, mark: u8| is(at, mark).then(|| at + 1 + usize::from(is(at + 1, b' ')));
        // As many as an allocator has at hand.
        let mut members = Vec::with_capacity(12);
        let mut at = behind(0, b'{')?;
        loop {
            let (key_end, Text::Plain) = plain_string(machine, raw, at, false)? else {
                return None;
            };
            let raw_key = raw.get(at..key_end)?;
            let key = raw_key.get(1..raw_key.len() - 1)?;
            if members.len() == MEMBERS_MAX {
                return None;
            }
            let start = behind(key_end, b':')?;
            let mut text = Text::Unread;
            if is(start, b'"') {
                (at, text) = plain_string(machine, raw, start, is_wanted(key))?;
            } else {
                at = start + value_len(raw.get(start..)?)?;
            }
            let value = raw.get(start..at)?;
            members.push(Member { key: Cow::Borrowed(key), raw_key, value, text });
            if is(at, b'}') {
                let rest = raw.get(at + 1..)?.trim_end_matches([' ', '\t', '\n', '\r']);
                return rest.is_empty().then_some(members);
            }
            at = behind(at, b',')?;
        }
    }
}

/// Length of the value at the start of `rest`, by a parser; `None` where blanks stand before it.
fn value_len(rest: &str) -> Option<usize> {
    let mut values = Deserializer::from_str(rest).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    (value.get().len() == values.byte_offset()).then_some(value.get().len())
}

/// Room for a text with escapes, where so much may follow: enough for most articles. What a title leaves is given back.
const TEXT_ROOM: usize = 16 << 10;

/// Where the string ends that starts at `start` of `raw`, and its text, read if it `is_wanted`; `None` where there is
/// none, or one that a parser refuses.
#[inline(always)]
fn plain_string(
    machine: impl Machine,
    raw: &str,
    start: usize,
    is_wanted: bool,
) -> Option<(usize, Text)> {
    let inner = raw.get(start..)?.strip_prefix('"')?;
    let bytes = inner.as_bytes();
    let mut text = String::new();
    let mut room = [b' '; BITS];
    // What stands before it is in the text or an escape.
    let mut next = 0;
    for (index, row) in bytes.chunks(BITS).enumerate() {
        let row = machine.bytes(filled(row, &mut room));
        let row_start = index * BITS;
        let mut marks = machine.one_of(row, [b'"', b'\\']) | machine.within(row, 0..=0x1F);
        marks &= since(next, row_start);
        while marks != 0 {
            let at = row_start + marks.trailing_zeros() as usize;
            match bytes[at] {
                b'"' => {
                    let end = start + 1 + at + 1;
                    if next == 0 || !is_wanted {
                        return Some((end, if next == 0 { Text::Plain } else { Text::Unread }));
                    }
                    push(&mut text, inner, next, at)?;
                    if text.len() < text.capacity() / 2 {
                        text.shrink_to_fit();
                    }
                    return Some((end, Text::Read(text)));
                }
                b'\\' => {
                    let (c, len) = escaped(bytes.get(at + 1..)?)?;
                    if is_wanted {
                        if next == 0 {
                            text.reserve(bytes.len().min(TEXT_ROOM));
                        }
                        push(&mut text, inner, next, at)?;
                        text.push(c);
                    }
                    next = at + 1 + len;
                    marks &= since(next, row_start);
                }
                _ => return None,
            }
        }
    }
    None
}

/// Bits of a row that starts at `start` for its bytes from `place` on.
#[inline(always)]
fn since(place: usize, start: usize) -> u64 {
    let passed = place.saturating_sub(start);
    if passed < BITS { u64::MAX << passed } else { 0 }
}

/// Bytes of the rows that [`push`] copies.
const COPIED: usize = 4 * BITS;

/// Appends what stands between two places of `inner`: some whole rows are copied where it is shorter, as most of it is,
/// for a copy whose length cannot be foretold costs a wrong branch.
#[inline(always)]
fn push(text: &mut String, inner: &str, start: usize, end: usize) -> Option<()> {
    let len = text.len() + (end - start);
    match inner.get(start..start + COPIED) {
        Some(rows) if end - start <= COPIED => {
            text.push_str(rows);
            text.truncate(len);
        }
        _ => text.push_str(inner.get(start..end)?),
    }
    Some(())
}

/// What a letter behind a backslash stands for, in ASCII; 0 for all others. Looked up, for which one comes next
/// cannot be foretold.
const ESCAPED: [u8; 256] = {
    let mut escaped = [0; 256];
    escaped[b'"' as usize] = b'"';
    escaped[b'\\' as usize] = b'\\';
    escaped[b'/' as usize] = b'/';
    escaped[b'n' as usize] = b'\n';
    escaped[b't' as usize] = b'\t';
    escaped[b'r' as usize] = b'\r';
    escaped[b'b' as usize] = 0x08;
    escaped[b'f' as usize] = 0x0C;
    escaped
};

/// The members of any object.
fn any_members(raw: &str) -> Result<Vec<Member<'_>>, Refusal> {
    if !raw.trim_ascii_start().starts_with('{') {
        let detail = "not a json object".to_owned();
        return Err(Refusal(RejectReason::InvalidJson, detail));
    }
    let mut members = Vec::with_capacity(16);
    let mut deserializer = Deserializer::from_str(raw);
    let done = Members(&mut members).deserialize(&mut deserializer);
    match done.and_then(|()| deserializer.end()) {
        Ok(()) => Ok(members),
        Err(_) if members.len() > MEMBERS_MAX => {
            let detail = format!("a record of more than {MEMBERS_MAX} keys");
            Err(Refusal(RejectReason::TooLarge, detail))
        }
        Err(error) => Err(Refusal(RejectReason::InvalidJson, describe(&error))),
    }
}

/// The parser's message, with the place inside the record.
pub(super) fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or_default();
    format!("not valid json: {} (column {})", what.to_lowercase(), error.column())
}

struct Members<'v, 'a>(&'v mut Vec<Member<'a>>);

impl<'a> DeserializeSeed<'a> for Members<'_, 'a> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Members<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry::<&'a RawValue, &'a RawValue>()? {
            let raw_key = key.get();
            let inner = &raw_key[1..raw_key.len() - 1];
            let key = if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
                Cow::Borrowed(inner)
            } else {
                let key = unescape(inner);
                Cow::Owned(key.ok_or_else(|| A::Error::custom("a malformed escape in a key"))?)
            };
            self.0.push(Member { key, raw_key, value: value.get(), text: Text::Unread });
            if self.0.len() > MEMBERS_MAX {
                return Err(A::Error::custom("too many keys"));
            }
        }
        Ok(())
    }
}

/// Only the last member of each key.
fn without_doubles(mut members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    if members.len() <= MEMBERS_FEW {
        let mut index = 0;
        while index < members.len() {
            let (earlier, later) = members.split_at(index + 1);
            if later.iter().any(|member| member.key == earlier[index].key) {
                members.remove(index);
            } else {
                index += 1;
            }
        }
        return members;
    }
    let last: HashMap<&str, usize> =
        members.iter().enumerate().map(|(index, member)| (&*member.key, index)).collect();
    if last.len() == members.len() {
        return members;
    }
    let keep: Vec<bool> =
        members.iter().enumerate().map(|(index, member)| last[&*member.key] == index).collect();
    let mut keep = keep.into_iter();
    members.retain(|_| keep.next().unwrap_or(true));
    members
}

/// Finds the fields among the members; the others become `meta`.
fn pick(members: &mut [Member], file: &Origin) -> Result<(String, Fields), Refusal> {
    let mut chosen: [Option<(usize, usize)>; FieldName::ALL.len()] = Default::default();
    // A key that names a field and says nothing is not worth keeping as something else.
    let mut dropped = Vec::new();
    for (index, member) in members.iter().enumerate() {
        for (field, rank) in file.names.of(&member.key) {
            if is_blank(member.value) {
                dropped.push(index);
                continue;
            }
            let slot = &mut chosen[field.index()];
            if slot.is_none_or(|(best, _)| rank < best) && is_usable(field, member.value) {
                *slot = Some((rank, index));
            }
        }
    }
    let mut fields = Fields::default();
    let mut article = String::new();
    let mut kept_whole = None;
    for field in FieldName::ALL {
        let Some((_, index)) = chosen[field.index()] else { continue };
        let value = members[index].value;
        let slot = match field {
            FieldName::Text => {
                article = members[index].take_text().unwrap_or_default();
                continue;
            }
            FieldName::Byline => {
                if let Some((names, is_all)) = byline(value) {
                    fields.byline = Some(names);
                    kept_whole = (!is_all).then_some(index);
                }
                continue;
            }
            FieldName::Id => &mut fields.id,
            FieldName::Source => &mut fields.source,
            FieldName::Url => &mut fields.url,
            FieldName::Title => &mut fields.title,
            FieldName::Published => &mut fields.published,
            FieldName::Dateline => &mut fields.dateline,
            FieldName::Language => &mut fields.language,
        };
        *slot = members[index].take_text().or_else(|| Some(value.to_owned()));
    }
    if chosen[FieldName::Text.index()].is_none() {
        return Err(Refusal(RejectReason::NoText, no_text(members, file)));
    }
    let is_meta = |index: &usize| {
        let is_field = chosen.iter().flatten().any(|(_, chosen)| chosen == index);
        dropped.binary_search(index).is_err() && (!is_field || kept_whole == Some(*index))
    };
    fields.meta = meta((0..members.len()).filter(is_meta).map(|index| &members[index]));
    Ok((article, fields))
}

/// What is wrong with a record without text, and the remedy.
fn no_text(members: &[Member], file: &Origin) -> String {
    const REMEDY: &str = "name another with --field text=COLUMN";
    match members.iter().find(|member| file.names.is_text(&member.key)) {
        None => format!("no text field; {REMEDY}"),
        Some(member) => {
            let what = match member.value.as_bytes().first() {
                Some(b'"') => "empty",
                Some(b'n') => "null",
                Some(b'[') => "a list",
                Some(b'{') => "an object",
                Some(b't' | b'f') => "true or false",
                _ => "a number",
            };
            let name = member.key.escape_debug();
            format!("the text field `{name}` is {what}; {REMEDY}")
        }
    }
}

fn is_nested(value: &str) -> bool {
    value.starts_with(['[', '{'])
}

/// Null, a string of white space, an empty list.
fn is_blank(value: &str) -> bool {
    match value.as_bytes() {
        [b'n', ..] => true,
        // Nearly every string is told by its first letter.
        [b'"', b'!'..=b'[' | b']'..=b'~', _, ..] => false,
        [b'"', ..] => string(value).is_some_and(|text| text.trim().is_empty()),
        [b'[', rest @ ..] => rest.trim_ascii_start() == b"]",
        _ => false,
    }
}

/// Whether a value that is not blank has a shape that `field` takes.
fn is_usable(field: FieldName, value: &str) -> bool {
    let is_string = value.starts_with('"');
    match field {
        FieldName::Text => is_string,
        FieldName::Byline => is_string || byline(value).is_some(),
        _ => is_string || value.starts_with(|c: char| c == '-' || c.is_ascii_digit()),
    }
}

/// The text of a JSON string; `None` for other values.
fn string(value: &str) -> Option<String> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    unescape(inner)
}

/// The text behind the escapes of a string that a parser has passed. Runs without escapes, most of
/// a text, are copied whole, which a parser that also checks them cannot do.
fn unescape(inner: &str) -> Option<String> {
    widest(Unescaping(inner))
}

/// Copying a text and what its escapes stand for.
struct Unescaping<'t>(&'t str);

impl Loop for Unescaping<'_> {
    type Output = Option<String>;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Option<String> {
        let inner = self.0;
        let mut text = String::with_capacity(inner.len());
        let mut start = 0;
        let mut room = [0; BITS];
        for (index, row) in inner.as_bytes().chunks(BITS).enumerate() {
            let row = machine.bytes(filled(row, &mut room));
            let mut marks = machine.equal(row, b'\\');
            while marks != 0 {
                let at = index * BITS + marks.trailing_zeros() as usize;
                marks &= marks - 1;
                // The second of two is what the first one escapes.
                if at < start {
                    continue;
                }
                if start < at {
                    text.push_str(inner.get(start..at)?);
                }
                let (c, len) = escaped(inner.as_bytes().get(at + 1..)?)?;
                text.push(c);
                start = at + 1 + len;
            }
        }
        text.push_str(inner.get(start..)?);
        Some(text)
    }
}

/// The character that is escaped by what follows a backslash, and how many bytes of that are the escape, or two
/// that are a pair; `None` for half a pair too.
#[inline(always)]
fn escaped(rest: &[u8]) -> Option<(char, usize)> {
    match ESCAPED[usize::from(*rest.first()?)] {
        0 => escaped_unit(rest),
        byte => Some((char::from(byte), 1)),
    }
}

/// The same for one that is written as a number.
fn escaped_unit(rest: &[u8]) -> Option<(char, usize)> {
    let digits = rest.strip_prefix(b"u")?;
    match unit(digits)? {
        high @ 0xd800..=0xdbff => {
            let low = unit_after(digits.get(4..)?)?;
            Some((char::decode_utf16([high, low]).next()?.ok()?, 11))
        }
        unit => Some((char::from_u32(u32::from(unit))?, 5)),
    }
}

/// The four hexadecimal digits at the start.
fn unit(digits: &[u8]) -> Option<u16> {
    digits.first_chunk::<4>()?.iter().try_fold(0, |unit, &digit| {
        let value = char::from(digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

/// The escaped unit at the start.
fn unit_after(rest: &[u8]) -> Option<u16> {
    unit(rest.strip_prefix(b"\\u")?)
}

/// The names in a byline and whether they are all it says: a string, an object with a `name`, or a
/// list of such. `None` for other shapes.
fn byline(value: &str) -> Option<(String, bool)> {
    if value.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return Some((value.to_owned(), true));
    }
    let (mut names, mut is_all) = (Vec::new(), true);
    let items: Vec<&RawValue> =
        if value.starts_with('[') { serde_json::from_str(value).ok()? } else { Vec::new() };
    let items = items.into_iter().map(RawValue::get);
    let alone = (!value.starts_with('[')).then_some(value);
    for item in items.chain(alone) {
        if is_blank(item) {
            continue;
        }
        if let Some(name) = string(item) {
            names.push(name);
            continue;
        }
        let parts =
            if item.starts_with('{') { members(item, |_| false).ok()? } else { return None };
        let name = parts.iter().rfind(|part| part.key == "name" && !is_blank(part.value))?;
        names.push(string(name.value)?);
        is_all &= parts.len() == 1;
    }
    (!names.is_empty()).then(|| (names.join(", "), is_all))
}

/// The members as one JSON object on one line, `None` when there are none.
fn meta<'m>(members: impl Iterator<Item = &'m Member<'m>>) -> Option<String> {
    let mut meta = String::new();
    for member in members {
        meta.push(if meta.is_empty() { '{' } else { ',' });
        meta.push_str(member.raw_key);
        meta.push(':');
        // A raw newline cannot stand in a string, so every one is between tokens.
        if memchr::memchr2(b'\n', b'\r', member.value.as_bytes()).is_none() {
            meta.push_str(member.value);
        } else {
            meta.extend(member.value.split(['\n', '\r']));
        }
    }
    (!meta.is_empty()).then(|| meta + "}")
}

/// Whether arrays and objects stand deeper inside each other than `limit`. Reads on over what is
/// not JSON: it also explains why a parser gave up.
fn is_deeper_than(limit: usize, raw: &str) -> bool {
    let bytes = raw.as_bytes();
    if raw.len() <= limit || memchr::memchr2_iter(b'[', b'{', bytes).nth(limit).is_none() {
        return false;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => at = end_of_string(bytes, at + 1),
            _ => {}
        }
        at += 1;
    }
    false
}

/// Where the quote stands that ends the string whose text starts at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// Puts `\ufffd` for every escape of a surrogate that has no partner, which is as long. Returns
/// whether there was one.
pub(super) fn repair_surrogates(bytes: &mut [u8]) -> bool {
    let mut repaired = false;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += found;
        match surrogate(bytes, at) {
            Some(0xd800..=0xdbff) if matches!(surrogate(bytes, at + 6), Some(0xdc00..)) => at += 12,
            Some(_) => {
                bytes[at + 2..at + 6].copy_from_slice(b"fffd");
                repaired = true;
                at += 6;
            }
            None => at += 2,
        }
    }
    repaired
}

/// The surrogate that is escaped at `at`.
fn surrogate(bytes: &[u8], at: usize) -> Option<u16> {
    unit_after(bytes.get(at..at + 6)?).filter(|unit| (0xd800..=0xdfff).contains(unit))
}

/// Whether an escape of a surrogate may be in `bytes`: a quick look.
pub(super) fn may_have_surrogates(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"\\u")
        .any(|at| matches!(bytes.get(at + 2), Some(b'd' | b'D')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_unescaped_as_a_parser_does() {
        for inner in [
            "",
            "plain é",
            r#"\"\\\/\b\f\n\r\t"#,
            r"a\u0041\u00e9\uFFFF\u0000b",
            r"\ud83d\ude00 \uD83D\uDE00x",
            r"\\ud800",
        ] {
            let parsed: String = serde_json::from_str(&format!("\"{inner}\"")).unwrap_or_default();
            assert_eq!(unescape(inner).as_deref(), Some(&*parsed), "{inner}");
            // Across the ends of rows.
            for before in 0..BITS {
                let (plain, inner) = ("x".repeat(before), inner.repeat(9));
                let expected = plain.clone() + &parsed.repeat(9);
                assert_eq!(unescape(&(plain + &inner)), Some(expected), "{before} {inner}");
            }
        }
        for inner in [r"\", r"\u12", r"\u12g4", r"\ud800", r"\ud800\u0041", r"\udc00", r"\x"] {
            assert_eq!(unescape(inner), None, "{inner}");
        }
    }

    #[test]
    fn plain_members_are_those_of_the_parser() {
        let shown = |members: Vec<Member>| -> Vec<String> {
            let shown = |m: &Member| {
                let text = m.clone().take_text();
                format!("{} {} {} {text:?}", m.key, m.raw_key, m.value)
            };
            members.iter().map(shown).collect()
        };
        let text = r#"He said \"go\" \\\\ \u00e9\u00E9\/ and\n"#.repeat(9);
        let values = ["\"\"", "1.5e3", "null", "[1, \"]\"]", "{\"a\": {}}", &format!("\"{text}\"")];
        let mut plain = 0;
        for (n, value) in values.into_iter().enumerate() {
            for (is_plain, [open, colon, comma, close]) in [
                (true, ["{", ":", ",", "}"]),
                (true, ["{ ", ": ", ", ", "}\r\n"]),
                (false, ["{  ", ":", ",", "}"]),
                (false, ["{", ":  ", ",", "}"]),
                (false, ["{", " :", ",", "}"]),
                (false, ["{", ":", ",", " }"]),
                (false, ["{", ":", ",", "} x"]),
                (false, ["{", ":", ",", "}\x0c"]),
                (false, ["{", ":", ",,", "}"]),
                (false, ["{", "", ",", "}"]),
            ] {
                let last = values[(n + 1) % values.len()];
                let all = format!("{open}\"key\"{colon}{value}{comma}\"k\"{colon}{last}{close}");
                // Every byte away, and one that belongs nowhere instead.
                for at in (0..all.len()).filter(|&at| all.is_char_boundary(at)) {
                    for other in ["", "\\", "\"", "\u{1}", "x", "é"] {
                        let raw = format!("{}{other}{}", &all[..at], &all[at + 1..]);
                        if let Some(found) = plain_members(&raw, |key| key == "k") {
                            let expected = any_members(&raw).map(shown).ok();
                            assert_eq!(Some(shown(found)), expected, "{raw}");
                            plain += 1;
                        }
                    }
                }
                assert_eq!(plain_members(&all, |_| true).is_some(), is_plain, "{all}");
            }
        }
        assert!(plain > 3_000, "{plain}");
        for raw in ["", "{", "{}", "[]", "{\"a\":1", "{\"a\":\"b", "{\"a\\u0062\":1}", "{\"a\":01}"]
        {
            assert!(plain_members(raw, |_| true).is_none(), "{raw}");
        }
    }

    #[test]
    fn plain_members_need_no_repair() {
        let parts = [r"\ud83d", r"\ude00", r"\uD83D\uDE00", r"\\", r"\u0041", "ud83d", "x"];
        for (a, b) in parts.iter().flat_map(|a| parts.map(|b| (a, b))) {
            for c in parts {
                let raw = format!("{{\"k\":\"{a}{b}{c}\"}}");
                let is_repaired = repair_surrogates(&mut raw.clone().into_bytes());
                assert_eq!(plain_members(&raw, |_| true).is_none(), is_repaired, "{raw}");
            }
        }
    }

    #[test]
    fn lone_surrogates_are_replaced_in_place() {
        let check = |from: &str, to: &str| {
            let mut bytes = from.as_bytes().to_vec();
            assert_eq!(repair_surrogates(&mut bytes), from != to, "{from}");
            assert_eq!(bytes, to.as_bytes());
        };
        check(r"\ud83d\ude00", r"\ud83d\ude00");
        check(r"\ude00\ud83d", r"\ufffd\ufffd");
        check(r"\ud83d\ud83d\ude00\uD83D", r"\ufffd\ud83d\ude00\ufffd");
        check(r"\\ud83d \\\ud83d", r"\\ud83d \\\ufffd");
        check(r"\ud83", r"\ud83");
        check(r"\ud83z \u0041 \", r"\ud83z \u0041 \");
    }

    #[test]
    fn depth_counts_brackets_outside_of_strings() {
        assert!(!is_deeper_than(2, r#"[["[[[[\"[[[["]]"#));
        assert!(is_deeper_than(2, r#"[["[",[1]]]"#));
        assert!(!is_deeper_than(2, "[[]] [[]] ]]] [["));
        assert!(!is_deeper_than(0, "\"[\\"));
    }
}
