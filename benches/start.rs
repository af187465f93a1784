//! What a start costs: `cargo bench --profile dev --bench start`.
//!
//! The whole suite run of this repository, once with nothing compiled and several times with everything in the cache. The
//! guests' own time is part of both.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 9;

fn main() {
    let mut rounds: Vec<[f64; 3]> = (0..ROUNDS).map(|_| round()).collect();
    println!("the suites of this repository, median of {ROUNDS} rounds (least to most)");
    for (figure, name, unit) in [
        (0, "cold", "s"),
        (1, "warm", "s"),
        (2, "warm over cold", ""),
    ] {
        rounds.sort_by(|one, other| one[figure].total_cmp(&other[figure]));
        let (least, median, most) = (rounds[0], rounds[ROUNDS / 2], rounds[ROUNDS - 1]);
        println!(
            "{name:<16} {:>6.2} {unit} ({:.2} to {:.2})",
            median[figure], least[figure], most[figure]
        );
    }
}

/// Seconds cold, seconds warm, and their ratio.
fn round() -> [f64; 3] {
    let target = tempfile::tempdir().expect("a temporary folder");
    let (cold, warm) = (run(target.path()), run(target.path()));
    [cold, warm, warm / cold]
}

fn run(target: &Path) -> f64 {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_memgate"))
        .args(["test", "suites"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target)
        .env("INSTA_UPDATE", "no")
        .stdout(Stdio::null())
        .status()
        .expect("the command was built");
    assert!(status.success(), "the suites pass");
    start.elapsed().as_secs_f64()
}
