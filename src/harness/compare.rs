//! Every scenario twice: with the same module, which must not make any difference, or with another build of it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::compared::{self, Compared, Format, Outcome, both};
use super::gate::Gate;
use super::trials::trial_name;
use super::{broken, modules, say_with, today};
use crate::report::{Sides, difference, unequal_parts};
use crate::suite::{self, ModuleSource, Scenario, Suite};

/// What is compared, and how it is told.
pub(crate) struct Compare {
    /// Suite files, and folders of them.
    pub(crate) suites: Vec<PathBuf>,
    /// The other build; none for the null test.
    pub(crate) against: Option<PathBuf>,
    /// Only scenarios whose names contain it.
    pub(crate) filter: String,
    /// Where what was compiled is kept.
    pub(crate) output: PathBuf,
    /// How it is told.
    pub(crate) format: Format,
}

impl Compare {
    /// As for diff(1), the exit code is 0 if nothing differs, 1 if something does, and 2 for trouble: a run that came to nothing, or
    /// a difference where there must be none.
    pub(crate) fn run(self) -> ExitCode {
        match self.compare() {
            Ok(compared) => say_with(
                &compared::told(&compared, self.format),
                compared::code(&compared),
            ),
            Err(cause) => broken(&cause),
        }
    }

    fn compare(&self) -> Result<Vec<Compared>, String> {
        let suites = self.load()?;
        let gate = Gate::new(Path::new("."), &self.output, false, today::today()?);
        let gate = gate.map_err(|error| error.to_string())?;
        let mut compared = Vec::new();
        for suite in &suites {
            let wanted = |scenario: &&Scenario| trial_name(suite, scenario).contains(&self.filter);
            let scenarios = suite.scenarios.iter().filter(wanted);
            compared.extend(scenarios.map(|scenario| match &self.against {
                Some(other) => builds(&gate, suite, scenario, other),
                None => runs(&gate, suite, scenario),
            }));
        }
        if compared.is_empty() {
            return Err(format!("error: no scenario matches {:?}", self.filter));
        }
        Ok(compared)
    }

    fn load(&self) -> Result<Vec<Suite>, String> {
        let paths = suite::discover(&self.suites).map_err(|error| error.to_string())?;
        let suites = paths.iter().map(|path| suite::load(path));
        let suites: Vec<Suite> = suites
            .collect::<Result<_, _>>()
            .map_err(|errors| errors.to_string())?;
        let is_one = suites
            .windows(2)
            .all(|pair| modules::file(&pair[0]) == modules::file(&pair[1]));
        match &self.against {
            Some(_) if !is_one => Err(
                "error: `--against` names another build of one module, but these suites are about several\n\
                 give one suite, such as `memgate compare suites/app.yaml --against new.wasm`"
                    .to_string(),
            ),
            _ => Ok(suites),
        }
    }
}

/// The same module twice.
fn runs(gate: &Gate, suite: &Suite, scenario: &Scenario) -> Compared {
    let a = gate.scenario(suite, scenario);
    let b = gate.scenario(suite, scenario);
    let outcome = both(&a, &b, || Outcome::NullTest {
        difference: difference(&a, &b),
        unequal: unequal_parts(&a, &b),
    });
    Compared {
        name: trial_name(suite, scenario),
        sides: None,
        outcome,
    }
}

/// The suite's module, and another build in its place.
fn builds(gate: &Gate, suite: &Suite, scenario: &Scenario, other: &Path) -> Compared {
    let other = Suite {
        module: ModuleSource::File(other.to_path_buf()),
        ..suite.clone()
    };
    let a = gate.scenario(suite, scenario);
    let b = gate.scenario(&other, scenario);
    let outcome = both(&a, &b, || Outcome::Difference(difference(&a, &b)));
    Compared {
        name: trial_name(suite, scenario),
        sides: Some(Sides {
            a: a.module,
            b: b.module,
        }),
        outcome,
    }
}
