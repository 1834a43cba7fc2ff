//! Writes JSON objects as `serde_json` does, but looks at whole rows of a text's bytes at once: texts
//! are most of what is written.

use std::ops::Range;

use serde::ser::Serialize;

use super::append::{self, Instead};
use crate::vector::{self, BITS, Loop, Machine, widest};

/// Bytes that the longest key takes with its marks.
const MEMBER_BYTES: usize = 16;

/// An object being written.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Object<'o> {
    pub(super) fn open(out: &'o mut Vec<u8>) -> Object<'o> {
        Object { out, is_empty: true }
    }

    /// Opens an object that starts as the one in `out` does at `head`, with a member at least.
    pub(super) fn open_like(head: Range<usize>, out: &'o mut Vec<u8>) -> Object<'o> {
        out.extend_from_within(head);
        Object { out, is_empty: false }
    }

    /// Where what was written ends.
    pub(super) fn end(&self) -> usize {
        self.out.len()
    }

    pub(super) fn close(self) {
        self.out.extend_from_slice(if self.is_empty { b"{}" } else { b"}" });
    }

    /// Writes a key, which needs no escapes, and gives what its value goes to. Inlined, so that the bytes of every
    /// key are known where they are copied.
    #[inline(always)]
    pub(super) fn value<const N: usize>(&mut self, key: &[u8; N]) -> &mut Vec<u8> {
        const { assert!(N + 4 <= MEMBER_BYTES, "a key that is too long") };
        let mut member = [0; MEMBER_BYTES];
        member[0] = if std::mem::take(&mut self.is_empty) { b'{' } else { b',' };
        member[1] = b'"';
        if let Some((room, [quote, colon, ..])) = member[2..].split_first_chunk_mut() {
            *room = *key;
            (*quote, *colon) = (b'"', b':');
        }
        append::some(&member, N + 4, self.out);
        self.out
    }

    /// Writes several members, a text or null each, which is faster than one after the other.
    pub(super) fn texts<const N: usize>(
        &mut self,
        members: &[Member; N],
        texts: [Option<&str>; N],
    ) {
        let start = self.out.len();
        widest(Appending { members, texts: &texts, out: self.out });
        if N > 0 && std::mem::take(&mut self.is_empty) {
            self.out[start] = b'{';
        }
    }

    #[inline(always)]
    pub(super) fn text<const N: usize>(&mut self, key: &[u8; N], text: &str) {
        string(text, self.value(key));
    }

    /// A text without anything that needs an escape.
    #[inline(always)]
    pub(super) fn plain<const N: usize>(&mut self, key: &[u8; N], text: &str) {
        let out = self.value(key);
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }

    #[inline(always)]
    pub(super) fn optional<const N: usize>(&mut self, key: &[u8; N], text: Option<&str>) {
        let out = self.value(key);
        match text {
            Some(text) => string(text, out),
            None => out.extend_from_slice(b"null"),
        }
    }

    #[inline(always)]
    pub(super) fn number<const N: usize>(&mut self, key: &[u8; N], number: u64) {
        append::number(number, self.value(key));
    }

    #[inline(always)]
    pub(super) fn truth<const N: usize>(&mut self, key: &[u8; N], truth: bool) {
        let (word, len) = if truth { (b"true ", 4) } else { (b"false", 5) };
        append::some(word, len, self.value(key));
    }
}

/// What stands before a text in an object: the mark before its key, the key and the marks behind it; and how many bytes
/// of it there are.
pub(super) type Member = ([u8; MEMBER_BYTES], usize);

/// The member with this key, which needs no escapes.
pub(super) const fn member(key: &str) -> Member {
    let key = key.as_bytes();
    assert!(key.len() + 4 <= MEMBER_BYTES, "a key that is too long");
    let mut member = [0; MEMBER_BYTES];
    (member[0], member[1]) = (b',', b'"');
    let mut at = 0;
    while at < key.len() {
        member[2 + at] = key[at];
        at += 1;
    }
    (member[2 + at], member[3 + at]) = (b'"', b':');
    (member, key.len() + 4)
}

/// Appending members with texts.
struct Appending<'m, 't, 'o> {
    members: &'m [Member],
    texts: &'m [Option<&'t str>],
    out: &'o mut Vec<u8>,
}

impl Loop for Appending<'_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, machine: impl Machine) {
        let Appending { members, texts, out } = self;
        for ((member, len), text) in members.iter().zip(texts) {
            append::some(member, *len, out);
            match text {
                Some(text) => escaped(machine, text, out),
                None => out.extend_from_slice(b"null"),
            }
        }
    }
}

/// Appends a list of what `each` writes of every item.
pub(super) fn list<T>(out: &mut Vec<u8>, items: &[T], mut each: impl FnMut(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(item, out);
    }
    out.push(b']');
}

/// Appends `text` as a JSON string.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    widest(Appending { members: &[([0; MEMBER_BYTES], 0)], texts: &[Some(text)], out });
}

/// Appends a text with escapes, between quotes. Called once: what is called twice may not be inlined, nor the questions
/// of the machine then.
#[inline(always)]
fn escaped(machine: impl Machine, text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + text.len() / 32 + BITS + 2);
    let odd = |row| machine.one_of(row, [b'"', b'\\']) | machine.within(row, 0..=0x1F);
    // Of line ends most stand in pairs, between paragraphs.
    let instead = |byte: u8, next: u8| {
        // Asked at once, for the answer cannot be foretold.
        let is_pair = [byte, next] == *b"\n\n";
        (ESCAPES[usize::from(byte) + usize::from(is_pair) * PAIR], is_pair)
    };
    out.push(b'"');
    append::rewritten(machine, text.as_bytes(), odd, instead, out);
    out.push(b'"');
}

/// How many places behind that of one line end of [`ESCAPES`] two of them stand.
const PAIR: usize = 256 - b'\n' as usize;

/// How each byte that needs one is escaped. Looked up, for which one comes next cannot be foretold.
static ESCAPES: [Instead; 257] = {
    let mut escapes = [([0; 7], 0); 257];
    let mut byte: u8 = 0;
    while byte < 0x20 {
        let digit = byte & 15;
        let digit = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
        escapes[byte as usize] = ([b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), digit, 0], 6);
        byte += 1;
    }
    let letters = [b"\"\"", b"\\\\", b"\nn", b"\rr", b"\tt", b"\x08b", b"\x0Cf"];
    let mut index = 0;
    while index < letters.len() {
        let [byte, letter] = *letters[index];
        escapes[byte as usize] = ([b'\\', letter, 0, 0, 0, 0, 0], 2);
        index += 1;
    }
    escapes[PAIR + b'\n' as usize] = (*b"\\n\\n\0\0\0", 4);
    escapes
};

/// Appends what `serde_json` makes of `value`.
pub(super) fn serialized(value: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("rows of texts and numbers fit into JSON");
}

/// Appends a list of digests in hex.
pub(super) fn digests(digests: &[[u8; 32]], out: &mut Vec<u8>) {
    widest(Digests { digests, out });
}

/// Appending digests.
struct Digests<'d, 'o> {
    digests: &'d [[u8; 32]],
    out: &'o mut Vec<u8>,
}

impl Loop for Digests<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: impl Machine) {
        let Digests { digests, out } = self;
        let start = out.len();
        for digest in digests {
            let mut item = [b'"'; 67];
            item[0] = b',';
            item[2..66].copy_from_slice(vector::hex(digest).as_flattened());
            out.extend_from_slice(&item);
        }
        match out.get_mut(start) {
            Some(comma) => *comma = b'[',
            None => out.push(b'['),
        }
        out.push(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_a_list_in_hex() {
        for count in 0..3 {
            let digests: Vec<[u8; 32]> = (0..count)
                .map(|n| {
                    std::array::from_fn(|place| u8::try_from(place * 7 + n).unwrap_or_default())
                })
                .collect();
            let hex = |digest: &[u8; 32]| crate::fingerprint::Digest(*digest).to_string();
            let expected: Vec<String> = digests.iter().map(hex).collect();
            let mut out = b"before".to_vec();
            super::digests(&digests, &mut out);
            let expected =
                format!("before{}", serde_json::to_string(&expected).unwrap_or_default());
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }

    #[test]
    fn strings_are_those_of_serde_json() {
        let all: String = ('\0'..='\u{2FF}').collect();
        let long = "plain text, then \"quotes\" and \\ and\nlines\n\n\n".repeat(9);
        let texts = (0..all.len())
            .filter_map(|at| all.get(at..))
            .chain((0..long.len()).map(|at| &long[at..]));
        for text in texts.chain(["", "\u{7f}\u{85}\u{2028}😀"]) {
            let mut out = Vec::new();
            string(text, &mut out);
            let expected = serde_json::to_string(text).unwrap_or_default();
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }
}
