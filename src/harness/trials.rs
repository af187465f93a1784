//! Finding suites, and making each scenario a trial.

use std::path::PathBuf;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use super::gate::Gate;
use super::{Again, Harness};
use crate::module::{printable, printable_row};
use crate::report::FaultKind;
use crate::suite::{self, DiscoverError, Scenario, Suite, SuiteErrors};

/// What is between a suite's name and a scenario's.
const SEPARATOR: &str = "::";

/// The trials that were asked for, before anything runs.
pub(super) struct Trials(Vec<Arc<Planned>>);

/// One trial to be.
enum Planned {
    Scenario {
        suite: Arc<Suite>,
        index: usize,
    },
    /// A suite that could not be read is a trial that fails, so that it does not hide the others.
    BrokenSuite {
        name: String,
        errors: SuiteErrors,
    },
}

/// There is nothing to run.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoTrials {
    #[error(transparent)]
    Suites(#[from] DiscoverError),
    #[error("error: no scenario matches {filter:?}\nthere are{}", listed(.names))]
    Selection { filter: String, names: Vec<String> },
}

impl NoTrials {
    pub(super) fn kind(&self) -> FaultKind {
        match self {
            NoTrials::Suites(_) => FaultKind::NoSuite,
            NoTrials::Selection { .. } => FaultKind::NoScenario,
        }
    }
}

/// Names that are told where another one was meant; the rest is counted.
const LISTED: usize = 20;

fn listed(names: &[String]) -> String {
    let (shown, others) = names.split_at(names.len().min(LISTED));
    let mut rows: Vec<String> = shown.iter().map(|name| format!("\n  {name}")).collect();
    if !others.is_empty() {
        rows.push(format!("\n  and {} more, which --list tells", others.len()));
    }
    rows.concat()
}

impl Trials {
    /// The scenarios of all suites; with `--exact`, only the suite that is named is read.
    pub(super) fn find(harness: &Harness) -> Result<Trials, NoTrials> {
        let mut paths = suite::discover(&harness.suites)?;
        if let Some(name) = exact_suite(&harness.arguments) {
            paths.retain(|path| shown(&suite::suite_name(path)) == name);
        }
        let planned = paths.into_iter().flat_map(planned);
        let trials = Trials(planned.map(Arc::new).collect());
        if harness.refuse_empty_selection {
            trials.refuse_empty_selection(&harness.arguments)?;
        }
        Ok(trials)
    }

    fn refuse_empty_selection(&self, arguments: &Arguments) -> Result<(), NoTrials> {
        let Some(filter) = &arguments.filter else {
            return Ok(());
        };
        let matches = |name: &String| {
            if arguments.exact {
                name == filter
            } else {
                name.contains(filter)
            }
        };
        let names: Vec<String> = self.0.iter().map(|planned| planned.name()).collect();
        if names.iter().any(matches) {
            return Ok(());
        }
        Err(NoTrials::Selection {
            filter: filter.clone(),
            names,
        })
    }

    /// Trials that can be listed and not run.
    pub(super) fn names_only(&self) -> Vec<Trial> {
        self.0
            .iter()
            .map(|planned| Trial::test(planned.name(), || Ok(())))
            .collect()
    }

    /// Trials that run, once each, however often they are made.
    pub(super) fn bound_to(&self, gate: &Arc<Gate>, again: &Again) -> Vec<Trial> {
        let bind = |planned: &Arc<Planned>| {
            let (planned, gate, again) = (planned.clone(), gate.clone(), again.clone());
            Trial::test(planned.name(), move || match &*planned {
                _ if !gate.takes(&planned.name()) => Ok(()),
                Planned::Scenario { suite, index } => {
                    gate.run(suite, &suite.scenarios[*index], &again)
                }
                Planned::BrokenSuite { name, errors } => gate.refuse(name, errors),
            })
        };
        self.0.iter().map(bind).collect()
    }
}

impl Planned {
    fn name(&self) -> String {
        match self {
            Planned::Scenario { suite, index } => trial_name(suite, &suite.scenarios[*index]),
            Planned::BrokenSuite { name, .. } => shown(name),
        }
    }
}

/// `suite::scenario`
pub(super) fn trial_name(suite: &Suite, scenario: &Scenario) -> String {
    shown(&format!("{}{SEPARATOR}{}", suite.name, scenario.name))
}

/// A name as libtest prints it, in rows of its own: files and keys of YAML may be called anything.
fn shown(name: &str) -> String {
    printable_row(&printable(name)).into_owned()
}

fn planned(path: PathBuf) -> Vec<Planned> {
    match suite::load(&path) {
        Ok(suite) => {
            let suite = Arc::new(suite);
            (0..suite.scenarios.len())
                .map(|index| Planned::Scenario {
                    suite: suite.clone(),
                    index,
                })
                .collect()
        }
        Err(errors) => vec![Planned::BrokenSuite {
            name: suite::suite_name(&path),
            errors,
        }],
    }
}

/// The suite of the one trial that `--exact` names.
fn exact_suite(arguments: &Arguments) -> Option<&str> {
    let filter = arguments.filter.as_deref().filter(|_| arguments.exact)?;
    Some(
        filter
            .split_once(SEPARATOR)
            .map_or(filter, |(suite, _)| suite),
    )
}
