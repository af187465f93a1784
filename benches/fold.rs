//! What folding the log costs: `cargo bench --profile dev --bench fold`.
//!
//! Logs as guests write them, without guests: blocks of a heap that stays as large come and go, at few sites and at many.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use memgate::heap::Fold;
use memgate::instrument::Width;
use memgate::run::Observer;

const ROUNDS: usize = 15;
const BLOCKS: u32 = 20_000;
const EVENTS: u32 = 4_000_000;
const RECORD: usize = 12;
/// As much as the guest's buffer holds.
const STRETCH: usize = RECORD * 4096;
/// A free, in a record's last word.
const FREE: u32 = 1 << 30;

fn main() {
    println!("ns an event, the least of {ROUNDS} rounds");
    for sites in [16, 500, 16_000] {
        let log = log(sites);
        let rounds = (0..ROUNDS).map(|_| fold(sites, &log));
        let least = rounds.fold(f64::INFINITY, f64::min);
        println!("{sites:>6} sites {least:>6.2}");
    }
}

fn fold(sites: u32, log: &[u8]) -> f64 {
    let mut fold = Fold::default();
    (0..sites).for_each(|_| fold.site(&[], false));
    let start = Instant::now();
    for stretch in log.chunks(STRETCH) {
        fold.events(Width::Narrow, stretch, 0)
            .expect("there are few blocks");
    }
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(fold.finish().diagnostics.unknown_frees, 0);
    seconds * 1e9 / (log.len() / RECORD) as f64
}

/// Fills the heap, and then frees and allocates by turns.
fn log(sites: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let mut chance = move |most: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % most
    };
    let mut log = Vec::with_capacity(EVENTS as usize * RECORD);
    let mut record = |words: [u32; 3]| {
        words
            .into_iter()
            .for_each(|word| log.extend(word.to_le_bytes()));
    };
    for block in 0..BLOCKS {
        record([1024 + block * 64, 1 + chance(64), 1 + chance(sites)]);
    }
    for _ in 0..(EVENTS - BLOCKS) / 2 {
        let address = 1024 + chance(BLOCKS) * 64;
        record([address, 0, FREE]);
        record([address, 1 + chance(64), 1 + chance(sites)]);
    }
    log
}
