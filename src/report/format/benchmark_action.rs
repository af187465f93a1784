//! github-action-benchmark's `customSmallerIsBetter`: a list of figures that had better be small.

use serde::Serialize;

use super::text::{clean, json};
use crate::report::value::{Bound, MetricReport, Report};

#[derive(Serialize)]
struct Figure {
    name: String,
    unit: String,
    value: f64,
    /// The suite's limits, which the chart shows beside the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<String>,
}

/// A scenario of which nothing is known is left out, and so is a metric with a floor, of which less is worse.
pub(super) fn render(report: &Report) -> Vec<u8> {
    let told = report.told().filter(|told| told.scenario.fault.is_none());
    let figures = told.flat_map(|told| {
        let metrics = told.scenario.metrics.iter();
        let metrics = metrics.filter(|metric| !metric.bounds.iter().any(is_floor));
        metrics
            .map(|metric| figure(&told.name, metric))
            .collect::<Vec<_>>()
    });
    json(&figures.collect::<Vec<_>>())
}

fn figure(scenario: &str, metric: &MetricReport) -> Figure {
    let unit = &metric.unit;
    let limit = |bound: &Bound| Some(format!("{} {} {unit}", bound.comparison, bound.limit?));
    let limits: Vec<String> = metric.bounds.iter().filter_map(limit).collect();
    Figure {
        name: clean(&format!("{scenario} {}", metric.name)),
        unit: metric.unit.clone(),
        value: metric.value,
        extra: (!limits.is_empty()).then(|| format!("limit {}", limits.join(", "))),
    }
}

fn is_floor(bound: &Bound) -> bool {
    bound.comparison.starts_with('>')
}
