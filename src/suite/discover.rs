//! Finding suites: by the names of files, without reading them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::suite_name;

/// The suite files that some paths stand for, without repetition, in a stable order.
///
/// - A file is a suite, whatever it is called.
/// - A folder stands for its own `*.yaml` and `*.yml` files, sorted; hidden files and folders inside are left alone.
///
/// # Errors
///
/// When a path leads nowhere or cannot be read, when no suite is found, and when two have one name.
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
    /// A path leads nowhere.
    #[error(
        "there is no file and no folder \"{}\": name a suite or a folder of suites, such as memgate test path/to/app.yaml",
        path.display()
    )]
    Missing {
        /// The path, as it was given.
        path: PathBuf,
    },
    /// A path cannot be read.
    #[error("failed to read {}: {source}", path.display())]
    Unreadable {
        /// The path, as it was given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The paths hold no suite.
    #[error("no suite found: {}", why_none(scanned))]
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

fn why_none(scanned: &[PathBuf]) -> String {
    let names: Vec<String> = scanned
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let names = names.join(", ");
    match scanned.len() {
        0 => "no file and no folder was named".to_owned(),
        1 => format!("{names} holds no *.yaml or *.yml file"),
        _ => format!("{names} hold no *.yaml or *.yml file"),
    }
}

fn suites_at(path: &Path) -> Result<Vec<PathBuf>, DiscoverError> {
    let unreadable = |source: io::Error| {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => DiscoverError::Missing { path },
            _ => DiscoverError::Unreadable { path, source },
        }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::discover;

    fn folder_with(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary directory can be made");
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a file has a folder"))
                .expect("a folder can be made");
            fs::write(path, "").expect("a file can be written");
        }
        folder
    }

    /// What is discovered, or why nothing is, with paths relative to the folder.
    fn discovered(folder: &TempDir, paths: &[&str]) -> String {
        let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
        let text = match discover(&paths) {
            Ok(suites) => suites
                .iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        };
        text.replace('\\', "/").replace(
            &format!("{}/", folder.path().display()).replace('\\', "/"),
            "",
        )
    }

    #[test]
    fn folder_stands_for_its_own_suites() {
        let files = [
            "s/b.yaml",
            "s/a.yml",
            "s/.hidden.yaml",
            "s/notes.txt",
            "s/data/c.yaml",
        ];
        assert_eq!(discovered(&folder_with(&files), &["s"]), "s/a.yml s/b.yaml");
    }

    #[test]
    fn paths_keep_their_order_without_repetition() {
        let folder = folder_with(&["s/b.yaml", "s/a.yaml", "c.suite"]);
        assert_eq!(
            discovered(&folder, &["s/b.yaml", "s", "c.suite"]),
            "s/b.yaml s/a.yaml c.suite"
        );
    }

    #[test]
    fn no_suite_is_an_error() {
        let folder = folder_with(&["s/notes.txt"]);
        assert_eq!(
            discovered(&folder, &["s"]),
            "no suite found: s holds no *.yaml or *.yml file"
        );
        assert_eq!(
            discovered(&folder, &[]),
            "no suite found: no file and no folder was named"
        );
        assert_eq!(
            discovered(&folder, &["t"]),
            "there is no file and no folder \"t\": name a suite or a folder of suites, such as memgate test path/to/app.yaml"
        );
    }

    #[test]
    fn one_name_is_one_suite() {
        let folder = folder_with(&["a/feed.yaml", "b/feed.yml"]);
        assert_eq!(
            discovered(&folder, &["a", "b"]),
            "two suites are named `feed`: a/feed.yaml and b/feed.yml\na suite is named as its file, rename one"
        );
    }
}
