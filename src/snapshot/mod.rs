//! What is kept for review, as insta snapshots: a scenario's top allocation sites, and the numbers that limits follow.
//!
//! insta's assertion prints its diff and panics, which interleaves under parallel trials. So the comparison is taken out of its
//! hands: a [`Comparator`](insta::Comparator) keeps both sides and says that they match, the difference goes into the trial's own text, and the
//! pending `.snap.new` is written by insta's rules for `cargo insta review` to find.

mod numbers;
mod quiet;
mod sites;
mod tolerance;
mod update;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use insta::Snapshot;
use serde::Serialize;
use similar::TextDiff;

pub use self::numbers::{Kept, NumbersError, accepted_numbers, keep_numbers};
use self::quiet::{both_sides, placeholder, text};
pub use self::sites::body;
use self::update::{Update, pending, variable};
use crate::report::SnapshotChange;
use crate::suite::{Scenario, Suite};

/// A snapshot could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("failed to keep the snapshot {path}: {cause}")]
pub struct SnapshotError {
    path: PathBuf,
    cause: String,
}

/// What `cargo insta review` shows beside the sites.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    /// The suite's name.
    pub suite: String,
    /// The scenario's name.
    pub scenario: String,
    /// The module's file name.
    pub module: String,
    /// What the scenario came to, before its sites were compared.
    pub verdict: String,
    /// The suite's thresholds, as they are written there.
    pub thresholds: BTreeMap<String, String>,
}

impl Info {
    /// What is known of a scenario once its thresholds were judged.
    pub fn of(suite: &Suite, scenario: &Scenario, module: &str, holds: bool) -> Info {
        let mut thresholds: BTreeMap<String, String> = BTreeMap::new();
        for threshold in &scenario.thresholds {
            thresholds
                .entry(threshold.metric.name().into_owned())
                .and_modify(|bounds| *bounds += &format!(", {threshold}"))
                .or_insert_with(|| threshold.to_string());
        }
        Info {
            suite: suite.name.clone(),
            scenario: scenario.name.clone(),
            module: module.to_string(),
            verdict: if holds { "pass" } else { "regression" }.into(),
            thresholds,
        }
    }
}

/// Compares a scenario's top sites with those that were accepted, and leaves what is new for review.
///
/// `root` is the folder that holds `snapshots/`, `tolerance` how far figures may be from those that were accepted, in
/// hundredths. None if nothing else changed, or if insta was told to take everything.
///
/// # Errors
///
/// When a snapshot cannot be read or written.
pub fn compare(
    root: &Path,
    suite: &Path,
    info: &Info,
    body: &str,
    tolerance: f64,
) -> Result<Option<SnapshotChange>, SnapshotError> {
    let name = format!("{}__{}", info.suite, info.scenario);
    let folder = root.join("snapshots");
    let path = folder.join(format!("{name}.snap"));
    let failed = |cause: String| SnapshotError {
        path: path.clone(),
        cause,
    };

    // What cannot be read, such as a file with a merge conflict in it, counts as missing, as it does for insta.
    let is_new = Snapshot::from_file(&path).is_err();
    let placeholder = is_new
        .then(|| placeholder(root, &name))
        .transpose()
        .map_err(|error| failed(error.to_string()))?;
    let compared_in = placeholder
        .as_ref()
        .map_or(folder.as_path(), |folder| folder.path());
    let sides = both_sides(root, compared_in, suite, &name, info, body).map_err(failed)?;
    let accepted = if is_new {
        String::new()
    } else {
        text(&sides.accepted)
    };
    let is_same = sides.accepted.contents() == sides.current.contents()
        || tolerance > 0.0 && tolerance::is_within(tolerance, &accepted, &text(&sides.current));
    if !is_new && is_same {
        return Ok(None);
    }
    let update = Update::wanted(is_new, variable);
    update
        .write(&sides.current, &path, &pending(root, &path, variable))
        .map_err(|error| failed(error.to_string()))?;
    let change = SnapshotChange {
        is_new,
        diff: diff(&accepted, &text(&sides.current)),
    };
    Ok((!update.is_accepted()).then_some(change))
}

/// What became of sites that were to be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The name of the snapshot's file.
    pub file: String,
    /// Whether it was not there before: others are left as they are.
    pub is_new: bool,
}

/// Accepts a scenario's top sites, if none were accepted so far; what `root` and the others are is told at [`compare`].
///
/// # Errors
///
/// When the snapshot cannot be written.
pub fn accept(
    root: &Path,
    suite: &Path,
    info: &Info,
    body: &str,
) -> Result<Accepted, SnapshotError> {
    let name = format!("{}__{}", info.suite, info.scenario);
    let file = format!("{name}.snap");
    let path = root.join("snapshots").join(&file);
    let is_new = !path.exists();
    if is_new {
        let failed = |cause: String| SnapshotError {
            path: path.clone(),
            cause,
        };
        let empty = placeholder(root, &name).map_err(|error| failed(error.to_string()))?;
        let sides = both_sides(root, empty.path(), suite, &name, info, body).map_err(failed)?;
        let written = Update::InPlace.write(&sides.current, &path, &path);
        written.map_err(|error| failed(error.to_string()))?;
    }
    Ok(Accepted { file, is_new })
}

/// Whether what changed is left for `cargo insta review`; in CI it is not, unless insta is told to.
pub fn leaves_pending() -> bool {
    matches!(Update::wanted(false, variable), Update::Pending { .. })
}

/// The lines that differ and those around them, with `-` and `+`.
fn diff(accepted: &str, current: &str) -> String {
    let mut text = String::new();
    for group in TextDiff::from_lines(accepted, current)
        .grouped_ops(1)
        .iter()
    {
        let diff = TextDiff::from_lines(accepted, current);
        for change in group
            .iter()
            .flat_map(|op| diff.iter_changes(op).collect::<Vec<_>>())
        {
            writeln!(
                text,
                "{}{}",
                change.tag(),
                change.value().trim_end_matches('\n')
            )
            .expect("writing to a string");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn info() -> Info {
        Info {
            suite: "feed".into(),
            scenario: "scroll".into(),
            module: "feed.wasm".into(),
            verdict: "pass".into(),
            thresholds: BTreeMap::from([("delta".into(), "< 4KB".into())]),
        }
    }

    #[test]
    fn a_change_is_told_and_left_for_review() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("snapshots");
        fs::create_dir(&folder).expect("the folder is new");
        let accepted = "---\nsource: suites/feed.yaml\n---\none\ntwo\nthree\n";
        fs::write(folder.join("feed__scroll.snap"), accepted).expect("the folder is there");
        let compare = |body| {
            compare(
                root.path(),
                Path::new("suites/feed.yaml"),
                &info(),
                body,
                0.0,
            )
        };

        assert_eq!(compare("one\ntwo\nthree\n").expect("it can be read"), None);
        let change = compare("one\ntwo\n3\n").expect("it can be written");
        // Where insta was told to take everything, nothing is said to have changed.
        if let Some(change) = change {
            assert_eq!(
                change,
                SnapshotChange {
                    is_new: false,
                    diff: " two\n-three\n+3\n".into()
                }
            );
        }
    }

    #[test]
    fn a_snapshot_that_cannot_be_read_counts_as_missing() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("snapshots");
        fs::create_dir(&folder).expect("the folder is new");
        let conflict = "---\nsource: a\n<<<<<<< ours\n=======\n>>>>>>> theirs\n---\none\n";
        fs::write(folder.join("feed__scroll.snap"), conflict).expect("the folder is there");
        let change = compare(
            root.path(),
            Path::new("suites/feed.yaml"),
            &info(),
            "one\n",
            0.0,
        );
        // Where insta was told to take everything, nothing is said to have changed.
        if let Some(change) = change.expect("it can be written") {
            assert!(change.is_new);
        }
    }
}
