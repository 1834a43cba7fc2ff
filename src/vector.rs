//! Runs loops over bytes with the widest vectors that the machine has, found out at run time.
//!
//! The program is built for any machine of its kind, whose vectors have 16 bytes on x86-64. Nearly all
//! machines in use have wider ones, and a loop that counts bytes is about twice as fast there.
//!
//! What is asked of each byte of a text is answered in bits, 64 bytes at a time, in the words of the machine: left
//! to the compiler, answers went through memory before they became bits.

use std::ops::RangeInclusive;

/// Places of a row of numbers.
pub(crate) const ROW: usize = 32;

/// Bytes that are told apart together: each answer is one bit, that of the first byte lowest.
pub(crate) const BITS: usize = 64;

/// Whether `text` is ASCII. In one place: the code of it is long, and would stand wherever it is asked.
#[inline(never)]
pub(crate) fn is_ascii(text: &str) -> bool {
    text.is_ascii()
}

/// At most [`BITS`] bytes as a row, filled up with what `room` holds.
#[inline(always)]
pub(crate) fn filled<'r>(bytes: &'r [u8], room: &'r mut [u8; BITS]) -> &'r [u8; BITS] {
    if let Some(row) = bytes.first_chunk() {
        return row;
    }
    room[..bytes.len()].copy_from_slice(bytes);
    room
}

/// `row` of `text`, the last one filled up with what the second half of `room` holds: that of a long text is copied
/// with what stands before it. All copies have one length then; which steps a copy of any length takes no processor
/// foresees.
#[inline(always)]
pub(crate) fn row_of<'r>(
    text: &'r [u8],
    row: &'r [u8],
    room: &'r mut [u8; 2 * BITS],
) -> &'r [u8; BITS] {
    if let Some(row) = row.first_chunk() {
        return row;
    }
    let start =
        if let (Some(last), Some(first)) = (text.last_chunk(), room.first_chunk_mut::<BITS>()) {
            *first = *last;
            BITS - row.len()
        } else {
            room[..row.len()].copy_from_slice(row);
            0
        };
    room[start..].first_chunk().unwrap_or(&[0; BITS])
}

/// The bits `by` places, one or more, behind those of `row`, which follows `before`.
#[inline(always)]
pub(crate) fn behind(row: u64, before: u64, by: u32) -> u64 {
    row << by | before >> (u64::BITS - by)
}

/// Bytes that are [squeezed](Machine::squeeze) at a time.
pub(crate) const EIGHT: usize = 8;

/// `bytes` as digits of hex, in small letters. In a [`Loop`], with the vectors of the machine.
#[inline(always)]
pub(crate) fn hex<const N: usize>(bytes: &[u8; N]) -> [[u8; 2]; N] {
    // Reckoned, not looked up: a compiler makes vectors of it.
    let digit = |half: u8| half + if half < 10 { b'0' } else { b'a' - 10 };
    let mut digits = [[0; 2]; N];
    for (place, byte) in bytes.iter().enumerate() {
        digits[place] = [digit(byte >> 4), digit(byte & 15)];
    }
    digits
}

/// Numbers of a [`Table`].
pub(crate) const NUMBERS: usize = 64;

/// Numbers to be looked up, their lower bytes and then their higher ones: a machine looks up bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table([u8; 2 * NUMBERS]);

impl Table {
    /// The table of these numbers, and of zeros behind them.
    pub(crate) fn of(numbers: &[i16]) -> Table {
        let mut table = [0; 2 * NUMBERS];
        for (place, number) in numbers.iter().take(NUMBERS).enumerate() {
            [table[place], table[NUMBERS + place]] = number.to_le_bytes();
        }
        Table(table)
    }

    /// The number at this place, counted round.
    #[inline(always)]
    pub(crate) fn get(&self, place: u8) -> i16 {
        let place = usize::from(place) % NUMBERS;
        i16::from_le_bytes([self.0[place], self.0[NUMBERS + place]])
    }
}

/// What some machines do in few instructions and a compiler does not find by itself.
pub(crate) trait Machine: Copy {
    /// Bytes made ready.
    type Bytes: Copy;

    /// A table made ready.
    type Ready;

    /// Makes `bytes` ready.
    fn bytes(self, bytes: &[u8; BITS]) -> Self::Bytes;

    /// The bytes with these bits set: with 0x20 set, letters of ASCII are small.
    fn set(self, bytes: Self::Bytes, bits: u8) -> Self::Bytes;

    /// A bit for each byte: whether it is `byte`.
    fn equal(self, bytes: Self::Bytes, byte: u8) -> u64;

    /// A bit for each byte: whether it is one of `some`, of which there is one at least.
    fn one_of<const N: usize>(self, bytes: Self::Bytes, some: [u8; N]) -> u64;

    /// A bit for each byte: whether it is one of `range`, which must not be empty.
    fn within(self, bytes: Self::Bytes, range: RangeInclusive<u8>) -> u64;

    /// A bit for each byte: whether it is a letter of ASCII.
    #[inline(always)]
    fn letters(self, bytes: Self::Bytes) -> u64 {
        self.within(self.set(bytes, 0x20), b'a'..=b'z')
    }

    /// A bit for each byte: whether it is a digit of ASCII.
    #[inline(always)]
    fn digits(self, bytes: Self::Bytes) -> u64 {
        self.within(bytes, b'0'..=b'9')
    }

    /// Moves the bytes whose bit is set, the first byte's lowest, to the front; what is behind them may be anything.
    fn squeeze(self, bytes: [u8; EIGHT], bits: u8) -> [u8; EIGHT];

    /// Makes `table` ready.
    fn ready(self, table: &Table) -> Self::Ready;

    /// Adds to each sum the number of `table` at its place, which is below [`NUMBERS`]. No sum may overflow.
    fn add(self, table: &Self::Ready, places: &[u8; ROW], sums: &mut [i16; ROW]);
}

/// A loop over bytes. All of it must be inlined into [`run`](Loop::run), for only that is compiled
/// for each kind of machine.
pub(crate) trait Loop {
    /// What it finds.
    type Output;

    /// The loop; to be marked `inline(always)`.
    fn run(self, machine: impl Machine) -> Self::Output;
}

/// Runs `work` as it was compiled for this machine.
pub(crate) fn widest<L: Loop>(work: L) -> L::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(machine) = x86::V4::try_new() {
        return machine.vectorize(x86::On { work, machine });
    } else if let Some(machine) = x86::V3::try_new() {
        return machine.vectorize(x86::On { work, machine });
    }
    work.run(Any)
}

/// A machine of which nothing is known.
#[derive(Clone, Copy)]
struct Any;

impl Machine for Any {
    type Bytes = [u8; BITS];

    type Ready = Table;

    #[inline(always)]
    fn ready(self, table: &Table) -> Table {
        table.clone()
    }

    #[inline(always)]
    fn add(self, table: &Table, places: &[u8; ROW], sums: &mut [i16; ROW]) {
        for (sum, &place) in sums.iter_mut().zip(places) {
            *sum += table.get(place);
        }
    }

    #[inline(always)]
    fn bytes(self, bytes: &[u8; BITS]) -> [u8; BITS] {
        *bytes
    }

    #[inline(always)]
    fn set(self, bytes: [u8; BITS], bits: u8) -> [u8; BITS] {
        bytes.map(|byte| byte | bits)
    }

    #[inline(always)]
    fn equal(self, bytes: [u8; BITS], byte: u8) -> u64 {
        gathered(&bytes.map(|other| other == byte))
    }

    #[inline(always)]
    fn squeeze(self, bytes: [u8; EIGHT], bits: u8) -> [u8; EIGHT] {
        SQUEEZE[usize::from(bits)].map(|from| bytes[usize::from(from % 8)])
    }

    #[inline(always)]
    fn one_of<const N: usize>(self, bytes: [u8; BITS], some: [u8; N]) -> u64 {
        let mut found = 0;
        for byte in &some {
            found |= self.equal(bytes, *byte);
        }
        found
    }

    #[inline(always)]
    fn within(self, bytes: [u8; BITS], range: RangeInclusive<u8>) -> u64 {
        gathered(&bytes.map(|byte| range.contains(&byte)))
    }
}

/// For all bits of eight bytes where each byte is to come from when those with a bit are moved to the front.
static SQUEEZE: [[u8; EIGHT]; 256] = {
    let mut all = [[0; EIGHT]; 256];
    let mut bits = 0;
    while bits < 256 {
        let (mut len, mut from) = (0, 0);
        while from < 8 {
            if bits >> from & 1 != 0 {
                all[bits][len] = from;
                len += 1;
            }
            from += 1;
        }
        bits += 1;
    }
    all
};

/// A bit for each truth.
#[inline(always)]
fn gathered(truths: &[bool; BITS]) -> u64 {
    /// Moves the lowest bits of eight bytes into the highest byte, in order.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = truths.as_chunks::<8>();
    eights.iter().rev().fold(0, |bits, eight| {
        bits << 8 | u64::from_le_bytes(eight.map(u8::from)).wrapping_mul(GATHER) >> 56
    })
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{__m128i, __m256i, __m512i};
    use std::ops::RangeInclusive;

    use pulp::{NullaryFnOnce, cast};

    pub(crate) use pulp::x86::{V3, V4};

    use crate::vector::{BITS, EIGHT, Loop, Machine, NUMBERS, ROW, SQUEEZE, Table};

    /// A loop on a machine with vectors of 32 bytes, or of 64.
    pub(crate) struct On<L, M> {
        pub(crate) work: L,
        pub(crate) machine: M,
    }

    impl<L: Loop, M: Machine> NullaryFnOnce for On<L, M> {
        type Output = L::Output;

        #[inline(always)]
        fn call(self) -> L::Output {
            self.work.run(self.machine)
        }
    }

    impl Machine for V3 {
        type Bytes = [__m256i; 2];

        /// Sixteen bytes a vector, twice.
        type Ready = [__m256i; 8];

        #[inline(always)]
        fn ready(self, table: &Table) -> [__m256i; 8] {
            let (parts, _) = table.0.as_chunks::<16>();
            let twice = |part| self.avx2._mm256_broadcastsi128_si256(cast::<_, __m128i>(part));
            std::array::from_fn(|n| twice(parts[n]))
        }

        #[inline(always)]
        fn bytes(self, bytes: &[u8; BITS]) -> [__m256i; 2] {
            cast(*bytes)
        }

        #[inline(always)]
        fn set(self, [low, high]: [__m256i; 2], bits: u8) -> [__m256i; 2] {
            let bits = self.avx._mm256_set1_epi8(bits.cast_signed());
            [self.avx2._mm256_or_si256(low, bits), self.avx2._mm256_or_si256(high, bits)]
        }

        #[inline(always)]
        fn equal(self, [low, high]: [__m256i; 2], byte: u8) -> u64 {
            let byte = self.avx._mm256_set1_epi8(byte.cast_signed());
            let equal = |half| self.avx2._mm256_cmpeq_epi8(half, byte);
            highest(self, equal(low), equal(high))
        }

        #[inline(always)]
        fn one_of<const N: usize>(self, [low, high]: [__m256i; 2], some: [u8; N]) -> u64 {
            let V3 { avx, avx2, .. } = self;
            // The answers for each half become one vector before they become bits.
            let mut found = [avx._mm256_setzero_si256(); 2];
            for byte in &some {
                let byte = avx._mm256_set1_epi8(byte.cast_signed());
                found[0] = avx2._mm256_or_si256(found[0], avx2._mm256_cmpeq_epi8(low, byte));
                found[1] = avx2._mm256_or_si256(found[1], avx2._mm256_cmpeq_epi8(high, byte));
            }
            highest(self, found[0], found[1])
        }

        #[inline(always)]
        fn within(self, [low, high]: [__m256i; 2], range: RangeInclusive<u8>) -> u64 {
            let V3 { avx, avx2, .. } = self;
            let first = avx._mm256_set1_epi8(range.start().cast_signed());
            let most = avx._mm256_set1_epi8((range.end() - range.start()).cast_signed());
            let within = |half| {
                let behind = avx2._mm256_sub_epi8(half, first);
                avx2._mm256_cmpeq_epi8(avx2._mm256_min_epu8(behind, most), behind)
            };
            highest(self, within(low), within(high))
        }

        #[inline(always)]
        fn squeeze(self, bytes: [u8; EIGHT], bits: u8) -> [u8; EIGHT] {
            let ready = |eight| cast::<_, __m128i>([eight, [0; EIGHT]]);
            let order = ready(SQUEEZE[usize::from(bits)]);
            let [squeezed, _]: [[u8; EIGHT]; 2] =
                cast(self.ssse3._mm_shuffle_epi8(ready(bytes), order));
            squeezed
        }

        #[inline(always)]
        fn add(self, table: &[__m256i; 8], places: &[u8; ROW], sums: &mut [i16; ROW]) {
            let V3 { avx2, .. } = self;
            // The second quarter behind the third: unpacking takes the lower quarters of both halves first.
            let places = avx2._mm256_permute4x64_epi64::<0b11_01_10_00>(cast(*places));
            // A look-up goes by the lower four bits of a place; the next two choose among four.
            let fifth = avx2._mm256_slli_epi16::<3>(places);
            let sixth = avx2._mm256_slli_epi16::<2>(places);
            let choose = |no, yes, by| avx2._mm256_blendv_epi8(no, yes, by);
            let look_up = |part: &[__m256i]| {
                let [a, b, c, d] =
                    std::array::from_fn(|n| avx2._mm256_shuffle_epi8(part[n], places));
                choose(choose(a, b, fifth), choose(c, d, fifth), sixth)
            };
            let (lower, higher) = (look_up(&table[..4]), look_up(&table[4..]));
            let numbers = [
                avx2._mm256_unpacklo_epi8(lower, higher),
                avx2._mm256_unpackhi_epi8(lower, higher),
            ];
            let (sums, _) = sums.as_chunks_mut::<16>();
            for (sums, numbers) in sums.iter_mut().zip(numbers) {
                *sums = cast(avx2._mm256_add_epi16(cast(*sums), numbers));
            }
        }
    }

    /// The highest bit of each byte of both halves.
    #[inline(always)]
    fn highest(machine: V3, low: __m256i, high: __m256i) -> u64 {
        let bits = |half| machine.avx2._mm256_movemask_epi8(half).cast_unsigned();
        u64::from(bits(low)) | u64::from(bits(high)) << 32
    }

    impl Machine for V4 {
        type Bytes = __m512i;

        /// The numbers, in two vectors.
        type Ready = [__m512i; 2];

        #[inline(always)]
        fn ready(self, table: &Table) -> [__m512i; 2] {
            let V4 { avx512f, avx512bw, .. } = self;
            // The second half into the gaps of the first: unpacking takes every other eight bytes.
            let order = cast([0_u64, 4, 1, 5, 2, 6, 3, 7]);
            let (parts, _) = table.0.as_chunks::<NUMBERS>();
            let [lower, higher] = [parts[0], parts[1]]
                .map(|part| avx512f._mm512_permutexvar_epi64(order, cast(part)));
            [
                avx512bw._mm512_unpacklo_epi8(lower, higher),
                avx512bw._mm512_unpackhi_epi8(lower, higher),
            ]
        }

        #[inline(always)]
        fn bytes(self, bytes: &[u8; BITS]) -> __m512i {
            cast(*bytes)
        }

        #[inline(always)]
        fn set(self, bytes: __m512i, bits: u8) -> __m512i {
            let V4 { avx512f, .. } = self;
            avx512f._mm512_or_si512(bytes, avx512f._mm512_set1_epi8(bits.cast_signed()))
        }

        #[inline(always)]
        fn equal(self, bytes: __m512i, byte: u8) -> u64 {
            let byte = self.avx512f._mm512_set1_epi8(byte.cast_signed());
            self.avx512bw._mm512_cmpeq_epi8_mask(bytes, byte)
        }

        #[inline(always)]
        fn one_of<const N: usize>(self, bytes: __m512i, some: [u8; N]) -> u64 {
            let mut found = 0;
            for byte in &some {
                found |= self.equal(bytes, *byte);
            }
            found
        }

        #[inline(always)]
        fn within(self, bytes: __m512i, range: RangeInclusive<u8>) -> u64 {
            let V4 { avx512f, avx512bw, .. } = self;
            let first = avx512f._mm512_set1_epi8(range.start().cast_signed());
            let most = avx512f._mm512_set1_epi8((range.end() - range.start()).cast_signed());
            avx512bw._mm512_cmple_epu8_mask(avx512bw._mm512_sub_epi8(bytes, first), most)
        }

        #[inline(always)]
        fn squeeze(self, bytes: [u8; EIGHT], bits: u8) -> [u8; EIGHT] {
            (*self).squeeze(bytes, bits)
        }

        #[inline(always)]
        fn add(self, table: &[__m512i; 2], places: &[u8; ROW], sums: &mut [i16; ROW]) {
            let V4 { avx512bw, .. } = self;
            let places = avx512bw._mm512_cvtepu8_epi16(cast(*places));
            let numbers = avx512bw._mm512_permutex2var_epi16(table[0], places, table[1]);
            *sums = cast(avx512bw._mm512_add_epi16(cast(*sums), numbers));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks all that can be asked of bytes.
    struct Asking<'t>(&'t [u8; BITS], u8, u8);

    impl Loop for Asking<'_> {
        type Output = [u64; 4];

        #[inline(always)]
        fn run(self, machine: impl Machine) -> [u64; 4] {
            let Asking(bytes, first, last) = self;
            let bytes = machine.bytes(bytes);
            let small = machine.equal(machine.set(bytes, 0x20), first | 0x20);
            let some = machine.one_of(bytes, [first, last, b'y']);
            [machine.equal(bytes, first), machine.within(bytes, first..=last), small, some]
        }
    }

    #[test]
    fn ascii_is_ascii_wherever_another_character_stands() {
        for len in (0..=70).chain(250..=262) {
            let text = "a\u{7F}\0".repeat(100)[..len].to_owned();
            assert!(is_ascii(&text));
            for at in 0..=len {
                let mut text = text.clone();
                text.insert(at, 'é');
                assert!(!is_ascii(&text), "{len} {at}");
            }
        }
    }

    #[test]
    fn every_machine_answers_the_same() {
        let text: Vec<u8> =
            (0..=255).cycle().map(|byte: u8| byte.wrapping_mul(37)).take(900).collect();
        let borders = [0, 1, b' ', b'A', b'Z', b'y', 0x7F, 0x80, 0xC3, 0xFE, 0xFF];
        for bytes in text.windows(BITS).filter_map(<[u8]>::first_chunk) {
            for (first, last) in borders.iter().flat_map(|&first| borders.map(|last| (first, last)))
            {
                let asking = || Asking(bytes, first, last.max(first));
                let bits = |is: &dyn Fn(u8) -> bool| {
                    (0..BITS).fold(0, |bits, n| bits | u64::from(is(bytes[n])) << n)
                };
                let expected = [
                    bits(&|byte| byte == first),
                    bits(&|byte| (first..=last.max(first)).contains(&byte)),
                    bits(&|byte| byte | 0x20 == first | 0x20),
                    bits(&|byte| [first, last.max(first), b'y'].contains(&byte)),
                ];
                assert_eq!((widest(asking()), asking().run(Any)), (expected, expected));
                #[cfg(target_arch = "x86_64")]
                if let Some(machine) = x86::V3::try_new() {
                    assert_eq!(machine.vectorize(x86::On { work: asking(), machine }), expected);
                }
            }
        }
    }

    #[test]
    fn the_last_row_is_filled_up() {
        let text: Vec<u8> = (1..=200).collect();
        for text in (0..=text.len()).map(|len| &text[..len]) {
            let mut rows = Vec::new();
            for row in text.chunks(BITS) {
                rows.extend_from_slice(row_of(text, row, &mut [0xFF; 2 * BITS]));
            }
            let filled = rows.split_off(text.len());
            assert_eq!(rows, text);
            assert!(filled.len() < BITS && filled.iter().all(|&byte| byte == 0xFF), "{filled:?}");
        }
    }

    /// Squeezes eight bytes.
    struct Squeezing([u8; EIGHT], u8);

    impl Loop for Squeezing {
        type Output = [u8; EIGHT];

        #[inline(always)]
        fn run(self, machine: impl Machine) -> [u8; EIGHT] {
            machine.squeeze(self.0, self.1)
        }
    }

    #[test]
    fn every_machine_squeezes_the_same() {
        let eight = [b'a', 0, 0xFF, b' ', 0x80, b'b', 7, 0x7F];
        for bits in 0..=u8::MAX {
            let set = (0..EIGHT).filter(|n| bits >> n & 1 != 0);
            let expected: Vec<u8> = set.map(|n| eight[n]).collect();
            let mut all = vec![Squeezing(eight, bits).run(Any), widest(Squeezing(eight, bits))];
            #[cfg(target_arch = "x86_64")]
            if let Some(machine) = x86::V3::try_new() {
                let work = Squeezing(eight, bits);
                all.push(machine.vectorize(x86::On { work, machine }));
            }
            for squeezed in all {
                assert_eq!(squeezed[..expected.len()], expected, "{bits:b}");
            }
        }
    }

    /// Adds the numbers of a table at some places.
    struct Adding<'t>(&'t Table, [u8; ROW], [i16; ROW]);

    impl Loop for Adding<'_> {
        type Output = [i16; ROW];

        #[inline(always)]
        fn run(mut self, machine: impl Machine) -> [i16; ROW] {
            machine.add(&machine.ready(self.0), &self.1, &mut self.2);
            self.2
        }
    }

    #[test]
    fn every_machine_looks_up_the_same() {
        let numbers: Vec<i16> =
            (0..64).map(|n| (n * n - 900) * if n % 2 == 0 { 7 } else { -8 }).collect();
        let table = Table::of(&numbers);
        let mut place = 0;
        for first in 0..64 {
            let places = [(); ROW].map(|()| {
                place = (place + 5) % 64;
                place ^ first
            });
            let sum = |place: u8| 20 * i16::from(place) - 700;
            let sums = places.map(sum);
            let expected = places.map(|place| sum(place) + numbers[usize::from(place)]);
            assert_eq!(Adding(&table, places, sums).run(Any), expected);
            assert_eq!(widest(Adding(&table, places, sums)), expected);
            // What this machine passes over for wider vectors.
            #[cfg(target_arch = "x86_64")]
            if let Some(machine) = x86::V3::try_new() {
                let work = Adding(&table, places, sums);
                assert_eq!(machine.vectorize(x86::On { work, machine }), expected);
            }
        }
        assert_eq!((table.get(3), Table::of(&[5]).get(1)), (numbers[3], 0));
    }
}
