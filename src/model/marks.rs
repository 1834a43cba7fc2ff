//! The signs inside a line: bars between its parts, quotation marks, those of program code, of accounts
//! and of addresses.

use crate::vector::{Loop, Machine, ROW, ROWS, sum, take_row, widest};

/// How many signs there are among the first bytes of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Bytes that were looked at.
    pub bytes: u32,
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

/// Bytes of a line that are looked at.
const BYTES_MAX: usize = 400;
const _: () = assert!(BYTES_MAX <= ROW * ROWS, "counts of single bytes do not overflow");

impl Marks {
    /// The signs of `line`.
    #[must_use]
    pub fn of(line: &str) -> Marks {
        let line = &line[..line.floor_char_boundary(BYTES_MAX)];
        let (mut marks, is_ascii) = widest(Count(line.as_bytes()));
        if !is_ascii {
            for c in line.chars() {
                marks.bars += u32::from(matches!(c, '›' | '»' | '·' | '•' | '→'));
                marks.quotes += u32::from(matches!(c, '“' | '”' | '„' | '«' | '「'));
            }
        }
        marks
    }
}

/// Counting the signs that are ASCII, and whether all is.
struct Count<'t>(&'t [u8]);

impl Loop for Count<'_> {
    type Output = (Marks, bool);

    #[inline(always)]
    fn run(self, _: impl Machine) -> (Marks, bool) {
        count(self.0)
    }
}

#[inline(always)]
#[expect(clippy::needless_bitwise_bool, reason = "without branches, rows are looked at at once")]
fn count(bytes: &[u8]) -> (Marks, bool) {
    let mut counts = [[0_u8; ROW]; 4];
    let (mut address, mut high) = ([false; ROW], [0_u8; ROW]);
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut last = [0; ROW + 3];
        let row = take_row(&mut rest, &mut last);
        for i in 0..ROW {
            let byte = row[i];
            let is = |sign: u8| byte == sign;
            let starts = |word: &[u8; 4]| {
                is(word[0])
                    & (row[i + 1] == word[1])
                    & (row[i + 2] == word[2])
                    & (row[i + 3] == word[3])
            };
            counts[0][i] += u8::from(is(b'|') | is(b'>') | is(b'/'));
            counts[1][i] +=
                u8::from(is(b'{') | is(b'}') | is(b';') | is(b'=') | is(b'<') | is(b'_'));
            counts[2][i] += u8::from(is(b'@') | is(b'#'));
            counts[3][i] += u8::from(is(b'"'));
            address[i] |= starts(b"http") | starts(b"www.") | starts(b".com");
            high[i] |= byte;
        }
    }
    let [bars, code, names, quotes] =
        counts.map(|counts| u32::try_from(sum(&counts)).unwrap_or(u32::MAX));
    let address = address.contains(&true);
    let bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    (Marks { bytes, bars, code, names, quotes, address }, high.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, a character at a time.
    fn plainly(line: &str) -> Marks {
        let line = &line[..line.floor_char_boundary(BYTES_MAX)];
        let count = |signs: &str| {
            u32::try_from(line.chars().filter(|&c| signs.contains(c)).count()).unwrap_or(0)
        };
        Marks {
            bytes: u32::try_from(line.len()).unwrap_or(0),
            bars: count("|›»>·•/→"),
            code: count("{};=<_"),
            names: count("@#"),
            quotes: count("\"“”„«「"),
            address: ["http", "www.", ".com"].iter().any(|part| line.contains(part)),
        }
    }

    #[test]
    fn signs_are_counted_wherever_they_stand() {
        let signs = "|›»>·•/→{};=<_@#\"“”„«「 http httq www. ww.com .co";
        assert_eq!(Marks::of(signs), plainly(signs));
        for word in ["http", "www.", ".com", ".con", "“", "|", "é", "htt", "@x"] {
            for before in (0..80).chain(390..405) {
                let line = "a".repeat(before) + word;
                assert_eq!(Marks::of(&line), plainly(&line), "{line}");
                let line = line + &";".repeat(40);
                assert_eq!(Marks::of(&line), plainly(&line), "{line}");
            }
        }
        let long = "=".repeat(1000);
        assert_eq!(Marks::of(&long), plainly(&long));
    }
}
