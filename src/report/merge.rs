//! One report of several: those of a run's shards, on machines of their own.

use std::path::{Path, PathBuf};

use super::difference::unequal_parts;
use super::value::{Report, ScenarioReport, SuiteReport, VERSION};
use crate::module::printable;

/// Reports that are not of one run.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum MergeError {
    /// A scenario ran twice, and came to different things.
    #[error(
        "the scenario {scenario} differs in two reports: {first} and {second}\n\
         what is different: {}\n\
         merge the shards of one run, of one module, suite and memgate; where there are reports of older runs, leave these out",
        parts.join(", ")
    )]
    Scenario {
        /// `suite::scenario`
        scenario: String,
        /// The report that has it first, in the order in which they were named.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
        /// What is different, by the names in `report.json`.
        parts: Vec<String>,
    },
    /// A suite could be read on one machine, and not, or not in the same way, on another.
    #[error(
        "the suite {suite} differs in two reports: {first} and {second}\n\
         {}\n\
         merge the shards of one run, with the same suites on every machine",
        told(errors)
    )]
    Suite {
        /// Its name.
        suite: String,
        /// The report that has it first, in the order in which they were named.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
        /// Why it could not be read, in the first and in the second.
        errors: Box<[Option<String>; 2]>,
    },
}

fn told(errors: &[Option<String>; 2]) -> &'static str {
    match errors {
        [Some(_), Some(_)] => "it could be read in neither, for different reasons",
        [Some(_), None] => "it could not be read in the first one",
        [None, _] => "it could not be read in the second one",
    }
}

/// The one report of all shards of a run, in whatever order they come: that which a single machine would have saved.
///
/// Each report comes with where it was read, for errors to name. A scenario that several have is there once.
///
/// # Errors
///
/// When two reports tell different things of one scenario, or of a suite that cannot be read.
pub fn merge(reports: Vec<(PathBuf, Report)>) -> Result<Report, MergeError> {
    let mut merged = Merged::default();
    for (path, report) in reports {
        for suite in report.suites {
            merged.add_suite(&path, suite)?;
        }
    }
    let suites = merged.suites.into_iter().map(|known| known.report);
    Ok(sorted(suites.collect()))
}

/// The report of these suites, everything by name.
pub(super) fn sorted(mut suites: Vec<SuiteReport>) -> Report {
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

#[derive(Default)]
struct Merged {
    suites: Vec<Known>,
}

/// A suite, and where what is known of it was read.
struct Known {
    path: PathBuf,
    report: SuiteReport,
    /// Of each scenario.
    paths: Vec<PathBuf>,
}

impl Merged {
    fn add_suite(&mut self, path: &Path, mut suite: SuiteReport) -> Result<(), MergeError> {
        let scenarios = std::mem::take(&mut suite.scenarios);
        let known = self
            .suites
            .iter_mut()
            .find(|known| known.report.name == suite.name);
        let known = match known {
            None => {
                self.suites.push(Known {
                    path: path.to_path_buf(),
                    report: suite,
                    paths: Vec::new(),
                });
                self.suites.last_mut().expect("it was just added")
            }
            Some(known) if known.report.error == suite.error => known,
            Some(known) => {
                return Err(MergeError::Suite {
                    suite: printable(suite.name).into_owned(),
                    first: known.path.clone(),
                    second: path.to_path_buf(),
                    errors: Box::new([known.report.error.clone(), suite.error]),
                });
            }
        };
        scenarios
            .into_iter()
            .try_for_each(|scenario| known.add_scenario(path, scenario))
    }
}

impl Known {
    fn add_scenario(&mut self, path: &Path, scenario: ScenarioReport) -> Result<(), MergeError> {
        let mut scenarios = self.report.scenarios.iter().zip(&self.paths);
        match scenarios.find(|(known, _)| known.name == scenario.name) {
            None => {
                self.report.scenarios.push(scenario);
                self.paths.push(path.to_path_buf());
                Ok(())
            }
            Some((known, _)) if *known == scenario => Ok(()),
            Some((known, first)) => Err(MergeError::Scenario {
                scenario: printable(format!("{}::{}", self.report.name, scenario.name))
                    .into_owned(),
                first: first.clone(),
                second: path.to_path_buf(),
                parts: unequal_parts(known, &scenario),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
