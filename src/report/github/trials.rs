//! All trials of a report, worst first.

use std::cmp::Reverse;

use crate::judge::Verdict;
use crate::report::failure::{broken_bounds, sentence_of};
use crate::report::value::{Report, ScenarioReport};

/// A scenario, or a suite that could not be read.
pub(super) struct Trial<'a> {
    /// `suite::scenario`, or the suite's name.
    pub(super) name: String,
    pub(super) suite: &'a str,
    pub(super) what: What<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Scenario(&'a ScenarioReport),
    /// Why the suite could not be read.
    BrokenSuite(&'a str),
}

impl Trial<'_> {
    pub(super) fn verdict(&self) -> Verdict {
        match self.what {
            What::Scenario(report) => report.verdict,
            What::BrokenSuite(_) => Verdict::Error,
        }
    }

    /// What it did not pass for, its name first.
    pub(super) fn sentence(&self) -> String {
        match self.what {
            What::Scenario(report) => sentence_of(&self.name, report),
            What::BrokenSuite(_) => format!("{}: the suite cannot be read", self.name),
        }
    }

    /// What is worse is less: no verdict, then broken limits by how far they are exceeded, then what waits for review.
    fn rank(&self) -> (Rank, Reverse<u64>) {
        let What::Scenario(report) = self.what else {
            return (Rank::Broken, Reverse(0));
        };
        let rank = match report.verdict {
            Verdict::Error => Rank::Broken,
            Verdict::Regression if report.snapshot.is_none() && report.numbers.is_none() => {
                Rank::Exceeded
            }
            Verdict::Regression if broken_bounds(report).next().is_some() => Rank::Exceeded,
            Verdict::Regression => Rank::Changed,
            Verdict::Pass => Rank::Passed,
        };
        let bytes = broken_bounds(report).filter(|(metric, _)| metric.unit == "B");
        let excess = bytes.map(|(_, bound)| bound.excess).fold(0.0, f64::max);
        (rank, Reverse(excess as u64))
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Broken,
    Exceeded,
    Changed,
    Passed,
}

/// All of them, worst first; those that are as bad as each other by name.
pub(super) fn trials(report: &Report) -> Vec<Trial<'_>> {
    let mut trials: Vec<Trial> = Vec::new();
    for suite in &report.suites {
        let broken = suite.error.as_deref().map(|error| Trial {
            name: suite.name.clone(),
            suite: &suite.name,
            what: What::BrokenSuite(error),
        });
        let scenarios = suite.scenarios.iter().map(|scenario| Trial {
            name: format!("{}::{}", suite.name, scenario.name),
            suite: &suite.name,
            what: What::Scenario(scenario),
        });
        trials.extend(broken.into_iter().chain(scenarios));
    }
    trials.sort_by(|one, other| {
        one.rank()
            .cmp(&other.rank())
            .then_with(|| one.name.cmp(&other.name))
    });
    trials
}

/// "2 regressions, 1 broken, 45 passed"
pub(super) fn counts(trials: &[Trial]) -> String {
    let count = |verdict: Verdict| trials.iter().filter(|it| it.verdict() == verdict).count();
    let regressions = count(Verdict::Regression);
    let plural = if regressions == 1 { "" } else { "s" };
    let words = [
        (count(Verdict::Error), "without a verdict".to_string()),
        (regressions, format!("regression{plural}")),
        (count(Verdict::Pass), "passed".to_string()),
    ];
    let told = words.iter().filter(|(number, _)| *number > 0);
    let told: Vec<String> = told
        .map(|(number, words)| format!("{number} {words}"))
        .collect();
    match told.is_empty() {
        true => "nothing ran".to_string(),
        false => told.join(", "),
    }
}
