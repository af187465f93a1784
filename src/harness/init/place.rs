//! Where a gate is set up: a crate or none, in a repository or none.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::files::Planned;
use super::{manifest, workflow};

const MANIFEST: &str = "Cargo.toml";
const CONFIG: &str = ".cargo/config.toml";
const WORKFLOW: &str = ".github/workflows/memory.yml";

/// The folder in which init was called.
pub(super) struct Place {
    /// Without links in it.
    folder: PathBuf,
    /// The folder of the repository.
    repository: PathBuf,
    /// The manifest as it is and as it will be, if it is of a package.
    manifest: Option<(String, String)>,
}

impl Place {
    pub(super) fn of(folder: &Path) -> Result<Place, String> {
        let absolute = folder.canonicalize();
        let absolute = absolute
            .map_err(|error| format!("error: failed to find {}: {error}", folder.display()))?;
        let has_git = |folder: &&Path| folder.join(".git").exists();
        let repository = absolute.ancestors().find(has_git).unwrap_or(&absolute);
        Ok(Place {
            repository: repository.to_path_buf(),
            manifest: package()?,
            folder: absolute,
        })
    }

    /// Whether suites are run by cargo.
    pub(super) fn has_crate(&self) -> bool {
        self.manifest.is_some()
    }

    /// The module as a suite in `suites/` has it: relative, where it lies in the same repository or beside it.
    pub(super) fn module(&self, path: &Path) -> String {
        let Ok(absolute) = path.canonicalize() else {
            return path.display().to_string();
        };
        slashed(&relative(&self.folder.join("suites"), &absolute))
    }

    /// The harness, what the manifest needs for it, and an alias.
    pub(super) fn of_crate(&self) -> Result<Vec<Planned>, String> {
        let Some((before, after)) = &self.manifest else {
            return Ok(Vec::new());
        };
        let config = read(CONFIG)?;
        let with_alias = manifest::config(config.as_deref().unwrap_or_default());
        let with_alias = with_alias.map_err(|error| not_toml(CONFIG, &error.to_string()))?;
        Ok(vec![
            Planned::new("tests/memory.rs", manifest::HARNESS.to_string()),
            Planned {
                before: Some(before.clone()),
                ..Planned::new(MANIFEST, after.clone())
            },
            Planned {
                before: config,
                ..Planned::new(CONFIG, with_alias)
            },
        ])
    }

    /// It counts only at the root of a repository.
    pub(super) fn workflow(&self) -> Planned {
        let within = relative(&self.repository, &self.folder);
        let up = relative(&self.folder, &self.repository);
        Planned::new(
            up.join(WORKFLOW),
            workflow::workflow(&slashed(&within), self.has_crate()),
        )
    }
}

/// The manifest of the package in this folder, as it is and as it will be.
fn package() -> Result<Option<(String, String)>, String> {
    let Some(before) = read(MANIFEST)? else {
        return Ok(None);
    };
    let after =
        manifest::manifest(&before).map_err(|error| not_toml(MANIFEST, &error.to_string()))?;
    Ok(after.map(|after| (before, after)))
}

fn not_toml(path: &str, cause: &str) -> String {
    format!("error: {path} cannot be added to, since it is no TOML:\n{cause}")
}

/// None where there is no such file.
fn read(path: &str) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("error: failed to read {path}: {error}")),
    }
}

/// The way from one absolute path to another.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let (from, to): (Vec<Component>, Vec<Component>) =
        (from.components().collect(), to.components().collect());
    let common = from
        .iter()
        .zip(&to)
        .take_while(|(one, other)| one == other)
        .count();
    let up = from[common..].iter().map(|_| Component::ParentDir);
    up.chain(to[common..].iter().copied()).collect()
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        assert_eq!(slashed(&relative(Path::new(from), Path::new(to))), expected);
    }

    #[test]
    fn ways_are_short() {
        check("/app/suites", "/app/app.wasm", "../app.wasm");
        check("/app/suites", "/out/app.wasm", "../../out/app.wasm");
        check("/app", "/app", "");
        check("/app", "/app/crates/ui", "crates/ui");
    }
}
