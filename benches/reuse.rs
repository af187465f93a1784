//! What is saved where little changed: `cargo bench --profile dev --bench reuse`.
//!
//! A thousand scenarios of ten modules, their reports 45 KB each: in one process as `memgate test` runs them, and in a process
//! each as nextest does. Everything is compiled before.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 3;
const MODULES: u8 = 10;
const SCENARIOS: usize = 100;
const GUEST: &str = "guests/allocs/allocs-rust-web.wasm";

const STEPS: &str = "    cycles: 2
    steps:
      - call: boxed
      - call: shared
      - call: vector
      - call: growing_vector
      - call: shrinking_vector
      - call: zeroed
      - call: strings
      - call: map
      - call: raw
      - call: nothing
    thresholds: { delta: 0B }
";

const FIGURES: [&str; 6] = [
    "whole run",
    "whole run, its results kept",
    "nothing changed",
    "one module changed",
    "a process each, whole run",
    "a process each, nothing changed",
];

fn main() {
    let rounds: Vec<[f64; 6]> = (0..ROUNDS).map(|_| round()).collect();
    println!("seconds, median of {ROUNDS} rounds (least to most)");
    for (index, name) in FIGURES.iter().enumerate() {
        let mut seconds: Vec<f64> = rounds.iter().map(|round| round[index]).collect();
        seconds.sort_by(f64::total_cmp);
        let (least, median, most) = (seconds[0], seconds[ROUNDS / 2], seconds[ROUNDS - 1]);
        println!("{name:<32} {median:>6.2} ({least:.2} to {most:.2})");
    }
}

fn round() -> [f64; 6] {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_suites(folder);
    (0..MODULES).for_each(|number| write_module(folder, number, 0));
    run(folder, &[]);
    let whole = run(folder, &[]);
    let kept = run(folder, &["--reuse"]);
    let unchanged = run(folder, &["--reuse"]);
    write_module(folder, 7, 1);
    let changed = run(folder, &["--reuse"]);
    let each = run_each(folder, &[]);
    let each_unchanged = run_each(folder, &["--reuse"]);
    [whole, kept, unchanged, changed, each, each_unchanged]
}

fn write_suites(folder: &Path) {
    fs::create_dir(folder.join("suites")).expect("the folder is empty");
    for module in 0..MODULES {
        let mut suite = format!("module: ../m{module}.wasm\nscenarios:\n");
        for scenario in 0..SCENARIOS {
            suite += &format!("  s{scenario}:\n{STEPS}");
        }
        fs::write(folder.join(format!("suites/m{module}.yaml")), suite)
            .expect("the folder is there");
    }
}

/// The guest, told apart by a custom section that nobody knows.
fn write_module(folder: &Path, number: u8, version: u8) {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join(GUEST);
    let mut module = fs::read(guest).expect("the guest is checked in");
    module.extend([0, 3, 2, b'a' + number, b'a' + version]);
    fs::write(folder.join(format!("m{number}.wasm")), module).expect("the folder is there");
}

fn run(folder: &Path, arguments: &[&str]) -> f64 {
    let start = Instant::now();
    wait(spawn(folder, arguments));
    start.elapsed().as_secs_f64()
}

/// As nextest does on two cores.
fn run_each(folder: &Path, arguments: &[&str]) -> f64 {
    let start = Instant::now();
    let mut before: Option<Child> = None;
    for module in 0..MODULES {
        for scenario in 0..SCENARIOS {
            let name = format!("m{module}::s{scenario}");
            let exact = ["--", "--exact", &name];
            let next = spawn(folder, &[arguments, &exact].concat());
            before.replace(next).into_iter().for_each(wait);
        }
    }
    before.into_iter().for_each(wait);
    start.elapsed().as_secs_f64()
}

fn spawn(folder: &Path, arguments: &[&str]) -> Child {
    let is_one_of_many = arguments.contains(&"--exact");
    Command::new(env!("CARGO_BIN_EXE_memgate"))
        .arg("test")
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", "target")
        .env("INSTA_FORCE_PASS", "1")
        .env("INSTA_UPDATE", "no")
        .envs(is_one_of_many.then_some(("NEXTEST_RUN_ID", "bench")))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command was built")
}

fn wait(mut child: Child) {
    let status = child.wait().expect("it ends");
    assert!(status.success(), "the suites pass");
}
