//! The first bytes of a line, looked at once: which signs stand there, and where its words end.

use super::words::Folded;
use crate::vector::{Loop, Machine, ROW, ROWS, sum, widest};

/// The head of a line.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Its bytes, and blanks behind them.
    room: [u8; ROWS_MAX * ROW + BEHIND],
    /// How many bytes there are.
    pub bytes: usize,
    /// Whether all of the line is ASCII and in the head.
    pub is_all: bool,
    /// A bit for each byte that is no letter or digit of ASCII, be it the blank behind the last.
    breaks: [u32; ROWS_MAX],
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
}

/// Bytes of a line that are looked at: on most pages nine lines in ten have less.
const BYTES_MAX: usize = 400;
/// Rows of these and of the blank behind them.
const ROWS_MAX: usize = BYTES_MAX / ROW + 1;
const _: () = assert!(ROWS_MAX <= ROWS, "counts of single bytes do not overflow");
/// Bytes behind a row that are looked at with it.
const BEHIND: usize = 3;

impl Head {
    /// The head of `line`.
    #[must_use]
    pub fn of(line: &str) -> Head {
        let all = line.len();
        let line = &line[..line.floor_char_boundary(BYTES_MAX)];
        let mut room = [b' '; ROWS_MAX * ROW + BEHIND];
        room[..line.len()].copy_from_slice(line.as_bytes());
        let (mut head, is_ascii) = widest(Look { room, bytes: line.len() });
        head.is_all = is_ascii && line.len() == all;
        if !is_ascii {
            for c in line.chars() {
                head.bars += u32::from(matches!(c, '›' | '»' | '·' | '•' | '→'));
                head.quotes += u32::from(matches!(c, '“' | '”' | '„' | '«' | '「'));
            }
        }
        head
    }

    /// Tells the words of a line that is all here, of `most` pieces between white space at the most: each
    /// word, and its last character but for what closes a quotation or brackets.
    #[inline]
    pub fn words(&self, most: usize, mut tell: impl FnMut(Folded, char)) {
        let (mut word, mut last, mut is_any) = (Folded::NONE, ' ', false);
        let (mut start, mut pieces) = (0, 0);
        for (row, &breaks) in self.breaks.iter().enumerate().take(self.bytes / ROW + 1) {
            let mut left = breaks;
            while left != 0 {
                let end = row * ROW + left.trailing_zeros() as usize;
                left &= left - 1;
                if end > start {
                    word.add_ascii(&self.room, start..end);
                    (last, is_any) = ('a', true);
                }
                start = end + 1;
                match self.room[end] {
                    b'\t'..=b'\r' | b' ' => {
                        if word.letters > 0 {
                            tell(word, last);
                        }
                        pieces += usize::from(is_any);
                        if pieces == most {
                            return;
                        }
                        (word, last, is_any) = (Folded::NONE, ' ', false);
                    }
                    b'"' | b'\'' | b')' => is_any = true,
                    sign => (last, is_any) = (char::from(sign), true),
                }
            }
        }
    }
}

/// Looking at a head.
struct Look {
    room: [u8; ROWS_MAX * ROW + BEHIND],
    bytes: usize,
}

impl Loop for Look {
    /// What is found but for signs beyond ASCII, and whether all is ASCII.
    type Output = (Head, bool);

    #[inline(always)]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "without branches, rows are looked at at once"
    )]
    fn run(self, machine: impl Machine) -> (Head, bool) {
        let Look { room, bytes } = self;
        let mut breaks = [0; ROWS_MAX];
        let mut counts = [[0_u8; ROW]; 6];
        let [bars, code, names, quotes, addresses, high] = &mut counts;
        for (n, breaks) in breaks.iter_mut().enumerate().take(bytes / ROW + 1) {
            let Some(row) = room[n * ROW..].first_chunk() else { break };
            count(bars, row, |[byte, ..]| (byte == b'|') | (byte == b'>') | (byte == b'/'));
            count(code, row, |[byte, ..]| {
                (byte == b'{')
                    | (byte == b'}')
                    | (byte == b';')
                    | (byte == b'=')
                    | (byte == b'<')
                    | (byte == b'_')
            });
            count(names, row, |[byte, ..]| (byte == b'@') | (byte == b'#'));
            count(quotes, row, |[byte, ..]| byte == b'"');
            count(addresses, row, |four| {
                is(four, *b"http") | is(four, *b"www.") | is(four, *b".com")
            });
            count(high, row, |[byte, ..]| !byte.is_ascii());
            let mut letters = [0; ROW];
            count(&mut letters, row, |[byte, ..]| {
                ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10)
            });
            *breaks = !machine.bits(&letters.map(|letter| letter << 7));
        }
        // Of the blanks behind the last byte one is enough.
        let last = &mut breaks[bytes / ROW];
        *last &= u32::MAX >> (ROW - 1 - bytes % ROW);
        let [bars, code, names, quotes, addresses, high] =
            counts.map(|counts| u32::try_from(sum(&counts)).unwrap_or(u32::MAX));
        let (is_all, address) = (false, addresses > 0);
        let head = Head { room, bytes, is_all, breaks, bars, code, names, quotes, address };
        (head, high == 0)
    }
}

/// Counts the places of a row at which a byte and those behind it are what is asked for.
#[inline(always)]
fn count(counts: &mut [u8; ROW], row: &[u8; ROW + BEHIND], is: impl Fn([u8; BEHIND + 1]) -> bool) {
    for i in 0..ROW {
        counts[i] += u8::from(is([row[i], row[i + 1], row[i + 2], row[i + 3]]));
    }
}

#[inline(always)]
#[expect(clippy::needless_bitwise_bool, reason = "without branches, rows are looked at at once")]
fn is(four: [u8; 4], word: [u8; 4]) -> bool {
    (four[0] == word[0]) & (four[1] == word[1]) & (four[2] == word[2]) & (four[3] == word[3])
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
        if head.is_all {
            for most in [3, 32] {
                let mut words = Vec::new();
                head.words(most, |word, last| words.push((word, last.is_alphanumeric(), last)));
                let expected = line.split_whitespace().take(most).filter_map(|piece| {
                    let last = piece.trim_end_matches(['"', '\'', ')']).chars().next_back()?;
                    let last = if last.is_alphanumeric() { 'a' } else { last };
                    let word = Folded::of(piece);
                    (word.letters > 0).then_some((word, last == 'a', last))
                });
                assert_eq!(words, expected.collect::<Vec<_>>(), "{line}");
            }
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
