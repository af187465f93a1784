//! `memgate report`: the forms that other tools read, and what is said where they cannot be written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{BROKEN, memgate, output, root, text};

/// A run of two scenarios, in a folder of its own.
fn run(folder: &str) -> PathBuf {
    let suite = Path::new("tests/planted/suites/leak-o2.yaml");
    memgate(folder, suite, &["--test-threads", "1"]);
    output(folder).join("memgate")
}

fn report(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command was built")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
    command.arg("report").args(arguments).current_dir(root());
    command
}

fn path(path: &Path) -> &str {
    path.to_str().expect("it is named in ASCII")
}

/// What is in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("it can be read").file_name())
        .map(|name| name.into_string().expect("it is named in ASCII"))
        .collect();
    names.sort();
    names
}

/// The exit code 2, and what is said.
#[track_caller]
fn refused(name: &str, arguments: &[&str]) {
    let output = report(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(BROKEN), "{said}");
    assert_eq!(text(&output.stdout), "", "nothing is half-written");
    insta::assert_snapshot!(name, said);
}

#[test]
fn every_form_is_written_to_where_it_was_asked_for() {
    let run = run("forms");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for format in memgate::report::Format::ALL {
        let form = ["--format", format.name(), "--scenario", "leak-o2::at-once"];
        let printed = report(&[&[path(&run)], &form[..]].concat());
        assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
        let file = folder.path().join("deep").join(format.name());
        let file_arguments = [&[path(&run), "-o", path(&file)], &form[..]].concat();
        let written = report(&file_arguments);
        assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
        assert_eq!(text(&written.stdout), "");
        let bytes = fs::read(&file).expect("it was written");
        assert!(!bytes.is_empty() && bytes == printed.stdout, "{format:?}");
    }
    assert_eq!(
        names(&folder.path().join("deep")).len(),
        memgate::report::Format::ALL.len(),
        "and nothing else"
    );
}

#[test]
fn a_folder_gets_a_file_for_each_scenario() {
    let run = run("folder");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slash = format!("{}/new/", path(folder.path()));
    for format in ["dhat", "pprof"] {
        let written = report(&[path(&run), "--format", format, "-o", &slash]);
        assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    }
    assert_eq!(
        names(&folder.path().join("new")),
        [
            "leak-o2__at-once.dhat.json",
            "leak-o2__hundred.dhat.json",
            "report.pb.gz"
        ]
    );
}

#[test]
fn what_cannot_be_written_is_said() {
    let run = run("refused");
    let run = path(&run);
    refused("report-several", &[run, "--format", "dhat"]);
    refused(
        "report-no-scenario",
        &[run, "--format", "svg", "--scenario", "no::such"],
    );
    refused("report-no-format", &[run, "--format", "gif"]);
    refused(
        "report-below-a-file",
        &[run, "--format", "sarif", "-o", "Cargo.toml/report.sarif"],
    );
    refused("report-no-run", &["no/such/run", "--format", "json"]);
}

#[test]
fn what_is_no_report_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in [
        ("report-truncated", r#"{"version": 1, "suites": [{"name""#),
        ("report-other-version", r#"{"version": 99, "trials": {}}"#),
        ("report-of-something-else", "GIF89a"),
    ] {
        let file = folder.path().join("report.json");
        fs::write(&file, bytes).expect("the folder is there");
        let output = report(&[path(folder.path()), "--format", "json"]);
        assert_eq!(output.status.code(), Some(BROKEN));
        let said = text(&output.stderr).replace(path(&file), "[report.json]");
        insta::assert_snapshot!(name, said);
    }
}

/// A disk that is full in the midst of a file: what was there before is there still, and nothing else.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_what_was_there() {
    let run = run("full-disk");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("report.json");
    fs::write(&file, "before").expect("the folder is there");
    // Files may have 512 bytes.
    let limited =
        "ulimit -f 1 && trap '' XFSZ && exec \"$0\" report \"$1\" --format json -o \"$2\"";
    let memgate = env!("CARGO_BIN_EXE_memgate");
    let output = Command::new("sh")
        .args(["-c", limited, memgate, path(&run), path(&file)])
        .current_dir(root())
        .output()
        .expect("there is a shell");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(BROKEN), "{said}");
    assert!(said.starts_with("error: failed to write "), "{said}");
    assert_eq!(fs::read(&file).expect("it is there"), b"before");
    assert_eq!(names(folder.path()), ["report.json"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    let run = run("full-output");
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let output = command(&[path(&run), "--format", "json"])
        .stdout(full.expect("linux has it"))
        .output()
        .expect("the command was built");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(BROKEN), "{said}");
    assert!(
        said.contains("failed to write to standard output"),
        "{said}"
    );
}

/// Several at once, of different lengths: the file is whole, and one of theirs.
#[test]
fn two_at_once_do_not_mix() {
    let run = run("at-once");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out");
    let forms = ["json", "dhat", "sarif", "svg", "speedscope"];
    let arguments = |form| {
        let scenario = "leak-o2::at-once";
        [path(&run), "--format", form, "--scenario", scenario]
    };
    let each = forms.map(|form| report(&arguments(form)).stdout);
    let writers = forms.map(|form| {
        let mut command = command(&arguments(form));
        command.args(["-o", path(&file)]);
        command.spawn().expect("the command was built")
    });
    for mut writer in writers {
        assert!(writer.wait().expect("it ends").success());
    }
    assert!(each.contains(&fs::read(&file).expect("it was written")));
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn schemas_are_printed_as_they_are_checked_in() {
    for (of, file) in [
        ("suite", "suite.schema.json"),
        ("report", "report.schema.json"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_memgate"))
            .args(["schema", of])
            .output()
            .expect("the command was built");
        let checked_in = fs::read_to_string(root().join(file)).expect("it is checked in");
        assert_eq!(
            text(&output.stdout),
            checked_in.replace("\r\n", "\n"),
            "{file}"
        );
    }
}
