//! Suites that load and suites that do not: a file in `tests/fixtures/suites` each, its golden beside it.
//!
//! A new case is a new file; `cargo insta review` accepts its golden.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Suite, SuiteErrors, load};

const FIXTURES: &str = "tests/fixtures/suites";

#[test]
fn good_suites_load() {
    check("good", |path, result| match result {
        Ok(suite) => format!("{suite:#?}"),
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
