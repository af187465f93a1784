//! `report.json`: everything, for programs. Whole or not there, and one for all processes of a run.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::saved::FILE_NAME;
use super::value::{Report, ScenarioReport, SuiteReport, VERSION};

/// The report could not be saved.
#[derive(Debug, thiserror::Error)]
#[error("failed to save {path}: {source}")]
pub struct ReportError {
    path: PathBuf,
    source: io::Error,
}

/// The report of one run, in a folder of its own.
#[derive(Clone, Debug)]
pub struct ReportFile {
    folder: PathBuf,
    /// What other processes of the same run share; none if this process is all of it.
    run: Option<String>,
}

impl ReportFile {
    /// The report in that folder. Under a runner with one process a trial, all of them name the same `run`.
    pub fn new(folder: &Path, run: Option<String>) -> ReportFile {
        ReportFile {
            folder: folder.to_path_buf(),
            run,
        }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    /// Saves what ran. What other processes of this run saved stays; what earlier runs left does not.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written to.
    pub fn save(&self, suites: Vec<SuiteReport>) -> Result<(), ReportError> {
        let failed = |source| ReportError {
            path: self.path(),
            source,
        };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        // Held until the function returns: read, merge and write are one step.
        let lock = File::create(self.folder.join("report.lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let report = merged(self.of_this_run(), suites);
        self.write(&self.path(), &json(&report).map_err(failed)?)
            .map_err(failed)?;
        self.write(
            &self.run_path(),
            self.run.as_deref().unwrap_or_default().as_bytes(),
        )
        .map_err(failed)
    }

    /// What other processes of this run have saved.
    fn of_this_run(&self) -> Vec<SuiteReport> {
        let saved_by = fs::read_to_string(self.run_path()).ok();
        if self.run.is_none() || self.run != saved_by {
            return Vec::new();
        }
        let saved = fs::read(self.path())
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Report>(&bytes).ok());
        saved.map(|report| report.suites).unwrap_or_default()
    }

    /// Beside the report and not in it, so that the report is the same for every run.
    fn run_path(&self) -> PathBuf {
        self.folder.join("report.run")
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }
}

/// Suites and scenarios by name, each once: the latest counts.
fn merged(mut suites: Vec<SuiteReport>, new: Vec<SuiteReport>) -> Report {
    for suite in new {
        match suites.iter_mut().find(|known| known.name == suite.name) {
            Some(known) => {
                known.error = suite.error;
                suite
                    .scenarios
                    .into_iter()
                    .for_each(|scenario| replace(&mut known.scenarios, scenario));
            }
            None => suites.push(suite),
        }
    }
    suites.sort_by(|one, other| one.name.cmp(&other.name));
    for suite in &mut suites {
        suite
            .scenarios
            .sort_by(|one, other| one.name.cmp(&other.name));
    }
    Report {
        version: VERSION,
        suites,
    }
}

fn replace(scenarios: &mut Vec<ScenarioReport>, scenario: ScenarioReport) {
    scenarios.retain(|known| known.name != scenario.name);
    scenarios.push(scenario);
}

fn json(report: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(report)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Fault, FaultKind, without_figures};

    fn suite(name: &str, scenarios: &[&str]) -> SuiteReport {
        let fault = Fault {
            kind: FaultKind::Trap,
            headline: String::new(),
            cause: String::new(),
            advice: None,
            stack: Vec::new(),
            stderr: String::new(),
        };
        let scenario = |name: &&str| without_figures(name, "a.wasm", fault.clone());
        SuiteReport {
            name: name.into(),
            error: None,
            scenarios: scenarios.iter().map(scenario).collect(),
        }
    }

    /// Saves by several processes, of the runs that are named; the report that is there in the end.
    fn check(saves: &[(Option<&str>, &str, &[&str])], expected: &[(&str, &[&str])]) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (run, name, scenarios) in saves {
            let file = ReportFile::new(folder.path(), run.map(str::to_string));
            file.save(vec![suite(name, scenarios)])
                .expect("the folder is there");
        }
        let bytes = fs::read(folder.path().join("report.json")).expect("it was saved");
        let report: Report = serde_json::from_slice(&bytes).expect("it is a report");
        let expected: Vec<SuiteReport> = expected
            .iter()
            .map(|(name, scenarios)| suite(name, scenarios))
            .collect();
        assert_eq!(
            report,
            Report {
                version: VERSION,
                suites: expected
            }
        );
    }

    #[test]
    fn processes_of_one_run_share_a_report() {
        let run = Some("7");
        check(
            &[(run, "b", &["y"]), (run, "a", &["z"]), (run, "b", &["x"])],
            &[("a", &["z"]), ("b", &["x", "y"])],
        );
    }

    #[test]
    fn another_run_begins_anew() {
        check(
            &[(Some("7"), "a", &["x"]), (Some("8"), "b", &["y"])],
            &[("b", &["y"])],
        );
        check(
            &[
                (Some("7"), "a", &["x"]),
                (None, "b", &["y"]),
                (None, "c", &["z"]),
            ],
            &[("c", &["z"])],
        );
    }
}
