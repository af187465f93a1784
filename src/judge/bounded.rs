//! Thresholds, held against what was measured.

use super::accepted::Accepted;
use crate::suite::Threshold;

/// A threshold, and what came of it. All values are in the metric's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounded {
    /// The threshold.
    pub threshold: Threshold,
    /// What was accepted of its metric, if the limit follows that.
    pub accepted: Option<f64>,
    /// What the limit came to; none where nothing was accepted yet that it could follow.
    pub limit: Option<f64>,
    /// Whether what was measured is within it. Without a limit it is not.
    pub holds: bool,
    /// How far beyond the limit that is; zero where it holds, and where the limit is just reached.
    pub excess: f64,
}

impl Bounded {
    pub(super) fn of(threshold: &Threshold, measured: f64, accepted: &Accepted) -> Bounded {
        let accepted = threshold
            .margin()
            .and_then(|_| accepted.get(&threshold.metric));
        let limit = threshold.resolve(accepted);
        let comparison = threshold.comparison;
        Bounded {
            threshold: threshold.clone(),
            accepted,
            limit,
            holds: limit.is_some_and(|limit| comparison.holds(measured, limit)),
            excess: limit.map_or(0.0, |limit| comparison.excess(measured, limit)),
        }
    }

    /// Whether it is known not to hold.
    pub fn is_broken(&self) -> bool {
        self.limit.is_some() && !self.holds
    }
}
