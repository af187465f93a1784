//! Judging: what was recorded becomes metrics, metrics meet thresholds, and what grew is told apart.

mod accepted;
mod allowances;
mod bounded;
mod class;
mod grown;
mod growth;
mod measure;
mod phases;
mod probes;
mod trend;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::accepted::{Accepted, relative_metrics};
pub use self::allowances::{Allowed, Standing, TooBroad, allow};
pub use self::bounded::Bounded;
pub use self::class::{Class, Growth, Part};
pub use self::grown::Grown;
pub use self::measure::Measured;
use crate::heap::Recording;
use crate::suite::{Metric, Scenario};

/// What a scenario came to. A leak and a broken gate are different things.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every threshold holds, and the sites are those that were accepted.
    Pass,
    /// A threshold is broken, or the sites changed.
    Regression,
    /// Nothing can be said about the module's memory.
    Error,
}

/// All that can be said of a run that was told to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Every metric that this scenario can measure, in the order of [`Metric::all`](crate::suite::Metric::all).
    pub metrics: Vec<Measured>,
    /// The thresholds, in the order of the suite.
    pub bounds: Vec<Bounded>,
    /// The allowances, in the order of the suite.
    pub allowed: Vec<Allowed>,
    /// The sites that hold more at idle end than at baseline, largest first.
    pub grown: Vec<Grown>,
    /// What each site's blocks are, by site; none where nothing is known of it.
    pub classes: Vec<Option<Class>>,
}

impl Judgement {
    /// Whether nothing is known to be broken.
    pub fn holds(&self) -> bool {
        let is_broken = |allowed: &Allowed| allowed.standing.is_broken();
        !self.bounds.iter().any(Bounded::is_broken) && !self.allowed.iter().any(is_broken)
    }

    /// The numbers to accept instead of those before: a limit that holds does not move, so that nothing creeps.
    pub fn to_accept(&self, before: Option<&Accepted>) -> Accepted {
        let next = |metric: Metric| {
            let is_broken = |bounded: &Bounded| {
                bounded.threshold.metric == metric
                    && bounded.threshold.margin().is_some()
                    && bounded.is_broken()
            };
            let stays = before
                .and_then(|before| before.get(&metric))
                .filter(|_| !self.bounds.iter().any(is_broken));
            let value = stays.or(self.judged(&metric))?;
            Some((metric, value))
        };
        let relative = self.bounds.iter().map(|bounded| &bounded.threshold);
        Accepted(
            relative_metrics(relative)
                .into_iter()
                .filter_map(next)
                .collect(),
        )
    }

    /// What was measured of a metric, without the sites that are allowed.
    pub fn judged(&self, metric: &Metric) -> Option<f64> {
        let mut metrics = self.metrics.iter();
        let measured = metrics.find(|measured| measured.metric == *metric)?;
        Some(measured.judged)
    }
}

/// Why a run cannot be judged. It never passes: what was not measured did not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMeasured {
    /// No allocation and no free was seen, so that no threshold says anything.
    #[error("memgate saw no allocation and no free in this scenario")]
    Nothing,
    /// A metric that has a threshold has no value.
    #[error("its threshold on `{0}` has nothing to be held against")]
    Metric(Metric),
    /// A probe whose values at two marks have no difference that is a number.
    #[error(
        "the probe `{0}` read no number that could be compared: its values lie so far apart that their difference is infinite"
    )]
    TooFarApart(String),
}

/// Judges a run that was told to its end, against what was accepted before, and but for what is allowed.
///
/// # Errors
///
/// When something was not measured: a scenario that allocates nothing does not pass as free of leaks.
pub fn judge(
    scenario: &Scenario,
    recording: &Recording,
    accepted: &Accepted,
    allowed: &[Allowed],
) -> Result<Judgement, NotMeasured> {
    if recording.diagnostics.events == 0 {
        return Err(NotMeasured::Nothing);
    }
    probes::check(scenario, recording)?;
    let mut judgement = Judgement {
        metrics: measure::measure(scenario, recording, allowed),
        bounds: Vec::new(),
        allowed: allowed.to_vec(),
        grown: grown::grown(recording),
        classes: class::classes(scenario.cycles, recording),
    };
    for threshold in &scenario.thresholds {
        let measured = judgement.judged(&threshold.metric);
        let measured = measured.ok_or(NotMeasured::Metric(threshold.metric.clone()))?;
        let bounded = Bounded::of(threshold, measured, accepted);
        judgement.bounds.push(bounded);
    }
    Ok(judgement)
}

#[cfg(test)]
mod tests;
