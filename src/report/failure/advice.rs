//! What to do about a broken threshold.

use super::thresholds::broken_bounds;
use crate::report::value::{Bound, MetricReport, ScenarioReport};
use crate::suite::Metric;

/// Wrong frees are never meant.
pub(super) fn on_frees(report: &ScenarioReport) -> Option<&'static str> {
    let is_broken = |metric: Metric| {
        let name = metric.name();
        broken_bounds(report).any(|(broken, _)| broken.name == name)
    };
    match (
        is_broken(Metric::DoubleFrees),
        is_broken(Metric::StrangerFrees),
    ) {
        (true, _) => Some("free each block once: see where it was freed before, and again"),
        (_, true) => Some("free what an allocation returned, at the very address"),
        _ => None,
    }
}

/// How the suite would allow what was measured: "if it is meant, raise delta in app.yaml".
pub(super) fn change(report: &ScenarioReport, suite: &str) -> Option<String> {
    let may_be_meant = |(metric, bound): &(&MetricReport, &Bound)| {
        let is_of_frees = matches!(
            metric.name.parse(),
            Ok(Metric::DoubleFrees | Metric::StrangerFrees)
        );
        bound.relative.is_none() && !is_of_frees
    };
    let broken: Vec<_> = broken_bounds(report).filter(may_be_meant).collect();
    let names = |is_ceiling: bool| -> Vec<&str> {
        let bounds = broken.iter();
        let its = bounds.filter(|(_, bound)| bound.comparison.starts_with('<') == is_ceiling);
        its.map(|(metric, _)| metric.name.as_str()).collect()
    };
    let words = |verb: &str, names: Vec<&str>| {
        (!names.is_empty()).then(|| format!("{verb} {}", names.join(", ")))
    };
    let changes: Vec<String> = [words("raise", names(true)), words("lower", names(false))]
        .into_iter()
        .flatten()
        .collect();
    (!changes.is_empty()).then(|| format!("if it is meant, {} in {suite}", changes.join(", and ")))
}
