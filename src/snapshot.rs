//! What is kept for review: a scenario's top allocation sites, as an insta snapshot.
//!
//! insta's assertion prints its diff and panics, which interleaves under parallel trials. So the comparison is taken out of its
//! hands: a [`Comparator`] keeps both sides and says that they match, the difference goes into the trial's own text, and the
//! pending `.snap.new` is written by insta's rules for `cargo insta review` to find.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use insta::{Comparator, Settings, Snapshot};
use serde::Serialize;
use similar::TextDiff;

use crate::report::{Counted, Place, ScenarioReport, SiteReport, SnapshotChange, short_name};
use crate::suite::{Unit, format_exact_bytes};

/// Frames that are shown of a site.
const FRAMES: usize = 6;

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

/// Compares a scenario's top sites with those that were accepted, and leaves what is new for review.
///
/// `root` is the folder that holds `snapshots/`. None if nothing changed, or if insta was told to take everything.
///
/// # Errors
///
/// When a snapshot cannot be read or written.
pub fn compare(
    root: &Path,
    suite: &Path,
    info: &Info,
    body: &str,
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
        .then(|| placeholder(&name))
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
    if !is_new && sides.accepted.contents() == sides.current.contents() {
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

/// Whether what changed is left for `cargo insta review`; in CI it is not, unless insta is told to.
pub fn leaves_pending() -> bool {
    matches!(Update::wanted(false, variable), Update::Pending { .. })
}

/// The top sites as text: stable figures and names, no lines, addresses, hashes or host paths.
pub fn body(report: &ScenarioReport, top: usize) -> String {
    let mut stacks: BTreeMap<String, Figures> = BTreeMap::new();
    for site in &report.sites {
        stacks.entry(stack(&site.stack)).or_default().add(site);
    }
    let mut ranked: Vec<(String, Figures)> = stacks.into_iter().collect();
    // Equal figures stay in the order of their stacks.
    ranked
        .sort_by_key(|(_, figures)| std::cmp::Reverse((figures.total.bytes, figures.total.blocks)));
    let mut text = String::new();
    for (index, (stack, figures)) in ranked.iter().take(top).enumerate() {
        if index > 0 {
            text.push('\n');
        }
        figures.write(&mut text);
        text.push_str(stack);
    }
    match ranked.len().saturating_sub(top) {
        0 => {}
        1 => text.push_str("\nand 1 more site\n"),
        more => writeln!(text, "\nand {more} more sites").expect("writing to a string"),
    }
    text
}

/// The figures of all sites that read the same.
#[derive(Clone, Copy, Default)]
struct Figures {
    total: Counted,
    kept: Counted,
}

impl Figures {
    fn add(&mut self, site: &SiteReport) {
        for (sum, more) in [
            (&mut self.total, site.total),
            (&mut self.kept, site.at_idle_end),
        ] {
            sum.bytes += more.bytes;
            sum.blocks += more.blocks;
        }
    }

    fn write(&self, text: &mut String) {
        let shown = |counted: Counted| {
            let bytes = format_exact_bytes(counted.bytes as f64);
            format!("{bytes} in {}", Unit::Blocks.format(counted.blocks as f64))
        };
        let kept = if self.kept.blocks == 0 {
            "nothing kept".to_string()
        } else {
            format!("{} kept", shown(self.kept))
        };
        writeln!(text, "{}, {kept}", shown(self.total)).expect("writing to a string");
    }
}

/// The program's own frames, or the libraries' where there are no others.
fn stack(stack: &[Place]) -> String {
    let own: Vec<&Place> = stack.iter().filter(|place| !place.library).collect();
    let frames = if own.is_empty() {
        stack.iter().collect()
    } else {
        own
    };
    let mut text = String::new();
    for (index, place) in frames.iter().take(FRAMES).enumerate() {
        let file = place
            .file
            .as_ref()
            .map(|file| format!(" ({file})"))
            .unwrap_or_default();
        let from = if index == 0 { "" } else { "from " };
        writeln!(text, "  {from}{}{file}", short_name(&place.function))
            .expect("writing to a string");
    }
    if frames.is_empty() {
        text.push_str("  called by the host\n");
    }
    text
}

/// What was accepted, and what is there now.
struct Sides {
    accepted: Snapshot,
    current: Snapshot,
}

thread_local! {
    /// What was compared last: insta's snapshots are not made to leave their thread.
    static COMPARED: RefCell<Option<Sides>> = const { RefCell::new(None) };
}

/// Keeps both sides of a comparison, and is content.
#[derive(Clone, Copy)]
struct Quiet;

impl Comparator for Quiet {
    fn matches(&self, reference: &Snapshot, test: &Snapshot) -> bool {
        COMPARED.set(Some(Sides {
            accepted: reference.clone(),
            current: test.clone(),
        }));
        true
    }

    fn dyn_clone(&self) -> Box<dyn Comparator> {
        Box::new(*self)
    }
}

fn both_sides(
    root: &Path,
    folder: &Path,
    suite: &Path,
    name: &str,
    info: &Info,
    body: &str,
) -> Result<Sides, String> {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(format!(
        "{}::{}, {}: {}",
        info.suite, info.scenario, info.module, info.verdict
    ));
    settings.set_info(info);
    settings.set_comparator(Box::new(Quiet));
    let source = suite.to_string_lossy();
    // The function behind the macro, which would take the folder of this crate for the workspace.
    let assert = || {
        insta::_macro_support::assert_snapshot(
            (name.to_string(), body).into(),
            root,
            name,
            "memgate",
            &source,
            0,
            "",
        )
    };
    settings.bind(assert).map_err(|error| error.to_string())?;
    COMPARED
        .take()
        .ok_or_else(|| "insta did not compare it".to_string())
}

/// insta compares only with something, so what is new is compared with nothing.
fn placeholder(name: &str) -> io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    fs::write(
        folder.path().join(format!("{name}.snap")),
        "---\nsource: nothing\n---\n",
    )?;
    Ok(folder)
}

fn text(snapshot: &Snapshot) -> String {
    snapshot
        .as_text()
        .map(ToString::to_string)
        .unwrap_or_default()
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

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Where a snapshot waits for review: beside the accepted one, or in the same place below a folder that insta was given.
fn pending(root: &Path, path: &Path, variable: impl Fn(&str) -> Option<String>) -> PathBuf {
    let path = path.with_extension("snap.new");
    let folder = variable("INSTA_PENDING_DIR").filter(|folder| !folder.is_empty());
    let workspace = variable("INSTA_WORKSPACE_ROOT").map_or(root.to_path_buf(), PathBuf::from);
    match (folder, path.strip_prefix(&workspace)) {
        (Some(folder), Ok(relative)) => Path::new(&folder).join(relative),
        _ => path,
    }
}

/// What insta's environment variables say is to be done with a snapshot that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Update {
    /// Accept it.
    InPlace,
    /// Leave it for review, and fail unless told to pass.
    Pending { pass: bool },
    /// Leave no trace, and fail unless told to pass.
    Nothing { pass: bool },
}

impl Update {
    /// As insta's documentation has it: <https://insta.rs/docs/advanced/#updating-snapshots>.
    fn wanted(is_new: bool, variable: impl Fn(&str) -> Option<String>) -> Update {
        let pass = variable("INSTA_FORCE_PASS").is_some_and(|value| value == "1");
        let on_ci = variable("TF_BUILD").is_some()
            || variable("CI").is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
        match variable("INSTA_UPDATE").as_deref() {
            Some("always" | "force") => Update::InPlace,
            Some("unseen") if is_new => Update::InPlace,
            Some("new" | "unseen") => Update::Pending { pass },
            Some("no") => Update::Nothing { pass },
            _ if on_ci => Update::Nothing { pass },
            _ => Update::Pending { pass },
        }
    }

    fn write(self, current: &Snapshot, path: &Path, pending: &Path) -> io::Result<()> {
        let save = |path: &Path| {
            fs::create_dir_all(path.parent().expect("it lies in a folder"))?;
            current
                .save(path)
                .map_err(|error| io::Error::other(error.to_string()))
        };
        match self {
            Update::InPlace => save(path),
            Update::Pending { .. } => save(pending),
            Update::Nothing { .. } => Ok(()),
        }
    }

    fn is_accepted(self) -> bool {
        matches!(
            self,
            Update::InPlace | Update::Pending { pass: true } | Update::Nothing { pass: true }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], is_new: bool, expected: Update) {
        let variable = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.to_string())
        };
        assert_eq!(Update::wanted(is_new, variable), expected, "{variables:?}");
    }

    #[test]
    fn insta_says_what_becomes_of_a_change() {
        check(&[], true, Update::Pending { pass: false });
        check(&[("CI", "true")], true, Update::Nothing { pass: false });
        check(&[("CI", "false")], true, Update::Pending { pass: false });
        check(
            &[("CI", "1"), ("INSTA_UPDATE", "new")],
            false,
            Update::Pending { pass: false },
        );
        check(&[("INSTA_UPDATE", "always")], false, Update::InPlace);
        check(&[("INSTA_UPDATE", "unseen")], true, Update::InPlace);
        check(
            &[("INSTA_UPDATE", "unseen")],
            false,
            Update::Pending { pass: false },
        );
        check(
            &[("INSTA_UPDATE", "no")],
            false,
            Update::Nothing { pass: false },
        );
        check(
            &[("INSTA_FORCE_PASS", "1")],
            false,
            Update::Pending { pass: true },
        );
    }

    #[track_caller]
    fn check_pending(variables: &[(&str, &str)], expected: &str) {
        let variable = |name: &str| {
            let known = variables.iter().find(|(known, _)| *known == name);
            known.map(|(_, value)| value.to_string())
        };
        let path = Path::new("/app/ui/snapshots/a__b.snap");
        assert_eq!(
            pending(Path::new("/app/ui"), path, variable),
            Path::new(expected)
        );
    }

    #[test]
    fn insta_says_where_a_change_waits() {
        check_pending(&[], "/app/ui/snapshots/a__b.snap.new");
        check_pending(
            &[("INSTA_PENDING_DIR", "/new")],
            "/new/snapshots/a__b.snap.new",
        );
        check_pending(
            &[
                ("INSTA_PENDING_DIR", "/new"),
                ("INSTA_WORKSPACE_ROOT", "/app"),
            ],
            "/new/ui/snapshots/a__b.snap.new",
        );
    }

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
        let compare = |body| compare(root.path(), Path::new("suites/feed.yaml"), &info(), body);

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
        let conflict = "<<<<<<< ours\n---\nsource: a\n---\none\n=======\n>>>>>>> theirs\n";
        fs::write(folder.join("feed__scroll.snap"), conflict).expect("the folder is there");
        let change = compare(root.path(), Path::new("suites/feed.yaml"), &info(), "one\n");
        // Where insta was told to take everything, nothing is said to have changed.
        if let Some(change) = change.expect("it can be written") {
            assert!(change.is_new);
        }
    }
}
