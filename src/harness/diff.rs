//! Two reports, or two modules, beside each other.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::compared::{self, Compared, Format, Outcome, Side, both};
use super::profile::{self, SUITE, Story};
use super::{broken, say_with};
use crate::report::{
    self, Fault, FaultKind, Report, ScenarioReport, Sides, SuiteReport, difference,
};

/// What is compared, and how it is told.
pub(crate) struct Diff {
    /// The first: a saved report, the folder of a run, or a module.
    pub(crate) a: PathBuf,
    /// The second.
    pub(crate) b: PathBuf,
    /// What is done to modules.
    pub(crate) story: Story,
    /// Where what was compiled is kept.
    pub(crate) output: PathBuf,
    /// How it is told.
    pub(crate) format: Format,
    /// Whether scenarios without a difference are named, too.
    pub(crate) names_all: bool,
}

impl Diff {
    /// As for diff(1), the exit code is 0 if nothing differs, 1 if something does, and 2 for trouble.
    pub(crate) fn run(self) -> ExitCode {
        let compared = match (is_module(&self.a), is_module(&self.b)) {
            (true, true) => self.modules(),
            (false, false) => self.reports(),
            (is_module, _) => Err(unlike(&self.a, &self.b, is_module)),
        };
        match compared {
            Ok(compared) => self.tell(compared),
            Err(cause) => broken(&cause),
        }
    }

    fn reports(&self) -> Result<Vec<Compared>, String> {
        if self.story.is_of_calls() {
            return Err("error: `--call` goes with modules, and these are reports".to_string());
        }
        let load = |path: &Path| report::load(path).map_err(|error| error.to_string());
        let (a, b) = (load(&self.a)?, load(&self.b)?);
        let compared = scenarios(a, b, &self.sides());
        match compared.is_empty() {
            true => Err("error: neither of the reports has a scenario in it".to_string()),
            false => Ok(compared),
        }
    }

    /// Both are told the same story.
    fn modules(&self) -> Result<Vec<Compared>, String> {
        let folder = self.output.join(SUITE);
        let gate = profile::gate(&self.output, &folder)?;
        let a = profile::profiled(&gate, &self.a, &self.story)?;
        let b = profile::profiled(&gate, &self.b, &self.story)?;
        Ok(vec![Compared {
            name: a.name.clone(),
            sides: Some(self.sides()),
            outcome: both(&a, &b, || Outcome::Difference(difference(&a, &b))),
        }])
    }

    fn sides(&self) -> Sides {
        let shown = |path: &Path| crate::module::printable(path.display().to_string()).into_owned();
        Sides {
            a: shown(&self.a),
            b: shown(&self.b),
        }
    }

    /// Those that matter first; those that do not differ are counted, where there are several.
    fn tell(&self, mut compared: Vec<Compared>) -> ExitCode {
        compared.sort_by_key(|it| Reverse(it.weight()));
        let code = compared::code(&compared);
        let same = compared.iter().filter(|it| it.is_same()).count();
        if self.names_all || same < 2 || self.format == Format::Json {
            return say_with(&compared::told(&compared, self.format), code);
        }
        compared.retain(|it| !it.is_same());
        let told = compared::told(&compared, self.format);
        let rest = format!("{same} scenarios without a difference\n");
        say_with(&(told + &rest), code)
    }
}

fn unlike(a: &Path, b: &Path, a_is_module: bool) -> String {
    let (module, other) = if a_is_module { (a, b) } else { (b, a) };
    format!(
        "error: {} is a module and {} is none: compare two modules, or the reports of two runs",
        module.display(),
        other.display()
    )
}

/// Whether it is wasm, or at least called so: then it is told why it is none.
fn is_module(path: &Path) -> bool {
    let mut start = [0; 4];
    let begins = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    begins.is_ok() && start == *b"\0asm" || path.extension().is_some_and(|it| it == "wasm")
}

/// Every scenario that one of the reports has.
fn scenarios(a: Report, b: Report, sides: &Sides) -> Vec<Compared> {
    let mut both_of: BTreeMap<String, [Option<ScenarioReport>; 2]> = BTreeMap::new();
    let mut unread = Vec::new();
    for (side, report) in [a, b].into_iter().enumerate() {
        for suite in report.suites {
            unread.extend(unreadable(&suite));
            for scenario in suite.scenarios {
                let name = format!("{}::{}", suite.name, scenario.name);
                both_of.entry(name).or_default()[side] = Some(scenario);
            }
        }
    }
    let compared = both_of.into_iter().filter_map(|(name, runs)| {
        let outcome = match runs {
            [Some(a), Some(b)] => both(&a, &b, || Outcome::Difference(difference(&a, &b))),
            [Some(_), None] => Outcome::OnlyIn(Side::A),
            [None, Some(_)] => Outcome::OnlyIn(Side::B),
            [None, None] => return None,
        };
        Some((name, outcome))
    });
    let compared = compared.chain(unread).map(|(name, outcome)| Compared {
        name,
        sides: Some(sides.clone()),
        outcome,
    });
    compared.collect()
}

/// A suite that could not be read has scenarios that nobody knows.
fn unreadable(suite: &SuiteReport) -> Option<(String, Outcome)> {
    let cause = suite.error.clone()?;
    let fault = Fault {
        kind: FaultKind::Suite,
        headline: "the gate broke: the suite cannot be read".to_string(),
        cause,
        advice: None,
        stack: Vec::new(),
        stderr: String::new(),
    };
    Some((suite.name.clone(), Outcome::Fault(fault)))
}
