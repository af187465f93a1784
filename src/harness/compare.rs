//! Every scenario twice: with the same module, which must not make any difference, or with another build of it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::gate::Gate;
use super::trials::trial_name;
use super::{broken, modules, say_with, today};
use crate::report::{
    Difference, Fault, ScenarioReport, Sides, comparison, difference, no_comparison, null_test,
    unequal_parts,
};
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
    /// Whether it is told as JSON.
    pub(crate) as_json: bool,
}

/// One scenario's two runs.
#[derive(Serialize)]
struct Compared {
    /// `suite::scenario`
    name: String,
    #[serde(skip)]
    sides: Option<Sides>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// Two builds.
    Difference(Difference),
    /// Two runs of one build, and the parts of their reports that are not equal.
    NullTest {
        difference: Difference,
        unequal: Vec<String>,
    },
    /// One of the runs did not come to figures.
    Fault(Fault),
}

impl Compare {
    /// As for diff(1), the exit code is 0 if nothing differs, 1 if something does, and 2 for trouble: a run that came to nothing, or
    /// a difference where there must be none.
    pub(crate) fn run(self) -> ExitCode {
        let compared = match self.compare() {
            Ok(compared) => compared,
            Err(cause) => return broken(&cause),
        };
        let text = if self.as_json {
            let json = serde_json::to_string_pretty(&compared);
            json.expect("figures and names are JSON values") + "\n"
        } else {
            compared.iter().map(Compared::text).collect()
        };
        let code = compared.iter().map(Compared::code).max().unwrap_or(2);
        say_with(&text, code)
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

fn both(a: &ScenarioReport, b: &ScenarioReport, compare: impl Fn() -> Outcome) -> Outcome {
    let fault = a.fault.as_ref().or(b.fault.as_ref());
    fault.cloned().map_or_else(compare, Outcome::Fault)
}

impl Compared {
    fn text(&self) -> String {
        let Compared {
            name,
            sides,
            outcome,
        } = self;
        match outcome {
            Outcome::Difference(difference) => {
                let sides = sides.as_ref().expect("builds have names");
                comparison(name, sides, difference)
            }
            Outcome::NullTest {
                difference,
                unequal,
            } => null_test(name, difference, unequal),
            Outcome::Fault(fault) => no_comparison(name, fault),
        }
    }

    fn code(&self) -> u8 {
        match &self.outcome {
            Outcome::Difference(difference) => u8::from(!difference.is_empty()),
            Outcome::NullTest { unequal, .. } if unequal.is_empty() => 0,
            Outcome::NullTest { .. } | Outcome::Fault(_) => 2,
        }
    }
}
