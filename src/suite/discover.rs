//! Finding suites: by the names of files, without reading them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::suite::suite_name;

/// The suite files that some paths stand for, without repetition, in a stable order.
///
/// - A file is a suite, whatever it is called.
/// - A folder stands for its own `*.yaml` and `*.yml` files, sorted; hidden files and folders inside are left alone.
/// - It is an error if there is none, or if two have one name.
pub fn discover(paths: &[PathBuf]) -> Result<Vec<PathBuf>, DiscoverError> {
    let mut suites: Vec<PathBuf> = Vec::new();
    for path in paths {
        for suite in suites_at(path)? {
            if !suites.contains(&suite) {
                suites.push(suite);
            }
        }
    }
    if suites.is_empty() {
        return Err(DiscoverError::NoSuite {
            scanned: paths.to_vec(),
        });
    }
    refuse_same_names(&suites)?;
    Ok(suites)
}

/// Why there are no suites to run.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// A path cannot be read.
    #[error("failed to read {}: {source}", path.display())]
    Unreadable {
        /// The path, as it was given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The paths hold no suite.
    #[error("no suite found: {} no *.yaml or *.yml file", folders(scanned))]
    NoSuite {
        /// Where suites were looked for.
        scanned: Vec<PathBuf>,
    },
    /// Two suites have one name, so that their trials would have, too.
    #[error(
        "two suites are named `{name}`: {} and {}\na suite is named as its file, rename one",
        first.display(), second.display()
    )]
    SameName {
        /// The name of both.
        name: String,
        /// The one that was found first.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
}

fn folders(scanned: &[PathBuf]) -> String {
    match scanned {
        [] => "there is no folder to look into, so".to_owned(),
        [folder] => format!("{} holds", folder.display()),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            format!("{} hold", names.join(", "))
        }
    }
}

fn suites_at(path: &Path) -> Result<Vec<PathBuf>, DiscoverError> {
    let unreadable = |source| DiscoverError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let metadata = path.metadata().map_err(unreadable)?;
    if !metadata.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut suites = Vec::new();
    for entry in path.read_dir().map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if is_suite(&file) {
            suites.push(file);
        }
    }
    suites.sort();
    Ok(suites)
}

fn is_suite(file: &Path) -> bool {
    let is_hidden = suite_name(file).starts_with('.');
    let is_yaml = file
        .extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml");
    is_yaml && !is_hidden && file.is_file()
}

fn refuse_same_names(suites: &[PathBuf]) -> Result<(), DiscoverError> {
    let mut named: BTreeMap<String, &PathBuf> = BTreeMap::new();
    for suite in suites {
        let name = suite_name(suite);
        if let Some(first) = named.insert(name.clone(), suite) {
            return Err(DiscoverError::SameName {
                name,
                first: first.clone(),
                second: suite.clone(),
            });
        }
    }
    Ok(())
}
