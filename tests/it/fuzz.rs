//! A moment of fuzzing: every target of `fuzz/` on its seeds, and on random changes of them. With
//! `SLOW_TESTS` there are fifty times as many.

use std::path::Path;

use copydesk::sample::hash_at;

// A library of its own there.
#[expect(unreachable_pub, reason = "public where it is a library")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Changes of each seed, so that all of it takes seconds.
const CHANGES: usize = 1;

/// Of the targets that run the whole program, only every so many seeds are taken.
const WHOLE_EVERY: usize = 20;

#[test]
fn seeds_and_random_changes_of_them() {
    let seeds = targets::seeds(Path::new(env!("CARGO_MANIFEST_DIR")));
    let slow = std::env::var_os("SLOW_TESTS").is_some();
    let changes = if slow { 50 * CHANGES } else { CHANGES };
    for (target, check) in targets::TARGETS {
        let own = seeds.iter().filter(|(name, _)| name == target).map(|(_, bytes)| bytes);
        let every = if *target == "run" && !slow { WHOLE_EVERY } else { 1 };
        let mut random = Random(0);
        let mut seen = 0;
        for seed in own.step_by(every) {
            seen += 1;
            try_on(target, *check, seed);
            for _ in 0..changes {
                try_on(target, *check, &random.change(seed));
            }
        }
        assert!(seen > 10, "{target} has {seen} seeds");
    }
}

/// Shows the bytes when something does not hold.
fn try_on(target: &str, check: targets::Target, bytes: &[u8]) {
    let run = std::panic::AssertUnwindSafe(|| check(bytes));
    if let Err(panic) = std::panic::catch_unwind(run) {
        eprintln!("{target} on {:?}", bytes.escape_ascii().to_string());
        std::panic::resume_unwind(panic);
    }
}

/// Random numbers: how many were taken.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 += 1;
        let number = usize::try_from(hash_at(7, self.0) >> 16).unwrap_or_default();
        number % end.max(1)
    }

    /// `seed` with a few bytes changed, dropped, doubled or put in.
    fn change(&mut self, seed: &[u8]) -> Vec<u8> {
        const TOKENS: &[&[u8]] = &[
            b"\"",
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b"\n",
            b"\r\n",
            b"\0",
            b"\\u",
            b"\\ud83d",
            b"\xff",
            b"\xc3",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\x1f\x8b\x08",
            b"\x28\xb5\x2f\xfd",
            b"\x0c",
            "\u{202e}".as_bytes(),
            "\u{200b}".as_bytes(),
            "\u{2028}".as_bytes(),
            b"   ",
            b"0123456789",
        ];
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(40)).min(bytes.len());
            match self.below(4) {
                0 => drop(bytes.drain(at..end)),
                1 => {
                    let part = bytes[at..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, part);
                }
                2 if at < bytes.len() => {
                    bytes[at] = u8::try_from(self.below(256)).unwrap_or_default();
                }
                _ => drop(bytes.splice(at..at, TOKENS[self.below(TOKENS.len())].iter().copied())),
            }
        }
        bytes
    }
}
