//! The first bytes of a line, looked at once: which signs stand there, and where its words end.

use super::words::Folded;
use crate::vector::{BITS, Loop, Machine, widest};

/// What is found in the head of a line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head {
    /// How many bytes it has.
    pub bytes: usize,
    /// Whether all of the line is ASCII and in the head.
    pub is_all: bool,
    /// Bars, arrows, bullets.
    pub bars: u32,
    /// Signs of program code.
    pub code: u32,
    /// Signs before the name of an account or a topic.
    pub names: u32,
    /// Quotation marks.
    pub quotes: u32,
    /// Whether there is a part of an address: `http`, `www.` or `.com`.
    pub address: bool,
    /// A bit for each byte that is no letter or digit of ASCII, be it the one behind the last.
    breaks: [u64; ROWS_MAX],
}

/// A word of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub folded: Folded,
    /// What it ends with but for what closes a quotation or brackets: a letter, or some sign.
    pub last: char,
}

/// Bytes of a line that are looked at. Few lines have more.
const BYTES_MAX: usize = 400;
/// Rows of these and of one byte behind them.
const ROWS_MAX: usize = BYTES_MAX / BITS + 1;
/// Bytes behind a row that are looked at with it.
const BEHIND: usize = 3;

impl Head {
    /// The head of `line`.
    #[must_use]
    pub fn of(line: &str) -> Head {
        let head = &line[..line.floor_char_boundary(BYTES_MAX)];
        let (mut found, is_ascii) = widest(Look(head.as_bytes()));
        found.is_all = is_ascii && head.len() == line.len();
        if !is_ascii {
            for c in head.chars() {
                found.bars += u32::from(matches!(c, '›' | '»' | '·' | '•' | '→'));
                found.quotes += u32::from(matches!(c, '“' | '”' | '„' | '«' | '「'));
            }
        }
        found
    }

    /// Appends to `words` those among the first `most` pieces between white space of `line`, whose head this
    /// is.
    pub fn words(&self, line: &str, most: usize, words: &mut Vec<Word>) {
        if self.is_all {
            self.words_here(line.as_bytes(), most, words);
            return;
        }
        for piece in line.split_whitespace().take(most) {
            let folded = Folded::of(piece);
            if folded.letters > 0 {
                let last = piece.trim_end_matches(['"', '\'', '”', '’', '»', ')']);
                let last = last.chars().next_back().unwrap_or_default();
                words.push(Word { folded, last });
            }
        }
    }

    /// The same for a line that is all here.
    fn words_here(&self, line: &[u8], most: usize, words: &mut Vec<Word>) {
        const START: Word = Word { folded: Folded::NONE, last: ' ' };
        let (mut word, mut is_any) = (START, false);
        let (mut start, mut pieces) = (0, 0);
        for (row, &breaks) in self.breaks.iter().enumerate().take(self.bytes / BITS + 1) {
            let mut left = breaks;
            while left != 0 {
                let end = row * BITS + left.trailing_zeros() as usize;
                left &= left - 1;
                if end > start {
                    word.folded.add_ascii(line, start..end);
                    (word.last, is_any) = ('a', true);
                }
                start = end + 1;
                match line.get(end) {
                    None | Some(b'\t'..=b'\r' | b' ') => {
                        if word.folded.letters > 0 {
                            words.push(word);
                        }
                        pieces += usize::from(is_any);
                        if pieces == most {
                            return;
                        }
                        (word, is_any) = (START, false);
                    }
                    Some(b'"' | b'\'' | b')') => is_any = true,
                    Some(&sign) => (word.last, is_any) = (char::from(sign), true),
                }
            }
        }
    }
}

/// Looking at a head.
struct Look<'h>(&'h [u8]);

impl Loop for Look<'_> {
    /// What is found but for signs beyond ASCII, and whether all is ASCII.
    type Output = (Head, bool);

    #[inline(always)]
    fn run(self, machine: impl Machine) -> (Head, bool) {
        let bytes = self.0.len();
        // Rows with enough behind them, and the rest of the head with blanks behind it.
        let (rows, rest) = self.0.split_at(bytes.saturating_sub(BEHIND) / BITS * BITS);
        let mut last = [b' '; 2 * BITS + BEHIND];
        last[..rest.len()].copy_from_slice(rest);
        let mut found = Head { bytes, ..Head::default() };
        let mut is_ascii = true;
        for (n, breaks) in found.breaks.iter_mut().enumerate().take(bytes / BITS + 1) {
            let start = n * BITS;
            let from = if start < rows.len() {
                self.0[start..].first_chunk()
            } else {
                last[start - rows.len()..].first_chunk()
            };
            let Some(row) = from else { break };
            let [row, second, third, fourth] = at_each_place(machine, row);
            let is = |byte| machine.equal(row, byte);
            found.bars += (is(b'|') | is(b'>') | is(b'/')).count_ones();
            let brackets = is(b'{') | is(b'}') | is(b'<');
            found.code += (brackets | is(b';') | is(b'=') | is(b'_')).count_ones();
            found.names += (is(b'@') | is(b'#')).count_ones();
            found.quotes += is(b'"').count_ones();
            let are = |word: &[u8; BEHIND + 1]| {
                is(word[0])
                    & machine.equal(second, word[1])
                    & machine.equal(third, word[2])
                    & machine.equal(fourth, word[3])
            };
            found.address |= are(b"http") | are(b"www.") | are(b".com") != 0;
            is_ascii &= machine.within(row, 0x80..=0xFF) == 0;
            *breaks = !(machine.letters(row) | machine.digits(row));
        }
        // Of the blanks behind the last byte one is enough.
        found.breaks[bytes / BITS] &= u64::MAX >> (BITS - 1 - bytes % BITS);
        (found, is_ascii)
    }
}

/// The bytes of a row, and at each place those one, two and three places behind them.
#[inline(always)]
fn at_each_place<M: Machine>(machine: M, row: &[u8; BITS + BEHIND]) -> [M::Bytes; BEHIND + 1] {
    let from = |by: usize| {
        let bytes = row[by..].first_chunk();
        machine.bytes(bytes.expect("a row has so many bytes behind it"))
    };
    [from(0), from(1), from(2), from(3)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str) {
        let head = Head::of(line);
        let cut = &line[..line.floor_char_boundary(BYTES_MAX)];
        let count = |signs: &str| cut.chars().filter(|&c| signs.contains(c)).count();
        let counted = [head.bars, head.code, head.names, head.quotes].map(|count| count as usize);
        let expected = ["|›»>·•/→", "{};=<_", "@#", "\"“”„«「"].map(count);
        assert_eq!(counted, expected, "{line}");
        let address = ["http", "www.", ".com"].iter().any(|part| cut.contains(part));
        assert_eq!((head.bytes, head.address), (cut.len(), address), "{line}");
        assert_eq!(head.is_all, line.is_ascii() && line.len() <= BYTES_MAX, "{line}");
        for most in [3, 32] {
            let (mut words, mut plainly) = (Vec::new(), Vec::new());
            head.words(line, most, &mut words);
            Head { is_all: false, ..head }.words(line, most, &mut plainly);
            for word in words.iter_mut().chain(&mut plainly) {
                word.last = if word.last.is_alphanumeric() { 'a' } else { word.last };
            }
            assert_eq!(words, plainly, "{line}");
        }
    }

    #[test]
    fn signs_and_words_are_found_wherever_they_stand() {
        check("|›»>·•/→{};=<_@#\"“”„«「 http httq www. ww.com .co");
        check("Say: \"He's 3rd,\" (or 4th?) .. -- x.  A\tb\r\n\x0b\x0c \x7f\0' O'Neill(\") ");
        check("");
        check(" ");
        for word in ["http", "www.", ".com", ".con", "“", "|", "é", "htt", "@x", " ", ") B!", "'"]
        {
            for before in (0..80).chain(360..405) {
                let line = "aB3".repeat(before / 3) + &"A"[..before % 3 / 2] + word;
                check(&line);
                check(&(line + &";".repeat(40)));
                check(&("no ".repeat(before / 4) + word + "q."));
            }
        }
        check(&"=".repeat(1000));
        check(&"i ".repeat(200));
    }
}
