//! insta's comparison, taken out of its hands: it would print its diff and panic, which interleaves under parallel trials.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::Path;

use insta::{Comparator, Settings, Snapshot};

use super::Info;
use super::update::variable;

/// What was accepted, and what is there now.
pub(super) struct Sides {
    pub(super) accepted: Snapshot,
    pub(super) current: Snapshot,
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

/// What was accepted in that folder, and the new body as insta would keep it.
pub(super) fn both_sides(
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

/// A new body as insta would keep it, whatever was accepted.
pub(super) fn rendered(
    root: &Path,
    suite: &Path,
    name: &str,
    info: &Info,
    body: &str,
) -> Result<Snapshot, String> {
    let folder = placeholder(root, name).map_err(|error| error.to_string())?;
    let sides = both_sides(root, folder.path(), suite, name, info, body)?;
    Ok(sides.current)
}

/// insta compares only with something, so what is new is compared with nothing.
///
/// Where insta was told to keep what is pending in a folder of its own, it takes no snapshot from outside of `root`.
pub(super) fn placeholder(root: &Path, name: &str) -> io::Result<tempfile::TempDir> {
    let folder = match variable("INSTA_PENDING_DIR") {
        Some(_) => tempfile::tempdir_in(root)?,
        None => tempfile::tempdir()?,
    };
    fs::write(
        folder.path().join(format!("{name}.snap")),
        "---\nsource: nothing\n---\n",
    )?;
    Ok(folder)
}

pub(super) fn text(snapshot: &Snapshot) -> String {
    snapshot
        .as_text()
        .map(ToString::to_string)
        .unwrap_or_default()
}
