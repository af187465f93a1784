//! Judging: what was recorded becomes metrics, metrics meet thresholds, and what grew is told apart.

mod class;
mod grown;
mod growth;
mod measure;
mod phases;
mod probes;
mod trend;

use serde::{Deserialize, Serialize};

pub use self::class::{Class, Growth, Part};
pub use self::grown::Grown;
pub use self::measure::Measured;
use crate::heap::Recording;
use crate::suite::{Metric, Scenario, Threshold};

/// What a scenario came to. A leak and a broken gate are different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every threshold holds, and the sites are those that were accepted.
    Pass,
    /// A threshold is broken, or the sites changed.
    Regression,
    /// Nothing can be said about the module's memory.
    Error,
}

/// A threshold that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// The threshold.
    pub threshold: Threshold,
    /// What was measured, in the metric's unit.
    pub measured: f64,
    /// How far beyond the limit that is; zero where the limit is just reached.
    pub excess: f64,
}

/// All that can be said of a run that was told to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Every metric that this scenario can measure, in the order of [`Metric::all`](crate::suite::Metric::all).
    pub metrics: Vec<Measured>,
    /// The thresholds that do not hold, in the order of the suite.
    pub breaches: Vec<Breach>,
    /// The sites that hold more at idle end than at baseline, largest first.
    pub grown: Vec<Grown>,
    /// What each site's blocks are, by site; none where nothing is known of it.
    pub classes: Vec<Option<Class>>,
}

/// Why a run cannot be judged. It never passes: what was not measured did not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMeasured {
    /// No allocation and no free was seen, so that no threshold says anything.
    #[error("memgate saw no allocation and no free in this scenario")]
    Nothing,
    /// A metric that has a threshold has no value.
    #[error("the scenario has a threshold on `{0}`, which this run does not yield")]
    Metric(Metric),
}

/// Judges a run that was told to its end.
///
/// # Errors
///
/// When something was not measured: a scenario that allocates nothing does not pass as free of leaks.
pub fn judge(scenario: &Scenario, recording: &Recording) -> Result<Judgement, NotMeasured> {
    if recording.diagnostics.events == 0 {
        return Err(NotMeasured::Nothing);
    }
    let metrics = measure::measure(scenario, recording);
    let mut breaches = Vec::new();
    for threshold in &scenario.thresholds {
        let is_its = |measured: &&Measured| measured.metric == threshold.metric;
        let measured = metrics.iter().find(is_its);
        let measured = measured.ok_or(NotMeasured::Metric(threshold.metric.clone()))?;
        breaches.extend(breach(threshold, measured.value));
    }
    Ok(Judgement {
        metrics,
        breaches,
        grown: grown::grown(recording),
        classes: class::classes(scenario.cycles, recording),
    })
}

fn breach(threshold: &Threshold, measured: f64) -> Option<Breach> {
    let broken = !threshold.holds(measured);
    broken.then(|| Breach {
        threshold: threshold.clone(),
        measured,
        excess: threshold.excess(measured),
    })
}

#[cfg(test)]
mod tests;
