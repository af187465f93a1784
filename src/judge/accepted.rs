//! The numbers of the run that was accepted last, which relative limits follow.

use std::collections::BTreeMap;

use crate::suite::{Metric, Threshold};

/// Metrics and what was accepted of them, in the metric's unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accepted(pub BTreeMap<Metric, f64>);

impl Accepted {
    /// What was accepted of a metric; none where nothing was yet.
    pub fn get(&self, metric: &Metric) -> Option<f64> {
        self.0.get(metric).copied()
    }
}

/// The metrics that have a limit relative to the accepted run, in their order.
pub fn relative_metrics<'a>(thresholds: impl IntoIterator<Item = &'a Threshold>) -> Vec<Metric> {
    let is_relative = |threshold: &&Threshold| threshold.margin().is_some();
    let relative = thresholds.into_iter().filter(is_relative);
    let mut metrics: Vec<Metric> = relative.map(|it| it.metric.clone()).collect();
    metrics.sort();
    metrics.dedup();
    metrics
}
