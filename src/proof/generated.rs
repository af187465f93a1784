//! Modules that nobody thought of: a thousand from a generator here, as many as one likes in the fuzz target in `fuzz/`.

use std::ops::Range;

use super::{Tally, prove, smith};
use crate::splitmix;

/// Names other seeds than the first that make a thousand modules, as `from..to`: to look again at one, or at many more.
const RANGE: &str = "MEMGATE_GENERATED";

/// Bytes from which a module is made.
const BYTES: usize = 8_000;

#[test]
fn a_thousand_modules_come_to_the_same() {
    if let Ok(range) = std::env::var(RANGE) {
        let seeds = parse(&range);
        let seeds = seeds.unwrap_or_else(|| panic!("{RANGE} is `from..to`, not {range:?}"));
        return tell(check(seeds, u64::MAX));
    }
    let tally = check(0..2_000, 1_000);
    assert_eq!(tally.modules, 1_000);
    // Else it is no proof: most modules are to run, their calls to return, and books to be kept meanwhile.
    assert!(tally.instantiated > tally.modules / 2, "{tally:?}");
    assert!(tally.returned > tally.modules, "{tally:?}");
    assert!(tally.sights > tally.modules / 10, "{tally:?}");
    assert!(tally.overflowed < tally.modules / 10, "{tally:?}");
}

/// Goes through the seeds until so many modules were compared.
fn check(seeds: Range<u64>, modules: u64) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        if tally.modules == modules {
            break;
        }
        let Some(wasm) = smith::module(&bytes(seed)) else {
            continue;
        };
        tally += prove(&wasm, seed)
            .unwrap_or_else(|difference| panic!("{RANGE}={seed}..{}: {difference}", seed + 1));
    }
    tally
}

/// For those who ask for other seeds, with `--nocapture`.
#[expect(
    clippy::print_stderr,
    reason = "a test's own output, which is captured"
)]
fn tell(tally: Tally) {
    eprintln!("{tally:?}");
}

fn parse(range: &str) -> Option<Range<u64>> {
    let (from, to) = range.split_once("..")?;
    Some(from.parse().ok()?..to.parse().ok()?)
}

/// Random bytes, the same for a seed everywhere.
fn bytes(seed: u64) -> Vec<u8> {
    let (mut state, _) = splitmix::next(seed);
    let mut bytes = Vec::with_capacity(BYTES);
    while bytes.len() < BYTES {
        let (number, next) = splitmix::next(state);
        bytes.extend(number.to_le_bytes());
        state = next;
    }
    bytes
}
