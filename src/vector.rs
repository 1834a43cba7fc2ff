//! Runs loops over bytes with the widest vectors that the machine has, found out at run time.
//!
//! The program is built for any machine of its kind, whose vectors have 16 bytes on x86-64. Nearly all
//! machines in use have wider ones, and a loop that counts bytes is about twice as fast there.

/// Bytes of a row: what loops look at together.
pub(crate) const ROW: usize = 32;

/// Bytes that are told apart together where each answer is one bit.
pub(crate) const BITS: usize = 64;

/// A bit for each byte of `row`: whether `is` holds for it. The first byte has the lowest bit.
#[inline(always)]
pub(crate) fn bits(machine: impl Machine, row: &[u8; BITS], is: impl Fn(u8) -> bool) -> u64 {
    // Both halves by themselves: a loop over them made all of cleaning 7 % slower.
    let low = row_bits(machine, |place| is(row[place]));
    let high = row_bits(machine, |place| is(row[ROW + place]));
    u64::from(low) | u64::from(high) << ROW
}

/// A bit for each place of a row of [`ROW`]: whether `is` holds there. The first place has the lowest bit.
#[inline(always)]
pub(crate) fn row_bits(machine: impl Machine, is: impl Fn(usize) -> bool) -> u32 {
    let mut marked = [0; ROW];
    for (place, mark) in marked.iter_mut().enumerate() {
        *mark = 0_u8.wrapping_sub(u8::from(is(place)));
    }
    machine.bits(&marked)
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
    /// A table made ready.
    type Ready;

    /// Makes `table` ready.
    fn ready(self, table: &Table) -> Self::Ready;

    /// The highest bit of each byte, that of the first byte lowest.
    fn bits(self, bytes: &[u8; ROW]) -> u32;

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
    fn bits(self, bytes: &[u8; ROW]) -> u32 {
        /// Moves the highest bits of eight bytes into the highest byte, in order.
        const GATHER: u64 = 0x0002_0408_1020_4081;
        let (words, _) = bytes.as_chunks::<8>();
        words.iter().rev().fold(0, |bits, word| {
            let high = u64::from_le_bytes(*word) & 0x8080_8080_8080_8080;
            bits << 8 | (high.wrapping_mul(GATHER) >> 56) as u32
        })
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{__m128i, __m256i, __m512i};

    use pulp::{NullaryFnOnce, cast};

    pub(crate) use pulp::x86::{V3, V4};

    use crate::vector::{Loop, Machine, NUMBERS, ROW, Table};

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
        /// Sixteen bytes a vector, twice.
        type Ready = [__m256i; 8];

        #[inline(always)]
        fn ready(self, table: &Table) -> [__m256i; 8] {
            let (parts, _) = table.0.as_chunks::<16>();
            let twice = |part| self.avx2._mm256_broadcastsi128_si256(cast::<_, __m128i>(part));
            std::array::from_fn(|n| twice(parts[n]))
        }

        #[inline(always)]
        fn bits(self, bytes: &[u8; ROW]) -> u32 {
            self.avx2._mm256_movemask_epi8(cast(*bytes)).cast_unsigned()
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

    impl Machine for V4 {
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
        fn bits(self, bytes: &[u8; ROW]) -> u32 {
            V3::bits(*self, bytes)
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

    /// Tells capitals from other bytes.
    struct Capitals<'t>(&'t [u8; BITS]);

    impl Loop for Capitals<'_> {
        type Output = u64;

        #[inline(always)]
        fn run(self, machine: impl Machine) -> u64 {
            bits(machine, self.0, |byte| byte.is_ascii_uppercase())
        }
    }

    #[test]
    fn every_machine_gives_the_same_bits() {
        let text: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for row in text.windows(BITS).filter_map(<[u8]>::first_chunk) {
            let expected =
                (0..BITS).fold(0, |bits, n| bits | u64::from(row[n].is_ascii_uppercase()) << n);
            assert_eq!(widest(Capitals(row)), expected);
            assert_eq!(Capitals(row).run(Any), expected);
        }
    }

    /// Takes the highest bits.
    struct Highest([u8; ROW]);

    impl Loop for Highest {
        type Output = u32;

        #[inline(always)]
        fn run(self, machine: impl Machine) -> u32 {
            machine.bits(&self.0)
        }
    }

    #[test]
    fn every_machine_takes_the_same_bits() {
        let bits = 0x9ABC_1357_u32;
        let bytes = std::array::from_fn(|i| if bits >> i & 1 == 1 { 0x85 } else { 0x7F });
        assert_eq!((Highest(bytes).run(Any), widest(Highest(bytes))), (bits, bits));
        #[cfg(target_arch = "x86_64")]
        if let Some(machine) = x86::V3::try_new() {
            assert_eq!(machine.vectorize(x86::On { work: Highest(bytes), machine }), bits);
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
