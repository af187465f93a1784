//! What becomes of a snapshot that changed: insta's environment variables say it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use insta::Snapshot;

/// What the environment says.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Where a snapshot waits for review: beside the accepted one, or in the same place below a folder that insta was given.
pub(super) fn pending(
    root: &Path,
    path: &Path,
    variable: impl Fn(&str) -> Option<String>,
) -> PathBuf {
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
pub(super) enum Update {
    /// Accept it.
    InPlace,
    /// Leave it for review, and fail unless told to pass.
    Pending { pass: bool },
    /// Leave no trace, and fail unless told to pass.
    Nothing { pass: bool },
}

impl Update {
    /// As insta's documentation has it: <https://insta.rs/docs/advanced/#updating-snapshots>.
    pub(super) fn wanted(is_new: bool, variable: impl Fn(&str) -> Option<String>) -> Update {
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

    /// Does it, with what there is now.
    pub(super) fn write(self, current: &Snapshot, path: &Path, pending: &Path) -> io::Result<()> {
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

    /// Whether the change counts as none.
    pub(super) fn is_accepted(self) -> bool {
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
}
