//! The gate: one scenario from its module to its verdict, and the verdict of all.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::Failed;

use super::accepted::{Judged, judge_with_accepted};
use super::faults;
use super::frees;
use super::kinds;
use super::modules::{self, Modules, Prepared, Shared};
use super::next;
use super::numbered;
use super::progress::Progress;
use super::reuse::Reuse;
use super::trials::trial_name;
use super::types::KnownTypes;
use super::verdicts::Verdicts;
use super::{Again, places};
use super::{lifecycle, losses};
use crate::heap::{Fold, Recording};
use crate::judge::{Verdict, allow};
use crate::module::Module;
use crate::report::{
    Commands, Fault, OutputError, Place, ReportFile, ScenarioReport, SnapshotChange, assemble,
    styled_failure, unreadable_suite, without_figures, without_styles,
};
use crate::run::{self, Aside, Ending, Engine, Host, Listener, RunError};
use crate::snapshot::{self, Accepted};
use crate::suite::{Date, Scenario, Suite, SuiteErrors};

/// What came of a scenario, its snapshot not yet looked at.
struct Told {
    report: ScenarioReport,
    /// Whether there is a verdict, and none of the accepted numbers waits for review: told again, it would be the same.
    is_settled: bool,
}

/// There is no gate.
#[derive(Debug, thiserror::Error)]
pub(super) enum GateError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// What all trials of a process share.
pub(super) struct Gate {
    root: PathBuf,
    engine: Engine,
    /// Where what was compiled is kept.
    cache: PathBuf,
    modules: Modules,
    progress: Progress,
    /// Results of earlier runs, where they count.
    reuse: Option<Reuse>,
    report: ReportFile,
    /// Hears what guests write.
    listener: Option<Listener>,
    /// For allowances, which may end on a day.
    today: Date,
    verdicts: Verdicts,
    /// Whether texts have styles: only where they are printed, not where they become part of a JSON string.
    is_styled: bool,
}

impl Gate {
    /// A gate that keeps snapshots below `root`, and its report and what it compiled in `output`.
    pub(super) fn new(
        root: &Path,
        output: &Path,
        has_threads: bool,
        today: Date,
    ) -> Result<Gate, GateError> {
        let cache = std::path::absolute(output.join("cache"))
            .map_err(|error| RunError::Engine(error.to_string()))?;
        // Under nextest each trial is a process, and all of them are one run.
        let run = std::env::var("NEXTEST_RUN_ID").ok();
        let run = run.filter(|run| !run.is_empty());
        let report = ReportFile::open(output, run.as_deref())?;
        Ok(Gate {
            root: std::path::absolute(root).map_err(|error| RunError::Engine(error.to_string()))?,
            engine: Engine::new(Some(&cache))?,
            cache,
            modules: Modules::default(),
            progress: Progress::new(has_threads),
            reuse: None,
            report,
            listener: None,
            today,
            verdicts: Verdicts::default(),
            is_styled: true,
        })
    }

    /// As this gate, but for what did not change since an earlier run: results below `output` are taken for that, and those of
    /// this run are kept there.
    pub(super) fn reusing(self, output: &Path) -> Gate {
        Gate {
            reuse: Some(Reuse::new(output)),
            ..self
        }
    }

    /// A gate whose texts have no styles.
    pub(super) fn plain(self) -> Gate {
        Gate {
            is_styled: false,
            ..self
        }
    }

    /// With its report in another folder than what it compiles.
    pub(super) fn reporting_in(self, folder: &Path) -> Result<Gate, OutputError> {
        let report = ReportFile::open(folder, None)?;
        Ok(Gate { report, ..self })
    }

    /// With somebody who hears what guests write.
    pub(super) fn heard_by(mut self, listener: Option<Listener>) -> Gate {
        let progress = self.progress.clone();
        self.listener = listener.map(|listener| -> Listener {
            Arc::new(move |stream, bytes| {
                progress.make_room();
                listener(stream, bytes);
            })
        });
        self
    }

    /// Where the report is, as a reader knows it.
    pub(super) fn saved(&self) -> String {
        next::shown(&self.report.page_path())
    }

    /// The same with a host that provides what modules import besides WASI.
    pub(super) fn with_host(self, host: Host) -> Gate {
        Gate {
            modules: Modules::of_host(host),
            ..self
        }
    }

    /// Whether a trial is to be run: it is, once.
    pub(super) fn takes(&self, trial: &str) -> bool {
        self.verdicts.takes(trial)
    }

    /// Runs one scenario as a trial.
    pub(super) fn run(
        &self,
        suite: &Suite,
        scenario: &Scenario,
        again: &Again,
    ) -> Result<(), Failed> {
        let name = trial_name(suite, scenario);
        let report = self.reviewed(suite, scenario, self.found_or_run(suite, scenario));
        let text = (report.verdict != Verdict::Pass)
            .then(|| styled_failure(&name, &report, &self.commands(suite, &name, &report, again)));
        self.keep(&suite.name, report);
        self.progress.make_room();
        text.map_or(Ok(()), |text| Err(self.told_in(text)))
    }

    /// A text with styles, which libtest-mimic takes out where they are not wanted: but for those in its JSON.
    fn told_in(&self, text: String) -> Failed {
        match self.is_styled {
            true => text.into(),
            false => without_styles(&text).into(),
        }
    }

    /// A suite that cannot be read is a trial that fails.
    pub(super) fn refuse(&self, name: &str, errors: &SuiteErrors) -> Result<(), Failed> {
        self.verdicts.refuse(name, errors.to_string());
        self.progress.make_room();
        Err(self.told_in(unreadable_suite(name, &errors.to_string())))
    }

    /// Saves the report; the exit code is 0, 1 for a regression, or 2 where the gate broke.
    pub(super) fn finish(&self) -> Result<ExitCode, OutputError> {
        self.report.save(self.verdicts.take_suites())?;
        Ok(ExitCode::from(match self.verdicts.worst() {
            Verdict::Pass => 0,
            Verdict::Regression => 1,
            Verdict::Error => 2,
        }))
    }

    /// How many verdicts so far were not a pass.
    pub(super) fn failures(&self) -> u64 {
        self.verdicts.failures()
    }

    /// How much was not run, where results of earlier runs count.
    pub(super) fn told_of_reuse(&self) -> Option<String> {
        self.reuse.as_ref().map(Reuse::told)
    }

    /// What came of the scenario in an earlier run of the very same, or what comes of it now.
    fn found_or_run(&self, suite: &Suite, scenario: &Scenario) -> ScenarioReport {
        let Some(reuse) = &self.reuse else {
            return self.scenario(suite, scenario);
        };
        let key = |module| reuse.key(&self.root, suite, scenario, module, self.today);
        let hash = self.modules.hash(suite, &self.progress);
        // What cannot be read or built is told by running it.
        let before = hash.ok().and_then(key);
        if let Some(found) = before.as_ref().and_then(|key| reuse.find(key)) {
            return found;
        }
        let Told { report, is_settled } = self.tell(suite, scenario);
        let shared = self.prepared(suite);
        let measured = shared.get().and_then(|prepared| prepared.as_ref().ok());
        let after = measured.and_then(|prepared| key(prepared.hash()));
        // What changed while it ran may be in the result, or not.
        let lasts = is_settled && before == after;
        reuse.add(before.filter(|_| lasts).as_ref(), &report);
        report
    }

    fn prepared(&self, suite: &Suite) -> Shared<Prepared> {
        self.modules.prepare(suite, &self.engine, &self.progress)
    }

    /// From the module to what is to be said of the scenario, its snapshot not yet looked at.
    pub(super) fn scenario(&self, suite: &Suite, scenario: &Scenario) -> ScenarioReport {
        self.tell(suite, scenario).report
    }

    fn tell(&self, suite: &Suite, scenario: &Scenario) -> Told {
        let module = modules::name(suite);
        let broken = |fault| Told {
            report: without_figures(&scenario.name, &module, fault),
            is_settled: false,
        };
        let shared = self.prepared(suite);
        match shared.get().expect("it was made ready") {
            Ok(prepared) => self.told(suite, scenario, prepared).unwrap_or_else(broken),
            Err(fault) => broken(fault.clone()),
        }
    }

    fn told(&self, suite: &Suite, scenario: &Scenario, prepared: &Prepared) -> Result<Told, Fault> {
        let _activity = self
            .progress
            .begin(format!("running {}", trial_name(suite, scenario)));
        let Prepared {
            module,
            compiled,
            roots,
            ..
        } = prepared;
        // Counters know of no blocks, so that nothing can be said of what is lost.
        let known = roots.roots.clone().filter(|_| scenario.sites.is_none());
        let outcome = run::run_heard(
            &self.engine,
            compiled,
            scenario,
            Aside::new(Fold::of(known)),
            self.listener.clone(),
        )
        .map_err(|error| faults::not_run(error, module))?;
        let mut recording = outcome.observer.into_inner().finish();
        recording.complete(outcome.readings, outcome.numbered.as_ref());
        let ending = &outcome.ending;
        let lived = match ending {
            Ending::Completed => lifecycle::live(&self.cache, prepared, scenario, &mut recording),
            _ => Ok(()),
        };
        let stacks_of_frees =
            frees::look_into(&self.engine, compiled, scenario, ending, &mut recording).map_err(
                |error| {
                    let kind = kinds::of_run(&error);
                    faults::broken(kind, "the scenario cannot be run again", error)
                },
            )?;
        let symbols = module.symbols();
        let stacks = places::of_sites(&symbols, &recording);
        let judged = match ending {
            Ending::Completed => lived
                .and_then(|()| numbered::check(scenario, outcome.numbered.as_ref()))
                .and_then(|()| self.judged(suite, scenario, module, &recording, &stacks)),
            ending => Err(faults::unfinished(ending, module, outcome.errors)),
        };
        let mut report = assemble(
            scenario,
            &modules::name(suite),
            &recording,
            stacks,
            judged
                .as_ref()
                .map(|judged| &judged.judgement)
                .map_err(Fault::clone),
        );
        let types = KnownTypes::of(module);
        report = report.with_surveys(
            &recording,
            |root, at| roots.name(root, at),
            |held| types.on_way(held),
        );
        if judged.is_ok() {
            let notes = lifecycle::not_counted(scenario, &recording);
            report.notes.extend(notes);
        }
        let is_settled = judged.as_ref().is_ok_and(|judged| judged.is_settled);
        if let Some(change) = judged.ok().and_then(|judged| judged.change) {
            report = report.with_numbers_change(change);
        }
        if matches!(ending, Ending::Completed) {
            let notes = losses::notes(scenario, module, &recording);
            report.notes.extend(notes);
        }
        report.notes.extend(faults::of_exit(scenario, outcome.exit));
        report.wrong_frees = frees::reports(&symbols, &recording, &report.sites, &stacks_of_frees);
        report.notes.extend(match &outcome.numbered {
            Some(numbered) => numbered::notes(numbered, module),
            None => faults::of_allocators(module),
        });
        Ok(Told { report, is_settled })
    }

    /// The run against thresholds, allowances and accepted numbers.
    fn judged(
        &self,
        suite: &Suite,
        scenario: &Scenario,
        module: &Module,
        recording: &Recording,
        stacks: &[Vec<Place>],
    ) -> Result<Judged, Fault> {
        let functions = match scenario.allow.is_empty() {
            true => Vec::new(),
            false => places::functions(stacks),
        };
        let allowed =
            allow(&scenario.allow, &functions, recording, self.today).map_err(faults::too_broad)?;
        judge_with_accepted(&self.root, suite, scenario, module, recording, &allowed)
    }

    /// Compares the sites with those that were accepted. Where there is no verdict there is nothing to compare.
    fn reviewed(
        &self,
        suite: &Suite,
        scenario: &Scenario,
        report: ScenarioReport,
    ) -> ScenarioReport {
        if report.verdict == Verdict::Error {
            return report;
        }
        let holds = report.verdict == Verdict::Pass;
        let info = snapshot::Info::of(suite, scenario, &report.module, holds);
        let body = snapshot::body(&report, scenario.snapshot.top);
        let tolerance = scenario.snapshot.tolerance;
        match snapshot::compare(&self.root, &suite.path, &info, &body, tolerance) {
            Ok(None) => report,
            Ok(Some(change)) => with_snapshot_change(report, change, tolerance),
            Err(error) => without_figures(&scenario.name, &info.module, faults::no_snapshot(error)),
        }
    }

    /// Takes the sites of a scenario as accepted, if none were. None where there is nothing to accept.
    pub(super) fn accept(
        &self,
        suite: &Suite,
        scenario: &Scenario,
    ) -> Result<Option<Accepted>, String> {
        let report = self.scenario(suite, scenario);
        if report.verdict == Verdict::Error {
            return Ok(None);
        }
        let holds = report.verdict == Verdict::Pass;
        let info = snapshot::Info::of(suite, scenario, &report.module, holds);
        let body = snapshot::body(&report, scenario.snapshot.top);
        let accepted = snapshot::accept(&self.root, &suite.path, &info, &body);
        accepted.map(Some).map_err(|error| error.to_string())
    }

    fn commands(
        &self,
        suite: &Suite,
        name: &str,
        report: &ScenarioReport,
        again: &Again,
    ) -> Commands {
        let file = suite.path.strip_prefix("./").unwrap_or(&suite.path);
        Commands {
            again: next::again(again, name),
            review: next::review(&self.root, &suite.name, report),
            suite: file.display().to_string(),
            report: self.saved(),
        }
    }

    /// Adds what came of a scenario to what is saved in the end.
    pub(super) fn keep(&self, suite: &str, report: ScenarioReport) {
        self.verdicts.keep(suite, report);
    }
}

/// What changed beyond the tolerance, which a reader of the difference has to know of.
fn with_snapshot_change(
    mut report: ScenarioReport,
    change: SnapshotChange,
    tolerance: f64,
) -> ScenarioReport {
    if tolerance > 0.0 && !change.is_new {
        report.notes.push(format!(
            "figures of sites may differ by up to {tolerance}% from those that were accepted; which sites there are may not"
        ));
    }
    report.with_snapshot_change(change)
}
