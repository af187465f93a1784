//! Suites that load and suites that do not: a file in `tests/fixtures/suites` each, its golden beside it.
//!
//! A new case is a new file; `cargo insta review` accepts its golden.

use std::fs;
use std::path::{Path, PathBuf};

use super::load::understand;
use super::{Suite, SuiteErrors, load};

const FIXTURES: &str = "tests/fixtures/suites";

#[test]
fn good_suites_load() {
    check("good", |path, result| match result {
        Ok(suite) => format!("{suite:#?}").replace(r"\\", "/"),
        Err(errors) => panic!("{} does not load\n{errors}", path.display()),
    });
}

#[test]
fn bad_suites_tell_all_that_is_wrong() {
    check("bad", |path, result| match result {
        Ok(_) => panic!("{} loads", path.display()),
        Err(errors) => errors.to_string(),
    });
}

#[test]
fn files_that_are_no_text_are_errors() {
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let check = |name: &str, bytes: Option<&[u8]>, expected: &str| {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).expect("a file can be written");
        }
        let errors = load(&path).expect_err(name);
        assert_eq!(errors.errors()[0].message(), expected);
    };
    let large = vec![b'#'; 2 << 20];
    fs::create_dir(folder.path().join("folder.yaml")).expect("a folder can be made");
    check(
        "missing.yaml",
        None,
        "failed to read the suite: there is no such file",
    );
    check(
        "folder.yaml",
        None,
        "failed to read the suite: it is a folder",
    );
    check(
        "bytes.yaml",
        Some(b"module: \xff"),
        "failed to read the suite: it is not UTF-8 from byte 8 on",
    );
    check(
        "large.yaml",
        Some(&large),
        "failed to read the suite: it is larger than 256 KB",
    );
    check(
        "my suite.yaml",
        None,
        "`my suite` cannot be the name of a suite, rename the file",
    );
}

#[test]
fn errors_without_end_are_cut() {
    let text = "module: feed.wasm\nscenarios:\n".to_owned() + &"  s: 1\n".repeat(1000);
    let (_, faults) = understand(&text);
    assert_eq!(faults.len(), 100 + 1);
}

/// Whatever the bytes are, loading ends with a suite or with errors.
#[test]
fn no_text_makes_loading_panic() {
    let whole = fs::read_to_string(Path::new(FIXTURES).join("good/whole-format.yaml"))
        .expect("the fixture is there");
    let cuts = whole.char_indices().map(|(at, _)| whole[..at].to_owned());
    let holes = whole
        .char_indices()
        .map(|(at, _)| whole[..at].to_owned() + &whole[at + 1..]);
    for text in cuts.chain(holes) {
        let (file, faults) = understand(&text);
        assert!(file.is_some() || !faults.is_empty());
        SuiteErrors::new(Path::new("cut.yaml"), &text, faults).to_string();
    }
}

fn check(folder: &str, render: fn(&Path, Result<Suite, SuiteErrors>) -> String) {
    let folder = Path::new(FIXTURES).join(folder);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in files_in(&folder, "yaml") {
        let name = stem(&path);
        settings.bind(|| insta::assert_snapshot!(name, render(&path, load(&path))));
    }
    for golden in files_in(&folder, "snap") {
        let fixture = golden.with_extension("yaml");
        assert!(
            fixture.exists(),
            "{} has no {}",
            golden.display(),
            fixture.display()
        );
    }
}

fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == extension))
        .collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .expect("a file has a name")
        .to_string_lossy()
        .into_owned()
}
