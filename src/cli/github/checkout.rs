//! The files and suites of a checkout, to find there what a report names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::report::github::{Ground, Mistake, SuiteFile};
use crate::suite;

/// Files beyond that many are not looked at: a line that is not found is no fault.
const MOST_FILES: usize = 200_000;

/// What is known of the checkout at `root` with suites in these files and folders. What cannot be read is left out.
pub(super) fn ground(root: &Path, suites: &[PathBuf]) -> Ground {
    let mut files = Vec::new();
    walk(root, "", &mut files);
    let suites = suites
        .iter()
        .flat_map(|path| suite::discover(std::slice::from_ref(path)).unwrap_or_default());
    let suites: BTreeMap<String, SuiteFile> = suites
        .map(|path| (suite::suite_name(&path), suite_file(root, &path)))
        .collect();
    Ground::new(files, suites)
}

/// Files below that folder that somebody wrote: not what is hidden, built or fetched.
fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<fs::DirEntry> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let (Some(name), Ok(kind)) = (name.to_str(), entry.file_type()) else {
            continue;
        };
        let path = format!("{prefix}{name}");
        let is_left_out = name.starts_with('.') || name == "node_modules";
        if kind.is_file() && files.len() < MOST_FILES {
            files.push(path);
        } else if kind.is_dir() && !is_left_out && !is_built(&entry.path()) {
            walk(&entry.path(), &format!("{path}/"), files);
        }
    }
}

fn is_built(folder: &Path) -> bool {
    folder.join("CACHEDIR.TAG").is_file()
}

fn suite_file(root: &Path, path: &Path) -> SuiteFile {
    let shown = |path: &Path| path.display().to_string().replace('\\', "/");
    let absolute = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
    let text = fs::read_to_string(path).unwrap_or_default();
    SuiteFile {
        file: shown(absolute.strip_prefix(&root).unwrap_or(path)),
        path: shown(path.strip_prefix("./").unwrap_or(path)),
        scenarios: scenarios(&text),
        mistakes: mistakes(path),
    }
}

/// The lines on which scenarios begin, as far as each has a line of its own.
fn scenarios(text: &str) -> BTreeMap<String, u32> {
    let lines = (1..).zip(text.lines());
    let below = lines
        .skip_while(|(_, line)| !line.starts_with("scenarios:"))
        .skip(1);
    let mut found = BTreeMap::new();
    let mut indent = None;
    for (number, line) in below {
        let key = line.trim_start();
        let depth = line.len() - key.len();
        if key.is_empty() || key.starts_with('#') {
            continue;
        }
        if depth == 0 {
            break;
        }
        if *indent.get_or_insert(depth) == depth {
            let name = key.split(':').next().unwrap_or_default();
            found.insert(name.trim_matches(['"', '\'']).to_string(), number);
        }
    }
    found
}

fn mistakes(path: &Path) -> Vec<Mistake> {
    let Err(errors) = suite::load(path) else {
        return Vec::new();
    };
    let mistake = |error: &suite::SuiteError| Mistake {
        line: error
            .line_and_column()
            .and_then(|(line, _)| u32::try_from(line).ok()),
        message: error.message().to_string(),
    };
    errors.errors().iter().map(mistake).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_found_by_line() {
        let text = "module: a.wasm\n# scenarios:\nscenarios:\n  # one\n  edit:\n    cycles: 5\n\n  \"draw\":\n    steps:\n      - call: edit\nallocators: []\n";
        let found = scenarios(text);
        let expected = [("draw", 8), ("edit", 5)].map(|(name, line)| (name.to_string(), line));
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
        assert!(scenarios("scenarios: { a: {} }\n").is_empty());
    }
}
