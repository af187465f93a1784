//! What writing every form of a report costs beside the run itself: `cargo bench --profile dev --bench formats`.
//!
//! The suites of this repository are run with everything compiled already, and their report is written in every form.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use memgate::report::{Format, Report, Weight, load};

const ROUNDS: usize = 9;

fn main() {
    let target = tempfile::tempdir().expect("a temporary folder");
    // Compiles.
    run(target.path());
    let report = load(&target.path().join("memgate")).expect("it was saved");
    let runs = median(|| run(target.path()));
    println!(
        "{} scenarios, median of {ROUNDS} rounds",
        report.scenario_names().len()
    );
    println!("{:<18} {:>8.1} ms", "the run", runs * 1e3);
    let mut sum = 0.0;
    for format in Format::ALL {
        let seconds = median(|| write(format, &report));
        println!("{:<18} {:>8.1} ms", format.name(), seconds * 1e3);
        sum += seconds;
    }
    println!("{:<18} {:>8.1} ms", "all forms", sum * 1e3);
    println!("{:<18} {:>8.2}", "forms over run", sum / runs);
}

fn median(mut seconds: impl FnMut() -> f64) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| seconds()).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// All scenarios, one by one where the form holds one.
fn write(format: Format, report: &Report) -> f64 {
    let start = Instant::now();
    if format.holds_several() {
        let rendered = format.render(report, Weight::Live, None);
        rendered.expect("it holds all scenarios");
    } else {
        for name in report.scenario_names() {
            let alone = report.only(&name).expect("it was listed");
            // Of some there is nothing to show.
            let _ = format.render(&alone, Weight::Total, None);
        }
    }
    start.elapsed().as_secs_f64()
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
