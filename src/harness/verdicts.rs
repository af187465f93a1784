//! What was said so far, by all trials of a process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::judge::Verdict;
use crate::report::{ScenarioReport, SuiteReport};

/// Reports and verdicts, in the order of suites' names.
#[derive(Default)]
pub(super) struct Verdicts(Mutex<State>);

#[derive(Default)]
struct State {
    suites: BTreeMap<String, SuiteReport>,
    /// None before the first.
    worst: Option<Verdict>,
    failures: u64,
    /// The trials that ran, or that run, by name.
    taken: BTreeSet<String>,
}

impl Verdicts {
    /// Whether a trial is to be run: it is, once.
    pub(super) fn takes(&self, trial: &str) -> bool {
        self.state().taken.insert(trial.to_string())
    }

    /// Adds what came of a scenario.
    pub(super) fn keep(&self, suite: &str, report: ScenarioReport) {
        let mut state = self.state();
        state.count(report.verdict);
        state.suite(suite).scenarios.push(report);
    }

    /// Adds a suite that could not be read.
    pub(super) fn refuse(&self, suite: &str, error: String) {
        let mut state = self.state();
        state.count(Verdict::Error);
        state.suite(suite).error = Some(error);
    }

    /// What was kept, which is not kept any more.
    pub(super) fn take_suites(&self) -> Vec<SuiteReport> {
        let suites = std::mem::take(&mut self.state().suites);
        suites.into_values().collect()
    }

    /// The verdict of all.
    pub(super) fn worst(&self) -> Verdict {
        self.state().worst.unwrap_or(Verdict::Pass)
    }

    /// How many were not a pass.
    pub(super) fn failures(&self) -> u64 {
        self.state().failures
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&mut self, verdict: Verdict) {
        self.worst = self.worst.max(Some(verdict));
        self.failures += u64::from(verdict != Verdict::Pass);
    }

    fn suite(&mut self, name: &str) -> &mut SuiteReport {
        let new = || SuiteReport {
            name: name.to_string(),
            error: None,
            scenarios: Vec::new(),
        };
        self.suites.entry(name.to_string()).or_insert_with(new)
    }
}
