//! Writes JSON objects as `serde_json` does, but looks at whole rows of a text's bytes at once: texts
//! are most of what is written.

use std::ops::Range;

use crate::vector::{self, BITS, Loop, Machine, filled, widest};

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

    /// Writes a key, which needs no escapes, and gives what its value goes to. Inlined, so that the length of
    /// every key is known where it is copied.
    #[inline(always)]
    pub(super) fn value(&mut self, key: &str) -> &mut Vec<u8> {
        let before: &[u8; 2] = if std::mem::take(&mut self.is_empty) { b"{\"" } else { b",\"" };
        self.out.extend_from_slice(before);
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    #[inline(always)]
    pub(super) fn text(&mut self, key: &str, text: &str) {
        string(text, self.value(key));
    }

    /// A text without anything that needs an escape.
    #[inline(always)]
    pub(super) fn plain(&mut self, key: &str, text: &str) {
        let out = self.value(key);
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }

    #[inline(always)]
    pub(super) fn optional(&mut self, key: &str, text: Option<&str>) {
        let out = self.value(key);
        match text {
            Some(text) => string(text, out),
            None => out.extend_from_slice(b"null"),
        }
    }

    #[inline(always)]
    pub(super) fn number(&mut self, key: &str, number: u64) {
        let out = self.value(key);
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    #[inline(always)]
    pub(super) fn truth(&mut self, key: &str, truth: bool) {
        self.value(key).extend_from_slice(if truth { b"true" } else { b"false" });
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
    out.reserve(text.len() + text.len() / 32 + 2);
    out.push(b'"');
    widest(Escaping { text: text.as_bytes(), out });
    out.push(b'"');
}

/// Appending a text with escapes.
struct Escaping<'t, 'o> {
    text: &'t [u8],
    out: &'o mut Vec<u8>,
}

impl Loop for Escaping<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, machine: impl Machine) {
        let Escaping { text, out } = self;
        let mut start = 0;
        let mut room = [b' '; BITS];
        for (index, row) in text.chunks(BITS).enumerate() {
            let row = machine.bytes(filled(row, &mut room));
            let marks = machine.one_of(row, [b'"', b'\\']);
            let mut odd = machine.within(row, 0..=0x1F) | marks;
            while odd != 0 {
                let at = index * BITS + odd.trailing_zeros() as usize;
                odd &= odd - 1;
                if start < at {
                    out.extend_from_slice(&text[start..at]);
                }
                escape(text[at], out);
                start = at + 1;
            }
        }
        out.extend_from_slice(&text[start..]);
    }
}

#[inline(always)]
fn escape(byte: u8, out: &mut Vec<u8>) {
    match ESCAPES[usize::from(byte)] {
        0 => {
            out.extend_from_slice(b"\\u00");
            hex(&[byte], out);
        }
        letter => out.extend_from_slice(&[b'\\', letter]),
    }
}

/// The letter of each escape; 0 where the byte is written as a number. Looked up, for which one comes next
/// cannot be foretold.
const ESCAPES: [u8; 256] = {
    let mut letters = [0; 256];
    letters[b'"' as usize] = b'"';
    letters[b'\\' as usize] = b'\\';
    letters[b'\n' as usize] = b'n';
    letters[b'\r' as usize] = b'r';
    letters[b'\t' as usize] = b't';
    letters[0x08] = b'b';
    letters[0x0C] = b'f';
    letters
};

/// Appends `bytes` in hex.
pub(super) fn hex<const N: usize>(bytes: &[u8; N], out: &mut Vec<u8>) {
    out.extend_from_slice(vector::hex(bytes).as_flattened());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_those_of_serde_json() {
        let all: String = ('\0'..='\u{2FF}').collect();
        let long = "plain text, then \"quotes\" and \\ and\nlines ".repeat(9);
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
