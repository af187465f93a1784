//! What a reader of a failure can type next, and how paths are told.

use std::path::Path;

use super::Again;
use crate::report::{ScenarioReport, shell_word};
use crate::snapshot;

/// The command that runs one scenario again.
pub(super) fn again(again: &Again, name: &str) -> String {
    match again {
        Again::CargoTest => format!("cargo test --test {} {}", this_test(), shell_word(name)),
        Again::Command(command) => format!("{command} {}", shell_word(name)),
    }
}

/// A path as short as it can be from where the reader is.
pub(super) fn shown(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let here = std::env::current_dir().unwrap_or_default();
    let shown = absolute.strip_prefix(here).unwrap_or(&absolute);
    shown.display().to_string()
}

/// How what changed is accepted: by cargo-insta, which wants a Cargo.toml, or by hand.
pub(super) fn review(root: &Path, suite: &str, report: &ScenarioReport) -> String {
    let has_cargo = root
        .ancestors()
        .any(|folder| folder.join("Cargo.toml").is_file());
    let review = match has_cargo {
        true => "cargo insta review".to_string(),
        false => {
            let changes = [("", &report.snapshot), ("@numbers", &report.numbers)];
            let changed = changes.iter().filter(|(_, change)| change.is_some());
            let files: Vec<String> = changed
                .map(|(kind, _)| format!("snapshots/{suite}__{}{kind}.snap.new", report.name))
                .collect();
            format!("rename {} to .snap", files.join(" and "))
        }
    };
    match snapshot::leaves_pending() {
        true => review,
        false => format!("{review}, after a run with INSTA_UPDATE=new"),
    }
}

/// The name of the test that this binary is, without the hash that cargo appends.
fn this_test() -> String {
    let executable = std::env::current_exe().unwrap_or_default();
    let stem = executable
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    stem.rsplit_once('-')
        .map(|(name, _)| name.to_string())
        .unwrap_or(stem)
}
