//! The command as its user meets it: what it says, and the exit code that it says it with.

mod formats;
mod leaks;
mod limits;
mod lost;
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The gate's verdicts.
const REGRESSION: i32 = 1;
const BROKEN: i32 = 2;

/// Leaks that are known: every one must be found, and its whole text is a golden.
#[test]
fn planted_leaks_are_found() {
    for suite in entries("tests/planted/suites") {
        check(&suite, "tests/planted", REGRESSION);
    }
}

/// What must never pass for a leak, nor for free of leaks.
#[test]
fn broken_input_is_no_leak_and_no_pass() {
    for folder in entries("tests/broken") {
        check(&folder, "tests/broken", BROKEN);
    }
}

#[test]
fn a_clean_twin_is_not_accused() {
    let clean = entries("tests/planted/suites").into_iter().map(|planted| {
        root()
            .join("suites")
            .join(planted.file_name().expect("it was listed"))
    });
    for suite in clean {
        let output = memgate("clean", &suite, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    }
}

/// The same module and suites give the same report, to the byte, however many threads there are.
#[test]
fn reports_are_reproducible() {
    let report = |folder: &str, threads: &str| {
        memgate(
            folder,
            Path::new("tests/planted/suites"),
            &["--test-threads", threads],
        );
        fs::read_to_string(output(folder).join("memgate/report.json")).expect("a report was saved")
    };
    let first = report("reproducible-1", "1");
    assert_eq!(first, report("reproducible-1", "1"), "the same again");
    assert_eq!(
        first,
        report("reproducible-2", "2"),
        "with two threads, compiled anew"
    );
    assert!(!first.contains(env!("CARGO_MANIFEST_DIR")), "no host path");
}

/// The null test: two runs of one module and scenario are equal in every part of their reports.
#[test]
fn no_scenario_differs_from_itself() {
    for suites in ["suites", "tests/planted/suites"] {
        let output = compare(&[suites]);
        let said = text(&output.stdout);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{said}{}",
            text(&output.stderr)
        );
        let is_none = |line: &str| line.ends_with(": no difference");
        assert!(
            said.lines().count() > 30 && said.lines().all(is_none),
            "{said}"
        );
    }
}

/// A build that leaks differs from its clean twin where it leaks; the same build under another name does not differ.
#[test]
fn builds_are_compared_site_by_site() {
    for (suite, build, code) in [
        ("leak-o2", "leak/leak-o2", 1),
        ("leak-o2", "leak/clean-debug", 0),
        ("pair", "pair/pair-leak", 1),
        ("feed", "feed/feed-leak", 1),
    ] {
        let suite = format!("suites/{suite}.yaml");
        let module = format!("guests/{build}.wasm");
        let output = compare(&[&suite, "--against", &module]);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{said}");
        insta::assert_snapshot!(format!("compare-{}", build.replace('/', "-")), said);
    }
}

#[test]
fn what_cannot_be_compared_is_no_difference() {
    for (name, arguments) in [
        (
            "compare-trap",
            ["tests/broken/trap/trap.yaml", "--format", "text"],
        ),
        (
            "compare-several-modules",
            ["suites", "--against", "guests/leak/leak-o2.wasm"],
        ),
        (
            "compare-nothing",
            ["suites/pair.yaml", "--only", "no::such"],
        ),
        (
            "compare-no-module",
            ["suites/pair.yaml", "--against", "guests/no-such.wasm"],
        ),
        (
            "compare-no-suite",
            ["tests/broken/trap/trap.c", "--format", "json"],
        ),
    ] {
        let output = compare(&arguments);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(BROKEN), "{said}");
        insta::assert_snapshot!(name, said);
    }
}

/// Programs read this.
#[test]
fn a_comparison_is_told_to_programs() {
    let output = compare(&[
        "suites/leak-o2.yaml",
        "--against",
        "guests/leak/leak-o2.wasm",
        "--only",
        "at-once",
        "--format",
        "json",
    ]);
    insta::assert_snapshot!("compare-json", text(&output.stdout));
}

/// Programs read this: what changes here may take a new version.
#[test]
fn the_report_is_complete() {
    let suite = Path::new("tests/planted/suites/leak-o2.yaml");
    memgate("report", suite, &["--exact", "leak-o2::at-once"]);
    let report = fs::read_to_string(output("report").join("memgate/report.json"));
    insta::assert_snapshot!("report", report.expect("a report was saved"));
}

#[test]
fn a_filter_that_matches_nothing_is_an_error() {
    let output = memgate("filter", Path::new("suites"), &["no::such"]);
    assert_eq!(output.status.code(), Some(BROKEN));
    insta::assert_snapshot!("filter", text(&output.stderr));
}

#[test]
fn no_suite_is_an_error() {
    let output = memgate("none", Path::new("src"), &[]);
    assert_eq!(output.status.code(), Some(BROKEN));
    insta::assert_snapshot!("no-suite", text(&output.stderr));
}

/// `--exact` reads the one suite that is named: another one that is broken does not matter.
#[test]
fn exact_reads_one_suite_only() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("broken.yaml"), "no suite").expect("the folder is there");
    let suite = fs::read_to_string(root().join("suites/leak-o2.yaml")).expect("the suite is there");
    let guests = root().join("guests").display().to_string();
    fs::write(
        folder.path().join("leak-o2.yaml"),
        suite.replace("../guests", &guests),
    )
    .expect("the folder is there");

    let exact = memgate("exact", folder.path(), &["--exact", "leak-o2::hundred"]);
    assert_eq!(exact.status.code(), Some(0), "{}", text(&exact.stdout));
    let all = memgate("exact", folder.path(), &[]);
    assert_eq!(all.status.code(), Some(BROKEN), "{}", text(&all.stdout));
}

/// nextest reads this: one line a trial, and nothing else.
#[test]
fn listing_prints_the_trials_and_nothing_else() {
    let output = memgate(
        "list",
        Path::new("suites/json.yaml"),
        &["--list", "--format", "terse"],
    );
    assert_eq!(
        text(&output.stdout),
        "json::sample: test\njson::nested: test\n"
    );
    assert_eq!(text(&output.stderr), "");
}

/// Runs a suite or a folder of them; compares what is said with the golden of its name.
fn check(suite: &Path, goldens: &str, code: i32) {
    let name = suite
        .file_stem()
        .expect("it was listed")
        .to_string_lossy()
        .into_owned();
    // libtest tells failures in the order in which trials end.
    let output = memgate("check", suite, &["--test-threads", "1"]);
    let said = format!(
        "{}{}",
        failures(&text(&output.stdout)),
        text(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(code), "{name}\n{said}");
    insta::with_settings!({
        snapshot_path => root().join(goldens).join("goldens"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, said);
    });
}

fn memgate(folder: &str, suites: &Path, arguments: &[&str]) -> Output {
    let suites = suites.strip_prefix(root()).unwrap_or(suites);
    Command::new(env!("CARGO_BIN_EXE_memgate"))
        .args(["test".as_ref(), suites])
        .arg("--")
        .args(arguments)
        .current_dir(root())
        .env("CARGO_TARGET_DIR", output(folder))
        .env("INSTA_UPDATE", "new")
        .env("INSTA_WORKSPACE_ROOT", root())
        .env("INSTA_PENDING_DIR", output(folder).join("pending"))
        .env_remove("INSTA_FORCE_PASS")
        .env_remove("NEXTEST_RUN_ID")
        .output()
        .expect("the command was built")
}

fn compare(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_memgate"))
        .arg("compare")
        .args(arguments)
        .current_dir(root())
        .env("CARGO_TARGET_DIR", output("check"))
        .output()
        .expect("the command was built")
}

fn output(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is in a folder of fixtures, but for its goldens.
fn entries(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("there are fixtures");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.retain(|path| {
        path.file_name()
            .is_some_and(|name| name != "goldens" && name != "README.md")
    });
    paths.sort();
    assert!(!paths.is_empty(), "{folder} is empty");
    paths
}

/// The failure texts of a run, without libtest's own lines, which tell how long it took.
fn failures(stdout: &str) -> String {
    let Some((_, failures)) = stdout.split_once("failures:\n\n") else {
        return stdout.to_string();
    };
    let texts = failures
        .split_once("\nfailures:\n")
        .map_or(failures, |(texts, _)| texts);
    texts.trim_end().to_string() + "\n"
}

/// Text without what differs between machines: where the output is.
fn text(bytes: &[u8]) -> String {
    let slashes = |text: &str| {
        if cfg!(windows) {
            text.replace('\\', "/")
        } else {
            text.to_string()
        }
    };
    let text = slashes(&String::from_utf8_lossy(bytes));
    let target = slashes(env!("CARGO_TARGET_TMPDIR"));
    let relative = target
        .strip_prefix(&slashes(&format!("{}/", root().display())))
        .unwrap_or(&target)
        .to_string();
    text.replace(&target, "target")
        .replace(&relative, "target")
        .replace("target/check/", "target/")
}
