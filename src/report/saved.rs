//! A report that an earlier run saved, read back.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::value::{Report, VERSION};

/// The name of the report in the folder of a run.
pub(super) const FILE_NAME: &str = "report.json";

/// A saved report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is not there, or must not be read.
    #[error("failed to read the report {path}: {cause}\n{}", advice(cause))]
    Unreadable {
        /// Where it was looked for.
        path: PathBuf,
        /// The system's own words.
        cause: io::Error,
    },
    /// It ends in the midst of something.
    #[error(
        "the report {path} is cut off after {bytes} bytes\n\
         copy it anew, or run the suites again: memgate writes reports whole or not at all"
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// How long it is.
        bytes: usize,
    },
    /// It is something else.
    #[error(
        "{path} is no report of memgate: {cause}\nname the `report.json` of a run, or the folder that it is in"
    )]
    NotAReport {
        /// The file.
        path: PathBuf,
        /// Where it is different, and how.
        cause: serde_json::Error,
    },
    /// It tells two things of one scenario.
    #[error(
        "the report {path} has the scenario {name} twice\nno run leaves such a report: run the suites again"
    )]
    Twice {
        /// The file.
        path: PathBuf,
        /// `suite::scenario`
        name: String,
    },
    /// Another memgate wrote it.
    #[error(
        "the report {path} is of version {version}, and this memgate reads version {VERSION}\n\
         read it with the memgate that wrote it, or run the suites again"
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// What it says of itself.
        version: u32,
    },
}

fn advice(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::NotFound => {
            "run the suites first, with `memgate test` or `cargo test`, or name the folder of another run"
        }
        _ => "it must be a file that can be read",
    }
}

/// The part of every version that says which one it is.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// The report of a run: `run` is a `report.json`, or the folder that holds one, such as `target/memgate`.
///
/// # Errors
///
/// When it cannot be read, ends early, is something else, or is of another [`VERSION`].
pub fn load(run: &Path) -> Result<Report, LoadError> {
    let path = match run.is_dir() {
        true => run.join(FILE_NAME),
        false => run.to_path_buf(),
    };
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|cause| LoadError::Unreadable {
        path: path.clone(),
        cause,
    })?;
    parse(&path, &bytes)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Report, LoadError> {
    let wrong = |cause: serde_json::Error| match cause.is_eof() {
        true => LoadError::Truncated {
            path: path.to_path_buf(),
            bytes: bytes.len(),
        },
        false => LoadError::NotAReport {
            path: path.to_path_buf(),
            cause,
        },
    };
    // The version first: what another one says may not fit at all.
    let Versioned { version } = serde_json::from_slice(bytes).map_err(wrong)?;
    if version != VERSION {
        return Err(LoadError::OtherVersion {
            path: path.to_path_buf(),
            version,
        });
    }
    let report: Report = serde_json::from_slice(bytes).map_err(wrong)?;
    match twice(&report) {
        Some(name) => Err(LoadError::Twice {
            path: path.to_path_buf(),
            name,
        }),
        None => Ok(report),
    }
}

/// A scenario that is there more than once.
fn twice(report: &Report) -> Option<String> {
    let mut seen = BTreeSet::new();
    let names = report.scenario_names().into_iter();
    let mut again = names.filter(|name| !seen.insert(name.clone()));
    again.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let error = parse(Path::new("report.json"), bytes).expect_err("it is no report");
        let text = error.to_string();
        let headline = text.lines().next().unwrap_or_default();
        assert_eq!(headline, expected);
    }

    #[test]
    fn what_is_no_report_is_refused() {
        check(b"", "the report report.json is cut off after 0 bytes");
        check(
            br#"{"version": 1, "suites": [{"name": "a"#,
            "the report report.json is cut off after 37 bytes",
        );
        check(
            br#"{"version": 99, "trials": {}}"#,
            "the report report.json is of version 99, and this memgate reads version 1",
        );
        let scenario = serde_json::to_string(&crate::report::without_figures(
            "b",
            "b.wasm",
            crate::report::Fault {
                kind: crate::report::FaultKind::Trap,
                headline: String::new(),
                cause: String::new(),
                advice: None,
                stack: Vec::new(),
                stderr: String::new(),
            },
        ))
        .expect("a report is a JSON value");
        check(
            format!(
                r#"{{"version": 1, "suites": [{{"name": "a", "error": null, "scenarios": [{scenario}, {scenario}]}}]}}"#
            )
            .as_bytes(),
            "the report report.json has the scenario a::b twice",
        );
        check(
            b"[]",
            "report.json is no report of memgate: invalid length 0, expected struct Versioned with 1 element at line 1 column 2",
        );
        check(
            b"GIF89a",
            "report.json is no report of memgate: expected value at line 1 column 1",
        );
    }

    #[test]
    fn a_missing_report_is_told_with_what_makes_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = load(folder.path()).expect_err("nothing was run");
        assert!(
            error.to_string().contains("run the suites first"),
            "{error}"
        );
    }
}
