//! What valgrind's memcheck says of its own tests, and what is said here of the same cases: `guests/leaks/cases`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

/// An entry of `guests/leaks/cases/expected.yaml`: bytes and blocks of each kind.
#[derive(Deserialize)]
struct Case {
    module: String,
    call: String,
    #[serde(default)]
    args: Vec<u64>,
    /// Whether the caller keeps what the call returns.
    #[serde(default)]
    keep: bool,
    definite: (u64, u64),
    indirect: (u64, u64),
    possible: (u64, u64),
    reachable: (u64, u64),
    /// What of the possibly lost is still reachable by memcheck's heuristics, which it goes by unless it is told not to.
    #[serde(default)]
    by_heuristics: (u64, u64),
}

/// The four numbers are the same in every case.
#[test]
fn what_is_lost_is_what_memcheck_says() {
    let cases: Vec<Case> = {
        let text = fs::read(root().join("guests/leaks/cases/expected.yaml"));
        serde_yaml::from_slice(&text.expect("it is there")).expect("it is a list of cases")
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (number, case) in cases.iter().enumerate() {
        let suite = folder.path().join(format!("case-{number}.yaml"));
        fs::write(suite, suite_of(case)).expect("the folder is there");
    }
    let report = report(folder.path());
    for (number, case) in cases.iter().enumerate() {
        check(&report, &format!("case-{number}"), case);
    }
}

fn suite_of(case: &Case) -> String {
    let module = root().join(format!("guests/leaks/{}.wasm", case.module));
    let module = module.display().to_string();
    let Case { call, args, .. } = case;
    let keep = if case.keep { ", as: kept" } else { "" };
    let step = format!("{{ call: {call}, args: {args:?}{keep} }}");
    format!("module: {module:?}\nscenarios:\n  once:\n    steps: [{step}]\n")
}

#[track_caller]
fn check(report: &Value, suite: &str, case: &Case) {
    let suites = report["suites"].as_array().expect("a list");
    let suite = suites.iter().find(|known| known["name"] == suite);
    let scenario = &suite.expect("it was run")["scenarios"][0];
    let losses = &scenario["surveys"][0]["losses"];
    let kinds = [
        "definitely_lost",
        "indirectly_lost",
        "possibly_lost",
        "still_reachable",
    ];
    let found = kinds.map(|kind| {
        let number = |of: &str| losses[kind][of].as_u64().expect("a count");
        (number("bytes"), number("blocks"))
    });
    let moved = case.by_heuristics;
    let (possible, reachable) = (case.possible, case.reachable);
    let expected = [
        case.definite,
        case.indirect,
        (possible.0 - moved.0, possible.1 - moved.1),
        (reachable.0 + moved.0, reachable.1 + moved.1),
    ];
    assert_eq!(found, expected, "{} {:?}", case.call, case.args);
}

/// The report on the suites of a folder.
fn report(suites: &Path) -> Value {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lost");
    let run = Command::new(env!("CARGO_BIN_EXE_memgate"))
        .args(["test".as_ref(), suites])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", &output)
        .env("INSTA_UPDATE", "no")
        .output();
    run.expect("the command was built");
    let report = fs::read_to_string(output.join("memgate/report.json"));
    serde_json::from_str(&report.expect("a report was saved")).expect("the report is JSON")
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
